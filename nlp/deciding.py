"""Which verdict: four opinions as one, leaned so that no verdict is forgotten and nobody is turned away lightly.

One model knows the grounds, one the verdicts alone, two what a message means whole (ground and kind together), of which
one is a net; together they err less than any. How much each answer of each counts, the leaning and the thresholds are
found on texts by hands that had not taught (`nlp/weighing.py`) and stand in the model's card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nlp.model import Numbers

ACCEPT, CLARIFY, OUT_OF_SCOPE, REFUSE = "accept", "clarify", "out_of_scope", "refuse"
VERDICTS = (ACCEPT, CLARIFY, OUT_OF_SCOPE, REFUSE)
GROUNDS: Mapping[str, tuple[str, ...]] = {
    verdict: tuple(grounds.split())
    for verdict, grounds in (
        (CLARIFY, "lacks_content unclear_request no_respondent chitchat"),
        (OUT_OF_SCOPE, "petition discipline reconsideration litigation disclosure civil unrelated emergency"),
        (REFUSE, "national_security ethnic_division illegal_assembly public_order superstition abuse harassment spam"),
    )
}
VERDICT_OF = {ground: verdict for verdict, grounds in GROUNDS.items() for ground in grounds}
# Less than this is as good as never: below it, logarithms tell of nothing but themselves.
LEAST = 1e-4
# Between ground and kind in the name of what a message means whole.
BETWEEN = " "


# The net's opinion, beside those of the heads: of what a message means whole.
NET = "net"
# Whose opinions make the verdict, whose the ground, whose the kind.
ON_VERDICT, ON_GROUND, ON_KIND = ("screen", "verdict", "whole", NET), ("screen", "whole", NET), ("kind", "whole", NET)
# How much each counts for a card that does not tell.
MIDDLE = 0.35


@dataclass(frozen=True)
class Judge:
    """How opinions become one: a column an answer, a row for each answer of each opinion (as logarithms), and a bias.

    That the net says "accept" may count for less than that it says "refuse", and one answer may speak for another.
    """

    weights: Sequence[Sequence[float]]
    bias: Sequence[float]

    @cached_property
    def _arrays(self) -> tuple[Numbers, Numbers]:
        return np.array(self.weights), np.array(self.bias)

    def of(self, told: Numbers) -> Numbers:
        """What the opinions come to, as logarithms."""
        weights, bias = self._arrays
        answer: Numbers = told @ weights + bias
        return answer


def even_judge(opinions: int, answers: int, beside: int = 0) -> Judge:
    """Each opinion counts alike, its answers for themselves; what stands `beside` them for nothing."""
    even = np.concatenate([MIDDLE * np.tile(np.eye(answers), (opinions, 1)), np.zeros((beside, answers))])
    return Judge(even.tolist(), [0.0] * answers)


@dataclass(frozen=True)
class Decision:
    """How opinions become one: their judges, None for even ones; and `lean`, a verdict's handicap as a logarithm."""

    on_verdict: Judge | None = None
    lean: Mapping[str, float] = field(default_factory=dict)
    sure_of_refusal: float = 0.5
    on_kind: Judge | None = None

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> Decision:
        """As the card tells it; the middle way for a card that does not."""
        told = dict(card.get("decision", {}))
        judges = {name: Judge(**told[name]) for name in ("on_verdict", "on_kind") if told.get(name)}
        return cls(**{**told, **judges})

    def as_document(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)


class Weigher:
    """All opinions as one, in the way of a decision: which class counts for what is worked out once."""

    def __init__(self, decision: Decision, labels: Sequence[tuple[str, str]]) -> None:
        """`labels`: whose and of what each of the probabilities is that are to be weighed."""
        self._lean = np.array([decision.lean.get(verdict, 0.0) for verdict in VERDICTS])
        self._grounds = tuple(label for whose, label in labels if whose == "screen")
        self._kinds = tuple(label for whose, label in labels if whose == "kind")
        # The screen's grounds stand beside the verdicts, for their judge hears them too.
        self._counts_for = np.concatenate(
            [
                *(_counts_for(labels, whose, VERDICTS, verdict_of) for whose in ON_VERDICT),
                *(_counts_for(labels, whose, self._grounds, ground_of) for whose in ON_GROUND),
                *(_counts_for(labels, whose, self._kinds, kind_of) for whose in ON_KIND),
            ],
            axis=1,
        )
        self._first = len(ON_VERDICT) * len(VERDICTS)
        self._second = self._first + len(ON_GROUND) * len(self._grounds)
        self._heard = self._first + len(self._grounds)
        even = even_judge(len(ON_VERDICT), len(VERDICTS), len(self._grounds))
        self._on_verdict = decision.on_verdict or even
        self._on_kind = decision.on_kind or even_judge(len(ON_KIND), len(self._kinds))

    def weigh(self, chances: Numbers) -> list[Weighed]:
        """What the opinions of each text (first axis) come to."""
        told = np.log(chances @ self._counts_for + LEAST)
        verdicts = self._on_verdict.of(told[:, : self._heard]) + self._lean
        each = told[:, self._first : self._second].reshape(len(told), len(ON_GROUND), -1)
        grounds = np.add.reduce(each, axis=1) / len(ON_GROUND)
        kinds = self._on_kind.of(told[:, self._second :])
        return [
            Weighed(
                _shares(VERDICTS, of_verdicts),
                dict(zip(self._grounds, of_grounds, strict=True)),
                _shares(self._kinds, of_kinds),
            )
            for of_verdicts, of_grounds, of_kinds in zip(
                np.exp(verdicts).tolist(), np.exp(grounds).tolist(), np.exp(kinds).tolist(), strict=True
            )
        ]


@dataclass(frozen=True)
class Weighed:
    """Probabilities of verdicts and of kinds, and how likely acceptance and each ground is."""

    verdicts: Mapping[str, float]
    grounds: Mapping[str, float]
    kinds: Mapping[str, float]


def _shares(names: Sequence[str], powers: Sequence[float]) -> dict[str, float]:
    whole = sum(powers)
    return {name: power / whole for name, power in zip(names, powers, strict=True)}


def _counts_for(
    labels: Sequence[tuple[str, str]], head: str, coarser: Sequence[str], name_of: Callable[[str], str]
) -> Numbers:
    """A row a class, a column a coarser one: 1 where the head's class is part of it."""
    return np.array([[float(name == head and name_of(label) == each) for each in coarser] for name, label in labels])


def verdict_of(label: str) -> str:
    """Of a verdict, a ground, or what a message means whole."""
    ground = ground_of(label)
    return ground if ground in VERDICTS else VERDICT_OF.get(ground, ACCEPT)


def kind_of(label: str) -> str:
    """Of a kind, or what a message means whole."""
    return label.split(BETWEEN)[-1]


def ground_of(label: str) -> str:
    return label.partition(BETWEEN)[0]

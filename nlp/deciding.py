"""Which verdict: four opinions as one, leaned so that no verdict is forgotten and nobody is turned away lightly.

One model knows the grounds, one the verdicts alone, two what a message means whole (ground and kind together), of which
one is a net; together they err less than any. How much each counts, the leaning and the thresholds are found on texts
none had seen (`nlp/weighing.py`) and stand in the model's card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
LEAST = 1e-9
# Between ground and kind in the name of what a message means whole.
BETWEEN = " "


# The net's opinion, beside those of the heads: of what a message means whole.
NET = "net"
# Whose opinions make the verdict, whose the ground, whose the kind.
ON_VERDICT, ON_GROUND, ON_KIND = ("screen", "verdict", "whole", NET), ("screen", "whole", NET), ("kind", "whole", NET)
# How much each counts for a card that does not tell.
MIDDLE = 0.35


@dataclass(frozen=True)
class Decision:
    """How opinions become one: how much each counts, and `lean`, a verdict's handicap as a logarithm."""

    warmth: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(ON_VERDICT, MIDDLE))
    lean: Mapping[str, float] = field(default_factory=dict)
    sure_of_refusal: float = 0.5
    warmth_of_kind: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(ON_KIND, MIDDLE))

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> Decision:
        """As the card tells it; the middle way for a card that does not."""
        return cls(**card.get("decision", {}))

    def as_document(self) -> dict[str, Any]:
        """For the card."""
        return {name: dict(each) if isinstance(each, Mapping) else each for name, each in vars(self).items()}


class Weigher:
    """All opinions as one, in the way of a decision: which class counts for what is worked out once."""

    def __init__(self, decision: Decision, labels: Sequence[tuple[str, str]]) -> None:
        """`labels`: whose and of what each of the probabilities is that are to be weighed."""
        self._warmth = np.array([decision.warmth[whose] for whose in ON_VERDICT])
        self._warmth_of_kind = np.array([decision.warmth_of_kind[whose] for whose in ON_KIND])
        self._lean = np.array([decision.lean.get(verdict, 0.0) for verdict in VERDICTS])
        self._grounds = tuple(label for whose, label in labels if whose == "screen")
        self._kinds = tuple(label for whose, label in labels if whose == "kind")
        self._counts_for = np.concatenate(
            [
                *(_counts_for(labels, whose, VERDICTS, verdict_of) for whose in ON_VERDICT),
                *(_counts_for(labels, whose, self._grounds, _ground_of) for whose in ON_GROUND),
                *(_counts_for(labels, whose, self._kinds, kind_of) for whose in ON_KIND),
            ],
            axis=1,
        )
        first = len(ON_VERDICT) * len(VERDICTS)
        self._ends = first, first + len(ON_GROUND) * len(self._grounds)

    def weigh(self, chances: Numbers) -> Weighed:
        """What the opinions come to."""
        told = np.log(chances @ self._counts_for + LEAST)
        first, second = self._ends
        verdicts = self._warmth @ told[:first].reshape(len(ON_VERDICT), -1) + self._lean
        grounds = np.add.reduce(told[first:second].reshape(len(ON_GROUND), -1)) / len(ON_GROUND)
        kinds = self._warmth_of_kind @ told[second:].reshape(len(ON_KIND), -1)
        return Weighed(
            _shares(VERDICTS, np.exp(verdicts).tolist()),
            dict(zip(self._grounds, np.exp(grounds).tolist(), strict=True)),
            _shares(self._kinds, np.exp(kinds).tolist()),
        )


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
    ground = _ground_of(label)
    return ground if ground in VERDICTS else VERDICT_OF.get(ground, ACCEPT)


def kind_of(label: str) -> str:
    """Of a kind, or what a message means whole."""
    return label.split(BETWEEN)[-1]


def _ground_of(label: str) -> str:
    return label.partition(BETWEEN)[0]

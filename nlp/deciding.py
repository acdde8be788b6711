"""Which verdict: three opinions as one, leaned so that no verdict is forgotten and nobody is turned away lightly.

One model knows the grounds, one the verdicts alone, one what a message means whole (ground and kind together); together
they err less than any. The leaning and the thresholds are found on texts none had seen (`nlp/weighing.py`) and stand in
the model's card.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
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


@dataclass(frozen=True)
class Decision:
    """How opinions become one. `lean`: a verdict's handicap, as a logarithm."""

    warmth: float = 0.5
    lean: Mapping[str, float] = field(default_factory=dict)
    sure_of_refusal: float = 0.5
    warmth_of_kind: float = 0.5

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> Decision:
        """As the card tells it; the middle way for a card that does not."""
        return cls(**card.get("decision", {}))

    def as_document(self) -> dict[str, Any]:
        """For the card."""
        return {**asdict(self), "lean": dict(self.lean)}


class Weigher:
    """Four heads' opinions as one, in the way of a decision: which class counts for what is worked out once."""

    def __init__(self, decision: Decision, labels: Sequence[tuple[str, str]]) -> None:
        """`labels`: head and class of each of the probabilities that are to be weighed."""
        self._decision = decision
        self._lean = np.array([decision.lean.get(verdict, 0.0) for verdict in VERDICTS])
        self._grounds, self._screened = _of_head("screen", labels)
        self._kinds, self._kind = _of_head("kind", labels)
        counts_for = [
            *(_counts_for(labels, head, VERDICTS, _verdict_of) for head in ("whole", "screen", "verdict")),
            _counts_for(labels, "whole", self._grounds, _ground_of),
            _counts_for(labels, "whole", self._kinds, _kind_of),
        ]
        self._counts_for = np.concatenate(counts_for, axis=1)
        self._ends = 3 * len(VERDICTS), 3 * len(VERDICTS) + len(self._grounds)

    def weigh(self, chances: Numbers) -> Weighed:
        """What the opinions come to."""
        summed = chances @ self._counts_for
        first, second = self._ends
        opinions = np.add.reduce(np.log(summed[:first] + LEAST).reshape(3, -1))
        likely = np.sqrt(chances[self._screened] * summed[first:second])
        kinds = (chances[self._kind] + LEAST) * (summed[second:] + LEAST)
        return Weighed(
            _shares(VERDICTS, np.exp(self._decision.warmth * opinions + self._lean).tolist()),
            dict(zip(self._grounds, likely.tolist(), strict=True)),
            _shares(self._kinds, (kinds**self._decision.warmth_of_kind).tolist()),
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


def _of_head(head: str, labels: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], slice]:
    """The head's classes, and where they stand."""
    places = [place for place, (name, _) in enumerate(labels) if name == head]
    return tuple(label for name, label in labels if name == head), slice(places[0], places[-1] + 1)


def _counts_for(
    labels: Sequence[tuple[str, str]], head: str, coarser: Sequence[str], name_of: Callable[[str], str]
) -> Numbers:
    """A row a class, a column a coarser one: 1 where the head's class is part of it."""
    return np.array([[float(name == head and name_of(label) == each) for each in coarser] for name, label in labels])


def _verdict_of(label: str) -> str:
    ground = _ground_of(label)
    return ground if ground in VERDICTS else VERDICT_OF.get(ground, ACCEPT)


def _ground_of(label: str) -> str:
    return label.partition(BETWEEN)[0]


def _kind_of(label: str) -> str:
    return label.partition(BETWEEN)[2]

"""Which verdict: four opinions as one, leaned so that no verdict is forgotten and nobody is turned away lightly.

One model knows the grounds, one the verdicts alone, two what a message means whole (ground and kind together), of which
one is a net; together they err less than any. How much each counts, the leaning and the thresholds are found on texts
none had seen (`nlp/weighing.py`) and stand in the model's card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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


Opinions = Mapping[str, Mapping[str, float]]
# Whose opinions make the verdict, and whose the kind; of a net, of what a message means whole.
NET = "net"
ON_VERDICT, ON_KIND = ("screen", "verdict", "whole", NET), ("kind", "whole", NET)
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

    def weigh(self, opinions: Opinions) -> dict[str, float]:
        """Verdict → probability; `opinions`: whose → verdict → probability."""
        return _as_one(VERDICTS, opinions, self.warmth, self.lean)

    def weigh_kinds(self, opinions: Opinions) -> dict[str, float]:
        """Kind → probability; `opinions`: whose → kind → probability."""
        return _as_one(tuple(opinions["kind"]), opinions, self.warmth_of_kind, {})


def _as_one(
    names: Sequence[str], opinions: Opinions, warmth: Mapping[str, float], lean: Mapping[str, float]
) -> dict[str, float]:
    powers = {
        name: math.exp(
            lean.get(name, 0.0)
            + sum(each * math.log(opinions[whose].get(name, 0.0) + LEAST) for whose, each in warmth.items())
        )
        for name in names
    }
    total = sum(powers.values())
    return {name: power / total for name, power in powers.items()}


def by_verdict(grounds: Mapping[str, float]) -> dict[str, float]:
    """Grounds' probabilities as verdicts'."""
    summed = dict.fromkeys(VERDICTS, 0.0)
    for ground, chance in grounds.items():
        summed[VERDICT_OF.get(ground, ACCEPT)] += chance
    return summed


def parts(whole: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """What a message means whole, as its grounds' probabilities and its kinds'."""
    grounds: dict[str, float] = {}
    kinds: dict[str, float] = {}
    for meaning, chance in whole.items():
        ground, _, kind = meaning.partition(BETWEEN)
        grounds[ground] = grounds.get(ground, 0.0) + chance
        kinds[kind] = kinds.get(kind, 0.0) + chance
    return grounds, kinds

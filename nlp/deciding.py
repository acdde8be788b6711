"""Which verdict: three opinions as one, leaned so that no verdict is forgotten and nobody is turned away lightly.

One model knows the grounds, one the verdicts alone, one what a message means whole (ground and kind together); together
they err less than any. The leaning and the thresholds are found on texts none had seen (`nlp/weighing.py`) and stand in
the model's card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
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

    def weigh(self, grounds: Sequence[Mapping[str, float]], verdicts: Mapping[str, float]) -> dict[str, float]:
        """Verdict → probability. `grounds`: opinions on acceptance and each ground; `verdicts`: one on the verdicts."""
        opinions = [*map(by_verdict, grounds), verdicts]
        scores = {
            verdict: self.warmth * sum(math.log(opinion.get(verdict, 0.0) + LEAST) for opinion in opinions)
            + self.lean.get(verdict, 0.0)
            for verdict in VERDICTS
        }
        powers = {verdict: math.exp(score) for verdict, score in scores.items()}
        total = sum(powers.values())
        return {verdict: power / total for verdict, power in powers.items()}

    def weigh_kinds(self, kinds: Mapping[str, float], whole: Mapping[str, float]) -> dict[str, float]:
        """Kind → probability, of an opinion on kinds and one on the message whole."""
        powers = {
            kind: ((chance + LEAST) * (whole.get(kind, 0.0) + LEAST)) ** self.warmth_of_kind
            for kind, chance in kinds.items()
        }
        total = sum(powers.values())
        return {kind: power / total for kind, power in powers.items()}


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

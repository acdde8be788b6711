"""Which verdict: two models' opinions as one, leaned so that no verdict is forgotten and nobody is turned away lightly.

One model knows the grounds, one the verdicts alone; together they err less than either. The leaning and the thresholds
are found on texts neither had seen (`nlp/weighing.py`) and stand in the model's card.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
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


@dataclass(frozen=True)
class Decision:
    """How opinions become one. `lean`: a verdict's handicap, as a logarithm."""

    warmth: float = 0.5
    lean: Mapping[str, float] = field(default_factory=dict)
    sure_of_refusal: float = 0.5

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> Decision:
        """As the card tells it; the middle way for a card that does not."""
        return cls(**card.get("decision", {}))

    def as_document(self) -> dict[str, Any]:
        """For the card."""
        return {"warmth": self.warmth, "lean": dict(self.lean), "sure_of_refusal": self.sure_of_refusal}

    def weigh(self, grounds: Mapping[str, float], verdicts: Mapping[str, float]) -> dict[str, float]:
        """Verdict → probability."""
        summed = dict.fromkeys(VERDICTS, 0.0)
        for ground, chance in grounds.items():
            summed[VERDICT_OF.get(ground, ACCEPT)] += chance
        scores = {
            verdict: self.warmth * (math.log(summed[verdict] + LEAST) + math.log(verdicts.get(verdict, 0.0) + LEAST))
            + self.lean.get(verdict, 0.0)
            for verdict in VERDICTS
        }
        powers = {verdict: math.exp(score) for verdict, score in scores.items()}
        total = sum(powers.values())
        return {verdict: power / total for verdict, power in powers.items()}

"""Finding how to decide: leaning and thresholds by what errors cost, on texts the models had not seen.

A real matter refused is the worst error; a verdict forgotten (all messages of one sort answered wrongly) comes next.
The search is a plain walk over each handicap in turn: four numbers need no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nlp.deciding import ACCEPT, LEAST, ON_KIND, ON_VERDICT, REFUSE, VERDICTS, Decision, kind_of, verdict_of
from nlp.fitting import softmax, warmth_of
from nlp.model import Numbers

# Of the real matters in our corpus, most of them written to look refusable, at most this share may be refused.
REFUSED_AT_MOST = 0.006
# And nobody is proposed for refusal on less certainty than this: on messages that were made to be hard the models err
# more than on those that teach (of test-hard.csv 8 of 274 real matters were refused without it, 3 with it).
LEAST_SURE = 0.75
# All right and each verdict right count alike.
STEPS = np.arange(-1.5, 1.51, 0.1)
ROUNDS = 3


@dataclass(frozen=True)
class Opinion:
    """What one head said of each text while it was unseen: a row a text, a column a class."""

    classes: Sequence[str]
    chances: Numbers

    def of(self, names: Sequence[str], name_of: Callable[[str], str]) -> Numbers:
        """The same, of coarser classes."""
        shares = [[float(name_of(each) == name) for name in names] for each in self.classes]
        answer: Numbers = self.chances @ np.array(shares)
        return answer


def find_decision(
    opinions: Mapping[str, Opinion], truth: Sequence[str], kinds: Sequence[str]
) -> tuple[Decision, dict[str, Any]]:
    """The decision that errs least on these opinions of unseen texts, and how often it is right there.

    `opinions`: whose (all of ON_VERDICT and ON_KIND) → theirs; `truth`, `kinds`: the right verdicts and kinds.
    """
    right = np.array([VERDICTS.index(verdict) for verdict in truth])
    told = [np.log(opinions[whose].of(VERDICTS, verdict_of) + LEAST) for whose in ON_VERDICT]
    warmths = _warmths(told, right)
    scores = _together(told, warmths)
    lean = _leaning(scores, right)
    warmth = warmth_of(scores + lean, right)
    chances = softmax(warmth * (scores + lean))
    sure = _sure_enough(chances, right)
    of_kind, kinds_right = _weigh_kinds(opinions, kinds)
    decision = Decision(
        _rounded(ON_VERDICT, warmth * warmths), _rounded(VERDICTS, warmth * lean), round(sure, 4), of_kind
    )
    return decision, {**_figures(_guess(chances, sure), right), "kind": kinds_right}


def _weigh_kinds(opinions: Mapping[str, Opinion], kinds: Sequence[str]) -> tuple[dict[str, float], float]:
    """How much each opinion on kinds counts, and how often right they are together."""
    names = list(opinions["kind"].classes)
    told = [np.log(opinions[whose].of(names, kind_of) + LEAST) for whose in ON_KIND]
    right = np.array([names.index(kind) for kind in kinds])
    warmths = _warmths(told, right)
    guessed = _together(told, warmths).argmax(axis=1)
    return _rounded(ON_KIND, warmths), round(float((guessed == right).mean()), 4)


def _warmths(told: Sequence[Numbers], right: NDArray[Any]) -> Numbers:
    """How much each opinion must count for least surprise; never less than nothing."""
    rows = np.arange(len(right))

    def surprise(warmths: Numbers) -> float:
        return float(-np.log(np.clip(softmax(_together(told, warmths))[rows, right], 1e-12, 1)).mean())

    first = np.full(len(told), 1 / len(told))
    found: Numbers = minimize(surprise, first, method="L-BFGS-B", bounds=[(0.0, 2.0)] * len(told)).x
    return found


def _together(told: Sequence[Numbers], warmths: Numbers) -> Numbers:
    answer: Numbers = np.tensordot(warmths, np.array(told), axes=1)
    return answer


def _rounded(names: Sequence[str], numbers: Numbers) -> dict[str, float]:
    return {name: round(float(each), 4) for name, each in zip(names, numbers, strict=True)}


def _figures(guessed: NDArray[Any], right: NDArray[Any]) -> dict[str, Any]:
    recalls = {
        verdict: round(float((guessed[right == place] == place).mean()), 4) for place, verdict in enumerate(VERDICTS)
    }
    real = right == VERDICTS.index(ACCEPT)
    refused = round(float((guessed[real] == VERDICTS.index(REFUSE)).mean()), 4)
    return {"verdict": round(float((guessed == right).mean()), 4), "recall": recalls, "real refused": refused}


def _leaning(scores: Numbers, right: NDArray[Any]) -> Numbers:
    lean = np.zeros(len(VERDICTS))
    for _ in range(ROUNDS):
        for place in range(1, len(VERDICTS)):
            trials = [np.where(np.arange(len(VERDICTS)) == place, step, lean) for step in STEPS]
            lean = max(trials, key=lambda trial: _worth((scores + trial).argmax(axis=1), right))
    return lean


def _worth(guessed: NDArray[Any], right: NDArray[Any]) -> float:
    recalls = [float((guessed[right == place] == place).mean()) for place in range(len(VERDICTS))]
    return float((guessed == right).mean()) + float(np.mean(recalls)) + min(recalls)


def _sure_enough(chances: Numbers, right: NDArray[Any]) -> float:
    """The least certainty at which no more than the allowed share of real matters is refused, or LEAST_SURE."""
    real = chances[right == VERDICTS.index(ACCEPT)]
    at_risk = np.sort(real[real.argmax(axis=1) == VERDICTS.index(REFUSE), VERDICTS.index(REFUSE)])[::-1]
    allowed = int(REFUSED_AT_MOST * len(real))
    needed = float(min(0.99, at_risk[allowed] + 1e-4)) if len(at_risk) > allowed else LEAST_SURE
    return max(needed, LEAST_SURE)


def _guess(chances: Numbers, sure: float) -> NDArray[Any]:
    refuse = VERDICTS.index(REFUSE)
    kept = chances.copy()
    kept[kept[:, refuse] < sure, refuse] = 0.0
    answer: NDArray[Any] = kept.argmax(axis=1)
    return answer

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
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from nlp.deciding import (
    ACCEPT,
    LEAST,
    ON_KIND,
    ON_VERDICT,
    REFUSE,
    VERDICTS,
    Decision,
    Judge,
    ground_of,
    kind_of,
    verdict_of,
)
from nlp.fitting import folds_of, softmax
from nlp.model import Numbers

# Of the real matters in our corpus, most of them written to look refusable, at most this share may be refused.
REFUSED_AT_MOST = 0.006
# And nobody is proposed for refusal on less certainty than this: on messages that were made to be hard the models err
# more than on those that teach (of 5,650 public letters one was proposed for refusal at .8, none at .82).
LEAST_SURE = 0.83
# Of the judges: found by cross-validation, hand by hand.
JUDGE_C, ROUNDS_OF_JUDGE = 0.03, 100
# That all are right counts for so much more than that each verdict is.
ALL_RIGHT = 3.0
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
    opinions: Mapping[str, Opinion], truth: Sequence[str], kinds: Sequence[str], groups: Sequence[int] | None = None
) -> tuple[Decision, dict[str, Any]]:
    """The decision that errs least on these opinions of unseen texts, and how often it is right there.

    `opinions`: whose (all of ON_VERDICT and ON_KIND) → theirs; `truth`, `kinds`: the right verdicts and kinds;
    `groups`: which texts belong together.
    """
    right = np.array([VERDICTS.index(verdict) for verdict in truth])
    grounds = opinions["screen"].classes
    told = [opinions[whose].of(VERDICTS, verdict_of) for whose in ON_VERDICT]
    judge, scores = _judge([*told, opinions["screen"].of(grounds, ground_of)], right, groups)
    lean = _leaning(scores, right)
    chances = softmax(scores + lean)
    sure = _sure_enough(chances, right)
    names = list(opinions["kind"].classes)
    of_kind = np.array([names.index(kind) for kind in kinds])
    on_kind, guessed = _judge([opinions[whose].of(names, kind_of) for whose in ON_KIND], of_kind, groups)
    decision = Decision(judge, _rounded(VERDICTS, lean), round(sure, 4), on_kind)
    kinds_right = round(float((guessed.argmax(axis=1) == of_kind).mean()), 4)
    return decision, {**_figures(_guess(chances, sure), right), "kind": kinds_right}


def _judge(told: Sequence[Numbers], right: NDArray[Any], groups: Sequence[int] | None) -> tuple[Judge, Numbers]:
    """The judge of these opinions, and what it says of each text, as logarithms, when that text had not taught it.

    `right`: the right answers' places; all of them stand in it.
    """
    heard = np.log(np.concatenate(told, axis=1) + LEAST)
    machine = LogisticRegression(C=JUDGE_C, solver="newton-cholesky", max_iter=ROUNDS_OF_JUDGE)
    folds = folds_of([str(each) for each in right], groups)
    unseen = np.asarray(cross_val_predict(machine, heard, right, cv=folds, method="decision_function"))
    machine.fit(heard, right)
    return Judge(machine.coef_.T.round(4).tolist(), machine.intercept_.round(4).tolist()), unseen


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
    return ALL_RIGHT * float((guessed == right).mean()) + float(np.mean(recalls))


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

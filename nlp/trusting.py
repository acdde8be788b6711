"""Finding how far the router's probabilities can be trusted, on texts its models had not seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from nlp.figures import calibration_error
from nlp.model import Numbers
from nlp.route import Router, subjects
from nlp.text import clean, cut, features


def find_trust(
    texts: Sequence[str], labels: Sequence[str], unseen: Numbers, classes: Sequence[str]
) -> tuple[tuple[float, float], dict[str, float]]:
    """The trust (see `Router`) that surprises least, and how the router then does on these texts.

    `unseen`: a row a text, a column a subject (`classes`), from a model that had not seen the text; `labels`: the
    subjects that are right. Units bear the subjects' own names here, so that the router is judged as it is served.
    """
    named = {subject.called[0]: subject.name for subject in subjects()}
    router = Router()
    first, odds, three = [], [], []
    for text, label, chances in zip(texts, labels, unseen, strict=True):
        cleaned = clean(text).text
        routed = router.route(cleaned, features(cut(cleaned)), dict(zip(classes, chances.tolist(), strict=True)))
        first.append(named[routed[0][0]] == label)
        three.append(label in [named[unit] for unit, _ in routed[:3]])
        chance = min(max(routed[0][1], 1e-6), 1 - 1e-6)
        odds.append(math.log(chance / (1 - chance)))
    right, told = np.array(first), np.array(odds)
    added, times = _least_surprise(told, right)
    sure = 1 / (1 + np.exp(-added - times * told))
    figures = {
        "top 1": round(float(right.mean()), 4),
        "top 3": round(float(np.mean(three)), 4),
        "ece": round(calibration_error(right, sure), 4),
        "n": len(right),
    }
    return (round(added, 4), round(times, 4)), figures


def _least_surprise(odds: Numbers, right: Numbers) -> tuple[float, float]:
    def surprise(trust: Numbers) -> float:
        sure = 1 / (1 + np.exp(-trust[0] - trust[1] * odds))
        return float(-np.log(np.clip(np.where(right, sure, 1 - sure), 1e-9, 1)).mean())

    found = minimize(surprise, np.array([0.0, 1.0]), method="Nelder-Mead").x
    return float(found[0]), float(found[1])

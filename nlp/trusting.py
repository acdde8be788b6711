"""Finding how far the router's probabilities can be trusted, on texts its models had not seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from scipy.optimize import minimize

from nlp.figures import calibration_error
from nlp.model import Numbers
from nlp.route import Router, lead, subjects
from nlp.text import clean, cut, features


def find_trust(
    texts: Sequence[str], labels: Sequence[Collection[str]], unseen: Numbers, classes: Sequence[str]
) -> tuple[tuple[float, float], dict[str, float]]:
    """The trust (see `Router`) that surprises least, and how the router then does on these texts.

    `unseen`: a row a text, a column a subject (`classes`), from a model that had not seen the text; `labels`: of each
    the subjects that are right. Units bear the subjects' own names here, so that the router is judged as it is served.
    """
    named = {subject.called[0]: subject.name for subject in subjects()}
    router = Router()
    first, leads, three = [], [], []
    for text, label, chances in zip(texts, labels, unseen, strict=True):
        cleaned = clean(text).text
        routed = router.route(cleaned, features(cut(cleaned)), dict(zip(classes, chances.tolist(), strict=True)))
        first.append(named[routed[0][0]] in label)
        three.append(any(named[unit] in label for unit, _ in routed[:3]))
        leads.append(lead(routed))
    right, told = np.array(first), np.array(leads)
    trust = _least_surprise(told, right)
    figures = {
        "top 1": round(float(right.mean()), 4),
        "top 3": round(float(np.mean(three)), 4),
        "ece": round(calibration_error(right, _sure(told, trust)), 4),
        "n": len(right),
    }
    return (round(float(trust[0]), 4), round(float(trust[1]), 4)), figures


def _sure(leads: Numbers, trust: Numbers) -> Numbers:
    answer: Numbers = 1 / (1 + np.exp(-trust[0] - trust[1] * leads))
    return answer


def _least_surprise(leads: Numbers, right: Numbers) -> Numbers:
    def surprise(trust: Numbers) -> float:
        sure = _sure(leads, trust)
        return float(-np.log(np.clip(np.where(right, sure, 1 - sure), 1e-9, 1)).mean())

    found: Numbers = minimize(surprise, np.zeros(2), method="BFGS").x
    return found

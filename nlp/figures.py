"""Figures of a classifier on labelled texts: how often right, how evenly, how honestly, and how much it dares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.model import Numbers

BINS = 15
DRAWN = 200
WANTED_PRECISION = 0.95


def figures_of(truth: NDArray[Any], probabilities: Numbers) -> dict[str, Any]:
    """`truth`: the right class's column; `probabilities`: a row a text. A class -1 is one the model does not know."""
    guessed, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    right = guessed == truth
    return {
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(macro_f1(truth, guessed), 4),
        "ece": round(calibration_error(right, sure), 4),
        "coverage_at_95": round(coverage(right, sure), 4),
        "n": len(truth),
    }


def macro_f1(truth: NDArray[Any], guessed: NDArray[Any]) -> float:
    """The mean of the classes' F1, over the classes that occur."""
    scores = []
    for label in np.unique(truth):
        hit = int(((guessed == label) & (truth == label)).sum())
        scores.append(2 * hit / max(1, int((guessed == label).sum() + (truth == label).sum())))
    return float(np.mean(scores)) if scores else 0.0


def calibration_error(right: NDArray[Any], sure: Numbers) -> float:
    """Expected calibration error: how far stated and found precision lie apart, over equal bins."""
    places = np.minimum((sure * BINS).astype(int), BINS - 1)
    apart = 0.0
    for place in np.unique(places):
        inside = places == place
        apart += inside.mean() * abs(float(right[inside].mean()) - float(sure[inside].mean()))
    return float(apart)


def error_by_chance(sure: Numbers) -> float:
    """The calibration error that perfectly honest probabilities would show on so few texts, by chance alone."""
    chance = np.random.default_rng(len(sure))
    return float(np.mean([calibration_error(chance.random(len(sure)) < sure, sure) for _ in range(DRAWN)]))


def coverage(right: NDArray[Any], sure: Numbers) -> float:
    """The largest share of texts, the surest first, of which 95 % are right."""
    order = np.argsort(-sure, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= WANTED_PRECISION)
    return float((enough[-1] + 1) / len(order)) if len(enough) else 0.0


def share(right: Sequence[bool]) -> str:
    """How often right, with its 95 % interval (Wilson)."""
    count = len(right)
    if not count:
        return "none"
    part, z = sum(right) / count, 1.96
    middle = (part + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(part * (1 - part) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{part:.3f} [{max(0.0, middle - half):.3f}-{min(1.0, middle + half):.3f}] of {count}"

"""The same matter, reported twice? Two texts compared by rare words they share, by what they name, and by containment.

A name or number that both give and that differs (another window, another building) speaks against it: at one hall many
matters have the same words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nlp.model import Model, Vector
from nlp.text import clean, cut, features

NUMBERED = re.compile(
    r"(?P<number>[A-Za-z]?[0-9]{1,4}|[一二三四五六七八九十]{1,3})(?P<of>号窗口|号楼|栋|单元|路|号线|号柜|期|号)"
)
LONG_NUMBER = re.compile(r"[0-9]{6,}")

# Bias, cosine, containment, shared long number, contradicting numbers: fitted by hand on the corpus's pairs.
BIAS, COSINE, CONTAINED, SAME_NUMBER, OTHER_NUMBER = -3.4, 6.0, 3.2, 3.0, -2.4


@dataclass(frozen=True)
class Sketch:
    """What a comparison needs of one text; worth keeping where one is compared with many."""

    vector: Vector
    numbered: Mapping[str, frozenset[str]]
    long_numbers: frozenset[str]


def sketch(model: Model, text: str) -> Sketch:
    """The text's vector and numbers."""
    cleaned = clean(text).text
    numbered: dict[str, set[str]] = {}
    for match in NUMBERED.finditer(cleaned):
        numbered.setdefault(match["of"], set()).add(match["number"])
    vector = model.vector(one for one in features(cut(cleaned)) if not one.startswith("p:"))
    return Sketch(
        vector, {of: frozenset(all_) for of, all_ in numbered.items()}, frozenset(LONG_NUMBER.findall(cleaned))
    )


def same(one: Sketch, other: Sketch) -> float:
    """The probability that both tell of one matter."""
    cosine, contained = _overlap(one.vector, other.vector)
    apart = any(
        one.numbered[of] and other.numbered[of] and not one.numbered[of] & other.numbered[of]
        for of in one.numbered.keys() & other.numbered.keys()
    )
    score = BIAS + COSINE * cosine + CONTAINED * contained
    score += SAME_NUMBER * bool(one.long_numbers & other.long_numbers) + OTHER_NUMBER * apart
    return 1 / (1 + math.exp(-score))


def _overlap(one: Vector, other: Vector) -> tuple[float, float]:
    """Cosine, and how much of the shorter text's weight the other has."""
    shared, here, there = np.intersect1d(one.columns, other.columns, return_indices=True)
    if not len(shared):
        return 0.0, 0.0
    cosine = float(one.values[here] @ other.values[there])
    contained = max(float((one.values[here] ** 2).sum()), float((other.values[there] ** 2).sum()))
    return cosine, contained

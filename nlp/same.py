"""The same matter, reported twice? Two texts compared by rare words they share, by what they name, and by containment.

The unit's name is looked at apart: else every two complaints about one hall would seem the same. A place or number that
both give and that differs (another street, another window) speaks against it: many matters have the same words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.fields_place import find_sites
from nlp.model import Model, Vector
from nlp.text import clean, cut, features

NUMBERED = re.compile(
    r"(?P<number>[A-Za-z]?[0-9]{1,4}|[一二三四五六七八九十]{1,3})(?P<of>号窗口|号楼|栋|单元|路|号线|号柜|期|号)"
)
LONG_NUMBER = re.compile(r"[0-9]{6,}")

# Cues tell the sort of matter, pairs of words the way of saying it: neither tells one matter from another.
LEFT_OUT = ("t:", "h:", "p:", "u:", "g:")

# Fitted by hand on a few pairs; to be fitted on many.
BIAS, COSINE, CONTAINED = -3.4, 6.0, 3.2
SAME_UNIT, SAME_NUMBER, OTHER_NUMBER, OTHER_PLACE = 0.8, 3.0, -2.4, -4.0


@dataclass(frozen=True)
class Sketch:
    """What a comparison needs of one text; worth keeping where one is compared with many."""

    vector: Vector
    units: tuple[str, ...]
    places: tuple[str, ...]
    numbered: Mapping[str, frozenset[str]]
    long_numbers: frozenset[str]


def sketch(model: Model, text: str) -> Sketch:
    """The text's vector and numbers."""
    cleaned = clean(text).text
    numbered: dict[str, set[str]] = {}
    for match in NUMBERED.finditer(cleaned):
        numbered.setdefault(match["of"], set()).add(match["number"])
    words = cut(cleaned)
    units, spots = find_sites(cleaned, words)
    rest = [word for word in words if not any(each.start <= word.start < each.end for each in units)]
    vector = model.vector(one for one in features(rest) if one[:2] not in LEFT_OUT)
    names = tuple(each.value for each in units if each.value)
    places = tuple(each.value for each in spots if each.value)
    return Sketch(
        vector,
        names,
        places,
        {of: frozenset(all_) for of, all_ in numbered.items()},
        frozenset(LONG_NUMBER.findall(cleaned)),
    )


def same(one: Sketch, other: Sketch) -> float:
    """The probability that both tell of one matter."""
    cosine, contained = _overlap(one.vector, other.vector)
    apart = any(
        one.numbered[of] and other.numbered[of] and not one.numbered[of] & other.numbered[of]
        for of in one.numbered.keys() & other.numbered.keys()
    )
    elsewhere = bool(one.places and other.places) and not _share_a_name(one.places, other.places)
    score = BIAS + COSINE * cosine + CONTAINED * contained
    score += SAME_UNIT * _share_a_name(one.units, other.units)
    score += SAME_NUMBER * bool(one.long_numbers & other.long_numbers) + OTHER_NUMBER * apart + OTHER_PLACE * elsewhere
    return 1 / (1 + math.exp(-score))


def _share_a_name(some: Sequence[str], others: Sequence[str]) -> bool:
    """市社保局 and 社保局 are one: a name may be said short."""
    return any(one in other or other in one for one in some for other in others)


def _overlap(one: Vector, other: Vector) -> tuple[float, float]:
    """Cosine, and how much of the shorter text's weight the other has."""
    shared, here, there = np.intersect1d(one.columns, other.columns, return_indices=True)
    if not len(shared):
        return 0.0, 0.0
    cosine = float(one.values[here] @ other.values[there])
    contained = max(float((one.values[here] ** 2).sum()), float((other.values[there] ** 2).sum()))
    return cosine, contained

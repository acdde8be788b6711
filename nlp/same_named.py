"""What two texts name, held side by side: places, units, people, numbers and days that agree or contradict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nlp.sketch import Sketch


def agrees(one: Iterable[str], other: Iterable[str]) -> bool:
    """市社保局 and 社保局 are one: a name may be said short."""
    return any(here in there or there in here for here in one for there in other)


def place_agrees(one: Sketch, other: Sketch) -> float:
    return float(
        any(name in other.text for name in one.stems | one.names)
        or any(name in one.text for name in other.stems | other.names)
    )


def place_differs(one: Sketch, other: Sketch) -> float:
    return float(bool(one.stems and other.stems) and not place_agrees(one, other))


def names_unshared(one: Sketch, other: Sketch) -> float:
    """Of the texts that name a place, a district or a unit of its own, how many name none that the other speaks of."""
    return sum(
        bool(names) and not any(name in text for name in names)
        for names, text in ((one.names | one.stems, other.text), (other.names | other.stems, one.text))
    )


def signed_alike(one: Sketch, other: Sketch) -> float:
    return float(any(name in other.text for name in one.signed) or any(name in one.text for name in other.signed))


def signed_apart(one: Sketch, other: Sketch) -> float:
    return float(bool(one.signed and other.signed) and not signed_alike(one, other))


def numbers_agree(one: Sketch, other: Sketch) -> float:
    return float(any(one.numbered[of] & other.numbered[of] for of in one.numbered.keys() & other.numbered.keys()))


def numbers_differ(one: Sketch, other: Sketch) -> float:
    return float(any(not one.numbered[of] & other.numbered[of] for of in one.numbered.keys() & other.numbered.keys()))


def days_differ(one: Sketch, other: Sketch) -> float:
    return float(bool(one.days and other.days) and not share_a_day(one, other))


def share_a_day(one: Sketch, other: Sketch) -> bool:
    return any(
        here[1] == there[1] and (here[0] == there[0] or 0 in (here[0], there[0]))
        for here in one.days
        for there in other.days
    )


def disjoint(one: frozenset[Any], other: frozenset[Any]) -> float:
    return float(bool(one and other) and not one & other)


def shared(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def each_has_its_own(one: frozenset[int], other: frozenset[int]) -> float:
    return float(bool(one - other) and bool(other - one))


def named_alike(one: Sketch, other: Sketch) -> float:
    return float(any(agree_in_name(one, other, ending) for ending in one.named.keys() & other.named.keys()))


def named_apart(one: Sketch, other: Sketch) -> float:
    return float(any(not agree_in_name(one, other, ending) for ending in one.named.keys() & other.named.keys()))


def agree_in_name(one: Sketch, other: Sketch, ending: str) -> bool:
    return any(
        here.endswith(there) or there.endswith(here) for here in one.named[ending] for there in other.named[ending]
    )

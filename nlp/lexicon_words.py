"""The words of a lexicon file, and endings by their last character."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from operator import add

from nlp.text import lines

# Cities whose units' names are remembered by their beginnings.
CITIES = 8


@cache
def word_list(name: str) -> frozenset[str]:
    """All words of the file."""
    return frozenset(word for line in lines(name) for word in line.split())


@cache
def ends_by_last_sign(*names: str) -> dict[str, tuple[str, ...]]:
    """A last character → the endings of these files that end with it, the longest first."""
    table: dict[str, list[str]] = {}
    for ending in sorted(set().union(*map(word_list, names)), key=lambda ending: (-len(ending), ending)):
        table.setdefault(ending[-1], []).append(ending)
    return {last: tuple(endings) for last, endings in table.items()}


def said_of(text: str, names: Sequence[str]) -> list[str]:
    """Those of the names that stand in the text, in their own order."""
    begun = _by_beginnings(tuple(names))
    found = begun.keys() & {"", *map(add, text, text[1:])}
    return [name for _, name in sorted(each for pair in found for each in begun[pair]) if name in text]


@lru_cache(CITIES)
def _by_beginnings(names: tuple[str, ...]) -> dict[str, list[tuple[int, str]]]:
    """The first two characters ("" of what has fewer) → the names that begin so, with their places."""
    begun: dict[str, list[tuple[int, str]]] = {}
    for place, name in enumerate(names):
        begun.setdefault(name[:2] if len(name) > 1 else "", []).append((place, name))
    return begun

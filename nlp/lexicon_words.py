"""The words of a lexicon file, and endings by their last character."""

from __future__ import annotations

from functools import cache

from nlp.text import lines


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

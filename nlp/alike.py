"""Different words for one thing or trouble, a row of a lexicon each: `alike.txt`, `things.txt`, `troubles.txt`.

The rows of `things.txt` also part: two texts that name other things of one sort speak of two matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from nlp.text import LEXICONS

THINGS, TROUBLES = "things.txt", "troubles.txt"
FILES = ("alike.txt", THINGS, TROUBLES)
MANNERS_FROM = "# windows"


@dataclass(frozen=True)
class Lexicon:
    """Word → its rows; a first character → how long the words with it are, the longest first."""

    rows: Mapping[str, frozenset[int]]
    sizes: Mapping[str, tuple[int, ...]]

    def rows_in(self, text: str) -> Iterator[frozenset[int]]:
        """The rows of every word that stands in the text; the longest word at each place."""
        place = 0
        while place < len(text):
            size = next(
                (size for size in self.sizes.get(text[place], ()) if text[place : place + size] in self.rows), 0
            )
            if size:
                yield self.rows[text[place : place + size]]
            place += size or 1


@cache
def alike() -> Lexicon:
    """All three lexicons as one."""
    return _lexicon([words for name in FILES for words, _ in _rows(name)])


@cache
def things() -> Lexicon:
    """Papers, things and troubles that are never taken for one another."""
    return _lexicon([() if is_manner else words for words, is_manner in _rows(THINGS)])


@cache
def manners() -> Lexicon:
    """How one was treated."""
    return _lexicon([words if is_manner else () for words, is_manner in _rows(THINGS)])


@cache
def troubles() -> Lexicon:
    """What went wrong."""
    return _lexicon([words for words, _ in _rows(TROUBLES)])


def _rows(name: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The words of each row, and whether it stands in the part of manners."""
    is_manner = False
    for line in (LEXICONS / name).read_text(encoding="utf-8").splitlines():
        is_manner = is_manner or line.startswith(MANNERS_FROM)
        if line and not line.startswith("#"):
            yield tuple(line.split()), is_manner


def _lexicon(rows: list[tuple[str, ...]]) -> Lexicon:
    table: dict[str, frozenset[int]] = {}
    sizes: dict[str, set[int]] = {}
    for row, words in enumerate(rows):
        for word in words:
            table[word] = table.get(word, frozenset()) | {row}
            sizes.setdefault(word[0], set()).add(len(word))
    return Lexicon(table, {first: tuple(sorted(found, reverse=True)) for first, found in sizes.items()})

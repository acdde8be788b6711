"""Insults that hide (傻b, 草 泥 马, 女马, nmsl, 你🐴) in clear again, on a copy: what was sent stays as it is.

Only what is found in the lexicon is changed; every character of the copy still tells where it stood.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from operator import add

from nlp.text import REMEMBERED, Cleaned, lines

# Pictures that are written for a character.
PICTURES = {
    "🐴": "马",
    "🐎": "马",
    "🐶": "狗",
    "🐕": "狗",
    "🐷": "猪",
    "🐖": "猪",
    "🐔": "鸡",
    "🐢": "龟",
    "🅱": "b",
    "🐍": "b",
}
# Between these two people speak of two things: 去,死亡证明.
PARTS = frozenset(',。!?;:、\n)(“”"《》')
# 辣鸡 after these is a dish.
DISHES = {"辣鸡": "麻香酸微爆"}
# More than this between two characters is no disguise but a gap.
WIDEST = 3


class _Shown(dict[str, str]):
    """Character → what of it can be part of a word, "" for nothing; found out once for each."""

    def __missing__(self, sign: str) -> str:
        shown = PICTURES.get(sign) or (sign.lower() if sign.isalnum() or sign in "+×💩" else "")
        shown = shown if len(shown) == 1 else ""
        if len(self) < REMEMBERED:
            self[sign] = shown
        return shown


_SHOWN = _Shown()


def undisguise(cleaned: Cleaned) -> Cleaned:
    """The text with hidden insults in clear; `cleaned` itself where there are none."""
    shown = [*map(_SHOWN.__getitem__, cleaned.text)]
    signs = "".join(shown)
    pairs = [*map(add, signs, f"{signs[1:]} ")]
    if _begins().isdisjoint(pairs):
        return cleaned
    places = [place for place, sign in enumerate(shown) if sign]
    pieces: list[str] = []
    origins: list[int] = []
    done = after = 0
    for at in (at for at, pair in enumerate(pairs) if pair in _begins()):
        if at < after:
            continue
        size, clear = _hidden(cleaned.text, signs, places, at)
        if not size:
            continue
        start, end = places[at], places[at + size - 1] + 1
        pieces += [cleaned.text[done:start], clear]
        origins += cleaned.origins[done:start]
        origins += [
            cleaned.origins[start + (end - 1 - start) * step // max(1, len(clear) - 1)] for step in range(len(clear))
        ]
        done, after = end, at + size
    if not pieces:
        return cleaned
    return Cleaned("".join((*pieces, cleaned.text[done:])), (*origins, *cleaned.origins[done:]))


def _hidden(text: str, signs: str, places: list[int], at: int) -> tuple[int, str]:
    """How many characters from `at` on hide an insult, and the insult; 0 where none does."""
    table, sizes = _shapes()
    for size in sizes.get(signs[at], ()):
        shape = signs[at : at + size]
        clear = table.get(shape)
        if clear is None or len(shape) < size or not _hangs_together(text, places[at : at + size]):
            continue
        written = text[places[at] : places[at + size - 1] + 1]
        if written != clear and _stands_alone(text, places[at], places[at + size - 1], shape):
            return size, clear
    return 0, ""


def _hangs_together(text: str, places: list[int]) -> bool:
    for here, there in pairwise(places):
        if there - here > WIDEST + 1 or any(sign in PARTS for sign in text[here + 1 : there]):
            return False
    return True


def _stands_alone(text: str, first: int, last: int, shape: str) -> bool:
    """A Latin shape must not be a piece of a longer word: sb of USB."""
    if text[first - 1 : first] and text[first - 1] in DISHES.get(shape, ""):
        return False
    before, after = text[first - 1 : first], text[last + 1 : last + 2]
    if shape[0].isascii() and before.isascii() and before.isalnum():
        return False
    return not (shape[-1].isascii() and after.isascii() and after.isalnum())


@cache
def _shapes() -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    """Shape → the insult in clear; a shape's first character → how long the shapes with it are, the longest first."""
    table: dict[str, str] = {}
    for line in lines("disguised.txt"):
        clear, *shapes = line.lower().split()
        for shape in shapes if clear.startswith("=") else (clear, *shapes):
            table.setdefault(shape, clear.removeprefix("="))
    sizes: dict[str, set[int]] = {}
    for shape in table:
        sizes.setdefault(shape[0], set()).add(len(shape))
    return table, {first: tuple(sorted(found, reverse=True)) for first, found in sizes.items()}


@cache
def _begins() -> frozenset[str]:
    """The first two characters of the shapes; all are of two at least."""
    return frozenset(shape[:2] for shape in _shapes()[0])

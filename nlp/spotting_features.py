"""What a learnt spotter sees at each character of a text: the signs and words around it, and what the rules propose.

Each template joins up to three attributes of a place into one number, which names a row of weights. Everything is
counted for all places at once; a message takes some fifty such steps, whatever its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nlp.fields_names import is_surname, no_persons
from nlp.found import Found
from nlp.lexicon_words import word_list
from nlp.numerals import HAN_FIGURES
from nlp.text import REMEMBERED, Word

# The fields that are spotted, in the order of the weights.
FIELDS = ("name", "organisation", "staff_name", "place", "event_time")

# Rows of weights: 2**18. Fewer, and too many features share one.
BITS = 18
# Signs and words that are looked at on each side.
SIGNS, WORDS = 4, 3
MOST_PROPOSED = 6

Rows = NDArray[np.uint32]
Proposals = Sequence[Sequence[Found]]

# Odd numbers that mix well; one a part of a template.
FACTORS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D], dtype=np.uint32)
SALT, MIX = np.uint32(0xD6E8FEB9), np.uint32(0x27D4EB2F)
HALF, LAST = np.uint32(15), np.uint32(32 - BITS)
OFFSET, PRIME, WHOLE = 2166136261, 16777619, (1 << 32) - 1
LISTS = ("not_in_names.txt", "no_places.txt", "no_units.txt")


def _templates() -> tuple[tuple[str, ...], ...]:
    """Each the names of the attributes that it joins."""
    around = range(-SIGNS, SIGNS + 1)
    alone = [(f"sign{at}",) for at in around]
    twos = [(f"sign{at}", f"sign{at + 1}") for at in around[:-1]]
    threes = [(f"sign{at}", f"sign{at + 1}", f"sign{at + 2}") for at in around[:-2]]
    kinds = [(f"kind{at}", f"kind{at + 1}", f"kind{at + 2}") for at in range(-WORDS, 2)]
    words: list[tuple[str, ...]] = [(f"word{at}", "within") for at in range(-2, 3)]
    words += [(f"word{at}", f"word{at + 1}", "within") for at in range(-2, 2)]
    listed: list[tuple[str, ...]] = [
        ("list-1", "within"),
        ("list0", "within"),
        ("list1", "within"),
        ("list0", "length", "within"),
    ]
    sorts: list[tuple[str, ...]] = [("sort-1", "within"), ("sort0", "within"), ("sort1", "within")]
    sorts += [(f"sort{at}", f"sort{at + 1}", "within") for at in range(-2, 2)]
    sorts += [("sort-1", "word0", "within"), ("sort1", "word0", "within"), ("word-1", "sort0", "within")]
    sorts += [("sort0", "word1", "within")]
    likes: list[tuple[str, ...]] = [(f"like{at}", "within") for at in range(-2, 3)]
    likes += [("like-1", "sort0", "within"), ("sort0", "like1", "within")]
    ruled = [
        each
        for field in range(len(FIELDS))
        for each in (
            (f"rule{field}", f"often{field}"),
            (f"rule{field}", f"order{field}"),
            (f"rule{field}", "word-1"),
            (f"rule{field}", "word1"),
            (f"before{field}", f"rule{field}", f"after{field}"),
        )
    ]
    both = [("rule0", "rule2"), ("rule1", "rule3"), ("rule0", "often2"), ("rule2", "often0"), ("time", "often4")]
    both += [("time", "word-1"), ("time", "word1")]
    return (*alone, *twos, *threes, *kinds, *words, *listed, *sorts, *likes, ("ends",), ("part",), *ruled, *both)


TEMPLATES = _templates()
NAMES = (
    *(f"sign{at}" for at in range(-SIGNS, SIGNS + 1)),
    *(f"kind{at}" for at in range(-WORDS, WORDS + 1)),
    *(f"{what}{at}" for what in ("word", "sort", "like", "list") for at in range(-WORDS, WORDS + 1)),
    *(f"{what}{field}" for what in ("rule", "order") for field in range(len(FIELDS))),
    *(f"{what}{field}" for what in ("before", "after", "often") for field in range(len(FIELDS))),
    *("time", "within", "length", "ends", "part", ""),
)
_PLACES = np.array([[NAMES.index(name) for name in (*each, "", "")[:3]] for each in TEMPLATES]).T
_SALTS = (np.arange(1, len(TEMPLATES) + 1, dtype=np.uint32) * SALT)[:, None]


class Sorts(dict[str, tuple[int, int, int, int]]):
    """Word → a number of its own, its sort, what it is like, and which lexicons list it."""

    def __init__(self, known: Mapping[str, tuple[int, int]]) -> None:
        super().__init__()
        self.known = known

    def __missing__(self, word: str) -> tuple[int, int, int, int]:
        sort, like = self.known.get(word) or (61 if word.isascii() else 50 + min(len(word), 5), 0)
        listed = sum(1 << place for place, name in enumerate(LISTS) if word in word_list(name))
        seen = _number("0" if word.isdigit() else word), sort, like, listed + 8 * (word in no_persons())
        if len(self) < REMEMBERED:
            self[word] = seen
        return seen


def columns(text: str, words: Sequence[Word], proposals: Proposals, times: Sequence[Found], sorts: Sorts) -> Rows:
    """The row of weights of every template (first axis) at every character (second).

    `proposals`: what the rules found of each of FIELDS, the likeliest first; `times`: all that may be a time.
    """
    seen = _attributes(text, words, proposals, times, sorts)
    first, second, third = seen * FACTORS[:, None, None]
    rows: Rows = first.take(_PLACES[0], axis=0)
    rows += second.take(_PLACES[1], axis=0)
    rows += third.take(_PLACES[2], axis=0)
    rows += _SALTS
    rows ^= rows >> HALF
    rows *= MIX
    rows >>= LAST
    return rows


def _attributes(text: str, words: Sequence[Word], proposals: Proposals, times: Sequence[Found], sorts: Sorts) -> Rows:
    size = len(text)
    folds, kinds = _signs()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = np.minimum(codes, 0xFFFF)
    around = np.zeros((2, size + 2 * SIGNS), dtype=np.uint32)
    around[0, SIGNS:-SIGNS], around[1, SIGNS:-SIGNS] = folds[codes], kinds[codes]
    windows = sliding_window_view(around, size, axis=1)
    lengths = np.array([len(word) for word, _ in words])
    of = np.repeat(np.arange(len(words)), lengths)
    told = np.zeros((len(words) + 2 * WORDS, 4), dtype=np.uint32)
    told[WORDS:-WORDS] = [sorts[word] for word, _ in words]
    near = told[of + np.arange(2 * WORDS + 1)[:, None]]  # offset, place, attribute
    place = np.arange(size)
    first = np.array([start for _, start in words])[of]
    length = lengths[of]
    within = np.where(length == 1, 4, np.where(place == first, 1, np.where(place == first + length - 1, 3, 2)))
    ruled = _ruled(size, proposals, times)
    seen = np.zeros((len(NAMES), size), dtype=np.uint32)
    seen[: len(NAMES) - 6] = np.concatenate(
        [windows[0], windows[1, SIGNS - WORDS : SIGNS + WORDS + 1], *near.transpose(2, 0, 1), ruled[:-1]]
    )
    seen[-6], seen[-5], seen[-4] = ruled[-1], within, np.minimum(length, 5)
    seen[-3] = np.minimum(place, 3) * 8 + np.minimum(size - 1 - place, 3)
    seen[-2] = place * 4 // size + (0 if size < 20 else 10 if size < 50 else 20)
    return seen


def _ruled(size: int, proposals: Proposals, times: Sequence[Found]) -> Rows:
    """Where in a proposal each place is, of which rank and which in order; the places beside; how many there are."""
    fields = len(FIELDS)
    seen = np.zeros((5 * fields + 1, size), dtype=np.uint32)
    for field, found in enumerate(proposals):
        some = found[:MOST_PROPOSED]
        for rank, each in reversed([*enumerate(some)]):
            _mark(seen[field], each, 1 + 4 * min(rank, 2))
        for rank, each in enumerate(sorted(some, key=_start)):
            seen[fields + field, each.start : each.end] = min(rank, 3) + 1
        seen[4 * fields + field] = min(len(found), 3) + 1
    for each in reversed(times):
        _mark(seen[-1], each, 1)
    seen[2 * fields : 3 * fields, 1:] = seen[:fields, :-1]
    seen[3 * fields : 4 * fields, :-1] = seen[:fields, 1:]
    return seen


def _mark(row: Rows, each: Found, base: int) -> None:
    row[each.start : each.end] = base + 1
    row[each.end - 1] = base + 2
    row[each.start] = base + 3 * (each.end - each.start == 1)


def _start(found: Found) -> int:
    return found.start


def _number(word: str) -> int:
    """The same on every machine (FNV-1a)."""
    hashed = OFFSET
    for sign in word:
        hashed = ((hashed ^ ord(sign)) * PRIME) & WHOLE
    return hashed


@cache
def _signs() -> tuple[Rows, Rows]:
    """Character → the same with figures and Latin letters made one each; character → its kind."""
    folds = np.arange(0x10000, dtype=np.uint32)
    kinds = np.zeros(0x10000, dtype=np.uint32)
    for code in range(0x10000):
        sign = chr(code)
        folds[code] = ord(_folded(sign))
        kinds[code] = _kind(sign)
    return folds, kinds


def _folded(sign: str) -> str:
    if not sign.isascii():
        return sign
    return "0" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.islower() else sign


def _kind(sign: str) -> int:
    marks = (",;:、", "。!?.\n", "()[]《》\"'“”「」", " ", "·", f"零〇两{HAN_FIGURES}")
    for number, signs in enumerate(marks, start=3):
        if sign in signs:
            return number
    if sign.isascii():
        return 1 if sign.isdigit() else 2 if sign.isalpha() else 9
    return (10 if is_surname(sign) else 11) if "一" <= sign <= "龥" else 12

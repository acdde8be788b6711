"""A text in the shape that comparing needs: what it names (places, units, people, numbers, days) and what it speaks of.

Names and numbers are kept apart from the words: two complaints in the same words about two streets are two matters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from nlp.alike import alike, manners, things, troubles
from nlp.fields_person import find_names
from nlp.fields_place import endings, ends_a_unit, find_sites, longest_ending, may_name
from nlp.fields_staff import find_staff
from nlp.found import Found
from nlp.gist import Gist, Gists, Parts, gist, points_of
from nlp.meaning import Meanings, in_bytes
from nlp.model import Model
from nlp.sketch_numbers import amounts, days_in, long_numbers, numbered
from nlp.text import Word, clean, cut, features

MOST_NAMED = 100
# A long letter's rarest words say what it is about; comparing stays quick.
MOST_TELLING = 48
# Longer than this no phrase of the lexicons is looked for.
LONGEST_JOINED = 8
WORD = re.compile(r"[一-龥A-Za-z]+")
# A stem shorter than two characters names nothing.
STEM_ENDS = re.compile(
    r"(?:小区|社区|街道|大道|大街|路|街|巷子?|村|镇|乡|苑|桥|市场|公园|广场|花园|家园|小学|中学|学校|幼儿园|医院|卫生院|派出所|物业"
    r"|商场|大厦|车站|客运站|[东南西北]?门口?|对面|旁边?|附近|下面|楼下|中段){1,4}$"
)
SPECIFIC_UNIT = re.compile(
    r"(?:派出所|社区|村委会|居委会|小学|中学|学校|幼儿园|医院|卫生院|车站|驾校|物业|镇政府|乡政府|养老院|分中心|街道办|办事处)"
)
UNKNOWN, UNKNOWN_IS_RARE = -1, 0.85
# Words rarer than this tell one text from another; rarer than that may be a name.
TELLING, NAMES_FROM, NAME_SIZE = 0.35, 0.45, 3

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Sketch:
    """What a comparison needs of one text; worth keeping where one is compared with many.

    `words` are those of the matter (no names, no numbers), what the lexicons know as one joined, a row of `vectors`
    (`in_bytes`) and of `rarity` each, and the lexicons' rows in `alike`; `gist`: where its points lie. `days`: month
    and day, month 0 where only the day was said. `signed`: the citizen's own name. `named`: for an ending (路, 小学)
    what stands before it; `things`, `manners` and `troubles`: rows of the lexicons of matters.
    """

    text: str
    pairs: frozenset[str]
    words: tuple[str, ...]
    vectors: NDArray[np.int8]
    rarity: Vectors
    alike: tuple[frozenset[int], ...]
    all_alike: frozenset[int]
    meaning: Vectors
    gist: Gist
    all_words: frozenset[str]
    names: frozenset[str]
    stems: frozenset[str]
    places: tuple[str, ...]
    units: frozenset[str]
    people: frozenset[str]
    signed: frozenset[str]
    named: Mapping[str, frozenset[str]]
    things: frozenset[int]
    manners: frozenset[int]
    troubles: frozenset[int]
    numbered: Mapping[str, frozenset[str]]
    long_numbers: frozenset[str]
    amounts: frozenset[str]
    days: frozenset[tuple[int, int]]
    subject: NDArray[np.float64]
    kind: NDArray[np.float64]

    @cached_property
    def said(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def signs(self) -> frozenset[str]:
        return frozenset("".join(self.words))

    @cached_property
    def weight(self) -> NDArray[np.float64]:
        """What each word counts for, one in all."""
        return _to_one(self.rarity.astype(np.float64) ** 2)

    @cached_property
    def known_weight(self) -> NDArray[np.float64]:
        """The same of the words that stand in the lexicons."""
        return _to_one(self.rarity.astype(np.float64) ** 2 * np.array([bool(rows) for rows in self.alike], dtype=bool))

    @cached_property
    def own_things(self) -> tuple[bool, ...]:
        """Whether each word is of the lexicon of things."""
        return tuple(word in things().rows for word in self.words)


def points(raw: str) -> tuple[Parts, ...]:
    """What the gist of `raw` is made of."""
    text = clean(raw).text
    words = cut(text)
    _, sites = _sites(text, words)
    plain = _matter(words, [*sites, *find_staff(text, words)])
    return points_of((word.text for word in plain), text)


def sketch(model: Model, meanings: Meanings, gists: Gists, raw: str) -> Sketch:
    """What `raw` names and speaks of."""
    text = clean(raw).text
    words = cut(text)
    units, sites = _sites(text, words)
    people = find_staff(text, words)
    plain = _matter(words, [*sites, *people])
    matter, vectors, rarity = _telling(_joined(plain), meanings)
    rows = tuple(alike().rows.get(word, frozenset()) for word in matter)
    every = [word.text for word in words if WORD.fullmatch(word.text)]
    whole, weight = _weighed(every, meanings)
    named = _named(text, words)
    chances = model.chances([model.vector(features(words))])[0]
    return Sketch(
        text=text,
        pairs=_pairs(text),
        words=tuple(matter),
        vectors=in_bytes(vectors),
        rarity=rarity,
        alike=rows,
        all_alike=frozenset().union(*rows),
        meaning=_length_one((whole * weight[:, None]).sum(axis=0)),
        gist=gist(points_of((word.text for word in plain), text), gists, meanings),
        all_words=frozenset(word for word, telling in zip(every, weight, strict=True) if telling > TELLING),
        names=_names(named, meanings),
        stems=frozenset(stem for each in sites if (stem := _stem(each.value or ""))),
        places=tuple(each.value for each in sites if each.value),
        units=frozenset(each.value for each in units if each.value),
        people=frozenset(each.value for each in people if each.value),
        signed=frozenset(each.value for each in find_names(text, words) if each.value),
        named=named,
        things=frozenset().union(*things().rows_in(text)),
        manners=frozenset().union(*manners().rows_in(text)),
        troubles=frozenset().union(*troubles().rows_in(text)),
        numbered=numbered(text),
        long_numbers=long_numbers(text),
        amounts=amounts(text),
        days=days_in(text),
        subject=np.array([*model.of("subject", chances).values()]),
        kind=np.array([*model.of("kind", chances).values()]),
    )


def _sites(text: str, words: Sequence[Word]) -> tuple[list[Found], list[Found]]:
    """All units; and the places, with those units that have a name of their own."""
    units, places = find_sites(text, words)
    return units, [*places, *(each for each in units if SPECIFIC_UNIT.search(each.value or ""))]


def _to_one(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = weight.sum()
    return weight / whole if whole else weight


def _matter(words: Sequence[Word], names: Sequence[Found]) -> list[Word]:
    return [
        word
        for word in words
        if WORD.fullmatch(word.text) and not any(each.start <= word.start < each.end for each in names)
    ]


def _joined(words: Sequence[Word]) -> list[list[str]]:
    """The words, those together that the lexicons have as one: 没|收到, 打|不|开."""
    known, found, place = alike().rows, [], 0
    while place < len(words):
        last, end, said = place, place, words[place].text
        while end + 1 < len(words) and words[end + 1].start == words[end].end and len(said) < LONGEST_JOINED:
            end += 1
            said += words[end].text
            last = end if said in known else last
        found.append([word.text for word in words[place : last + 1]])
        place = last + 1
    return found


def _telling(words: Sequence[Sequence[str]], meanings: Meanings) -> tuple[list[str], Vectors, Vectors]:
    """The most telling of the words in their order, the vector and rarity of each."""
    joined = ["".join(each) for each in words]
    vectors, rarity = _weighed([part for each in words for part in each], meanings)
    starts = np.cumsum([0, *(len(each) for each in words)])[:-1]
    if len(joined) != len(vectors):
        vectors = np.add.reduceat(vectors * rarity[:, None], starts)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        rarity = np.maximum.reduceat(rarity, starts)
    if len(joined) > MOST_TELLING:
        kept = np.sort(np.argsort(-rarity, kind="stable")[:MOST_TELLING])
        joined, vectors, rarity = [joined[at] for at in kept], vectors[kept], rarity[kept]
    return joined, vectors, rarity


def _weighed(words: Sequence[str], meanings: Meanings) -> tuple[Vectors, Vectors]:
    """A row a word: its vector (nothing for an unknown word) and its rarity."""
    rows = np.array([meanings.rows.get(word, UNKNOWN) for word in words], dtype=np.intp)
    vectors, rarity = meanings.of(rows), meanings.rarity[rows]
    for place in np.flatnonzero(rows == UNKNOWN).tolist():
        parts = [meanings.rows[sign] for sign in words[place] if sign in meanings.rows]
        vectors[place] = _length_one(meanings.of(parts).sum(axis=0)) if parts else 0.0
        rarity[place] = UNKNOWN_IS_RARE
    return vectors, rarity


def _length_one(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector


def _pairs(text: str) -> frozenset[str]:
    signs = "".join(sign for sign in text.lower() if sign.isalnum())
    return frozenset(signs[place : place + 2] for place in range(len(signs) - 1))


def _names(named: Mapping[str, frozenset[str]], meanings: Meanings) -> frozenset[str]:
    """What stands before an ending and is no common word: 幸福 of 幸福路, not 县 of 县医院."""
    said = {
        name[-NAME_SIZE:]
        for ending, names in named.items()
        if SPECIFIC_UNIT.search(ending) or not ends_a_unit(ending)
        for name in names
        if len(name) > 1
    }
    return frozenset(name for name in said if _rarity(name, meanings) > NAMES_FROM)


def _stem(name: str) -> str:
    stem = STEM_ENDS.sub("", re.sub(r"[0-9].*$", "", name))
    return stem if len(stem) > 1 else ""


def _rarity(word: str, meanings: Meanings) -> float:
    row = meanings.rows.get(word)
    return UNKNOWN_IS_RARE if row is None else float(meanings.rarity[row])


def _named(text: str, words: Sequence[Word]) -> dict[str, frozenset[str]]:
    """For each ending of a name, what stands before it: two characters or a word, whichever is more."""
    found: dict[str, set[str]] = {}
    for first, last in islice(endings(text, words, "unit_ends.txt", "place_ends.txt", "name_ends.txt"), MOST_NAMED):
        ending = longest_ending(words[last], text, "unit_ends.txt", "place_ends.txt", "name_ends.txt")
        before = text[words[first].start : words[last].end - len(ending)]
        while len(before) < 2 and first > 0 and may_name(words[first - 1].text):
            first -= 1
            before = words[first].text + before
        if before:
            found.setdefault(ending, set()).add(before[-4:])
    return {ending: frozenset(names) for ending, names in found.items()}

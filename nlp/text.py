"""One way to clean and cut a sentence, used in training and in service alike.

Cleaning folds full-width forms (NFKC), writes traditional characters simply, and drops what cannot be seen (zero-width,
control), character by character, so that every place in the cleaned text can be told in the original: a card shows the
span, the vault seals it. Cutting is told in `cutting.py`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import accumulate, chain, pairwise, repeat
from operator import add
from pathlib import Path
from typing import NamedTuple

from nlp.cutting import Cutter, cutter

LEXICONS = Path(__file__).with_name("lexicons")
CUES = "cues.toml"

# A complaint is some hundred characters long. What is longer is read at its head, where the matter stands, and at its
# tail, where names and numbers stand: reading time stays bounded whatever is sent.
HEAD, TAIL = 900, 300

# Characters whose folding is remembered: all Chinese in use, and no way to fill the memory with rare ones.
REMEMBERED = 50_000
# Of these sorts is what cannot be seen.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})

# Blocks whose characters can all be seen and that NFKC leaves alone. A text may bring thousands of them that were never
# met before; to ask for the sort and the form of each takes longer than to read the text.
PLAIN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0002a6df]")


@dataclass(frozen=True)
class Cleaned:
    """Cleaned text; `origins[i]` is where its i-th character stood in what was sent.

    `seam`: where the tail of a long text begins, whose middle is left out; 0 where nothing is.
    """

    text: str
    origins: Sequence[int]
    seam: int = 0

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch in the text as it was sent."""
        return self.origins[start], self.origins[end - 1] + 1

    def is_torn(self, start: int, end: int) -> bool:
        """Is something left out within that stretch?"""
        return start < self.seam < end


class Word(NamedTuple):
    """One cut word and where it stands in the cleaned text. A tuple: there are thousands of them."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_word = partial(tuple.__new__, Word)  # a third of the time that the class itself takes


@dataclass(frozen=True)
class Said:
    """What a model sees of a text, sort by sort: a feature is the name of its sort, a colon, and what stands here."""

    sorts: Mapping[str, Sequence[str]]

    def __iter__(self) -> Iterator[str]:
        return (f"{sort}:{each}" for sort, those in self.sorts.items() for each in those)

    def of(self, sort: str) -> Sequence[str]:
        """The features of that sort, without its name."""
        return self.sorts.get(sort, ())


class _Folding(dict[str, str]):
    """Character → what it becomes; found out once for each character."""

    def __missing__(self, character: str) -> str:
        if PLAIN.match(character):
            folded = _SIMPLE.get(character, character)
        else:
            folded = "".join([*map(_folded, unicodedata.normalize("NFKC", character))])
        if len(self) < REMEMBERED:
            self[character] = folded
        return folded


class _Sign(dict[str, str]):
    """Character → what runs of characters are made of: blanks are nothing, figures are all one."""

    def __missing__(self, character: str) -> str:
        sign = "" if character.isspace() else "0" if character.isdigit() else character
        if len(self) < REMEMBERED:
            self[character] = sign
        return sign


def fold(raw: str) -> str:
    """All of `raw` as `clean` writes it, however long: for what must not be missed in the middle of a text."""
    return "".join(map(_FOLDING.__getitem__, raw))


def clean(raw: str) -> Cleaned:
    """`raw` folded, simplified and without what cannot be seen; at most HEAD + TAIL characters of it."""
    places: Sequence[int] = range(len(raw))
    is_long = len(raw) > HEAD + TAIL
    if is_long:
        places = (*range(HEAD), *range(len(raw) - TAIL, len(raw)))
        raw = raw[:HEAD] + raw[-TAIL:]
    pieces = [*map(_FOLDING.__getitem__, raw)]
    sizes = [*map(len, pieces)]
    if sizes.count(1) != len(sizes):
        places = tuple(chain.from_iterable(map(repeat, places, sizes)))
    return Cleaned("".join(pieces), places, sum(sizes[:HEAD]) if is_long else 0)


def cut(cleaned: str) -> tuple[Word, ...]:
    """The words of a cleaned text, in order, none lost: joined they are the text again."""
    texts = _cutter()(cleaned)
    return tuple(map(_word, zip(texts, accumulate(map(len, texts), initial=0), strict=False)))


def features(words: Sequence[Word]) -> Said:
    """What a model sees of a text: cues (how often, and that at all), words, pairs of words, and runs of characters."""
    texts = [text for text, _ in words]
    text = "".join(texts)
    plain = ["0" if word.isdigit() else word.lower() for word in texts if word.isalnum() or word in "?!"]
    tags = cues(text)
    signs = f"^{''.join(map(_SIGN.__getitem__, text.lower()))}$"
    twos = [*map(add, signs, signs[1:])]
    return Said(
        {
            "t": tags,
            "h": [*dict.fromkeys(tags)],
            "w": plain,
            "p": [f"{first} {second}" for first, second in pairwise(plain)],
            "u": signs,
            "c": twos,
            "g": [*map(add, twos, signs[2:])],
        }
    )


def cues(text: str, lexicon: str = CUES) -> list[str]:
    """The tags of every cue word in the text, one a place and tag; a longer cue is not also read as its parts."""
    table, begins, alone = _cues(lexicon)
    pairs = [*map(add, text, f"{text[1:]} ")]
    found: list[str] = []
    after = 0
    for place in [place for place, pair in enumerate(pairs) if pair in begins or pair[0] in alone]:
        for size in begins.get(pairs[place], (1,)) if place >= after else ():
            tags = table.get(text[place : place + size])
            if tags is not None:
                found += tags
                after = place + size
                break
    return found


@cache
def _cues(lexicon: str) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[int, ...]], frozenset[str]]:
    """Cue → its tags; a cue's first two characters → how long such cues are, the longest first; cues of one."""
    table: dict[str, tuple[str, ...]] = {}
    groups = tomllib.loads((LEXICONS / lexicon).read_text(encoding="utf-8"))
    if lexicon == CUES:
        for subject, words in tomllib.loads((LEXICONS / "matters.toml").read_text(encoding="utf-8")).items():
            groups["subject"][subject] += f" {words}"
    for group, tags in groups.items():
        for tag, words in tags.items():
            for word in dict.fromkeys(words.split()):
                table[word] = (*table.get(word, ()), f"{group}.{tag}")
    alone = frozenset(word for word in table if len(word) == 1)
    sizes: dict[str, set[int]] = {}
    for word in table.keys() - alone:
        sizes.setdefault(word[:2], {1} if word[0] in alone else set()).add(len(word))
    return table, {pair: tuple(sorted(found, reverse=True)) for pair, found in sizes.items()}, alone


@cache
def lines(name: str) -> tuple[str, ...]:
    """The entries of a lexicon: a word a line, `#` begins a remark."""
    stripped = (line.split("#")[0].strip() for line in (LEXICONS / name).read_text(encoding="utf-8").splitlines())
    return tuple(line for line in stripped if line)


def _folded(part: str) -> str:
    """Simplified; nothing where it cannot be seen. Line breaks and blanks stay: they part words. Controls, marks of
    direction and lone surrogates go."""
    if unicodedata.category(part) in UNSEEN and part not in "\n\t ":
        return ""
    return _SIMPLE.get(part, part)


def _simple() -> dict[str, str]:
    """Traditional character → the simple one."""
    pairs = (line.split() for line in lines("traditional.txt"))
    return {old: new for olds, news in pairs for old, new in zip(olds, news, strict=True)}


_SIMPLE = _simple()
_FOLDING = _Folding()
_SIGN = _Sign()


@cache
def _cutter() -> Cutter:
    return cutter(lines("words.txt"))

"""What a learnt spotter sees at each character of a text: the sign and the word there, and what the rules propose.

Each template joins up to three attributes of a place into one number, which names a row of weights. Everything is
counted for all places at once; a message takes some thirty such steps, whatever its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp.fields_names import DOUBLE_SURNAMES, no_persons, single_surnames
from nlp.fields_staff import PEOPLE, TITLES
from nlp.found import Found
from nlp.lexicon_words import word_list
from nlp.numerals import HAN_FIGURES
from nlp.spotting_called import called
from nlp.spotting_known import Known, number
from nlp.text import REMEMBERED, Word

# The fields that are spotted, in the order of the weights.
FIELDS = ("name", "organisation", "staff_name", "place", "receipt_number", "event_time")
NAME, UNIT, RECEIPT, TIME = map(FIELDS.index, ("name", "organisation", "receipt_number", "event_time"))
# Of these the rules propose.
RULED = (NAME, UNIT, RECEIPT, TIME)

# Rows of weights: 2**16, half as many again as there are features.
BITS = 16
MOST_PROPOSED = 6
# Lengths of texts whose frame is remembered.
SIZES = 200
# Words at which a name may begin.
MOST_PEOPLE = 800

NO_WORD = Word("", 0)

# Whose name is not the writer's nor of the staff; and 叫, which tells one.
KIN = frozenset(
    (
        "爸 妈 爹 娘 爷爷 奶奶 父亲 母亲 爸爸 妈妈 老公 老婆 丈夫 妻子 爱人 老伴 儿子 女儿 闺女 儿媳 儿媳妇 女婿"
        " 孙子 孙女 外孙 侄子 侄女 外甥 弟弟 哥哥 姐姐 妹妹 岳父 岳母 公公 婆婆 舅舅 姑姑 叔叔 伯伯 同事 朋友 邻居"
        " 业主 客户 患者 户主 法人 当事人 委托人 老板 同学 房东 孩子 老人 叫"
    ).split()
)

Rows = NDArray[np.uint32]
# One of RULED → what the rules found, the likeliest first.
Proposals = Mapping[int, Sequence[Found]]

# Odd numbers that mix well; one a part of a template.
FACTORS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D], dtype=np.uint32)
SALT, MIX = np.uint32(0xD6E8FEB9), np.uint32(0x27D4EB2F)
HALF, LAST = np.uint32(15), np.uint32(32 - BITS)
# A sign's code, and where its kind is above it.
SIGN, KIND = np.uint32(0xFFFF), np.uint32(16)
LISTS = ("not_in_names.txt", "no_places.txt", "no_units.txt")


def _templates() -> tuple[tuple[str, ...], ...]:
    """Each the names of the attributes that it joins. What stands around a place, the net's layers bring."""
    ruled = [each for field in RULED for each in ((f"rule{field}", f"order{field}"), (f"rule{field}", f"often{field}"))]
    return (
        *(("sign",), ("kind-1", "kind", "kind+1")),
        *((each, "within") for each in ("word", "sort", "like", "list")),
        *ruled,
        *(("called",), ("person",), ("time", f"often{TIME}"), ("ends",), ("part",)),
    )


TEMPLATES = _templates()
NAMES = (
    *("sign", "kind-1", "kind", "kind+1", "word", "sort", "like", "list"),
    *(f"{what}{field}" for what in ("rule", "order", "often") for field in RULED),
    *("time", "called", "person", "within", "ends", "part", ""),
)
_PLACES = np.array([[NAMES.index(name) for name in (*each, "", "")[:3]] for each in TEMPLATES]).T
_WORD = slice(NAMES.index("word"), NAMES.index("list") + 1)
_RULED = slice(NAMES.index(f"rule{RULED[0]}"), NAMES.index("time") + 1)
_CALLED, _PERSON, _WITHIN, _ENDS, _PART = map(NAMES.index, ("called", "person", "within", "ends", "part"))
_SALTS = (np.arange(1, len(TEMPLATES) + 1, dtype=np.uint32) * SALT)[:, None]


class Sorts(dict[str, bytes]):
    """Word → a number of its own, its sort, what it is like, and which lexicons list it: as four numbers of 32 bits,
    for those of all words are laid side by side."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.known = known

    def __missing__(self, word: str) -> bytes:
        sort, like = self.known.get(word) or (61 if word.isascii() else 50 + min(len(word), 5), 0)
        listed = sum(1 << place for place, name in enumerate(LISTS) if word in word_list(name))
        listed += 8 * (word in no_persons()) + 16 * (word in _roles()) + 32 * (word in KIN)
        seen = np.array([number("0" if word.isdigit() else word), sort, like, listed], dtype=np.uint32).tobytes()
        if len(self) < REMEMBERED:
            self[word] = seen
        return seen


class Asked(NamedTuple):
    """A text of which the fields are wanted; `proposals`: what the rules found of each of RULED, the likeliest first;
    `times`: all that may be a time."""

    text: str
    words: Sequence[Word]
    proposals: Proposals
    times: Sequence[Found]


def columns(asked: Asked, sorts: Sorts) -> Rows:
    """The row of weights of every template (first axis) at every character (second)."""
    return rows_of(attributes([asked], sorts))


def rows_of(seen: Rows) -> Rows:
    """The rows of weights of places, a template each, from their attributes (first axis, as in NAMES)."""
    first, second, third = seen * FACTORS[:, None, None]
    rows: Rows = first.take(_PLACES[0], axis=0)
    rows += second.take(_PLACES[1], axis=0)
    rows += third.take(_PLACES[2], axis=0)
    rows += _SALTS
    rows ^= rows >> HALF
    rows *= MIX
    rows >>= LAST
    return rows


def attributes(asked: Sequence[Asked], sorts: Sorts) -> Rows:
    """Every attribute of every character of these texts, one text after the other."""
    whole = "".join([each.text for each in asked])
    words = [word for each in asked for word, _ in each.words]
    signs = _signs().take(np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32), mode="clip")
    kinds = signs >> KIND
    lengths = np.array([*map(len, words)])
    told = np.frombuffer(b"".join([sorts[word] for word in words]), np.uint32).reshape(-1, 4)
    seen = np.zeros((len(NAMES), len(whole)), dtype=np.uint32)
    seen[0] = signs & SIGN
    seen[1, 1:], seen[2], seen[3, :-1] = kinds[:-1], kinds, kinds[1:]
    seen[_WORD] = told.repeat(lengths, axis=0).T
    start = 0
    for each in asked:
        end = start + len(each.text)
        # Nothing of another text stands beside its ends.
        seen[1, start] = seen[3, end - 1] = 0
        _mark_text(seen[:, start:end], each)
        start = end
    starts = lengths.cumsum() - lengths
    row = seen[_WITHIN]
    row[:] = 2
    row[starts], row[starts + lengths - 1] = 1, 3
    row[starts[lengths == 1]] = 4
    return seen


def _mark_text(seen: Rows, asked: Asked) -> None:
    """What of a text must be marked stretch by stretch."""
    _mark_proposed(seen[_RULED], asked.proposals, asked.times)
    _mark_people(seen[_PERSON], asked.words)
    row = seen[_CALLED]
    for how, start, end in called(asked.text):
        row[start:end] = how + 1
        row[start], row[end - 1] = how, how + 2
    seen[_ENDS], seen[_PART] = _framed(len(asked.text))


@lru_cache(SIZES)
def _framed(size: int) -> tuple[Rows, Rows]:
    """Of a text so long: how near the ends each place is, in which part of the text."""
    place = np.arange(size)
    ends = np.minimum(place, 3) * 8 + np.minimum(size - 1 - place, 3)
    part = place * 4 // size + (0 if size < 20 else 10 if size < 50 else 20)
    return ends.astype(np.uint32), part.astype(np.uint32)


def _mark_proposed(seen: Rows, proposals: Proposals, times: Sequence[Found]) -> None:
    """Where in a proposal each place is, of which rank and which in order; how many there are; where a time may be."""
    ruled = len(RULED)
    seen[2 * ruled : 3 * ruled] = 1
    for each in reversed(times):
        _mark(seen[-1], each, 1)
    for place, field in enumerate(RULED):
        found = proposals.get(field, ())
        if not found:
            continue
        some = found[:MOST_PROPOSED]
        for rank, each in reversed([*enumerate(some)]):
            _mark(seen[place], each, 1 + 4 * min(rank, 2))
        for rank, each in enumerate(sorted(some, key=_start)):
            seen[ruled + place, each.start : each.end] = min(rank, 3) + 1
        seen[2 * ruled + place] = min(len(found), 3) + 1


def _mark_people(row: Rows, words: Sequence[Word]) -> None:
    """Where the cut leaves what may be somebody's name, whatever stands around it; how it is cut is told apart."""
    after, surnames = [*words[1:], NO_WORD, NO_WORD], single_surnames()
    for place, (word, start) in enumerate(words[:MOST_PEOPLE]):
        size = 2 if word[:2] in DOUBLE_SURNAMES else 1 if word[0] in surnames else 0
        if not size:
            continue
        one, two = after[place].text, after[place + 1].text
        if len(word) > size:  # 白自在, 马超
            length, how = len(word), 0
        elif len(one) == 2 and _is_han(one):  # 客|娉婷
            length, how = size + 2, 3
        elif len(one) == 1 and _is_han(one):  # 沈|轻|虹
            length, how = size + 1 + (len(two) == 1 and _is_han(two)), 6
        else:
            continue
        row[start : start + length] = how + 2
        row[start], row[start + length - 1] = how + 1, how + 3


def _is_han(word: str) -> bool:
    return "一" <= word[0] <= "龥"


def _mark(row: Rows, each: Found, base: int) -> None:
    row[each.start : each.end] = base + 1
    row[each.end - 1] = base + 2
    row[each.start] = base + 3 * (each.end - each.start == 1)


def _start(found: Found) -> int:
    return found.start


@cache
def _roles() -> frozenset[str]:
    """What staff are called."""
    return frozenset((*PEOPLE.split("|"), *TITLES.split("|")))


@cache
def _signs() -> Rows:
    """Character → the same with figures and Latin letters made one each, and above it its kind."""
    signs = map(chr, range(0x10000))
    return np.array([ord(_folded(sign)) | _kind(sign) << int(KIND) for sign in signs], dtype=np.uint32)


def _folded(sign: str) -> str:
    if not sign.isascii():
        return sign
    return "0" if sign.isdigit() else "A" if sign.isupper() else "a" if sign.islower() else sign


def _kind(sign: str) -> int:
    marks = (",;:、", "。!?.\n", "()[]《》\"'“”「」", " ", "·", f"零〇两{HAN_FIGURES}")
    for kind, signs in enumerate(marks, start=3):
        if sign in signs:
            return kind
    if sign.isascii():
        return 1 if sign.isdigit() else 2 if sign.isalpha() else 9
    return (10 if sign in single_surnames() else 11) if "一" <= sign <= "龥" else 12

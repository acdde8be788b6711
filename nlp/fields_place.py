"""Where: the unit, hall or window spoken of, and addresses that are not it.

A name is grown from its ending (中心, 窗口, 路, 小区) leftwards over cut words until one that cannot be part of it.
Growing over words, not characters, keeps 和平区 whole though 和 alone ends a name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, islice

from nlp.fields_names import is_surname
from nlp.found import Found
from nlp.lexicon_words import ends_by_last_sign, said_of, word_list
from nlp.place_anchors import is_home, is_nobodys, is_nowhere, other_places, stretches
from nlp.place_words import (
    ADDRESS,
    COMMON_UNITS,
    COMPOUNDS,
    COUNTED,
    COUNTS,
    DWELLING,
    FIGURES,
    LAMP,
    LINE_OF,
    LISTED,
    LOCAL,
    NUMBERED_WINDOW,
    PLACE_TAIL,
    SPOT_TAIL,
    SPOTS,
    TIME_WORDS,
    UNIT_TAIL,
    WINDOW,
    after_tails,
)
from nlp.text import Word
from nlp.unit_words import other_units
from nlp.unit_worth import less_full, standing

LONGEST = 28
# More than this a person does not name; whoever sends four thousand times 路 waits no longer than others.
MOST_NAMES = 200
NUMERIC = re.compile(r"[号楼窗柜台路区社组]|[中大支]队|街坊|支路|标段|公寓|小区|大院|厂$")
FIGURE = re.compile(r"[0-9]{1,3}|[一二三四五六七八九十]{1,3}|[A-Za-z][0-9]{0,3}")

LINKS = ("的", "那个", "这个", "号", "家", "和", "及", "与", "月", "里")
# What names of hamlets and lanes go on with: 大|巷口, 下|湾子村
GROUND = "巷街桥湾庄坪岭坝沟塘屯寨营"
NOT_WITHIN = frozenset({"小区", "家", "院", "村", "县", "市", "镇", "城", "院子", "学校"})
FLOOR = re.compile(r"[一二三四五六七八九十0-9]{1,2}[楼层]$")
# 在莲花路上: cut as one word, and not part of the name.
ON_THE_ROAD = ("路上", "街上", "桥上")

Span = tuple[int, int]


def find_sites(text: str, words: Sequence[Word], names: Sequence[str] = ()) -> tuple[list[Found], list[Found]]:
    """Units with their halls and windows, and places that are not part of one, each the likeliest first.

    `names`: what the city's own units are called, found wherever they stand.
    """
    cut_short = _cut_short(text)
    units = _units(text, words, cut_short, names)
    spots = _spots(text, words, cut_short)
    # 住和平街道春晓社区12号, 实验小学北门口: where somebody lives or stands, no unit complained of.
    units, homes = _without_dwellings(text, units, spots)
    places = [
        span
        for span in _joined(text, [*spots, *homes])
        if not any(span[0] < end and start < span[1] for start, end in units)
    ]
    return _as_organisations(text, units), _as_places(text, places)


def find_organisations(text: str, words: Sequence[Word], names: Sequence[str] = ()) -> list[Found]:
    """The units alone, in less time: what is told by the places of a text is left out."""
    units, _ = _without_dwellings(text, _units(text, words, _cut_short(text), names), ())
    return _as_organisations(text, units)


def _cut_short(text: str) -> list[Span]:
    return [match.span() for match in islice(TIME_WORDS.finditer(text), MOST_NAMES)]


def _units(text: str, words: Sequence[Word], cut_short: Sequence[Span], names: Sequence[str]) -> list[Span]:
    spans = [
        span for first, last in endings(text, words, "unit_ends.txt") if (span := _grown(words, first, last, cut_short))
    ]
    spans = [(start, end - (text[end - 1 : end + 1] == "队员")) for start, end in spans]
    spans += [(at, at + len(name)) for name in said_of(text, names) if (at := text.find(name)) >= 0]
    spans += other_units(text, words, lambda word: _grown(words, word, word, cut_short))
    spans += [match.span() for match in islice(NUMBERED_WINDOW.finditer(text), MOST_NAMES)]
    return _with_tails(text, spans, UNIT_TAIL)


def _spots(text: str, words: Sequence[Word], cut_short: Sequence[Span]) -> list[Span]:
    spans = [
        span
        for first, last in endings(text, words, "place_ends.txt")
        if (span := _grown(words, first, last, cut_short))
    ]
    spans = [(start, end - bool(LAMP.match(text, end - 2))) for start, end in spans]
    spans = [span for span in spans if text[span[0] : span[1]] not in word_list("no_places.txt")]
    spans += [match.span() for match in islice(SPOTS.finditer(text), MOST_NAMES)]
    spans += [match.span("place") for match in islice(ADDRESS.finditer(text), MOST_NAMES)]
    spans += other_places(text, words, lambda word: _grown(words, word, word, cut_short))
    return stretches(text, _with_tails(text, spans, PLACE_TAIL))


def _without_dwellings(text: str, units: Sequence[Span], spots: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Units, and what looked like one but is where somebody lives or stands."""
    kept, homes = [], []
    for start, end in units:
        is_dwelling = bool(DWELLING.search(text[start:end]))
        corner = SPOT_TAIL.match(text, end)
        if is_dwelling and corner:
            homes += _with_tails(text, [(start, corner.end())], PLACE_TAIL)
        elif is_home(text, start, end) or (
            is_dwelling and any(spot[0] <= end <= spot[1] and spot[1] > end for spot in spots)
        ):
            homes.append((start, end))
        elif any(
            spot[0] <= start and end <= spot[1] and spot[1] - spot[0] > end - start for spot in spots if is_dwelling
        ):
            continue
        else:
            kept.append((start, end))
    return kept, homes


def _as_organisations(text: str, units: Sequence[Span]) -> list[Found]:
    found = [
        Found("organisation", text[start:end], start, end)
        for start, end in units
        if FLOOR.sub("", text[start:end]) not in word_list("no_units.txt")
        and (end - start > 1)
        and "点" not in text[start:end][:4]
    ]
    if len(found) < 2:
        return found
    # 房管局, 房管局产权科: the same, named more fully.
    shorter = less_full({each.value or "" for each in found})
    found = [each for each in found if each.value not in shorter]
    starts = sorted(each.start for each in found)
    return sorted(found, key=lambda each: -_worth(each, bisect_left(starts, each.start)) - standing(text, each))


def _as_places(text: str, places: Sequence[Span]) -> list[Found]:
    trimmed = [
        (start + (text[start] in "我俺咱你"), end - text.endswith(ON_THE_ROAD, start, end)) for start, end in places
    ]
    named = [
        Found("place", text[start:end], start, end)
        for start, end in trimmed
        if text[start:end] not in word_list("no_places.txt") and end - start >= 3 and not is_nowhere(text[start:end])
    ]
    return sorted(
        named,
        key=lambda each: -(each.end - each.start) + 0.1 * each.start + 20 * is_nobodys(each.value or ""),
    )


def endings(text: str, words: Sequence[Word], *lists: str) -> Iterator[tuple[int, int]]:
    """The first and the last word of every ending of a name, the longest at each place."""
    ends = ends_by_last_sign(*lists)
    places = compress(range(len(words)), map(ends.__contains__, [word[-1] for word, _ in words]))
    found = ((index, len(ending)) for index in places if (ending := _longest(words[index], text, ends)))
    for last, size in islice(found, MOST_NAMES):
        first = last
        while words[first].start > words[last].end - size:
            first -= 1
        yield first, last


def longest_ending(word: Word, text: str, *lists: str) -> str:
    """The longest ending in these lexicons that ends where the word does; "" where none."""
    return _longest(word, text, ends_by_last_sign(*lists))


def _longest(word: Word, text: str, ends: Mapping[str, Sequence[str]]) -> str:
    end = word.end
    for ending in ends.get(word.text[-1:], ()):
        if end >= len(ending) and text.startswith(ending, end - len(ending)):
            return ending
    return ""


def may_name(word: str) -> bool:
    """May the word stand in a name at all?"""
    is_word = word.isalpha() and not word.isascii()
    return is_word and word not in word_list("not_in_names.txt") and not COUNTED.fullmatch(word)


def _grown(words: Sequence[Word], first: int, last: int, cut_short: Sequence[Span]) -> Span | None:
    """From the words that end a name, left to where it begins; None where nothing but a bare ending is there."""
    floor = max((end for start, end in cut_short if start < words[last].end and end <= words[last].start), default=0)
    ending = first
    while (
        first > 0
        and words[first - 1].start >= floor
        and words[last].end - words[first - 1].start <= LONGEST
        and _may_continue(words, first - 1, last)
    ):
        first -= 1
    while first < ending and words[first].text in ("的", "号", "那个", "这个"):
        first += 1
    if words[last].end - words[first].start == 1:
        return None
    return words[first].start, words[last].end


def _may_continue(words: Sequence[Word], index: int, last: int) -> bool:
    """May the word at `index` belong to the name that ends at `last`?"""
    word, right = words[index].text, words[index + 1].text
    if right in COMMON_UNITS:
        return (LINE_OF if right == "热线" else LOCAL).search(word) is not None
    if word in LINKS:
        return index > 0 and _links(words[index - 1].text, words[index], right, words[last].text, last - index)
    if (
        right in COMPOUNDS.get(word, ())
        or (word in "上下大" and right[0] in GROUND)
        or (word == "站" and right in "东西南北")
    ):
        return True
    if word in FIGURES and may_name(right) and len(right) < 3 and not COUNTS.match(right):  # 七侠镇
        return True
    if _is_figure(word) or (word.isascii() and word.isalnum() and len(word) <= 3):
        return right == "号" or bool(NUMERIC.match(right))
    return may_name(word)


def _links(left: str, word: Word, right: str, ending: str, far: int) -> bool:
    """Does a word that parts names join the two beside it into one?"""
    if word.text == "号":
        return _is_figure(left) and bool(WINDOW.search(right))
    if word.text == "家":  # 马家湾
        return len(left) == 1 and is_surname(left)
    if word.text in "月里":  # 春江花月小区, 鼓楼里12号楼
        is_name = may_name(left) and left not in NOT_WITHIN and not _is_figure(left)
        return is_name and (word.text == "月" or right.isdigit() or right in COMPOUNDS["里"])
    if word.text in "和及与":
        return LISTED.search(ending) is not None and _is_listed(left)
    is_of_a_unit = ends_a_unit(left) and far <= 3
    return is_of_a_unit or (word.text != "的" and WINDOW.search(right) is not None and may_name(left))


def _is_listed(word: str) -> bool:
    """政务服务和数据管理局 is one unit; 税务局和社保局 are two."""
    return len(word) > 1 and word not in word_list("not_in_names.txt") and not ends_a_unit(word)


def _is_figure(word: str) -> bool:
    return FIGURE.fullmatch(word) is not None


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Overlapping or touching spans as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif (joined and start == joined[-1][1] + 1 and text[joined[-1][1]] in "的-") or (
            joined and text[joined[-1][1] : start] in ("那个", "那条", "那座", "这条")
        ):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _with_tails(text: str, spans: Sequence[Span], *tails: re.Pattern[str]) -> list[Span]:
    """Each with how it goes on, twice: a tail may reach the next name (人社局|3楼|仲裁院)."""
    for _ in range(2):
        joined = _joined(text, spans)
        spans = [(start, after_tails(text, end, *tails)) for start, end in joined]
        if spans == joined:
            return joined
    return _joined(text, spans)


def _worth(one: Found, before: int) -> float:
    """Longer is better, a window better still; of equals the first said. `before`: how many others were said sooner."""
    length = min(one.end - one.start, 12)
    return length + (2 if WINDOW.search(one.value or "") else 0) - 3 * before


def ends_a_unit(word: str) -> bool:
    """Does the word end as a unit's name does?"""
    return any(word.endswith(ending) for ending in ends_by_last_sign("unit_ends.txt").get(word[-1:], ()))

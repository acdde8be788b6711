"""Where: the unit, hall or window spoken of, and addresses that are not it.

A name is grown from its last word (中心, 窗口, 路, 小区) leftwards over cut words until one that cannot be part of it.
Growing over words, not characters, keeps 和平区 whole though 和 alone ends a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from nlp.found import Found
from nlp.text import Word, lines

UNIT_END = re.compile(
    r"(?:中心|大厅|服务厅|办税厅|窗口|专窗|柜台|前台|总台|服务台|咨询台|导办台|导服台|派出所|车管所|车辆管理所|税务所|监管所|管理所|管理站|供电所|司法所|财政所|公证处"
    r"|登记处|管理处|事务所|办事处|街道办|局|委员会|卫健委|发改委|住建委|居委会|村委会|分局|支队|大队|中队|交警队|城管队|执法队|残联|残疾人联合会|户籍室|服务站|营业厅|供电公司"
    r"|自来水公司|燃气公司|热力公司|水务公司|公交公司|供水公司|自助机|自助终端|取号机|叫号机|自助服务区|镇政府|乡政府|区政府|县政府|市政府|热线|12345|政务服务网|办事通|APP|app|小程序"
    r"|公众号|学校|小学|中学|幼儿园|医院|卫生院|社区|物业|车站|图书馆|博物馆|养老院|驾校|自助区|服务点|档案馆|殡仪馆|仲裁院|管理部|民政办|注册科|党群中心)$"
)
WINDOW = re.compile(r"(?:窗口|专窗|柜台|柜|窗|台|工位)$")
UNIT_TAIL = re.compile(
    r"(?:[一二三四五六七八九十]|[0-9]{1,2})(?:楼|层)(?:大厅|[A-Za-z东南西北]区)?|[A-Za-z]?[0-9]{1,3}号(?:窗口|柜台|窗|台)?|[A-Za-z]区"
)
NUMBERED_WINDOW = re.compile(r"(?:[A-Za-z]?[0-9]{1,3}|[一二三四五六七八九十]{1,3})号?(?:窗口|柜台|窗|柜|台位|工位)")

PLACE_END = re.compile(
    r"(?:路|街|大道|大街|巷|胡同|小区|花园|公寓|广场|大厦|商场|超市|市场|公园|大桥|桥|路口|车站|地铁站|公交站|站台|村|屯|工地|苑|家园|新村|名城|新城|河|水库|写字楼|夜市|步行街|高速|国道|省道)$"
)
PLACE_TAIL = re.compile(
    r"(?:[与和][一-龥]{1,5}(?:路|街|大道|巷))?(?:交叉口|交汇处|十字路口|路口)?(?:[A-Za-z0-9]口)?(?:[东南西北](?![门面]))?(?:[0-9]{1,5}号(?!楼|窗))?(?:院)?"
    r"(?:(?:[0-9A-Za-z]{1,4}|[一二三四五六七八九十]{1,3})(?:号楼|栋|幢|座|期|组|社|楼))?(?:[0-9一二三四五六七八九十]{1,2}单元)?(?:[0-9]{1,4}(?:室|层|楼|号)|(?<=单元)[0-9]{3,4})?(?:加油站|收费站|停车场)?"
    r"(?:交叉口|路口|门口|大门口|[东南西北]{1,2}(?:门|角|侧)|旁边|旁|附近|对面|楼下|桥头|站台)?"
)
LONGEST = 28
# More than this a person does not name; whoever sends four thousand times 路 waits no longer than others.
MOST_NAMES = 200


def find_organisations(text: str, words: Sequence[Word]) -> list[Found]:
    """Units, halls and windows, the longest contiguous words of each, in order of worth."""
    spans = [_grown(words, index, UNIT_END) for index in _endings(words, UNIT_END)]
    spans += [match.span() for match in NUMBERED_WINDOW.finditer(text)]
    joined = _joined(text, [span for span in spans if span is not None])
    spans_with_tail = [(start, _tail(text, end, UNIT_TAIL)) for start, end in joined]
    found = [
        Found("organisation", text[start:end], start, end)
        for start, end in spans_with_tail
        if text[start:end] not in _word_list("no_units.txt") and (end - start > 1) and "点" not in text[start:end][:4]
    ]
    return sorted(found, key=lambda each: -_worth(each, found))


def find_places(text: str, words: Sequence[Word], taken: Sequence[Found]) -> list[Found]:
    """Addresses and spots that are not part of a unit's name, in order; the longest reading of each."""
    spans = [
        (span[0], _tail(text, span[1], PLACE_TAIL))
        for index in _endings(words, PLACE_END)
        if (span := _grown(words, index, PLACE_END)) is not None
    ]
    joined = [
        span for span in _joined(text, spans) if not any(span[0] < each.end and each.start < span[1] for each in taken)
    ]
    named = [
        Found("place", text[start:end], start, end)
        for start, end in joined
        if text[start:end] not in _word_list("no_places.txt")
        and end - start >= 3
        and not text[start:end].endswith("冤枉路")
    ]
    return sorted(named, key=lambda each: -(each.end - each.start) + 0.1 * each.start)


def _endings(words: Sequence[Word], ends: re.Pattern[str]) -> Iterator[int]:
    """Where words stand that can end a name, the first of them."""
    return islice((index for index, word in enumerate(words) if ends.search(word.text)), MOST_NAMES)


def _grown(words: Sequence[Word], last: int, ends: re.Pattern[str]) -> tuple[int, int] | None:
    """From the word that ends a name, left to where the name begins; None where nothing but the ending is there."""
    first = last
    while first > 0 and words[last].end - words[first - 1].start <= LONGEST and _may_continue(words, first - 1, last):
        first -= 1
    while first < last and words[first].text in ("的", "号"):
        first += 1
    if first == last and len(words[last].text) == 1:
        return None
    return words[first].start, words[last].end


def _may_continue(words: Sequence[Word], index: int, last: int) -> bool:
    """May the word at `index` belong to the name that ends at `last`?"""
    word, right = words[index].text, words[index + 1].text
    if word == "号":
        return index > 0 and _is_figure(words[index - 1].text) and bool(WINDOW.search(right))
    if word == "的":
        return index > 0 and bool(UNIT_END.search(words[index - 1].text)) and last - index <= 3
    if _is_figure(word) or (word.isascii() and word.isalnum() and len(word) <= 3):
        return right == "号" or bool(re.match(r"[号楼窗柜台路区社组]", right))
    return word.isalpha() and not word.isascii() and word not in _word_list("not_in_names.txt")


def _is_figure(word: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,3}|[一二三四五六七八九十]{1,3}|[A-Za-z][0-9]{0,3}", word))


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping or touching spans as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif joined and start == joined[-1][1] + 1 and text[joined[-1][1]] in "的-":
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _tail(text: str, end: int, tail: re.Pattern[str]) -> int:
    match = tail.match(text, end)
    return match.end() if match else end


def _worth(one: Found, found: Sequence[Found]) -> float:
    """Longer is better, a window better still; of equals the first said."""
    length = min(one.end - one.start, 12)
    return length + (2 if WINDOW.search(one.value or "") else 0) - 1.5 * sum(other.start < one.start for other in found)


@cache
def _word_list(name: str) -> frozenset[str]:
    return frozenset(word for line in lines(name) for word in line.split())

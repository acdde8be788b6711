"""Found: one field and where it stood; and how a correction replaces what it corrects."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from nlp.anchored import anchored

# What a person says when taking back a word. "写错了" alone may speak of a certificate, so the speaker must be there.
TAKEN_BACK = anchored(
    "不对|不好意|更|纠|抱歉|错|误|改|换成|准确|不|是|正确",
    r"(?:^|[,。;!?.、~\s])(?:[哦噢啊呃]?不{1,3}(?:是)?[,。]|[哎啊]呀?不是[,。])|(?:^|[,。;!?.、~\s])[哦噢啊呃哎]?(?:不对|不好意思|更正|纠正|更改|抱歉)|(?:说|记|打|发|输|看|我写|我填|刚写|刚才写)错了?"
    r"|(?:电话|手机|号码|手机号|时间|日期|窗口|名字|姓名|地址|单位|证号|工号|编号|身份证|身份证号)(?:号码?|号)?[又给]?(?:错了|不对|有误|写错了?|填错了?)"
    r"|正确(?:的)?[一-龥]{0,4}(?:是|为)|(?:改成|改为|换成|更正为|准确[地的]?说)",
)
NOT_BUT = re.compile(r"不是(?P<not>[^,。;!?]{1,24})[,。;!?]?\s?(?:而是|应该是|是)")

# 13800000000停机了, 0451不对: what stands before is taken back.
DENIED_AFTER = re.compile(
    r"\s?(?:这个|那个)?(?:号码?|号)?(?:是|已经|已)?(?:错|不对|有误|写错|打错|记错|填错|停机|作废|不用了|[^,。;]{0,4}(?:旧号|停了|系误录))"
)

# 写成138…了: the wrong word.
DENIED_BEFORE = re.compile(r"(?:写|打|记|输|填|登|录|印|说|发|听)成了?\s?$|(?<!是)不是\s?$|(?:别|不要)再?[给打]\s?$")

# How far after the taking back the right word may stand.
REACH = 16


# 冯 锡 范 is one word, Nguyễn Thị Hoa three.
BLANK = re.compile(r"(?<=[一-龥])\s{1,9}|\s{1,9}(?=[一-龥])")


@dataclass(frozen=True)
class Found:
    """A field's value and its place in the cleaned text. `value` None: it was said, but too vaguely to name."""

    name: str
    value: str | None
    start: int
    end: int


def corrected(text: str, found: Sequence[Found]) -> list[Found]:
    """`found` in order of worth, without what the writer took back, what replaces it first."""
    if len(found) < 2:
        return list(found)
    taken = [*NOT_BUT.finditer(text)]
    denied = [(match.start("not"), match.end("not")) for match in taken]
    kept = [each for each in found if not _within(each.start, denied)]
    kept = [each for each in kept if not DENIED_AFTER.match(text, each.end)] or kept
    kept = [each for each in kept if not DENIED_BEFORE.search(text[max(0, each.start - 4) : each.start])] or kept
    cues = sorted(match.end() for match in (*TAKEN_BACK.finditer(text), *taken))
    first = min(each.start for each in found)
    better = [each for each in kept if _follows_one(max(first + 1, each.start - REACH), each.start + 2, cues)]
    better.sort(key=lambda each: -each.start)
    chosen = set(better)
    return [*better, *(each for each in kept if each not in chosen)]


def _within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Does it stand in one of these spans, in order and apart?"""
    at = bisect_right(spans, place, key=itemgetter(0))
    return at > 0 and place < spans[at - 1][1]


def _follows_one(earliest: int, latest: int, cues: Sequence[int]) -> bool:
    at = bisect_left(cues, earliest)
    return at < len(cues) and cues[at] <= latest


def overlaps(one: Found, others: Sequence[Found]) -> bool:
    """Does it share a character with any of the others?"""
    return any(one.start < other.end and other.start < one.end for other in others)


def without_overlaps(found: Sequence[Found]) -> list[Found]:
    """Of those that overlap the first, in the order given."""
    kept: list[Found] = []
    spans: list[tuple[int, int]] = []
    for each in found:
        at = bisect_left(spans, (each.start, each.end))
        if (at == 0 or spans[at - 1][1] <= each.start) and (at == len(spans) or each.end <= spans[at][0]):
            kept.append(each)
            spans.insert(at, (each.start, each.end))
    return kept


def without_blanks(text: str) -> str:
    """Without blanks beside Chinese characters."""
    return BLANK.sub("", text)

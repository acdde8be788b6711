"""Places that no ending of the lexicon tells: by a house's number, a gate, a town before them, or as an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice

from nlp.anchored import anchored
from nlp.fields_names import is_surname
from nlp.numerals import HAN_FIGURES
from nlp.text import Word
from nlp.unit_words import word_at

Span = tuple[int, int]
MOST_PLACES = 200

# 杏花弄18号, 阳光城8栋, 万达B座
NUMBERED = anchored(
    "号|栋|幢|座|区",
    r"(?<=[弄里条坊街路巷道村园苑城府湾庭院同馆])[甲乙丙丁]?[0-9]{1,5}号(?![窗柜线楼院])"
    r"|(?<=[一-龥])(?:(?:[0-9]{1,3}|[A-Za-z])(?:号楼|号院|栋|幢)|[A-Za-z]座|[A-Z]区)",
)
# 师范学院西区后门
CAMPUS = anchored(
    "大学|学院", r"(?<=[一-龥])(?:大学|学院)(?:[东南西北新老]校?区)?(?:[东南西北后正]门口?|门口|对面|旁边|附近|门前)"
)
# 长平镇小石沟
HAMLET = anchored(
    "镇|乡",
    r"(?<=[一-龥])[镇乡][一-龥]{1,3}[沟湾坪坝岭坡洼峪寨营堡铺集冲垸圩垭梁塬滩堰溪屯庄垄岗](?=[的,。;!?有没住]|$)",
)
# 袁家坡, 老魏家沟: whose it is tells what it is.
HOMESTEAD = anchored(
    "家",
    r"老?(?P<surname>[一-龥])家(?:大院|[沟坡岭湾坝庄屯寨坪河塘冲山洼台营堡店铺咀嘴梁峪窑洞巷桥集埠渡垄圩垸园院岗洲滩])(?!里|长)",
)
# 锦绣东方一期
PHASE = anchored("期", rf"(?<=[一-龥])[0-9{HAN_FIGURES}]{{1,2}}期(?=[,。;!?0-9A-Za-z的]|$)")
# 户口在白鹿镇
HOMETOWN = anchored(
    "老家|户籍|户口|籍贯",
    r"(?:老家|户籍|户口|籍贯)(?:地)?(?:在|是|:)\s?(?P<place>(?:[一-龥]{1,6}?(?:省|市|区|县|镇|乡|街道|村)){1,5}+)",
)
# 小区:云栖玫瑰园
LABELLED = anchored(":", r"(?:小区|楼盘|地点|位置|事发地|地址|住址)(?:名称?)?:\s?(?P<place>[一-龥0-9A-Za-z-]{3,30})")
# 从出站口到公交站那段路
BETWEEN = re.compile(r"\s?(?:到|至)\s?(?:[一-龥]{1,2}的)?")
STRETCH = re.compile(r"(?:之间)?的?[这那一]?一?(?:[段条]路|路段|段|截|之间|中间|沿线)")

BUS_LINE = re.compile(r"(?:公交车?|乘|坐)?[0-9]{1,3}路(?:公交车?)?")
LIVES_THERE = re.compile(r"的?(?:居民|村民|业主|住户)(?=[一-龥]{2,4}[,。;\s]|[,。;\s])")
LIVES_IN = re.compile(r"(?:住|住在|住的是|家在|现居|来自|租住在?|从)$")
NO_ROAD = re.compile(
    r"(?:冤枉|弯|绕|带|赶|铺|拦|挡|指|迷|走|跑|让|问|修|过马|堵|认|占)路$|(?:[0-9一二两三四五六七八九十百几]|公)里路$|(?:钱|私|坐|做|端|村)庄$|扎寨$"
)
# 学校门口: whose, it does not say.
NOBODYS = re.compile(
    r"(?:学校|医院|小区|超市|银行|车站|幼儿园|商场|市场|单位|公司|社区|政府)(?:大?门口|旁边|附近|对面|门前|后面)"
)


def other_places(text: str, words: Sequence[Word], grown: Callable[[int], Span | None]) -> list[Span]:
    """Such places. `grown`: the index of a word → the span from where the name that it ends begins."""
    found = [
        match.span("place") for pattern in (LABELLED, HOMETOWN) for match in islice(pattern.finditer(text), MOST_PLACES)
    ]
    found += [match.span() for match in islice(HOMESTEAD.finditer(text), MOST_PLACES) if is_surname(match["surname"])]
    for pattern in (NUMBERED, CAMPUS, HAMLET, PHASE):
        for match in islice(pattern.finditer(text), MOST_PLACES):
            span = grown(word_at(words, match.start()))
            if span and span[0] < match.start():
                found.append((span[0], match.end()))
    return found


def stretches(text: str, spans: Sequence[Span]) -> list[Span]:
    """From one place to another: one stretch of road, where it is called one."""
    whole: list[Span] = []
    for start, end in spans:
        tail = STRETCH.match(text, end)
        if (tail or STRETCH.search(text[start:end])) and whole and BETWEEN.fullmatch(text, whole[-1][1], start):
            whole[-1] = (whole[-1][0], tail.end() if tail else end)
        else:
            whole.append((start, end))
    return whole


def is_home(text: str, start: int, end: int) -> bool:
    """住翠屏社区, 从火车站, 九莲社区居民: where somebody is, comes or is from."""
    if not text.endswith(("社区", "村委会", "车站"), start, end):
        return False
    return bool(LIVES_IN.search(text[max(0, start - 4) : start]) or LIVES_THERE.match(text, end))


def is_nowhere(name: str) -> bool:
    """冤枉路, 五里路, 12路, 钱庄: no road and no place."""
    return bool(NO_ROAD.search(name) or BUS_LINE.fullmatch(name))


def is_nobodys(name: str) -> bool:
    """学校门口: a place, but it does not say whose."""
    return NOBODYS.fullmatch(name) is not None

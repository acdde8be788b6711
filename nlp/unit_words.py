"""Units that no ending of the lexicon tells: what a place has, wards and desks of a unit, short names, numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from nlp.anchored import anchored
from nlp.text import Word

Span = tuple[int, int]
MOST_UNITS = 200

# Characters that are in no name of a ward or a desk.
NO_WARD = (
    "的了在是我你他她它您们这那说把被给让叫去来没不还就也都又才到从向对跟和与及很太真要想能会该请问找办开有人里上下等为因"
    "个几各每收改增员内外口递投交填入出送寄干吃"
)
# 征迁办|说: no verb follows 办 so.
OFFICE_FOLLOWED = r"办(?=[说让把给在有没看要不也就主副工,。;:!?、(\s]|$)"
# What goes on a unit's name: 人社局|工伤科, 卫生院|的药房, 政务大厅|自助区
WARD = (
    rf"(?:的?(?:就[医业]|外[专事籍]|[^{NO_WARD}\W]|[0-9]){{1,4}}(?<!增)(?:"
    r"(?<![排列插带领组厕诊场住网车电油])(?:站(?![点台长])|所(?![长有以说])|队(?![长伍员]))"
    rf"|(?<![主催帮督承代经举交]){OFFICE_FOLLOWED}|食堂|药房|(?<!小)组(?![长织成])|科(?!技|目|学|长)|股(?!权|份|东|长)"
    r"|室|处(?!理|罚|长|分)|部(?!门|分|长|里)|窗口|柜台)"
    r"|的?办[证事公](?:室|处|大厅|窗口)|的?(?:少儿|自助|休息|等候|服务|综合|办事|体验|咨询|填单|阅览|停车|[一-龥]{0,4}专)区|(?:门诊|住院|综合|办公|教学)?楼(?=[一二三四五六七八九0-9]))?"
)
# 江北分局|出入境的姑娘
SHORT_DESK = r"(?:(?:出入境|户政|车管|社保|医保|户籍)(?=[的说那这,。]|$))?"

# 县二院, 市妇幼, 社保所|说 (cut as 所说), 12345, 打|120
CALLED_SHORT = anchored(
    "劳动监察|交警|妇幼|所|院|1",
    r"劳动监察(?!大队|支队|局|部门)|(?<=被)交警|交警(?=[说让把给拦贴罚拖]|不管)|[省市县区]妇幼(?!保健|院)"
    r"|[县镇乡区市]?(?:社保|派出|税务|司法|财政|民政|国土|市监|人社|车管|房管|卫生|供电|工商|监管|环保|交管|水利|规划|土管|城建)所(?=说)"
    r"|(?<![一-龥][第住出入])(?:[省市县区]|[一-龥]{2}[市县])?[一二三四五六七八九]院(?=[一-龥]{0,3}[科室]|[的说里门住看挂急,。;]|$)"
    r"|(?<![0-9A-Za-z])123[0-9]{2}(?![0-9A-Za-z])|(?<=[打拨])1(?:10|19|20|22|14)(?![0-9])",
)
# 镇环保办, 县文旅公司: whatever it is for, a unit of a place.
OF_A_PLACE = anchored(
    "所|站|公司|集团|队|院|办",
    r"(?:[县镇乡市](?!民)|(?<!小)区|街道|社区)"
    rf"(?:[^{NO_WARD}\W第某站所院队]{{2,5}}(?<!加油)(?:所(?![长有以])|站(?![长点台甩]|不停|[上下等]车|都不)"
    r"|公司|集团|队(?![长伍])|院(?![长子]))"
    rf"|[^{NO_WARD}\W第某]{{2,4}}(?<![院局心所站厅口府会联督主承代经])(?:办(?=的)|{OFFICE_FOLLOWED}))",
)


def other_units(text: str, words: Sequence[Word], grown: Callable[[int], Span | None]) -> list[Span]:
    """Such units. `grown`: the index of a word → the span from where the name that it ends begins."""
    found = [match.span() for match in islice(CALLED_SHORT.finditer(text), MOST_UNITS)]
    for match in islice(OF_A_PLACE.finditer(text), MOST_UNITS):
        span = grown(word_at(words, match.start()))
        found.append((span[0] if span else match.start(), match.end()))
    return found


def word_at(words: Sequence[Word], place: int) -> int:
    """The index of the word that the character at `place` belongs to."""
    low, high = 0, len(words) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if words[middle].start <= place else (low, middle - 1)
    return low

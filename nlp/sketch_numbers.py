"""The numbers and days that a text names: of windows, houses and bus lines, of cases and cards, sums, dates."""

from __future__ import annotations

import re

from nlp.numerals import number

FIGURE = r"[0-9]{1,5}|[一二三四五六七八九十]{1,3}"
NUMBERED = re.compile(
    rf"(?P<number>[A-Za-z]?[0-9]{{1,5}}|{FIGURE})(?P<of>号窗口|号窗|窗口|窗(?![户帘台子])|号楼|栋|幢|单元|楼|层|(?<=[0-9])路(?:公交|车)?|号线|号柜|期|组|中|小|弄|号(?!窗|楼|线|柜))"
)
# 三栋 is 3号楼.
ALIKE = {"栋": "号楼", "幢": "号楼", "路公交": "路", "路车": "路", "层": "楼"}
ALIKE |= dict.fromkeys(("号窗", "窗口", "窗"), "号窗口")
LONG_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[A-Za-z]{0,3}-?(?!(?:19|20)[0-9]{2}(?![0-9]))[0-9][0-9-]{3,20}(?![0-9元块年平=])"
)
# Of a number plate, a card, a telephone: what people give of it.
TAIL = re.compile(r"尾号(?:是|为|:)?(?P<tail>[0-9A-Za-z]{2,6})")
AMOUNT = re.compile(
    r"(?P<number>[0-9]{2,6}|[一二三四五六七八九十两]{1,3}[百千万])(?:多|来)?(?:元|块|万|亩|户|头|人|岁|度|平|米)"
)
DAY = re.compile(rf"(?P<month>{FIGURE})(?:月|/)(?P<day>{FIGURE})(?:[日号]|(?![0-9个份]))")
BARE_DAY = re.compile(
    r"(?<![0-9一二三四五六七八九十月第路街巷道村园区弄])(?P<day>[12]?[0-9]|3[01]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号](?=上午|下午|早|中午|晚|那天|当天|我|去|来|到|就|打|[,。]|$)"
)
HOUR = re.compile(
    rf"(?:{FIGURE}|两)(?:点|时|:[0-9]{{2}})(?:半|{FIGURE}分?)?|(?:{FIGURE}|两)(?:分钟|小时|天|个月|年|次|趟|块|元)"
)
GATE = re.compile(r"[东南西北](?=门)")


def long_numbers(text: str) -> frozenset[str]:
    """Of cases, papers and telephones."""
    return frozenset(found.replace("-", "") for found in LONG_NUMBER.findall(text))


def amounts(text: str) -> frozenset[str]:
    """Sums of money, and how many or how much of what."""
    return frozenset(match.group() for match in AMOUNT.finditer(text))


def numbered(dated: str) -> dict[str, frozenset[str]]:
    """For each thing that is counted by numbers (窗口, 楼, 路) those that are named."""
    text = HOUR.sub("。", BARE_DAY.sub("。", DAY.sub("。", dated)))
    found: dict[str, set[str]] = {"门": set(GATE.findall(text))}
    for match in NUMBERED.finditer(text):
        said = match["number"]
        value = number(said)
        found.setdefault(ALIKE.get(match["of"], match["of"]), set()).add(said if value is None else str(value))
    found["尾号"] = {tail.upper() for tail in TAIL.findall(text)}
    return {of: frozenset(numbers) for of, numbers in found.items() if numbers}


def days_in(text: str) -> frozenset[tuple[int, int]]:
    """Month and day; month 0 where only days are said."""
    days = {(number(match["month"]) or 0, number(match["day"]) or 0) for match in DAY.finditer(text)}
    if not days:
        days = {(0, number(match["day"]) or 0) for match in BARE_DAY.finditer(text)}
    return frozenset(days)

"""People's names: what may be one, and how far it reaches in running text."""

from __future__ import annotations

import re
from functools import cache

from nlp.text import lines

DOUBLE_SURNAMES = frozenset(
    ("欧阳 诸葛 司马 上官 令狐 慕容 皇甫 尉迟 公孙 东方 夏侯 端木 独孤 司徒 长孙 完颜 宇文 呼延 南宫 西门 拓跋").split()
)

# Words that follow "我是" and begin with a character that is a surname too.
NO_NAME = re.compile(
    r"[来去的了在要想不有个是这那您我你办就也很都被把从]|业主|居民|市民|村民|群众|家长|学生|司机|员工|职工|商户|老师|师傅|支书|书记|主任|会计|组长|村长|退役|退休|残疾|公司|单位|企业|农民|于|因|想|任何|一名|一个|方便"
    r"|时间|时候|全家|全部|常年|常住|应该|应届|强烈|非常|万分|真心|实名|匿名|现在|昨天|前天|今天|上周|外地|本地|牛|高中|安全|成年|单亲|单身|金融|路过|党员|温馨"
)
# What may stand behind a name of staff where nothing parts them.
STAFF_GOES_ON = re.compile(
    r"[,。;:!?、)(\s]|$|态度|特别|非常|同志|女士|先生|[很说不让把对跟和给收办真太就也还又在接写要叫骂吼帮替为是有的来去拿看审填推一用将以因从向于未并及却竟全故今昨出请休调退称]|当场|直接|耐心|热情|主动|电话|工号"
)

SAYS = frozenset("说让把给叫讲问答收带")


def is_surname(name: str) -> bool:
    """Does it begin with a surname?"""
    return bool(name) and (name[0] in single_surnames() or name[:2] in DOUBLE_SURNAMES)


def staff_name_at(text: str, start: int) -> str:
    """The two to four characters from `start` on that are somebody's name; "" where none is."""
    longest = 4 if text[start : start + 2] in DOUBLE_SURNAMES else 3
    for length in range(longest, 1, -1):
        name = text[start : start + length]
        if name[2:] in SAYS or name in no_persons():
            continue
        if len(name) < length or not name.isalpha() or name.isascii() or not is_surname(name):
            continue
        if name.endswith("某") or (not NO_NAME.search(name) and STAFF_GOES_ON.match(text, start + length)):
            return name
    return ""


@cache
def no_persons() -> frozenset[str]:
    """Common words that begin as a surname does: 高度, 马上."""
    return frozenset(word for line in lines("no_persons.txt") for word in line.split())


@cache
def single_surnames() -> frozenset[str]:
    """Those of one character."""
    return frozenset("".join(lines("surnames.txt")))

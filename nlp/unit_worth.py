"""Which of several units is the one spoken of: not the one spoken to, passed on to, worked at, or named less fully."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp.found import Found

# 您这边是政务服务热线吗, 请市政府督办
SPOKEN_TO = re.compile(
    r"(?:的?(?:领导|同志|工作人员|各位))?[,]?"
    r"(?:[吗么]|[您你]好|督办|责成|督促|介入|出面|过问|的一封信|能否协调|协调(?:解决|处理))"
)
HANDED_TO = re.compile(r"(?:转给|转告|转达|告诉|[致呈])$")
# 我是新庄乡卫生院退休职工: where the writer works.
OWN_UNIT = re.compile(r"(?:[我俺]|本人)(?:们)?(?:这边|这里)?(?:是|在)$")
EMPLOYED = re.compile(
    r"(?:的)?(?:一名|一个)?(?:退休|离休|下岗|原|老)?(?:职工|员工|教师|老师|医生|护士|干部|工人|学生|学员|会计|[一-龥]{0,4}(?:年级|班)?的?[一-龥]{0,2}家长)"
)
# 市交通局: at the head of a letter that then says 贵局
ADDRESSED = re.compile(r"\s?:?\s?(?:\n|:)")
# 可区民政局…, 结果车管所…
TURN = re.compile(r"(?:[,。;!?\s]可|但|但是|可是|结果|谁知|不料|反而|偏偏)$")
# Desks that every hall has, numbers of alarm, the writer's lawyers: another name tells better.
BESIDE = re.compile(
    r"1[12][0-9]|[一-龥]{0,10}律师事务所|(?:收费|挂号|住院)处|(?:导办|服务|总|咨询|前)台"
    r"|(?:档案|值班|财务|警务|接待)室|自助机|营业厅|专?窗口?|柜台"
)
OF_THE_PLACE = "村镇乡县区市街"


def standing(text: str, unit: Found) -> float:
    """How much likelier (or less) its place in the text makes a unit the one spoken of."""
    name, before = unit.value or "", text[max(0, unit.start - 6) : unit.start]
    if name.startswith("贵"):
        return -12.0
    if "贵" in text and ADDRESSED.match(text, unit.end) and before[-1:] in ("", "\n", ":", " "):
        return 12.0
    is_own = OWN_UNIT.search(before) and EMPLOYED.match(text, unit.end)
    is_spoken_to = SPOKEN_TO.match(text, unit.end) or HANDED_TO.search(before)
    return 4 * bool(TURN.search(before)) - 6 * bool(is_own or is_spoken_to) - 6 * bool(BESIDE.fullmatch(name))


def less_full(names: Iterable[str]) -> set[str]:
    """What the names tell more fully: 房管局产权科 the 房管局, 傻姑路警务室 the 警务室; 省卫健委 no 卫健委."""
    found: set[str] = set()
    for name in names:
        found.update(name[:size] for size in range(1, len(name)))
        found.update(
            name[-size:]
            for size in range(1, len(name) - 1)
            if len(name) - size > (1 if name[-size] in OF_THE_PLACE else 2)
        )
    return found

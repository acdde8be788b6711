"""Which staff are spoken of: a name or title as written, a number where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from nlp.anchored import FIGURES, Anchored, anchored
from nlp.fields_names import DOUBLE_SURNAMES, NO_NAME, is_surname, staff_name_at
from nlp.found import Found, without_overlaps
from nlp.name_words import name_among, words_at
from nlp.text import Word

ROLES = (
    "工作人员|办事人员|办事员|窗口人员|接待人员|柜员|客服|民警|协警|辅警|警员|科员|话务员|接线员|导办员|导服员|帮办员"
    "|经办人|经手人|办理人|承办人|受理人|志愿者|村会计|科员|导服|导办|驾驶员|司机|辅警|护工|值班员|管理员|收费员|售票员|安检员|协管员|代办员|专干|干事|教练|审核员|审批员|审核人|审批人|签收人|登记人|执法人|责任人|调解员|驾驶员|带班|负责人|被投诉人|被反映人|被举报人|网格员|职工|保安|会计|村主任|主任|科长|所长|书记|支书|队长|经理|护士|医生|校长"
)
PEOPLE = f"{ROLES}|女的|男的|小姑娘|姑娘|小哥|小伙子|大姐|大叔|阿姨|同志|警官|医生|护士|老师"
TITLES = (
    "科长|主任|局长|所长|处长|股长|队长|警官|老师|经理|站长|书记|主管|组长|大夫|医生|副科长|副主任|副局长|师傅|同志"
    "|大姐|大哥|校长|院长|镇长|乡长|支书|护士长|护士|会计|园长|区长|县长|市长|厅长|庭长|主席|专员|警长"
)
# 小刘, 李姐: only the commonest surnames; 小路 and 老路 are roads.
COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何罗郑梁谢宋唐许邓冯韩曹曾彭蔡潘董袁余叶蒋杜苏魏程吕丁沈任姚卢姜崔钟谭陆汪范"
    "廖贾韦邹熊孟秦薛侯贺顾郝邵"
)

BADGE = r"(?:工号|胸牌|工牌|胸卡|警号|坐席号)(?:牌)?(?:号码?|尾[数号])?"
BADGE_NUMBER = r"[A-Za-z]{0,4}[-]?[0-9]{1,8}"
STAFF_NUMBER = re.compile(
    rf"{BADGE}(?:上)?(?:写的是|写着|是|为|:|显示|印着|的[,]?|是实习|(?:好像|大概|应该|貌似)是?)?\s?(?P<number>{BADGE_NUMBER})(?![0-9])(?:号)?"
)
# 工号记错了, … 应该是 0457
NUMBER_MENDED = re.compile(
    rf"{BADGE}[^。!?\n]{{0,20}}?(?:应该是|应为|正确的是|更正为|改为|改成)\s?(?P<number>{BADGE_NUMBER})(?![0-9])"
)
NUMBER_STAFF = anchored(
    FIGURES,
    r"(?<![0-9A-Za-z])(?!123[0-9]{2}(?![0-9]))(?P<number>[A-Za-z]{0,3}[0-9]{2,8})号?(?:工作人员|办事员|话务员|坐席|客服|工号)",
)
SEAT = anchored(
    "坐席|话务员|接线员|客服",
    r"(?:坐席|话务员|接线员|客服(?=\s?[0-9]{2,4}号))(?:编号)?\s?(?P<number>[0-9]{2,4})(?![0-9])",
)
TITLED = anchored(TITLES, rf"(?P<name>[一-龥]{{1,3}}(?:{TITLES}))")
TITLE_LAST = re.compile(rf"(?:副)?(?:{TITLES})$")
CALLED = anchored(
    "叫|是|:",
    rf"(?:{PEOPLE}|那个人|那位|这位|个|(?<!单)位)[,]?(?:名字|姓名)?(?:名叫|叫做|叫|姓名是|名字是|是|:)(?=[一-龥]{{2}})",
)
# 导税员谢沧行, 服务站站长姜明: any who are called so, where the cut shows a name.
ANY_ROLE = re.compile(r"[一-龥](?:工人|修工|[员警师]|(?<![延加增成生家特擅])长)(?=[一-龥]{2})")
# 王处您好
SHORT_TITLE = re.compile(
    rf"(?:^|[,。;:!?\s的找])(?P<name>[{COMMON}](?:处|局|科|所|队|总))(?=[:,。!?]|$|[您你]好|说|答应)"
)
ROLE_BEFORE = re.compile(rf"(?:{ROLES})(?:写的是|是|:|\s)?(?=[一-龥]{{2}})")
# 令狐警官: the title is part of how they are called; of 花荣警官 it is none, and 同志 never is.
TITLE = re.compile(rf"(?!同志)(?:副)?(?:{TITLES})")
NEXT_TO_DESK = re.compile(r"(?:窗口|柜台|号台)(?=[一-龥]{2,3}(?:[,。(、]|说|让|态度))")
IS_ROLE = re.compile(rf"(?:{PEOPLE}|女士|先生|人员|姑娘|小伙|[员者]$)")
# 姓猪的那个队长
THE_ONE = re.compile(rf"(?<!什)(?<!啥)的(?:那|这|{PEOPLE}|{TITLES})")
# 名字牌上写的沐剑屏
NAMEPLATE = anchored(
    "牌|胸卡",
    r"(?:名字?牌|胸牌|工牌|铭牌|胸卡)(?:上)?(?:的名字)?(?:写的是?|写着|印着|是)(?P<name>[一-龥]{2,3})(?=[,。;!?]|$)",
)
# 负责户籍的是罗立如, 打人的叫沙天广
WHO_IT_IS = re.compile(
    r"(?:的(?:人|那个|那位)?叫|(?:负责|接待|经办|值班|办理|执法|带队|带头|处理|审批|收费|开车|打人|骂人)[一-龥]{0,6}的(?:人)?是)(?=[一-龥]{2,4}(?:[,。;!?]|$))"
)
# 哪吒(胸牌018)
BADGED = anchored(
    "工号|胸牌|工牌|警号", r"(?:^|[,。;:\s]|的)(?P<name>[一-龥]{2,3})(?P<mark>[,(])(?:工号|胸牌|工牌|警号)"
)
# 7号窗口的萧咪咪, 那位苏樱
AT_A_DESK = re.compile(
    r"(?:(?:窗口|柜台|前台|大厅|服务台|中心|[科局所站台室处队股组])(?:的|那个|的那个)|[那这一]位|(?:接待|招呼|帮|给|为)[我俺](?:们)?(?:办理?|服务|登记|审核)?的)(?=[一-龥]{2})"
)
# 医保中心李萍给弄的
OF_UNIT = re.compile(r"(?:中心|[局所站科室股])(?=[一-龥]{2})")
CALLED_BEFORE = re.compile(rf"叫(?P<name>[一-龥]{{2,4}})的(?:{PEOPLE}|人|窗口|小妹|柜员|志愿者)")
SURNAMED = re.compile(
    rf"姓(?P<surname>{'|'.join(sorted(DOUBLE_SURNAMES))}|[一-龥])(?:的|(?={PEOPLE}|{TITLES}|女士|先生|人|[,。;!?\s]|$))(?!的?(?:那家|人家|邻居|业主|住户|老板|老头))"
)
FAMILIAR = anchored(
    "小|老|姐|哥|姨",
    rf"(?:(?<=[口台厅心科局所站]的|人员)小(?![姑伙孩区时姐哥妹弟朋学组路店型额件声票程])[一-龥](?=[,。真很特服态人帮给还说让不]|$)"
    rf"|(?<=[的叫个位口])[小老][{COMMON}](?![一-龥]?[区院院路街村])"
    rf"|(?:[小老][{COMMON}]|[{COMMON}][姐哥姨])"
    r"(?=[,。;:!?、\s]|$|同志|后来|服务|还有|[说让把就也不帮给很真特态的来拿办没还是在又人和跟]))",
)
# 我姓王, 我妈妈姓林: the citizen's own, no staff.
OWN_FOLK = re.compile(
    r"(?:[我俺敝]|[0-9零一二三四五六七八九幺]{7}[,。]?\s?|我是[^。!?\n]{1,20}[,。]\s?|我[是叫]|[爸妈父母亲公婆爷奶儿女哥姐弟妹]|隔壁|邻居|朋友|同事|户主|业主|免贵)$"
)


def find_staff(text: str, words: Sequence[Word]) -> list[Found]:
    """Staff spoken of, in order. `words`: the text's; a surname begins one (社区|主任 is nobody's name)."""
    named = without_overlaps(_named(text, words_at(words)))
    if not named:
        named = [Found("staff_name", match.group(), *match.span()) for match in FAMILIAR.finditer(text)]
        named = [each for each in named if not _is_own(text, each.start)]
    if named:
        return sorted(named, key=lambda each: each.start)
    numbers = [
        match for pattern in (STAFF_NUMBER, NUMBER_STAFF, SEAT, NUMBER_MENDED) for match in pattern.finditer(text)
    ]
    found = [Found("staff_name", match["number"], *match.span("number")) for match in numbers]
    return without_overlaps(found)


def _named(text: str, at: Mapping[int, str]) -> list[Found]:
    found = [
        each
        for pattern in (CALLED, ROLE_BEFORE, AT_A_DESK, NEXT_TO_DESK, ANY_ROLE, WHO_IT_IS, OF_UNIT)
        for each in _after(pattern, text, at)
    ]
    for match in CALLED_BEFORE.finditer(text):
        is_name = is_surname(match["name"]) or text[match.start() - 2 : match.start()] == "姓名"
        if is_name and not _is_own(text, match.start()):
            found.append(Found("staff_name", match["name"], *match.span("name")))
    found += [each for match in TITLED.finditer(text) if (each := _titled(match, at)) is not None]
    found += [Found("staff_name", match["name"], *match.span("name")) for match in SHORT_TITLE.finditer(text)]
    found += [Found("staff_name", match["name"], *match.span("name")) for match in NAMEPLATE.finditer(text)]
    for match in BADGED.finditer(text):
        is_name = not NO_NAME.search(match["name"]) and not IS_ROLE.search(match["name"])
        if is_name and (match["mark"] == "(" or name_among(text, match.start("name"), at) == match["name"]):
            found.append(Found("staff_name", match["name"], *match.span("name")))
    for match in SURNAMED.finditer(text):
        is_said = THE_ONE.match(text, match.end("surname")) or text[match.start() - 1 : match.start()] in ("长", "员")
        if (is_surname(match["surname"]) or is_said) and not _is_own(text, match.start()):
            found.append(Found("staff_name", f"姓{match['surname']}", match.start(), match.end("surname")))
    return found


def _after(pattern: Anchored | re.Pattern[str], text: str, at: Mapping[int, str]) -> Iterator[Found]:
    for match in pattern.finditer(text):
        name = (staff_name_at(text, match.end()) if pattern in (CALLED, ROLE_BEFORE) else "") or name_among(
            text, match.end(), at
        )
        if pattern is OF_UNIT and text[match.end() + len(name) :][:1] not in (
            "给帮说让叫把不带" if len(name) < 3 else "给帮说让叫把不上多故在当拒利收违索乱"
        ):
            continue
        if name and not _is_own(text, match.start()):
            title = TITLE.match(text, match.end() + len(name)) if name in DOUBLE_SURNAMES else None
            end = title.end() if title else match.end() + len(name)
            yield Found("staff_name", text[match.end() : end], match.end(), end)


def _is_own(text: str, start: int) -> bool:
    return bool(OWN_FOLK.search(text[max(0, start - 24) : start]))


def _titled(match: re.Match[str], at: Mapping[int, str]) -> Found | None:
    """李科长, 王小明主任: the name's first character must be a surname, and stand where a name begins."""
    said = match["name"]
    title = TITLE_LAST.search(said)
    if title is None:
        return None
    for length in (3, 2, 1):
        name = said[: title.start()][-length:]
        start = match.start() + title.start() - length
        if len(name) < length or start not in at or "说" in name or not is_surname(name):
            continue
        if length == 1 or not NO_NAME.search(name):
            # 赵敏警官 is called 赵敏; of 张警官 nothing else is known.
            is_whole = length > 1 and name not in DOUBLE_SURNAMES
            end = match.end() - len(title.group()) if is_whole else match.end()
            return Found("staff_name", match.string[start:end], start, end)
    return None

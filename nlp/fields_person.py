"""Who speaks and how to reach them: telephone, identity number, name, receipt number; and which staff are spoken of."""

from __future__ import annotations

import re
from itertools import islice

from nlp.found import Found
from nlp.numerals import digits
from nlp.text import lines

MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(?P<number>1[- ]?[3-9](?:[- ]?[0-9]){9})(?![0-9Xx])")
SPOKEN_MOBILE = re.compile(r"[一幺](?:[, 、]?[零〇一二三四五六七八九幺]){10}(?![零〇一二三四五六七八九幺])")
LANDLINE = re.compile(r"(?<![0-9A-Za-z])\(?(?P<area>0[1-9][0-9]{1,2})\)?[- ]?(?P<number>[2-9][0-9]{6,7})(?![0-9])")
BARE_LANDLINE = re.compile(r"(?:电话|座机|固话|号码)(?:号码)?[是为:]?\s?(?P<number>[2-9][0-9]{6,7})(?![0-9])")

ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9](?:[- ]?[0-9]){16}[- ]?[0-9Xx](?![0-9A-Za-z])")
ID_SAID = re.compile(
    r"(?:身份证|证件|公民身份)(?:号码?)?[是为:]{0,2}\s?(?P<number>[1-9][0-9 -]{13,20}[0-9Xx])(?![0-9A-Za-z])"
)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"

RECEIPT_SAID = re.compile(
    r"(?:受理|回执|业务|工单|投诉|诉求|案件|办件|流水|登记|查询|申请|收件|反馈|回执单|收据)?(?:编号|回执号|单号|件号|工单号|受理号|查询码|流水号|回执|工单|案号)"
    r"(?:码|号)?\s?[是为:]?\s?(?P<number>[A-Za-z]{0,6}[-]?[0-9][-0-9A-Za-z]{4,27})"
)
RECEIPT_OURS = re.compile(r"(?<![-0-9A-Za-z])20[0-9]{6}-[0-9]{4,8}(?![-0-9A-Za-z])")

HAN_NAME = r"(?:[一-龥]{2,4}(?:·[一-龥]{2,4}){1,2}|[一-龥](?:[一-龥]|·){1,4})"
NAME_SAID = re.compile(
    r"(?:我(?:的名字|的姓名)?(?:叫|名叫|名字叫|姓名是|是)|本人(?:姓名)?(?:叫|是)?|姓名[是为:]?|名字[是为叫:]|联系人[是为:]?|投诉人[是为:]?|诉求人[是为:]?|反映人[是为:]?"
    r"|落款[是为:]?|署名[是为:]?|申请人[是为:]?)\s?"
    rf"(?P<name>{HAN_NAME})"
)
SIGNED = re.compile(
    rf"(?:[,。;\s]|^)(?P<name>{HAN_NAME})[,:\s]\s?(?:女|男)?[,\s]?(?:电话|手机号?|联系电话|联系方式|身份证号?)?[:是]?\s?1[3-9][0-9]"
)
# Whoever says "我叫" two thousand times has said it often enough.
MOST_NAMES = 50
DOTTED = re.compile(r"[一-龥]{2,4}(?:·[一-龥]{2,4}){1,2}")
SURNAMED = re.compile(r"我姓(?P<name>[一-龥])")
AFTER_NAME = re.compile(r"(?:不叫|不是|[,。;:!?、(\s]|$|电话|手机|身份证|联系|住|的电话|女|男|，)")

STAFF_NUMBER = re.compile(
    r"(?:工号|胸牌|工牌)(?:牌)?(?:上)?(?:写的是|写着|是|为|:|显示)?\s?(?P<number>[A-Za-z]{0,4}[-]?[0-9]{1,8})(?:号)?"
)
NUMBER_STAFF = re.compile(r"(?P<number>[A-Za-z]{0,3}[0-9]{2,8})号?(?:工作人员|办事员|话务员|坐席|客服|工号)")
TITLES = (
    "科长|主任|局长|所长|处长|股长|队长|警官|老师|经理|站长|书记|主管|组长|大夫|医生|副科长|副主任|副局长|师傅|同志"
    "|大姐|大哥"
)
STAFF_TITLED = re.compile(rf"(?P<name>[一-龥]{{1,3}}(?:{TITLES}))")
STAFF_CALLED = re.compile(
    r"(?:工作人员|办事员|办事人员|窗口人员|柜员|客服|民警|协警|科员|话务员|导办员|经办人|网格员|职工|那个人|女的|男的|小姑娘|小伙子|大姐)"
    r"(?:[,]?(?:名字|姓名)?(?:名叫|叫做|叫|姓名是|是|:))(?P<name>[一-龥]{2,3})"
)
STAFF_AFTER = re.compile(
    r"(?:工作人员|办事员|民警|协警|经办人|科员|客服|导办员)(?:写的是|是|:)?(?P<name>[一-龥](?:某某|某|[一-龥]{1,2}))(?=[,。;:!?、\s]|态度|特别|非常|很|说|不|让|把|对|$)"
)
# 我姓王, 我妈妈姓林: the citizen's own, no staff.
OWN_FOLK = re.compile(r"(?:我|[爸妈父母亲老公婆爷奶儿女哥姐弟妹]|邻居|朋友)$")
STAFF_SURNAMED = re.compile(
    r"(?:姓(?P<surname>[一-龥])(?:的)?(?:工作人员|办事员|民警|女的|男的|女士|先生|同志|科长|主任|小姑娘|大姐|人|(?=[,。;!?\s]|$)))"
)


def find_phones(text: str) -> list[Found]:
    """Mobile numbers as eleven digits, landlines as area-number."""
    inside = [match.span() for match in ID_NUMBER.finditer(text)]
    found = [
        Found("phone", re.sub(r"[^0-9]", "", match["number"]), match.start("number"), match.end("number"))
        for match in MOBILE.finditer(text)
        if not any(start <= match.start("number") < end for start, end in inside)
    ]
    found += [Found("phone", digits(match.group()), *match.span()) for match in SPOKEN_MOBILE.finditer(text)]
    found += [Found("phone", f"{match['area']}-{match['number']}", *match.span()) for match in LANDLINE.finditer(text)]
    if not found:
        found = [Found("phone", match["number"], *match.span("number")) for match in BARE_LANDLINE.finditer(text)]
    return sorted(found, key=lambda each: each.start)


def find_id_numbers(text: str) -> list[Found]:
    """Identity numbers without blanks; where one is announced, of whatever length it was given."""
    receipts = [match.span("number") for match in RECEIPT_SAID.finditer(text)]
    found = [
        Found("id_number", _id(match.group()), *match.span())
        for match in ID_NUMBER.finditer(text)
        if match.span() not in receipts
    ]
    said = [Found("id_number", _id(match["number"]), *match.span("number")) for match in ID_SAID.finditer(text)]
    found += [
        each for each in said if each.value and len(each.value) in (15, 16, 17, 18) and not _overlaps(each, found)
    ]
    return sorted(found, key=lambda each: each.start)


def is_valid_id(number: str) -> bool:
    """Eighteen digits with the right check digit (GB 11643)."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11] == number[17]


def find_receipts(text: str) -> list[Found]:
    """Receipt numbers as written: our own form anywhere, others where they are announced."""
    found = [Found("receipt_number", match.group(), *match.span()) for match in RECEIPT_OURS.finditer(text)]
    found += [
        Found("receipt_number", match["number"].rstrip("-"), *match.span("number"))
        for match in RECEIPT_SAID.finditer(text)
        if not re.fullmatch(r"1[3-9][0-9]{9}", match["number"]) and not is_valid_id(match["number"].upper())
    ]
    return sorted(_without_overlaps(found), key=lambda each: each.start)


def find_names(text: str) -> list[Found]:
    """The citizen's own name, where it is announced or signed before a telephone number."""
    found = []
    for pattern in (NAME_SAID, SIGNED):
        for match in islice(pattern.finditer(text), MOST_NAMES):
            name = _cut_name(text, match.start("name"), match.end("name"))
            if name:
                found.append(Found("name", name, match.start("name"), match.start("name") + len(name)))
    if not found:
        found = [
            Found("name", match["name"], *match.span("name"))
            for match in SURNAMED.finditer(text)
            if _surname(match["name"])
        ]
    return _without_overlaps(found)


def find_staff(text: str) -> list[Found]:
    """Staff spoken of, as written; a number where no name is given."""
    found = []
    for pattern in (STAFF_CALLED, STAFF_AFTER):
        for match in pattern.finditer(text):
            if _surname(match["name"]) or "某" in match["name"]:
                found.append(Found("staff_name", match["name"], *match.span("name")))
    found += [each for match in STAFF_TITLED.finditer(text) if (each := _titled(match)) is not None]
    found += [
        Found("staff_name", f"姓{match['surname']}", match.start(), match.end("surname"))
        for match in STAFF_SURNAMED.finditer(text)
        if _surname(match["surname"]) and not OWN_FOLK.search(text[max(0, match.start() - 3) : match.start()])
    ]
    if found:
        return sorted(_without_overlaps(found), key=lambda each: each.start)
    numbers = [*STAFF_NUMBER.finditer(text), *NUMBER_STAFF.finditer(text)]
    return [Found("staff_name", match["number"], *match.span("number")) for match in numbers]


def _titled(match: re.Match[str]) -> Found | None:
    """李科长, 王小明主任: the name's first character must be a surname, and stand where a name begins."""
    said = match["name"]
    title = re.search(rf"(?:副)?(?:{TITLES})$", said)
    if title is None:
        return None
    for length in (3, 2, 1):
        name = said[: title.start()][-length:]
        if len(name) == length and "说" not in name and _surname(name) and (length == 1 or not _NO_NAME.search(name)):
            start = match.start() + title.start() - length
            return Found("staff_name", said[title.start() - length :], start, match.end())
    return None


def _cut_name(text: str, start: int, end: int) -> str:
    """The longest two to four characters that are a name and are followed by what may follow one."""
    for stop in range(end, start + 1, -1):
        name = text[start:stop]
        if DOTTED.fullmatch(name) and AFTER_NAME.match(text, stop):
            return name
        titled = re.fullmatch(r"[一-龥]{1,2}(?:女士|先生|小姐|同志|阿姨|大爷|师傅)", name)
        is_name = _surname(name) and (len(name) <= 3 or "·" in name or name[:2] in _double_surnames() or titled)
        if is_name and AFTER_NAME.match(text, stop) and not _NO_NAME.search(name):
            return name
    return ""


# Words that follow "我是" and begin with a character that is a surname too.
_NO_NAME = re.compile(
    r"[来去的了在要想不有个是这那您我你办就也很都被把从]|业主|居民|市民|村民|群众|家长|学生|司机|员工|职工|商户|老师|退役|退休|残疾|公司|单位|企业|农民|于|因|想|任何|一名|一个|方便"
    r"|时间|时候|全家|全部|常年|常住|应该|应届|强烈|非常|万分|真心|实名|匿名|现在|昨天|前天|今天|上周|外地|本地|牛|高中|安全|成年|单亲|单身|金融|路过|党员|温馨"
)


def _surname(name: str) -> bool:
    return bool(name) and (name[0] in _surnames() or name[:2] in _double_surnames())


def _surnames() -> frozenset[str]:
    return frozenset("".join(lines("surnames.txt")))


def _double_surnames() -> frozenset[str]:
    return frozenset(
        {
            "欧阳",
            "诸葛",
            "司马",
            "上官",
            "令狐",
            "慕容",
            "皇甫",
            "尉迟",
            "公孙",
            "东方",
            "夏侯",
            "端木",
            "独孤",
            "司徒",
            "长孙",
        }
    )


def _id(written: str) -> str:
    return re.sub(r"[- ]", "", written).upper()


def _overlaps(one: Found, others: list[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _without_overlaps(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for each in found:
        if not _overlaps(each, kept):
            kept.append(each)
    return kept

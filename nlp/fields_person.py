"""Who speaks and how to reach them: telephone, identity number, name; and the receipt number they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from nlp.anchored import FIGURES, anchored
from nlp.fields_names import DOUBLE_SURNAMES, NO_NAME, is_surname
from nlp.found import Found, overlaps, without_overlaps
from nlp.names_told import told_by_place, told_plainly
from nlp.numerals import SPOKEN_DIGITS, digits
from nlp.text import Word

FIGURE = re.compile("[0-9]").search
MOBILE = anchored("1", r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(?P<number>1[- ]?[3-9](?:[- ]?[0-9]|—{2}[0-9]){9})(?![0-9Xx])")
SPOKEN_MOBILE = re.compile(rf"[一幺壹](?:[, 、]?[{SPOKEN_DIGITS}]){{10}}(?![{SPOKEN_DIGITS}])")
LANDLINE = anchored(
    "0",
    r"(?<![0-9A-Za-z])\(?(?P<area>0[1-9][0-9]{1,2})\)?[- ]?(?P<number>[2-9][0-9]{2,3}[- ]?[0-9]{4})(?![0-9])",
)
BARE_LANDLINE = re.compile(r"(?:电话|座机|固话|号码)(?:号码)?[是为:]?\s?(?P<number>[2-9][0-9]{6,7})(?![0-9])")

ID_NUMBER = anchored(FIGURES, r"(?<![0-9A-Za-z])[1-9](?:[- ]?[0-9]){16}[- ]?[0-9Xx](?![- ]?[0-9A-Za-z])")
ID_SAID = re.compile(
    r"(?:身份证|证件|公民身份)(?:号码?)?[是为:]{0,2}\s?(?P<number>[1-9][0-9 -]{13,20}[0-9Xx])(?![0-9A-Za-z])"
)
OLD_ID = re.compile(
    r"(?<![0-9A-Za-z-])[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9A-Za-z-])"
)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"

RECEIPT_WORD = (
    r"(?:(?:编号|回执|回单|回条|工单|流水|收件条|受理单|送件单|查询码)(?:单号|编号|号码|号|码|单)?"
    r"|(?:回执单|单|件|受理|业务|申[报办请诉]|办件|登记|预约|轮候|案|单据|票据|收据|凭证|票|收件|通知书|举报|投诉|回证)(?:上?编?号|编?码|(?=:))码?"
    r"|[Rr]eceipt(?: number| no\.?)?)"
)
RECEIPT_SPOKEN = re.compile(RECEIPT_WORD)
PROVINCE = "豫京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁鄂湘粤桂琼川贵云藏陕甘青宁新"
# 编号是…, 收件条写着“…, 业务号,好像是…
RECEIPT_SAID = anchored(
    FIGURES,
    rf"{RECEIPT_WORD}(?:,?上[面头]?)?\s?(?:写|印|打)?(?:的是|着|的)?,?(?:好像|大概|应该)?(?:是|为|is)?:?[\s\"“]{{0,2}}"
    rf"(?P<number>[{PROVINCE}]?(?:[A-Za-z]{{1,6}}-?){{0,2}}[0-9][-0-9A-Za-z]{{4,27}}|[A-Za-z]{{1,6}}-?[0-9]{{3,5}}(?:-[0-9]{{1,4}})?"
    rf"|(?:[A-Za-z]{{1,6}}[一-龥]{{1,2}}|[一-龥]{{2,4}}字)-?第?[0-9][-0-9]{{3,20}}"
    r"|(?:[A-Za-z]{0,6}[一-龥]?|[一-龥]{2,4}字)[〔\[(]20[0-9]{2}[〕\])]第?[0-9]{1,8}号?|(?<=号)[0-9]{3,4}(?![0-9年月.]))",
)
# Numbers that look like one, where a receipt is spoken of anywhere before.
RECEIPT_LATER = re.compile(
    r"(?<![-0-9A-Za-z])(?:(?:[A-Za-z]{1,6}-?)?20[0-9]{6}[-0-9]{2,16}|[A-Za-z][A-Za-z0-9]{0,4}-[0-9]{6,8}-[0-9]{2,6})"
    r"(?![-0-9A-Za-z])"
)
# 收件单SG0000188, 信件编号:第 2504-018 号, 单子号是扣字2024-0098.
RECEIPT_ANNOUNCED = anchored(
    FIGURES,
    r"(?:编号|单号|回执|凭证|通知书(?:文号)?|(?<!文)件号|单子号?|[收受转登押][件理办记金][单号]|收文号|[来报信收办]件|申诉号|查询码|回执尾数|封条号|订单号?"
    r"|更正为|查一?下|帮查|撤[销回])(?:写的?|打的?|印的?)?[是为就见下第着的给:,\"“”【\s]{0,6}"
    r"(?P<number>[一-龥]{1,6}[〔\[(]20[0-9]{2}[〕\])]第?[0-9]{1,6}号?|[一-龥]{1,3}字-?[0-9][-0-9]{3,12}"
    r"|(?:封|[A-Z]{1,3}(?:-[A-Z]{1,3})?[-/]?)[0-9]{2,8}[A-Z]?[0-9]{0,8}(?:-[A-Z0-9]{1,8}){0,3}"
    r"|[0-9]{2,8}(?:-[A-Z0-9]{1,12}){1,3}|[0-9]{7,13})(?![-0-9A-Za-z])",
)
# Whose number it is where it is no receipt's.
OF_ELSE = "快递|物流|发票|路灯|档案|警官|机身"
NO_RECEIPTS_CODE = re.compile(
    rf"(?:{OF_ELSE}|工号|警[号员]|执业|电?表|驾驶证|设备|车牌|身份证|文件)[一-龥]{{0,3}}号?[码是:\s]{{0,2}}$"
)
NOT_A_RECEIPT = re.compile(rf"(?:{OF_ELSE}|顺丰|圆通|中通|申通|韵达|邮政|EMS|运|订|发|证|合同|车架|取件)$")
# A parcel's number.
POSTAL = re.compile(r"(?:EMS|SF|JD|YT|ZTO)[0-9]{10}")
RECEIPT_OURS = anchored(
    "2|件:",
    r"(?<![-0-9A-Za-z])20[0-9]{6}-[0-9]{4,8}(?![-0-9A-Za-z])"
    r"|(?<![-0-9A-Za-z])[A-Z]{2,4}-?(?:20)?2[0-9](?:0[1-9]|1[0-2])[0-9]{4,12}(?![-0-9A-Za-z])"
    r"|件:(?P<bare>[A-Za-z]{1,6}-?[0-9]{6,20})",
)

HAN_NAME = r"(?:[一-龥]{2,4}(?:·[一-龥]{2,4}){1,2}|[一-龥](?:[一-龥]|·){1,4})"
NAME_SAID = anchored(
    "我|俺|咱|本人|姓|名|收|联系|找|投诉人|诉求人|反映人|举报人|来电人|求助人|落款|申请人|name|I",
    r"(?=[我俺咱本姓名收联投诉反举来求落署申1MmI])"
    r"(?:我是[一-龥]{2,10}?(?:村|镇|小区|社区|组|街道|公司|厂)的(?:村民|居民|业主|职工)?|1[3-9][0-9]{9}[, ]?(?:找|联系)"
    r"|我是[一-龥]{0,3}?(?:女婿|儿子|女儿|儿媳|孙子|孙女|哥|姐|弟|妹|爸|妈|父亲|母亲|爷爷|奶奶|叔|伯|舅|姨|姑|嫂|丈夫|妻子|老公|老婆|爱人|家属)(?=[一-龥])"
    r"|我是[一-龥]{2,10}?(?:村|镇|小区|社区|街道|屯)[0-9一二三四五六七八九十]{1,2}[组队社](?:的)?"
    r"|(?:我|俺|咱|本人)是[^,。;!?\n]{1,20}[,。]?\s?(?:姓名|名字|名)?叫(?:做)?"
    r"|我的?(?:名字|姓名)|[我俺](?:的名字|的姓名)?(?:叫|名叫|名字叫|姓名是|是)|本人(?:姓名)?(?:叫|是)?|姓名[是为:]?|名字[是为叫:]|收[件信]人[是为:]?|联系人[是为:]?"
    r"|(?<!被)(?:投诉人|诉求人|反映人|举报人|来电人|求助人)[是为:]?"
    r"|落款[是为:]?|署名[是为:]?|申请人[是为:]?|My name is|my name is|I am|I'm"
    r"|我姓[一-龥]{1,2}[, ]?(?:名字|大名)?叫(?:做)?|姓[一-龥]{1,2}[, ]?(?:名字|大名)?叫(?:做)?)\s?"
    rf"(?P<name>{HAN_NAME})",
)
SIGNED = anchored(
    "1|一|幺",
    rf"(?:[,。;:!?\s]|^)(?P<name>{HAN_NAME})(?:律师|先生|女士)?[,:\s]\s?(?:女|男)?[,\s]?(?:电话|手机号?|联系电话|联系方式|身份证号?)?[:是]?\s?(?:1[3-9][0-9]|[一幺][三四五六七八九][零〇一二三四五六七八九幺]{{3}})",
)
# More often nobody says it.
MOST_NAMES = 50
MOST_CODES = 20
DOTTED = re.compile(r"[一-龥]{2,4}(?:·[一-龥]{2,4}){1,2}")
# 晁盖,410500…
WITH_ID = anchored(
    FIGURES,
    rf"(?:[,。;:!?\s]|^)(?P<name>{HAN_NAME})[,:\s(]\s?"
    r"(?:身份证)?(?:号码?)?[:是]?\s?[1-9][0-9]{5} ?(?:19|20)[0-9]{2}",
)
# 13800000000 秋香
AFTER_PHONE = anchored("1", rf"(?<![0-9])1[3-9][0-9]{{9}}[,\s(]{{1,2}}(?P<name>{HAN_NAME})(?=[,。\s)]|$)")
AFTER_ID = anchored(FIGURES, rf"[0-9]{{17}}[0-9Xx][,。\s]{{1,2}}(?P<name>{HAN_NAME})(?=[,。\s]|$)")
# 钟灵,女,汉族
SEXED = anchored(
    "男|女|今年|岁",
    rf"(?:[,。;:!?\s]|^)(?P<name>{HAN_NAME})[,\s(]\s?(?:[男女]|今年|[0-9]{{1,3}}岁)(?=[,。;)\s0-9一-龥])",
)
AFTER_NAME = re.compile(
    r"(?:不叫|不是|[,。;:!?、(/\s]|$|律师|称|写成|打成|录成|登记成|电话|手机|身份证|联系|住|家住|的电话|[我俺](?=[的家们要想在现是住这电手])|今年|昨|前天|上周|今天|反映|投诉|咨询|想|来|要|女|男|在|[0-9]{7})"
)
# 我同事韦小宝的电话是: somebody else's.
OTHERS_PHONE = re.compile(
    r"(?:同事|朋友|邻居|老婆|老公|爱人|儿子|女儿|妈|爸|哥|姐|弟|妹|叔|姨|舅|爷|奶|父亲|母亲|紧急联系人|他|她)[一-龥]{0,6}?的?"
    r"(?:电话|手机|号码|座机)?号?码?(?:是|:)?\s?$"
)


NAMED_PHONE = re.compile(r"(?:^|[,。;!?\s])(?P<name>[一-龥]{2,3})的(?:电话|手机)号?码?(?:是|:)?\s?$")
# 以前是139…, 现在138…
NO_LONGER = re.compile(
    r"(?:以前|原来|之前|原先|旧|老|前面)(?:那个|这个)?(?:的)?(?:手机|电话|号)?号?码?(?:是|为|:|用)?(?:的)?\s?$"
)


def find_phones(text: str) -> list[Found]:
    """Mobile numbers as eleven digits, landlines as area-number."""
    inside = [match.span() for match in ID_NUMBER.finditer(text)]
    inside += [match.span("number") for match in RECEIPT_SAID.finditer(text) if "-" in match["number"]]
    found = [
        Found("phone", re.sub(r"[^0-9]", "", match["number"]), match.start("number"), match.end("number"))
        for match in MOBILE.finditer(text)
    ]
    found += [Found("phone", digits(match.group()), *match.span()) for match in SPOKEN_MOBILE.finditer(text)]
    found += [
        Found("phone", f"{match['area']}-{digits(match['number'])}", *match.span()) for match in LANDLINE.finditer(text)
    ]
    found = [each for each in found if not any(start <= each.start < end for start, end in inside)]
    if not found:
        found = [Found("phone", match["number"], *match.span("number")) for match in BARE_LANDLINE.finditer(text)]
    return sorted(found, key=lambda each: (_is_others(text, each), each.start))


def _is_others(text: str, phone: Found) -> bool:
    before = text[max(0, phone.start - 16) : phone.start]
    whose = NAMED_PHONE.search(before)
    return bool(OTHERS_PHONE.search(before) or NO_LONGER.search(before) or (whose and is_surname(whose["name"])))


def find_id_numbers(text: str) -> list[Found]:
    """Identity numbers without blanks; where one is announced, of whatever length it was given."""
    if not FIGURE(text):
        return []
    receipts = [match.span("number") for match in RECEIPT_SAID.finditer(text)]
    found = [
        Found("id_number", _id(match.group()), *match.span())
        for match in ID_NUMBER.finditer(text)
        if match.span() not in receipts
    ]
    said = [Found("id_number", _id(match["number"]), *match.span("number")) for match in ID_SAID.finditer(text)]
    if "身份证" in text:  # an old one of fifteen digits, wherever it stands
        said += [Found("id_number", match.group(), *match.span()) for match in OLD_ID.finditer(text)]
    found += [each for each in said if each.value and len(each.value) in (15, 16, 17, 18) and not overlaps(each, found)]
    return sorted(found, key=lambda each: each.start)


def is_valid_id(number: str) -> bool:
    """Eighteen digits with the right check digit (GB 11643)."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11] == number[17]


def find_receipts(text: str) -> list[Found]:
    """Receipt numbers as written: our own form anywhere, others where they are announced, and those of like shape."""
    if not FIGURE(text):
        return []
    found = [
        Found("receipt_number", match[match.lastgroup or 0], *match.span(match.lastgroup or 0))
        for match in RECEIPT_OURS.finditer(text)
    ]
    said = [match for match in RECEIPT_SAID.finditer(text) if not NOT_A_RECEIPT.search(text[: match.start()][-4:])]
    if not said:
        word = RECEIPT_SPOKEN.search(text)
        start = word.end() if word and not NOT_A_RECEIPT.search(text[: word.start()][-4:]) else len(text)
        found += [Found("receipt_number", m.group(), *m.span()) for m in RECEIPT_LATER.finditer(text, start)]
    told = [
        Found("receipt_number", match["number"].rstrip("-"), match.start("number"), match.end("number"))
        for match in said
        if not re.fullmatch(r"1[3-9][0-9]{9}", match["number"]) and not is_valid_id(match["number"].upper())
    ]
    found += [*told, *_of_like_shape(text, told)]
    found += _announced(text) if not found else []
    found = [each for each in found if not POSTAL.match(each.value or "")]
    return sorted(without_overlaps(found), key=lambda each: each.start)


def _announced(text: str) -> list[Found]:
    """Codes that follow words for one, and not words for another number."""
    return [
        Found("receipt_number", match["number"], *match.span("number"))
        for match in islice(RECEIPT_ANNOUNCED.finditer(text), MOST_CODES)
        if not NO_RECEIPTS_CODE.search(text[max(0, match.start("number") - 10) : match.start("number")])
    ]


def _of_like_shape(text: str, told: Sequence[Found]) -> list[Found]:
    """编号是T-7788, …, 是T-7768: what is written as the first is, letters and all, is another of them."""
    shapes = {re.sub("[0-9]", "9", each.value or "") for each in told if not (each.value or "").isdigit()}
    return [
        Found("receipt_number", match.group(), *match.span())
        for shape in shapes
        for match in islice(re.finditer(re.escape(shape).replace("9", "[0-9]"), text), MOST_NAMES)
    ]


def find_names(text: str, words: Sequence[Word]) -> list[Found]:
    """The citizen's own name, where it is announced or signed before a telephone number. `words`: the text's."""
    found = []
    for pattern in (NAME_SAID, SIGNED, SEXED, WITH_ID, AFTER_PHONE, AFTER_ID):
        for match in islice(pattern.finditer(text), MOST_NAMES):
            name = _cut_name(text, match.start("name"), match.end("name"), may_deny=pattern is not NAME_SAID)
            if name:
                found.append(Found("name", name, match.start("name"), match.start("name") + len(name)))
    found = [*told_plainly(text), *found]
    return without_overlaps(found or told_by_place(text, words))


def _cut_name(text: str, start: int, end: int, may_deny: bool = False) -> str:
    """The longest two to four characters that are a name and are followed by what may follow one.

    `may_deny`: 不 may be its second character (岳不群), since where it stands tells it to be a name.
    """
    for stop in range(end, start + 1, -1):
        name = text[start:stop]
        if DOTTED.fullmatch(name) and AFTER_NAME.match(text, stop):
            return name
        titled = re.fullmatch(r"[一-龥]{1,2}(?:女士|先生|小姐|同志|阿姨|大爷|师傅)", name)
        is_name = is_surname(name) and (len(name) <= 3 or "·" in name or name[:2] in DOUBLE_SURNAMES or titled)
        told = name[0] + name[2:] if may_deny and name[1] == "不" and len(name) == 3 else name
        if is_name and AFTER_NAME.match(text, stop) and not NO_NAME.search(told):
            return name
    return ""


def _id(written: str) -> str:
    return re.sub(r"[- ]", "", written).upper()

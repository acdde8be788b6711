"""Who speaks and how to reach them: telephone, identity number, name."""

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
MOBILE = anchored(
    "1", r"(?<![0-9A-UW-Za-uw-z])(?:\+?86[- ]?)?(?P<number>1[- ]?[3-9](?:[- ]?[0-9]|—{2}[0-9]){9})(?![0-9Xx])"
)
SPOKEN_MOBILE = re.compile(rf"[一幺壹](?:[, 、]?[{SPOKEN_DIGITS}]){{10}}(?![{SPOKEN_DIGITS}])")
SPOKEN_LANDLINE = re.compile(
    rf"[零〇](?P<area>[一幺]零|二[{SPOKEN_DIGITS}]|[三四五六七八九][{SPOKEN_DIGITS}]{{2}})[, 、-]?"
    rf"(?P<number>(?:[, 、]?[{SPOKEN_DIGITS}]){{7,8}})(?![{SPOKEN_DIGITS}])"
)
LANDLINE = anchored(
    "0",
    # Invented ones go on with noughts: 0372-0000123.
    r"(?<![0-9A-Za-z])\(?(?P<area>010|02[0-9]|0[3-9][0-9]{2})\)?[- ]?"
    r"(?P<number>(?:[2-9][0-9]|00)[0-9]{1,2}[- ]?[0-9]{4})(?![0-9])",
)
BARE_LANDLINE = re.compile(r"(?:电话|座机|固话|号码)(?:号码)?[是为:]?\s?(?P<number>[2-9][0-9]{6,7})(?![0-9])")

ID_NUMBER = anchored(FIGURES, r"(?<![0-9A-Za-z])[1-9](?:[- ]?[0-9]){16}[- ]?[0-9Xx](?![- ]?[0-9A-Za-z])")
ID_SAID = re.compile(
    r"(?:身份证|证件|公民身份)(?:号码?)?[是为:]{0,2}\s?(?P<number>[1-9][0-9 -]{13,20}[0-9Xx])(?![0-9A-Za-z])"
)
# Of fifteen figures, or with one left out.
OLD_ID = re.compile(r"(?<![0-9A-Za-z-])[1-6][0-9]{14}(?:[0-9]{2})?(?![0-9A-Za-z-])")
# Begun with a province, with a day of birth in it, of fifteen figures or of seventeen.
DATED_ID = re.compile(
    r"(?<![0-9A-Za-z-])(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{4}(?:19|20)?[0-9]{2}"
    r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9A-Za-z-])"
)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"

# 项目代码2612-000000-04-01-0007
OF_ELSE = re.compile(r"(?:代码|[银行社保]卡|卡号|账号|设备|执业证)[一-龥]{0,3}[:是为\s(]{0,2}$")

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
# 0372-0000456从早上打到现在没一个人接
UNITS_LINE = re.compile(r"\s?(?:打的|打来|打过来|[^,。;!?]{0,12}(?:没人接|没有人接|没一个人接|打不通|占线|忙音|不接))")
# 以前是139…, 现在138…
NO_LONGER = re.compile(
    r"(?:以前|原来|之前|原先|旧|老|前面)(?:那个|这个)?(?:的)?(?:手机|电话|号)?号?码?(?:是|为|:|用)?(?:的)?\s?$"
)


def find_phones(text: str, receipts: Sequence[Found] = ()) -> list[Found]:
    """Mobile numbers as eleven digits, landlines as area-number; none within a receipt's number."""
    inside = [match.span() for match in ID_NUMBER.finditer(text)]
    inside += [(each.start, each.end) for each in receipts]
    found = [
        Found("phone", re.sub(r"[^0-9]", "", match["number"]), match.start("number"), match.end("number"))
        for match in MOBILE.finditer(text)
    ]
    found += [Found("phone", digits(match.group()), *match.span()) for match in SPOKEN_MOBILE.finditer(text)]
    found += [
        Found("phone", f"0{digits(match['area'])}-{digits(match['number'])}", *match.span())
        for match in SPOKEN_LANDLINE.finditer(text)
    ]
    found += [
        Found("phone", f"{match['area']}-{digits(match['number'])}", *match.span()) for match in LANDLINE.finditer(text)
    ]
    found = [each for each in found if not any(start <= each.start < end for start, end in inside)]
    if not found:
        found = [Found("phone", match["number"], *match.span("number")) for match in BARE_LANDLINE.finditer(text)]
    found = [each for each in found if not ("-" in (each.value or "") and UNITS_LINE.match(text, each.end))]
    return sorted(found, key=lambda each: (_is_others(text, each), "-" in (each.value or ""), each.start))


def _is_others(text: str, phone: Found) -> bool:
    before = text[max(0, phone.start - 16) : phone.start]
    whose = NAMED_PHONE.search(before)
    return bool(OTHERS_PHONE.search(before) or NO_LONGER.search(before) or (whose and is_surname(whose["name"])))


def find_id_numbers(text: str, receipts: Sequence[Found] = ()) -> list[Found]:
    """Identity numbers without blanks; where one is announced, of whatever length it was given."""
    if not FIGURE(text):
        return []
    found = [
        Found("id_number", _id(match.group()), *match.span())
        for match in ID_NUMBER.finditer(text)
        if not OF_ELSE.search(text[max(0, match.start() - 10) : match.start()])
    ]
    said = [Found("id_number", _id(match["number"]), *match.span("number")) for match in ID_SAID.finditer(text)]
    # Where a card is spoken of, an old one wherever it stands; else one that holds a day of birth.
    short = OLD_ID if "身份证" in text or "证号" in text else DATED_ID
    said += [
        Found("id_number", match.group(), *match.span())
        for match in short.finditer(text)
        if not OF_ELSE.search(text[max(0, match.start() - 10) : match.start()])
    ]
    found += [each for each in said if each.value and len(each.value) in (15, 16, 17, 18) and not overlaps(each, found)]
    return sorted((each for each in found if not overlaps(each, receipts)), key=lambda each: each.start)


def is_valid_id(number: str) -> bool:
    """Eighteen digits with the right check digit (GB 11643)."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], ID_WEIGHTS, strict=True))
    return ID_CHECKS[total % 11] == number[17]


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

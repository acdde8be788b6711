"""The number of a receipt, a case, a complaint: whatever is written as a code, judged by what stands around it.

A code is a receipt's where a word for one announces it, or where it is shaped as such numbers are and no word says that
it is another's (工号, 户号, 合同号). Of more than one the first that is announced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from nlp.anchored import FIGURES, anchored
from nlp.found import Found, overlaps, without_overlaps

# More codes nobody sends.
MOST_CODES = 40
# How far before a code the word may stand that tells whose it is.
NEAR = 24

PROVINCE = "豫京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁鄂湘粤桂琼川贵云藏陕甘青宁新"
YEAR = r"[〔\[(]20[0-9]{2}[〕\])]"
CODES = (
    # NY审〔2025〕0062, 户改(2026)第77号, (2025)豫0502民初000号, (2026)民初0456号
    anchored(
        "20",
        rf"[A-Za-z]{{0,6}}[一-龥]{{0,10}}{YEAR}[一-龥]?(?:[0-9]{{2,4}}[一-龥]{{1,2}}|[一-龥])?第?[0-9]{{1,8}}(?:-[0-9]{{1,6}})?号?",
    ),
    # 公租2025-0731, 劳监2025(0417)号, 行复2026第0031号
    anchored(
        "20",
        r"(?:^|(?<=[,。:;(\s、]))(?:\([一-龥]\))?(?!案件|编号|单号|件号|回执|工单|受理)[一-龥]{1,4}20[0-9]{2}"
        r"(?:-[0-9]{1,6}(?:-[0-9]{1,6})?|\([0-9]{1,6}\)|第[0-9]{1,6})号?(?![-0-9A-Za-z])",
    ),
    # 宅字第0018号, 举字27-0531-06
    anchored("字", r"(?:\([一-龥]\))?[一-龥]{1,8}字-?(?:20[0-9]{2})?第?[0-9][-0-9]{1,12}号?"),
    # 仲案2025-118, 天派收0404, 审2027临031
    anchored(
        FIGURES,
        r"(?:(?<=[\"“(:, ])[一-龥]{0,3}[案登受举诉投信申复审改执收转封办督查监检罚议]"
        r"|(?:(?<=[编单]号)|(?<=号[ :])|(?<=受理单))"
        r"(?![年月日时点第至到为是的着末后前尾码])[一-龥]{1,3})[0-9]{3,10}(?:[-临][0-9]{1,6})?"
        r"(?![-0-9A-Za-z年月日号点元块个天])",
    ),
    # 2509-0441, SL-2026-00417, CH审-2025-00176, Q/0377-A, 豫A2024081900
    anchored(
        FIGURES,
        rf"(?<![-0-9A-Za-z])(?:[A-Z]{{1,6}}[一-龥]{{1,2}}-?|[A-Z]/|[{PROVINCE}](?=[A-Z]))?(?:[A-Za-z]{{1,6}}-?){{0,2}}"
        r"[0-9][0-9A-Za-z]{0,24}(?:-[0-9A-Za-z]{1,20}|/[0-9]{1,4}(?![0-9/年月])){0,5}(?![-0-9A-Za-z])",
    ),
)
# What stands between the word and a code's own: 上写着|户改(2026)第77号.
HAS_YEAR = re.compile(YEAR)
LEAD = re.compile(r"(?:[一-龥]{0,9}(?:[写印打着是为号的条据有到叫]|撤[回销]|执行案)|回执|补充|加?微信)")

NUMBER = r"(?:号码?|尾[号数]|码)"
ANNOUNCED = re.compile(
    r"(?:(?:编|单|(?<!证)件|案|票|单?据|凭证?|流水|回执|受理|业务|登记|预约|轮候|申[报办请诉]|诉求|举报|投诉|收[文件条]|通知书|回证|封条|查询|事项|条|存根|单子)"
    rf"上?[编单文]?{NUMBER}"
    r"|工单|回执单?|回单|回条|流水|凭证|通知书|收[件条据]条?"
    r"|[收受转登押投报订][件理办记金诉销]?单|[来报信收办投查][件诉单]|单子?|订单|条子"
    r"|[Rr]eceipt(?: number| no\.?)?"
    r"|更正为|查一?下|帮查|撤[销回掉]|(?:受理|通知书|收)文号|(?<=[,。])号|[给发抄记拿](?:了|我|我们|俺)?的号码?|[撤查](?:诉求|投诉))"
    r"(?:右上角|二维码)?(?:,?上[面头]?)?[,\s]?"
    r"(?:写|印|打|见下|扫出来一串)?(?:的是|着|的|见|下|给)?,?(?:好像|大概|应该)?(?:是|为|is|就)?[:第\s\"“【(,]{0,3}$"
)
# Three or four figures are a number only where one is just announced.
SHORT_ANNOUNCED = re.compile(rf"{NUMBER}(?:[是为:着\s\"“]|写的?是|写着|就是){{0,2}}$")
MEASURED = re.compile(r"\s?(?:[年月日点时分元块万亿号楼栋幢室天岁人次个度吨米斤平]|小时|[.:%][0-9])")

# Whose number it is where it is no receipt's.
OF_ELSE = re.compile(
    r"(?:取件|快递|物流|顺丰|圆通|中通|申通|韵达|邮政|EMS|运|发票|路灯|档案|警官|机身|机器|工(?!单)|警|警员|执业|电?表|水表|驾驶证|设备|车牌?|身份证|文件|政?函|扣款|合同"
    r"|户|税|学|(?<!回)证(?=[编号上码])|社保卡|银行卡|卡|信用|杆|杆上有|员|识别|桩|坐席|座席|客服|工牌|胸牌|牌子|牌|导游|经纪人|准考|门牌|(?:房|床|机)(?=[编号])|QQ|微信)"
    r"(?:上|的|贴着|写着|写的|注册|件){0,2}(?:[编单代]?(?:号码?|码))?上?(?:尾号|写着|印着|是|为|[:\s·\"“]){0,2}$"
)
OF_STAFF = re.compile(
    r"号?的?(?:那[个位])?(?:男|女)?"
    r"(?:警官|民警|同志|师傅|坐席|客服|司机|工作人员|办事员|护士|电表|水表|路灯|灯杆|窗)"
)

# SL-2025-0088, YX240506-2, BDC20250901-0087, WO-270208-115; 20250425-0901; XF0000093, GA-1030-7, TS-10250033, JX/0117
SHAPED = re.compile(
    r"[A-Z]{2,6}[-/]?[0-9]{4,13}(?:[-/][0-9]{1,6})?|[A-Z][0-9]{8,12}|[A-Z]{2,5}[-/][0-9]{2,6}[-/][0-9]{1,6}|[A-Z]{2,5}/[0-9]{3,6}|"
    r"[A-Z]{1,6}(?:-[A-Z0-9]{1,8}){2,4}|[A-Z]{1,6}-?[0-9]{4,12}-[0-9A-Z]{1,8}|[A-Z]{2,4}-?(?:20)?2[0-9](?:0[1-9]|1[0-2])[0-9]{4,12}|[A-Z]{2,4}20[0-9]{8,12}|[A-Z]{2,6}[0-9]{2,3}-[0-9]{2,6}"
    r"|20[0-9]{6}-(?:[A-Z]{1,4}-)?[0-9]{2,8}|[A-Z]{2,5}(?:19|20)[0-9]{2}-[0-9]{2,8}|12345-[0-9]{4,8}-[0-9]{2,8}"
)
# Of these shapes where a receipt is spoken of, or who writes says no more than the code and what to do with it.
LOOSELY_SHAPED = re.compile(
    r"(?:[A-Z]{1,6}-?)?20[0-9]{6}[-0-9]{2,16}|[A-Za-z][A-Za-z0-9]{0,5}-?[0-9]{3,12}(?:[-/][0-9A-Z]{1,6}){0,2}|[0-9]{4,8}(?:-[0-9A-Z]{1,6}){1,2}"
)
# (2025)民初0456号, 法援[2025]061, 环诉〔2025〕0620
OF_A_CASE = re.compile(r"复字|受字|登字|民初|[刑行]初|终|执|法援|诉|罚决|仲|劳监|复议|撤|欠薪")
# 仲案2025-118
WITH_A_SIGN = re.compile(
    r"[一-龥]{0,4}[案登受举诉投信申复审改执议][0-9]{4}-[0-9]{1,6}"
    r"|(?:\([一-龥]\))?[一-龥]{1,4}20[0-9]{2}(?:-[0-9]{1,6}(?:-[0-9]{1,6})?|\([0-9]{1,6}\)|第[0-9]{1,6})号?"
)
# 豫政〔2021〕17号, 安政办〔2022〕19号.
OF_PAPERS = re.compile(r"产权|律函|发改|政办|(?:政|[国政办]发)[〔\[(]")
SPOKEN = re.compile(
    r"工单|回执|受理|单号|编号|流水|凭证|案号|办件|件号|登记号|业务号|查询码|受理通知书|收据|案子|预约号|查单"
)
OPENS = re.compile(r"(?:^|^[一-龥]{2,4}[,:\s]|[给把查催撤补]\s?|补充\s?|[上那]次|(?<![我他她])就是|关于|补充一下|\n)$")
ASKED = re.compile(
    r"\s?号?[,:\s]?(?:那个|这个|那)?的?"
    r"(?:[件单]|投诉|工单|诉求|[^,。]{0,6}(?:到哪|进度|撤|补充|怎么样|结果)|催)"
)
# A parcel's, and somebody's account elsewhere.
FROM_POST = re.compile(r"(?:EMS|SF|JD|YT|ZTO)[0-9]{10}[0-9A-Z]{0,16}|(?:QQ|VX?|WX)[0-9]{5,12}")
# Telephones, and numbers of persons and firms: a word for a receipt before them is another sentence's.
OF_PERSONS = re.compile(r"1[3-9][0-9]{9}|[0-9]{17}[Xx]|9[0-9A-Z]{17}|400[0-9]{7}")
SPELT_MOBILE = re.compile(r"1[3-9][0-9]-[0-9]{4}-[0-9]{4}")
SURELY_ANNOUNCED = re.compile(r"(?:工单|回执|号码?)[:是为\s]{0,2}$")
OLD_ID = re.compile(r"[1-6][0-9]{14}(?:[0-9]{2})?")
FIGURED = re.compile(r"[0-9][^0-9]{0,4}[0-9]")
LANDLINE = re.compile(r"(?:010|02[0-9]|0[3-9][0-9]{2})-?[0-9]{7,8}")
DAY = re.compile(r"(?:20[0-9]{2}[-/])?[0-9]{1,2}[-/][0-9]{1,2}|20[0-9]{2}-(?:0?[1-9]|1[0-2])")


class Codes(NamedTuple):
    """`receipts`: in order, those that are announced and others of their shape, else those that look like one;
    `possible`: whatever is written as a code and may be one; `others`: what a word tells to be another's."""

    receipts: list[Found]
    possible: list[Found]
    others: list[Found]


def find_codes(text: str) -> Codes:
    """All codes of a text, as written."""
    told: list[Found] = []
    seen: list[Found] = []
    possible: list[Found] = []
    others: list[Found] = []
    for code in _codes(text):
        before = text[max(0, code.start - NEAR) : code.start]
        if _is_others(text, before, code):
            others.append(code)
            continue
        possible.append(code)
        if _is_told(text, before, code):
            told.append(code)
        elif _looks_like_one(text, before, code):
            seen.append(code)
    if told:
        told += [each for each in _of_like_shape(text, told) if not overlaps(each, told)]
    return Codes(sorted(without_overlaps(told or seen), key=lambda each: each.start), possible, others)


def _codes(text: str) -> Iterator[Found]:
    """Whatever is written as a code and is no telephone nor a person's number."""
    spans = []
    for pattern in CODES:
        for match in islice(pattern.finditer(text), MOST_CODES):
            lead = LEAD.match(text, *match.span())
            start, end = lead.end() if lead else match.start(), match.end()
            spans.append(Found("receipt_number", text[start:end], start, end))
    for code in sorted(without_overlaps(spans), key=lambda each: each.start):
        value = code.value or ""
        if FIGURED.search(value):
            yield code


# 身份证回执号, 合同备案号: the receipt's word is nearer than the other's.
ANNOUNCED_OWN = re.compile(
    r"(?:回[执证]|受理|备案|登记|预约|办件|工单|流水|收件|投诉|举报|凭证|回单)[一-龥]{0,3}[:是为\s]{0,2}$"
)


def _is_others(text: str, before: str, code: Found) -> bool:
    value = code.value or ""
    if FROM_POST.fullmatch(value) or OF_PAPERS.search(value) or OF_STAFF.match(text, code.end):
        return True
    return OF_ELSE.search(before) is not None and not ANNOUNCED_OWN.search(before)


def _is_told(text: str, before: str, code: Found) -> bool:
    value = code.value or ""
    if not ANNOUNCED.search(before) or OF_PERSONS.fullmatch(value):
        return False
    if SPELT_MOBILE.fullmatch(value) and not SURELY_ANNOUNCED.search(before):
        return False
    if OLD_ID.fullmatch(value) and "身份证" in text:
        return False
    if value.isdigit() and len(value) < 7:
        return len(value) > 2 and bool(SHORT_ANNOUNCED.search(before)) and not MEASURED.match(text, code.end)
    return not (DAY.fullmatch(value) or (value.isdigit() and MEASURED.match(text, code.end)))


def _looks_like_one(text: str, before: str, code: Found) -> bool:
    value = code.value or ""
    if any(other.fullmatch(value) for other in (OF_PERSONS, SPELT_MOBILE, LANDLINE, DAY)):
        return False
    is_spoken_of = SPOKEN.search(text, 0, code.start) is not None
    if HAS_YEAR.search(value):  # 豫政〔2021〕17号 is what the law says
        return is_spoken_of or OF_A_CASE.search(value) is not None
    if SHAPED.fullmatch(value) or WITH_A_SIGN.fullmatch(value) or "字" in value:
        return True
    is_like_one = LOOSELY_SHAPED.fullmatch(value) is not None
    return is_like_one and bool(is_spoken_of or OPENS.search(before) or ASKED.match(text, code.end))


def _of_like_shape(text: str, told: list[Found]) -> Iterator[Found]:
    """编号是T-7788, …, 是T-7768: what is written as the first is, letters and all, is another of them."""
    shapes = {re.sub("[0-9]", "9", each.value or "") for each in told if not (each.value or "").isdigit()}
    for shape in shapes:
        for match in islice(re.finditer(re.escape(shape).replace("9", "[0-9]"), text), MOST_CODES):
            yield Found("receipt_number", match.group(), *match.span())

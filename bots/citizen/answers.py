"""Finds in a message what was asked for: name, phone, ID number, address, respondent, request.

The reader gives what it is sure of; here the question just asked is known too, so a bare "张三丰 13800000000" is a
name and a telephone number, though no word says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from bots.citizen.labelled import labelled, named_by_label
from bots.heard import ORDINAL, command, simple
from bots.identity import is_valid
from bots.wording import any_phrase, load_phrases
from casebook.redact import ID_LIKE, ID_NUMBER, PHONE

SEPARATORS = re.compile(r"[\s，,。；;、！!？?：:（）()]+")
DIGITS = re.compile(r"(?<!\d)\d[\d -]{5,18}\d(?!\d)", re.ASCII)
HAN_NAME = re.compile(
    r"[\u4e00-\u9fff\u3400-\u4dbf]{2,4}(?:·[\u4e00-\u9fff]{1,8})*|[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8})+"
)
ANY_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z·. ]{2,20}")
NAMED_RESPONDENT = 30
# "排队三小时", "跑了八趟" tell what happened; "三天内" is a wish.
HOW_LONG = re.compile(
    r"[0-9一二三四五六七八九十两半几好多]+个?(?:小时|钟头|趟|次|天|分钟|年|月|周|星期|上午|下午)(?!之?以?内)"
)
# "她叫李莫愁", "我妈名字叫李莫愁".
CALLED = re.compile(r"[我他她您老的孩子妈爸爷奶婆公丈夫妻]{1,4}(?:名字|大名)?叫做?([\u4e00-\u9fff·]{2,4})")
FIRM = re.compile(
    r"(我们?(?:这边)?(?:公司|单位|厂|店)?(?:是|叫)|本公司|本单位|单位是|公司是)?"
    r"([\u4e00-\u9fff()（）]{2,24}(?:有限公司|公司|合作社|事务所|商行|工作室|经营部))"
)
# The same without a pause, as speech is written down: "…不给开票我叫惜春".
TOLD = re.compile(r"(?:我叫|名叫|叫做|我是|姓名是?|名字是?|姓.叫)([\u4e00-\u9fff·]{2,4})[\s，,：:]*$")
# Without being asked, nobody signs with more characters than this and no usual surname.
USUAL_LENGTH = 3
# Remarks on how the citizen wants to be named are short; more than that is part of the story.
LONGEST_ASIDE = 16
ASIDE = ("anonymous", "named", "confidential", "no_phone")
SIGNED = re.compile(r"(?:^|[\s，,。；;、！!？?：:])([\u4e00-\u9fff·]{2,6})[\s，,：:]*$")


@dataclass(frozen=True)
class Answer:
    """What a message gave. `rest` are the words left over; `wrong` are fields given in a form that cannot be right."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    rest: str = ""


def find(text: str, asking: tuple[str, ...], known: Mapping[str, Any]) -> Answer:
    """What the message gives, `asking` being the fields of the last question, `known` the reader's fields."""
    values, rest = labelled(text)
    wrong: list[str] = []
    rest = _take_id(rest, values, wrong)
    beside = _name_beside_phone(rest, asking)
    rest = _take_phone(rest, asking, known, values, wrong)
    known = {**known, "name": _likely(known.get("name")) or beside}
    parts = [part for part in SEPARATORS.split(_without_leads(rest)) if part]
    parts = _take_address(parts, asking, values)
    parts = parts if "name" in values else _take_name(parts, asking, known, values)
    parts = parts if "respondent" in values else _take_respondent(parts, text, asking, known, values)
    parts = [part for part in parts if not _is_by_the_way(part)]
    if "request" in asking and "request" not in values and parts and not _is_story(parts, values):
        values["request"] = "，".join(parts)
        parts = []
    return Answer(values, tuple(wrong), "，".join(parts))


def _is_by_the_way(part: str) -> bool:
    """Whether a clause is a word to us and no part of the matter: a command, a greeting, a wish for how to be named."""
    wishes = any_phrase("draft", *ASIDE)
    return bool(command(part)) or (len(part) <= LONGEST_ASIDE and wishes.search(simple(part)) is not None)


def _likely(name: Any) -> str:
    """The reader's name, unless it is a single character that nobody is called by."""
    told = name if isinstance(name, str) else ""
    return told if len(told) != 1 or simple(told) in load_phrases()["draft"]["surnames"] else ""


def _name_beside_phone(text: str, asking: tuple[str, ...]) -> str:
    """The name that stands right before a telephone number, the way people sign, even without a usual surname.

    "" where none does. Where the name was asked for, a number of any length shows it.
    """
    asked = "name" in asking
    phone = PHONE.search(text) or (DIGITS.search(text) if asked else None)
    before = _before_lead(text[: phone.start()]) if phone else ""
    found = TOLD.search(before) or SIGNED.search(before)
    if not found:
        return ""
    longest = 4 if asked else USUAL_LENGTH
    return name_in(found[1]) or (found[1] if len(found[1]) <= longest and _could_be_called(found[1]) else "")


def _before_lead(text: str) -> str:
    """The text without the word that introduces the number at its end ("…，电话")."""
    text = text.rstrip(" ：:，,")
    leads = sorted(load_phrases()["draft"]["phone_lead"], key=len, reverse=True)
    return text.removesuffix(next((lead for lead in leads if text.endswith(lead)), ""))


def _could_be_called(said: str) -> bool:
    """Whether a few characters may be a name for all we know: nothing in them tells or asks anything."""
    phrases = load_phrases()["draft"]
    nothing_said = not any(char in phrases["telling"] for char in said)
    taken = said in phrases["not_names"] or bool(command(said) or ORDINAL.match(said)) or named_by_label(said)
    return bool(HAN_NAME.fullmatch(said)) and nothing_said and not taken


def _is_story(parts: list[str], values: Mapping[str, str]) -> bool:
    """Whether words said after we asked what is wanted only go on telling what happened."""
    if "name" in values or "phone" in values:
        return False
    phrases, said = load_phrases()["draft"], "".join(parts)
    if any(refused in said for refused in phrases["refused_me"]):
        return True
    if HOW_LONG.search(said) and not any(word in said for word in phrases["request"]):
        return True
    return any(word in said for word in phrases["narrative"]) and not any(word in said for word in phrases["request"])


def _take_id(text: str, values: dict[str, str], wrong: list[str]) -> str:
    found = ID_NUMBER.search(text) or ID_LIKE.search(text)
    if not found:
        return text
    number = re.sub(r"[ -]", "", found[0]).upper()
    if is_valid(number):
        values["id_number"] = number
    else:
        wrong.append("id_number")
    return text[: found.start()] + " " + text[found.end() :]


def _take_phone(
    text: str, asking: tuple[str, ...], known: Mapping[str, Any], values: dict[str, str], wrong: list[str]
) -> str:
    found = None
    for found in PHONE.finditer(text):
        # The last one counts: "不是13800000000，是13800000001".
        values["phone"] = re.sub(r"(?<=\d) (?=\d)", "", found[1]) if found[1][0] == "0" else re.sub(r"\D", "", found[1])
    if found:
        return PHONE.sub(" ", text)
    if isinstance(known.get("phone"), str):
        values["phone"] = known["phone"]
        return text.replace(known["phone"], " ")
    odd = DIGITS.search(text) if "phone" in asking else None
    if odd:
        wrong.append("phone")
        return text.replace(odd[0], " ")
    return text


def _without_leads(text: str) -> str:
    """The text without the words that only introduced a number ("电话是")."""
    for lead, alone in _leads():
        if lead in text:
            text = alone.sub(" ", text)
    return text


@cache
def _leads() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The words that introduce a number, and where each does no more than that."""
    phrases = load_phrases()["draft"]
    leads = (*phrases["phone_lead"], *phrases["id_lead"])
    return tuple((lead, re.compile(rf"{lead}[是为：:]?(?=\s|$|[，,。；;])")) for lead in leads)


def _take_address(parts: list[str], asking: tuple[str, ...], values: dict[str, str]) -> list[str]:
    leads = load_phrases()["draft"]["address_lead"]
    for part in parts:
        lead = next((lead for lead in leads if part.startswith(lead) and len(part) > len(lead) + 2), None)
        if lead:
            values["address"] = part.removeprefix(lead)
            return [other for other in parts if other is not part]
    if asking == ("address",) and parts:
        values["address"] = "".join(parts)
        return []
    return parts


def _take_name(
    parts: list[str], asking: tuple[str, ...], known: Mapping[str, Any], values: dict[str, str]
) -> list[str]:
    told = _fuller(str(known.get("name") or ""), parts) or _firm(parts, asking)
    if told:
        values["name"] = told
        parts = [re.sub(rf"(?:我叫|名叫|叫做|叫|我是){told}$", "", part) for part in parts]
        parts = [part for part in parts if not re.fullmatch(rf"(?:我|免贵|本人)*姓{told[0]}", part)]
        return [part for part in parts if part and (told not in part or len(part) > len(told) + 6)]
    introduced = load_phrases()["draft"]["introduction"]
    for part in reversed(parts):
        asked = "name" in asking or any(part.startswith(lead) for lead in introduced) or bool(CALLED.fullmatch(part))
        name = name_in(part) if asked else ""
        if name:
            values["name"] = name
            return [other for other in parts if other is not part]
    if "name" in asking and len(parts) == 1 and _may_be_called(parts[0], asking):
        values["name"] = _stripped(parts[0])
        return []
    return parts


def _fuller(told: str, parts: list[str]) -> str:
    """ "我姓张，叫张三丰": the reader may have heard the surname only."""
    names = (name_in(part) for part in parts)
    return next((name for name in names if told and len(name) > len(told) and name.startswith(told)), told)


def _firm(parts: list[str], asking: tuple[str, ...]) -> str:
    """The firm that speaks: "我们是…有限公司", or its bare name where the name was asked for."""
    for part in parts:
        found = FIRM.fullmatch(part)
        if found and (found[1] or "name" in asking):
            return found[2]
    return ""


def _may_be_called(part: str, asking: tuple[str, ...]) -> bool:
    """Whether words that are no usual name may be one all the same: a firm, a short odd name asked for alone."""
    if not ANY_NAME.fullmatch(part):
        return False
    ends = load_phrases()["draft"]["organisation_end"]
    return part.isascii() or any(part.endswith(end) for end in ends) or _could_be_called(part)


@lru_cache(maxsize=1024)
def name_in(part: str) -> str:
    """The person's name that these few words are; "" if they are none."""
    phrases = load_phrases()["draft"]
    said = _stripped(part)
    lead = next((lead for lead in phrases["surname_lead"] if part.startswith(lead)), "")
    if lead and 1 <= len(part.removeprefix(lead)) <= 2:
        return part.removeprefix(lead)
    if any(word in said for word in phrases["not_names"] if len(word) > 1) or said in phrases["not_names"]:
        return ""
    if any(said.endswith(title) and 1 < len(said) <= 6 for title in phrases["honorific"]):
        return said
    plausible = HAN_NAME.fullmatch(said) and (simple(said)[0] in phrases["surnames"] or "·" in said or said != part)
    return said if plausible else ""


def _stripped(part: str) -> str:
    phrases = load_phrases()["draft"]
    called = CALLED.fullmatch(part)
    lead = next((lead for lead in phrases["name_lead"] if part.startswith(lead) and len(part) > len(lead)), "")
    part = called[1] if called else part.removeprefix(lead)
    tail = next((tail for tail in phrases["name_tail"] if part.endswith(tail) and len(part) > len(tail)), "")
    return part.removesuffix(tail)


def _take_respondent(
    parts: list[str], text: str, asking: tuple[str, ...], known: Mapping[str, Any], values: dict[str, str]
) -> list[str]:
    told = known.get("organisation")
    if isinstance(told, str) and told:
        values["respondent"] = told
        return [part for part in parts if part != told]
    if "respondent" not in asking:
        return parts
    phrases = load_phrases()["draft"]
    for part in parts:
        if any(part.endswith(end) for end in phrases["respondent_end"]) and len(part) <= NAMED_RESPONDENT:
            lead = next((lead for lead in phrases["respondent_lead"] if part.startswith(lead)), "")
            values["respondent"] = part.removeprefix(lead)
            return [other for other in parts if other is not part]
    if asking == ("respondent",) and parts and len("".join(parts)) <= NAMED_RESPONDENT:
        values["respondent"] = "".join(parts)
        return []
    return parts

"""What is taken back or put right in words: "电话错了", "不是东区，是西区行政服务中心", "改电话", "8号窗口"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from bots.heard import mentions, simple, spoken_of
from bots.talk import Draft
from bots.wording import any_phrase, load_phrases
from casebook.redact import PHONE

WINDOW = re.compile(r"[0-9A-Za-z一二三四五六七八九十]+\s*号?\s*(?:窗口|柜台|工位|台席|窗)")
NOT_BUT = re.compile(r"不是([^，,。；;是]{1,20})[，,。\s]*(?:而是|应该是|是)([^，,。；;]{1,30})")
CORRECTABLE = ("respondent", "name", "phone")
LONGEST_CORRECTION = 120
SHORTEST_ADDITION = 2


def replaced(draft: Draft, text: str) -> Mapping[str, str]:
    """ "不是东区，是西区行政服务中心": the field that holds the old words with its new value; nothing for all else."""
    found = NOT_BUT.search(simple(text))
    old, new = (words.strip(" ，,。") for words in found.groups()) if found else ("", "")
    name = next((name for name in CORRECTABLE if old and old in simple(getattr(draft, name))), "")
    if not name:
        return {}
    whole = any(new.endswith(end) for end in load_phrases()["draft"]["respondent_end"])
    return {name: new if whole else simple(getattr(draft, name)).replace(old, new)}


def is_correction(text: str) -> bool:
    return len(text) <= LONGEST_CORRECTION and mentions("correction", "wrong", text)


def named_field(text: str) -> str:
    """The field a short remark names ("电话错了"); "" if it names none."""
    names, text = load_phrases()["fields"], simple(text)
    if any_phrase("fields").search(text) is None:
        return ""
    found = [(text.find(word), -len(word), name) for name, words in names.items() for word in words if word in text]
    return min(found)[2]


def edited_field(text: str) -> str:
    """The field that "改电话" or "电话" alone asks to change; "" for anything longer."""
    text = simple(text)
    if text in _edits():
        return _edits()[text]
    name = named_field(text)
    if not name:
        return ""
    wrong = load_phrases()["correction"]["wrong"]
    word_length = max((len(word) for word in load_phrases()["fields"].get(name, ()) if word in text), default=0)
    bare_remark = any(
        text.rstrip("。！!").endswith(word) and len(text) <= word_length + len(word) + 3 for word in wrong
    )
    return name if bare_remark else ""


def lacks_new_phone(text: str) -> str:
    """ "phone" where the number is called wrong ("最后一位是5") and no whole one is given instead; "" else."""
    wrong = is_correction(text) and named_field(text) == "phone"
    return "phone" if wrong and not PHONE.search(text) else ""


def kind_in(text: str) -> str:
    return spoken_of("kinds", text)


def window_in(text: str) -> str:
    """The last desk or window named ("不是3号，是8号窗口")."""
    found = WINDOW.findall(text)
    return str(found[-1]).strip() if found else ""


def after_correction(text: str) -> str:
    """What stands after the word of correction: the new value, not the old one."""
    last = max(
        (text.rfind(word) + len(word) for word in load_phrases()["correction"]["wrong"] if word in text), default=0
    )
    tail = text[last:].strip(" ，,。:：")
    for lead in ("应该是", "改成", "改为", "是", "叫", "为"):
        tail = tail.removeprefix(lead)
    return tail if len(tail) >= SHORTEST_ADDITION else text


@cache
def _edits() -> dict[str, str]:
    """Every way of asking to change a field in so many words ("改电话", "改一下电话", "电话"), and the field."""
    found: dict[str, str] = {}
    for verb in ("", *load_phrases()["correction"]["edit"]):
        for name, words in load_phrases()["fields"].items():
            for word in words:
                for said in (f"{verb}{word}", f"{verb}一下{word}", f"{word}{verb}"):
                    found.setdefault(said, name)
    return found

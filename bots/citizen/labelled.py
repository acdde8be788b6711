"""Reads a message laid out like a form: "姓名：张三丰 电话：… 单位：… 诉求：…"."""

from __future__ import annotations

import re
from functools import cache

from bots.wording import load_phrases

ENDS = " ，,。；;、\n"
FIRST = re.compile(r"[^\s，,。；;、]+")
# What is taken from behind its label as it stands, the name even from a single one ("要求：…" in the middle of a
# story is no form); a telephone or identity number is found by its form wherever it stands.
TAKEN = ("name", "respondent", "request", "address")


def labelled(text: str) -> tuple[dict[str, str], str]:
    """The fields that stand behind their labels, and the text without those of the person and without bare labels."""
    marks = list(_label().finditer(text))
    if not marks:
        return {}, text
    taken = TAKEN if len(marks) > 1 else TAKEN[:1]
    values: dict[str, str] = {}
    left = [text[: marks[0].start()]]
    for mark, end in zip(marks, [*(mark.start() for mark in marks[1:]), len(text)], strict=True):
        name, value = _named()[mark[1]], text[mark.end() : end].strip(ENDS)
        left.append(_taken(name, value, values) if name in taken else value)
    return values, "\n".join(left)


def named_by_label(word: str) -> bool:
    """Whether the word is but a label."""
    return word in _named()


def _taken(name: str, value: str, values: dict[str, str]) -> str:
    """Puts the value where it belongs; what of it is left to be read on."""
    if not value or name in values:
        return value
    if name != "name":
        values[name] = value
        return ""
    first = FIRST.match(value)
    if first is None or len(first[0]) > 20 or first[0].isdigit():
        return value
    values[name] = first[0]
    return value[first.end() :]


@cache
def _label() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _named()), key=len, reverse=True))
    return re.compile(rf"(?:(?<=^)|(?<=[\s，,。；;、]))({words})\s*[:：]\s*")


@cache
def _named() -> dict[str, str]:
    """The field that each label names."""
    phrases = load_phrases()
    rows = [*phrases["fields"].items(), *phrases["labels"].items()]
    return {word: name for name, words in rows for word in words}

"""Small things read out of an officer's words: units by name, days and dates, what follows "原因"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

DAYS = re.compile(r"(\d{1,2}|[一二两三四五六七八九十]{1,3})\s*个?(?:工作日|天|日)")
DATE = re.compile(r"(?:(20\d\d)[-年./])?(\d{1,2})[-月./](\d{1,2})日?")
REASON_LEAD = re.compile(r"^(?:原因|理由|因为|因)(?:是|为)?[：:]?")
DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2}


def unit_in(text: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> str:
    """The unit that the words name, by its name or another name of its; the longest name wins."""
    names = {**aliases, **{unit: unit for unit in units}}
    said = sorted((name for name in names if name in text), key=len, reverse=True)
    if said:
        return names[said[0]]
    asked = re.sub(r"[\s，,。、应由交给的办理承协主牵头]+", "", text)
    like = [names[name] for name in names if len(asked) >= 2 and _abbreviates(asked, name)]
    return like[0] if len(set(like)) == 1 else ""


def _abbreviates(short: str, name: str) -> bool:
    """市住建局 for 市住房和城乡建设局: its letters in order, first and last alike."""
    if not name or short[-1] != name[-1] or short[0] not in name[:2]:
        return False
    letters = iter(name)
    return all(char in letters for char in short)


def units_in(text: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> list[str]:
    """Every unit that the words name, in the order in which they name them: the first one leads."""
    names, left, found = {**aliases, **{unit: unit for unit in units}}, text, {}
    for name in sorted(names, key=len, reverse=True):
        while (at := left.find(name)) >= 0:
            found[at] = names[name]
            left = left[:at] + " " * len(name) + left[at + len(name) :]
    for part in re.finditer(r"[^、，,和及与\s]+", left):
        if short := unit_in(part[0], units, aliases):
            found[part.start()] = short
    return list(dict.fromkeys(found[at] for at in sorted(found)))


def until_in(text: str) -> dict[str, Any]:
    """The day that the words name, year, month and day, the year 0 where none is said; empty for none."""
    found = DATE.search(text)
    return {"until_named": [int(found[1] or 0), int(found[2]), int(found[3])]} if found else {}


def count(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, has_ten, ones = text.partition("十")
    return (DIGITS.get(tens, 1) * 10 + DIGITS.get(ones, 0)) if has_ten else DIGITS.get(text, 0)

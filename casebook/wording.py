"""Fills the office's own sentences: notices and refusals. The sentences stand in wording.toml, the decisions do not.

A line of a sentence whose placeholder has nothing to say is left out, so that one text serves a case with a due date
and one without. Placeholders are plain `{name}`; whatever a person wrote goes in as it is and is never read as a
template again.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from casebook.errors import NotAllowed
from casebook.terms import KINDS, ROLES, STATES, STEPS, VERDICTS

FILE = Path(__file__).with_name("wording.toml")
WEEKDAYS = "一二三四五六日"
MOMENTS = frozenset({"due", "until", "ceiling", "contact_by"})  # kept as ISO text in a notice's facts
_PLACE = re.compile(r"\{(\w+)\}")
_TRANSLATED: Mapping[str, Mapping[str, str]] = {
    "state": STATES,
    "step": STEPS,
    "first": STEPS,
    "role": ROLES,
    "kind": KINDS,
    "verdict": VERDICTS,
}


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """The whole file: chapter → key → sentence."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def say(message: str, facts: Mapping[str, Any]) -> str:
    """The text of a notice. Raises KeyError for a message without a sentence: the wording must be mended."""
    notices = sentences()["notice"]
    variant = notices.get(f"{message}_{facts.get('variant')}")
    return fill(variant or notices[message], facts)


def refusal(error: NotAllowed) -> str:
    """Why a step was refused, for the person who asked for it; names the article where there is one."""
    chapter = sentences()["refusal"]
    facts = {**error.facts, "code": error.code}
    text = fill(chapter.get(error.code) or chapter["other"], facts) or fill(chapter["other"], facts)
    return f"{text}（依据：{error.cites}）" if error.cites else text


def title(report: str) -> str:
    """A short name for a paper, form or report."""
    return sentences()["title"][report]


def fill(text: str, facts: Mapping[str, Any]) -> str:
    """The text with its placeholders filled; a line that would say nothing in one of them is left out."""
    lines = []
    for line in text.strip("\n").splitlines():
        words = {name: show(name, facts.get(name)) for name in _PLACE.findall(line)}
        if all(words.values()):
            lines.append(_PLACE.sub(lambda match: words[match.group(1)], line))  # noqa: B023 — used at once
    return "\n".join(lines)


def show(name: str, value: Any) -> str:
    """A value as a person reads it: moments in Chinese, names of the trade translated, lists joined."""
    if value is None or value is False:
        return ""
    if name in MOMENTS and isinstance(value, str):
        return moment(datetime.fromisoformat(value))
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, str) and name in _TRANSLATED:
        return _TRANSLATED[name].get(value, value)
    if isinstance(value, (list, tuple)):
        return "、".join(str(item) for item in value)
    return str(value)


def moment(at: datetime) -> str:
    """2025年10月20日（周一）17:30."""
    return f"{at.year}年{at.month}月{at.day}日（周{WEEKDAYS[at.weekday()]}）{at:%H:%M}"

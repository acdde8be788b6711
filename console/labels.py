"""The console's own words, read from `labels.toml`, and the Chinese of everything a case holds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from casebook import report_words as say
from casebook.case import Person
from casebook.rulebook import Rulebook
from casebook.terms import MARKS, ROLES, SCORES, STATES, VERDICTS

_TABLE: Mapping[str, Mapping[str, str]] = tomllib.loads(
    Path(__file__).with_name("labels.toml").read_text(encoding="utf-8")
)
FACTS, FILER, SYSTEMS, ROOMS, SAID, FATES, PARTS = (
    _TABLE[part] for part in ("facts", "filer", "systems", "rooms", "said", "fates", "parts")
)
YES, NO = "是", "否"
SCORED = frozenset({"score", "result", "efficiency", "attitude"})


def said(code: str, **facts: Any) -> str:
    """The console's sentence of that name."""
    return SAID[code].format(**facts)


def moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def person(by: Person) -> str:
    """Who it was, without a citizen's handle."""
    title = ROLES.get(by.role, by.role)
    if by.role in ("citizen", "clock"):
        return title
    return " ".join(part for part in (by.unit or "", title, by.name) if part)


def who(what: str) -> str:
    """What sort of somebody or something stands on a list."""
    return say.word("who", what)


def address(to: str) -> str:
    """Who a notice went to."""
    if to in ROOMS:
        return ROOMS[to]
    role, _, rest = to.partition(":")
    return rest if role == "unit" else person(Person.read(to))


def fact(key: str, value: Any, rulebook: Rulebook) -> str:
    """One fact of an entry, as a person reads it."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list | tuple | frozenset):
        return "、".join(fact(key, item, rulebook) for item in value)
    if isinstance(value, datetime):
        return moment(value)
    return _named(key, value, rulebook) or str(value)


def _named(key: str, value: Any, rulebook: Rulebook) -> str | None:
    if key in SCORED:
        return SCORES.get(value)
    if key == "class":
        found = rulebook.case_class(value)
        return found.title if found else None
    if key == "clause":
        clause = rulebook.by_clause.get(str(value))
        return f"{clause.cites} {clause.words}" if clause else None
    if key == "until":
        return moment(datetime.fromisoformat(str(value)))
    tables = {"verdict": VERDICTS, "marks": MARKS, "to": SYSTEMS, "state": STATES}
    return tables.get(key, {}).get(str(value))

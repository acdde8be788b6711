"""Reads a rehearsal (演练): who says or does what, and when. A faulty file is refused with file, step and reason."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any

from casebook.case import Person
from casebook.errors import RehearsalError
from casebook.terms import CLOCKS, CRITERIA, MARKS, MESSAGES, ROLES, STATES, STEPS, VERDICTS

WITH_UNIT = frozenset({"officer", "leader", "reviewer"})
UNNAMED = frozenset({"clock"})
FILING_KEYS = frozenset(
    [
        "kind",
        "text",
        "respondent",
        "name",
        "phone",
        "id_number",
        "address",
        "anonymous",
        "confidential",
        "evidence",
        "channel",
        "stream",
        "due",
        "score",
        "urgent",
        "request",
        "outside_number",
        "service",
    ]
)
# A chat message has words, or a picture by its name, a voice note by what was recognised of it, a place by its name.
SAID = frozenset({"text", "photo", "voice", "place"})
# What each step may say besides at, by, do and case.
KEYS: Mapping[str, frozenset[str]] = {
    "say": SAID | {"channel"},
    "file": FILING_KEYS,
    "supplement": frozenset({"text", "evidence"}),
    "withdraw": frozenset({"reason"}),
    "refuse": frozenset({"clause", "reason"}),
    "dispatch": frozenset({"to", "class", "urgent", "unclear", "reason"}),
    "mark": frozenset({"marks"}),
    "designate": frozenset({"to", "reason"}),
    "transfer": frozenset({"to", "reason"}),
    "send_back": frozenset({"reason"}),
    "merge": frozenset({"into", "reason"}),
    "accept": frozenset({"class"}),
    "decline": frozenset({"clause", "reason"}),
    "hand_back": frozenset({"reason", "suggest"}),
    "contact": frozenset({"text"}),
    "extend": frozenset({"until", "days", "reason"}),
    "reclassify": frozenset({"class", "reason"}),
    "resolve": frozenset(
        [
            "findings",
            "process",
            "measures",
            "results",
            "verdict",
            "on_the_spot",
            "key_points",
            "no_answer",
            "evidence",
            "basis",
            "plan",
        ]
    ),
    "rectify": frozenset({"text", "evidence", "others"}),
    "clarify_publicly": frozenset({"text"}),
    "recuse": frozenset({"reason"}),
    "approve": frozenset({"reason", "evidence"}),
    "reject": frozenset({"reason"}),
    "pass_check": frozenset({"reason", *CRITERIA}),
    "fail_check": frozenset({"reason", *CRITERIA}),
    "rate": frozenset({"score", "result", "efficiency", "attitude", "text"}),
    "revisit": frozenset({"score", "text", "way", "reached", "result", "efficiency", "attitude"}),
    "appeal": frozenset({"reason", "evidence", "ground"}),
    "uphold": frozenset({"reason"}),
    "dismiss": frozenset({"reason"}),
    "object": frozenset({"reason", "suggest"}),
    "urge": frozenset({"text"}),
    "supervise": frozenset({"text", "joint"}),
    "terminate": frozenset({"clause", "reason"}),
    "archive_as_answered": frozenset({"reason"}),
    "archive_as_opinion": frozenset({"reason"}),
    "close_off": frozenset({"reason"}),
    "publish": frozenset({"text"}),
    "investigate": frozenset({"way", "text", "evidence"}),
    "request_material": frozenset({"to", "until", "text"}),
    "give_material": frozenset({"text", "evidence"}),
    "limit": frozenset({"until", "cites", "reason"}),
    "correct": frozenset({"kind", "reason"}),
    "convene": frozenset({"members", "reason"}),
}
WITHOUT_CASE = frozenset({"say", "file"})
TOP = frozenset({"rulebook", "about", "units", "steps", "expect"})
EXPECT = frozenset(
    [
        "case",
        "kind",
        "state",
        "lead_unit",
        "class",
        "verdict",
        "score",
        "rework_count",
        "clock",
        "round",
        "due",
        "overdue",
        "running",
        "message",
        "to",
        "at",
        "times",
        "rejected",
    ]
)


@dataclass(frozen=True)
class Step:
    """One line of a rehearsal. `do` is "" where nothing happens but time; `case` counts filings from 1."""

    number: int
    at: datetime
    by: Person
    do: str = ""
    case: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rehearsal:
    """A whole file. `expect` keeps its tables as written, checked for their keys."""

    file: str
    rulebook: str
    about: str
    units: tuple[str, ...]
    steps: tuple[Step, ...]
    expect: tuple[Mapping[str, Any], ...]


def read_rehearsal(path: Path, zone: tzinfo) -> Rehearsal:
    """The rehearsal in that file; its times are of that zone. Raises RehearsalError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RehearsalError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RehearsalError(f"{path.name}: {error}") from error
    _known(table, TOP, path.name)
    if not isinstance(table.get("rulebook"), str):
        raise RehearsalError(f'{path.name}: no rulebook; write rulebook = "yunnan" or another that ships')
    steps = tuple(_step(number, row, path.name, zone) for number, row in enumerate(table.get("steps", []), 1))
    if not steps:
        raise RehearsalError(f"{path.name}: no steps")
    _in_order(steps, path.name)
    expect = tuple(_expectation(number, row, path.name) for number, row in enumerate(table.get("expect", []), 1))
    return Rehearsal(path.name, table["rulebook"], table.get("about", ""), tuple(table.get("units", ())), steps, expect)


def _step(number: int, row: Any, file: str, zone: tzinfo) -> Step:
    where = f"{file}, step {number}"
    if not isinstance(row, dict) or "at" not in row or "by" not in row:
        raise RehearsalError(f"{where}: every step needs at and by")
    by = _person(str(row["by"]), where)
    do = str(row.get("do", ""))
    facts = {key: value for key, value in row.items() if key not in ("at", "by", "do", "case")}
    if not do:
        if by.role != "clock" or facts:
            raise RehearsalError(f'{where}: no do; only by = "clock" may do nothing')
    elif do not in KEYS:
        raise RehearsalError(f"{where}: unknown do {do!r}; known are {', '.join(KEYS)}")
    else:
        _known(facts, KEYS[do], where)
        _values(facts, where)
        if do == "say" and not SAID & set(facts):
            raise RehearsalError(f"{where}: say needs one of {', '.join(sorted(SAID))}")
    case = row.get("case")
    if do and do not in WITHOUT_CASE and not isinstance(case, int):
        raise RehearsalError(f"{where}: {do} needs case = N, the N-th case filed here")
    return Step(number, moment(row["at"], zone, where), by, do, case, facts)


def _person(text: str, where: str) -> Person:
    by = Person.read(text)
    if by.role not in ROLES:
        raise RehearsalError(f"{where}: unknown by {text!r}; known are {', '.join(ROLES)}")
    if by.role not in UNNAMED and not by.name:
        raise RehearsalError(f"{where}: by {text!r} names nobody; write {by.role}:NAME")
    if by.role in WITH_UNIT and not by.unit:
        raise RehearsalError(f"{where}: by {text!r} names no unit; write {by.role}:NAME@UNIT")
    return by


def _values(facts: Mapping[str, Any], where: str) -> None:
    verdict = facts.get("verdict")
    if verdict is not None and verdict not in VERDICTS:
        raise RehearsalError(f"{where}: unknown verdict {verdict!r}; known are {', '.join(VERDICTS)}")
    for mark in facts.get("marks", ()):
        if mark not in MARKS:
            raise RehearsalError(f"{where}: unknown mark {mark!r}; known are {', '.join(MARKS)}")


def _expectation(number: int, row: Any, file: str) -> Mapping[str, Any]:
    where = f"{file}, expect {number}"
    _known(row, EXPECT, where)
    for key, known in (("clock", CLOCKS), ("message", MESSAGES), ("state", STATES), ("verdict", VERDICTS)):
        if key in row and row[key] not in known:
            raise RehearsalError(f"{where}: unknown {key} {row[key]!r}; known are {', '.join(known)}")
    if not ({"case", "message", "rejected"} & set(row)):
        raise RehearsalError(f"{where}: say which case, message or rejected step is expected")
    return dict(row)


def _in_order(steps: tuple[Step, ...], file: str) -> None:
    for before, after in pairwise(steps):
        if after.at < before.at:
            raise RehearsalError(f"{file}, step {after.number}: {after.at:%Y-%m-%d %H:%M} is before the step above it")


def _known(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise RehearsalError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(known))}")


def moment(value: Any, zone: tzinfo, where: str) -> datetime:
    """A local time as written: "2025-09-26 09:05", or TOML's own date and time."""
    try:
        if isinstance(value, datetime):
            at = value
        elif isinstance(value, date):
            at = datetime(value.year, value.month, value.day, tzinfo=zone)
        else:
            at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise RehearsalError(f'{where}: {value!r} is not a time; write "2025-09-26 09:05"') from error
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)


assert set(KEYS) - {"say"} <= set(STEPS)  # the doors' steps are the lifecycle's

"""Reads a rehearsal (演练): who says or does what, and when. A faulty file is refused with file, line and reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any

from casebook.case import Person
from casebook.errors import RehearsalError
from casebook.rehearsal_keys import (
    EXPECT,
    KEYS,
    MOMENTS,
    NUMBERS_TOO,
    ONE_OR_MORE,
    SAID,
    TOP,
    UNNAMED,
    VOCABULARY,
    WHOLE,
    WITH_UNIT,
    WITHOUT_CASE,
    YES_OR_NO,
)
from casebook.slips import line_with, table_lines, unknown
from casebook.terms import CLOCKS, MESSAGES, ROLES, STATES, VERDICTS


@dataclass(frozen=True)
class Step:
    """One line of a rehearsal. `do` is "" where nothing happens but time; `case` counts filings from 1."""

    number: int
    at: datetime
    by: Person
    do: str = ""
    case: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """A whole file. `expect` keeps its tables as written, checked for their keys."""

    file: str
    rulebook: str
    about: str
    units: tuple[str, ...]
    steps: tuple[Step, ...]
    expect: tuple[Mapping[str, Any], ...]

    @property
    def refused(self) -> frozenset[int]:
        """The steps that the file itself expects to be refused: a word that does not exist is no slip there."""
        return frozenset(row["rejected"] for row in self.expect if "rejected" in row)


def read_rehearsal(path: Path, zone: tzinfo) -> Rehearsal:
    """The rehearsal in that file; its times are of that zone. Raises RehearsalError."""
    text, table = _toml(path)
    if strange := next((key for key in table if key not in TOP), None):
        raise RehearsalError(f"{path.name}, line {line_with(text, strange)}: {unknown('key', strange, sorted(TOP))}")
    if not isinstance(table.get("rulebook"), str):
        raise RehearsalError(f'{path.name}: no rulebook; write rulebook = "yunnan" or another that ships')
    about, units = table.get("about", ""), table.get("units", [])
    _sort("about", about, path.name, zone)
    if not isinstance(units, list) or not all(isinstance(unit, str) for unit in units):
        raise RehearsalError(f'{path.name}: units is not a list of names; write units = ["市自然资源局"]')
    steps = tuple(_step(number, row, where, zone) for number, row, where in _rows(table, "steps", path.name, text))
    if not steps:
        raise RehearsalError(f"{path.name}: no steps")
    _in_order(steps)
    expect = tuple(_expectation(row, where, zone) for _, row, where in _rows(table, "expect", path.name, text))
    rehearsal = Rehearsal(path.name, table["rulebook"], about, tuple(units), steps, expect)
    for step in steps:
        if step.number not in rehearsal.refused:
            _words(step)
    return rehearsal


def _toml(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise RehearsalError(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RehearsalError(f"{path.name}: {error}") from error


def _rows(table: Mapping[str, Any], key: str, file: str, text: str) -> Iterator[tuple[int, Any, str]]:
    """Each table of that list with its number from 1 and where it stands."""
    rows, lines = table.get(key, []), table_lines(text, key)
    if not isinstance(rows, list):
        raise RehearsalError(f"{file}: {key} is not a list of tables")
    for number, row in enumerate(rows, 1):
        line = f" (line {lines[number - 1]})" if len(lines) == len(rows) else ""
        yield number, row, f"{file}, {key.removesuffix('s')} {number}{line}"


def _step(number: int, row: Any, where: str, zone: tzinfo) -> Step:
    if not isinstance(row, dict) or "at" not in row or "by" not in row:
        raise RehearsalError(f"{where}: every step needs at and by")
    by = _person(str(row["by"]), where)
    do = str(row.get("do", ""))
    facts = {key: value for key, value in row.items() if key not in ("at", "by", "do", "case")}
    if (by.role == "clock") == bool(do) or (facts and not do):
        raise RehearsalError(f'{where}: by = "clock" lets time pass and does nothing else; all others say what they do')
    if do and do not in KEYS:
        raise RehearsalError(f"{where}: {unknown('do', do, KEYS)}")
    if do:
        _known(facts, KEYS[do], where)
        _check_sorts(facts, where, zone)
    if do == "say" and not SAID & set(facts):
        raise RehearsalError(f"{where}: say needs one of {', '.join(sorted(SAID))}")
    case = row.get("case")
    if do and do not in WITHOUT_CASE and not isinstance(case, int):
        raise RehearsalError(f"{where}: {do} needs case = N, the N-th case filed here")
    return Step(number, moment(row["at"], zone, where), by, do, case, facts, where)


def _person(text: str, where: str) -> Person:
    by = Person.read(text)
    if by.role not in ROLES:
        raise RehearsalError(f"{where}: by {text!r}: {unknown('role', by.role, ROLES)}")
    if by.role not in UNNAMED and not by.name:
        raise RehearsalError(f"{where}: by {text!r} names nobody; write {by.role}:NAME")
    if by.role in WITH_UNIT and not by.unit:
        raise RehearsalError(f"{where}: by {text!r} names no unit; write {by.role}:NAME@UNIT")
    return by


def _check_sorts(facts: Mapping[str, Any], where: str, zone: tzinfo) -> None:
    for key, value in facts.items():
        _sort(key, value, where, zone)


def _words(step: Step) -> None:
    """Every word one that there is, unless the file itself expects the step to be refused."""
    for key, words in VOCABULARY.items():
        given = step.facts.get(key, ())
        for word in (given,) if isinstance(given, str) else given:
            if word not in words:
                raise RehearsalError(f"{step.where}: {unknown(key.removesuffix('s'), word, words)}")


def _sort(key: str, value: Any, where: str, zone: tzinfo) -> None:
    if key in MOMENTS:
        moment(value, zone, where)
        return
    whole = isinstance(value, int) and not isinstance(value, bool)
    if key in YES_OR_NO:
        fits, sort = isinstance(value, bool), "true or false"
    elif key in WHOLE:
        fits, sort = whole, "a whole number"
    elif key in ONE_OR_MORE and isinstance(value, list):
        fits, sort = all(isinstance(item, str) for item in value), "a list of names"
    else:
        fits, sort = isinstance(value, str) or (key in NUMBERS_TOO and (whole or isinstance(value, float))), "a text"
    if not fits:
        raise RehearsalError(f"{where}: {key} = {value!r} is not {sort}")


def _expectation(row: Any, where: str, zone: tzinfo) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise RehearsalError(f"{where}: not a table")
    _known(row, EXPECT, where)
    for key, value in row.items():
        _sort(key, value, where, zone)
    for key, known in (("clock", CLOCKS), ("message", MESSAGES), ("state", STATES), ("verdict", VERDICTS)):
        if key in row and row[key] not in known:
            raise RehearsalError(f"{where}: {unknown(key, row[key], known)}")
    if not ({"case", "message", "rejected"} & set(row)):
        raise RehearsalError(f"{where}: say which case, message or rejected step is expected")
    return dict(row)


def _in_order(steps: tuple[Step, ...]) -> None:
    for before, after in pairwise(steps):
        if after.at < before.at:
            raise RehearsalError(f"{after.where}: {after.at:%Y-%m-%d %H:%M} is before the step above it")


def _known(table: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise RehearsalError(f"{where}: {unknown('key', key, sorted(known))}")


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

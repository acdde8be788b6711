"""The yearly holiday notices as data, read and checked.

A file says what the State Council's notice says, holiday by holiday, and how many days each has ("共8天"): a file whose
dates and count disagree is refused, so a slip of the pen does not become a missed deadline. An overlay holds what an
autonomous prefecture adds of its own, with its legal basis.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from casebook.errors import RulebookError

FOLDER = Path(__file__).with_name("holidays")
ONE_DAY = timedelta(days=1)
SATURDAY = 5
HOLIDAY_KEYS = frozenset({"name", "from", "to", "days", "work", "document"})
NOTICE_KEYS = frozenset({"year", "title", "document", "issued", "source", "holiday"})
OVERLAY_KEYS = frozenset({"region", "basis", "whole_years", "holiday"})


@dataclass(frozen=True)
class SpecialDay:
    """A day a notice speaks of: worked or not, in whose name, by which document."""

    working: bool
    name: str
    document: str


Days = Mapping[date, SpecialDay]


@dataclass(frozen=True)
class HolidayNotice:
    """One year's notice. A later one for the same year replaces it whole."""

    year: int
    title: str
    document: str
    issued: date
    source: str
    days: Days


@dataclass(frozen=True)
class Overlay:
    """A region's own holidays. `whole_years` are the years of which none is missing here."""

    region: str
    basis: str
    whole_years: frozenset[int]
    days: Days


@dataclass(frozen=True)
class FixedHolidays:
    """The holidays whose date the law itself fixes, for years without a notice: (month, day) to name."""

    document: str
    days: Mapping[tuple[int, int], str]


def read_notices(folder: Path | str | None = None) -> tuple[HolidayNotice, ...]:
    """All notices of a folder (those that ship, without one), by year. Raises RulebookError naming file and line."""
    notices = [load_notice(path) for path in sorted(Path(folder or FOLDER).glob("[0-9]*.toml"))]
    years = [notice.year for notice in notices]
    for year in years:
        if years.count(year) > 1:
            raise RulebookError(f"{folder or FOLDER}: two notices for {year}; keep the one in force")
    return tuple(sorted(notices, key=lambda notice: notice.year))


def load_notice(path: Path | str) -> HolidayNotice:
    """The notice in that file. Raises RulebookError naming file and line."""
    path = Path(path)
    try:
        return parse_notice(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError(f"{path.name}: cannot be read: {error}") from error


def read_overlay(name_or_path: str) -> Overlay | None:
    """The overlay of that name (one that ships) or in that file; None for the empty name."""
    if not name_or_path:
        return None
    path = Path(name_or_path) if name_or_path.endswith(".toml") else FOLDER / "overlays" / f"{name_or_path}.toml"
    try:
        return parse_overlay(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError as error:
        ships = ", ".join(sorted(file.stem for file in (FOLDER / "overlays").glob("*.toml")))
        raise RulebookError(f"no holiday overlay {name_or_path!r}; these ship: {ships}") from error


def parse_notice(text: str, name: str) -> HolidayNotice:
    """The notice that this text is; `name` is what errors call it."""
    table = _table(text, name, NOTICE_KEYS, NOTICE_KEYS)
    year = table["year"]
    if not isinstance(year, int) or not 1949 < year < 2200:
        raise RulebookError(f"{name}: year is {year!r}; meant is a year like 2027")
    if not isinstance(table["issued"], date):
        raise RulebookError(f"{name}: issued is {table['issued']!r}; meant is a date like 2026-11-04")
    days = _days(table, text, name, table["document"])
    for day in days:
        if not date(year - 1, 12, 24) <= day <= date(year, 12, 31):  # New Year's holiday may begin in the old year
            raise RulebookError(f"{name}, line {_line_with(text, day)}: {day} is not in {year}")
    return HolidayNotice(year, table["title"], table["document"], table["issued"], table["source"], days)


def parse_overlay(text: str, name: str) -> Overlay:
    """The overlay that this text is; `name` is what errors call it."""
    table = _table(text, name, OVERLAY_KEYS, OVERLAY_KEYS)
    return Overlay(
        table["region"], table["basis"], frozenset(table["whole_years"]), _days(table, text, name, table["basis"])
    )


@cache
def fixed_holidays() -> FixedHolidays:
    """What `law.toml` says."""
    table = tomllib.loads((FOLDER / "law.toml").read_text(encoding="utf-8"))
    days = {
        (int(day[:2]), int(day[3:])): str(holiday["name"]) for holiday in table["holiday"] for day in holiday["days"]
    }
    return FixedHolidays(table["document"], MappingProxyType(days))


@cache
def reasons() -> Mapping[str, str]:
    """The sentences that explain a day, from `reasons.toml`."""
    table: dict[str, str] = tomllib.loads((FOLDER / "reasons.toml").read_text(encoding="utf-8"))
    return MappingProxyType(table)


def _table(text: str, name: str, known: frozenset[str], needed: frozenset[str]) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{name}: {error}") from error
    _keys(table, known, needed, name)
    if not isinstance(table["holiday"], list) or not all(isinstance(one, dict) for one in table["holiday"]):
        raise RulebookError(f"{name}: holiday is not a list of [[holiday]] tables")
    return table


def _keys(table: Mapping[str, Any], known: frozenset[str], needed: frozenset[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise RulebookError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(known))}")
    for key in sorted(needed):
        if key not in table:
            raise RulebookError(f"{where}: {key!r} is missing")


def _days(table: Mapping[str, Any], text: str, name: str, document: str) -> Days:
    days: dict[date, SpecialDay] = {}
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.split("#")[0].strip() == "[[holiday]]"]
    for order, holiday in enumerate(table["holiday"]):
        where = f"{name}, line {lines[order]}" if order < len(lines) else name
        _keys(holiday, HOLIDAY_KEYS, frozenset({"name", "from", "to", "days"}), where)
        for day, special in _holiday(holiday, document, where):
            if day in days:
                raise RulebookError(f"{where}: {day} is listed twice, for {days[day].name} and {special.name}")
            days[day] = special
    return MappingProxyType(days)


def _holiday(holiday: Mapping[str, Any], document: str, where: str) -> Iterator[tuple[date, SpecialDay]]:
    name, document = holiday["name"], holiday.get("document", document)
    first, last, work = holiday["from"], holiday["to"], holiday.get("work", [])
    for day in (first, last, *work):
        if type(day) is not date:
            raise RulebookError(f"{where}: {name}: {day!r} is not a date; write it like 2027-10-01, without quotes")
    if (last - first).days + 1 != holiday["days"]:
        raise RulebookError(f"{where}: {name}: {first} to {last} is not {holiday['days']!r} days")
    for number in range(holiday["days"]):
        yield first + number * ONE_DAY, SpecialDay(False, name, document)
    for day in work:
        if day.weekday() < SATURDAY:
            raise RulebookError(f"{where}: {name}: {day} is a weekday; only a weekend day can be worked in exchange")
        yield day, SpecialDay(True, name, document)


def _line_with(text: str, day: date) -> int:
    """Where the text says that date; a day inside a range is told by the line of its `to`, which lies outside too."""
    lines = text.splitlines()
    found = [number for number, line in enumerate(lines, 1) if str(day) in line.split("#")[0]]
    ranges = [number for number, line in enumerate(lines, 1) if line.split("=")[0].strip() == "to"]
    return (found or ranges or [1])[0]

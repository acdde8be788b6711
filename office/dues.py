"""`casebook due`: when a clock falls due, explained day by day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casebook.errors import RulebookError
from casebook.holiday_notices import reasons
from casebook.jurisdiction import read_jurisdiction
from casebook.law import Law
from casebook.rulebook import ClockRule, Extension
from casebook.rulebook_file import read_rulebook
from casebook.wording import moment
from office.holidays import known_here
from office.law import law_of


def due(
    rulebook: str, clock: str, start: str, case_class: str | None, stream: str | None, extended: bool
) -> dict[str, Any]:
    """The explanation as one JSON-ready value. Raises RulebookError for a clock, class, stream or time unknown."""
    book = read_rulebook(rulebook)
    law = law_of(read_jurisdiction(book.name), book, loaded=known_here())
    at = _moment(start, law)
    rule = _rule(law, clock, case_class, stream)
    extension = _extension(law, rule, case_class, stream) if extended else None
    days = _longest(law, rule, extension) if extension else rule.working_days
    cites = extension.cites if extension else rule.cites
    found: dict[str, Any] = {"clock": clock, "from": at.isoformat(), "cites": cites}
    if days is None:
        moment_due = (
            law.calendar.add_hours(at, rule.hours) if rule.hours else law.calendar.same_or_next_working_day_close(at)
        )
        explained = law.calendar.explain(at, 0 if moment_due.date() == at.date() else 1)
        return {
            **found,
            "due": moment_due.isoformat(),
            "working_days": None,
            "hours": rule.hours,
            "provisional": False,
            "days": _days(explained),
        }
    explained = law.calendar.explain(at, days)
    return {
        **found,
        "due": explained.at.isoformat(),
        "working_days": days,
        "provisional": explained.provisional,
        "days": _days(explained),
    }


def as_text(found: dict[str, Any]) -> str:
    """The same for a reader."""
    words = reasons()
    lines = [f"{day['date']}  {'√' if day['working'] else ' '}  {day['because']}" for day in found["days"]]
    head = f"{moment(datetime.fromisoformat(found['due']))}  {found['cites']}"
    note = [words["provisional"]] if found["provisional"] and "provisional" in words else []
    return "\n".join([head, *lines, *note])


def _days(explained: Any) -> list[dict[str, Any]]:
    return [
        {"date": day.date.isoformat(), "working": day.working, "because": day.because, "provisional": day.provisional}
        for day in explained.days
    ]


def _moment(text: str, law: Law) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise RulebookError(f'--from {text!r} is not a time; write "2025-09-26 16:00"') from error
    return at if at.tzinfo else at.replace(tzinfo=law.calendar.zone)


def _rule(law: Law, clock: str, case_class: str | None, stream: str | None) -> ClockRule:
    book = law.rulebook
    rules = [rule for rule in book.clocks if rule.clock == clock and not rule.target]
    if not rules:
        known = ", ".join(dict.fromkeys(rule.clock for rule in book.clocks if not rule.target))
        raise RulebookError(f"{book.name} has no clock {clock!r}; it has {known}")
    if case_class and book.case_class(case_class) is None:
        known = ", ".join(item.name for item in book.classes)
        raise RulebookError(f"{book.name} has no class {case_class!r}; it has {known}")
    if stream and stream not in book.streams:
        raise RulebookError(f"{book.name} has no stream {stream!r}; it has {', '.join(book.streams) or 'none'}")
    wanted_class = case_class or book.default_class
    streamed = {name for rule in rules for name in rule.streams}
    wanted_stream = stream or next((name for name in reversed(book.streams) if not streamed or name in streamed), None)
    for rule in rules:
        if (not rule.classes or wanted_class in rule.classes) and (not rule.streams or wanted_stream in rule.streams):
            return rule
    raise RulebookError(f"{book.name}: no clock {clock!r} for class {wanted_class!r} and stream {wanted_stream!r}")


def _extension(law: Law, rule: ClockRule, case_class: str | None, stream: str | None) -> Extension:
    """How far the clock may be extended for that class and stream."""
    wanted = stream or (law.rulebook.streams[-1] if law.rulebook.streams else None)
    extension = law.rulebook.extension(rule.clock, case_class or law.rulebook.default_class, wanted)
    if extension is None or extension.most is None:
        raise RulebookError(f"{law.rulebook.name}: {rule.clock} has no extension with a maximum")
    return extension


def _longest(law: Law, rule: ClockRule, extension: Extension) -> int:
    """Working days from the start to where no extension leads beyond."""
    on_top = (law.read.extension_measured or extension.measured) == "on_top"
    return (extension.most or 0) + ((rule.working_days or 0) if on_top else 0)

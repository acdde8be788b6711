"""`casebook export`: the ledger, the figures, one case's paper, lists for supervisors. Personal data is covered unless
asked for, and then the asking is recorded."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bots.settings import Settings, read_settings
from casebook.case import Case
from casebook.errors import RulebookError
from casebook.figures_sheet import figures_workbook
from casebook.form_layouts import LedgerLayout, read_layouts
from casebook.law import Law
from casebook.ledger import row, write_workbook
from casebook.oversight import concluded
from casebook.periods import LAST_MICROSECOND, Span, days, span_of
from models.store import Store
from models.unit import Unit
from office import export_lists, export_papers
from office.book import case_book
from office.export_volume import Volume
from office.holidays import law_in_force
from scheduler.reporting import Reporting

OPERATOR = "command line"
BEGINNING, ENDLESS = date(2000, 1, 1), date(2999, 12, 31)  # no case is outside; a moment of either fits a database
LOT = 200  # cases read at once


@dataclass(frozen=True)
class Export:
    """One export: what was asked, of which office, from which book, at which moment."""

    given: argparse.Namespace
    settings: Settings
    law: Law
    store: Store
    now: datetime

    @property
    def out(self) -> Path:
        if self.given.out is None:
            raise RulebookError("--out FILE is missing")
        return Path(self.given.out)

    @property
    def span(self) -> Span:
        """The days asked for; without any all up to now, or the year that the regulation's assessment runs over."""
        since, until = _day(self.given.since), _day(self.given.until)
        if since is None and until is None and self.given.what != "ledger":
            own = [rule.begins for rule in self.law.rulebook.reports if rule.period == "year" and rule.begins != 1]
            if own:
                return span_of("year", self.now.date(), own[0])
        return days(since or BEGINNING, until or ENDLESS)

    def numbers(self) -> list[str]:
        """The cases filed within the days asked for, of the unit asked for, oldest first, however many."""
        zone = self.now.tzinfo
        since, until = self.span.start(zone), self.span.end(zone) + LAST_MICROSECOND

        def read(unit: Unit) -> list[str]:
            return unit.numbers(unit=self.given.unit, limit=None, filed_from=since, filed_to=until)

        return self.store.read_behind(read)

    def cases(self, numbers: Sequence[str]) -> Iterator[Case]:
        """These cases, read a lot at a time: a city's year is never held at once."""
        for start in range(0, len(numbers), LOT):
            yield from self.store.read_behind(partial(_loaded, numbers=numbers[start : start + LOT]))

    def looked(self, numbers: Sequence[str], what: str) -> None:
        """Record that personal data of these cases was taken out."""

        def record(unit: Unit) -> None:
            for number in numbers:
                unit.looked(number, OPERATOR, what, "export", self.now)

        self.store.write(record)

    def say(self, **what: Any) -> int:
        text = (
            json.dumps(what, ensure_ascii=False)
            if self.given.json
            else "  ".join(f"{key} {value}" for key, value in what.items())
        )
        sys.stdout.write(text + "\n")
        return 0

    def print(self, document: Any) -> int:
        """A JSON document, to the file asked for or to stdout."""
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        if self.given.out:
            self.given.out.write_text(text, encoding="utf-8")
        else:
            sys.stdout.write(text)
        return 0


def export(given: argparse.Namespace) -> int:
    """Write what was asked for. Raises RulebookError for a form, day or file that is wrong."""
    settings = read_settings()
    with case_book(settings) as store:
        law = law_in_force(settings.jurisdiction, store)
        return WHAT[given.what](Export(given, settings, law, store, datetime.now(settings.zone)))


def _ledger(export: Export) -> int:
    return ledger_of(export, [] if export.given.blank else export.numbers())


def ledger_of(export: Export, numbers: Sequence[str]) -> int:
    """The ledger of these cases; a blank one for none."""
    layout = _layout(export.law)
    if export.out.suffix != ".xlsx":
        raise RulebookError(f"--out must end in .xlsx, not {export.out.suffix!r}")
    personal, law = export.given.personal, export.law
    if personal:
        export.looked(numbers, "ledger")
    rows = (
        row(case, law.calendar, export.now, layout, personal=personal, office=law.jurisdiction, serial=number)
        for number, case in enumerate(export.cases(numbers), 1)
    )
    with export.out.open("wb") as file:
        write_workbook(file, rows, layout)
    return export.say(out=str(export.out), rows=len(numbers))


def _layout(law: Law) -> LedgerLayout:
    layout = read_layouts(law.rulebook.name).ledger
    if layout is None:
        raise RulebookError(f"{law.rulebook.name} has no ledger layout")
    return layout


def _statistics(export: Export) -> int:
    given, reporting = export.given, Reporting(export.store.behind(), export.law)
    if given.unit and export.law.jurisdiction.unit(given.unit) is None:
        raise RulebookError(f"{export.law.jurisdiction.name} has no unit {given.unit!r}")
    body = reporting.made(export.span, given.unit or "", export.now)
    if given.out and given.out.suffix == ".xlsx":
        given.out.write_bytes(figures_workbook(body, export.law.jurisdiction.title))
        return export.say(out=str(given.out))
    cases = reporting.how_many(export.span, given.unit or "")
    asked = {"from": given.since, "to": given.until, "unit": given.unit, "cases": cases}
    span = {"since": export.span.since.isoformat(), "until": export.span.until.isoformat()}
    return export.print({**asked, **span, **body})


def _case(export: Export) -> int:
    if not export.given.number or not export.given.form:
        raise RulebookError(f"export case NUMBER --form NAME; {export_papers.known(export.law)}")
    layout = read_layouts(export.law.rulebook.name).ledger
    is_ledger = layout is not None and export.given.form in ("ledger", "台账", "工作台账", layout.title)
    if not is_ledger:
        export_papers.check_known(export.law, export.given.form)
    case = export.store.read(lambda unit: unit.load(export.given.number))
    if is_ledger:
        return ledger_of(export, [case.number])
    form = export_papers.form_of(export.law, export.given.form, case)
    if export.given.personal:
        export.looked([case.number], form.name)
    filled = export_papers.filled(form, case, export.law, export.now, export.settings, personal=export.given.personal)
    export.out.write_bytes(export_papers.document(filled, export.out.suffix))
    return export.say(out=str(export.out))


def _form(export: Export) -> int:
    """A blank print."""
    form = export_papers.form_of(export.law, export.given.form or "", None)
    export.out.write_bytes(export_papers.document(export_papers.blank(form), export.out.suffix))
    return export.say(out=str(export.out))


def _volume(export: Export) -> int:
    """All papers of the cases concluded in the span, bound into one document."""
    counted = Reporting(export.store, export.law).counted(export.span, export.now)
    counted = counted.of_unit(export.given.unit) if export.given.unit else counted
    cases = concluded(counted.cases, export.span)
    if export.given.personal:
        export.looked([case.number for case in cases], "volume")
    volume = Volume(export.law, export.settings, export.now, export.given.personal)
    export.out.write_bytes(volume.document(cases, export.span, export.out.suffix))
    return export.say(out=str(export.out), cases=len(cases))


def _list(export: Export) -> int:
    """One of the lists: as JSON, or as a workbook where --out ends in .xlsx."""
    lists = Reporting(export.store.behind(), export.law).lists(export.span, export.given.unit or "")
    return _told(export, export_lists.LISTS[export.given.what](lists, export.given))


def _whole_list(export: Export) -> int:
    counted = Reporting(export.store.behind(), export.law).counted(export.span, export.now)
    counted = counted.of_unit(export.given.unit) if export.given.unit else counted
    return _told(export, export_lists.WHOLE[export.given.what](counted, export.given))


def _summary(export: Export) -> int:
    reporting = Reporting(export.store.behind(), export.law)
    return _told(export, export_lists.summary(reporting.figures(export.span, export.given.unit or "", export.now)))


def _told(export: Export, found: export_lists.Found) -> int:
    if export.given.out and export.given.out.suffix == ".xlsx":
        export.given.out.write_bytes(found.workbook())
        return export.say(out=str(export.given.out), rows=len(found.rows))
    return export.print(found.document())


def _loaded(unit: Unit, numbers: Sequence[str]) -> list[Case]:
    return [unit.load(number) for number in numbers]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise RulebookError(f"{text!r} is not a day; write 2026-11-21") from error


WHAT: dict[str, Callable[[Export], int]] = {
    "ledger": _ledger,
    "statistics": _statistics,
    "case": _case,
    "form": _form,
    "volume": _volume,
    "summary": _summary,
    **dict.fromkeys(export_lists.LISTS, _list),
    **dict.fromkeys(export_lists.WHOLE, _whole_list),
}

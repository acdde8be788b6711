"""The ledger on a page, covered, and as a workbook; uncovered for a reason, which is recorded for each case first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from starlette.responses import Response

from casebook.case import Case
from casebook.form_layouts import LedgerLayout
from casebook.ledger import row, workbook
from casebook.periods import Span
from console.door import Refused, Visit
from console.labels import said
from console.papers import layouts
from console.seeing import SHORTEST_REASON, NotShown, may_know_whose, may_see
from console.spans import must_be_of_the_body, query_of, sheet, span_asked, unit_asked
from models.unit import Unit

SHOWN = 50
MOST = 20_000  # rows in one workbook from a page, which the office waits for; more come from the command line


def show(visit: Visit) -> Response:
    """The newest rows."""
    must_be_of_the_body(visit)
    span, unit, layout = span_asked(visit), unit_asked(visit), _layout(visit)
    numbers = _numbers(visit, span, unit)
    cases = _cases(visit, numbers[-SHOWN:])
    rows = list(_rows(visit, cases, layout, len(numbers) - len(cases), personal=False))
    return visit.page(
        "ledger",
        layout=layout,
        span=span,
        unit=unit,
        units=list(visit.office.reporting.units),
        query=query_of(span, unit),
        total=len(numbers),
        numbers=[case.number for case in cases][::-1],
        rows=rows[::-1],
    )


def covered(visit: Visit) -> Response:
    """The workbook with personal data covered."""
    return _workbook(visit, personal=False)


def whole(visit: Visit) -> Response:
    """The workbook as the form has it, for a reason."""
    if len(visit.reason) < SHORTEST_REASON:
        raise NotShown("no_reason")
    return _workbook(visit, personal=True)


def _workbook(visit: Visit, *, personal: bool) -> Response:
    must_be_of_the_body(visit)
    span, unit, layout = span_asked(visit), unit_asked(visit), _layout(visit)
    numbers = _numbers(visit, span, unit)
    if len(numbers) > MOST:
        raise Refused(said("too_many_rows", count=len(numbers), most=MOST))
    cases = _cases(visit, numbers)
    if personal:
        cases = [case for case in cases if may_know_whose(visit.person, case)]
        visit.office.store.write(lambda book: _record(book, cases, visit))
    return sheet(workbook(_rows(visit, cases, layout, 0, personal=personal), layout), f"{layout.title}-{span.name}")


def _record(book: Unit, cases: list[Case], visit: Visit) -> None:
    for case in cases:
        book.looked(case.number, str(visit.person), "ledger", visit.reason, visit.now)


def _rows(
    visit: Visit, cases: list[Case], layout: LedgerLayout, before: int, *, personal: bool
) -> Iterator[dict[str, str]]:
    law = visit.office.desk.law
    for serial, case in enumerate(cases, before + 1):
        yield row(case, law.calendar, visit.now, layout, personal=personal, office=law.jurisdiction, serial=serial)


def _numbers(visit: Visit, span: Span, unit: str) -> list[str]:
    """The cases filed in the span, oldest first, however many."""
    zone = visit.now.tzinfo
    since = datetime.combine(span.since, time(0), zone)
    until = datetime.combine(span.until + timedelta(days=1), time(0), zone)

    def read(book: Unit) -> list[str]:
        return book.numbers(unit=unit or None, limit=None, filed_from=since, filed_to=until)

    return visit.office.store.read_behind(read)


def _cases(visit: Visit, numbers: list[str]) -> list[Case]:
    """Those of them that the visitor may see."""

    def read(book: Unit) -> list[Case]:
        return [case for number in numbers if may_see(visit.person, case := book.load(number))]

    return visit.office.store.read_behind(read)


def _layout(visit: Visit) -> LedgerLayout:
    layout = layouts(visit.office.desk.law.rulebook.name).ledger
    if layout is None:
        raise Refused(said("no_ledger"), 404)
    return layout

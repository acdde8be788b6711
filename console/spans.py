"""The days and the unit that a page is asked about, and who may ask."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlencode

from starlette.responses import Response

from casebook.case import Person
from casebook.periods import Span, days, span_of
from console.door import Refused, Visit
from console.labels import said
from console.render import HEADERS

BODY = frozenset({"dispatcher", "supervisor"})
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def of_the_body(person: Person) -> bool:
    """Whether the person works for the management body and sees everybody's figures."""
    return person.role in BODY


def must_be_of_the_body(visit: Visit) -> None:
    if not of_the_body(visit.person):
        raise Refused(said("body_only"), 403)


def span_asked(visit: Visit) -> Span:
    """From `since` to `until`; without them the present month, or the year an assessment runs over."""
    since, until = (visit.query.get(key, "").strip() for key in ("since", "until"))
    if not since and not until:
        own = [rule.begins for rule in visit.office.desk.law.rulebook.reports if rule.begins != 1]
        return span_of("year", visit.now.date(), own[0]) if own else span_of("month", visit.now.date())
    first, last = _day(since or until), _day(until or since)
    if first > last:
        raise Refused(said("bad_span"))
    return days(first, last)


def unit_asked(visit: Visit) -> str:
    """The unit asked for, by its full name; "" for all."""
    unit = visit.office.desk.law.jurisdiction.unit(visit.query.get("unit", ""))
    return unit.name if unit else ""


def query_of(span: Span, unit: str = "") -> str:
    """The same days and unit as an address's query."""
    asked = {"since": span.since.isoformat(), "until": span.until.isoformat(), **({"unit": unit} if unit else {})}
    return urlencode(asked)


def sheet(body: bytes, name: str) -> Response:
    """A workbook to keep."""
    disposition = f"attachment; filename*=UTF-8''{quote(f'{name}.xlsx')}"
    return Response(body, media_type=SHEET, headers={**HEADERS, "content-disposition": disposition})


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(said("bad_span")) from error
    if not 2000 <= day.year <= 2999:  # no case is outside, and a moment of either fits a database
        raise Refused(said("bad_span"))
    return day

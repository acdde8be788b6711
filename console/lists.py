"""Lists for those who supervise: major matters, where complaints gather, cases drawn by lot; who has too many
complaints is for the supervisors alone."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from casebook import oversight
from casebook import report_words as say
from casebook.oversight import Listed
from console.door import Visit
from console.spans import must_be_of_the_body, query_of, span_asked, unit_asked

DRAWN, MOST_DRAWN = 10, 500


def show(visit: Visit) -> Response:
    """All lists over the days asked for."""
    must_be_of_the_body(visit)
    span, unit, law = span_asked(visit), unit_asked(visit), visit.office.desk.law
    counted = visit.office.reporting.counted(span, visit.now)
    counted = counted.of_unit(unit) if unit else counted
    seed, most = visit.query.get("seed", "").strip() or span.name, _most(visit)
    closed = [case.number for case in oversight.concluded(counted.cases, span)]
    is_supervisor = visit.person.role == "supervisor"
    return visit.page(
        "lists",
        span=span,
        unit=unit,
        units=list(visit.office.reporting.units),
        query=query_of(span, unit),
        major=oversight.major(counted.cases),
        hotspots=_lines(oversight.hotspots(counted, law)),
        hot=_lines(oversight.hot_matters(counted, law, visit.office.gather)),
        repeats=_lines(oversight.repeated(counted)),
        key_objects=_lines(oversight.key_objects(counted, law)) if is_supervisor else None,
        honours=oversight.honours(counted, law) if is_supervisor and oversight.lists_honours(law) else None,
        more_than=law.read.honours_more_than,
        drawn=oversight.draw(closed, most, seed),
        closed=len(closed),
        seed=seed,
        most=most,
    )


def _lines(found: tuple[Listed, ...]) -> list[dict[str, Any]]:
    return [{"what": say.word("who", row.what), "name": row.name, "cases": row.cases} for row in found]


def _most(visit: Visit) -> int:
    text = visit.query.get("most", "")
    return min(int(text), MOST_DRAWN) if text.isascii() and text.isdigit() and len(text) < 5 else DRAWN

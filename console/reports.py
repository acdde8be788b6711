"""The report calendar: what comes when, what was given and stays as it was given, who has handed in, what changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import RedirectResponse, Response

from casebook import report_words as say
from casebook.figures_sheet import figures_workbook
from casebook.permission import UNIT_ROLES
from casebook.report_notices import passed_on
from casebook.reports import ISSUE, Given, occasions, rule_of
from console.door import Refused, Visit
from console.labels import said
from console.spans import must_be_of_the_body, of_the_body, sheet
from console.statistics import count_lines, figure_lines, heads, unit_lines

AHEAD = timedelta(days=100)
DONE = frozenset({"handed_in", "passed_on"})
# The lists of a report that name cases, and how many of each its own page names; the rest has pages of its own.
LISTS = ("overdue", "supervised", "major")
FIRST = 50
# Of what is counted otherwise today, for each rate: a line or two.
FIRST_MOVED = 20


def listing(visit: Visit) -> Response:
    """What comes, and what was given: to the body all, to a unit its own."""
    unit, law = _own_unit(visit), visit.office.desk.law
    given = visit.office.store.read(lambda book: book.reports_listed(unit))
    coming = [item for item in occasions(law, visit.now, visit.now + AHEAD) if item.what == ISSUE]
    mine = [item for item in coming if not unit or item.rule.by == "unit"]
    return visit.page(
        "reports",
        coming=[
            {"title": title_of(item.rule.report), "span": say.span_words(item.span), "at": item.at, "due": item.due}
            for item in mine
        ],
        given=[{"item": item, "title": title_of(item.report), "span": say.span_words(item.span)} for item in given],
        has_any=bool(law.rulebook.reports),
    )


def show(visit: Visit) -> Response:
    """One report as it was given; what changed since stands apart."""
    given = report_asked(visit)
    law, done = visit.office.desk.law, visit.query.get("done", "")
    rule = rule_of(law, given.report)
    by_unit = rule is not None and rule.by == "unit"
    returns = visit.office.store.read(lambda book: book.returns(given.report, given.period)) if by_unit else {}
    return visit.page(
        "report",
        item=given,
        address=address_of(given),
        title=title_of(given.report),
        span=say.span_words(given.span),
        lists={name: given.body[name] for name in LISTS},
        first=FIRST,
        first_moved=FIRST_MOVED,
        figures=figure_lines(given.body),
        counts=count_lines(given.body),
        heads=heads(given.body),
        lines=unit_lines(given.body),
        contents=say.contents(given.body, law),
        corrections=[_correction(row) for row in visit.office.reporting.corrected(given)],
        by_unit=by_unit,
        returns=returns,
        missing=[unit for unit in visit.office.reporting.units if unit not in returns] if by_unit else [],
        may_hand_in=by_unit and visit.person.role in UNIT_ROLES and given.unit not in returns,
        may_pass_on=rule is not None and rule.to == "units" and of_the_body(visit.person),
        words=said(done) if done in DONE else "",
    )


def workbook(visit: Visit) -> Response:
    given = report_asked(visit)
    return sheet(figures_workbook(given.body, title_of(given.report)), f"{title_of(given.report)}-{given.period}")


def hand_in(visit: Visit) -> Response:
    """The unit hands in its report."""
    given, law = report_asked(visit), visit.office.desk.law
    rule = rule_of(law, given.report)
    if rule is None or rule.by != "unit" or not given.unit or visit.person.role not in UNIT_ROLES:
        raise Refused(said("not_yours_to_hand_in"), 403)
    by = str(visit.person)
    visit.office.store.write(lambda book: book.return_put(given.report, given.period, given.unit, by, visit.now))
    return _back(given, "handed_in")


def pass_on(visit: Visit) -> Response:
    """Send a bulletin to every unit; once, however often it is pressed."""
    must_be_of_the_body(visit)
    given, law = report_asked(visit), visit.office.desk.law
    rule = rule_of(law, given.report)
    if rule is None or rule.to != "units":
        raise Refused(said("not_to_pass_on"))
    notices = passed_on(given, law, visit.office.reporting.units)
    visit.office.store.write(lambda book: book.post(notices))
    return _back(given, "passed_on")


def _back(given: Given, done: str) -> Response:
    return RedirectResponse(f"{address_of(given)}?done={done}", 303)


def address_of(given: Given) -> str:
    return f"/console/reports/{given.report}/{given.period}"


def report_asked(visit: Visit) -> Given:
    """The report of that period: the whole area's for the body, a unit's own for its people."""
    report, period, unit = str(visit.path["report"]), str(visit.path["period"]), _own_unit(visit)
    found = visit.office.store.read(lambda book: book.report(report, period, unit))
    if found is None:
        raise Refused(said("no_such_report"), 404)
    return found


def _own_unit(visit: Visit) -> str:
    """The unit whose reports the visitor sees; "" for the whole area, which is the body's alone."""
    if of_the_body(visit.person):
        return ""
    if visit.person.role not in UNIT_ROLES or not visit.person.unit:
        raise Refused(said("body_only"), 403)
    return visit.person.unit


def title_of(report: str) -> str:
    return say.word("title", report)


def _correction(row: dict[str, Any]) -> dict[str, Any]:
    part = {"numerator": "分子", "denominator": "分母"}[row["part"]]
    return {**row, "title": say.word("figure", row["figure"]), "part": part}

"""The list of cases and one case: what is due, what is late, what was done, and the steps open to the visitor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import RedirectResponse, Response

from casebook.answering import check
from casebook.case import Case, Command
from casebook.desk import Desk
from casebook.errors import Conflict, NotAllowed
from casebook.terms import FINAL, STATES, STEPS
from casebook.wording import refusal
from console import case_view
from console.door import Refused, Visit
from console.labels import said
from console.paging import Leaf, page_asked, pages_of
from console.papers import papers_of
from console.seeing import NotThere, may_know_whose, may_see, may_see_all, mine, unit_of, whose
from console.step_forms import BadForm, facts_of, form_of, forms
from models.unit import Unit
from models.unit_listing import Wanted

PAGE = 30
# Faults of an answer that the desk refuses by itself, naming the article.
DESKS_OWN = frozenset({"missing", "verdict", "contact_missing"})
OPEN = frozenset(STATES) - FINAL


def listing(visit: Visit) -> Response:
    """The cases the visitor may see, the most pressing first."""
    wanted = _wanted(visit)
    found, late = visit.office.store.read(lambda unit: _found(unit, visit, wanted))
    law = visit.office.desk.law
    return visit.page(
        "cases",
        cases=[case_view.case_line(case, law, visit.now) for case in found.shown if may_see(visit.person, case)],
        total=found.total,
        late=late,
        at=found.at,
        pages=found.pages,
        asked={key: visit.query.get(key, "") for key in ("state", "unit", "overdue", "number")},
        units=[unit.name for unit in law.jurisdiction.units] if unit_of(visit.person) is None else [],
        unknown=bool(visit.query.get("number")),
    )


def search(visit: Visit) -> Response:
    """Go to the case of that number, or list."""
    number = visit.query.get("number", "").strip()
    if not number:
        return listing(visit)
    case = visit.office.store.read(lambda unit: unit.find(number))
    if case is None or not may_see(visit.person, case):
        raise NotThere
    return RedirectResponse(f"/console/case/{case.number}", 303)


def show(visit: Visit) -> Response:
    """One case."""
    done = visit.query.get("done", "")
    words = said("taken", step=STEPS[done]) if done in STEPS else ""
    return visit.office.store.read(lambda unit: _page(visit, unit, _mine(visit, unit), words=words))


def step(visit: Visit) -> Response:
    """Take a step; refused, the page comes back with the sentence and what was typed."""
    name = str(visit.path["step"])
    if name not in forms():
        raise Refused(said("no_such_step"), 404)
    try:
        case = visit.office.store.write(lambda unit: _take(visit, unit, name))
    except (BadForm, NotAllowed, Conflict) as error:
        words = _why(error)
        return visit.office.store.read(lambda unit: _page(visit, unit, _mine(visit, unit), tried=name, wrong=words))
    return RedirectResponse(f"/console/case/{case.number}?done={name}", 303)


def contact(visit: Visit) -> Response:
    """Show how to reach the citizen, once, to whoever gives a reason; the showing is recorded first."""
    shown = whose(visit.person, visit.office.store, str(visit.path["number"]), visit.reason, visit.now)
    opened = case_view.uncovered(shown)
    return visit.office.store.read(lambda unit: _page(visit, unit, _mine(visit, unit), opened=opened))


def _wanted(visit: Visit) -> Wanted:
    state, unit, overdue = (visit.query.get(key, "") for key in ("state", "unit", "overdue"))
    states = OPEN if not state else frozenset(STATES) if state == "all" else frozenset({state}) & frozenset(STATES)
    own = unit_of(visit.person)
    return Wanted(states, own if own is not None else unit or None, visit.now if overdue else None)


def _found(unit: Unit, visit: Visit, wanted: Wanted) -> tuple[Leaf, int]:
    """The page asked for of what is wanted, and how many are late in all."""
    late, total = Wanted(OPEN, unit_of(visit.person), visit.now), unit.listed_count(wanted)
    pages = pages_of(total, PAGE)
    at = page_asked(visit.query.get("page", ""), pages)
    return Leaf(unit.listed(wanted, PAGE, (at - 1) * PAGE), total, at, pages), unit.listed_count(late)


def _mine(visit: Visit, unit: Unit) -> Case:
    return mine(visit.person, unit, str(visit.path["number"]))


def _take(visit: Visit, unit: Unit, name: str) -> Case:
    case = _mine(visit, unit)
    if str(visit.form.get("version") or "") != str(case.version):
        raise BadForm(said("moved_on"))
    facts = facts_of(name, visit.form)
    _check_into(visit, unit, facts)
    check_words(unit, case, name, facts, visit.office.desk, visit.now)
    return visit.office.desk.take(unit, case.number, Command(name, visit.person, visit.now, facts))


def check_words(unit: Unit, case: Case, step: str, facts: Mapping[str, Any], desk: Desk, at: datetime) -> None:
    """Raise BadForm with what stands in the way of an answer, or of other words. What the desk itself refuses is left
    to its own sentence."""
    found = check(unit, case, step, facts, desk.law, at)
    faults = [fault for fault in found if fault.blocks and fault.code not in DESKS_OWN]
    if faults:
        raise BadForm("\n".join(fault.words for fault in faults))


def _check_into(visit: Visit, unit: Unit, facts: Mapping[str, Any]) -> None:
    """A case is merged only into one that the visitor may see, and hears nothing of others."""
    try:
        if "into" in facts:
            mine(visit.person, unit, str(facts["into"]))
    except NotThere as error:
        raise BadForm(said("not_there")) from error


def _why(error: Exception) -> str:
    if isinstance(error, NotAllowed):
        return refusal(error)
    return said("moved_on") if isinstance(error, Conflict) else str(error)


def _page(visit: Visit, unit: Unit, case: Case, **facts: Any) -> Response:
    law, desk = visit.office.desk.law, visit.office.desk
    now = visit.now
    allowed = desk.allowed(case, visit.person, now)
    open_steps = [name for name in forms() if name in allowed]
    given: Mapping[str, Any] = {"words": "", "wrong": "", "tried": "", "opened": (), **facts}
    runs = sorted(case.clocks, key=lambda run: (not run.running, run.due))
    return visit.page(
        "case",
        400 if given["wrong"] else 200,
        case=case,
        line=case_view.case_line(case, law, now),
        clocks=[case_view.clock_line(run, law, now) for run in runs],
        filer=case_view.filer(case),
        content=case_view.content(case),
        proposal=case_view.proposal(case, law),
        steps=[(name, form_of(name, case, law)) for name in open_steps],
        typed=visit.form,
        **_behind(visit, unit, case),
        may_know_whose=may_know_whose(visit.person, case),
        **given,
    )


def _behind(visit: Visit, unit: Unit, case: Case) -> dict[str, Any]:
    """What stands behind a case; nothing of it for whoever was only asked for material or sits in its group."""
    if not may_see_all(visit.person, case):
        return {"history": [], "notices": [], "looks": [], "papers": []}
    law = visit.office.desk.law
    return {
        "history": [case_view.history_line(entry, case, law) for entry in reversed(case.history)],
        "notices": unit.outbox_of(case.number),
        "looks": unit.looks(case.number),
        "papers": papers_of(case, law),
    }

"""The call list: what citizens should have heard of their cases and could not be sent, and who told them.

A call that was answered settles the notice; after three that nobody answered it stands as unreachable, with who tried.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from casebook.terms import MESSAGES
from console.door import Refused, Visit
from console.labels import moment, person, said
from console.seeing import NotThere
from console.spans import must_be_of_the_body
from models.records import OutboxRow

# As often as a revisit is tried before "not reached" is written down (readings A30).
MOST_CALLS = 3
OUTCOMES = frozenset({"told", "no_answer"})


def show(visit: Visit) -> Response:
    """Who is to be called, the longest waiting first."""
    must_be_of_the_body(visit)
    rows = visit.office.store.read(lambda unit: unit.outbox_calls())
    return visit.page("calls", calls=[_line(visit, row) for row in rows], most=MOST_CALLS)


def note(visit: Visit) -> Response:
    """What became of a call."""
    must_be_of_the_body(visit)
    outcome, id = str(visit.form.get("outcome") or ""), str(visit.path["id"])
    if outcome not in OUTCOMES or not id.isascii() or not id.isdigit() or len(id) > 18:
        raise NotThere
    by, told = person(visit.person), outcome == "told"
    stood = visit.office.store.write(lambda unit: unit.outbox_called(int(id), told, by, visit.now, MOST_CALLS))
    if not stood:
        raise Refused(said("called_already"), 409)
    return RedirectResponse("/console/calls", 303)


def _line(visit: Visit, row: OutboxRow) -> dict[str, Any]:
    due = visit.office.desk.law.call_by(row.next_at)
    return {
        "id": row.id,
        "number": row.case,
        "title": MESSAGES.get(row.message, row.message),
        "due": moment(due),
        "late": visit.now > due,
        "calls": row.calls,
    }

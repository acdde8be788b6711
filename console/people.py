"""People and groups: who is bound to what, codes for joining, and taking a person out at once."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from casebook.case import Person
from casebook.jurisdiction import Jurisdiction
from casebook.staff import CENTRAL, is_on_staff, is_room
from console.door import Refused, Visit
from console.labels import address, person, said
from console.seeing import NotThere

PURPOSE, LASTS = "join", timedelta(hours=24)
# Who runs the office's staff list.
MAY = frozenset({"supervisor", "dispatcher"})


def show(visit: Visit, words: str = "") -> Response:
    """The list, with what can be invited."""
    if visit.person.role not in MAY:
        raise NotThere
    office = visit.office.desk.law.jurisdiction
    bound, refusals = visit.office.store.read(lambda unit: (unit.bound(), unit.refusals(limit=50)))
    shown = [(channel, each, address(each)) for channel, each in bound]
    return visit.page(
        "people",
        words=words,
        bound=shown,
        rooms=[(each, address(each)) for each in rooms_of(office)],
        staff=[(str(each), person(each)) for each in staff_of(office)],
        refusals=refusals,
    )


def invite(visit: Visit) -> Response:
    """A code for one room or one person."""
    asked, office = str(visit.form.get("address") or ""), visit.office.desk.law.jurisdiction
    if visit.person.role not in MAY:
        raise NotThere
    if not is_room(asked, office):
        raise Refused(said("unknown_address"))
    code = visit.office.store.write(lambda unit: unit.code_make(PURPOSE, asked, visit.now, LASTS))
    where = "in_private" if is_on_staff(Person.read(asked), office) else "in_the_group"
    return show(visit, said("invited", digits=code, where=said(where)))


def remove(visit: Visit) -> Response:
    """Everything bound to the address is forgotten, at once."""
    if visit.person.role not in MAY:
        raise NotThere
    asked = str(visit.form.get("address") or "")
    count = visit.office.store.write(lambda unit: unit.unbind_all(asked))
    return show(visit, said("removed", count=count))


def rooms_of(office: Jurisdiction) -> list[str]:
    """The rooms that groups may be bound to."""
    return [*CENTRAL.values(), *(f"unit:{unit.name}" for unit in office.units)]


def staff_of(office: Jurisdiction) -> list[Person]:
    """Everybody on the list, the centre first."""
    people = [Person("dispatcher", name) for name in office.dispatchers]
    people += [Person("supervisor", name) for name in office.supervisors]
    people += [Person("inspector", name) for name in office.inspectors]
    for unit in office.units:
        people += [Person("officer", name, unit.name) for name in unit.officers]
        people += [Person("leader", unit.leader, unit.name)] if unit.leader else []
    return people

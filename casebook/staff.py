"""Who is on the staff list, who acts in whose place, and what may be a room."""

from __future__ import annotations

from collections.abc import Iterable

from casebook.case import Person
from casebook.jurisdiction import Jurisdiction

CENTRAL = {"dispatcher": "dispatchers", "supervisor": "supervisors", "inspector": "inspectors"}


def is_on_staff(person: Person, office: Jurisdiction) -> bool:
    """Whether the office's list has this person in this role."""
    people = {"dispatcher": office.dispatchers, "supervisor": office.supervisors, "inspector": office.inspectors}
    if not person.name:
        return False
    if person.role in people:
        return person.name in people[person.role] and not person.unit
    if person.role == "reviewer":
        named = {person.name, f"{person.name}@{person.unit}"} & set(office.reviewers)
        return bool(named) or _reviews(person, office)
    unit = office.unit(person.unit or "")
    if unit is None or unit.name != person.unit:
        return False
    if person.role == "officer":
        return person.name in unit.officers
    return person.role == "leader" and person.name == unit.leader


def _reviews(person: Person, office: Jurisdiction) -> bool:
    """A unit's leader reviews for it what the units under it appeal against (it is their 主管部门)."""
    unit = office.unit(person.unit or "")
    under = {each.authority for each in office.units}
    return unit is not None and person.unit in under and person.name in (unit.leader, *unit.officers)


def personas(person: Person, absent: Iterable[str], office: Jurisdiction) -> tuple[Person, ...]:
    """The person, and whoever they stand in for: that role and unit, their own name."""
    others = [Person.read(each) for each in absent]
    return (person, *(Person(each.role, person.name, each.unit) for each in others if is_on_staff(each, office)))


def is_room(address: str, office: Jurisdiction) -> bool:
    """Whether a group may be the room of that address: a unit's, one of the centre's, or a person's own."""
    kind, _, rest = address.partition(":")
    if kind == "unit":
        return any(unit.name == rest for unit in office.units)
    if kind == "reviewer" and rest in {each.partition("@")[2] for each in office.reviewers}:
        return True
    return address in CENTRAL.values() or is_on_staff(Person.read(address), office)

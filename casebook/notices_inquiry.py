"""Who is told while a case is looked into: units asked for material, those who asked, those whose date moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from casebook.addressing import leader_of, to_citizens, to_staff, unit_of
from casebook.case import Case, Entry, Person
from casebook.facts import Told, due_of, lacking_papers, part
from casebook.law import Law


def _request(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    asking = entry.by.unit or law.jurisdiction.body
    words = part("material_asked", from_unit=asking, until=entry.facts["until"], asked=entry.private["text"])
    for unit in entry.facts["to"]:
        more = {"due": entry.facts["until"], "provisional": None, "private": {"what": words}}
        yield to_staff(case, entry, law, f"unit:{unit}", "progress", **more)


def _give(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    what = part("material_given", unit=entry.facts["unit"], text=entry.private.get("text") or part("in_files"))
    for to in (unit_of(case), "dispatchers"):
        yield to_staff(case, entry, law, to, "progress", private={"what": what})


def _limit(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    what, due = part("limited", law=entry.facts["cites"]), due_of(case.run("resolution"))
    yield from to_citizens(case, entry, law, "progress", what=what, **due)
    yield to_staff(case, entry, law, unit_of(case), "progress", what=what, **due)


def coordinated(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """To the supervisors: units of different levels have it, and the body itself coordinates them."""
    if coordinator := entry.facts.get("coordinator"):
        yield to_staff(case, entry, law, "supervisors", "progress", what=part("cross_level", body=coordinator))


def _convene(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """To the unit that leads and to the rooms of everybody in the group; never with the citizen's name."""
    names = "、".join(f"{each.unit}{each.name}" for each in map(Person.read, case.group))
    rooms = dict.fromkeys([unit_of(case), *(f"unit:{Person.read(each).unit}" for each in case.group)])
    for room in rooms:
        yield to_staff(case, entry, law, room, "progress", variant="convened", members=names)


def _mark(case: Case, entry: Entry, law: Law) -> Iterator[Told]:
    """A risk is told to the leader and the supervisors, never to a group of the unit; a paper that the mark demands is
    asked of the citizen."""
    for demand in law.rulebook.demands:
        if demand.mark in entry.facts.get("marks", ()) and demand in lacking_papers(case, law):
            yield from to_citizens(case, entry, law, "clarify", missing=[demand.title])
    if "stability_risk" not in entry.facts.get("marks", ()):
        return
    for to in ("supervisors", leader_of(case, law)):
        if to and not to.startswith("unit:"):
            yield to_staff(case, entry, law, to, "supervision", variant="risk")


TELL: Mapping[str, Callable[[Case, Entry, Law], Iterator[Told]]] = {
    "request_material": _request,
    "give_material": _give,
    "limit": _limit,
    "convene": _convene,
    "mark": _mark,
}

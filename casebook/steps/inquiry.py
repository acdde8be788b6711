"""Looking into it (调查核实): what was looked at, material asked of other units, and what is put right on the way."""

from __future__ import annotations

from dataclasses import replace

from casebook.case import Case, Command, Person
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.steps.handling import moment_of
from casebook.steps.intake import texts, units_named
from casebook.steps.outcome import Decide, Outcome, need, outcome
from casebook.terms import KINDS


def investigate(case: Case, command: Command, law: Law) -> Outcome:
    """One finding and the way it was come by: questioning, cameras, files, a meeting."""
    need(command, "way", "text")
    return outcome(command)


def request_material(case: Case, command: Command, law: Law) -> Outcome:
    """Material asked of another unit, or of a co-handling one, by a date. It waits until it is given."""
    need(command, "to", "text", "until")
    units = units_named(case, command, law)
    until = moment_of(command.facts["until"], command.at, law).isoformat()
    waiting = {**case.pending.get("material", {}), **dict.fromkeys(units, until)}
    facts = {"to": units, "until": until}
    return outcome(command, changes={"pending": {**case.pending, "material": waiting}}, facts=facts)


def give_material(case: Case, command: Command, law: Law) -> Outcome:
    waiting = dict(case.pending.get("material", {}))
    if waiting.pop(command.by.unit or "", None) is None:
        raise NotAllowed("not_asked_for_material", unit=command.by.unit)
    if not command.facts.get("evidence"):
        need(command, "text")
    pending = {name: value for name, value in case.pending.items() if name != "material"}
    pending |= {"material": waiting} if waiting else {}
    return outcome(command, changes={"pending": pending}, facts={"unit": command.by.unit})


def limit(case: Case, command: Command, law: Law) -> Outcome:
    """A limit that another law sets for this one case, with the law it rests on."""
    run = case.run("resolution")
    if run is None or not run.running:
        raise NotAllowed("no_clock_to_limit", step=command.step)
    need(command, "until", "cites")
    due = moment_of(command.facts["until"], run.started, law)
    days = law.calendar.working_days_between(run.started, due)
    moved = replace(run, due=due, working_days=days, hours=None, cites=str(command.facts["cites"]), ceiling=None)
    return outcome(command, runs=(moved,), facts={"until": due.isoformat()})


def correct(case: Case, command: Command, law: Law) -> Outcome:
    """The kind put right before it goes to a unit; the entry says by whom."""
    need(command, "kind")
    kind = str(command.facts["kind"])
    if kind not in KINDS or kind == "rating":
        raise NotAllowed("unknown_kind", kind=kind)
    if kind == case.kind:
        raise NotAllowed("same_kind", kind=kind)
    return outcome(command, changes={"kind": kind}, facts={"was": case.kind})


def convene(case: Case, command: Command, law: Law) -> Outcome:
    """A working group of named persons of any units; named again, the new list stands."""
    rule = law.rulebook.step("convene")
    need(command, "members", cites=rule.cites if rule else "")
    members = tuple(dict.fromkeys(str(_member(name, law)) for name in texts(command.facts["members"])))
    return outcome(command, changes={"group": members}, facts={"members": members})


def _member(name: str, law: Law) -> Person:
    """The officer or leader so named: as an address, or as unit and name in one."""
    asked = Person.read(name) if ":" in name else None
    for unit in law.jurisdiction.units:
        people = [Person("officer", each, unit.name) for each in unit.officers]
        people += [Person("leader", unit.leader, unit.name)] if unit.leader else []
        for person in people:
            if person == asked or name in {f"{each}{person.name}" for each in (unit.name, *unit.aliases)}:
                return person
    raise NotAllowed("unknown_member", member=name)


DECIDE: dict[str, Decide] = {
    "investigate": investigate,
    "request_material": request_material,
    "give_material": give_material,
    "limit": limit,
    "correct": correct,
    "convene": convene,
}

"""Receiving and dispatching (接收、交办、受理): from the filing to the unit that owns it, or the reason why not."""

from __future__ import annotations

from typing import Any

from casebook.case import Case, ClockRun, Command
from casebook.clocks import reclassified
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.lifecycle import BEFORE_DISPATCH
from casebook.steps.outcome import Decide, Outcome, clause_for, need, outcome
from casebook.terms import FAILINGS

DISPATCHES = frozenset({"dispatch", "designate"})


def supplement(case: Case, command: Command, law: Law) -> Outcome:
    if not command.facts.get("text") and not command.facts.get("evidence"):
        raise NotAllowed("needs_text", step=command.step)
    return outcome(command)


def withdraw(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command, "withdrawn")


def refuse(case: Case, command: Command, law: Law) -> Outcome:
    clause = clause_for(case, command, law)
    return outcome(command, "refused", facts={"clause": clause.clause, "cites": clause.cites})


def dispatch(case: Case, command: Command, law: Law) -> Outcome:
    """Hand it to a unit: from the queue, or what came straight to a unit and could not be settled there on the spot."""
    if case.state not in BEFORE_DISPATCH and not _came_by_the_window(case, law):
        raise NotAllowed("not_now", step=command.step, state=case.state, number=case.number)
    return _sent(case, command, law, case.marks)


def _came_by_the_window(case: Case, law: Law) -> bool:
    never = not any(entry.step in DISPATCHES for entry in case.history)
    return never and any(item.on_the_spot for item in law.rulebook.classes)


def designate(case: Case, command: Command, law: Law) -> Outcome:
    if not case.hand_backs:
        raise NotAllowed("nothing_disputed", step=command.step)
    return _sent(case, command, law, case.marks | {"designated"})


def _sent(case: Case, command: Command, law: Law, marks: frozenset[str]) -> Outcome:
    units = units_named(case, command, law)
    marks |= {name for name in ("urgent", "unclear") if command.facts.get(name)}
    marks |= {"cross_level"} if crosses_levels(units, law) else set()
    changes: dict[str, Any] = {"lead_unit": units[0], "co_units": units[1:], "marks": marks, "pending": {}}
    events: tuple[str, ...] = ("redispatch", "dispatch") if case.hand_backs else ("dispatch",)
    to = law.leads(command.step, case.stream, case.kind)
    if to == "awaiting_acceptance" and law.read.dispatched_counts_as_accepted:
        to, events = "handling", (*events, "accept")
    runs: tuple[ClockRun, ...] = ()
    new_class = _class_for(units, case, command, law)
    if new_class and new_class != case.case_class:
        changes["case_class"] = new_class
        runs = reclassified(case, new_class, command.at, law)
    facts = {"to": units} | ({"coordinator": law.jurisdiction.body} if "cross_level" in marks else {})
    return outcome(command, to, facts=facts, changes=changes, events=events, runs=runs)


def crosses_levels(units: tuple[str, ...], law: Law) -> bool:
    """Whether the units named stand on different levels, so that the body itself must coordinate them."""
    known = (law.jurisdiction.unit(name) for name in units)
    return len({unit.level for unit in known if unit and unit.level}) > 1


def _class_for(units: tuple[str, ...], case: Case, command: Command, law: Law) -> str | None:
    """The class named, or the one for several units, or the one the case has, or its default where a clock needs it."""
    book = law.rulebook
    named = _class(command, law)
    if named or not book.covers(case.kind):
        return named
    several = next((item.name for item in book.classes if item.several_units), None)
    if several and len(units) > 1:
        return several
    of_window = book.case_class(case.case_class) if case.state not in BEFORE_DISPATCH else None
    if of_window and of_window.on_the_spot:
        return book.default_class  # what could not be settled on the spot is dispatched like everything else
    if case.case_class or not {"dispatch", "redispatch"} & book.classed_by:
        return case.case_class
    return book.default_class_for(case.kind)


def transfer(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "to")
    return outcome(command, "transferred")


def send_back(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "reason", cites=_cites(law, "send_back"))
    return outcome(command, "sent_back")


def mark(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "marks")
    marks = tuple(sorted(texts(command.facts["marks"])))
    if command.by.role != "supervisor" and not set(marks).isdisjoint(FAILINGS):
        raise NotAllowed("not_your_step", step=command.step, role=command.by.role)
    return outcome(command, facts={"marks": marks}, changes={"marks": case.marks | set(marks)})


def merge(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "into")
    into = str(command.facts["into"])
    if into == case.number:
        raise NotAllowed("merge_into_itself", number=case.number)
    return outcome(command, "merged", changes={"merged_into": into})


def accept(case: Case, command: Command, law: Law) -> Outcome:
    """The decision to take it on, with its class. A class other than the running clocks' moves them."""
    changes: dict[str, Any] = {"officer": command.by.name}
    named = _class(command, law)
    case_class = named or case.case_class or law.rulebook.default_class_for(case.kind)
    if not case_class or not law.rulebook.covers(case.kind):
        return outcome(command, "handling", changes=changes)
    changes["case_class"] = case_class
    runs = reclassified(case, case_class, command.at, law) if case_class != case.case_class else ()
    return outcome(command, "handling", facts={"class": case_class}, changes=changes, runs=runs)


def decline(case: Case, command: Command, law: Law) -> Outcome:
    clause = clause_for(case, command, law)
    need(command, "reason", cites=clause.cites)
    return outcome(command, "declined", facts={"clause": clause.clause, "cites": clause.cites})


def hand_back(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.step("hand_back")
    need(command, "reason", cites=rule.cites if rule else "")
    if "designated" in case.marks:
        raise NotAllowed("designation_binds", cites=rule.cites if rule else "", unit=case.lead_unit)
    times = case.hand_backs + 1
    to = "disputed" if times >= law.read.dispute_after else law.leads("hand_back", case.stream, case.kind)
    changes: dict[str, Any] = {"hand_backs": times, "lead_unit": None, "co_units": (), "officer": "", "pending": {}}
    return outcome(command, to, facts={"unit": case.lead_unit, "times": times}, changes=changes)


def units_named(case: Case, command: Command, law: Law) -> tuple[str, ...]:
    """The units named, each once and by its full name; refused where one is unknown."""
    need(command, "to")
    units = []
    for name in texts(command.facts["to"]):
        unit = law.jurisdiction.unit(name)
        if unit is None:
            raise NotAllowed("unknown_unit", unit=name)
        if unit.central and law.rulebook.scopes and law.rulebook.scopes[0].central_outside:
            raise NotAllowed("central_unit", cites=law.rulebook.scopes[0].cites, unit=unit.name, instead=unit.redirect)
        units.append(unit.name)
    return tuple(dict.fromkeys(units))


def _class(command: Command, law: Law) -> str | None:
    name = command.facts.get("class")
    if name and law.rulebook.case_class(str(name)) is None:
        known = "、".join(item.title for item in law.rulebook.classes)
        raise NotAllowed("unknown_class", case_class=name, known=known)
    return str(name) if name else None


def _cites(law: Law, step: str) -> str:
    rule = law.rulebook.step(step)
    return rule.cites if rule else ""


def texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)  # type: ignore[attr-defined]


DECIDE: dict[str, Decide] = {
    "supplement": supplement,
    "withdraw": withdraw,
    "refuse": refuse,
    "dispatch": dispatch,
    "designate": designate,
    "transfer": transfer,
    "send_back": send_back,
    "mark": mark,
    "merge": merge,
    "accept": accept,
    "decline": decline,
    "hand_back": hand_back,
}

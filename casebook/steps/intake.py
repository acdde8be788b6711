"""Receiving and dispatching (接收、交办、受理): from the filing to the unit that owns it, or the reason why not."""

from __future__ import annotations

from typing import Any

from casebook.case import Case, Command
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.steps.outcome import Decide, Outcome, clause_for, need, outcome


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
    units = _units(case, command, law)
    changes: dict[str, Any] = {"lead_unit": units[0], "co_units": units[1:], "marks": _marks(case, command)}
    if case_class := _class(command, law):
        changes["case_class"] = case_class
    return outcome(command, law.leads(command.step, case.kind), facts={"to": units}, changes=changes)


def designate(case: Case, command: Command, law: Law) -> Outcome:
    if not case.hand_backs:
        raise NotAllowed("nothing_disputed", step=command.step)
    units = _units(case, command, law)
    changes = {"lead_unit": units[0], "co_units": units[1:], "marks": case.marks | {"designated"}}
    return outcome(command, law.leads("designate", case.kind), facts={"to": units}, changes=changes, events=("dispatch",))


def transfer(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "to")
    return outcome(command, "transferred")


def send_back(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "reason")
    return outcome(command, "sent_back")


def mark(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "marks")
    marks = tuple(sorted(_texts(command.facts["marks"])))
    return outcome(command, facts={"marks": marks}, changes={"marks": case.marks | set(marks)})


def merge(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "into")
    into = str(command.facts["into"])
    if into == case.number:
        raise NotAllowed("merge_into_itself", number=case.number)
    return outcome(command, "merged", changes={"merged_into": into})


def accept(case: Case, command: Command, law: Law) -> Outcome:
    changes: dict[str, Any] = {"officer": command.by.name}
    case_class = _class(command, law) or case.case_class or law.rulebook.default_class
    if case_class and law.rulebook.covers(case.kind):
        changes["case_class"] = case_class
    return outcome(command, "handling", facts={"class": case_class}, changes=changes)


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
    to = "disputed" if times >= law.read.dispute_after else law.leads("hand_back", case.kind)
    changes = {"hand_backs": times, "lead_unit": None, "co_units": (), "officer": ""}
    return outcome(command, to, facts={"unit": case.lead_unit, "times": times}, changes=changes)


def archive_as_opinion(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command, "archived")


def _units(case: Case, command: Command, law: Law) -> tuple[str, ...]:
    """The units named, each once and by its full name; refused where one is unknown."""
    need(command, "to")
    units = []
    for name in _texts(command.facts["to"]):
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


def _marks(case: Case, command: Command) -> frozenset[str]:
    return case.marks | {name for name in ("urgent", "unclear") if command.facts.get(name)}


def _texts(value: object) -> tuple[str, ...]:
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
    "archive_as_opinion": archive_as_opinion,
}

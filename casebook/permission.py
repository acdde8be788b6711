"""Who may take which step on which case: roles, own unit, own case, and nobody in his own cause."""

from __future__ import annotations

from collections.abc import Mapping

from casebook.case import Case, Person
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.lifecycle import BY_ITSELF, TABLE
from casebook.rules import StepRule

UNIT_ROLES = frozenset({"officer", "leader"})
# What co-handling units may do besides the lead unit.
CO_UNIT_STEPS = frozenset({"supplement", "contact", "recuse", "investigate"})
# What the persons of a working group may do, of whatever unit.
GROUP_STEPS = frozenset({"supplement", "contact", "recuse", "investigate"})
# What the officer who took the case in may do while it is with no unit yet.
TAKER_STEPS = frozenset({"supplement", "mark", "transfer", "merge"})
# What only the one who filed may do, not those whose cases were merged into the case.
FILER_STEPS = frozenset({"withdraw"})
DISPATCHES = frozenset({"dispatch", "designate"})


def check(case: Case, step: str, by: Person, law: Law) -> None:
    """Raise NotAllowed unless this person may take this step on this case, whatever its state."""
    _check_basis(case, step, law)
    rule = law.rulebook.step(step)
    cites = rule.cites if rule else ""
    roles = frozenset(rule.roles) if rule and rule.roles else TABLE[step].by
    if by.role not in roles:
        raise NotAllowed("not_your_step", cites=cites, step=step, role=by.role)
    if by.role == "citizen" and not _is_concerned(case, step, by):
        raise NotAllowed("not_your_case", number=case.number)
    if is_barred(case, by):
        raise NotAllowed("barred", number=case.number)
    if by.role in UNIT_ROLES:
        _check_unit(case, step, by, law)
    if by.role == "reviewer":
        _check_reviewer(case, by, cites, law)
    if by.role == "inspector":
        _check_inspector(case, by, cites, law)
    if step in DISPATCHES:
        _check_last_word(case, step, by, law)


def _check_last_word(case: Case, step: str, by: Person, law: Law) -> None:
    """Once an objection was upheld and the next unit objects too, those of the centre who are not named for it may
    neither designate nor dispatch; before that both are the dispatchers' alone."""
    rule, named, office = law.rulebook.reserved("designate"), law.jurisdiction.last_word, law.jurisdiction
    if rule is None or "objected" not in case.marks or case.state != "disputed":
        if by.role != "dispatcher":
            raise NotAllowed("not_your_step", step=step, role=by.role)
        return
    staff = (*office.dispatchers, *office.supervisors)
    if named and by.name not in named and (by.name in staff or (by.role == "dispatcher" and not by.name)):
        raise NotAllowed("last_word", cites=rule.cites, step=step, who="、".join(named))


def _check_inspector(case: Case, by: Person, cites: str, law: Law) -> None:
    """Nobody checks his own work; and an inspector's level is that of the unit that leads, where either has one."""
    if by.name and by.name == case.officer:
        raise NotAllowed("own_work", number=case.number, cites=cites)
    levels = law.jurisdiction.inspector_levels
    unit = law.jurisdiction.unit(case.lead_unit or "")
    level, own = unit.level if unit else "", levels.get(by.name)
    if own != level and (own is not None or level in levels.values()):
        raise NotAllowed("not_your_level", number=case.number, cites=cites, level=level or own)


def check_rule(case: Case, rule: StepRule, law: Law) -> None:
    """Raise NotAllowed where the article gives the step no basis for a case of this sort, or not yet."""
    if rule.streams and case.stream not in rule.streams:
        raise NotAllowed("not_for_stream", cites=rule.cites, step=rule.step, stream=case.stream)
    if rule.kinds and case.kind not in rule.kinds:
        raise NotAllowed("not_for_kind", cites=rule.cites, step=rule.step, kind=case.kind)
    if rule.verdicts and case.verdict not in rule.verdicts:
        raise NotAllowed("not_for_verdict", cites=rule.cites, step=rule.step, verdict=case.verdict or "—")
    for before in rule.after:
        if before == "contact" and (case.filing.anonymous or not law.read.contact_before_resolve):
            continue
        if not _taken_here(case, before):
            raise NotAllowed("first_step", cites=rule.cites, step=rule.step, first=before)


def _taken_here(case: Case, step: str) -> bool:
    """Whether the step was taken since the case came to the unit that has it."""
    since = max((entry.seq for entry in case.history if entry.step in DISPATCHES), default=0)
    return any(entry.step == step and entry.seq > since for entry in case.history)


def _is_concerned(case: Case, step: str, by: Person) -> bool:
    """Whether the case is this citizen's; one merged into it has a voice, but cannot withdraw it for the filer."""
    return by.name == case.filing.citizen or (str(by) in case.followers and step not in FILER_STEPS)


def _check_basis(case: Case, step: str, law: Law) -> None:
    """A step that its article gives to marked cases alone has no basis for any other; none has on an erased case."""
    if case.erased:
        raise NotAllowed("erased", number=case.number)
    if step not in TABLE:
        raise NotAllowed("unknown_step", step=step)
    rule = law.rulebook.step(step)
    if not law.has(step) or (rule and rule.marks and case.marks.isdisjoint(rule.marks)):
        raise NotAllowed("no_basis", step=step, rulebook=law.rulebook.title)


def is_barred(case: Case, by: Person) -> bool:
    """Whether the person recused, or is the one complained of (readings A39: nowhere in his own cause)."""
    if by.role not in UNIT_ROLES | {"inspector"}:
        return False
    return str(by) in case.barred or (bool(by.name) and by.name == case.filing.fields.get("staff_name"))


def is_concerned(case: Case, by: Person) -> bool:
    """Whether an officer or leader has to do with the case: by the unit, as one asked for material, or in its group."""
    return by.unit in case.units or by.unit in case.asked or str(by) in case.group


def may_settle_on_the_spot(case: Case, by: Person, law: Law) -> bool:
    """Whether this officer may answer before dispatch or acceptance: the regulation has such a class, and the case is
    at his own unit, or undispatched at the window that took it."""
    if not any(item.on_the_spot for item in law.rulebook.classes):
        return False
    if case.lead_unit is not None:
        return by.unit == case.lead_unit
    unit = law.jurisdiction.unit(by.unit or "")
    return case.history[0].by == by or (unit is not None and unit.kind == "window")


def waits_for(case: Case, by: Person, law: Law) -> bool:
    """Whether an answer, an extension, an appeal, an objection or an archiving waits for this person's word."""
    if by.role == "reviewer":
        return "object" in case.pending or ("appeal" in case.pending and not case.pending["appeal"].get("at_leader"))
    if by.role == "leader":
        return case.state == "in_review" or bool(case.pending.get("appeal", {}).get("at_leader"))
    if by.role == "supervisor":
        return "archive" in case.pending
    rule = law.rulebook.extension("resolution", case.case_class, case.stream)
    return "extend" in case.pending and rule is not None and rule.consent == by.role


def _check_unit(case: Case, step: str, by: Person, law: Law) -> None:
    if step == "resolve" and case.lead_unit is None and may_settle_on_the_spot(case, by, law):
        return
    if step in TAKER_STEPS and case.lead_unit is None and case.history[0].by == by:
        return
    mine = case.units if step in CO_UNIT_STEPS else (case.lead_unit,)
    if step in GROUP_STEPS and str(by) in case.group:
        return
    if step == "give_material":
        mine = case.asked
    if by.unit is None or by.unit not in mine:
        raise NotAllowed("not_your_case", number=case.number)
    if step == "revisit" and by.name and by.name == case.officer:
        raise NotAllowed("own_work", number=case.number)


def _check_reviewer(case: Case, by: Person, cites: str, law: Law) -> None:
    if by.unit is None or not law.jurisdiction.may_review(by.unit, case.lead_unit):
        raise NotAllowed("not_your_case", number=case.number, cites=cites)
    asked = {str(pending.get("by", "")) for pending in case.pending.values() if isinstance(pending, Mapping)}
    if by.name and any(Person.read(person).name == by.name for person in asked if person):
        raise NotAllowed("own_work", number=case.number, cites=cites)


assert set(TABLE) >= BY_ITSELF  # what the desk does by itself stands in the table like everything else

"""Who may take which step on which case: roles, own unit, own case, and nobody in his own cause."""

from __future__ import annotations

from casebook.case import Case, Person
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.lifecycle import TABLE

UNIT_ROLES = frozenset({"officer", "leader"})
# What co-handling units may do besides the lead unit.
CO_UNIT_STEPS = frozenset({"supplement", "contact", "recuse"})
# What only the one who filed may do, not those whose cases were merged into the case.
FILER_STEPS = frozenset({"withdraw"})


def check(case: Case, step: str, by: Person, law: Law) -> None:
    """Raise NotAllowed unless this person may take this step on this case, whatever its state."""
    _check_basis(step, law)
    rule = law.rulebook.step(step)
    roles = frozenset(rule.roles) if rule and rule.roles else TABLE[step].by
    if by.role not in roles:
        raise NotAllowed("not_your_step", cites=rule.cites if rule else "", step=step, role=by.role)
    if by.role == "citizen" and not _is_concerned(case, step, by):
        raise NotAllowed("not_your_case", number=case.number)
    if is_barred(case, by):
        raise NotAllowed("barred", number=case.number)
    if by.role in UNIT_ROLES:
        _check_unit(case, step, by)
    if by.role == "inspector" and by.name and by.name == case.officer:
        raise NotAllowed("own_work", number=case.number, cites=rule.cites if rule else "")


def _is_concerned(case: Case, step: str, by: Person) -> bool:
    """Whether the case is this citizen's; one merged into it has a voice, but cannot withdraw it for the filer."""
    return by.name == case.filing.citizen or (str(by) in case.followers and step not in FILER_STEPS)


def _check_basis(step: str, law: Law) -> None:
    if step not in TABLE:
        raise NotAllowed("unknown_step", step=step)
    if not law.has(step):
        raise NotAllowed("no_basis", step=step, rulebook=law.rulebook.title)


def is_barred(case: Case, by: Person) -> bool:
    """Whether the person recused, or is the one complained of (readings A39: nowhere in his own cause)."""
    if by.role not in UNIT_ROLES | {"inspector"}:
        return False
    return str(by) in case.barred or (bool(by.name) and by.name == case.filing.fields.get("staff_name"))


def _check_unit(case: Case, step: str, by: Person) -> None:
    mine = case.units if step in CO_UNIT_STEPS else (case.lead_unit,)
    if by.unit is None or by.unit not in mine:
        raise NotAllowed("not_your_case", number=case.number)

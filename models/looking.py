"""Opening personal data: by role, on a case of one's own, and never without a record.

One table says who may see what. Identity (name, telephone, identity number, address) of an anonymous or confidential
filer is opened to the centre alone. Who recused, or is the one complained of, sees nothing (`permission.is_barred`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casebook.case import Case, Person
from casebook.errors import NotAllowed
from casebook.masking import masked_text
from casebook.permission import UNIT_ROLES, is_barred, is_concerned
from models.store import Store
from models.unit import Unit

WHAT = ("identity", "matter", "evidence", "answer")
# Who checks or reviews the work needs the matter, not the person.
SEES: dict[str, frozenset[str]] = {
    "citizen": frozenset(WHAT),
    "dispatcher": frozenset(WHAT),
    "supervisor": frozenset(WHAT),
    "officer": frozenset(WHAT),
    "leader": frozenset(WHAT),
    "inspector": frozenset({"matter", "evidence", "answer"}),
    "reviewer": frozenset({"matter", "evidence", "answer"}),
}
# Who was asked for material, or sits in a working group, needs the matter and nothing of the person.
LENT = frozenset({"matter", "evidence"})
CENTRE = frozenset({"dispatcher", "supervisor"})
IDENTITY = ("name", "phone", "id_number", "address")
MATTER = ("kind", "text", "request", "respondent", "organisation_filing", "channel")
# What the reader found in the text that says who the filer is.
TELLING = frozenset({*IDENTITY, "id_number_valid"})


def may_see(case: Case, by: Person) -> frozenset[str]:
    """What of this case this person may see: some of `WHAT`, or nothing."""
    if not by.name or is_barred(case, by) or not _is_his(case, by):
        return frozenset()
    seen = SEES.get(by.role, frozenset()) if by.role not in UNIT_ROLES or by.unit in case.units else LENT
    return seen - {"identity"} if _hides(case, by) else seen


def open_private(unit: Unit, case: Case, by: Person, what: str, reason: str, at: datetime) -> dict[str, Any]:
    """The personal data asked for, and a record of the look in the same transaction. Raises NotAllowed.

    `what` is one of `WHAT`. Callers at a door take `look`, which records refusals too.
    """
    if what not in WHAT:
        raise ValueError(f"nothing is called {what!r}; there are {', '.join(WHAT)}")
    if what not in may_see(case, by):
        raise NotAllowed("barred" if is_barred(case, by) else "may_not_see", number=case.number, what=what)
    unit.looked(case.number, str(by), what, reason, at)
    return _opened(case, what, "identity" in may_see(case, by))


def look(store: Store, number: str, by: Person, what: str, reason: str, at: datetime) -> dict[str, Any]:
    """`open_private` in a transaction of its own. A refusal is recorded, then raised."""
    try:
        return store.write(lambda unit: open_private(unit, unit.load(number), by, what, reason, at))
    except NotAllowed:
        store.write(lambda unit: unit.looked(number, str(by), f"refused: {what}", reason, at))
        raise


def _is_his(case: Case, by: Person) -> bool:
    if by.role == "citizen":
        return by.name == case.filing.citizen
    return by.role not in UNIT_ROLES or is_concerned(case, by)


def _hides(case: Case, by: Person) -> bool:
    hidden = case.filing.anonymous or case.filing.confidential
    return hidden and by.role not in CENTRE and by.role != "citizen"


def _opened(case: Case, what: str, with_identity: bool) -> dict[str, Any]:
    filing = case.filing
    if what == "identity":
        return {name: getattr(filing, name) for name in IDENTITY}
    if what == "evidence":
        added = [entry.private.get("evidence", ()) for entry in case.history if entry.step != "file"]
        return {"evidence": (*filing.evidence, *(name for names in added for name in _names(names)))}
    if what == "answer":
        return dict(next((entry.private for entry in reversed(case.history) if entry.step == "resolve"), {}))
    fields = {name: value for name, value in filing.fields.items() if with_identity or name not in TELLING}
    texts = {name: getattr(filing, name) for name in MATTER}
    if not with_identity:
        texts = {name: masked_text(text, filing) for name, text in texts.items()}
    return {**texts, "fields": fields}


def _names(names: Any) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)

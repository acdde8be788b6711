"""Who is meant: the addresses of a case's people and rooms, and the notices made out to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from casebook.case import Case, Entry, Person
from casebook.facts import Told, case_facts
from casebook.law import Law
from casebook.redact import redact_text
from casebook.terms import ROLES


def called(to: str) -> str:
    """An address as people call it: the unit, the role, or the person with unit and role."""
    person = Person.read(to)
    if person.role == "unit":
        return person.name
    return f"{person.unit or ''}{ROLES.get(person.role.removesuffix('s'), person.role)}{person.name}"


# What somebody without a chat is told by telephone; the rest they were told when they came, or need not be called for.
BY_PHONE = frozenset(
    {"refused", "redirected", "acceptance_notice", "decline_notice", "extension_notice", "answer", "rework_notice"}
) | {"merged_notice", "terminated_notice", "archived_notice"}
# Steps that move a promised date and say so as progress.
MOVING = frozenset({"reclassify", "limit", "recount"})


def citizens(case: Case) -> tuple[str, ...]:
    """Everybody who asked: the filer and those whose cases were merged into this one. Who has no chat and left a number
    or a place is addressed by the case: nothing can be sent there, so people call."""
    filing = case.filing
    who = filing.citizen or (case.number if filing.phone or filing.address else "")
    filer = (f"citizen:{who}",) if who else ()
    return filer + tuple(follower for follower in case.followers if follower not in filer)


def has_chat(citizen: str) -> bool:
    """Whether an address of `citizens` is a person's own, and not the case's."""
    return "-" not in citizen


def unit_of(case: Case) -> str:
    return f"unit:{case.lead_unit}" if case.lead_unit else ""


def leader_of(case: Case, law: Law) -> str:
    """The 主管领导 of the unit that leads; its room where no leader is named."""
    unit = law.jurisdiction.unit(case.lead_unit or "")
    return f"leader:{unit.leader}@{unit.name}" if unit and unit.leader else unit_of(case)


def reviewer_of(unit: str | None, law: Law) -> str:
    return f"reviewer:{law.jurisdiction.reviewer_of(unit)}" if unit else ""


def consenting(case: Case, law: Law) -> str:
    """The room of those whose consent an extension of this case needs; "" where it needs none."""
    rule = law.rulebook.extension("resolution", case.case_class, case.stream)
    return f"{rule.consent}s" if rule and rule.consent else ""


def source_of(case: Case) -> str:
    """The system that handed the case over: by name where one filed it, else by channel."""
    filer = case.history[0].by
    return f"system:{filer.name}" if filer.role == "system" and filer.name else f"system:{case.filing.channel}"


def to_citizens(case: Case, entry: Entry, law: Law, message: str, **more: Any) -> Iterator[Told]:
    """One notice to each of the citizens. `private` may bring further words that are sealed."""
    facts, private = case_facts(case, law)
    if message == "progress" and facts.get("due") and datetime.fromisoformat(facts["due"]) < entry.at:
        facts = {**facts, "due": None}  # a date that is past is no promise
    words = {**private, **entry.private, **more.pop("private", {})}
    words.pop("filing", None)
    by_phone = message in BY_PHONE or (message == "progress" and entry.step in MOVING)
    for citizen in citizens(case):
        if not has_chat(citizen) and not by_phone:
            continue
        yield Told(citizen, message, {**facts, **more}, words)


def to_staff(case: Case, entry: Entry, law: Law, to: str, message: str, /, **more: Any) -> Told:
    """One notice to a room or a person of the staff."""
    facts, private = case_facts(case, law)
    written = {**{key: value for key, value in entry.private.items() if key != "filing"}, **more.pop("private", {})}
    return Told(to, message, {**facts, **more}, {**private, **_covered(written, case)})


def _covered(words: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """What somebody wrote, fit for a group: telephone and identity numbers and the citizen's name covered."""
    name = case.filing.name
    return {key: redact_text(value, name) if isinstance(value, str) else value for key, value in words.items()}

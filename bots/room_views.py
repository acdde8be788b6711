"""The cases of a room as its people may see them: who may see which, overviews, searches, and what an answer lacks.

A person on leave is stood in for: the stand-in sees and does, in their own name, what the other's role allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bots.officer import OfficerView
from bots.views import room_case
from casebook.answering import Fault, check
from casebook.case import Case, Person
from casebook.desk import Desk
from casebook.lifecycle import BEFORE_DISPATCH
from casebook.likeness import likeness
from casebook.permission import UNIT_ROLES, is_barred, is_concerned
from casebook.staff import personas
from casebook.terms import FINAL, STATES

OPEN = tuple(state for state in STATES if state not in FINAL)
# What each central room has to look after; a unit's room has the unit's own cases.
LOOKED_AFTER = {
    "dispatchers": ("screening", "awaiting_dispatch", "disputed", "answered"),
    "inspectors": ("in_check", "answered"),
    "supervisors": OPEN,
}
WAITS_FOR = {"leader": ("in_review",), "inspector": ("in_check",)}
MOST_LISTED, MOST_OPEN, MOST_LOOKED_THROUGH, MOST_FOUND = 500, 50, 500, 30
# A similar case shares at least this much of its words.
SIMILAR, MOST_SIMILAR = 0.12, 3
IDENTITY_ROLES = frozenset({"dispatcher", "supervisor", "officer", "leader"})
CENTRE = frozenset({"dispatcher", "supervisor"})
# What nobody does for somebody else on work of his own.
CHECKS = frozenset({"approve", "reject", "pass_check", "fail_check", "uphold", "dismiss"})


class RoomViews:
    """Looks cases up for a person in a room."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def personas(self, unit: Any, person: Person, at: datetime) -> tuple[Person, ...]:
        """The person, and whoever they stand in for: that role, their own name."""
        return personas(person, unit.stands_in_for(str(person), at), self._desk.law.jurisdiction)

    def sees(self, case: Case, personas: Sequence[Person]) -> bool:
        """An officer the unit's own, a reviewer those under it, the centre all; nobody who is barred from the case."""
        return any(self._sees(case, each) for each in personas)

    def _sees(self, case: Case, person: Person) -> bool:
        if is_barred(case, person):
            return False
        if person.role == "reviewer":
            return self._desk.law.jurisdiction.may_review(person.unit or "", case.lead_unit)
        return person.unit is None or is_concerned(case, person)

    def actor(self, case: Case, step: str, personas: Sequence[Person], at: datetime) -> Person:
        """Who of these takes the step: the first to whom it is open, the person as such if it is open to none."""
        for each in personas:
            stands_in = each != personas[0]
            if stands_in and step in CHECKS and case.officer == each.name:
                continue
            if step in self._desk.allowed(case, each, at):
                return each
        return personas[0]

    def view(self, unit: Any, case: Case, personas: Sequence[Person], at: datetime) -> OfficerView:
        """The case with everything that the person may do with it now, in whosoever's place."""
        seen = [room_case(case, self._desk, each, at) for each in personas]
        allowed = tuple(dict.fromkeys(step for each in seen for step in each.allowed))
        identity = any(may_open(case, each) and self._sees(case, each) for each in personas)
        similar = self._similar(unit, case) if {"dispatch", "designate"} & set(allowed) else ()
        return replace(
            seen[0], allowed=allowed, identity=identity, path=path_of(case), hand_backs=case.hand_backs, similar=similar
        )

    def views(self, unit: Any, numbers: Iterable[str], personas: Sequence[Person], at: datetime) -> list[OfficerView]:
        """The cases of those numbers that this person may see."""
        found = (unit.find(number) for number in numbers)
        return [self.view(unit, case, personas, at) for case in found if case and self.sees(case, personas)]

    def listed(
        self, unit: Any, address: str, personas: Sequence[Person], at: datetime, *, steps: bool = False
    ) -> tuple[OfficerView, ...]:
        """The room's open cases: those handed back first where they are dispatched, then the most pressing.

        With `steps` what may be done with each is looked up too, for the most pressing alone.
        """
        person = personas[0]
        central = LOOKED_AFTER.get(address) or LOOKED_AFTER.get(f"{person.role}s", OPEN)
        asked = {(each.unit, OPEN if each.unit else central) for each in personas}
        most = MOST_OPEN if steps else MOST_LISTED
        found = [case for own, states in asked for case in unit.pressing(states, own, most)]
        cases = [case for case in {each.number: each for each in found}.values() if self.sees(case, personas)]
        shown = [self._brief(unit.find(case.number), personas, at) if steps else self._line(case, at) for case in cases]
        latest = datetime.max.replace(tzinfo=at.tzinfo)
        return tuple(
            sorted(
                shown,
                key=lambda view: (not _waits_for(view, person), view.due or latest, view.filed or latest),
            )
        )

    def _line(self, case: Case, at: datetime) -> OfficerView:
        return replace(room_case(case, self._desk, None, at), hand_backs=case.hand_backs)

    def _brief(self, case: Case, personas: Sequence[Person], at: datetime) -> OfficerView:
        seen = [room_case(case, self._desk, each, at) for each in personas]
        allowed = tuple(dict.fromkeys(step for each in seen for step in each.allowed))
        return replace(seen[0], allowed=allowed, hand_backs=case.hand_backs)

    def found(self, unit: Any, word: str, personas: Sequence[Person], at: datetime) -> tuple[OfficerView, ...]:
        """The cases the person may see that hold the word where it may be seen."""
        hits: dict[str, Case] = {}
        for own in {each.unit for each in personas}:
            for case in unit.recent(own, MOST_LOOKED_THROUGH):
                if self.sees(case, personas) and word.lower() in self._haystack(case):
                    hits[case.number] = case
        newest = sorted(hits.values(), key=lambda case: case.filed, reverse=True)[:MOST_FOUND]
        return tuple(self._brief(case, personas[:1], at) for case in newest)

    def _haystack(self, case: Case) -> str:
        shown = room_case(case, self._desk, None, case.filed)
        words = (case.number, shown.matter, shown.respondent, shown.request, shown.class_title, case.lead_unit or "")
        return "\n".join((*words, STATES.get(case.state, ""))).lower()

    def _similar(self, unit: Any, case: Case) -> tuple[tuple[str, str], ...]:
        """Earlier cases like this one that a unit took: their numbers and units, nothing else."""
        recent = unit.recent(None, MOST_LOOKED_THROUGH)
        others = [each for each in recent if each.lead_unit and each.number != case.number]
        alike = [(likeness(case.filing.text, each.filing.text), each.number, each.lead_unit or "") for each in others]
        ranked = sorted((each for each in alike if each[0] >= SIMILAR), reverse=True)[:MOST_SIMILAR]
        return tuple((number, unit) for _, number, unit in ranked)

    def check(self, unit: Any, case: Case, step: str, given: Mapping[str, Any], at: datetime) -> Sequence[Fault]:
        """What the words of this step still lack, or should not say."""
        return check(unit, case, step, given, self._desk.law, at)


def _waits_for(view: OfficerView, person: Person) -> bool:
    """What nobody else can bring on: an answer to look at, and where cases are dispatched one that was handed back."""
    if view.state in WAITS_FOR.get(person.role, ()):
        return True
    return not person.unit and view.hand_backs > 0 and view.state in BEFORE_DISPATCH


def may_open(case: Case, person: Person) -> bool:
    """Whether who filed it may be opened to this person at all; the page that opens it asks `models.looking` again."""
    if person.role not in IDENTITY_ROLES:
        return False
    hidden = case.filing.anonymous or case.filing.confidential
    return person.role in CENTRE or (person.unit in case.units and person.role in UNIT_ROLES and not hidden)


def path_of(case: Case) -> tuple[tuple[str, str], ...]:
    """Where the case has been: each unit with why it handed the case back, the present one without."""
    stations: list[tuple[str, str]] = []
    unit = ""
    for entry in case.history:
        unit = str(entry.changes.get("lead_unit") or unit)
        if entry.step == "hand_back":
            stations.append(
                (entry.by.unit or unit, str(entry.private.get("reason") or entry.facts.get("reason") or "—"))
            )
    return (*stations, *(((case.lead_unit, ""),) if case.lead_unit else ()))

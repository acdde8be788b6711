"""Cases as the conversations may see them: the citizen's own, and the masked one that stands in a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bots.officer.room import OfficerView
from bots.talk import CaseView
from casebook.case import Case, Person
from casebook.desk import Desk
from casebook.facts import current, lacking_papers, masked_name, quarantined, shown_matter, words_for_units
from casebook.law import Law
from casebook.masking import masked_text
from casebook.permission import UNIT_ROLES
from casebook.redact import redact_text
from casebook.rulebook import Clause, StepRule
from casebook.steps.handling import ANSWER_FIELDS
from casebook.terms import CLOCKS, FINAL, MARKS, STEPS

WITH_CLAUSE = ("refuse", "decline", "terminate")
# The steps that bring a case on, as far as its citizen is concerned.
MOVES = frozenset({"dispatch", "designate", "accept", "hand_back", "contact", "extend", "resolve", "supervise"})
CONCLUDED = FINAL | {"answered"}


def own_case(case: Case, desk: Desk, citizen: str, at: datetime) -> CaseView:
    """One of the citizen's own cases."""
    run = current(case)
    steps = frozenset(desk.allowed(case, Person("citizen", citizen), at))
    if is_rated(case):
        steps -= {"rate"}
    return CaseView(
        number=case.number,
        state=case.state,
        kind=case.kind,
        summary=case.filing.text,
        lead_unit=case.lead_unit or "",
        filed=case.filed,
        due=run.due if run else None,
        provisional=run.provisional if run else False,
        answer=answer_of(case),
        score=case.score,
        steps=steps,
        open=case.state not in CONCLUDED,
        claims_contact=case.answers > 0 or any(entry.step == "contact" for entry in case.history),
        moves=tuple((entry.at, STEPS[entry.step]) for entry in case.history if entry.step in MOVES),
    )


def is_rated(case: Case) -> bool:
    """Whether the citizen has rated the last answer, or there is none to rate."""
    if not case.answers:
        return True
    last = next((entry.step for entry in reversed(case.history) if entry.step in ("rate", "resolve")), "")
    return last == "rate"


def answer_of(case: Case) -> str:
    """What the citizen was last answered; "" before the first answer."""
    if not case.answers:
        return ""
    given = next((entry.private for entry in reversed(case.history) if entry.step == "resolve"), {})
    return "；".join(str(given[name]).strip().rstrip("。；") for name in ANSWER_FIELDS if given.get(name))


def room_case(case: Case, desk: Desk, person: Person | None, at: datetime) -> OfficerView:
    """The case for a group: nothing personal, and what this person may do with it now."""
    law, run = desk.law, current(case)
    answer, case_class = law.rulebook.answer(case.kind), law.rulebook.case_class(case.case_class)
    proposal = case.filing.proposal
    name = case.filing.name
    return OfficerView(
        number=case.number,
        kind=case.kind,
        state=case.state,
        matter=shown_matter(case, law),
        whole=_whole(case, law),
        hidden=quarantined(case, law) is not None,
        answer=_answered(case) if person is None or _handles(case, person) else (),
        lacking=tuple(demand.title for demand in lacking_papers(case, law)) if case.state not in FINAL else (),
        masked=masked_name(case.filing),
        respondent="" if quarantined(case, law) else redact_text(case.filing.respondent, name),
        request="" if quarantined(case, law) else redact_text(case.filing.request, name),
        class_title=case_class.title if case_class else "",
        lead_unit=case.lead_unit or "",
        clock=CLOCKS.get(run.clock, run.clock) if run else "",
        due=run.due if run else None,
        filed=case.filed,
        provisional=run.provisional if run else False,
        allowed=desk.allowed(case, person, at) if person else (),
        classes=_classes(law, case),
        clauses={step: _clauses(law, case, step) for step in WITH_CLAUSE},
        must=(*answer.must, *answer.asked),
        criteria=_listed(law, "fail_check").criteria,
        grounds=_listed(law, "appeal").grounds,
        needs_verdict=answer.verdict,
        proposal=tuple((str(unit), float(chance)) for unit, chance in proposal.get("departments", ())),
        why=words_for_units(case, law),
        score=case.score,
        evidence=len(case.filing.evidence),
        group=tuple(f"{each.unit}{each.name}" for each in map(Person.read, case.group)),
        asked=tuple((unit, f"{datetime.fromisoformat(day):%m月%d日}") for unit, day in _material(case)),
        marks=tuple(MARKS[mark] for mark in sorted(case.marks) if mark in MARKS),
    )


def _whole(case: Case, law: Law) -> str:
    """All that was written, covered; "" where the card's two lines are all, or none of it may stand in a group."""
    filing = case.filing
    parts = [masked_text(text.strip(), filing) for text in (filing.text, filing.request) if text.strip()]
    whole = "\n".join(dict.fromkeys(parts))
    return "" if quarantined(case, law) or whole == shown_matter(case, law) else whole


def _handles(case: Case, person: Person) -> bool:
    """Whether more than the matter is the person's to read: not where material was asked for, or in a group alone."""
    return person.role not in UNIT_ROLES or person.unit in case.units


def _answered(case: Case) -> tuple[tuple[str, str], ...]:
    """The last answer's paragraphs, as they may stand in a group."""
    last = next((entry.private for entry in reversed(case.history) if entry.step == "resolve"), {})
    return tuple((name, masked_text(str(last[name]), case.filing)) for name in ANSWER_FIELDS if last.get(name))


def _material(case: Case) -> Iterable[tuple[str, str]]:
    waiting: Mapping[str, str] = case.pending.get("material", {})
    return waiting.items()


def _listed(law: Law, step: str) -> StepRule:
    return law.rulebook.step(step) or StepRule(step)


def _classes(law: Law, case: Case) -> tuple[tuple[str, str], ...]:
    """The classes of the rulebook, the default one first: it is what one tap means."""
    if not law.rulebook.covers(case.kind):
        return ()
    chosen = case.case_class or law.rulebook.default_class
    classes = sorted(law.rulebook.classes, key=lambda item: item.name != chosen)
    return tuple((item.name, item.title) for item in classes)


def _clauses(law: Law, case: Case, step: str) -> tuple[tuple[str, str], ...]:
    fitting = [clause for clause in law.rulebook.clauses if step in clause.steps and _fits(clause, case)]
    return tuple((clause.clause, f"{clause.cites} {clause.words}") for clause in fitting)


def _fits(clause: Clause, case: Case) -> bool:
    return not clause.kinds or case.kind in clause.kinds

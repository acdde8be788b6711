"""Which timers a case wants now. Pure: asked again after every step, the answer replaces the last one.

A reminder never starts or stops a clock. Keys carry the due moment, so that a clock that moves drops its old timers
and gets new ones, and the same reminder can never be set twice. Reminders wait for office hours, which end with the
minute of the close: what falls due then is told then. What is urgent is told at its moment, whatever the hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from casebook.addressing import citizens, has_chat, leader_of, reviewer_of, unit_of
from casebook.case import Case, ClockRun, Entry, Notice, Timer
from casebook.clocks import rule_of
from casebook.facts import case_facts, part
from casebook.issued import ORDERS
from casebook.law import Law
from casebook.terms import CLOCKS
from casebook.waiting import last_taken, stands_since, undecided
from casebook.wording import sentences

AHEAD = {"first_contact": "contact_due", "rectification": "rectification_due", "revisit": "revisit_due"}
# Timers that take a step in the clock's name.
STEPS = frozenset({"step:urge", "step:lapse", "step:accept"})
# What is asked for within a window of time.
ASKED_IN = {"rating_appeal": "appeal", "responsibility": "object"}
# A step that the law takes at its moment waits for nobody's office hours.
AT_ONCE = frozenset({"step:lapse", "step:accept"})
STALE = frozenset({"due_soon", *AHEAD.values()})  # pointless once the moment itself is past
ONE_MINUTE = timedelta(minutes=1)


def wanted(case: Case, law: Law) -> tuple[Timer, ...]:
    """All the timers of the case as it is."""
    timers = (
        *_for_clocks(case, law),
        *_for_survey(case, law),
        *undecided(case, law),
        *_for_material(case, law),
    )
    urgent = "urgent" in case.marks
    return tuple(replace(timer, urgent=True) if urgent or timer.what in AT_ONCE else timer for timer in timers)


def _was_urgent(case: Case, at: datetime) -> bool:
    """Whether the case is urgent and was at that moment: a mark set later brings no reminder of the past."""
    marked = (entry.at for entry in case.history if "urgent" in entry.changes.get("marks", ()))
    return "urgent" in case.marks and next(marked, case.filed) <= at


def notice(case: Case, timer: Timer, at: datetime, law: Law, *, latest: bool = False) -> Notice | None:
    """The message of a timer that fires at `at`; None where it has become pointless. `latest`: the caller knows that
    no later reminder of the same limit is due, and the case may come without its history."""
    run = case.run(timer.clock, timer.round) if timer.clock else None
    if run is not None and timer.what in STALE and at > run.due:
        return None
    if run is not None and timer.what in STALE and not latest and _is_superseded(case, timer, at, law):
        return None
    facts, private = case_facts(case, law)
    facts.update(timer.facts)
    if run is not None:
        facts.update(_of_run(run))
    if case.lead_unit is None and timer.what == "overdue_escalation":
        facts["variant"] = "body"
    return Notice(timer.key, timer.to, timer.what, at, case.number, facts, private)


def _is_superseded(case: Case, timer: Timer, at: datetime, law: Law) -> bool:
    """Whether a later reminder of the same limit to the same people is due by `at` too: one is enough."""
    return any(
        (other.what, other.to, other.clock, other.round) == (timer.what, timer.to, timer.clock, timer.round)
        and timer.at < other.at <= at
        for other in wanted(case, law)
    )


def _of_run(run: ClockRun) -> dict[str, Any]:
    return {
        "due": run.due.isoformat(),
        "clock": run.clock,
        "clock_title": sentences()["target"].get(run.clock, CLOCKS.get(run.clock)) if run.target else CLOCKS[run.clock],
        "cites": run.cites,
    }


def _for_clocks(case: Case, law: Law) -> Iterator[Timer]:
    for run in case.running:
        if _is_unused_window(run, case, law):
            facts = {"clock": run.clock}
            yield replace(_timer(case, run, "step:lapse", "", run.due), facts=facts)
        elif keeper := _keeper(run, case, law):
            yield from _before_due(run, keeper, case, law)
            if is_minded(run, case, law):
                yield from _after_due(run, keeper, case, law)


def _before_due(run: ClockRun, keeper: str, case: Case, law: Law) -> Iterator[Timer]:
    known = _known_since(case, run)
    for moment in _ahead(run, known, case, law):
        yield _timer(case, run, AHEAD.get(run.clock, "due_soon"), keeper, moment)
    if law.read.urge_before and run.clock == "resolution" and case.lead_unit:
        at = _opening_before(run.due, law.read.urge_before, law)
        if at > known:
            yield replace(_timer(case, run, "step:urge", "", at), facts={"auto": True})


def _after_due(run: ClockRun, keeper: str, case: Case, law: Law) -> Iterator[Timer]:
    if run.clock == "acceptance" and law.read.deemed_accept_on_lapse:
        yield _timer(case, run, "step:accept", "", run.due + ONE_MINUTE)
    late = _told_late(run.due, case, law)
    if case.state == "in_review" and late < stands_since(case):
        keeper = unit_of(case)  # told then; the leader hears of it with what is to be approved
    for to in (keeper, "supervisors"):
        yield _timer(case, run, "overdue", to, late)
    for to in _above(case, run, law):
        # Whoever was given the case when it was late already has as long as all others before a leader hears of it.
        since = max(late, last_taken(case, ORDERS) or late) if to.startswith("leader:") else late
        yield _timer(case, run, "overdue_escalation", to, _opening_after(since, law.read.escalate_days, law))


def _told_late(due: datetime, case: Case, law: Law) -> datetime:
    """The very moment a limit ends, the close of business too; at night and on days off when the office opens next."""
    calendar = law.calendar
    at_once = _was_urgent(case, due) or calendar.in_office_hours(due - ONE_MINUTE)
    return due if at_once else calendar.next_opening(due)


def _keeper(run: ClockRun, case: Case, law: Law) -> str:
    """Who is reminded of a clock: those in whose hands it lies now."""
    if run.clock in ASKED_IN and ASKED_IN[run.clock] in case.pending:
        return reviewer_of(case.lead_unit, law)
    if run.holder == "unit" and case.state == "in_review":
        return leader_of(case, law)
    return {"body": "dispatchers", "inspector": "inspectors"}.get(run.holder) or unit_of(case) or "dispatchers"


def is_minded(run: ClockRun, case: Case, law: Law) -> bool:
    """Whether lateness in it counts now: a limit of the law, not a window nobody used, nor one an appeal suspends."""
    return not run.target and not _is_unused_window(run, case, law) and not _is_suspended(run, case, law)


def _is_unused_window(run: ClockRun, case: Case, law: Law) -> bool:
    """Whether the run is only a time in which something may be asked for, and nobody has."""
    rule = rule_of(run, case, law)
    return rule is not None and rule.window and ASKED_IN.get(run.clock) not in case.pending


def _is_suspended(run: ClockRun, case: Case, law: Law) -> bool:
    """While an appeal is looked at, nobody is told that the answer is late (readings A20)."""
    return law.read.appeal_suspends and case.state == "under_appeal" and run.clock == "resolution"


def _above(case: Case, run: ClockRun, law: Law) -> Iterator[str]:
    unit = law.jurisdiction.unit(case.lead_unit or "")
    if run.holder == "unit" and unit and unit.leader:
        yield f"leader:{unit.leader}@{unit.name}"
    yield "supervisors"


def _known_since(case: Case, run: ClockRun) -> datetime:
    """When the run got the due moment it has, and came to whoever keeps it: none is reminded at a time before that."""
    moved = (each.at for each in case.history if any((one.key, one.due) == (run.key, run.due) for one in each.clocks))
    known = next(moved, run.started)
    if run.holder != "unit":
        return known
    handed = stands_since(case) if case.state == "in_review" else last_taken(case, ORDERS | {"reject"})
    return max(known, handed or known)


def _ahead(run: ClockRun, known: datetime, case: Case, law: Law) -> Iterator[datetime]:
    """Opening time so many working days before the due day; long terms are reminded more than once, urgent cases
    earlier, and a term too short for either on the due day itself."""
    if run.hours:
        moments = [_hours_ahead(run, case, law)]
    else:
        long = (run.working_days or 0) > law.read.long_term
        days = law.read.remind_days_long if long else law.read.remind_days
        earliest = _opening_before(run.due, 2 * max(days, default=1), law)
        moments = [earliest] if _was_urgent(case, earliest) else []
        moments = [*moments, *(_opening_before(run.due, lead, law) for lead in days)] if not run.target else []
    fitting = [moment for moment in moments if moment > known]
    if not fitting and run.working_days:
        fitting = [moment for moment in [_opening_before(run.due, 0, law)] if moment > known]
    yield from dict.fromkeys(fitting)


def _hours_ahead(run: ClockRun, case: Case, law: Law) -> datetime:
    """A quarter of the hours before they end; not at night, unless urgent: an hour before the office closed last."""
    moment = run.due - timedelta(hours=run.hours or 0) / 4
    if _was_urgent(case, moment) or law.calendar.in_office_hours(moment):
        return moment
    day = law.calendar.last_working_day_on_or_before(moment.date())
    closing = datetime.combine(day, law.jurisdiction.closes, moment.tzinfo)
    if closing > moment:
        day = law.calendar.last_working_day_on_or_before(day - timedelta(days=1))
        closing = datetime.combine(day, law.jurisdiction.closes, moment.tzinfo)
    return closing - timedelta(hours=1)


def _opening_before(due: datetime, days: int, law: Law) -> datetime:
    day = due.date()
    while days:
        day -= timedelta(days=1)
        days -= law.calendar.is_working(day)
    return datetime.combine(day, law.jurisdiction.opens, due.tzinfo)


def _opening_after(moment: datetime, days: int, law: Law) -> datetime:
    day = moment.date()
    while days:
        day += timedelta(days=1)
        days -= law.calendar.is_working(day)
    return datetime.combine(day, law.jurisdiction.opens, moment.tzinfo)


def _timer(case: Case, run: ClockRun, what: str, to: str, at: datetime) -> Timer:
    key = f"{case.number}/{run.clock}/{run.round}/{run.due:%Y%m%d%H%M}/{what}/{at:%Y%m%d%H%M}/{to}"
    return Timer(key, case.number, at, what, to, run.clock, run.round)


def _for_survey(case: Case, law: Law) -> Iterator[Timer]:
    """After the answer: one reminder to the citizen, then a revisit by whoever the rulebook names."""
    if case.state != "answered":
        return
    answer = _answered_by(case)
    if any(entry.step in ("rate", "revisit") for entry in case.history[answer.seq :]):
        return
    since, number = answer.at, f"{case.number}/{case.answers}"
    for citizen in filter(has_chat, citizens(case)):
        at = _opening_after(since, law.read.survey_reminder_days, law)
        yield Timer(f"{number}/survey_reminder/{citizen}", case.number, at, "survey_reminder", citizen)
    rule = law.rulebook.revisit
    if rule and rule.target_days and not case.run("revisit"):
        to = unit_of(case) if rule.who == "unit" else "dispatchers"
        due = law.calendar.add_working_days(since, rule.target_days)
        at = _opening_before(due, 1, law)
        facts = {"due": due.isoformat()}
        yield Timer(f"{number}/revisit_due/{to}", case.number, at, "revisit_due", to, facts=facts)


def _answered_by(case: Case) -> Entry:
    """The entry that last brought the answer to the citizen."""
    before = [None, *(entry.state for entry in case.history)]
    arrived = [entry for entry, was in zip(case.history, before, strict=False) if was != entry.state == "answered"]
    return arrived[-1] if arrived else case.history[-1]


def _for_material(case: Case, law: Law) -> Iterator[Timer]:
    """A unit asked for material is reminded on the morning of its day; once that has passed in vain, those who asked
    and the dispatchers hear of it."""
    for unit, until in case.pending.get("material", {}).items():
        due = datetime.fromisoformat(until)
        asked = max(entry.at for entry in case.history if unit in entry.facts.get("to", ()))
        facts = {"due": until, "clock_title": part("material_clock"), "asked_unit": unit}
        key = f"{case.number}/material/{unit}/{due:%Y%m%d%H%M}"
        morning = _opening_before(due, 0, law)
        if morning > asked:
            yield Timer(f"{key}/due", case.number, morning, "material_due", f"unit:{unit}", facts=facts)
        late = law.calendar.next_opening(due + ONE_MINUTE)
        for to in (unit_of(case), "dispatchers"):
            more = {**facts, "variant": "late"}
            yield Timer(f"{key}/late/{to}", case.number, late, "material_due", to, facts=more)

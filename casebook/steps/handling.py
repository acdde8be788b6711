"""Handling (办理): contact, extension, class, answer, and those who must keep away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from casebook.case import Case, ClockRun, Command
from casebook.clocks import reclassified
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.permission import may_settle_on_the_spot
from casebook.rules import Answer, Extension
from casebook.steps.outcome import Decide, Outcome, need, outcome
from casebook.terms import VERDICTS

PLANNED = "planned"
FOUND_TRUE = frozenset({"substantiated", "partly"})
NOTHING_TO_DO = "无需整改"
ANSWER_FIELDS = ("findings", "process", "measures", "results", "key_points", "basis")


def contact(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command)


def extend(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.extension("resolution", case.case_class, case.stream)
    any_rule = law.rulebook.extensions[0] if law.rulebook.extensions else None
    run = case.run("resolution")
    if rule is None or run is None or not run.running:
        raise NotAllowed("no_clock_to_extend", cites=any_rule.cites if any_rule else "", step=command.step)
    need(command, "reason", cites=rule.cites)
    if law.read.extension_before_due and command.at > run.due:
        raise NotAllowed("extension_too_late", cites=rule.cites, due=run.due)
    moved = _moved(run, command, rule, law)
    until = {"until": moved.due.isoformat()}
    if rule.consent:
        asked = {**until, "days": moved.working_days}
        return outcome(command, changes={"pending": {**case.pending, "extend": asked}}, facts={**until, "asked": True})
    return outcome(command, runs=(moved,), facts=until)


def _moved(run: ClockRun, command: Command, rule: Extension, law: Law) -> ClockRun:
    """The run with its new due moment: a date or moment (`until`), or so many more working days (`days`)."""
    until, days = command.facts.get("until"), command.facts.get("days")
    if until is None and not days:
        raise NotAllowed("needs_until", cites=rule.cites)
    if until is not None:
        due = moment_of(until, run.started, law)
        total = law.calendar.working_days_between(run.started, due)
    else:
        total = law.calendar.working_days_between(run.started, run.due) + int(days or 0)
        due = law.calendar.add_working_days(run.started, total)
    if due <= run.due:
        raise NotAllowed("extension_not_later", cites=rule.cites, due=run.due)
    if run.ceiling is not None and due > run.ceiling:
        raise NotAllowed("extension_too_long", cites=rule.cites, ceiling=run.ceiling, most=rule.most)
    _, provisional = law.calendar.due(run.started, total)
    return replace(run, due=due, working_days=total, provisional=provisional)


def moment_of(until: Any, near: datetime, law: Law) -> datetime:
    """`until` as the close of that day, or as the moment it names."""
    try:
        value = datetime.fromisoformat(until) if isinstance(until, str) else until
    except ValueError as error:
        raise NotAllowed("until_not_a_date", until=until) from error
    if isinstance(value, datetime) and (value.hour or value.minute):
        return value if value.tzinfo else value.replace(tzinfo=near.tzinfo)
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        raise NotAllowed("until_not_a_date", until=until)
    return law.calendar.close_of(day)


def reclassify(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "class")
    new = str(command.facts["class"])
    rule = law.rulebook.case_class(new)
    if rule is None:
        known = "、".join(item.title for item in law.rulebook.classes)
        raise NotAllowed("unknown_class", case_class=new, known=known)
    if new == case.case_class:
        raise NotAllowed("same_class", case_class=rule.title)
    run = case.run("resolution")
    if law.read.reclassify_until == "due" and run is not None and run.overdue(command.at):
        raise NotAllowed("reclassify_too_late", cites=rule.cites, due=run.due)
    return outcome(command, changes={"case_class": new}, runs=reclassified(case, new, command.at, law))


def resolve(case: Case, command: Command, law: Law) -> Outcome:
    if case.state != "handling":
        _check_on_the_spot(case, command, law)
    rule = law.rulebook.answer(case.kind)
    _check_answer(case, command, rule)
    to = "closed" if command.facts.get("no_answer") else law.leads("resolve", case.stream, case.kind)
    changes: dict[str, Any] = {
        "verdict": command.facts.get("verdict") or case.verdict,
        "officer": command.by.name,
        "lead_unit": case.lead_unit or command.by.unit,
        "pending": {},
    }
    changes |= _planned(case, command, rule)
    if to == "answered":
        changes["answers"] = case.answers + 1
    if to == "closed":
        changes["closed"] = command.at
    spot = _class_on_the_spot(case, command, law)
    changes |= {"case_class": spot} if spot else {}
    runs = reclassified(case, spot, command.at, law) if spot and spot != case.case_class else ()
    return outcome(command, to, changes=changes, runs=runs)


def _planned(case: Case, command: Command, rule: Answer) -> dict[str, Any]:
    """The mark of an answer that is a plan, where the regulation lets an answer be one; a full answer takes it off."""
    if command.facts.get("plan") and not rule.plan:
        raise NotAllowed("plan_is_no_answer", cites=rule.cites, step=command.step)
    marks = case.marks | {PLANNED} if command.facts.get("plan") else case.marks - {PLANNED}
    return {"marks": marks} if marks != case.marks else {}


def _check_on_the_spot(case: Case, command: Command, law: Law) -> None:
    """An answer before dispatch or acceptance: only on the spot, by the window or unit the citizen stands before."""
    of_class = law.rulebook.case_class(case.case_class)
    spot = command.facts.get("on_the_spot") or (case.lead_unit and of_class and of_class.on_the_spot)
    if not spot or not may_settle_on_the_spot(case, command.by, law):
        raise NotAllowed("not_now", step=command.step, state=case.state, number=case.number)


def _check_answer(case: Case, command: Command, rule: Answer) -> None:
    verdict, reason = command.facts.get("verdict"), command.facts.get("no_answer")
    if verdict is not None and verdict not in VERDICTS:
        raise NotAllowed("unknown_verdict", verdict=verdict)
    if rule.verdict and verdict is None:
        raise NotAllowed("needs_verdict", cites=rule.cites)
    if reason is not None and reason not in rule.none_needed:
        raise NotAllowed("must_answer", cites=rule.cites)
    if reason == "anonymous" and not case.filing.anonymous:
        raise NotAllowed("not_anonymous", cites=rule.cites)
    if reason is not None:
        return
    need(command, *rule.must, cites=rule.cites)
    if verdict in FOUND_TRUE and any(str(command.facts[name]).startswith(NOTHING_TO_DO) for name in rule.must):
        raise NotAllowed("something_to_rectify", cites=rule.cites, verdict=verdict)
    if not any(str(command.facts.get(name) or "").strip() for name in ANSWER_FIELDS if name != "basis"):
        raise NotAllowed("needs_answer", cites=rule.cites)


def _class_on_the_spot(case: Case, command: Command, law: Law) -> str | None:
    """The class of what was settled on the spot, while its own short limit still runs; None to leave the class."""
    spot = next((item.name for item in law.rulebook.classes if item.on_the_spot), None)
    if not spot or not command.facts.get("on_the_spot"):
        return None
    since = case.run("resolution")
    start = since.started if since is not None else case.filed
    return spot if command.at <= law.calendar.same_or_next_working_day_close(start) else None


def recuse(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.step("recuse")
    need(command, "reason", cites=rule.cites if rule else "")
    return outcome(command, changes={"barred": case.barred | {str(command.by)}})


DECIDE: dict[str, Decide] = {
    "contact": contact,
    "extend": extend,
    "reclassify": reclassify,
    "resolve": resolve,
    "recuse": recuse,
}

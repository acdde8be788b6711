"""Handling and reviewing (办理、审阅、质检): contact, extension, class, answer, and those who look before it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from casebook.case import Case, ClockRun, Command
from casebook.clocks import reclassified
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.rulebook import Extension
from casebook.steps.outcome import Decide, Outcome, clause_for, need, outcome
from casebook.terms import VERDICTS

ANSWER_FIELDS = ("findings", "process", "measures", "results", "key_points")


def contact(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command)


def extend(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.extension("resolution", case.case_class)
    any_rule = law.rulebook.extensions[0] if law.rulebook.extensions else None
    run = case.run("resolution")
    if rule is None or run is None or not run.running:
        raise NotAllowed("no_clock_to_extend", cites=any_rule.cites if any_rule else "", step=command.step)
    need(command, "reason", cites=rule.cites)
    if law.read.extension_before_due and command.at > run.due:
        raise NotAllowed("extension_too_late", cites=rule.cites, due=run.due)
    moved = _moved(run, command, rule, law)
    if rule.consent:
        pending = {"extend": {"until": moved.due.isoformat(), "days": moved.working_days, "reason": command.facts["reason"]}}
        return outcome(command, changes={"pending": pending}, facts={"until": moved.due.isoformat(), "asked": True})
    return outcome(command, runs=(moved,), facts={"until": moved.due.isoformat()})


def _moved(run: ClockRun, command: Command, rule: Extension, law: Law) -> ClockRun:
    """The run with its new due moment: a date or moment (`until`), or so many more working days (`days`)."""
    until, days = command.facts.get("until"), command.facts.get("days")
    if until is None and not days:
        raise NotAllowed("needs_until", cites=rule.cites)
    if until is not None:
        due = _moment(until, run, law)
        total = law.calendar.working_days_between(run.started, due)
    else:
        total = (run.working_days or 0) + int(days or 0)
        due = law.calendar.add_working_days(run.started, total)
    if due <= run.due:
        raise NotAllowed("extension_not_later", cites=rule.cites, due=run.due)
    if run.ceiling is not None and due > run.ceiling:
        raise NotAllowed("extension_too_long", cites=rule.cites, ceiling=run.ceiling, most=rule.most)
    _, provisional = law.calendar.due(run.started, total)
    return replace(run, due=due, working_days=total, provisional=provisional)


def _moment(until: Any, run: ClockRun, law: Law) -> datetime:
    """`until` as the close of that day, or as the moment it names."""
    try:
        value = datetime.fromisoformat(until) if isinstance(until, str) else until
    except ValueError as error:
        raise NotAllowed("until_not_a_date", until=until) from error
    if isinstance(value, datetime) and (value.hour or value.minute):
        return value if value.tzinfo else value.replace(tzinfo=run.started.tzinfo)
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        raise NotAllowed("until_not_a_date", until=until)
    return law.calendar.close_of(day)


def reclassify(case: Case, command: Command, law: Law) -> Outcome:
    new = str(command.facts.get("class") or "")
    rule = law.rulebook.case_class(new)
    if rule is None:
        known = "、".join(item.title for item in law.rulebook.classes)
        raise NotAllowed("unknown_class", case_class=new, known=known)
    if new == case.case_class:
        raise NotAllowed("same_class", case_class=rule.title)
    run = case.run("resolution")
    if law.read.reclassify_until == "due" and run is not None and run.overdue(command.at):
        raise NotAllowed("reclassify_too_late", cites=rule.cites, due=run.due)
    return outcome(command, changes={"case_class": new}, runs=reclassified(case, new, law))


def resolve(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.answer(case.kind)
    verdict = command.facts.get("verdict")
    if verdict is not None and verdict not in VERDICTS:
        raise NotAllowed("unknown_verdict", verdict=verdict)
    if rule.verdict and verdict is None:
        raise NotAllowed("needs_verdict", cites=rule.cites)
    reason = command.facts.get("no_answer")
    if reason is not None and reason not in rule.none_needed:
        raise NotAllowed("must_answer", cites=rule.cites)
    if reason is None:
        need(command, *rule.must, cites=rule.cites)
        if not any(str(command.facts.get(name) or "").strip() for name in ANSWER_FIELDS):
            raise NotAllowed("needs_answer", cites=rule.cites)
    changes: dict[str, Any] = {"verdict": verdict or case.verdict, "officer": command.by.name, "pending": {}}
    return outcome(command, _answer_goes_to(case, law), changes=_answered(case, changes, law))


def _answer_goes_to(case: Case, law: Law) -> str:
    """A stream may have a way of its own (`resolve/STREAM`), else the kind or the rulebook decides."""
    return law.rulebook.flow.get(f"resolve/{case.stream}") or law.leads("resolve", case.kind)


def _answered(case: Case, changes: dict[str, Any], law: Law) -> dict[str, Any]:
    if _answer_goes_to(case, law) == "answered":
        changes["answers"] = case.answers + 1
    return changes


def approve(case: Case, command: Command, law: Law) -> Outcome:
    """Consent: to an answer under review, to an extension, or to closing as answered, whichever waits for it."""
    if case.state == "in_review" and command.by.role == "leader":
        to = law.leads("approve", case.kind)
        changes = {"answers": case.answers + 1} if to == "answered" else {}
        return outcome(command, to, changes=changes)
    if "extend" in case.pending:
        return _consent_to_extension(case, command, law)
    raise NotAllowed("nothing_to_approve", state=case.state)


def _consent_to_extension(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.extension("resolution", case.case_class)
    if rule is None or command.by.role != rule.consent:
        raise NotAllowed("not_your_step", step=command.step, role=command.by.role)
    run, asked = case.run("resolution"), case.pending["extend"]
    if run is None or not run.running:
        raise NotAllowed("no_clock_to_extend", cites=rule.cites, step=command.step)
    moved = replace(run, due=datetime.fromisoformat(asked["until"]), working_days=asked["days"])
    return outcome(command, changes={"pending": {}}, runs=(moved,), facts={"until": asked["until"], "of": "extend"})


def reject(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "reason")
    if case.state == "in_review" and command.by.role == "leader":
        return outcome(command, "handling", facts={"of": "resolve"})
    if case.pending:
        return outcome(command, changes={"pending": {}}, facts={"of": next(iter(case.pending))})
    raise NotAllowed("nothing_to_approve", state=case.state)


def pass_check(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command, "answered", changes={"answers": case.answers + 1})


def fail_check(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.step("fail_check")
    need(command, "reason", cites=rule.cites if rule else "")
    return outcome(command, "handling", changes={"rework_count": case.rework_count + 1}, events=("rework",))


def recuse(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.step("recuse")
    need(command, "reason", cites=rule.cites if rule else "")
    return outcome(command, changes={"barred": case.barred | {str(command.by)}})


def terminate(case: Case, command: Command, law: Law) -> Outcome:
    clause = clause_for(case, command, law)
    need(command, "reason", cites=clause.cites)
    return outcome(command, "terminated", facts={"clause": clause.clause, "cites": clause.cites})


DECIDE: dict[str, Decide] = {
    "contact": contact,
    "extend": extend,
    "reclassify": reclassify,
    "resolve": resolve,
    "approve": approve,
    "reject": reject,
    "pass_check": pass_check,
    "fail_check": fail_check,
    "recuse": recuse,
    "terminate": terminate,
}

"""Reviewing (审阅、审批、质检): those who look before an answer leaves, and those whose consent a step waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from casebook.case import Case, Command
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.reasons import spoken_of
from casebook.steps.outcome import Decide, Outcome, need, outcome, without
from casebook.terms import CRITERIA


def approve(case: Case, command: Command, law: Law) -> Outcome:
    """Consent: to an answer under review, an appeal, an extension or an archiving, whichever waits for this person."""
    role = command.by.role
    if case.state == "in_review" and role == "leader":
        return _answer_approved(case, command, law)
    if role == "leader" and case.pending.get("appeal", {}).get("at_leader"):
        return passed_on(case, command)
    if "extend" in case.pending and role == _consents_to_extension(case, law):
        return _extended(case, command, law)
    if role == "supervisor" and "archive" in case.pending:
        return _archived(case, command)
    if role == "supervisor" and _may_archive(case, law):
        return outcome(
            command, changes={"marks": case.marks | {"archive_consented"}}, facts={"of": "archive"}, events=()
        )
    return _on_the_margin(case, command, law)


def _answer_approved(case: Case, command: Command, law: Law) -> Outcome:
    rule = law.rulebook.step("approve")
    if law.read.sealed_document:
        need(command, "evidence", cites=rule.cites if rule else "")
    to = law.leads("approve", case.stream, case.kind)
    changes = {"answers": case.answers + 1} if to == "answered" else {}
    return outcome(command, to, changes=changes)


def passed_on(case: Case, command: Command) -> Outcome:
    """The leader lets an officer's appeal go on to the reviewing body."""
    pending = {**case.pending, "appeal": {**case.pending["appeal"], "at_leader": False}}
    return outcome(command, changes={"pending": pending}, facts={"of": "appeal"}, events=())


def _consents_to_extension(case: Case, law: Law) -> str:
    rule = law.rulebook.extension("resolution", case.case_class, case.stream)
    return rule.consent if rule else ""


def _extended(case: Case, command: Command, law: Law) -> Outcome:
    run, asked = case.run("resolution"), case.pending["extend"]
    if run is None or not run.running:
        raise NotAllowed("no_clock_to_extend", step=command.step)
    moved = replace(run, due=datetime.fromisoformat(asked["until"]), working_days=asked["days"])
    facts = {"until": asked["until"], "of": "extend"}
    return outcome(
        command, changes={"pending": without(case, "extend")}, runs=(moved,), facts=facts, events=("consent",)
    )


def _archived(case: Case, command: Command) -> Outcome:
    changes = {"pending": {}, "closed": command.at}
    return outcome(command, "archived", changes=changes, facts={"of": "archive"}, events=("consent",))


def _may_archive(case: Case, law: Law) -> bool:
    return law.has("archive_as_answered") and case.answers >= law.read.archive_after_answers


def _on_the_margin(case: Case, command: Command, law: Law) -> Outcome:
    """A leader's instruction where nothing waits, if the regulation knows such (领导批示): recorded, nothing moves."""
    rule = law.rulebook.step(command.step)
    if rule and rule.optional and command.by.role == "leader" and command.facts.get("reason"):
        return outcome(command, facts={"of": "instruction"}, events=())
    raise NotAllowed("nothing_to_approve", state=case.state)


def reject(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "reason")
    role = command.by.role
    if case.state == "in_review" and role == "leader":
        return outcome(command, "handling", facts={"of": "resolve"})
    if role == "leader" and case.pending.get("appeal", {}).get("at_leader"):
        return outcome(command, "handling", changes={"pending": without(case, "appeal")}, facts={"of": "appeal"})
    if "extend" in case.pending and role == _consents_to_extension(case, law):
        return outcome(command, changes={"pending": without(case, "extend")}, facts={"of": "extend"})
    if role == "supervisor" and "archive" in case.pending:
        return outcome(command, changes={"pending": without(case, "archive")}, facts={"of": "archive"})
    return _on_the_margin(case, command, law)


def pass_check(case: Case, command: Command, law: Law) -> Outcome:
    """Passed: all three criteria hold, and the entry says so; one denied is no pass."""
    if any(command.facts.get(name) is False for name in CRITERIA):
        raise NotAllowed("needs_criteria", step=command.step)
    met = dict.fromkeys(CRITERIA, True)
    return outcome(command, "answered", changes={"answers": case.answers + 1}, facts=met)


def fail_check(case: Case, command: Command, law: Law) -> Outcome:
    """Not passed, for a reason; where the rulebook names criteria, the entry says which failed and which hold."""
    rule = law.rulebook.step("fail_check")
    need(command, "reason", cites=rule.cites if rule else "")
    changes = {"rework_count": case.rework_count + 1}
    facts = failed_criteria(command, rule.criteria if rule else ())
    return outcome(command, "handling", changes=changes, facts=facts, events=("fail_check", "rework"))


def failed_criteria(command: Command, criteria: tuple[str, ...]) -> dict[str, bool]:
    """Each criterion with whether it holds: those denied, or those that the reason speaks of. Empty where none is
    named."""
    reason = str(command.facts.get("reason") or "")
    denied = {name for name in criteria if command.facts.get(name) is False}
    denied = denied or {name for name in spoken_of("criteria", reason) if name in criteria}
    return {name: name not in denied for name in criteria} if denied else {}


DECIDE: dict[str, Decide] = {
    "approve": approve,
    "reject": reject,
    "pass_check": pass_check,
    "fail_check": fail_check,
}

"""Closing (终止、归档、销号): the ends a case can come to without, or after, its answer."""

from __future__ import annotations

from typing import Any

from casebook.case import Case, Command
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.redact import redact_text
from casebook.steps.after import SATISFIED_FROM, is_silent
from casebook.steps.handling import PLANNED
from casebook.steps.outcome import Decide, Outcome, clause_for, need, outcome


def terminate(case: Case, command: Command, law: Law) -> Outcome:
    clause = clause_for(case, command, law)
    need(command, "reason", cites=clause.cites)
    return outcome(command, "terminated", facts={"clause": clause.clause, "cites": clause.cites})


def archive_as_opinion(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command, "archived", changes={"closed": command.at})


def archive_as_answered(case: Case, command: Command, law: Law) -> Outcome:
    """A clear finding, several answers, still dissatisfied: closed all the same, once the supervisor consents."""
    cites = _cites(law, "archive_as_answered")
    need(command, "reason", cites=cites)
    if case.verdict is None:
        raise NotAllowed("no_clear_finding", cites=cites)
    if case.answers < law.read.archive_after_answers:
        raise NotAllowed("too_few_answers", cites=cites, answers=case.answers, wanted=law.read.archive_after_answers)
    if case.score is not None and case.score >= SATISFIED_FROM:
        raise NotAllowed("already_satisfied", cites=cites, score=case.score)
    if "archive_consented" in case.marks:
        return outcome(command, "archived", changes={"pending": {}, "closed": command.at})
    asked = {"by": str(command.by)}
    return outcome(command, changes={"pending": {**case.pending, "archive": asked}}, facts={"asked": True}, events=())


def close_off(case: Case, command: Command, law: Law) -> Outcome:
    """Struck off the open list: only what the citizen has said he is satisfied with. After silence long enough it is
    closed without being struck off (readings A31)."""
    satisfied = case.score is not None and case.score >= SATISFIED_FROM
    if not satisfied and not is_silent(case, command.at, law):
        raise NotAllowed("not_satisfied", cites=_cites(law, "close_off"))
    if PLANNED in case.marks:
        raise NotAllowed("still_planned", cites=law.rulebook.answer(case.kind).cites)
    facts = {"closed_off": satisfied}
    return outcome(command, "closed", changes={"closed": case.closed or command.at}, facts=facts)


def publish(case: Case, command: Command, law: Law) -> Outcome:
    """The reply made public, without anybody's data."""
    cites = _cites(law, "publish")
    if not case.answers:
        raise NotAllowed("nothing_to_publish", cites=cites)
    if case.filing.confidential:
        raise NotAllowed("confidential_case", cites=cites)
    last = next(entry for entry in reversed(case.history) if entry.step == "resolve")
    text = str(command.facts.get("text") or last.private.get("key_points") or last.private.get("results") or "")
    public = _without_personal_data(case, text)
    return outcome(command, changes={"marks": case.marks | {"published"}}, facts={"public": public})


def _without_personal_data(case: Case, text: str) -> str:
    filing = case.filing
    covered = redact_text(text, filing.name, str(filing.fields.get("staff_name") or ""))
    for said in (filing.address, filing.phone, filing.id_number):
        covered = covered.replace(said, "*" * len(said)) if said else covered
    return covered


def _cites(law: Law, step: str) -> str:
    rule: Any = law.rulebook.step(step)
    return str(rule.cites) if rule else ""


DECIDE: dict[str, Decide] = {
    "terminate": terminate,
    "archive_as_opinion": archive_as_opinion,
    "archive_as_answered": archive_as_answered,
    "close_off": close_off,
    "publish": publish,
}

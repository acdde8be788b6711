"""After the answer (评价、回访、整改、督办): was it solved, and what follows where it was not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from casebook.case import Case, Command
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.steps.handling import PLANNED
from casebook.steps.outcome import Decide, Outcome, need, outcome

SATISFIED_FROM = 3  # 基本满意 and better (readings A45)
ANSWERS = frozenset({"resolve", "approve", "pass_check"})
THREE_SIDES = ("result", "efficiency", "attitude")


def rate(case: Case, command: Command, law: Law) -> Outcome:
    score = _scores(command)
    _check_resolved(case)
    if _completes(case, command, score):
        return outcome(command, case.state, facts={"completes": True})
    if case.state == "closed" and _rated_since_answer(case):
        raise NotAllowed("already_rated", score=case.score)
    satisfied = score >= SATISFIED_FROM
    closes = satisfied and PLANNED not in case.marks
    changes = {"score": score, "closed": (case.closed or command.at) if closes else None}
    facts: dict[str, Any] = {"score": score}
    if closes and law.rulebook.step("close_off"):
        facts["closed_off"] = True
    return outcome(command, "closed" if closes else "answered", facts=facts, changes=changes)


def _check_resolved(case: Case) -> None:
    """A good rating is kept as closed, an untrue one too: there is nothing of ours to be content with."""
    if not any(entry.step == "resolve" for entry in case.history):
        raise NotAllowed("nothing_to_rate", number=case.number)


def _completes(case: Case, command: Command, score: int) -> bool:
    """Whether it only adds the single sides to the same score just given: one rating, said in two breaths."""
    last = next((entry for entry in reversed(case.history) if entry.step in ANSWERS | {"rate"}), None)
    if last is None or last.step != "rate" or case.score != score:
        return False
    given = [name for name in THREE_SIDES if name in command.facts]
    return bool(given) and not any(name in last.facts for name in THREE_SIDES)


def _rated_since_answer(case: Case) -> bool:
    last = next((entry.step for entry in reversed(case.history) if entry.step in ANSWERS | {"rate"}), "")
    return last == "rate"


def revisit(case: Case, command: Command, law: Law) -> Outcome:
    """A recorded revisit: reached and satisfied closes; enough vain attempts close as not reached."""
    _by_whom(command, law)
    _check_resolved(case)
    reached = command.facts.get("reached", True) is not False
    score = _scores(command) if command.facts.get("score") is not None and reached else None
    changes: dict[str, Any] = {"revisits": case.revisits + 1}
    if score is not None:
        changes["score"] = score
    done = reached or _tried_enough(case, command, law)
    facts = {"reached": reached, "done": done}
    events: tuple[str, ...] = ("revisit",) if done else ()
    if case.state == "answered" and done and PLANNED not in case.marks and _content(reached, score, law):
        facts |= {"closed_off": True} if score is not None and law.rulebook.step("close_off") else {}
        return outcome(command, "closed", changes={**changes, "closed": command.at}, facts=facts, events=events)
    if score is None or score >= SATISFIED_FROM:
        return outcome(command, changes=changes, facts=facts, events=events)
    return outcome(command, "answered", changes={**changes, "closed": None}, facts=facts, events=events)


def _content(reached: bool, score: int | None, law: Law) -> bool:
    """Whether the revisit ends the matter. Where closing needs a word of satisfaction, silence is not one."""
    if score is not None:
        return score >= SATISFIED_FROM
    return not reached or law.rulebook.step("close_off") is None


def _tried_enough(case: Case, command: Command, law: Law) -> bool:
    """As many attempts as the rule counts, or silence long enough after the reminder (readings A30, A31)."""
    rule = law.rulebook.revisit
    steps = [entry.step for entry in case.history]
    this_round = max((place for place, step in enumerate(steps) if step == "resolve"), default=0)
    if steps[this_round:].count("revisit") + 1 >= (rule.attempts if rule else 3):
        return True
    return is_silent(case, command.at, law)


def is_silent(case: Case, at: datetime, law: Law) -> bool:
    """Whether nothing was heard since the answer for as long as the reading says, the reminder's days included."""
    answered = next((entry for entry in reversed(case.history) if entry.step in ANSWERS), None)
    if answered is None or any(entry.facts.get("score") for entry in case.history[answered.seq :]):
        return False
    silence = law.read.survey_reminder_days + law.read.close_after_silence
    return law.calendar.working_days_between(answered.at, at) > silence


def _by_whom(command: Command, law: Law) -> None:
    rule = law.rulebook.revisit
    unit = law.jurisdiction.unit(command.by.unit or "")
    if rule and rule.who == "body" and command.by.role == "officer" and not (unit and unit.kind == "window"):
        raise NotAllowed("not_your_step", cites=rule.cites, step="revisit", role=command.by.role)


def _scores(command: Command) -> int:
    """The score, every score given being one of the five."""
    given = [command.facts.get("score"), *(command.facts[name] for name in THREE_SIDES if name in command.facts)]
    for score in given:
        if isinstance(score, bool) or not isinstance(score, int) or not 1 <= score <= 5:
            raise NotAllowed("score_out_of_range", score=score)
    return int(given[0])


def urge(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command)


def supervise(case: Case, command: Command, law: Law) -> Outcome:
    """An order. On a case that was answered it reopens the handling: a new round with its own clock (readings A10)."""
    resolved = any(entry.step == "resolve" for entry in case.history)
    if case.state not in ("answered", "closed") or case.lead_unit is None or not resolved:
        return outcome(command)
    changes: dict[str, Any] = {"rework_count": case.rework_count + 1, "closed": None, "pending": {}}
    return outcome(command, "handling", facts={"rework": True}, changes=changes, events=("rework",))


def rectify(case: Case, command: Command, law: Law) -> Outcome:
    """The result of what was put right, or of what an answer only planned: with that the plan is carried out."""
    need(command, "text", cites=_cites(law, "rectify"))
    return outcome(command, changes={"marks": case.marks - {PLANNED}} if PLANNED in case.marks else {})


def clarify_publicly(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "text", cites=_cites(law, "clarify_publicly"))
    return outcome(command)


def lapse(case: Case, command: Command, law: Law) -> Outcome:
    """A window of time that nobody used ends with it, and nobody is late."""
    run = case.run(str(command.facts.get("clock", "")))
    if run is None or not run.running:
        raise NotAllowed("not_now", step=command.step, state=case.state, number=case.number)
    return outcome(command, runs=(replace(run, stopped=run.due, stopped_by="lapse"),), events=())


def _cites(law: Law, step: str) -> str:
    rule = law.rulebook.step(step)
    return rule.cites if rule else ""


DECIDE: dict[str, Decide] = {
    "rate": rate,
    "revisit": revisit,
    "urge": urge,
    "supervise": supervise,
    "rectify": rectify,
    "clarify_publicly": clarify_publicly,
    "lapse": lapse,
}

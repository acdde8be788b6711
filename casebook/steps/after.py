"""After the answer (评价、回访、整改、督办、公开): was it solved, and what follows where it was not.

The steps of rating appeals and of closing as answered belong to regulations that have them; the lifecycle refuses
them elsewhere before a function here is asked.
"""

from __future__ import annotations

from typing import Any

from casebook.case import Case, Command
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.steps.outcome import Decide, Outcome, need, outcome

SATISFIED_FROM = 3  # 基本满意 and better (readings A45)


def rate(case: Case, command: Command, law: Law) -> Outcome:
    score = _score(command)
    if case.state == "closed" and _rated_since_answer(case):
        raise NotAllowed("already_rated", score=case.score)
    satisfied = score >= SATISFIED_FROM
    changes = {"score": score, "closed": (case.closed or command.at) if satisfied else None}
    return outcome(command, "closed" if satisfied else "answered", facts={"score": score}, changes=changes)


def _rated_since_answer(case: Case) -> bool:
    since = next((entry.step for entry in reversed(case.history) if entry.step in ("rate", "resolve", "pass_check")), "")
    return since == "rate"


def revisit(case: Case, command: Command, law: Law) -> Outcome:
    """A recorded revisit. Reached and satisfied closes; as many vain attempts as the rule counts close as not reached."""
    _by_whom(command, law)
    reached = command.facts.get("reached", True) is not False
    changes: dict[str, Any] = {"revisits": case.revisits + 1}
    score = _score(command) if command.facts.get("score") is not None else None
    if score is not None and reached:
        changes["score"] = score
    rule = law.rulebook.revisit
    done = reached or _attempts(case) + 1 >= (rule.attempts if rule else 3)
    satisfied = score is None or score >= SATISFIED_FROM
    if case.state == "answered" and done and satisfied:
        return outcome(command, "closed", changes={**changes, "closed": command.at}, facts={"reached": reached, "done": True})
    facts = {"reached": reached, "done": done}
    if satisfied:
        return outcome(command, changes=changes, facts=facts)
    return outcome(command, "answered", changes={**changes, "closed": None}, facts=facts)


def _attempts(case: Case) -> int:
    """Revisits since the last answer: an earlier round's vain attempts say nothing about this one."""
    steps = [entry.step for entry in case.history]
    answered = max((place for place, step in enumerate(steps) if step == "resolve"), default=0)
    return steps[answered:].count("revisit")


def _by_whom(command: Command, law: Law) -> None:
    rule = law.rulebook.revisit
    wanted = {"unit": ("officer", "dispatcher"), "body": ("dispatcher",)}[rule.who if rule else "unit"]
    if command.by.role not in wanted:
        raise NotAllowed("not_your_step", cites=rule.cites if rule else "", step="revisit", role=command.by.role)


def _score(command: Command) -> int:
    score = command.facts.get("score")
    if isinstance(score, bool) or not isinstance(score, int) or not 1 <= score <= 5:
        raise NotAllowed("score_out_of_range", score=score)
    return score


def urge(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command)


def supervise(case: Case, command: Command, law: Law) -> Outcome:
    """An order. On a case that was answered it reopens the handling: a new round with its own clock (readings A10)."""
    if case.state not in ("answered", "closed"):
        return outcome(command)
    changes = {"rework_count": case.rework_count + 1, "closed": None}
    return outcome(command, "handling", facts={"rework": True}, changes=changes, events=("rework",))


def rectify(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "text", cites=_cites(law, "rectify"))
    return outcome(command)


def clarify_publicly(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "text", cites=_cites(law, "clarify_publicly"))
    rule = law.rulebook.step("clarify_publicly")
    if rule and rule.verdicts and case.verdict not in rule.verdicts:
        raise NotAllowed("only_for_unfounded", cites=rule.cites, verdict=case.verdict)
    return outcome(command)


def close_off(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command, "closed", changes={"closed": command.at})


def publish(case: Case, command: Command, law: Law) -> Outcome:
    return outcome(command, changes={"marks": case.marks | {"published"}})


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
    "close_off": close_off,
    "publish": publish,
}

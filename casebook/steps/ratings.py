"""Bad ratings (好差评): an appeal that it is not true, an objection that it is not ours, and who decides on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from casebook.case import Case, ClockRun, Command
from casebook.clocks import stop
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.reasons import spoken_of
from casebook.steps.outcome import Decide, Outcome, need, outcome, without
from casebook.steps.reviewing import passed_on
from casebook.terms import APPEAL_GROUNDS


def appeal(case: Case, command: Command, law: Law) -> Outcome:
    """Not true. An officer's goes to the unit's leader first; the leader's goes to the reviewing body."""
    cites = _cites(law, "appeal")
    asked = case.pending.get("appeal")
    if asked:
        if command.by.role == "leader" and asked.get("at_leader"):
            return passed_on(case, command)
        raise NotAllowed("already_asked", cites=cites, step=command.step)
    _check_bad(case, law, cites)
    need(command, "reason", "evidence", cites=cites)
    _in_time(case, command, "rating_appeal", cites)
    at_leader = command.by.role == "officer"
    pending = {**case.pending, "appeal": {"by": str(command.by), "at_leader": at_leader}}
    facts = {"at_leader": at_leader, **_ground(command, law)}
    return outcome(command, "under_appeal", changes={"pending": pending}, facts=facts)


def _ground(command: Command, law: Law) -> dict[str, str]:
    """Which of the regulation's grounds it rests on: the one named, else the one its reason speaks of."""
    rule = law.rulebook.step("appeal")
    known = rule.grounds if rule else ()
    named = str(command.facts.get("ground") or "")
    if named and named not in known:
        listed = "、".join(APPEAL_GROUNDS[name] for name in known)
        raise NotAllowed("unknown_ground", cites=rule.cites if rule else "", ground=named, known=listed)
    said = spoken_of("grounds", str(command.facts.get("reason") or ""))
    found = named or next((name for name in known if name in said), "")
    return {"ground": found} if found else {}


def object_(case: Case, command: Command, law: Law) -> Outcome:
    """Not ours. The reviewing body decides; the unit that an upheld objection named goes straight to designation."""
    cites = _cites(law, "object")
    need(command, "reason", "suggest", cites=cites)
    if "designated" in case.marks:
        raise NotAllowed("designation_binds", cites=cites, unit=case.lead_unit)
    if "object" in case.pending:
        raise NotAllowed("already_asked", cites=cites, step=command.step)
    _check_bad(case, law, cites)
    _in_time(case, command, "responsibility", cites)
    if "objected" in case.marks:
        changes = {**_leaving(case), "hand_backs": case.hand_backs + 1}
        facts = {"unit": case.lead_unit, "times": case.hand_backs + 1}
        return outcome(command, "disputed", changes=changes, facts=facts, events=("hand_back",))
    asked = {"by": str(command.by), "suggest": command.facts["suggest"]}
    return outcome(command, changes={"pending": {**case.pending, "object": asked}})


def uphold(case: Case, command: Command, law: Law) -> Outcome:
    if "object" in case.pending:
        return _not_ours(case, command, law)
    if _appeal_waits(case):
        changes = {
            "verdict": "unsubstantiated",
            "marks": case.marks | {"rating_not_counted"},
            "pending": {},
            "closed": command.at,
        }
        return outcome(command, "closed", changes=changes, facts={"of": "appeal"})
    raise NotAllowed("nothing_to_approve", state=case.state)


def _not_ours(case: Case, command: Command, law: Law) -> Outcome:
    """The objection holds: back to the dispatchers with the unit it suggests."""
    suggest = case.pending["object"].get("suggest")
    times = case.hand_backs + 1
    changes = {**_leaving(case), "hand_backs": times, "marks": case.marks | {"objected"}}
    facts = {"of": "object", "unit": case.lead_unit, "suggest": suggest, "times": times}
    return outcome(command, "awaiting_dispatch", changes=changes, facts=facts, events=("uphold", "hand_back"))


def dismiss(case: Case, command: Command, law: Law) -> Outcome:
    need(command, "reason", cites=_cites(law, "dismiss"))
    if "object" in case.pending:
        run = case.run("responsibility")
        ended = (stop(run, "dismiss", command.at),) if run is not None and run.running else ()
        changes = {"pending": without(case, "object")}
        return outcome(command, changes=changes, facts={"of": "object"}, runs=ended, events=())
    if _appeal_waits(case):
        changes, facts = {"pending": without(case, "appeal")}, {"of": "appeal"}
        return outcome(command, "handling", changes=changes, facts=facts, runs=_at_least_a_day(case, command, law))
    raise NotAllowed("nothing_to_approve", state=case.state)


def _at_least_a_day(case: Case, command: Command, law: Law) -> tuple[ClockRun, ...]:
    """What is left of the limit, but one working day at least (readings A20)."""
    run = case.run("resolution")
    if run is None or not run.running:
        return ()
    least = law.calendar.add_working_days(command.at, 1)
    return (replace(run, due=least),) if run.due < least else ()


def _appeal_waits(case: Case) -> bool:
    asked = case.pending.get("appeal")
    if asked and asked.get("at_leader"):
        raise NotAllowed("leader_first", number=case.number)
    return bool(asked)


def _leaving(case: Case) -> dict[str, Any]:
    return {"lead_unit": None, "co_units": (), "officer": "", "pending": {}}


def _check_bad(case: Case, law: Law, cites: str) -> None:
    if (case.filing.score or case.score or 0) > law.read.bad_rating_max:
        raise NotAllowed("not_a_bad_rating", cites=cites, score=case.filing.score)


def _in_time(case: Case, command: Command, clock: str, cites: str) -> None:
    run = case.run(clock)
    if run is not None and command.at > run.due:
        raise NotAllowed("too_late", cites=cites, step=command.step, due=run.due)


def _cites(law: Law, step: str) -> str:
    rule = law.rulebook.step(step)
    return rule.cites if rule else ""


DECIDE: dict[str, Decide] = {"appeal": appeal, "object": object_, "uphold": uphold, "dismiss": dismiss}

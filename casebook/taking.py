"""Taking a step: the only thing that makes a new state.

Pure. A case, a command and the law come in; the case with one more entry comes out, or `NotAllowed` says why not and
nothing has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from casebook import clocks
from casebook.case import CLOCK, Case, ClockRun, Command, Entry, Filing, Person
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.lifecycle import BEFORE_DISPATCH, TABLE
from casebook.permission import check, check_rule, may_settle_on_the_spot, waits_for
from casebook.steps import DECIDE
from casebook.steps.filing import admitted_as, check_filing, class_at_filing, direct_unit, first_state
from casebook.steps.outcome import Outcome, need


def take(case: Case, command: Command, law: Law) -> Case:
    """The case with the step taken. Raises NotAllowed; a refused step changes nothing."""
    check(case, command.step, command.by, law)
    _check_state(case, command)
    rule = law.rulebook.step(command.step)
    if rule:
        check_rule(case, rule, law)
        need(command, *rule.needs, cites=rule.cites)
    return _enter(case, command, DECIDE[command.step](case, command, law), law)


def allowed(case: Case, by: Person, law: Law) -> tuple[str, ...]:
    """The steps open to this person on this case now, in the table's order."""
    return tuple(step for step in TABLE if step in DECIDE and _is_open(case, step, by, law))


def _is_open(case: Case, step: str, by: Person, law: Law) -> bool:
    try:
        check(case, step, by, law)
    except NotAllowed:
        return False
    rule = law.rulebook.step(step)
    try:
        check_rule(case, rule, law) if rule else None
    except NotAllowed:
        return False
    return case.state in TABLE[step].of and _has_object(case, step, by, law)


def _has_object(case: Case, step: str, by: Person, law: Law) -> bool:
    """Whether there is anything for the step to act on: no consent where nothing waits, no extension of no clock."""
    if step in ("approve", "reject", "uphold", "dismiss"):
        return waits_for(case, by, law)
    if step == "extend":
        run = case.run("resolution")
        rule = law.rulebook.extension("resolution", case.case_class, case.stream)
        return run is not None and run.running and rule is not None
    if step == "designate":
        return case.hand_backs > 0
    if step == "dispatch":
        return case.state in BEFORE_DISPATCH
    if step == "resolve" and case.state != "handling":
        of_class = law.rulebook.case_class(case.case_class)
        return bool(of_class and of_class.on_the_spot) and may_settle_on_the_spot(case, by, law)
    return True


def _check_state(case: Case, command: Command) -> None:
    if case.history and command.at < case.history[-1].at:
        raise NotAllowed("before_last_entry", at=command.at, last=case.history[-1].at)
    if case.state not in TABLE[command.step].of:
        raise NotAllowed("not_now", step=command.step, state=case.state, number=case.number)


def _enter(case: Case, command: Command, decided: Outcome, law: Law) -> Case:
    to = case.state if decided.to == "same" else decided.to
    arrow = TABLE[command.step]
    if decided.to not in arrow.to:
        raise AssertionError(f"{command.step} led to {decided.to}, which the table does not draw")
    changed = clocks.with_runs(replace(case, **decided.changes), decided.runs)
    events = decided.events if decided.events is not None else (command.step,)
    runs = clocks.changed(changed, events, to, command.at, law)
    return case.with_entry(
        Entry(
            seq=case.version + 1,
            at=command.at,
            by=command.by,
            step=command.step,
            state=to,
            facts=decided.facts,
            private=decided.private,
            changes=decided.changes,
            clocks=_merged(decided.runs, runs),
        )
    )


def _merged(*groups: tuple[ClockRun, ...]) -> tuple[ClockRun, ...]:
    runs: dict[tuple[str, int], ClockRun] = {}
    for group in groups:
        runs.update({run.key: run for run in group})
    return tuple(runs.values())


def recount(case: Case, runs: tuple[ClockRun, ...], moved: bool, at: datetime) -> Case:
    """The case with due dates counted again; `moved` tells whether anyone's date is another one now."""
    facts = {"moved": moved, "dues": {run.clock: run.due.isoformat() for run in runs}}
    return case.with_entry(Entry(case.version + 1, at, CLOCK, "recount", case.state, facts, clocks=runs))


def follow(case: Case, facts: Mapping[str, Any], by: Person, at: datetime) -> Case:
    """The case with another one merged into it; its clocks go on."""
    followers = tuple(dict.fromkeys((*case.followers, *facts["followers"])))
    changes = {"followers": followers, "linked": (*case.linked, str(facts["number"]))}
    number = {"number": facts["number"]}
    return case.with_entry(Entry(case.version + 1, at, by, "merged_in", case.state, number, changes=changes))


def link(case: Case, number: str, at: datetime) -> Case:
    """The case with a later one that belongs to it; nothing else changes, and nobody is told."""
    changes = {"linked": tuple(dict.fromkeys((*case.linked, number)))}
    return case.with_entry(
        Entry(case.version + 1, at, CLOCK, "linked", case.state, {"number": number}, changes=changes)
    )


def file(number: str, filing: Filing, by: Person, at: datetime, law: Law) -> Case:
    """A new case from a filing. Raises NotAllowed for a kind, channel or text it cannot take."""
    stream = check_filing(filing, law)
    direct = direct_unit(by, filing, law)
    state = first_state(filing, direct, law)
    changes: dict[str, Any] = {"stream": stream, "marks": frozenset({"urgent"}) if filing.urgent else frozenset()}
    if direct:
        changes["lead_unit"] = direct
    if filing.proposal.get("linked"):
        changes["linked"] = tuple(filing.proposal["linked"])
    if filing.score is not None:
        changes["score"] = filing.score
    if state == "closed":
        changes["closed"] = at
    events = ("file_direct",) if direct else ("file",)
    if case_class := class_at_filing(filing, events[0], law):
        changes["case_class"] = case_class
    facts: Mapping[str, Any] = {
        "rulebook": law.rulebook.name,
        "version": law.rulebook.version,
        "kind": filing.kind,
        "channel": filing.channel,
    }
    if admitted := admitted_as(filing, law):
        facts = {**facts, "admitted_as": admitted}
    case = Case(number, law.rulebook.name, filing.kind, state, at, filing)
    runs = clocks.changed(replace(case, **changes), events, state, at, law)
    return case.with_entry(Entry(1, at, by, "file", state, facts, {"filing": filing}, changes, runs))

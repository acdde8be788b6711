"""What the pages show of a case, personal data covered: pure, made for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook.case import Case, ClockRun, Entry
from casebook.facts import current, masked_name, matter
from casebook.law import Law
from casebook.masking import masked_identity, masked_text
from casebook.terms import CHANNELS, CLOCKS, FINAL, GROUNDS, KINDS, MARKS, STATES, STEPS
from console import labels

# What the page says elsewhere, or what is for programs.
UNSAID = frozenset({"filing", "rulebook", "moved"})

CONTACT = ("name", "phone", "address")


@dataclass(frozen=True)
class ClockLine:
    """One run of a clock. `tone` is calm, near, late or done."""

    title: str
    round: int
    started: str
    due: str
    left: str
    tone: str
    cites: str
    provisional: bool
    target: bool


@dataclass(frozen=True)
class HistoryLine:
    """One entry: when, who, what, the state after it, and its facts as pairs of Chinese, in the order of the labels."""

    at: str
    by: str
    step: str
    state: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CaseLine:
    """A case in a list."""

    number: str
    kind: str
    state: str
    matter: str
    unit: str
    marks: tuple[str, ...]
    clock: ClockLine | None


def case_line(case: Case, law: Law, now: datetime) -> CaseLine:
    run = current(case)
    return CaseLine(
        number=case.number,
        kind=KINDS[case.kind],
        state=STATES[case.state],
        matter=matter(case),
        unit="、".join(case.units),
        marks=tuple(MARKS[mark] for mark in sorted(case.marks) if mark in MARKS),
        clock=clock_line(run, law, now) if run else None,
    )


def clock_line(run: ClockRun, law: Law, now: datetime) -> ClockLine:
    left, tone = _left(run, law, now)
    return ClockLine(
        title=CLOCKS[run.clock],
        round=run.round,
        started=labels.moment(run.started),
        due=labels.moment(run.due),
        left=left,
        tone=tone,
        cites=run.cites,
        provisional=run.provisional,
        target=run.target,
    )


def _left(run: ClockRun, law: Law, now: datetime) -> tuple[str, str]:
    """How much of the limit is left, in words, and how pressing that is."""
    if run.stopped is not None:
        done = "stopped_late" if run.overdue(now) else "stopped"
        return labels.said(done, at=labels.moment(run.stopped)), "late" if run.overdue(now) else "done"
    days = law.days_left(run, now)
    if now > run.due:
        return labels.said("late_days", days=-days) if days else labels.said("late"), "late"
    if days == 0 or run.due.date() == now.date():
        return labels.said("today"), "near"
    return labels.said("days_left", days=days), "near" if days <= 1 else "calm"


def history_line(entry: Entry, case: Case, law: Law) -> HistoryLine:
    said = {**entry.facts, **{key: value for key, value in entry.private.items() if key not in UNSAID}}
    pairs = [(label, _said(key, said[key], case, law)) for key, label in labels.FACTS.items() if key in said]
    return HistoryLine(
        at=labels.moment(entry.at),
        by=labels.person(entry.by),
        step=STEPS[entry.step],
        state=STATES[entry.state],
        facts=tuple((label, value) for label, value in pairs if value),
    )


def _said(key: str, value: Any, case: Case, law: Law) -> str:
    return masked_text(labels.fact(key, value, law.rulebook), case.filing)


def filer(case: Case) -> tuple[tuple[str, str], ...]:
    """Who filed it, covered: pairs of label and value, only those that are given."""
    filing = case.filing
    rows = {**masked_identity(filing), "name": masked_name(filing)}
    rows["channel"] = CHANNELS.get(filing.channel, filing.channel)
    return tuple((labels.FILER[key], value) for key, value in rows.items() if value)


def uncovered(shown: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """How to reach who filed it, open: only for a page whose showing was recorded. Nobody calls an identity number."""
    return tuple((labels.FILER[key], shown[key]) for key in CONTACT if shown.get(key))


def matter_lines(shown: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The words that are kept out of groups, for a page whose showing was recorded."""
    return tuple((labels.FACTS[key], str(shown[key])) for key in ("text", "respondent", "request") if shown.get(key))


def content(case: Case) -> tuple[tuple[str, str], ...]:
    """What the citizen wrote, covered."""
    filing = case.filing
    rows = {"text": filing.text, "respondent": filing.respondent, "request": filing.request}
    rows["evidence"] = "、".join(filing.evidence)
    return tuple((labels.FACTS[key], masked_text(text, filing)) for key, text in rows.items() if text)


def proposal(case: Case, law: Law) -> Mapping[str, Any]:
    """What the reader suggests, while it is still of use; empty otherwise."""
    given = case.filing.proposal
    if not given or case.lead_unit or case.state in FINAL:
        return {}
    clause = law.rulebook.by_clause.get(str(given.get("clause")))
    return {
        "ground": GROUNDS.get(str(given.get("ground")), ""),
        "clause": f"{clause.cites} {clause.words}" if clause else "",
        "departments": [(name, f"{share:.0%}") for name, share in given.get("departments", ())][:3],
    }

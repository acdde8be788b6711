"""Since when a case waits for somebody's word with no limit of the law to it. Pure."""

from __future__ import annotations

from datetime import datetime

from casebook.case import Case, Entry
from casebook.steps.after import ANSWERS, SATISFIED_FROM

# Where a case stands until somebody of the office decides.
UNDECIDED = frozenset({"screening", "awaiting_dispatch", "disputed", "in_review", "in_check"})


def waits_since(case: Case) -> datetime | None:
    """Since when it waits to be dispatched, approved or checked with no limit set, or for a decision on an answer that
    did not content the citizen; None where it does not."""
    if case.state == "answered":
        return _displeased_at(case)
    if case.state not in UNDECIDED or any(not run.target for run in case.running):
        return None
    return stands_since(case)


def stands_since(case: Case) -> datetime:
    """Since when it is in the state it is in."""
    stands = len(case.history)
    while stands > 1 and case.history[stands - 2].state == case.state:
        stands -= 1
    return case.history[stands - 1].at


def unvisited_since(case: Case) -> datetime | None:
    """When the answer that stands was given, if the citizen has not rated it and no revisit of it is done."""
    if case.state != "answered":
        return None
    answered = max((place for place, entry in enumerate(case.history) if entry.step in ANSWERS), default=0)
    after = case.history[answered + 1 :]
    heard = any(entry.step == "rate" or entry.facts.get("done") for entry in after)
    return None if heard else case.history[answered].at


def _displeased_at(case: Case) -> datetime | None:
    """When the citizen last said that the answer that stands is not good enough; None once it was talked over since."""
    for entry in reversed(case.history):
        if entry.state != "answered" or entry.step in ANSWERS or _talked_over(entry):
            return None
        if (score := entry.facts.get("score")) is not None:
            return entry.at if int(score) < SATISFIED_FROM else None
    return None


def _talked_over(entry: Entry) -> bool:
    return entry.step == "revisit" and entry.facts.get("reached") is True and entry.facts.get("score") is None

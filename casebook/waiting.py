"""A case that waits for somebody's word with no limit of the law to it: since when, and who is reminded. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from casebook.addressing import consenting
from casebook.case import Case, Entry, Timer
from casebook.law import Law
from casebook.steps.after import ANSWERS, SATISFIED_FROM
from casebook.terms import CLOCKS
from casebook.wording import sentences

# Where a case stands until somebody of the office decides.
UNDECIDED = frozenset({"screening", "awaiting_dispatch", "disputed", "in_review", "in_check"})

# Whose word it waits for in these states, and what is asked of them.
WAITED_FOR = {
    "screening": ("dispatchers", "dispatch"),
    "awaiting_dispatch": ("dispatchers", "dispatch"),
    "disputed": ("dispatchers", "dispatch"),
    "in_check": ("inspectors", "check"),
}
# What waits for consent, and the step that asked for it.
CONSENTED = {"extend": "extend", "archive": "archive_as_answered"}


def undecided(case: Case, law: Law) -> Iterator[Timer]:
    """Who should give their word within the office's own time, where the law sets none, is reminded all the same."""
    if law.read.redispatch_days >= 1:
        yield from _for_state(case, law)
        yield from _for_consent(case, law)


def _for_state(case: Case, law: Law) -> Iterator[Timer]:
    since, asked = waits_since(case), WAITED_FOR.get(case.state)
    if since is None or asked is None or any(run.target for run in case.running):
        return
    to, clock = asked
    title = sentences()["target"][clock] if clock == "check" else CLOCKS[clock]
    yield _reminder("waiting", case, since, to, title, law)


def _for_consent(case: Case, law: Law) -> Iterator[Timer]:
    """Somebody asked whether he may extend or archive."""
    deciding = {"extend": consenting(case, law), "archive": "supervisors"}
    for what, step in CONSENTED.items():
        since = last_taken(case, frozenset({step})) if what in case.pending else None
        if since is not None and deciding[what]:
            yield _reminder(what, case, since, deciding[what], sentences()["target"][what], law)


def _reminder(kind: str, case: Case, since: datetime, to: str, title: str, law: Law) -> Timer:
    due = law.calendar.add_working_days(since, law.read.redispatch_days)
    at = datetime.combine(due.date(), law.jurisdiction.opens, due.tzinfo)
    facts = {"due": due.isoformat(), "clock_title": title}
    return Timer(f"{case.number}/{kind}/{since:%Y%m%d%H%M}", case.number, at, "due_soon", to, facts=facts)


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


def last_taken(case: Case, steps: frozenset[str]) -> datetime | None:
    """When one of the steps was last taken."""
    return next((entry.at for entry in reversed(case.history) if entry.step in steps), None)


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

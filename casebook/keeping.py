"""How long a case is kept, and what is left of it when the person's data has to go (readings A41).

No regulation gives a period. What a person said of themselves is kept as long as a review, a claim or an inspection
may still ask for it; the file itself as long as a short-term administrative file. What is counted stays to the end.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from casebook.case import Case, Filing
from casebook.readings import Readings
from casebook.terms import FINAL

# An answer that nobody rated and on which no clock runs is as much an end as a closing.
CONCLUDED = FINAL | {"answered"}
# What came in is kept as a key against deliveries that are repeated: no platform repeats one for so long.
MESSAGES = timedelta(days=30)
# All of a filing that figures, ledgers and reports count by, and that says nothing of a person.
COUNTED = frozenset({"kind", "channel", "anonymous", "confidential", "stream", "due", "score", "urgent"})
EMPTY = Filing("", "")


@dataclass(frozen=True)
class Limits:
    """The moments before which something must have ended to be let go: personal data, whole cases, messages."""

    personal: datetime
    cases: datetime
    messages: datetime

    @classmethod
    def at(cls, now: datetime, read: Readings) -> Limits:
        """The limits of an office at a moment."""
        return cls(_years_before(now, read.personal_years), _years_before(now, read.case_years), now - MESSAGES)


def without_person(case: Case, at: datetime) -> Case:
    """What is left of a concluded case once its person is let go: its course, its units, its verdict, its figures."""
    gone = {item.name: getattr(EMPTY, item.name) for item in fields(Filing) if item.name not in COUNTED}
    return replace(case, filing=replace(case.filing, **gone), followers=(), pending={}, erased=at)


def _years_before(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # 29 February
        return now.replace(year=now.year - years, day=28)

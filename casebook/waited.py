"""A reminder that had to wait in the outbox: what of it still holds when it goes at last.

Pure. What was done meanwhile is said to nobody: a reminder alone is dropped, one of many leaves its list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from casebook import reminders
from casebook.bundles import TOGETHER, bundled
from casebook.case import Case, Notice
from casebook.law import Law
from casebook.lifecycle import UNANSWERED

ALONE = frozenset({*TOGETHER, "survey_reminder"})
# Nothing is looked up again for what goes as soon as it was written.
LIST, URGED = "reminders", "urge"
REMINDING = ALONE | {LIST, URGED}


def renewed(notice: Notice, at: datetime, law: Law, load: Callable[[str], Case]) -> Notice | None:
    """The reminder as it stands at `at`, under whatever key; None where it has become pointless.

    `notice.key` is its timer's. Raises NoSuchCase.
    """
    if notice.message == URGED:
        return notice if notice.case and load(notice.case).state in UNANSWERED else None
    keys = frozenset(_of(notice.key, notice.facts))
    notices = []
    for number in dict.fromkeys(key.partition("/")[0] for key in sorted(keys)):
        case = load(number)
        timers = [timer for timer in reminders.wanted(case, law) if timer.key in keys]
        notices += [told for timer in timers if (told := reminders.notice(case, timer, at, law))]
    return next(iter(bundled(notices, at).values()), None)


def is_urgent(notice: Notice, load: Callable[[str], Case]) -> bool:
    """Whether a reminder, or one of its list, is about a case that does not wait for office hours."""
    numbers = {notice.case} if notice.case else {key.partition("/")[0] for key in _of(notice.key, notice.facts)}
    return any("urgent" in load(number).marks for number in numbers)


def _of(key: str, facts: Mapping[str, Any]) -> list[str]:
    """The keys of the reminders in a list, or of the one that goes alone."""
    return [str(each) for each in facts.get("of") or [key]]

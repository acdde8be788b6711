"""Reminders that come together: one message to a room, listing the cases, instead of one for each.

Pure. A reminder alone goes as it is. The bundle's key follows from the keys it holds, so the same reminders make the
same bundle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from casebook.case import Notice
from casebook.facts import part
from casebook.reminders import AHEAD
from casebook.terms import CLOCKS, MESSAGES

# What may share a message, the gravest first. All else is about one case alone.
TOGETHER = ("overdue_escalation", "overdue", "due_soon", *AHEAD.values(), "material_due")
# Longer lists are not read; the cases beyond are named by number.
LISTED = 40


def bundled(notices: Iterable[Notice], at: datetime) -> dict[str, Notice]:
    """The messages to send, each under the key of every reminder it carries."""
    rooms: dict[str, list[Notice]] = {}
    carried: dict[str, Notice] = {}
    for notice in notices:
        if notice.message in TOGETHER and not notice.to.startswith("citizen:"):
            rooms.setdefault(notice.to, []).append(notice)
        else:
            carried[notice.key] = notice
    for to, those in rooms.items():
        one = _bundle(to, those, at)
        carried.update({notice.key: one for notice in those})
    return carried


def _bundle(to: str, those: Sequence[Notice], at: datetime) -> Notice:
    """Of one limit of one case the gravest word is enough."""
    gravest: dict[tuple[str | None, Any], Notice] = {}
    for notice in sorted(those, key=_order):
        gravest.setdefault((notice.case, notice.facts.get("clock")), notice)
    told = list(gravest.values())
    if len(told) == 1:
        return told[0]
    keys = sorted(notice.key for notice in those)
    key = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:32]
    rest = list(dict.fromkeys(str(notice.case) for notice in told[LISTED:]))
    facts = {
        "count": len(told),
        "lines": "\n".join(_line(index, notice) for index, notice in enumerate(told[:LISTED], 1)),
        "rest": part("reminder_rest", count=len(told) - LISTED, numbers=rest) if rest else None,
        "of": keys,
    }
    return Notice(f"reminders/{key}", to, "reminders", at, None, facts)


def _order(notice: Notice) -> tuple[int, str, str]:
    return TOGETHER.index(notice.message), str(notice.facts.get("due") or ""), notice.key


def _line(index: int, notice: Notice) -> str:
    facts: Mapping[str, Any] = notice.facts
    clock = facts.get("clock_title") or CLOCKS.get(str(facts.get("clock")), "")
    title = MESSAGES[notice.message]
    return part(
        "reminder_line", index=index, number=notice.case, title=title, clock_title=clock or title, due=facts.get("due")
    )

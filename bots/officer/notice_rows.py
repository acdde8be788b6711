"""The buttons under a notice that the courier brings into a group: what the notice asks for, one tap each.

A card shows just what the rules allow its reader; a notice goes to a whole group before anybody reads it, so it offers
what it was sent for, and the desk decides when somebody presses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bots.message import Button
from bots.officer.card import accept_buttons, dispatch_rows
from bots.officer.room import OfficerView
from bots.render import Row, Rows
from bots.wording import Words, load_words

SUGGESTED_UNIT = re.compile(r"([^；\s]+) (\d{1,3})%")
# What can be done at once from a notice, in rows; `dispatch`, `designate` and `accept` make rows of their own.
STEPS_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    "new_case": (("dispatch",), ("refuse",)),
    "new_case_direct": (("accept",), ("decline",)),
    "dispatch_order": (("accept",), ("hand_back", "decline")),
    "designation": (("accept",), ("decline",)),
    "rework_order": (("resolve", "extend"),),
    "supervision": (("resolve", "contact"),),
    "urge": (("resolve", "contact"),),
    "due_soon": (("resolve", "extend"),),
    "review_request": (("approve", "reject"),),
    "check_request": (("pass_check", "fail_check"),),
    "extension_request": (("approve", "reject"),),
    "dispute_request": (("designate",),),
    "dissatisfied": (("supervise",),),
    "revisit_due": (("revisit",),),
}


def staff_rows(
    units: Sequence[str], classes: Sequence[tuple[str, str]], words: Words | None = None
) -> Callable[[Row], Rows]:
    """The rows of buttons for a notice to staff. `units` in the jurisdiction's order, `classes` the usual one first."""
    said, names = words or load_words(), tuple(units)

    def rows(row: Row) -> Rows:
        direct = row.message == "new_case" and row.facts.get("variant") == "direct"
        steps = STEPS_OF.get("new_case_direct" if direct else row.message, ())
        view = OfficerView(row.case or "", "", "", classes=tuple(classes), proposal=_proposal(row))
        return tuple(made for group in steps for made in _group(group, view, said, names))

    return rows


def _group(steps: tuple[str, ...], view: OfficerView, words: Words, units: tuple[str, ...]) -> list[tuple[Button, ...]]:
    if steps[0] in ("dispatch", "designate"):
        return dispatch_rows(view, words, units, steps[0])
    if steps[0] == "accept":
        return [(button,) for button in accept_buttons(view, words)]
    return [tuple(Button(words(f"step.{step}"), f"{step}:{view.number}") for step in steps)]


def _proposal(row: Row) -> tuple[tuple[str, float], ...]:
    """The units suggested, read back from the notice's own line about them."""
    line = str(row.private.get("proposal") or "")
    return tuple((name, int(chance) / 100) for name, chance in SUGGESTED_UNIT.findall(line))

"""What a button carries with it besides its step and case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bots.officer.room import RoomView

# What a second part of a press means, by step.
ARGS: dict[str, str] = {
    "accept": "class",
    "reclassify": "class",
    "decline": "clause",
    "refuse": "clause",
    "terminate": "clause",
    "appeal": "ground",
    "correct": "kind",
    "transfer": "to",
}
# Where each press adds one to a list.
LISTS: dict[str, str] = {"mark": "marks", "fail_check": "criteria"}


def fact_of_press(room: RoomView, step: str, arg: str) -> dict[str, Any]:
    """The fact that a press carries with it."""
    if not arg:
        return {}
    if step in ARGS:
        return {ARGS[step]: arg}
    if step in LISTS:
        return {LISTS[step]: [arg]}
    if step in ("dispatch", "designate"):
        known = arg.isdigit() and int(arg) < len(room.units)
        return {"to": [room.units[int(arg)]]} if known else {}
    if step == "resolve":
        return {"plan": True} if arg == "plan" else {"verdict": arg}
    if step == "revisit" and arg.isdigit():
        return {"score": int(arg)} if arg != "0" else {"score": "", "reached": False}
    return {}


def with_press(given: Mapping[str, Any], pressed: Mapping[str, Any]) -> dict[str, Any]:
    """What was given so far with the press added: a list grows, anything else is replaced."""
    grown = {
        name: list(dict.fromkeys([*given.get(name, ()), *value]))
        for name, value in pressed.items()
        if name in LISTS.values()
    }
    return {**given, **pressed, **grown}

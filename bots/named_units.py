"""The unit that a citizen named outright comes first among those proposed.

The reader weighs what units do; which of them was meant by name ("北区市场监管分局", not the city's) the office file
knows. The two chances change places, none is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bots.heard import simple
from casebook.jurisdiction import Unit

# Surer than this the reader is where nothing else can be meant, or where dispatchers decided so time and again.
LEARNT = 0.99


def named_first(departments: Sequence[Sequence[Any]], respondent: str, units: Sequence[Unit]) -> list[list[Any]]:
    """The proposed units with the one whose name or other name stands in `respondent` before all others.

    A hall holds many units' windows: naming it decides only against another hall.
    """
    rows = [list(row) for row in departments]
    unit = _named(simple(respondent), units)
    names = [row[0] for row in rows]
    if unit is None or not rows or rows[0][0] == unit.name or rows[0][1] >= LEARNT or unit.name not in names:
        return rows
    if unit.kind == "window" and not _is_window(rows[0][0], units):
        return rows
    at = names.index(unit.name)
    first = [unit.name, rows[0][1]]
    rest = [[name, rows[at][1] if place == 0 else chance] for place, (name, chance) in enumerate(rows) if place != at]
    return [first, *sorted(rest, key=lambda row: -row[1])]


def _named(respondent: str, units: Sequence[Unit]) -> Unit | None:
    """The unit with the longest name in it; None where two share it."""
    found = [(len(name), unit) for unit in units for name in (unit.name, *unit.aliases) if name in respondent]
    longest = max((length for length, _ in found), default=0)
    named = [unit for length, unit in found if length == longest]
    return named[0] if len(named) == 1 else None


def _is_window(name: str, units: Sequence[Unit]) -> bool:
    return any(unit.name == name and unit.kind == "window" for unit in units)

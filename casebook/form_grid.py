"""Where everything of a form stands: one grid of columns that all its rows fit into.

A row of two pairs and a row of four do not share their lines, so the grid has a column between any two lines that any
row draws, and a cell spans as many as it covers. Word and PDF are drawn from the same grid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from casebook.forms import FilledCell, FilledForm

WIDTH = 170  # millimetres between the margins of A4
GROUP = 11
LABELS = {1: 37, 2: 37, 3: 22, 4: 18}
LABELS_BESIDE = {1: 26, 2: 26, 3: 22, 4: 18}  # every label but the first, and the first of a row in a group

OF_FOUR = (30, 22, 22, 24)


@dataclass(frozen=True)
class Box:
    """One cell of the grid. `kind`: group | label | text."""

    row: int
    column: int
    columns: int
    rows: int
    kind: str
    text: str
    lines: int = 1


@dataclass(frozen=True)
class Grid:
    """Widths of the columns in millimetres, the cells, and for each row the least number of lines."""

    widths: tuple[int, ...]
    boxes: tuple[Box, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True)
class _Place:
    """A cell by its edges, before there are columns."""

    row: int
    left: int
    right: int
    rows: int
    kind: str
    text: str
    lines: int = 1


def grid(form: FilledForm) -> Grid:
    """The grid of this form."""
    places = list(_places(form))
    edges = sorted({0, WIDTH} | {place.left for place in places} | {place.right for place in places})
    column = {edge: number for number, edge in enumerate(edges)}
    boxes = tuple(
        Box(
            place.row,
            column[place.left],
            column[place.right] - column[place.left],
            place.rows,
            place.kind,
            place.text,
            place.lines,
        )
        for place in places
    )
    lines = tuple(max((cell.lines for cell in cells if cell.rows == 1), default=1) for _, cells in form.rows)
    return Grid(tuple(right - left for left, right in pairwise(edges)), boxes, lines)


def _places(form: FilledForm) -> Iterator[_Place]:
    slots: list[tuple[int, int, int]] = []
    busy: list[int] = []  # for each slot of the row above: how many rows its cell still covers
    for number, (group, cells) in enumerate(form.rows):
        busy = [left - 1 for left in busy]
        covered = next((place for place, left in enumerate(busy) if left <= 0), len(busy))
        if not covered:
            slots, busy = _slots(group, len(cells)), [0] * len(cells)
        if group and _begins(form, number):
            yield _Place(number, 0, GROUP, _reach(form, number), "group", group)
        for place, cell in enumerate(cells, covered):
            busy[place] = cell.rows
            yield from _pair(number, slots[place], cell)


def _pair(row: int, slot: tuple[int, int, int], cell: FilledCell) -> Iterator[_Place]:
    left, middle, right = slot
    yield _Place(row, left, middle, cell.rows, "label", cell.label)
    yield _Place(row, middle, right, cell.rows, "text", cell.text, cell.lines)


def _slots(group: str, count: int) -> list[tuple[int, int, int]]:
    """The edges of each pair in a row: label, text."""
    start = GROUP if group else 0
    labels = [LABELS_BESIDE[count] if group or place else LABELS[count] for place in range(count)]
    labels[0] = labels[0] if count > 2 or not group else LABELS[count] - GROUP
    room = _shares(WIDTH - start - sum(labels), count)
    slots, left = [], start
    for label, text in zip(labels, room, strict=True):
        slots.append((left, left + label, left + label + text))
        left += label + text
    return slots


def _shares(room: int, count: int) -> Sequence[int]:
    """The room for texts, divided. Of four, the first holds a case's number and the last a telephone's."""
    if count == len(OF_FOUR) and room == sum(OF_FOUR):
        return OF_FOUR
    share = room // count
    return [share] * (count - 1) + [room - share * (count - 1)]


def _begins(form: FilledForm, row: int) -> bool:
    return row == 0 or form.rows[row - 1][0] != form.rows[row][0]


def _reach(form: FilledForm, row: int) -> int:
    """How many rows the group that begins here covers."""
    group = form.rows[row][0]
    return next((end for end in range(row, len(form.rows)) if form.rows[end][0] != group), len(form.rows)) - row

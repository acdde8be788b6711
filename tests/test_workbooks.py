"""Exports longer than a sheet, and numbers longer than a cell: all of it is there, in the next ones."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from casebook.figures_sheet import figures_workbook, list_workbook
from casebook.form_layouts import read_layouts
from casebook.ledger import write_workbook
from casebook.workbooks import CELL_LIMIT, SHEET_ROWS, new_workbook, sheets
from office.export_lists import NUMBERS_IN_CELL, lines

TITLE = "某市政务服务管理局"
NUMBERS = [f"20260301-{place:05d}0" for place in range(5)]
FIGURE = {
    "figure": "on_time_rate",
    "numerator": 5,
    "denominator": 5,
    "missing": None,
    "left_out": 1,
    "cases": {"numerator": NUMBERS, "denominator": NUMBERS, "left_out": {"20260301-000050": "no_clock"}},
}
BODY: dict[str, Any] = {"figures": [FIGURE], "units": [], "streams": []}


def opened(document: bytes) -> dict[str, list[list[Any]]]:
    """The lines of each sheet by its name, in the order of the sheets."""
    book = openpyxl.load_workbook(io.BytesIO(document))
    return {sheet.title: [[cell.value for cell in line] for line in sheet.iter_rows()] for sheet in book.worksheets}


def test_cases_that_a_sheet_cannot_hold_go_on_in_further_ones() -> None:
    whole = opened(figures_workbook(BODY, TITLE))
    parted = opened(figures_workbook(BODY, TITLE, sheet_rows=6))

    assert list(whole) == ["指标", "列件", "各单位"]
    assert list(parted) == ["指标", "列件", "列件 2", "列件 3", "各单位"]
    parts = [parted[name] for name in ("列件", "列件 2", "列件 3")]
    assert [len(part) for part in parts] == [6, 6, 5]
    assert all(part[:2] == whole["列件"][:2] for part in parts)
    assert [line for part in parts for line in part[2:]] == whole["列件"][2:]
    assert len(whole["列件"]) == 2 + 11


def test_a_list_that_a_sheet_cannot_hold_goes_on_in_further_ones() -> None:
    parted = opened(list_workbook("文号登记", ["编号"], ([number] for number in NUMBERS), sheet_rows=4))

    assert list(parted) == ["文号登记", "文号登记 2", "文号登记 3"]
    assert [line[0] for part in parted.values() for line in part[2:]] == NUMBERS


def test_a_ledger_goes_on_under_its_own_heads_and_above_its_own_note() -> None:
    layout = read_layouts("anyang").ledger
    assert layout is not None
    rows = [{"反映事项": number} for number in NUMBERS]
    heads = [column.title for column in layout.columns]
    out = io.BytesIO()

    write_workbook(out, iter(rows), layout, sheet_rows=6)

    parted = opened(out.getvalue())
    assert list(parted) == [layout.sheet, f"{layout.sheet} 2"]
    assert [len(part) for part in parted.values()] == [6, 5]
    for part in parted.values():
        assert (part[0][0], part[1], part[-1][0]) == (layout.title, heads, layout.note)
    assert [line[heads.index("反映事项")] for part in parted.values() for line in part[2:-1]] == NUMBERS


@pytest.mark.parametrize(
    ("rows", "parts"),
    [(0, [0]), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])],
)
def test_a_sheet_more_is_begun_only_for_a_row_more(rows: int, parts: list[int]) -> None:
    assert [len(list(part)) for _, part in sheets("列件", range(rows), 3)] == parts


def test_no_name_is_longer_than_a_sheet_may_have() -> None:
    names = [name for name, part in sheets("长" * 40, range(11), 1) if list(part)]

    assert names[0] == "长" * 31
    assert names[10] == f"{'长' * 28} 11"
    assert len(set(names)) == 11


def test_a_row_past_the_limit_is_one_that_the_writer_drops() -> None:
    book = new_workbook(io.BytesIO(), TITLE)
    sheet = book.add_worksheet()

    taken, dropped = sheet.write_string(SHEET_ROWS - 1, 0, "最后一行"), sheet.write_string(SHEET_ROWS, 0, "再一行")

    book.close()
    assert (taken, dropped) == (0, -1)


def test_numbers_that_a_cell_cannot_hold_go_on_in_further_lines_and_count_once() -> None:
    row = ("单位", "某局", 5, tuple(NUMBERS))

    assert list(lines(row, most=2)) == [
        ["单位", "某局", 5, "、".join(NUMBERS[:2])],
        ["单位", "某局", "", "、".join(NUMBERS[2:4])],
        ["单位", "某局", "", NUMBERS[4]],
    ]
    assert list(lines(row)) == [["单位", "某局", 5, "、".join(NUMBERS)]]
    assert list(lines(("单位", 0, ()))) == [["单位", 0, ""]]
    assert len("、".join(["20260301-1000000"] * NUMBERS_IN_CELL)) < CELL_LIMIT

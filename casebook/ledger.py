"""The ledger (台账): one row a case, from the minute of filing, in the columns its regulation's form has.

Personal data is covered unless the caller may see it and asks for it. What people wrote is text in every cell: a
spreadsheet never sees a formula or a link in it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from casebook.case import Case
from casebook.case_fields import covered, fields
from casebook.form_layouts import LedgerLayout, placed
from casebook.forms import printable
from casebook.jurisdiction import Jurisdiction
from casebook.workbooks import CELL_LIMIT, SHEET_ROWS, new_workbook, sheets
from casebook.working_days import Calendar

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

BLANK_ROWS = 3
FRAME_ROWS = 3  # the title, the heads and the note


def row(
    case: Case,
    calendar: Calendar,
    now: datetime,
    layout: LedgerLayout,
    *,
    personal: bool = False,
    office: Jurisdiction | None = None,
    serial: int | None = None,
) -> dict[str, str]:
    """The case's row as it stands at `now`: column title to text. `personal` shows personal data uncovered."""
    values = fields(case, calendar, now, office)
    values = {**(values if personal else covered(values)), "serial": str(serial or "")}
    return {
        column.title: printable(placed(column.show, values, layout.words, layout.moment)).strip()
        for column in layout.columns
    }


def workbook(rows: Iterable[Mapping[str, str]], layout: LedgerLayout) -> bytes:
    """The rows as an .xlsx file."""
    out = io.BytesIO()
    write_workbook(out, rows, layout)
    return out.getvalue()


def write_workbook(
    out: BinaryIO, rows: Iterable[Mapping[str, str]], layout: LedgerLayout, sheet_rows: int = SHEET_ROWS
) -> None:
    """The same, written as the rows come: a million of them need no more memory than one. What a sheet of `sheet_rows`
    cannot hold goes on in further ones, each with the form's title, heads and note."""
    book = new_workbook(out, layout.title)
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"})
    body = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
    large = book.add_format({"bold": True, "font_size": 14})
    for name, lines in sheets(layout.sheet, rows, sheet_rows - FRAME_ROWS):
        sheet = _headed(book.add_worksheet(name), layout, large, head)
        number = 1
        for number, cells in enumerate(lines, 2):
            for index, column in enumerate(layout.columns):
                sheet.write_string(number, index, _fitting(cells.get(column.title, ""), layout.cut), body)
        number = _empty_rows(sheet, layout, body) if number == 1 else number
        if layout.note:
            sheet.write_string(number + 1, 0, layout.note)
    book.close()


def _headed(sheet: Worksheet, layout: LedgerLayout, large: Format, head: Format) -> Worksheet:
    """The sheet with the form's title and heads, as it is printed."""
    for index, column in enumerate(layout.columns):
        sheet.set_column(index, index, column.width)
    sheet.freeze_panes(2, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.repeat_rows(0, 1)
    sheet.write_string(0, 0, layout.title, large)
    for index, column in enumerate(layout.columns):
        sheet.write_string(1, index, column.title, head)
    return sheet


def _empty_rows(sheet: Worksheet, layout: LedgerLayout, style: Format) -> int:
    """A blank print: numbered rows to write in; the last one."""
    for serial in range(1, BLANK_ROWS + 1):
        for index, column in enumerate(layout.columns):
            sheet.write_string(serial + 1, index, str(serial) if "{serial}" in column.show else "", style)
    return BLANK_ROWS + 1


def _fitting(text: str, cut: str) -> str:
    """The text if a cell can hold it, else its beginning and where the rest is."""
    if len(text) <= CELL_LIMIT // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_LIMIT:
        return text
    return units[: 2 * (CELL_LIMIT - len(cut))].decode("utf-16-le", "ignore") + cut

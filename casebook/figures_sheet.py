"""The rates as a workbook: what they are, which cases stand behind each, what each unit and each stream did."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casebook import report_words as say
from casebook.workbooks import SHEET_ROWS, new_workbook, sheets

if TYPE_CHECKING:
    from xlsxwriter import Workbook

RATES, CASES, UNITS = "指标", "列件", "各单位"
PARTS = {"numerator": "分子", "denominator": "分母"}
LEFT_OUT = "未计入"
HEAD_ROWS = 2  # the title and the heads


def figures_workbook(body: Mapping[str, Any], title: str, sheet_rows: int = SHEET_ROWS) -> bytes:
    """The body of a report (`report_contents.body`) as an .xlsx file. A city's month has two million lines of cases:
    they go on in further sheets."""
    out = io.BytesIO()
    book = new_workbook(out, title)
    _sheets(book, RATES, ("指标", "分子", "分母", "比率", "说明"), _rates(body), title, sheet_rows)
    _sheets(book, CASES, ("指标", "列入", "编号", "说明"), _cases(body), title, sheet_rows)
    _sheets(book, UNITS, ("单位、类别", *_count_titles(), *_rate_titles(body)), _units(body), title, sheet_rows)
    book.close()
    return out.getvalue()


def list_workbook(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], sheet_rows: int = SHEET_ROWS
) -> bytes:
    """A plain list as an .xlsx file; every text stays text."""
    out = io.BytesIO()
    book = new_workbook(out, title)
    _sheets(book, title, heads, rows, title, sheet_rows)
    book.close()
    return out.getvalue()


def _sheets(
    book: Workbook, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], title: str, sheet_rows: int
) -> None:
    """A list, on as many sheets as it needs, each under the title and the heads."""
    plain = "".join(char for char in name if char not in "[]:*?/\\'")
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    large = book.add_format({"bold": True, "font_size": 14})
    for part, lines in sheets(plain, rows, sheet_rows - HEAD_ROWS):
        sheet = book.add_worksheet(part)
        sheet.write_string(0, 0, title, large)
        for column, text in enumerate(heads):
            sheet.write_string(1, column, text, head)
            sheet.set_column(column, column, 24 if not column else 14)
        for number, values in enumerate(lines, HEAD_ROWS):
            for column, value in enumerate(values):
                _write(sheet, number, column, value, cell)
        sheet.freeze_panes(HEAD_ROWS, 1)


def _write(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, "" if value is None else str(value), style)


def _rates(body: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    for row in body["figures"]:
        top, bottom = row["numerator"], row["denominator"]
        why = say.word("missing", row["missing"]) if row["missing"] else ""
        rate = say.percent(top, bottom) if bottom else ""
        yield (say.word("figure", row["figure"]), top, bottom, rate, why)


def _cases(body: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    for row in body["figures"]:
        name = say.word("figure", row["figure"])
        for part, title in PARTS.items():
            yield from ((name, title, number, "") for number in row["cases"][part])
        for number, why in row["cases"]["left_out"].items():
            yield (name, LEFT_OUT, number, say.word("left_out", why))


def _count_titles() -> tuple[str, ...]:
    return tuple(say.words()["count"].values())


def _rate_titles(body: Mapping[str, Any]) -> list[str]:
    return [say.word("figure", row["figure"]) for row in body["figures"]]


def _units(body: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    names = [row["figure"] for row in body["figures"]]
    for row in (*body["units"], *body["streams"]):
        counts = [row["counts"][name] for name in say.words()["count"]]
        rates = [_percent(row["rates"][name]) for name in names]
        yield (row.get("unit") or row.get("stream"), *counts, *rates)


def _percent(row: Mapping[str, Any]) -> str:
    bottom = row["denominator"]
    return say.percent(row["numerator"], bottom) if bottom else ""

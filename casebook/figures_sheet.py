"""The rates as a workbook: what they are, which cases stand behind each, what each unit and each stream did."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from casebook import report_words as say

# xlsxwriter is loaded for the first workbook that is asked for: it weighs a dozen megabytes.
RATES, CASES, UNITS = "指标", "列件", "各单位"
PARTS = {"numerator": "分子", "denominator": "分母"}
LEFT_OUT = "未计入"


def figures_workbook(body: Mapping[str, Any], title: str) -> bytes:
    """The body of a report (`report_contents.body`) as an .xlsx file."""
    import xlsxwriter

    out = io.BytesIO()
    # Row by row: a city's month has two million lines of cases, which would else be held at once.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - no clock is read here
    _sheet(book, RATES, ("指标", "分子", "分母", "比率", "说明"), _rates(body), title)
    _sheet(book, CASES, ("指标", "列入", "编号", "说明"), _cases(body), title)
    _sheet(book, UNITS, ("单位、类别", *_count_titles(), *_rate_titles(body)), _units(body), title)
    book.close()
    return out.getvalue()


def list_workbook(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A plain list as an .xlsx file; every text stays text."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - no clock is read here
    _sheet(book, title[:31], heads, rows, title)
    book.close()
    return out.getvalue()


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], title: str) -> None:
    sheet = book.add_worksheet("".join(char for char in name if char not in "[]:*?/\\'"))
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    for column, text in enumerate(heads):
        sheet.write_string(1, column, text, head)
        sheet.set_column(column, column, 24 if not column else 14)
    for number, values in enumerate(rows, 2):
        for column, value in enumerate(values):
            _write(sheet, number, column, value, cell)
    sheet.freeze_panes(2, 1)


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

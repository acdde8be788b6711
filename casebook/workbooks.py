"""Workbooks (.xlsx) as every export writes them: row by row, and on as many sheets as the rows need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO, TypeVar

# Loaded for the first workbook that is asked for: it weighs a dozen megabytes.
if TYPE_CHECKING:
    from xlsxwriter import Workbook

T = TypeVar("T")

SHEET_ROWS = 1_048_576  # what Excel opens; the writer drops every row past it without a word
CELL_LIMIT = 32_767  # UTF-16 units a spreadsheet's cell can hold; a longer text would be cut without a word
NAME_LIMIT = 31  # characters of a sheet's name


def new_workbook(out: BinaryIO, title: str) -> Workbook:
    """An empty workbook in which every text stays text; a row is gone from memory once the next one is written."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - no clock is read here
    return book


def sheets(name: str, rows: Iterable[T], most: int) -> Iterator[tuple[str, Iterator[T]]]:
    """The rows in parts of at most `most`, each with its sheet's name: 列件, 列件 2, 列件 3. Without
    rows there is one part. A part is to be read to its end before the next is asked for."""
    rest, number = iter(rows), 1
    yield name[:NAME_LIMIT], islice(rest, most)
    while first := list(islice(rest, 1)):
        number += 1
        ending = f" {number}"
        yield name[: NAME_LIMIT - len(ending)] + ending, chain(first, islice(rest, most - 1))

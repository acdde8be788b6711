"""Filled forms as a Word document: each one grid on A4, to be edited, printed and sealed."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt

from casebook.form_grid import Box, grid
from casebook.forms import FilledForm

FONT, TITLE_FONT = "SimSun", "SimHei"
SIZE = 10.5
LINE = Cm(0.75)
# A document carries a date of its own. Ours is fixed, so that the same form is the same bytes.
NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format knows no zone


def docx_bytes(*forms: FilledForm) -> bytes:
    """The document; each form begins a page."""
    document = _new()
    for place, form in enumerate(forms):
        if place:
            document.add_page_break()
        _form(document, form)
    out = io.BytesIO()
    document.save(out)
    return _undated(out.getvalue())


def _undated(packed: bytes) -> bytes:
    """The same package without the hour it was packed in."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.infolist():
            plain = zipfile.ZipInfo(item.filename, NEVER.timetuple()[:6])
            new.writestr(plain, old.read(item), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _form(document: Any, form: FilledForm) -> None:
    _line(document.add_paragraph(), form.title, 16, bold=True, font=TITLE_FONT, align=WD_ALIGN_PARAGRAPH.CENTER)
    if form.note:
        _line(document.add_paragraph(), form.note, SIZE, align=WD_ALIGN_PARAGRAPH.CENTER)
    if form.number:
        _line(document.add_paragraph(), form.number, SIZE, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _grid(document, form)
    for sign in form.signs:
        _line(document.add_paragraph(), sign, SIZE, align=WD_ALIGN_PARAGRAPH.RIGHT)
    for foot in form.foot:
        _line(document.add_paragraph(), foot, 9)


def _new() -> Any:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin = section.bottom_margin = Cm(2.0)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    properties = document.core_properties
    properties.author, properties.created, properties.modified = "", NEVER, NEVER
    return document


def _grid(document: Any, form: FilledForm) -> None:
    laid = grid(form)
    table = document.add_table(rows=len(form.rows), cols=len(laid.widths))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    cells = [list(row.cells) for row in table.rows]
    for row, lines in zip(table.rows, laid.lines, strict=True):
        row.height = LINE * lines
    for row_of_cells in cells:
        for cell, width in zip(row_of_cells, laid.widths, strict=True):
            cell.width = Mm(width)
    for box in laid.boxes:
        _box(cells, box)


def _box(cells: list[list[Any]], box: Box) -> None:
    cell = cells[box.row][box.column]
    last = cells[box.row + box.rows - 1][box.column + box.columns - 1]
    cell = cell.merge(last) if last is not cell else cell
    if box.kind == "text":
        _lines(cell, box.text)
    else:
        _line(cell.paragraphs[0], box.text, SIZE, align=WD_ALIGN_PARAGRAPH.CENTER)


def _lines(cell: Any, text: str) -> None:
    first, *rest = text.split("\n")
    _line(cell.paragraphs[0], first, SIZE)
    for line in rest:
        _line(cell.add_paragraph(), line, SIZE)


def _line(paragraph: Any, text: str, size: float, bold: bool = False, font: str = FONT, align: Any = None) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.name, run.font.size = bold, font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if align is not None:
        paragraph.alignment = align

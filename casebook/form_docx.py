"""A filled form as a Word document: one grid on A4, to be edited, printed and sealed."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from casebook.forms import FilledCell, FilledForm

FONT, TITLE_FONT = "SimSun", "SimHei"
WIDTHS = (Cm(1.1), Cm(2.6), Cm(5.3), Cm(2.6), Cm(5.4))  # group, label, text, label, text: 17 cm between the margins
LINE = Cm(0.75)
# A document carries a date of its own. Ours is fixed, so that the same form is the same bytes.
NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format knows no zone


def docx_bytes(form: FilledForm) -> bytes:
    """The document."""
    document = _new()
    _line(document.add_paragraph(), form.title, 16, bold=True, font=TITLE_FONT, align=WD_ALIGN_PARAGRAPH.CENTER)
    if form.note:
        _line(document.add_paragraph(), form.note, 10.5, align=WD_ALIGN_PARAGRAPH.CENTER)
    if form.number:
        _line(document.add_paragraph(), form.number, 10.5, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _grid(document, form)
    for sign in form.signs:
        _line(document.add_paragraph(), sign, 10.5, align=WD_ALIGN_PARAGRAPH.RIGHT)
    for foot in form.foot:
        _line(document.add_paragraph(), foot, 9)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _new() -> Any:
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.0)
    section.top_margin = section.bottom_margin = Cm(2.0)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    properties = document.core_properties
    properties.author, properties.created, properties.modified = "", NEVER, NEVER
    return document


def _grid(document: Any, form: FilledForm) -> None:
    table = document.add_table(rows=len(form.rows), cols=len(WIDTHS))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for row in table.rows:
        for cell, width in zip(row.cells, WIDTHS, strict=True):
            cell.width = width
    for number, (group, cells) in enumerate(form.rows):
        _row(table, number, group, cells)
    _join_groups(table, form)


def _row(table: Any, number: int, group: str, cells: tuple[FilledCell, ...]) -> None:
    table.rows[number].height = LINE * max(cell.lines for cell in cells)
    first_label = table.cell(number, 1) if group else table.cell(number, 0).merge(table.cell(number, 1))
    _line(first_label.paragraphs[0], cells[0].label, 10.5, align=WD_ALIGN_PARAGRAPH.CENTER)
    if len(cells) == 1:
        _lines(table.cell(number, 2).merge(table.cell(number, 4)), cells[0].text)
        return
    _lines(table.cell(number, 2), cells[0].text)
    _line(table.cell(number, 3).paragraphs[0], cells[1].label, 10.5, align=WD_ALIGN_PARAGRAPH.CENTER)
    _lines(table.cell(number, 4), cells[1].text)


def _join_groups(table: Any, form: FilledForm) -> None:
    """Rows of one group share one cell on the left."""
    start = 0
    while start < len(form.rows):
        group, end = form.rows[start][0], start
        while group and end + 1 < len(form.rows) and form.rows[end + 1][0] == group:
            end += 1
        if group:
            cell = table.cell(start, 0).merge(table.cell(end, 0))
            _line(cell.paragraphs[0], group, 10.5, align=WD_ALIGN_PARAGRAPH.CENTER)
        start = end + 1


def _lines(cell: Any, text: str) -> None:
    first, *rest = text.split("\n")
    _line(cell.paragraphs[0], first, 10.5)
    for line in rest:
        _line(cell.add_paragraph(), line, 10.5)


def _line(paragraph: Any, text: str, size: float, bold: bool = False, font: str = FONT, align: Any = None) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.name, run.font.size = bold, font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if align is not None:
        paragraph.alignment = align

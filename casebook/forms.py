"""Official forms: fields in, a document out (.docx to be edited and sealed, .pdf to be sent).

What people wrote is put in as plain text and nothing else: no markup, placeholder or control character of theirs has
any effect. A form filled from nothing is the blank print.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casebook.errors import CasebookError
from casebook.form_layouts import Form, placed, put

NEW_LINES = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")


class FormError(CasebookError):
    """The document cannot be made as asked. The message says why and what to do; `characters` are those no font has."""

    def __init__(self, message: str, characters: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.characters = characters


@dataclass(frozen=True)
class FilledCell:
    """A label, its text, the least number of lines, and how many rows it covers."""

    label: str
    text: str
    lines: int
    rows: int = 1


@dataclass(frozen=True)
class FilledForm:
    """A form whose texts are ready to be printed. `rows` are pairs of group label and cells."""

    title: str
    number: str
    rows: tuple[tuple[str, tuple[FilledCell, ...]], ...]
    note: str
    foot: tuple[str, ...]
    signs: tuple[str, ...]

    def texts(self) -> tuple[str, ...]:
        """Every text that will stand on the paper."""
        cells = [cell for _, row in self.rows for cell in row]
        groups = [group for group, _ in self.rows]
        texts = [text for cell in cells for text in (cell.label, cell.text)]
        return (self.title, self.number, self.note, *groups, *texts, *self.foot, *self.signs)


def fill(form: Form, values: Mapping[str, Any]) -> FilledForm:
    """The form with these fields. A field that is not given stays blank."""

    def show(text: str) -> str:
        return printable(put(text, values, form.words, form.moment))

    rows = tuple(
        (
            row.group,
            tuple(
                FilledCell(
                    cell.label, printable(placed(cell.show, values, form.words, form.moment)), cell.lines, cell.rows
                )
                for cell in row.cells
            ),
        )
        for row in form.rows
    )
    return FilledForm(
        form.title, show(form.number), rows, form.note, tuple(map(show, form.foot)), tuple(map(show, form.signs))
    )


def printable(text: str) -> str:
    """The text as it can stand on paper: without control characters, direction marks, lone surrogates.

    Line ends become one kind. Nothing visible is changed.
    """
    text = NEW_LINES.sub("\n", text).replace("\t", "  ")
    return "".join(char for char in text if char == "\n" or not _unprintable(char))


def _unprintable(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Cn", "Co") or 0xFE00 <= ord(char) <= 0xFE0F

"""The rulebook for a reader: the regulation's words beside the program's reading, to be printed and signed."""

from __future__ import annotations

from starlette.responses import Response

from casebook import sheet
from console.door import Visit


def show(visit: Visit) -> Response:
    """The check sheet of the rulebook in force here."""
    book = visit.office.desk.law.rulebook
    return visit.page("rulebook", head=sheet.head(book), rows=sheet.rows(book), flow=sheet.flow(book))

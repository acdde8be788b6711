"""What an office reads from files at its start and nothing changes, read once for many starts.

Whoever opens the same office hundreds of times (`tests.chaos`, `tests.simulator`) spends else most of its time on it.
None of it touches the world: files of ours are read, nothing is written, sent or asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

from bots.knowledge import Answer, Knowledge, read_knowledge
from casebook.holiday_notices import HolidayNotice
from casebook.jurisdiction import Jurisdiction
from casebook.law import Law
from casebook.rulebook import Rulebook
from nlp.reader import Reader
from office import holidays
from office import office as wiring
from office.law import law_of, read_law
from tests.talking import reader


class Loaded:
    """The reader of the one office that is opened."""

    @staticmethod
    def load(**given: Any) -> Reader:
        return reader()


@cache
def _answers(office: str) -> tuple[Answer, ...]:
    return read_knowledge(office)


@cache
def _knowledge(answers: tuple[Answer, ...]) -> Knowledge:
    return Knowledge(answers)


_law_read = cache(read_law)
_laws: dict[object, Law] = {}


def _law_made(office: Jurisdiction, book: Rulebook, zone: Any, loaded: Iterable[HolidayNotice] = ()) -> Law:
    """The law counted by these notices: of a year there is never more than one in these tests."""
    notices = tuple(loaded)
    key = office.name, book.name, str(zone), tuple(notice.year for notice in notices)
    if key not in _laws:
        _laws[key] = law_of(office, book, zone, notices)
    return _laws[key]


@contextmanager
def read_once() -> Iterator[None]:
    """Within it offices open quickly."""
    with ExitStack() as stack:
        for where, name, instead in (
            (wiring, "Reader", Loaded),
            (wiring, "read_knowledge", _answers),
            (wiring, "Knowledge", _knowledge),
            (holidays, "read_law", _law_read),
            (holidays, "law_of", _law_made),
        ):
            stack.enter_context(patch.object(where, name, instead))
        yield

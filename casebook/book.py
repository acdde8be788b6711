"""What the casebook asks of whoever keeps it: a promise, fulfilled by `models.store` (and by nothing else).

A `Book` is the case book inside one open transaction. Whatever is done through it happens together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from casebook.case import Case, Notice, Timer


class Book(Protocol):
    """One open transaction on the case book."""

    def next_serial(self, series: str) -> int:
        """The next number of a series, from 1, without gaps (a rolled-back transaction takes none)."""

    def load(self, number: str) -> Case:
        """The case with its whole history. Raises NoSuchCase."""

    def save(self, before: Case | None, after: Case, notices: Iterable[Notice], timers: Iterable[Timer]) -> None:
        """Write the entries `after` has beyond `before`, its snapshot, its notices and its timers.

        `timers` is all the case now wants: unknown keys are added, pending ones that are not wanted any more are
        withdrawn, fired ones stay fired. Notices whose key exists are passed over.
        Raises Conflict when the stored version is not `before.version` (or the number exists, for None).
        """

    def post(self, notices: Iterable[Notice]) -> None:
        """Write notices that belong to no step; those whose key exists are passed over."""

    def due_timers(self, now: datetime, limit: int) -> Sequence[Timer]:
        """Pending timers whose moment has come, oldest first, claimed for this transaction."""

    def fired(self, key: str, at: datetime) -> None:
        """Mark a timer as done; it will not come again."""

    def open_numbers(self) -> Sequence[str]:
        """The numbers of all cases with a running clock (for recomputing due dates)."""

    def looked(self, number: str, by: str, what: str, reason: str, at: datetime) -> None:
        """Record that a person was shown personal data of a case."""

    def example_add(self, number: str, text: str, label: str, suggested: str, by: str, at: datetime) -> None:
        """Keep which unit (`label`) was decided for a covered text; `suggested`: whom the machine had put first."""

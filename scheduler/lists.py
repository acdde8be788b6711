"""The lists for supervisors over a span of days, of the whole area or the cases one unit leads.

Which cases a list is of is told by how they count (`standings`); only of those, and lot by lot, is read what was filed:
no case is loaded with its history, however many a city has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from itertools import islice
from typing import Any, Protocol, TypeVar

from casebook import oversight
from casebook.case import Case
from casebook.figures import how_many, numbers
from casebook.law import Law
from casebook.oversight import MOST_GATHERED, Filed, Gather, Honours, Listed, filed
from casebook.periods import Span, all_as_of
from casebook.standing import Alike

T = TypeVar("T")
LOT = 500  # cases read at once


class Reads(Protocol):
    """The case book's keeper, as far as lists need it."""

    def read(self, fn: Callable[[Any], T]) -> T: ...


@dataclass(frozen=True)
class Lists:
    """The lists of one span and unit ("" for the whole area)."""

    store: Reads
    law: Law
    span: Span
    unit: str = ""

    def major(self) -> tuple[str, ...]:
        """The cases marked as major matters."""
        return oversight.major(self._groups)

    def concluded(self) -> tuple[str, ...]:
        """The cases whose last answer was given in the span, and stands."""
        return numbers(filter(oversight.is_concluded, self._groups))

    def key_objects(self) -> tuple[Listed, ...]:
        return oversight.key_objects(self._opened, self.law)

    def hotspots(self) -> tuple[Listed, ...]:
        return oversight.hotspots(self._opened, self.law)

    def honours(self) -> tuple[Honours, ...]:
        return oversight.honours(self._opened, self.law)

    def repeated(self) -> tuple[Listed, ...]:
        group_of = self._filed
        found = self.store.read(lambda unit: unit.repeating(*self._bounds))
        return oversight.repeated(
            Filed(number, group_of[number], who) for who, mine in found for number in mine if number in group_of
        )

    def hot_matters(self, gather: Gather) -> tuple[Listed, ...]:
        """Of the latest cases that have a text."""
        told = list(islice(self._told(), MOST_GATHERED))
        return oversight.hot_matters(told[::-1], self.law, gather)

    def whole(self, chosen: Sequence[str]) -> list[Case]:
        """These cases as they stood at the end of the span, with their histories: for a few."""
        cases = self.store.read(lambda unit: [unit.load(number) for number in chosen])
        return all_as_of(cases, self._bounds[1])

    def _told(self) -> Iterator[Filed]:
        """The cases filed in the span that have a text, the latest first."""
        (since, until), below = self._bounds, ""
        while lot := self.store.read(partial(_newest, since=since, until=until, below=below)):
            mine = [number for number, _ in lot if number in self._filed]
            yield from (case for case in _read(self.store, mine, self._filed, text=True) if case.text)
            below, until = lot[-1]

    @cached_property
    def _groups(self) -> tuple[Alike, ...]:
        found = self.store.read(lambda unit: unit.alike(self._bounds, self._bounds[1]))
        return tuple(group for group in found if not self.unit or group.lead_unit == self.unit)

    @cached_property
    def _filed(self) -> dict[str, Alike]:
        """The cases filed in the span."""
        return _by_number(group for group in self._groups if group.filed)

    @cached_property
    def _opened(self) -> tuple[Filed, ...]:
        """The cases that may stand on a list of who or what is complained of."""
        return tuple(opened(self.store, filter(self._may_be_listed, self._groups)))

    def how_many_complained(self) -> int:
        """How many cases have to be read for the lists of who or what is complained of."""
        return how_many(filter(self._may_be_listed, self._groups))

    def _may_be_listed(self, group: Alike) -> bool:
        if oversight.is_complaint(group):
            return True
        return oversight.lists_honours(self.law) and oversight.may_cost_honours(group)

    @property
    def _bounds(self) -> tuple[datetime, datetime]:
        zone = self.law.calendar.zone
        return self.span.start(zone), self.span.end(zone)


def opened(store: Reads, groups: Iterable[Alike]) -> Iterator[Filed]:
    """The cases of these groups by number, read lot by lot: of what was filed only what lists go by is held."""
    group_of = _by_number(groups)
    chosen = sorted(group_of)
    for start in range(0, len(chosen), LOT):
        yield from _read(store, chosen[start : start + LOT], group_of)


def _read(store: Reads, lot: Sequence[str], group_of: dict[str, Alike], *, text: bool = False) -> list[Filed]:
    """These cases in their order; one that was let go meanwhile is passed over."""
    found = store.read(lambda unit: unit.filings(lot))
    return [filed(number, group_of[number], found[number], text=text) for number in lot if number in found]


def _newest(unit: Any, since: datetime, until: datetime, below: str) -> list[tuple[str, datetime]]:
    found: list[tuple[str, datetime]] = unit.newest_filed(since, until, LOT, below)
    return found


def _by_number(groups: Iterable[Alike]) -> dict[str, Alike]:
    return {number: group for group in groups for number in group.numbers}

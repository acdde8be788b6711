"""Reports in their time: each made once, whichever process comes first, kept as given, and told in one transaction.

The cases are read before the transaction that writes; what a report says depends only on what had happened by the end
of its period, so it may be made late and says the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol, TypeVar

from casebook import report_notices, report_words
from casebook.case import Case, Notice
from casebook.figures import Counted, in_hindsight
from casebook.law import Law
from casebook.periods import Span, all_as_of, as_of, before, span_of
from casebook.report_contents import body, corrections
from casebook.reports import MISSING, REMIND, Given, Occasion, occasions
from casebook.rules import ReportRule

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_BACK = timedelta(days=40)  # after so long a standstill a report is made by hand


class Store(Protocol):
    """The case book's keeper."""

    def read(self, fn: Callable[[Any], T]) -> T: ...
    def write(self, fn: Callable[[Any], T]) -> T: ...


@dataclass(frozen=True)
class Reporting:
    """The report calendar of one office at work. What fell due longer than `look_back` ago is left to people."""

    store: Store
    law: Law
    look_back: timedelta = LOOK_BACK

    def run(self, now: datetime) -> int:
        """Give what is due by now and was not given; how many occasions there were."""
        if not self.law.rulebook.reports:
            return 0
        began = self.store.read(lambda unit: unit.reports_began_at())
        if began is None:
            began = self.store.write(lambda unit: unit.reports_began(now))
        due = occasions(self.law, max(began, now - self.look_back), now)
        return sum(self._give(occasion) for occasion in due)

    def made(self, span: Span, unit: str = "", now: datetime | None = None) -> dict[str, Any]:
        """What a report on the span says: the whole area, or one unit. `now`: for a span that is not over yet."""
        counted, services = self.counted(span, now)
        return self._body(counted, services, unit)

    def counted(self, span: Span, now: datetime | None = None) -> tuple[Counted, dict[tuple[str, str], int]]:
        """The cases the span concerns, as they stood at its end, and the services handled."""
        cases, services = self._read(span)
        stood = tuple(all_as_of(cases, span.end(self._zone)))
        return Counted(stood, span, self.law.rulebook, self._zone, now=now), services

    def corrected(self, given: Given) -> list[dict[str, Any]]:
        """What the report would count otherwise today, by what was decided since."""
        cases, services = self._read(given.span)
        end = given.span.end(self._zone)
        stood = tuple(in_hindsight(then, case) for case in cases if (then := as_of(case, end)) is not None)
        counted = Counted(stood, given.span, self.law.rulebook, self._zone)
        return corrections(given.body, self._body(counted, services, given.unit))

    def _read(self, span: Span) -> tuple[list[Case], dict[tuple[str, str], int]]:
        def read(unit: Any) -> tuple[list[Case], dict[tuple[str, str], int]]:
            cases = [unit.load(number) for number in unit.numbers_concerned(span.start(self._zone))]
            return cases, unit.services(span.months() or ())

        return self.store.read(read)

    @property
    def _zone(self) -> tzinfo:
        return self.law.calendar.zone

    @property
    def units(self) -> tuple[str, ...]:
        """The units that report: all but those under central management."""
        return tuple(unit.name for unit in self.law.jurisdiction.units if not unit.central)

    def _give(self, occasion: Occasion) -> bool:
        if self.store.read(lambda unit: unit.is_done(occasion.key)):
            return False
        given, notices = self._made(occasion)

        def keep(unit: Any) -> bool:
            if not unit.once(occasion.key, occasion.at):
                return False
            for report in given:
                unit.report_put(report)
            unit.post(notices)
            return True

        done = self.store.write(keep)
        log.info("report %s %s: %s", occasion.rule.report, occasion.span.name, occasion.what)
        return done

    def _made(self, occasion: Occasion) -> tuple[list[Given], list[Notice]]:
        if occasion.what in (REMIND, MISSING):
            return [], list(self._chased(occasion))
        counted, services = self.counted(occasion.span)
        units = self.units if occasion.rule.by == "unit" else ()
        bodies = {unit: self._body(counted, services, unit) for unit in ("", *units)}
        given = [_given(occasion, unit, made) for unit, made in bodies.items()]
        if units:
            return given, list(report_notices.asked(occasion, {unit: bodies[unit] for unit in units}, self.law))
        more = {"not_reported": self._not_reported(occasion.span), "corrections": self._of_last(occasion)}
        return given, list(report_notices.given(occasion, bodies[""], self.law, **more))

    def _chased(self, occasion: Occasion) -> Iterator[Notice]:
        returns = self.store.read(lambda unit: unit.returns(occasion.rule.report, occasion.span.name))
        missing = [unit for unit in self.units if unit not in returns]
        if occasion.what == REMIND:
            yield from report_notices.reminded(occasion, missing)
        else:
            yield from report_notices.missed(occasion, missing, len(returns))

    def _body(self, counted: Counted, services: dict[tuple[str, str], int], unit: str) -> dict[str, Any]:
        mine = counted.of_unit(unit) if unit else counted
        return body(mine, self.law, services, (unit,) if unit else self.units)

    def _not_reported(self, span: Span) -> str:
        """For an area's report: which units did not hand in theirs on a period within it."""
        lines = []
        for rule in self.law.rulebook.reports:
            if rule.by == "unit":
                lines += [line for inner in _within(rule, span) if (line := self._gap(rule, inner))]
        return "\n".join(lines)

    def _gap(self, rule: ReportRule, span: Span) -> str:
        returns = self.store.read(lambda unit: unit.returns(rule.report, span.name))
        missing = [unit for unit in self.units if unit not in returns]
        return report_words.piece("not_reported", units=f"{span.name}：{'、'.join(missing)}") if missing else ""

    def _of_last(self, occasion: Occasion) -> str:
        """The corrections of the report before this one."""
        rule = occasion.rule
        last = before(occasion.span, rule.period, rule.begins)
        given = self.store.read(lambda unit: unit.report(rule.report, last.name))
        return report_words.corrections(self.corrected(given), last.name) if given else ""


def _given(occasion: Occasion, unit: str, made: dict[str, Any]) -> Given:
    span = occasion.span
    return Given(occasion.rule.report, span.name, unit, span.since, span.until, occasion.at, made)


def _within(rule: ReportRule, span: Span) -> Iterator[Span]:
    inner = span_of(rule.period, span.since, rule.begins)
    while inner.until <= span.until:
        yield inner
        inner = span_of(rule.period, inner.until + timedelta(days=1), rule.begins)

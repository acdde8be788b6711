"""Reports in their time: each made once, whichever process comes first, kept as given, and told in one transaction.

The cases are read before the transaction that writes; what a report says depends only on what had happened by the end
of its period, so it may be made late and says the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol, TypeVar

from casebook import report_notices, report_words
from casebook.case import Notice
from casebook.figures import Counted, Figure, Tally, figures, how_many, table, up_to
from casebook.law import Law
from casebook.oversight import Filed, honours, lists_honours, may_cost_honours
from casebook.periods import Span, all_as_of, before, span_of
from casebook.report_contents import Services, body, corrections, overview
from casebook.reports import MISSING, REMIND, Given, Occasion, occasions
from casebook.rules import ReportRule
from casebook.standing import in_hindsight
from scheduler.lists import Lists, opened

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
        return self._body(self._found(span, now), unit)

    def overview(
        self, span: Span, unit: str = "", now: datetime | None = None, *, cases: bool = False
    ) -> dict[str, Any]:
        """The counts and rates alone, with the cases behind each or without."""
        counted, services = self._tallied(span, now, numbers=cases)
        mine = counted.of_unit(unit) if unit else counted
        return overview(mine, self.law, services, (unit,) if unit else self.units, cases=cases)

    def figures(self, span: Span, unit: str = "", now: datetime | None = None) -> tuple[Figure, ...]:
        """The rates of the span, without their cases and without services handled."""
        return figures(self._alone(span, unit, now))

    def how_many(self, span: Span, unit: str = "") -> int:
        """How many cases the span concerns."""
        return how_many(self._alone(span, unit, None).groups)

    def counted(self, span: Span, now: datetime | None = None) -> Counted:
        """The cases the span concerns, as they stood at its end: whole, for lists that need more than figures do."""
        since = span.start(self._zone)
        cases = self.store.read(lambda unit: [unit.load(number) for number in unit.numbers_concerned(since)])
        stood = tuple(all_as_of(cases, span.end(self._zone)))
        return Counted(stood, span, self.law.rulebook, self._zone, now=now)

    def lists(self, span: Span, unit: str = "") -> Lists:
        """The lists for supervisors over the span: of the whole area, or of the cases one unit leads."""
        return Lists(self.store, self.law, span, unit)

    def corrected(self, given: Given) -> list[dict[str, Any]]:
        """What the report would count otherwise today, by what was decided since."""
        counted, _ = self._tallied(given.span, today=True)
        counted = replace(counted, groups=tuple(in_hindsight(group) for group in counted.groups))
        mine = counted.of_unit(given.unit) if given.unit else counted
        return corrections(given.body, {"figures": table(figures(mine))})

    def _alone(self, span: Span, unit: str, now: datetime | None) -> Tally:
        counted, _ = self._tallied(span, now, numbers=False)
        return counted.of_unit(unit) if unit else counted

    def _tallied(
        self, span: Span, now: datetime | None = None, *, numbers: bool = True, today: bool = False, told: bool = False
    ) -> tuple[Tally, Services]:
        """The cases the span concerns in groups that count alike, as they stood at its end, and the services handled.
        `today`: with how they stand now; `told`: with what they are about."""
        bounds, end = (span.start(self._zone), span.end(self._zone)), up_to(span, self._zone, now)

        def read(unit: Any) -> tuple[Tally, Services]:
            groups = tuple(unit.alike(bounds, end, numbers=numbers, today=today))
            about = tuple(unit.told(bounds)) if told else ()
            return Tally(groups, span, self.law.rulebook, told=about), unit.services(span.months() or ())

        return self.store.read(read)

    def _found(self, span: Span, now: datetime | None = None) -> _Found:
        counted, services = self._tallied(span, now, told=True)
        named = filter(may_cost_honours, counted.groups) if lists_honours(self.law) else ()
        return _Found(counted, services, tuple(opened(self.store, named)))

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
        found = self._found(occasion.span)
        units = self.units if occasion.rule.by == "unit" else ()
        bodies = {unit: self._body(found, unit) for unit in ("", *units)}
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

    def _body(self, found: _Found, unit: str) -> dict[str, Any]:
        mine = found.of_unit(unit) if unit else found
        listed = honours(mine.complained, self.law) if lists_honours(self.law) else ()
        return body(mine.counted, self.law, mine.services, (unit,) if unit else self.units, listed)

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


@dataclass(frozen=True)
class _Found:
    """What a report is made from; `complained` are the cases that may cost a respondent honours."""

    counted: Tally
    services: Services
    complained: tuple[Filed, ...]

    def of_unit(self, unit: str) -> _Found:
        mine = tuple(case for case in self.complained if case.group.lead_unit == unit)
        return replace(self, counted=self.counted.of_unit(unit), complained=mine)


def _given(occasion: Occasion, unit: str, made: dict[str, Any]) -> Given:
    span = occasion.span
    return Given(occasion.rule.report, span.name, unit, span.since, span.until, occasion.at, made)


def _within(rule: ReportRule, span: Span) -> Iterator[Span]:
    inner = span_of(rule.period, span.since, rule.begins)
    while inner.until <= span.until:
        yield inner
        inner = span_of(rule.period, inner.until + timedelta(days=1), rule.begins)

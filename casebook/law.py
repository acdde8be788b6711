"""What a decision is made by: the rulebook, the office, the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from casebook.case import ClockRun
from casebook.errors import RulebookError
from casebook.jurisdiction import Jurisdiction
from casebook.lifecycle import DEFAULT_FLOW, EVERYWHERE
from casebook.readings import Readings
from casebook.rulebook import ClockRule, Rulebook
from casebook.working_days import Calendar


@dataclass(frozen=True)
class Law:
    """Rulebook, office and calendar together. `read` holds the rulebook's readings as this office has set them."""

    rulebook: Rulebook
    jurisdiction: Jurisdiction
    calendar: Calendar
    read: Readings = field(default_factory=Readings)

    @classmethod
    def of(cls, rulebook: Rulebook, jurisdiction: Jurisdiction, calendar: Calendar) -> Law:
        """Bundle them; the jurisdiction's settings change the rulebook's readings. Raises RulebookError."""
        known = {item.name for item in fields(Readings)}
        for key in jurisdiction.settings:
            if key not in known:
                raise RulebookError(
                    f"{jurisdiction.name}: unknown setting {key!r}; known are {', '.join(sorted(known))}"
                )
        read = replace(rulebook.readings, **jurisdiction.settings)
        if not 1 <= read.personal_years <= read.case_years:
            raise RulebookError(
                f"{jurisdiction.name}: personal_years is {read.personal_years}, case_years {read.case_years}; "
                "the first is at least 1, the second at least the first"
            )
        tuned = replace(rulebook, clocks=tuple(_tuned(rule, read) for rule in rulebook.clocks))
        return cls(tuned, jurisdiction, calendar, read)

    def has(self, step: str) -> bool:
        """Whether this office knows the step at all."""
        by_clause = any(step in clause.steps for clause in self.rulebook.clauses)
        return step in EVERYWHERE or by_clause or self.rulebook.step(step) is not None

    def leads(self, step: str, *which: str | None) -> str:
        """The state a step with a choice leads to, for that stream, kind or sort of unit, the first counting."""
        flow = self.rulebook.flow
        chosen = next((flow[key] for each in which if (key := f"{step}/{each}") in flow), None)
        return chosen or flow.get(step) or DEFAULT_FLOW[step]

    def respondent_unit(self, words: str) -> str | None:
        """The handling unit whose name the respondent's words hold; None where they name none."""
        return next((name for name, alias in self._names if alias in words), None)

    @cached_property
    def _names(self) -> tuple[tuple[str, str], ...]:
        """The units by each of the names they go by."""
        units = self.jurisdiction.units
        return tuple((unit.name, alias) for unit in units for alias in (unit.name, *unit.aliases) if alias)

    def call_by(self, failed: datetime) -> datetime:
        """By when people telephone what could not be sent: the next working day's closing, a target of ours."""
        return self.calendar.add_working_days(failed, 1)

    def days_left(self, run: ClockRun, now: datetime) -> int:
        """Whole working days until the run is due; negative once it is late."""
        if now <= run.due:
            return self.calendar.working_days_between(now, run.due)
        return -self.calendar.working_days_between(run.due, now)


def _tuned(rule: ClockRule, read: Readings) -> ClockRule:
    """The rule with its length as this office has set it."""
    if not rule.reading:
        return rule
    length = getattr(read, rule.reading)
    return replace(rule, hours=length) if rule.hours is not None else replace(rule, working_days=length)


Facts = Mapping[str, Any]

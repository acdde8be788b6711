"""What is known of a single day: worked or not, why, and whether that is final.

The overlay of the region speaks first, then the notices, then the week; a year without a notice is counted by the
fixed-date law alone and called provisional, in the sentence too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from casebook.holiday_notices import SATURDAY, HolidayNotice, Overlay, SpecialDay, fixed_holidays, reasons


@dataclass(frozen=True)
class KnownDays:
    """The notices by year, and the region's overlay if it has one."""

    notices: Mapping[int, HolidayNotice]
    overlay: Overlay | None = None

    def is_working(self, day: date) -> bool:
        """Whether that day is worked, by overlay, notice, or (not covered) by the fixed-date law."""
        special = self._special(day)
        return special.working if special else day.weekday() < SATURDAY

    def covers(self, day: date) -> bool:
        """Whether all notices that could move that day are loaded."""
        return day.year in self.notices and (self.overlay is None or day.year in self.overlay.whole_years)

    def because(self, day: date) -> str:
        """Why that day is worked or not, in one Chinese phrase."""
        special = self._special(day)
        if special:
            kind = "work" if special.working else "rest"
        else:
            kind = "weekday" if day.weekday() < SATURDAY else "weekend"
        guessed = "" if self.covers(day) else "guessed_"
        name, document = (special.name, special.document) if special else ("", "")
        return reasons()[guessed + kind].format(name=name, document=document, missing=self._missing(day.year))

    def _special(self, day: date) -> SpecialDay | None:
        """The next year's notice is asked too: New Year's holiday may begin in the last days of December."""
        if self.overlay and day in self.overlay.days:
            return self.overlay.days[day]
        for year in (day.year + 1, day.year):
            if year in self.notices and day in self.notices[year].days:
                return self.notices[year].days[day]
        law = fixed_holidays()
        name = law.days.get((day.month, day.day), "")
        return SpecialDay(False, name, law.document) if name and day.year not in self.notices else None

    def _missing(self, year: int) -> str:
        if year in self.notices and self.overlay:
            return reasons()["missing_local"].format(year=year, region=self.overlay.region)
        return reasons()["missing_notice"].format(year=year)

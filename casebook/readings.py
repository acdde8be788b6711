"""How an office reads what its regulation leaves open: each a setting that a jurisdiction file may change."""

from __future__ import annotations

from dataclasses import dataclass

# The readings that are a choice between words.
CHOICES = {
    "day_end": ("close", "midnight"),
    "off_hours": ("as_is", "next_opening"),
    "reclassify_until": ("due", "any"),
    "rework_days": ("basic",),
    "redispatch": ("new_clock", "same_clock"),
    "extension_measured": ("", "total", "on_top"),
    "anonymous": ("accept", "accept_no_reply", "refuse"),
    "report_roll": ("back", "none"),
    "on_expiry": ("warn",),
}


@dataclass(frozen=True)
class Readings:
    """The settings, with the value recommended where the regulation is silent.

    Counting: `count_first_day`, `day_end` (close, midnight), `off_hours` (as_is, next_opening), `rework_days` (basic,
    or a number), `redispatch` (new_clock, same_clock), `contact_hours`, `intervention_days`.
    Deciding: `reclassify_until` (due, any), `extension_before_due`, `extension_measured` (total, on_top, "" as the
    rulebook says), `deemed_accept_on_lapse`, `dispatched_counts_as_accepted`, `anonymous` (accept, accept_no_reply,
    refuse), `contact_before_resolve`, `sealed_document`, `archive_after_answers`, `bad_rating_max`, `appeal_suspends`,
    `dispute_after`, `clarify_rounds`, `close_after_silence`.
    Reminding: `remind_days`, `remind_days_long` above `long_term` days, `escalate_days`, `survey_reminder_days`,
    `redispatch_days`, `urge_before` (0: never by itself), `urge_hours`, `daily_login` (each unit is told every morning
    what it has open, and named to the supervisors where nobody of it was seen the working day before).
    Reporting: `report_roll` (back, none: a day off as the last day), `report_remind_days`; `honours_more_than` and
    `honours_count_partly` (who is listed for having too many true complaints), `key_objects_from`, `hotspot_from`.
    Keeping: `personal_years` after it ended a case loses what it says of persons, after `case_years` it goes whole.
    """

    count_first_day: bool = False
    day_end: str = "close"
    off_hours: str = "as_is"
    reclassify_until: str = "due"
    rework_days: int | str = "basic"
    bad_rating_max: int = 2
    suggestion_words: tuple[str, ...] = ()
    dispute_after: int = 2
    redispatch: str = "new_clock"
    on_expiry: str = "warn"
    deemed_accept_on_lapse: bool = False
    dispatched_counts_as_accepted: bool = False
    extension_before_due: bool = True
    extension_measured: str = ""
    contact_hours: int = 24
    intervention_days: int = 15
    contact_before_resolve: bool = True
    sealed_document: bool = False
    archive_after_answers: int = 3
    appeal_suspends: bool = True
    remind_days: tuple[int, ...] = (1,)
    remind_days_long: tuple[int, ...] = (3, 1)
    long_term: int = 5
    urge_before: int = 0
    escalate_days: int = 1
    survey_reminder_days: int = 2
    close_after_silence: int = 5
    redispatch_days: int = 1
    urge_hours: int = 24
    daily_login: bool = False
    clarify_rounds: int = 2
    anonymous: str = "accept"
    report_roll: str = "back"
    report_remind_days: int = 3
    honours_more_than: int = 3
    honours_count_partly: bool = False
    key_objects_from: int = 3
    hotspot_from: int = 5
    # No article gives a period. Three years is the general limitation of actions (民法典第一百八十八条).
    personal_years: int = 3
    case_years: int = 10

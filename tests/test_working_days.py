"""Working days: against two other people's calendars, against a walk, by properties, and case by case."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.errors import RulebookError
from casebook.holiday_notices import FOLDER, parse_overlay
from casebook.working_days import Calendar, load_notice, parse_notice, read_notices, read_overlay

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar.of(read_notices(), zone=ZONE)
ONE_DAY = timedelta(days=1)
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
EVERY_DAY = [FIRST + n * ONE_DAY for n in range((LAST - FIRST).days + 1)]

NOTICE_2027 = """
year = 2027
title = "国务院办公厅关于2027年部分节假日安排的通知（测试用）"
document = "测试发〔2026〕1号"
issued = 2026-11-30
source = "测试"

[[holiday]]
name = "元旦"
from = 2027-01-01
to = 2027-01-03
days = 3

[[holiday]]
name = "春节"
from = 2027-02-05
to = 2027-02-11
days = 7
work = [2027-01-30, 2027-02-13]
"""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def moments_between(first: str, last: str) -> st.SearchStrategy[datetime]:
    start = moment(first)
    minutes = int((moment(last) - start).total_seconds()) // 60
    return st.integers(0, minutes).map(lambda minute: start + timedelta(minutes=minute))


moments = moments_between("2023-06-01", "2028-06-01")
counts = st.integers(0, 90)


# Witnesses


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_is_what_chinesecalendar_and_holidays_say(year: int) -> None:
    china = holidays.country_holidays("CN", years=year)
    days = [day for day in EVERY_DAY if day.year == year]

    ours = {day: CALENDAR.is_working(day) for day in days}

    assert ours == {day: chinese_calendar.is_workday(day) for day in days}
    assert ours == {day: china.is_working_day(day) for day in days}
    assert all(CALENDAR.covers(day) for day in days)


def test_every_start_and_every_count_agree_with_a_naive_walk() -> None:
    works = {day: chinese_calendar.is_workday(day) for day in EVERY_DAY}
    for start in EVERY_DAY[:-150]:
        day, left = start, 0
        for n in range(1, 91):
            left += 1
            while left:
                day += ONE_DAY
                left -= works[day]
            at, provisional = CALENDAR.due(datetime.combine(start, time(10), ZONE), n)
            assert (at.date(), at.time(), provisional) == (day, time(17, 30), False), (start, n)


@pytest.mark.parametrize(("year", "holidays_by_law"), [(2024, 11), (2025, 13), (2026, 13)])
def test_a_notice_gives_as_many_rest_days_as_the_law(year: int, holidays_by_law: int) -> None:
    """Weekdays rested, less weekend days worked in exchange: 11 holidays until 2024, 13 since."""
    days = CALENDAR.notices[year].days
    rested = sum(not special.working and day.weekday() < 5 for day, special in days.items())
    worked = sum(special.working for special in days.values())

    assert rested - worked == holidays_by_law


# The table of cases


@pytest.mark.parametrize(
    ("arrives", "days", "due", "because"),
    [
        ("2026-03-02 09:00", 3, "2026-03-05 17:30", "the day it arrives is not counted"),
        ("2026-03-02 00:00", 1, "2026-03-03 17:30", "nor is a day that has hardly begun"),
        ("2026-03-06 23:59", 1, "2026-03-09 17:30", "Friday night makes Monday day 1"),
        ("2026-03-07 09:00", 1, "2026-03-09 17:30", "so does Saturday"),
        ("2026-03-08 09:00", 1, "2026-03-09 17:30", "arriving on Sunday gains nothing"),
        ("2026-02-13 09:00", 1, "2026-02-14 17:30", "that Saturday is worked (调休)"),
        ("2026-02-14 09:00", 1, "2026-02-24 17:30", "a make-up Saturday is day 0 like any other, nine days rest"),
        ("2025-09-30 09:00", 1, "2025-10-09 17:30", "National Day rests for eight days"),
        ("2025-09-26 15:00", 15, "2025-10-23 17:30", "two make-up days and eight of rest on the way"),
        ("2025-09-29 10:00", 10, "2025-10-20 17:30", "ten days from acceptance, over National Day"),
        ("2026-03-02 09:00", 0, "2026-03-02 17:30", "no days at all: by the end of today"),
        ("2026-03-07 09:00", 0, "2026-03-09 17:30", "no days at all, on a rest day: the next working day"),
        ("2024-02-09 09:00", 1, "2024-02-18 17:30", "a make-up Sunday ends the Spring Festival"),
    ],
)
def test_due_moments(arrives: str, days: int, due: str, because: str) -> None:
    assert CALENDAR.add_working_days(moment(arrives), days) == moment(due), because


def test_the_date_is_the_local_one_whatever_zone_the_moment_is_written_in() -> None:
    half_past_midnight = moment("2026-03-03 00:30")

    assert half_past_midnight.astimezone(UTC).date() == date(2026, 3, 2)
    assert CALENDAR.add_working_days(half_past_midnight.astimezone(UTC), 1) == moment("2026-03-04 17:30")


@pytest.mark.parametrize(
    ("settings", "arrives", "due"),
    [
        ({"count_first_day": True}, "2026-03-02 09:00", "2026-03-02 17:30"),
        ({"count_first_day": True}, "2026-03-07 09:00", "2026-03-09 17:30"),
        ({"day_end": "midnight"}, "2026-03-02 09:00", "2026-03-03 23:59:59"),
        ({"off_hours": "next_opening"}, "2026-03-07 09:00", "2026-03-10 17:30"),
        ({"off_hours": "next_opening"}, "2026-03-06 18:00", "2026-03-10 17:30"),
        ({"off_hours": "next_opening"}, "2026-03-06 17:00", "2026-03-09 17:30"),
        ({"closes": time(18, 0)}, "2026-03-02 09:00", "2026-03-03 18:00"),
    ],
)
def test_a_jurisdiction_may_read_the_law_otherwise(settings: dict[str, object], arrives: str, due: str) -> None:
    calendar = Calendar.of(read_notices(), **settings)  # type: ignore[arg-type]

    assert calendar.add_working_days(moment(arrives), 1) == moment(due)
    assert calendar.explain(moment(arrives), 1).at == moment(due)


def test_hours_run_night_and_day() -> None:
    assert CALENDAR.add_hours(moment("2026-02-14 16:00"), 24) == moment("2026-02-15 16:00")


# Explanations


def test_every_day_on_the_way_is_explained() -> None:
    due = CALENDAR.explain(moment("2026-02-12 10:00"), 3)

    assert due.at == moment("2026-02-24 17:30")
    assert [(str(day.date)[5:], day.working, day.because) for day in due.days] == [
        ("02-12", False, "起算日不计入"),
        ("02-13", True, "工作日"),
        ("02-14", True, "春节调休上班（国办发明电〔2025〕7号）"),
        *((f"02-{day}", False, "春节放假（国办发明电〔2025〕7号）") for day in range(15, 24)),
        ("02-24", True, "工作日"),
    ]
    assert not due.provisional


def test_a_weekend_is_called_a_weekend() -> None:
    assert [day.because for day in CALENDAR.explain(moment("2026-03-06 10:00"), 1).days] == [
        "起算日不计入",
        "周末",
        "周末",
        "工作日",
    ]


@given(moments, counts)
def test_the_explanation_counts_what_the_due_date_counts(start: datetime, n: int) -> None:
    due = CALENDAR.explain(start, n)

    assert (due.at, due.provisional) == CALENDAR.due(start, n)
    assert sum(day.working for day in due.days) == max(n, 1)
    assert due.provisional == any(day.provisional for day in due.days)
    assert due.days[-1].date == due.at.date()
    assert [day.date for day in due.days] == [due.days[0].date + n * ONE_DAY for n in range(len(due.days))]


# Properties


@given(moments, st.integers(1, 90))
def test_a_due_moment_is_at_closing_time_on_a_working_day_after_the_start(start: datetime, n: int) -> None:
    due = CALENDAR.add_working_days(start, n)

    assert CALENDAR.is_working(due.date())
    assert due.time() == time(17, 30)
    assert due.date() > start.date()
    assert CALENDAR.working_days_between(start, due) == n


@given(moments, moments, counts, counts)
def test_later_starts_and_longer_periods_are_never_due_earlier(a: datetime, b: datetime, m: int, n: int) -> None:
    assert CALENDAR.add_working_days(min(a, b), min(m, n)) <= CALENDAR.add_working_days(max(a, b), max(m, n))


@given(moments, st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]), counts)
def test_the_zone_a_moment_is_written_in_changes_nothing(start: datetime, zone: str, n: int) -> None:
    assert CALENDAR.due(start.astimezone(ZoneInfo(zone)), n) == CALENDAR.due(start, n)


@pytest.mark.parametrize("zone", ["America/New_York", "UTC"])
def test_the_zone_of_the_server_changes_nothing(zone: str) -> None:
    script = (
        "from datetime import *; from zoneinfo import ZoneInfo; from casebook.working_days import *;"
        "start = datetime(2026, 3, 8, 1, 30, tzinfo=ZoneInfo('Asia/Shanghai'));"
        "print(Calendar.of(read_notices()).add_working_days(start, 5).isoformat())"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "2026-03-13T17:30:00+08:00"


@given(st.dates(date(2022, 1, 1), date(2032, 1, 1)), st.dates(date(2022, 1, 1), date(2032, 1, 1)))
def test_days_between_is_a_plain_count(a: date, b: date) -> None:
    first, last = min(a, b), max(a, b)
    counted = sum(CALENDAR.is_working(first + n * ONE_DAY) for n in range(1, (last - first).days + 1))

    assert CALENDAR.working_days_between(first, last) == counted
    assert CALENDAR.working_days_between(last, first) == -counted


# Years without a notice


def test_a_period_that_reaches_into_an_unannounced_year_is_provisional_and_says_why() -> None:
    due = CALENDAR.explain(moment("2026-12-28 10:00"), 5)

    assert due.provisional
    assert due.at == moment("2027-01-05 17:30")
    assert [day.because for day in due.days][3:7] == [
        "工作日",
        "按元旦放假计（《全国年节及纪念日放假办法》（2024年修订）第二条；国务院办公厅2027年放假通知未公布或未载入，暂定）",
        "按周末计（国务院办公厅2027年放假通知未公布或未载入，暂定）",
        "按周末计（国务院办公厅2027年放假通知未公布或未载入，暂定）",
    ]


def test_a_period_that_ends_in_an_announced_year_is_final() -> None:
    assert CALENDAR.due(moment("2026-12-28 10:00"), 3) == (moment("2026-12-31 17:30"), False)


def test_a_loaded_notice_makes_the_date_final_and_may_move_it() -> None:
    start = moment("2027-02-01 10:00")
    loaded = CALENDAR.with_notice(parse_notice(NOTICE_2027, "2027.toml"))

    assert CALENDAR.due(start, 5) == (moment("2027-02-08 17:30"), True)
    assert loaded.due(start, 5) == (moment("2027-02-13 17:30"), False)
    assert CALENDAR.due(start, 5)[1], "the calendar it came from is unchanged"


def test_a_corrected_notice_replaces_the_year() -> None:
    loaded = CALENDAR.with_notice(parse_notice(NOTICE_2027, "2027.toml"))
    corrected = loaded.with_notice(parse_notice(NOTICE_2027.replace("2027-02-13", "2027-02-14"), "2027b.toml"))

    assert not corrected.is_working(date(2027, 2, 13))
    assert corrected.is_working(date(2027, 2, 14))


@given(moments_between("1950-01-01", "2190-01-01"), counts)
def test_no_year_is_too_early_or_too_late(start: datetime, n: int) -> None:
    at, provisional = CALENDAR.due(start, n)

    assert at.date() >= start.date()
    assert provisional or 2024 <= at.year <= 2026


def test_without_any_notice_everything_is_provisional() -> None:
    assert Calendar.of([]).due(moment("2026-09-30 10:00"), 1) == (moment("2026-10-05 17:30"), True)


def test_new_years_holiday_may_begin_in_the_old_year() -> None:
    text = NOTICE_2027.replace("from = 2027-01-01", "from = 2026-12-31").replace("days = 3", "days = 4")
    loaded = CALENDAR.with_notice(parse_notice(text, "2027.toml"))

    assert CALENDAR.is_working(date(2026, 12, 31))
    assert not loaded.is_working(date(2026, 12, 31))


# Local holidays


def test_a_prefecture_rests_on_its_own_holidays_too() -> None:
    calendar = Calendar.of(read_notices(), overlay=read_overlay("chuxiong"))
    start = moment("2024-07-26 10:00")

    assert CALENDAR.due(start, 1) == (moment("2024-07-29 17:30"), False)
    assert calendar.due(start, 1) == (moment("2024-08-01 17:30"), False)
    assert calendar.explain(start, 1).days[3].because == (
        "火把节放假（楚雄州人民政府办公室关于2024年部分节假日安排的通知）"
    )


def test_a_year_whose_local_holidays_are_not_all_known_is_provisional_there() -> None:
    calendar = Calendar.of(read_notices(), overlay=read_overlay("chuxiong"))

    due = calendar.explain(moment("2026-03-02 10:00"), 1)

    assert due.provisional
    assert due.days[-1].because == "按工作日计（楚雄彝族自治州2026年放假安排未公布或未载入，暂定）"


@pytest.mark.parametrize("path", sorted((FOLDER / "overlays").glob("*.toml")), ids=lambda path: path.stem)
def test_every_overlay_that_ships_can_be_read_and_names_its_basis(path: Path) -> None:
    overlay = read_overlay(str(path))

    assert overlay is not None
    assert overlay.basis
    assert overlay.days


def test_an_unknown_overlay_is_refused_with_those_that_ship() -> None:
    with pytest.raises(RulebookError, match="no holiday overlay 'atlantis'; these ship: chuxiong, dali"):
        read_overlay("atlantis")
    assert read_overlay("") is None


# Days and hours of the office


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda: CALENDAR.last_working_day_on_or_before(date(2026, 10, 7)), date(2026, 9, 30)),
        (lambda: CALENDAR.last_working_day_on_or_before(date(2026, 10, 10)), date(2026, 10, 10)),
        (lambda: CALENDAR.last_working_day_on_or_before(date(1999, 2, 7)), date(1999, 2, 5)),
        (lambda: CALENDAR.first_working_day_of_month(date(2026, 10, 20)), date(2026, 10, 8)),
        (lambda: CALENDAR.first_working_day_of_quarter(date(2026, 12, 20)), date(2026, 10, 8)),
        (lambda: CALENDAR.first_working_day_of_quarter(date(2026, 3, 20)), date(2026, 1, 4)),
        (lambda: CALENDAR.first_working_day_of_week(date(2026, 3, 4)), date(2026, 3, 2)),
        (lambda: CALENDAR.first_working_day_of_week(date(2026, 2, 18)), None),
        (lambda: CALENDAR.first_working_day_of_week(date(2025, 10, 2)), date(2025, 9, 29)),
        (lambda: CALENDAR.first_working_day_of_week(date(2026, 2, 26)), date(2026, 2, 24)),
        (lambda: CALENDAR.first_working_day_of_month(date(2040, 1, 9)), date(2040, 1, 2)),
    ],
)
def test_first_and_last_working_days(ask: Callable[[], date | None], answer: date | None) -> None:
    assert ask() == answer


@pytest.mark.parametrize(
    ("at", "is_open", "opens", "on_the_spot"),
    [
        ("2026-03-02 09:00", True, "2026-03-02 09:00", "2026-03-02 17:30"),
        ("2026-03-02 17:29", True, "2026-03-02 17:29", "2026-03-02 17:30"),
        ("2026-03-02 17:30", False, "2026-03-03 09:00", "2026-03-03 17:30"),
        ("2026-03-02 08:59", False, "2026-03-02 09:00", "2026-03-02 17:30"),
        ("2026-03-06 20:00", False, "2026-03-09 09:00", "2026-03-09 17:30"),
        ("2026-02-14 10:00", True, "2026-02-14 10:00", "2026-02-14 17:30"),
        ("2026-02-14 19:00", False, "2026-02-24 09:00", "2026-02-24 17:30"),
    ],
)
def test_office_hours(at: str, is_open: bool, opens: str, on_the_spot: str) -> None:
    assert CALENDAR.in_office_hours(moment(at)) is is_open
    assert CALENDAR.next_opening(moment(at)) == moment(opens)
    assert CALENDAR.same_or_next_working_day_close(moment(at)) == moment(on_the_spot)


@given(moments)
def test_the_next_opening_is_in_office_hours_and_not_before(at: datetime) -> None:
    assert CALENDAR.next_opening(at) >= at
    assert CALENDAR.in_office_hours(CALENDAR.next_opening(at))


def test_closing_of_a_rest_day_is_the_next_working_days() -> None:
    assert CALENDAR.closing(date(2026, 10, 1)) == moment("2026-10-08 17:30")
    assert CALENDAR.closing(moment("2026-09-30 08:00")) == moment("2026-09-30 17:30")


def test_the_close_of_a_day_is_of_that_very_day() -> None:
    assert CALENDAR.close_of(date(2026, 10, 1)) == moment("2026-10-01 17:30")


# Bad input


@pytest.mark.parametrize(
    "ask",
    [
        lambda at: CALENDAR.add_working_days(at, 3),
        lambda at: CALENDAR.explain(at, 3),
        lambda at: CALENDAR.add_hours(at, 3),
        lambda at: CALENDAR.in_office_hours(at),
        lambda at: CALENDAR.next_opening(at),
        lambda at: CALENDAR.closing(at),
        lambda at: CALENDAR.working_days_between(at, date(2026, 3, 9)),
    ],
)
def test_a_moment_without_a_zone_is_refused(ask: Callable[[datetime], object]) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        ask(datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001 - it is the naive one that is meant


def test_a_negative_period_is_refused() -> None:
    with pytest.raises(ValueError, match="no negative length"):
        CALENDAR.add_working_days(moment("2026-03-02 09:00"), -1)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"opens": time(18, 0)}, "opening must come first"),
        ({"day_end": "noon"}, "day_end is one of"),
        ({"off_hours": "later"}, "off_hours one of"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Calendar.of(read_notices(), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("issued =", "isued =", "x.toml: unknown key 'isued'; known are document, holiday, issued"),
        ('document = "测试发〔2026〕1号"\n', "", "x.toml: 'document' is missing"),
        ("year = 2027", "year = 2028", r"x.toml, line 11: 2027-01-02 is not in 2028|line 10: 2027-01-01"),
        ("to = 2027-02-11", "to = 2028-02-11", "x.toml, line 14: 春节: 2027-02-05 to 2028-02-11 is not 7 days"),
        ("days = 7", "days = 8", "x.toml, line 14: 春节: 2027-02-05 to 2027-02-11 is not 8 days"),
        ("2027-02-13]", "2027-02-12]", "x.toml, line 14: 春节: 2027-02-12 is a weekday"),
        ("2027-01-30,", "2027-01-03,", "x.toml, line 14: 2027-01-03 is listed twice, for 元旦 and 春节"),
        ("2027-01-30,", '"2027-01-30",', "x.toml, line 14: 春节: '2027-01-30' is not a date; write it like"),
        ("work =", "works =", "x.toml, line 14: unknown key 'works'"),
        ("issued = 2026-11-30", 'issued = "later"', "x.toml: issued is 'later'"),
        ("year = 2027", "year = 27", "x.toml: year is 27; meant is a year like 2027"),
        ('[[holiday]]\nname = "元旦"', "[[holiday]]\nname = 元旦", "x.toml: Invalid value"),
        ("from = 2027-02-05", "from = 2027-02-30", "x.toml: "),
    ],
)
def test_a_faulty_notice_is_refused_with_file_line_and_what_was_meant(before: str, after: str, says: str) -> None:
    assert before in NOTICE_2027
    with pytest.raises(RulebookError, match=says):
        parse_notice(NOTICE_2027.replace(before, after), "x.toml")


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(RulebookError, match=r"missing\.toml: cannot be read"):
        load_notice("missing.toml")


def test_two_notices_for_a_year_are_refused(tmp_path: Path) -> None:
    for name in ("2027a.toml", "2027b.toml"):
        (tmp_path / name).write_text(NOTICE_2027, encoding="utf-8")

    with pytest.raises(RulebookError, match="two notices for 2027"):
        read_notices(tmp_path)


def test_the_notices_of_another_folder_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "2027.toml").write_text(NOTICE_2027, encoding="utf-8")

    assert [notice.document for notice in read_notices(tmp_path)] == ["测试发〔2026〕1号"]


def test_a_faulty_overlay_is_refused() -> None:
    with pytest.raises(RulebookError, match=r"y\.toml: 'basis' is missing"):
        parse_overlay('region = "某州"\nwhole_years = []\nholiday = []', "y.toml")

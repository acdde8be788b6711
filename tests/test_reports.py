"""Reports: due when each regulation says, pulled forward before days off, given once, frozen as given, chased, and
corrected beside what was reported."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from casebook.case import Command, Person
from casebook.desk import Desk
from casebook.periods import days, span_of
from casebook.report_notices import passed_on
from casebook.reports import due_day, occasions, rule_of
from models.records import OutboxRow
from models.store import Store
from office.law import read_law
from scheduler.reporting import Reporting
from tests.acting import OFFICER, Acting
from tests.makers import UNIT, a_filing, moment

YUNNAN, ANYANG = read_law("yunnan"), read_law("anyang")


def calendar(region: str, since: str, until: str, report: str = "") -> list[tuple[str, str, str]]:
    """What is done when: report and period, what, at."""
    found = occasions(read_law(region), moment(f"{since} 00:00"), moment(f"{until} 23:59"))
    return [
        (f"{item.rule.report} {item.span.name}", item.what, f"{item.at:%Y-%m-%d %H:%M}")
        for item in found
        if not report or item.rule.report == report
    ]


@pytest.mark.parametrize(
    ("report", "kind", "day", "due"),
    [
        ("quarter_summary", "quarter", "2025-01-01", "2025-04-15"),
        ("quarter_summary", "quarter", "2025-04-01", "2025-07-15"),
        ("quarter_summary", "quarter", "2025-10-01", "2026-01-15"),
        ("quarter_summary", "quarter", "2026-07-01", "2026-10-15"),
        ("quarter_summary", "quarter", "2023-10-01", "2024-01-15"),
        ("half_year", "half_year", "2025-01-01", "2025-07-15"),
        ("half_year", "half_year", "2024-01-01", "2024-07-15"),
        ("year", "year", "2024-01-01", "2025-01-27"),
        ("year", "year", "2025-01-01", "2026-01-30"),
    ],
)
def test_yunnans_last_day_is_pulled_forward_before_days_off(report: str, kind: str, day: str, due: str) -> None:
    rule = rule_of(YUNNAN, report)
    assert rule is not None

    assert due_day(rule, span_of(kind, date.fromisoformat(day)), YUNNAN) == date.fromisoformat(due)


def test_yunnans_quarter_is_asked_for_twice_and_then_the_silent_are_named() -> None:
    assert calendar("yunnan", "2025-10-01", "2025-10-31", "quarter_summary") == [
        ("quarter_summary 2025Q3", "issue", "2025-10-09 09:00"),
        ("quarter_summary 2025Q3", "remind", "2025-10-11 09:00"),
        ("quarter_summary 2025Q3", "missing", "2025-10-16 09:00"),
    ]


def test_yunnans_half_year_is_the_first_one_only() -> None:
    found = calendar("yunnan", "2025-01-01", "2025-12-31", "half_year")

    assert found == [
        ("half_year 2025H1", "issue", "2025-07-01 09:00"),
        ("half_year 2025H1", "remind", "2025-07-10 09:00"),
    ]


def test_anyangs_week_begins_on_its_first_working_day_and_a_week_off_has_no_bulletin() -> None:
    found = calendar("anyang", "2026-02-01", "2026-03-01", "weekly_bulletin")

    assert [at for _, _, at in found] == ["2026-02-02 09:00", "2026-02-09 09:00", "2026-02-24 09:00"]


def test_the_week_after_a_week_off_covers_both() -> None:
    found = [item for item in occasions(ANYANG, moment("2026-02-20 00:00"), moment("2026-02-24 09:00"))
             if item.rule.report == "weekly_bulletin"]  # fmt: skip

    assert (found[0].span.since, found[0].span.until) == (date(2026, 2, 9), date(2026, 2, 22))


def test_anyangs_month_meets_on_its_first_working_day() -> None:
    found = calendar("anyang", "2025-09-30", "2025-11-30", "monthly_meeting")

    assert found == [
        ("monthly_meeting 2025-09", "issue", "2025-10-09 09:00"),
        ("monthly_meeting 2025-10", "issue", "2025-11-03 09:00"),
    ]


def test_suinings_quarter_henans_month_and_shanghais_year_have_their_days() -> None:
    assert calendar("suining", "2026-01-01", "2026-01-31", "honours") == [
        ("honours 2025Q4", "issue", "2026-01-04 09:00")
    ]
    assert calendar("henan", "2025-10-01", "2025-10-31") == [("rates 2025-09", "issue", "2025-10-09 09:00")]
    assert calendar("shanghai", "2025-10-01", "2025-11-30") == [("assessment 2025", "issue", "2025-11-03 09:00")]


def test_occasions_do_not_depend_on_where_one_cuts_the_time() -> None:
    since, until = moment("2025-01-01 00:00"), moment("2026-03-01 00:00")
    whole = [item.key for item in occasions(YUNNAN, since, until)]
    cut, at = [], since
    while at < until:
        following = min(at + timedelta(days=11), until)
        cut += [item.key for item in occasions(YUNNAN, at, following)]
        at = following

    assert cut == whole
    assert len(set(whole)) == len(whole)


# Given


def given(store: Store, message: str = "") -> list[OutboxRow]:
    rows = store.read(lambda unit: unit.outbox_of(None))
    return [row for row in rows if not message or row.message == message]


def test_a_report_is_given_once_however_often_and_late_it_is_asked_for(store: Store) -> None:
    reporting = Reporting(store, YUNNAN)
    reporting.run(moment("2026-03-30 09:00"))

    first = reporting.run(moment("2026-04-01 09:00"))
    again = [reporting.run(moment(at)) for at in ("2026-04-01 09:01", "2026-04-03 09:00")]

    units = [unit.name for unit in YUNNAN.jurisdiction.units if not unit.central]
    assert (first, again) == (1, [0, 0])
    assert [row.to for row in given(store)] == [f"unit:{name}" for name in units]
    assert {row.at for row in given(store)} == {moment("2026-04-01 09:00")}


def test_two_schedulers_give_it_once(store: Store) -> None:
    one, two = Reporting(store, YUNNAN), Reporting(store, YUNNAN)
    one.run(moment("2026-03-30 09:00"))

    done = [one.run(moment("2026-04-01 09:00")), two.run(moment("2026-04-01 09:00"))]

    assert sorted(done) == [0, 1]


def test_a_house_that_begins_today_makes_up_no_reports_of_the_past(memory_store: Store) -> None:
    Reporting(memory_store, YUNNAN).run(moment("2026-04-05 09:00"))

    assert given(memory_store) == []


def test_a_unit_reads_its_own_figures_and_by_when(memory_store: Store) -> None:
    reporting, acting = Reporting(memory_store, YUNNAN), Acting(memory_store)
    reporting.run(moment("2026-03-01 09:00"))
    acting.answered("2026-03-02 10:00")

    reporting.run(moment("2026-04-01 09:00"))

    text = next(row.private["text"] for row in given(memory_store) if row.to == f"unit:{UNIT}")
    assert "本单位：收到 1 件，办结 1 件，在办 0 件，其中逾期 0 件。" in text
    assert "按期办结率 1/1＝100%" in text
    assert "最迟：2026年4月15日前，报送本级政务服务管理部门。" in text


def test_only_who_has_not_handed_in_is_chased_and_named(memory_store: Store) -> None:
    reporting = Reporting(memory_store, YUNNAN)
    reporting.run(moment("2026-03-30 09:00"))
    reporting.run(moment("2026-04-01 09:00"))
    at = moment("2026-04-08 09:00")
    memory_store.write(lambda unit: unit.return_put("quarter_summary", "2026Q1", UNIT, str(OFFICER), at))

    reporting.run(moment("2026-04-16 09:00"))

    asked = [row.to for row in given(memory_store) if "/remind/" in row.key]
    named = next(row for row in given(memory_store) if "/missing/" in row.key)
    assert f"unit:{UNIT}" not in asked
    assert "unit:市公安局" in asked
    assert named.to == "dispatchers"
    assert "市公安局" in named.private["text"]
    assert UNIT not in named.private["text"]
    assert "已报送：1 个单位。" in named.private["text"]


def test_the_areas_report_sums_its_units_and_names_those_that_did_not_report(memory_store: Store) -> None:
    reporting, acting = Reporting(memory_store, YUNNAN), Acting(memory_store)
    reporting.run(moment("2026-01-05 09:00"))
    for at in ("2026-03-02 10:00", "2026-03-03 10:00"):
        acting.answered(at)

    reporting.run(moment("2026-04-01 09:00"))
    Reporting(memory_store, YUNNAN, timedelta(days=400)).run(moment("2026-07-01 09:00"))

    report = memory_store.read(lambda unit: unit.report("half_year", "2026H1"))
    assert report is not None
    assert report.body["counts"]["filed"] == sum(line["counts"]["filed"] for line in report.body["units"]) == 2
    text = next(row.private["text"] for row in given(memory_store) if "half_year" in row.key)
    assert "未报送：2026Q1：市自然资源局" in text
    assert "请于2026年7月15日前报送上一级政务服务管理部门。" in text


def test_a_month_once_reported_is_frozen_and_what_changes_stands_apart(store: Store) -> None:
    reporting, acting = Reporting(store, YUNNAN), Acting(store)
    reporting.run(moment("2026-03-01 09:00"))
    first, second = acting.answered("2026-03-02 10:00"), acting.accepted("2026-03-30 10:00")
    reporting.run(moment("2026-04-01 09:00"))
    before = store.read(lambda unit: unit.report("quarter_summary", "2026Q1"))
    assert before is not None

    acting.take(second, "merge", OFFICER, "2026-04-02 10:00", into=acting.accepted("2026-04-02 09:00"))
    acting.take(first, "rate", Person("citizen", "handle234567"), "2026-04-02 11:00", score=5)

    assert store.read(lambda unit: unit.report("quarter_summary", "2026Q1")) == before
    changed = {(row["figure"], row["part"]): row for row in reporting.corrected(before)}
    assert changed["complaint_rate", "numerator"]["removed"] == [second]
    assert ("satisfaction_rate", "numerator") not in changed


def test_a_second_copy_of_a_report_is_never_kept(memory_store: Store) -> None:
    reporting = Reporting(memory_store, YUNNAN)
    reporting.run(moment("2026-03-30 09:00"))
    reporting.run(moment("2026-04-01 09:00"))
    report = memory_store.read(lambda unit: unit.report("quarter_summary", "2026Q1"))
    assert report is not None

    assert not memory_store.write(lambda unit: unit.report_put(report))


def test_a_bulletin_goes_to_the_supervisors_who_pass_it_on(memory_store: Store) -> None:
    desk = Desk(ANYANG)
    reporting = Reporting(memory_store, ANYANG)
    reporting.run(moment("2026-03-01 09:00"))
    filing, by = a_filing(), Person("citizen", "handle234567")
    case = memory_store.write(lambda unit: desk.file(unit, filing, by, moment("2026-03-02 10:00")))
    reporting.run(moment("2026-03-09 09:00"))
    report = memory_store.read(lambda unit: unit.report("weekly_bulletin", "2026W10"))
    assert report is not None

    notices = passed_on(report, ANYANG, reporting.units)
    memory_store.write(lambda unit: unit.post(notices))

    bulletins = given(memory_store, "bulletin")
    assert bulletins[0].to == "supervisors"
    assert {row.to for row in bulletins[1:]} >= {f"unit:{name}" for name in reporting.units}
    last = bulletins[-1].private["text"]
    assert "收到 1 件" in last
    assert case.number in last


def test_nobodys_name_or_telephone_stands_in_a_bulletin(memory_store: Store) -> None:
    desk, reporting = Desk(ANYANG), Reporting(memory_store, ANYANG)
    reporting.run(moment("2026-03-01 09:00"))
    by = Person("citizen", "handle234567")
    memory_store.write(lambda unit: desk.file(unit, a_filing(), by, moment("2026-03-02 10:00")))
    reporting.run(moment("2026-03-09 09:00"))

    texts = "".join(row.private["text"] for row in given(memory_store))

    assert "张三丰" not in texts
    assert "13800000000" not in texts


def test_suinings_list_names_who_had_too_many_true_complaints(memory_store: Store) -> None:
    law = read_law("suining")
    desk, reporting = Desk(law), Reporting(memory_store, law)
    unit = next(unit for unit in law.jurisdiction.units if not unit.central)
    officer, dispatcher = Person("officer", unit.officers[0], unit.name), Person("dispatcher", "赵调度")
    reporting.run(moment("2026-01-05 09:00"))

    def do(number: str, step: str, by: Person, at: str, **facts: Any) -> None:
        memory_store.write(lambda book: desk.take(book, number, Command(step, by, moment(at), facts)))

    for place in range(4):
        filing = a_filing(citizen=f"h{place}", respondent=unit.name)
        citizen = Person("citizen", f"h{place}")
        case = memory_store.write(lambda book, f=filing, c=citizen: desk.file(book, f, c, moment("2026-02-02 09:00")))  # type: ignore[misc]
        do(case.number, "dispatch", dispatcher, "2026-02-02 10:00", to=[unit.name])
        do(case.number, "accept", officer, "2026-02-02 11:00")
        do(case.number, "resolve", officer, "2026-02-03 10:00", findings="属实", verdict="substantiated")

    Reporting(memory_store, law, timedelta(days=100)).run(moment("2026-04-01 09:00"))

    text = next(row.private["text"] for row in given(memory_store) if "honours" in row.key)
    assert f"{unit.name}：属实 4 件，超期办结 0 件（部分属实 0 件，不计）" in text


def test_figures_of_any_days_are_made_without_being_kept(memory_store: Store) -> None:
    acting = Acting(memory_store)
    number = acting.answered("2026-03-02 10:00")

    body = Reporting(memory_store, YUNNAN).made(days(date(2026, 3, 1), date(2026, 3, 15)), UNIT)

    on_time = next(row for row in body["figures"] if row["figure"] == "on_time_rate")
    assert on_time["cases"]["numerator"] == [number]
    assert memory_store.read(lambda unit: unit.reports_listed(None)) == []

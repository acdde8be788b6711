"""Rates agree with what was counted by hand, and each lists its cases: those counted, those left out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebook.case import Case, ClockRun, Entry, Filing, Person
from casebook.figures import Counted, Figure, Tally, figures, table
from casebook.oversight import Filed, Listed, draw, filed, honours, hot_matters, hotspots, key_objects, major, repeated
from casebook.periods import all_as_of, as_of, days, span_of
from casebook.report_contents import body, corrections, counts, handled
from casebook.standing import in_hindsight, seen, standing
from office.law import read_law
from tests.makers import ZONE, moment

LAW = read_law("yunnan")
UNIT, OTHER = "市自然资源局", "市公安局"
OFFICER, CITIZEN = Person("officer", "李经办", UNIT), Person("citizen", "h1")
OCTOBER = span_of("month", date(2026, 10, 1))


class Made:
    """A case grown entry by entry, each at a moment of October 2026 unless it says otherwise."""

    def __init__(self, number: str, at: str = "2026-10-12 09:00", unit: str = UNIT, **filing: Any) -> None:
        given = {"kind": "complaint", "text": "不给受理", "citizen": number, "respondent": f"{unit}窗口", **filing}
        self.filing = Filing(**given)
        self.case = Case(number, "yunnan", self.filing.kind, "handling", moment(at), self.filing)
        self.add("file", at, "handling", private={"filing": self.filing}, facts={"rulebook": "yunnan"},
                 changes={"lead_unit": unit})  # fmt: skip

    def add(self, step: str, at: str, state: str = "", **parts: Any) -> Made:
        by = CITIZEN if step in ("file", "rate") else OFFICER
        entry = Entry(self.case.version + 1, moment(at), by, step, state or self.case.state, **parts)
        self.case = self.case.with_entry(entry)
        return self

    def due(self, due: str, at: str = "2026-10-12 09:00", round: int = 1) -> Made:
        run = ClockRun("resolution", round, moment(at), moment(due), "第十三条", working_days=10)
        return self.add("accept", at, "handling", clocks=(run,))

    def answer(self, at: str, verdict: str = "substantiated") -> Made:
        runs = tuple(replace(run, stopped=moment(at), stopped_by="resolve") for run in self.case.running)
        changes = {"verdict": verdict, "answers": self.case.answers + 1}
        return self.add("resolve", at, "answered", clocks=runs, changes=changes)

    def rate(self, score: int, at: str, **facts: Any) -> Made:
        return self.add("rate", at, "closed", facts={"score": score, **facts}, changes={"score": score})

    def revisit(self, at: str, score: int | None = None) -> Made:
        facts = {"reached": score is not None, **({"score": score} if score else {})}
        return self.add("revisit", at, "closed", facts=facts, changes={"score": score} if score else {})


def sample() -> list[Case]:
    """Ten cases, counted by hand below."""
    late_round = Made("10").due("2026-10-13 17:30").answer("2026-10-14 09:00")
    late_round.add("supervise", "2026-10-15 09:00", "handling", facts={"rework": True})
    late_round.due("2026-10-30 17:30", "2026-10-15 09:00", 2)
    return [
        Made("01").due("2026-10-23 17:30").answer("2026-10-20 10:00").rate(5, "2026-10-21 09:00").case,
        Made("02").due("2026-10-23 17:30").answer("2026-10-22 10:00").rate(2, "2026-10-23 09:00").case,
        Made("03").due("2026-10-23 17:30").answer("2026-10-26 10:00").revisit("2026-10-27 09:00", 3).case,
        Made("04")
        .due("2026-10-23 17:30")
        .answer("2026-10-20 10:00", "unsubstantiated")
        .revisit("2026-10-28 09:00")
        .case,
        Made("05").due("2026-10-20 17:30").case,
        Made("06").due("2026-11-20 17:30").case,
        Made("07").add("merge", "2026-10-13 09:00", "merged", changes={"merged_into": "01"}).case,
        Made("08").add("decline", "2026-10-13 09:00", "declined").case,
        Made("09", "2026-09-20 09:00").due("2026-09-28 17:30", "2026-09-20 09:00").answer("2026-09-25 10:00").case,
        late_round.answer("2026-10-28 10:00").case,
    ]


def of(cases: list[Case], services: int | None = None) -> Counted:
    return Counted(tuple(all_as_of(cases, OCTOBER.end(ZONE))), OCTOBER, LAW.rulebook, ZONE, services)


def tally(cases: list[Case], services: int | None = None) -> Tally:
    return of(cases, services).tally


def named(found: tuple[Figure, ...], name: str) -> Figure:
    return next(item for item in found if item.name == name)


def test_on_time_is_concluded_on_time_by_concluded_and_late_open() -> None:
    found = named(figures(tally(sample())), "on_time_rate")

    assert found.top == ("01", "02", "04")
    assert found.bottom == ("01", "02", "03", "04", "05", "10")
    assert found.rate == 0.5
    assert found.left_out == {
        "06": "open_in_time", "07": "merged", "08": "no_clock", "09": "concluded_before"}  # fmt: skip


def test_a_round_that_was_late_makes_the_case_late() -> None:
    assert "10" not in named(figures(tally(sample())), "on_time_rate").top


def test_satisfaction_is_three_and_better_by_rated() -> None:
    found = named(figures(tally(sample())), "satisfaction_rate")

    assert (found.top, found.bottom) == (("01", "03"), ("01", "02", "03"))
    assert found.left_out["07"] == "merged"


def test_revisits_count_the_reached_and_show_the_others() -> None:
    found = named(figures(tally(sample())), "revisit_satisfaction_rate")

    assert (found.top, found.bottom) == (("03",), ("03",))
    assert found.left_out["04"] == "not_reached"
    assert found.left_out["01"] == "not_revisited"


def test_response_is_answered_by_all_that_had_to_be_answered() -> None:
    found = named(figures(tally(sample())), "response_rate")

    assert found.top == ("01", "02", "03", "04", "10")
    assert found.bottom == ("01", "02", "03", "04", "05", "06", "10")
    assert found.left_out == {"07": "merged", "08": "declined"}


def test_solved_is_content_with_the_result_by_answered_and_rated() -> None:
    found = named(figures(tally(sample())), "solved_rate")

    assert (found.top, found.bottom) == (("01", "03"), ("01", "02", "03"))


def test_solved_asks_for_the_results_own_score_where_it_was_given() -> None:
    polite_but_useless = Made("11").due("2026-10-23 17:30").answer("2026-10-20 10:00")
    polite_but_useless.rate(3, "2026-10-21 09:00", result=1, efficiency=5, attitude=5)

    found = figures(tally([polite_but_useless.case]))

    assert named(found, "solved_rate").top == ()
    assert named(found, "satisfaction_rate").top == ("11",)


def test_without_the_number_of_services_the_complaint_rate_says_so_and_guesses_nothing() -> None:
    found = named(figures(tally(sample())), "complaint_rate")

    assert found.rate is None
    assert found.missing == "services_handled"
    assert found.top == ("01", "02", "03", "05", "06", "10")
    assert found.left_out == {"04": "invalid", "07": "merged", "08": "declined"}


def test_with_it_the_complaint_rate_is_complaints_by_services() -> None:
    found = named(figures(tally(sample(), services=1200)), "complaint_rate")

    assert (found.rate, found.divisor) == (6 / 1200, 1200)


def test_services_count_only_where_every_month_of_every_unit_is_known() -> None:
    known = {(UNIT, "2026-10"): 800, (OTHER, "2026-10"): 400}

    assert handled(known, (UNIT, OTHER), tally([])) == 1200
    assert handled(known, (UNIT, "市民政局"), tally([])) is None
    assert handled(known, (UNIT,), replace(tally([]), span=days(date(2026, 10, 1), date(2026, 10, 15)))) is None
    assert handled(known, (UNIT,), replace(tally([]), span=span_of("quarter", date(2026, 10, 1)))) is None


def test_a_rating_whose_appeal_was_upheld_leaves_the_satisfaction_figures_by_one() -> None:
    bad = Made("21", kind="rating", score=1, text="").add("accept", "2026-10-12 10:00").case
    before = named(figures(tally([bad])), "satisfaction_rate")
    upheld = Entry(bad.version + 1, moment("2026-10-20 10:00"), Person("reviewer", UNIT), "uphold", "closed",
                   {"of": "appeal"}, {}, {"marks": frozenset({"rating_not_counted"})})  # fmt: skip

    after = named(figures(tally([bad.with_entry(upheld)])), "satisfaction_rate")

    assert (len(before.bottom), len(after.bottom)) == (1, 0)
    assert after.left_out == {"21": "rating_not_counted"}


def test_what_happened_after_the_span_does_not_change_it() -> None:
    case = Made("31").due("2026-10-23 17:30").case
    later = Made("31").due("2026-10-23 17:30").answer("2026-11-02 10:00").rate(5, "2026-11-03 09:00").case

    assert table(figures(tally([case]))) == table(figures(tally([later])))


def test_the_table_lists_the_cases_of_numerator_and_denominator() -> None:
    row = next(row for row in table(figures(tally(sample()))) if row["figure"] == "on_time_rate")

    assert (row["numerator"], row["denominator"], row["left_out"]) == (3, 6, 4)
    assert row["cases"]["numerator"] == ["01", "02", "04"]
    assert row["cases"]["left_out"]["07"] == "merged"


def test_counts_take_what_was_merged_once() -> None:
    found = counts(tally(sample()))

    assert found == {"filed": 8, "merged": 1, "refused": 1, "concluded": 5, "open": 2, "overdue": 1,
                     "reworked": 1, "urged": 0, "supervised": 1}  # fmt: skip


@given(st.lists(st.sampled_from(sample()), unique_by=lambda case: case.number))
def test_every_case_is_either_counted_or_left_out_with_a_reason(cases: list[Case]) -> None:
    for found in figures(tally(cases)):
        assert set(found.top) <= set(found.bottom)
        assert not set(found.bottom) & set(found.left_out)
        assert all(found.left_out.values())


def test_a_case_as_of_a_moment_is_what_its_entries_made_it_by_then() -> None:
    case = Made("41").due("2026-10-23 17:30").answer("2026-10-20 10:00").case

    then = as_of(case, moment("2026-10-15 09:00"))

    assert then is not None
    assert (then.state, then.answers, len(then.running)) == ("handling", 0, 1)
    assert as_of(case, moment("2026-10-01 09:00")) is None


# What changes after a report was given


def test_a_merger_and_a_rating_not_adopted_are_corrections_and_an_answer_given_later_is_none() -> None:
    cases = [Made(number).due("2026-10-23 17:30").answer("2026-10-20 10:00").rate(5, "2026-10-21 09:00").case
             for number in ("51", "52")]  # fmt: skip
    given_then = body(tally(cases), LAW, {}, (UNIT,))
    merged, rated = tally(cases).groups
    later = (in_hindsight(replace(merged, state_today="merged")), in_hindsight(replace(rated, rejected_today=True)))

    today = body(replace(tally(cases), groups=later), LAW, {}, (UNIT,))

    changed = corrections(given_then, today)
    assert {"figure": "on_time_rate", "part": "numerator", "added": [], "removed": ["51"]} in changed
    assert {"figure": "satisfaction_rate", "part": "denominator", "added": [], "removed": ["51", "52"]} in changed
    assert corrections(given_then, given_then) == []


# Lists for supervisors


def for_lists(counted: Counted) -> list[Filed]:
    """The cases as lists are given them."""
    end = counted.span.end(ZONE)
    return [
        filed(case.number, seen(standing(case), counted.span, end), case.filing, text=True) for case in counted.cases
    ]


def a_quarter(verdicts: list[str], late: int = 0, respondent: str = "") -> list[Filed]:
    cases = []
    for place, verdict in enumerate(verdicts):
        at = "2026-10-28 10:00" if place < late else "2026-10-20 10:00"
        made = Made(f"6{place}", respondent=respondent or f"{UNIT}窗口").due("2026-10-23 17:30").answer(at, verdict)
        cases.append(made.case)
    return for_lists(replace(of(cases), span=span_of("quarter", date(2026, 10, 1))))


@pytest.mark.parametrize(
    ("verdicts", "late", "listed"),
    [
        (["substantiated"] * 4, 0, True),
        (["substantiated"] * 3, 0, False),
        (["substantiated"] * 3 + ["partly"] * 3, 0, False),
        (["unsubstantiated"], 1, True),
        (["unsubstantiated"] * 9, 0, False),
    ],
)
def test_honours_are_lost_by_more_than_three_true_complaints_or_any_late_one(
    verdicts: list[str], late: int, listed: bool
) -> None:
    found = honours(a_quarter(verdicts, late), LAW)

    assert bool(found) is listed


def test_partly_true_complaints_stand_apart() -> None:
    found = honours(a_quarter(["substantiated"] * 4 + ["partly"] * 2), LAW)

    assert (found[0].name, len(found[0].substantiated), len(found[0].partly)) == (UNIT, 4, 2)


def test_a_person_named_is_a_respondent_of_its_own() -> None:
    cases = [Made(f"7{n}", fields={"staff_name": "段正淳"}).due("2026-10-23 17:30").answer("2026-10-20 10:00").case
             for n in range(4)]  # fmt: skip

    found = honours(for_lists(of(cases)), LAW)

    assert [(row.what, row.name) for row in found] == [("person", f"段正淳（{UNIT}）"), ("unit", UNIT)]


def test_key_objects_are_those_above_the_threshold() -> None:
    cases = [Made(f"8{n}").case for n in range(3)] + [Made("89", unit=OTHER).case]

    assert key_objects(for_lists(of(cases)), LAW) == (Listed("unit", UNIT, ("80", "81", "82")),)


def test_a_hotspot_is_different_people_about_the_same_place() -> None:
    five = [Made(f"9{n}", respondent="3号 窗口").case for n in range(5)]
    same = [Made(f"9{n}", respondent="4号窗口", citizen="h1").case for n in range(5)]

    assert hotspots(for_lists(of(five)), LAW) == (Listed("matter", "3号窗口", ("90", "91", "92", "93", "94")),)
    assert hotspots(for_lists(of(same)), LAW) == ()
    assert repeated(for_lists(of(same))) == (Listed("citizen", "90", ("90", "91", "92", "93", "94")),)


def test_a_hot_matter_is_told_by_so_many_different_people() -> None:
    five = [Made(f"9{n}").case for n in range(5)]
    one_person = [Made(f"9{n}", citizen="h1").case for n in range(5)]

    def gather(texts: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
        return [("路灯不亮", tuple(range(len(texts))))]

    assert hot_matters(for_lists(of(five)), LAW, gather) == (Listed("hot", "路灯不亮", ("90", "91", "92", "93", "94")),)
    assert (
        hot_matters(for_lists(of(one_person)), LAW, gather) == hot_matters(for_lists(of(five[:4])), LAW, gather) == ()
    )


def test_major_cases_are_those_marked_so() -> None:
    marked = Made("01").add("mark", "2026-10-12 10:00", changes={"marks": frozenset({"major"})}).case

    assert major(tally([marked, Made("02").case]).groups) == ("01",)


@given(st.sets(st.text("0123456789", min_size=3, max_size=5)), st.integers(0, 8), st.text(max_size=5))
def test_the_same_seed_draws_the_same_cases_whatever_their_order(numbers: set[str], most: int, seed: str) -> None:
    drawn = draw(sorted(numbers), most, seed)

    assert drawn == draw(sorted(numbers, reverse=True), most, seed)
    assert len(drawn) == min(most, len(numbers))
    assert set(drawn) <= numbers


# Spans


@pytest.mark.parametrize(
    ("kind", "day", "begins", "name", "since", "until"),
    [
        ("week", "2025-10-05", 1, "2025W40", "2025-09-29", "2025-10-05"),
        ("week", "2025-12-30", 1, "2026W01", "2025-12-29", "2026-01-04"),
        ("month", "2024-02-29", 1, "2024-02", "2024-02-01", "2024-02-29"),
        ("quarter", "2025-12-31", 1, "2025Q4", "2025-10-01", "2025-12-31"),
        ("half_year", "2025-07-01", 1, "2025H2", "2025-07-01", "2025-12-31"),
        ("year", "2025-03-01", 1, "2025", "2025-01-01", "2025-12-31"),
        ("year", "2025-10-31", 11, "2025", "2024-11-01", "2025-10-31"),
        ("year", "2025-11-01", 11, "2026", "2025-11-01", "2026-10-31"),
    ],
)
def test_a_day_lies_in_its_span(kind: str, day: str, begins: int, name: str, since: str, until: str) -> None:
    found = span_of(kind, date.fromisoformat(day), begins)

    assert (found.name, found.since, found.until) == (name, date.fromisoformat(since), date.fromisoformat(until))


def test_the_last_moment_of_a_day_belongs_to_it() -> None:
    october = OCTOBER

    assert october.holds(datetime(2026, 10, 31, 23, 59, tzinfo=ZONE))
    assert not october.holds(datetime(2026, 11, 1, 0, 0, tzinfo=ZONE))
    assert october.end(ZONE) < datetime(2026, 11, 1, 0, 0, tzinfo=ZONE)

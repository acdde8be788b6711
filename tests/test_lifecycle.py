"""The one lifecycle under random hands: whatever anybody tries, in whatever order, the table, the clocks and the
history hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebook import reminders
from casebook.addressing import citizens
from casebook.case import CLOCK, Case, Command, Filing, Person, replay
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.lifecycle import BY_ITSELF, TABLE
from casebook.notices import of_step
from casebook.rulebook_file import shipped
from casebook.steps import DECIDE
from casebook.taking import allowed, file, take
from casebook.terms import FINAL, KINDS, MESSAGES, STATES, STEPS
from casebook.wording import refusal, say
from office.law import read_law
from tests.makers import moment

START = moment("2025-09-26 09:00")
TEXT = "材料齐全却不给受理"
# Some facts for every step, so that most tries are more than a refusal for want of a reason.
FACTS: dict[str, Any] = {
    "text": TEXT,
    "reason": "理由",
    "evidence": ["照片"],
    "findings": "查明",
    "process": "过程",
    "measures": "措施",
    "results": "结果",
    "key_points": "要点",
    "marks": ["urgent"],
    "into": "20250926-00999",
    "way": "调取监控",
    "cites": "《某条例》第一条",
    "kind": "suggestion",
}


@cache
def law(name: str) -> Law:
    return read_law(name)


def people(rules: Law) -> list[Person]:
    units = [unit.name for unit in rules.jurisdiction.units[:2]]
    staff = [Person(role, "某人", unit) for unit in units for role in ("officer", "leader", "reviewer")]
    return [
        Person("citizen", "h1"),
        *staff,
        *(Person(role, "甲") for role in ("dispatcher", "inspector", "supervisor")),
        CLOCK,
    ]


def commands(name: str) -> st.SearchStrategy[tuple[str, Person, int, dict[str, Any], int]]:
    """A step, who tries it, how many hours later, what it says; and a number that may choose an open step instead."""
    rules = law(name)
    units = [unit.name for unit in rules.jurisdiction.units[:2]]
    clauses = [clause.clause for clause in rules.rulebook.clauses] or ["1"]
    classes = [item.name for item in rules.rulebook.classes]
    more = st.fixed_dictionaries(
        {
            "to": st.sampled_from([[units[0]], units, "hotline"]),
            "class": st.sampled_from([*classes, None]),
            "clause": st.sampled_from(clauses),
            "score": st.integers(1, 5),
            "days": st.integers(1, 9),
            "suggest": st.just(units[1]),
            "verdict": st.sampled_from(["substantiated", "unsubstantiated", None]),
            "reached": st.booleans(),
            "on_the_spot": st.booleans(),
            "unclear": st.booleans(),
            "clock": st.sampled_from(["responsibility", "rating_appeal"]),
        }
    )
    steps = st.sampled_from([step for step in TABLE if step not in ("file", "recount", "merged_in", "linked")])
    return st.tuples(steps, st.sampled_from(people(rules)), st.integers(0, 40), more, st.integers(0, 99))


def filings(name: str) -> st.SearchStrategy[Filing]:
    streams = law(name).rulebook.streams
    return st.builds(
        Filing,
        kind=st.sampled_from(sorted(KINDS)),
        text=st.just(TEXT),
        citizen=st.just("h1"),
        respondent=st.sampled_from(["3号窗口", ""]),
        anonymous=st.booleans(),
        channel=st.sampled_from(["web", "hotline"]),
        stream=st.sampled_from([*streams, None]) if streams else st.none(),
        score=st.integers(1, 5),
        due=st.sampled_from([None, START + timedelta(days=3)]),
    )


def begun(name: str, filing: Filing) -> Case:
    return file("20250926-00017", filing, Person("citizen", "h1"), START, law(name))


def walked(case: Case, tries: list[Any], rules: Law) -> list[Case]:
    """The case after each step that was allowed; a refused one must leave everything as it was."""
    found, at = [case], START
    for step, by, hours, more, chosen in tries:
        at += timedelta(hours=hours)
        before = found[-1]
        offered = [(one, each) for each in people(rules) for one in allowed(before, each, rules) if one != "withdraw"]
        if chosen % 4 and offered:  # mostly something that is open, so that the walk goes deep
            step, by = offered[chosen % len(offered)]
        facts = {**FACTS, **{key: value for key, value in more.items() if value is not None}}
        after, refused = tried(before, Command(step, by, at, facts), rules)
        if after is None:
            assert refusal(refused)
        else:
            found.append(after)
    return found


def tried(case: Case, command: Command, rules: Law) -> tuple[Case | None, NotAllowed]:
    """The case after the step, or why it was refused."""
    try:
        return take(case, command, rules), NotAllowed("")
    except NotAllowed as error:
        return None, error


@pytest.mark.parametrize("name", shipped())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_is_tried_the_lifecycle_holds(name: str, data: st.DataObject) -> None:
    rules = law(name)
    tries = data.draw(st.lists(commands(name), min_size=5, max_size=25))

    cases = walked(begun(name, data.draw(filings(name))), tries, rules)

    for before, after in pairwise(cases):
        arrow, entry = TABLE[after.history[-1].step], after.history[-1]
        assert before.state in arrow.of, "a step was taken where the table has none"
        assert after.state in arrow.to or ("same" in arrow.to and after.state == before.state)
        assert entry.by.role in arrow.by
        assert after.version == before.version + 1
        no_clock_is_lost(before, after, rules)
        told_is_whole(after, rules)
    assert replay(cases[-1].number, cases[-1].history) == cases[-1]


def no_clock_is_lost(before: Case, after: Case, rules: Law) -> None:
    """A run that was there is there; a stopped one stays as it stopped; an end stops what does not outlive it."""
    known = {run.key: run for run in after.clocks}
    outliving = {rule.clock for rule in rules.rulebook.clocks if rule.outlives}
    for run in before.clocks:
        assert run.key in known
        assert known[run.key].started == run.started
        assert run.running or known[run.key] == run
    for run in after.running:
        assert after.state not in FINAL or (after.state == "closed" and run.clock in outliving)
    rounds = [run.key for run in after.clocks]
    assert len(rounds) == len(set(rounds))
    assert len({run.clock for run in after.running}) == len(after.running), "a clock runs twice at once"
    assert {run.clock for run in after.clocks} <= {rule.clock for rule in rules.rulebook.clocks}


def told_is_whole(case: Case, rules: Law) -> None:
    """Every notice has a sentence; every timer an address, or a step that the clock may take."""
    for notice in of_step(case, rules):
        assert notice.message in MESSAGES
        assert say(notice.message, {**notice.facts, **notice.private}).strip()
        assert not notice.to.endswith(":")
    keys = [timer.key for timer in reminders.wanted(case, rules)]
    assert len(keys) == len(set(keys))
    for timer in reminders.wanted(case, rules):
        assert timer.to or timer.what in reminders.STEPS
        told = None if timer.what in reminders.STEPS else reminders.notice(case, timer, timer.at, rules)
        assert told is None or say(told.message, {**told.facts, **told.private}).strip()


@pytest.mark.parametrize("name", shipped())
def test_every_step_of_the_table_is_decided_or_does_itself(name: str) -> None:
    rules = law(name)

    assert set(TABLE) == set(STEPS)
    assert set(DECIDE) == set(TABLE) - {"file", "recount", "merged_in", "linked"}
    assert {step for step in TABLE if rules.has(step)} >= BY_ITSELF
    assert all(state in STATES or state == "same" for arrow in TABLE.values() for state in arrow.of | arrow.to)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        *((name, "extend") for name in ("henan", "anyang")),
        *((name, "terminate") for name in ("henan", "anyang", "yunnan", "shanghai")),
        *(
            (name, step)
            for name in ("henan", "anyang", "suining", "yunnan")
            for step in ("appeal", "object", "publish")
        ),
        *((name, "archive_as_answered") for name in ("henan", "anyang", "suining", "yunnan")),
        *((name, step) for name in ("suining", "yunnan", "shanghai") for step in ("pass_check", "fail_check")),
        *(
            (name, step)
            for name in ("henan", "anyang", "yunnan", "shanghai")
            for step in ("rectify", "clarify_publicly")
        ),
        *((name, "accept") for name in ("henan", "anyang", "shanghai")),
    ],
)
def test_what_a_regulation_lacks_is_refused_for_want_of_a_basis(name: str, step: str) -> None:
    case = begun(name, Filing("complaint", TEXT, citizen="h1"))
    by = Person(sorted(TABLE[step].by)[0], "甲", law(name).jurisdiction.units[0].name)

    with pytest.raises(NotAllowed) as refused:
        take(case, Command(step, by, START, FACTS), law(name))

    assert refused.value.code == "no_basis"
    assert law(name).rulebook.title in refusal(refused.value)


@pytest.mark.parametrize("name", shipped())
def test_what_is_offered_to_a_person_is_never_refused_for_who_he_is(name: str) -> None:
    rules = law(name)
    case = take(
        begun(name, Filing("complaint", TEXT, citizen="h1", respondent="3号窗口")),
        Command("dispatch", Person("dispatcher", "甲"), START, {"to": [rules.jurisdiction.units[0].name]}),
        rules,
    )
    for by in people(rules)[:-1]:
        for step in allowed(case, by, rules):
            _, refused = tried(case, Command(step, by, START + timedelta(hours=1), FACTS), rules)
            wrong = {"no_basis", "not_your_step", "not_your_case", "unknown_step", "not_now"}
            assert refused.code not in wrong, step


def test_a_step_before_the_last_entry_changes_nothing() -> None:
    case = begun("yunnan", Filing("complaint", TEXT, citizen="h1"))

    with pytest.raises(NotAllowed, match="before_last_entry"):
        take(case, Command("withdraw", Person("citizen", "h1"), START - timedelta(minutes=1)), law("yunnan"))


def test_rework_days_may_be_set_to_a_short_number() -> None:
    rules = replace(law("henan"), read=replace(law("henan").read, rework_days=3))
    unit = rules.jurisdiction.units[0]
    officer, leader = Person("officer", "甲", unit.name), Person("leader", "乙", unit.name)
    case = begun("henan", Filing("complaint", TEXT, citizen="h1"))
    for step, by, when in [
        ("dispatch", Person("dispatcher", "甲"), "2026-03-02 10:00"),
        ("resolve", officer, "2026-03-03 10:00"),
        ("approve", leader, "2026-03-03 11:00"),
        ("fail_check", Person("inspector", "丙"), "2026-03-04 10:00"),
    ]:
        case = take(case, Command(step, by, moment(when), {**FACTS, "to": [unit.name]}), rules)

    run = case.run("resolution", 2)
    assert run is not None
    assert run.due == moment("2026-03-09 17:30")


def test_an_office_may_take_no_anonymous_filings() -> None:
    rules = replace(law("suining"), read=replace(law("suining").read, anonymous="refuse"))

    with pytest.raises(NotAllowed, match="needs_name"):
        file("20250926-00017", Filing("complaint", TEXT, anonymous=True), Person("citizen", "h1"), START, rules)


def test_an_office_may_deem_a_case_accepted_when_the_term_lapses() -> None:
    rules = replace(law("suining"), read=replace(law("suining").read, deemed_accept_on_lapse=True))
    unit = rules.jurisdiction.units[0].name
    case = begun("suining", Filing("complaint", TEXT, citizen="h1"))
    case = take(case, Command("dispatch", Person("dispatcher", "甲"), START, {"to": [unit]}), rules)
    (timer,) = [timer for timer in reminders.wanted(case, rules) if timer.what == "step:accept"]

    accepted = take(case, Command("accept", CLOCK, timer.at), rules)

    assert accepted.state == "handling"
    assert citizens(accepted) == ("citizen:h1",)


@pytest.mark.parametrize(
    ("text", "channel", "items"),
    [
        ("窗口人员态度差，互相推诿。", "web", ("二（五）受理范围1",)),
        ("材料齐全，窗口不给办。", "web", ("二（五）受理范围2",)),
        ("交了材料三周，窗口一直没有受理。", "web", ("二（五）受理范围3",)),
        ("要我交保证金才给办证。", "web", ("二（五）受理范围4",)),
        ("一件事一次办说得好，办起来还是跑五个窗口。", "web", ("二（五）受理范围5",)),
        ("窗口人员态度差。", "hotline", ("二（五）受理范围1", "二（五）受理范围6")),
        ("大厅太吵。", "web", ()),
    ],
)
def test_what_anyang_takes_in_is_recorded_by_its_item(text: str, channel: str, items: tuple[str, ...]) -> None:
    filing = Filing(kind="complaint", text=text, respondent="3号窗口", channel=channel)
    case = file(
        "20260302-00015", filing, Person("dispatcher", "赵调度"), moment("2026-03-02 10:00"), read_law("anyang")
    )

    assert tuple(case.history[0].facts.get("admitted_as", ())) == items
    assert case.state == "awaiting_dispatch"


def test_a_question_needs_no_item_to_be_taken_in() -> None:
    filing = Filing(kind="consultation", text="材料齐全还要带什么？")
    case = file("20260302-00015", filing, Person("citizen", "c"), moment("2026-03-02 10:00"), read_law("anyang"))

    assert "admitted_as" not in case.history[0].facts

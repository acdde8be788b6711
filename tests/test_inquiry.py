"""Looking into a case: inspectors of their own level, what an entry keeps, and who may give what was asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from casebook.case import Case, Command, Filing, Person
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.taking import allowed, file, take
from office.law import read_law
from tests.makers import moment

OFFICER, LEADER = ("officer", "李经办"), ("leader", "刘局长")
ANSWER = {"findings": "查明", "process": "过程", "measures": "措施", "results": "结果", "verdict": "substantiated"}


def in_check(law: Law) -> Case:
    """A case of the first unit that waits for its check."""
    unit = law.jurisdiction.units[0].name
    filing = Filing(kind="complaint", text="材料齐全却不给受理", citizen="h1")
    case = file("20260302-00015", filing, Person("citizen", "h1"), moment("2026-03-02 09:00"), law)
    steps: list[tuple[str, Person, dict[str, Any]]] = [
        ("dispatch", Person("dispatcher", "赵"), {"to": [unit]}),
        ("resolve", Person(*OFFICER, unit), ANSWER),
        ("approve", Person(*LEADER, unit), {}),
    ]
    for hour, (step, by, facts) in enumerate(steps, 10):
        case = take(case, Command(step, by, moment(f"2026-03-02 {hour}:00"), facts), law)
    return case


def with_level(law: Law, level: str) -> Law:
    """The office with its first unit on that level, and one inspector bound to the province."""
    first, *rest = law.jurisdiction.units
    units = (replace(first, level=level), *rest)
    return replace(law, jurisdiction=replace(law.jurisdiction, units=units, inspector_levels={"省质检": "省"}))


@pytest.mark.parametrize(("level", "right", "wrong"), [("省", "省质检", "周质检"), ("市", "周质检", "省质检")])
def test_an_inspector_checks_units_of_his_own_level(level: str, right: str, wrong: str) -> None:
    law = with_level(read_law("henan"), level)
    case = in_check(law)

    with pytest.raises(NotAllowed, match="not_your_level"):
        take(case, Command("pass_check", Person("inspector", wrong), moment("2026-03-03 09:00")), law)
    assert "pass_check" not in allowed(case, Person("inspector", wrong), law)
    passed = take(case, Command("pass_check", Person("inspector", right), moment("2026-03-03 09:00")), law)
    assert passed.state == "answered"
    assert all(passed.history[-1].facts[name] for name in ("facts_clear", "finding_accurate", "handling_complete"))


def test_what_else_was_found_is_sealed_and_a_way_stands_open() -> None:
    law = read_law("henan")
    case = in_check(law)
    by = Person(*OFFICER, case.lead_unit)
    looked = take(case, Command("investigate", by, moment("2026-03-03 09:00"), {"way": "询问", "text": "已问"}), law)

    assert looked.history[-1].facts["way"] == "询问"
    assert looked.history[-1].private == {"text": "已问"}
    assert looked.state == case.state


def test_a_case_across_levels_names_who_coordinates() -> None:
    law = with_level(read_law("henan"), "省")
    filing = Filing(kind="complaint", text="材料齐全却不给受理", citizen="h1")
    case = file("20260302-00015", filing, Person("citizen", "h1"), moment("2026-03-02 09:00"), law)
    units = [unit.name for unit in law.jurisdiction.units[:2]]
    sent = take(case, Command("dispatch", Person("dispatcher", "赵"), moment("2026-03-02 10:00"), {"to": units}), law)

    assert "cross_level" in sent.marks
    assert sent.history[-1].facts["coordinator"] == law.jurisdiction.body

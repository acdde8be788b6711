"""The pages' forms ask what each rulebook asks, and give the facts that the step takes."""

from __future__ import annotations

import pytest
from starlette.datastructures import FormData

from casebook.case import Case, Filing
from console.step_forms import facts_of, form_of
from office.law import read_law
from tests.makers import moment


def fields(rulebook: str, step: str, kind: str = "complaint") -> dict[str, bool]:
    """The names of the step's fields, with whether they must be filled in."""
    case = Case("20260302-00015", rulebook, kind, "handling", moment("2026-03-02 09:00"), Filing(kind, "窗口不受理"))
    return {field.name: field.needed for field in form_of(step, case, read_law(rulebook))}


@pytest.mark.parametrize(
    ("rulebook", "needed", "offered"),
    [
        ("henan", {"findings", "process", "measures", "results"}, {"verdict"}),
        ("anyang", {"findings"}, {"process", "measures", "results", "verdict", "plan"}),
        ("shanghai", {"key_points", "basis"}, {"findings", "process", "measures", "results", "verdict"}),
    ],
)
def test_an_answer_asks_for_just_what_the_rulebook_wants(rulebook: str, needed: set[str], offered: set[str]) -> None:
    asked = fields(rulebook, "resolve")

    assert {name for name, wanted in asked.items() if wanted} == needed
    assert {name for name, wanted in asked.items() if not wanted} == offered


def test_lists_are_asked_only_where_the_rulebook_has_them() -> None:
    assert "criteria" in fields("henan", "fail_check")
    assert "criteria" not in fields("anyang", "fail_check")
    assert fields("shanghai", "appeal") == {"ground": True, "reason": True, "evidence": True}


def test_a_filled_form_becomes_the_facts_of_its_step() -> None:
    failed = FormData(
        [("criteria_more", "facts_clear"), ("criteria_more", "handling_complete"), ("reason", "没有附监控")]
    )
    appealed = FormData({"ground": "mistaken", "reason": "点错了", "evidence": "叫号记录\n\n 监控 "})
    group = FormData({"members": "市公安局王经办\n市医疗保障局刘经办"})

    assert facts_of("fail_check", failed) == {"reason": "没有附监控", "facts_clear": False, "handling_complete": False}
    assert facts_of("appeal", appealed)["evidence"] == ["叫号记录", "监控"]
    assert facts_of("convene", group) == {"members": ["市公安局王经办", "市医疗保障局刘经办"]}

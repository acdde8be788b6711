"""What an answer is asked before it leaves: each fault by its line, and good answers left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from casebook.answering import Earlier, asks, faults, word_faults
from casebook.case import Case, Entry, Filing, Person
from office.law import read_law
from tests.talking import MORNING, law

GOOD = {
    "findings": "经查监控，3号窗口当天确实没有收件，当事人态度生硬，情况属实。",
    "process": "已约谈当事人，当场向群众道歉，并在次日为其办理了登记。",
    "measures": "窗口全员培训，设立投诉台账。",
    "results": "证件已于今日发放。",
    "verdict": "substantiated",
}


def a_case(**changes: Any) -> Case:
    given: dict[str, Any] = {"kind": "complaint", "text": "我去市不动产登记中心3号窗口办证不给受理", "name": "张三丰"}
    filing = Filing(**{**given, "phone": "13800000000", "request": "要求道歉，马上办理登记", **changes})
    return Case("20261121-00017", "yunnan", filing.kind, "handling", MORNING, filing)


def codes(case: Case | None = None, **changes: Any) -> list[str]:
    earlier = changes.pop("earlier", ())
    return [fault.code for fault in faults(case or a_case(), {**GOOD, **changes}, law(), earlier)]


def test_a_good_answer_is_left_alone() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"process": "身份证号 530102199001011234 的当事人已道歉，已办理登记"}, "id_number"),
        ({"process": "请联系王某 13911112222 道歉并办理登记"}, "phone"),
        ({"process": "已电话联系您并道歉，办理登记"}, "contact_claimed"),
        ({"findings": "已转有关部门，将尽快处理。", "process": "", "measures": "", "results": ""}, "template_only"),
        ({"findings": "您好，您反映的问题已收悉，高度重视，正在核实，请耐心等待。", "process": "", "measures": "",
          "results": ""}, "template_only"),
        ({"process": "已道歉", "findings": "查过了监控录像，情况属实，已批评教育。", "results": ""}, "ask"),
    ],
)  # fmt: skip
def test_each_fault_is_one_line(changes: dict[str, str], code: str) -> None:
    assert code in codes(**changes)


def test_the_filers_own_number_may_stand_there_but_not_if_they_asked_for_silence() -> None:
    own = {"process": "已拨打 13800000000 向您道歉并办理登记"}

    assert "phone" not in codes(**own)
    assert "filer" in codes(a_case(confidential=True), **own)


def test_a_recorded_contact_may_be_claimed() -> None:
    contacted = Entry(1, MORNING, Person("officer", "李", "甲"), "contact", "handling")

    assert "contact_claimed" not in codes(replace(a_case(), history=(contacted,)), process="已电话联系您道歉，办理登记")


def test_an_answer_copied_from_another_matter_is_noticed_and_one_to_the_same_matter_is_not() -> None:
    text = "\n".join(GOOD[name] for name in ("findings", "process", "measures", "results"))

    assert codes(earlier=[Earlier("1", "社保卡丢了补办要等两个月", text)]) == ["copied"]
    assert codes(earlier=[Earlier("1", "我去市不动产登记中心3号窗口办证不给受理", text)]) == []
    assert codes(earlier=[Earlier("20261121-00017", "另一件", text)]) == []


def test_what_stands_in_the_way_comes_first() -> None:
    found = faults(a_case(), {**GOOD, "process": "530102199001011234 与 13911112222"}, law())

    assert [fault.blocks for fault in found] == sorted([fault.blocks for fault in found], reverse=True)


def test_no_answer_at_all_is_not_an_empty_answer() -> None:
    assert faults(a_case(), {"no_answer": "anonymous"}, law()) == ()


def test_asks_are_taken_apart() -> None:
    assert asks("希望马上办理登记，给我道歉；并退还多收的费用。") == ["办理登记", "道歉", "退还多收的费用"]


PLANNED = {
    "findings": "历史档案缺失。",
    "process": "",
    "measures": "",
    "results": "拟于月底前补测，补测后换发证书并道歉。",
}


@pytest.mark.parametrize(("rulebook", "code"), [("anyang", "plan_allowed"), ("yunnan", "plan")])
def test_an_answer_that_only_plans_is_pointed_out(rulebook: str, code: str) -> None:
    given = {**GOOD, **PLANNED}

    assert code in [fault.code for fault in faults(a_case(), given, read_law(rulebook))]
    assert code not in [fault.code for fault in faults(a_case(), {**given, "plan": True}, read_law(rulebook))]
    done = {**given, "results": "已补测，下一步按计划换发证书。"}
    assert code not in [fault.code for fault in faults(a_case(), done, read_law(rulebook))]


def test_the_legal_basis_is_asked_for_where_the_regulation_wants_it() -> None:
    given = {**GOOD, "key_points": "已道歉并办理登记。"}
    lacking = {fault.code: fault.blocks for fault in faults(a_case(), given, read_law("shanghai"))}

    assert lacking["basis"] is True
    written = {**given, "basis": "《示例条例》第九条"}
    assert "basis" not in [fault.code for fault in faults(a_case(), written, read_law("shanghai"))]
    assert "basis" not in codes()


def test_a_major_matter_without_a_paper_is_pointed_out_until_one_is_there() -> None:
    major = replace(a_case(), marks=frozenset({"major"}))
    papered = replace(major, filing=replace(major.filing, evidence=("投诉书",)))

    assert "paper" in [fault.code for fault in faults(major, GOOD, read_law("suining"))]
    assert "paper" not in [fault.code for fault in faults(papered, GOOD, read_law("suining"))]
    assert "paper" not in [fault.code for fault in faults(major, GOOD, read_law("yunnan"))]


@pytest.mark.parametrize(
    ("rulebook", "step", "text", "found"),
    [
        ("suining", "contact", "保证三天办好", [("promise", False)]),
        ("suining", "contact", "正在核实，周五再联系您", []),
        ("suining", "resolve", "保证三天办好", []),  # 已经查清，不在此列
        ("yunnan", "contact", "保证三天办好", []),  # 办法没有这样要求
        ("suining", "clarify_publicly", "张三丰反映的不存在", [("told_filer", True)]),
        ("suining", "clarify_publicly", "请致电 13911112222", [("told_phone", False)]),
        ("suining", "clarify_publicly", "经查，窗口按号办理", []),
    ],
)
def test_other_words_are_looked_through_where_an_article_wants_it(
    rulebook: str, step: str, text: str, found: list[tuple[str, bool]]
) -> None:
    told = word_faults(a_case(), step, {"text": text}, read_law(rulebook))

    assert [(fault.code, fault.blocks) for fault in told] == found
    assert all("第十" in fault.words for fault in told)

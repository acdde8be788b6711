"""Everything staff do in rehearsals can be said in plain words, and has a button; what is final is shown first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bots.officer import OfficerTalk, OfficerView, RoomView, card, turn
from bots.officer.card import BEHIND, ON_CARD, all_steps
from bots.officer.preparing import CONFIRMED
from bots.officer.said import wanted_word
from bots.wording import load_words
from casebook.answering import Fault
from casebook.lifecycle import BY_ITSELF, TABLE
from tests.talking import MORNING, message
from tests.test_officer import UNITS, VIEW, data, done, labels, room

STAFF = {"officer", "leader", "dispatcher", "inspector", "supervisor", "reviewer"}
STEPS = sorted(step for step, arrow in TABLE.items() if arrow.by & STAFF and step not in BY_ITSELF)
NUMBER = VIEW.number
CLAUSES = {step: (("8.3", "第八条（三）"),) for step in ("decline", "refuse", "terminate")}
ALL = replace(VIEW, allowed=tuple(TABLE), clauses=CLAUSES, marks=())
SAID: list[tuple[str, str, dict[str, Any]]] = [
    ("补充材料：群众又送来一张照片", "supplement", {"text": "群众又送来一张照片"}),
    ("不予接收，第八条（三），法院已立案", "refuse", {"clause": "第八条（三）", "reason": "法院已立案"}),
    ("交办市自然资源局、市公安局，紧急", "dispatch", {"to": ["市自然资源局", "市公安局"], "urgent": True}),
    ("交办市公安局牵头，市住建局协办", "dispatch", {"to": ["市公安局", "市住房和城乡建设局"]}),
    ("交办市公安局，表述不清，先联系群众", "dispatch", {"to": ["市公安局"], "unclear": True}),
    ("标记为重大", "mark", {"marks": ["major"]}),
    ("指定由市公安局承办", "designate", {"to": ["市公安局"]}),
    ("转办到热线", "transfer", {"to": "hotline"}),
    ("退回来源，不属于政务服务", "send_back", {"reason": "不属于政务服务"}),
    ("受理，现场处理", "accept", {"class": "on_site"}),
    ("不予受理 8.3 法院已立案", "decline", {"clause": "8.3", "reason": "法院已立案"}),
    ("退单，应由市住建局", "hand_back", {"reason": "应由市住建局", "suggest": "市住房和城乡建设局"}),
    ("已联系，电话说明了情况", "contact", {"text": "电话说明了情况"}),
    ("延期5天，因为要测绘", "extend", {"days": 5, "reason": "要测绘"}),
    ("改类型，现场处理", "reclassify", {"class": "on_site"}),
    ("办结：已经当面道歉", "resolve", {"findings": "已经当面道歉"}),
    ("当场办结：已经办好", "resolve", {"findings": "已经办好", "on_the_spot": True}),
    ("办结，不答复，群众匿名", "resolve", {"no_answer": "anonymous"}),
    ("整改报告：已全部培训", "rectify", {"text": "已全部培训"}),
    ("澄清：监控显示按号办理", "clarify_publicly", {"text": "监控显示按号办理"}),
    ("回避，因为是亲戚", "recuse", {"reason": "亲戚"}),
    ("同意", "approve", {}),
    ("不同意，因为没有写整改结果", "reject", {"reason": "没有写整改结果"}),
    ("质检通过", "pass_check", {}),
    ("退回重办，没有联系群众", "fail_check", {"reason": "没有联系群众"}),
    ("核查记录，调取监控：当天没有收件", "investigate", {"way": "调取监控", "text": "当天没有收件"}),
    (
        "调取材料 市公安局 12月4日前提供：大厅门口的监控",
        "request_material",
        {"to": ["市公安局"], "until": "2026-12-04", "text": "大厅门口的监控"},
    ),
    ("提供材料：监控已刻盘送到", "give_material", {"text": "监控已刻盘送到"}),
    ("另定期限到12月4日，依据《示例条例》第九条", "limit", {"until": "2026-12-04", "cites": "《示例条例》第九条"}),
    ("组建专班：市公安局王经办、市自然资源局李经办", "convene", {"members": ["市公安局王经办", "市自然资源局李经办"]}),
    ("更正为咨询", "correct", {"kind": "consultation"}),
    ("回访，群众很满意", "revisit", {"score": 5, "text": "群众很满意"}),
    ("回访，联系不上", "revisit", {"reached": False, "text": "联系不上"}),
    ("差评申诉，因为不是本窗口", "appeal", {"reason": "不是本窗口"}),
    (
        "差评申诉，因为误评，附：排班表、监控",
        "appeal",
        {"ground": "mistaken", "reason": "误评", "evidence": ["排班表", "监控"]},
    ),
    ("申诉成立，证据充分", "uphold", {"reason": "证据充分"}),
    ("申诉不成立，证据不足", "dismiss", {"reason": "证据不足"}),
    ("责任异议，应由市公安局", "object", {"reason": "应由市公安局", "suggest": "市公安局"}),
    ("催办：请尽快联系群众", "urge", {"text": "请尽快联系群众"}),
    ("督办：请重新核实", "supervise", {"text": "请重新核实"}),
    ("联合督办：请重新核实", "supervise", {"text": "请重新核实", "joint": True}),
    ("终止，8.3，已进入诉讼", "terminate", {"clause": "8.3", "reason": "已进入诉讼"}),
    ("存电办结，已答复三次", "archive_as_answered", {"reason": "已答复三次"}),
    ("一般意见归档", "archive_as_opinion", {}),
    ("销号", "close_off", {}),
    ("公开答复：已经整改", "publish", {"text": "已经整改"}),
]


def said(*words: str, view: OfficerView = ALL, **more: Any) -> Any:
    """A dialogue quoting the card; what it came to."""
    talk = OfficerTalk()
    for text in words:
        given: RoomView = replace(room(view, talk=talk, quoted=NUMBER), **more)
        result = turn(given, message(text))
        talk = OfficerTalk.from_dict(result.talk.to_dict())
    return result


@pytest.mark.parametrize(("words", "step", "facts"), SAID, ids=[f"{step}-{words[:6]}" for words, step, _ in SAID])
def test_each_step_can_be_said_in_plain_words_under_a_quoted_card(words: str, step: str, facts: dict[str, Any]) -> None:
    dialogue = (words, "确认发送") if step in CONFIRMED else (words,)

    assert done(said(*dialogue)) == (step, facts)


def test_no_step_of_staff_is_left_without_words() -> None:
    covered = {step for _, step, _ in SAID}

    # A case is taken down on a page; one is merged by naming the other case.
    assert set(STEPS) - covered == {"file", "merge"}


STRICT = replace(
    ALL, criteria=("facts_clear", "finding_accurate", "handling_complete"), grounds=("untrue", "mistaken", "malicious")
)


def test_a_failed_check_names_what_failed_by_taps_and_says_why() -> None:
    asked = said(f"!fail_check:{NUMBER}", view=STRICT)
    assert data(asked.replies[0])[:3] == [f"fail_check:{NUMBER}:{name}" for name in STRICT.criteria]

    dialogue = (
        f"!fail_check:{NUMBER}:facts_clear",
        "没有附监控",
        f"!fail_check:{NUMBER}:handling_complete",
        "确认发送",
    )
    assert done(said(*dialogue, view=STRICT)) == (
        "fail_check",
        {"reason": "没有附监控", "facts_clear": False, "handling_complete": False},
    )
    assert done(said("退回重办，事实不清，没有附监控", "确认发送", view=STRICT)) == (
        "fail_check",
        {"reason": "事实不清，没有附监控", "facts_clear": False},
    )


def test_an_appeal_chooses_one_of_three_grounds_and_names_its_evidence() -> None:
    asked = said(f"!appeal:{NUMBER}", view=STRICT)
    assert data(asked.replies[0])[:3] == [f"appeal:{NUMBER}:{name}" for name in STRICT.grounds]

    dialogue = (f"!appeal:{NUMBER}:mistaken", "群众点错了星", "叫号记录、群众书面说明")
    assert done(said(*dialogue, view=STRICT)) == (
        "appeal",
        {"ground": "mistaken", "reason": "群众点错了星", "evidence": ["叫号记录", "群众书面说明"]},
    )


def pictured(text: str, talk: OfficerTalk | None = None, view: OfficerView = ALL) -> Any:
    """A picture with these words under the quoted card."""
    sent = replace(message("#file1"), text=text)
    return turn(room(view, talk=talk, quoted=NUMBER), sent)


def test_pictures_prove_what_the_step_has_to_prove() -> None:
    asked = said(f"!appeal:{NUMBER}:untrue", "没有来过本窗口", view=STRICT)
    proved = pictured("", OfficerTalk.from_dict(asked.talk.to_dict()), STRICT)

    assert done(proved)[1]["evidence"] == ["file1"]
    assert done(pictured("补充材料：叫号记录")) == ("supplement", {"text": "叫号记录", "evidence": ["file1"]})
    assert done(pictured("")) == ("supplement", {"evidence": ["file1"]})
    assert done(pictured("提供材料")) == ("give_material", {"evidence": ["file1"]})
    assert "evidence" not in done(pictured("催办"))[1]


def test_what_a_step_still_lacks_is_asked_for_one_by_one() -> None:
    material = (f"!request_material:{NUMBER}", "市公安局", "12月4日", "大厅门口的监控", "确认发送")
    looked = (f"!investigate:{NUMBER}", "询问当事人", "当天没有收件")

    assert done(said(*material))[1] == {"to": ["市公安局"], "until": "2026-12-04", "text": "大厅门口的监控"}
    assert done(said(*looked)) == ("investigate", {"way": "询问当事人", "text": "当天没有收件"})


def test_words_that_promise_are_shown_before_they_are_sent() -> None:
    hint = (Fault("promise", "“保证”像是承诺结果。"),)
    shown = said("已联系，保证解决", check=lambda number, step, given: hint)

    assert "像是承诺" in shown.replies[0].text
    assert not shown.commands
    assert done(said("已联系，保证解决", "确认发送", check=lambda number, step, given: hint))[0] == "contact"


def test_a_plan_is_said_to_be_one_by_one_tap() -> None:
    hint = (Fault("plan_allowed", "这像是一个方案。"),)
    dialogue = ("办结：下周将安排施工", f"!resolve:{NUMBER}:plan", "确认发送")

    given = {"check": lambda number, step, given: () if given.get("plan") else hint}
    assert f"resolve:{NUMBER}:plan" in data(said(dialogue[0], **given).replies[0])
    assert done(said(*dialogue, **given)) == ("resolve", {"findings": "下周将安排施工", "plan": True})


def test_a_case_is_merged_into_the_one_that_is_named() -> None:
    other = "20261119-00010"

    assert done(said(f"!merge:{NUMBER}", other, "确认发送")) == ("merge", {"into": other})
    assert done(said(f"并入 {other}", "确认发送")) == ("merge", {"into": other})


def test_each_step_has_a_button_on_the_card_or_behind_more() -> None:
    words = load_words()
    shown = {each.partition(":")[0] for each in (*data(card(ALL, words, MORNING, UNITS)), *data(all_steps(ALL, words)))}
    # Only one of these pairs is ever on a card: the one names the other's place.
    either = {"designate", "close_off", "file"}

    assert set(STEPS) - shown - either == set()
    assert set(ON_CARD) | set(BEHIND) <= set(TABLE)


def test_what_cannot_be_taken_back_is_shown_before_it_takes_effect() -> None:
    for words, step, _ in SAID:
        if step in CONFIRMED:
            result = said(words)
            assert "将要" in result.replies[-1].text, step
            assert not result.commands


def test_an_answer_with_something_in_its_way_has_no_button_to_send_it() -> None:
    faults = (Fault("id_number", "有身份证号：请删去。", blocks=True), Fault("ask", "没有说到退费。"))
    result = said("办结：已办", check=lambda number, step, given: faults)

    assert "✗ 有身份证号：请删去。" in result.replies[0].text
    assert "！没有说到退费。" in result.replies[0].text
    assert f"go:{NUMBER}:resolve" not in data(result.replies[0])
    assert not said("办结：已办", "确认发送", check=lambda number, step, given: faults).commands
    warned = said("办结：已办", "确认发送", check=lambda number, step, given: faults[1:])
    assert done(warned) == ("resolve", {"findings": "已办"})


@pytest.mark.parametrize(
    ("words", "word"),
    [("找 不动产", "不动产"), ("查找：20261121-00017", "20261121-00017"), ("找张三", "张三"),
     ("找人问一下，这件谁办", ""), ("大家好", ""), ("找", "")],
)  # fmt: skip
def test_a_search_is_told_from_chatter(words: str, word: str) -> None:
    assert wanted_word(words) == word


def test_a_supervisors_card_of_a_dissatisfied_citizen_offers_both_ways() -> None:
    unhappy = replace(VIEW, state="answered", allowed=("supervise", "urge"), score=1)
    shown = data(card(unhappy, load_words(), MORNING))

    assert f"supervise:{NUMBER}" in shown
    assert f"again:{NUMBER}" in shown
    assert done(said(f"!again:{NUMBER}", view=unhappy))[0] == "urge"


def test_looking_and_long_forms_lead_to_a_page_of_ones_own() -> None:
    seen = replace(ALL, identity=True)

    assert [link.what for link in said(f"!look:{NUMBER}", view=seen).links] == ["look"]
    assert said(f"!look:{NUMBER}").links == ()
    assert [(link.what, link.step) for link in said(f"!form:{NUMBER}:resolve").links] == [("form", "resolve")]
    assert [(link.what, link.step) for link in said("登记来件").links] == [("form", "file")]


def test_an_overview_pressed_is_the_same_as_one_said() -> None:
    pressed = turn(room(ALL), message("!list:mine"))

    assert "待办 1 件" in pressed.replies[0].text


def test_somebody_unknown_is_told_so_for_a_search_too() -> None:
    assert "没有在这里登记" in turn(room(ALL, person=None), message("找 不动产")).replies[0].text


def many(count: int) -> tuple[OfficerView, ...]:
    return tuple(
        replace(ALL, number=f"20261101-{place:05d}", due=MORNING + timedelta(hours=place - 3)) for place in range(count)
    )


def listed(text: str, *views: OfficerView) -> Any:
    return turn(room(*views), message(text)).replies[0]


def test_an_overview_is_numbered_paged_and_each_line_a_tap_away() -> None:
    views = many(23)
    first, last = listed("我的待办", *views), listed("!list:mine:3", *views)

    assert "待办 23 件" in first.text
    assert "（第 1/3 页）" in first.text
    assert first.text.count("\n　") == 10
    assert data(first)[:10] == [f"card:{view.number}" for view in views[:10]]
    assert data(first)[10:] == ["list:mine:2", "list:overdue", "list:today"]
    assert labels(first)[:2] == ["1", "2"]
    assert [len(row) for row in first.buttons] == [5, 5, 1, 2]
    assert data(last) == [*(f"card:{view.number}" for view in views[20:]), "list:mine:2", "list:overdue", "list:today"]
    assert "（第 3/3 页）" in listed("!list:mine:99", *views).text
    assert data(listed("超期", *views)) == [f"card:{view.number}" for view in views[:3]]


def test_the_number_of_a_line_may_be_typed() -> None:
    views = many(12)
    shown = turn(room(*views), message("我的待办"))
    opened = turn(room(*views, talk=shown.talk), message("4"))

    assert opened.replies[0].card == views[3].number


def test_the_whole_text_is_a_tap_away_and_words_kept_out_of_the_room_open_in_private() -> None:
    long, kept = replace(ALL, whole="很长的事情经过"), replace(ALL, hidden=True, allowed=("dispatch", "refuse"))

    assert "很长的事情经过" in said(f"!whole:{NUMBER}", view=long).replies[0].text
    assert f"read:{NUMBER}" in data(card(kept, load_words(), MORNING, UNITS))
    assert [link.what for link in said(f"!read:{NUMBER}", view=kept).links] == ["read"]
    assert said(f"!read:{NUMBER}", view=replace(kept, allowed=("resolve",))).links == ()

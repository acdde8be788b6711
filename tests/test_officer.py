"""The officers' conversation: free words, buttons and quotes in a group, and what they ask the desk to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.message import Reply
from bots.officer import OfficerTalk, OfficerView, RoomTurn, RoomView, card, turn, wants_list
from bots.officer.said import elements, facts, spoken, unit_in
from bots.wording import load_words
from casebook.case import Person
from casebook.lifecycle import TABLE
from tests.talking import MORNING, message

NUMBER, OTHER = "20261120-00018", "20261119-00010"
UNITS = ("市自然资源局", "市住房和城乡建设局", "市公安局")
ALIASES = {"车管所": "市公安局"}
LI = Person("officer", "李经办", "市自然资源局")
CLASSES = (("off_site", "非现场处理类"), ("on_site", "现场处理类"))
VIEW = OfficerView(
    NUMBER, "complaint", "awaiting_acceptance", matter="办证不给受理", masked="张**",
    respondent="市不动产登记中心3号窗口",
    clock="受理决定", due=MORNING + timedelta(days=2, hours=3), classes=CLASSES,
    allowed=("accept", "decline", "hand_back", "recuse"),
    clauses={"decline": (("8.2", "第八条（二）已经受理"), ("8.3", "第八条（三）已经诉讼"))}, lead_unit="市自然资源局",
)  # fmt: skip
HANDLING = replace(VIEW, state="handling", allowed=("resolve", "extend", "hand_back", "contact", "reclassify"))
STRICT = replace(HANDLING, must=("findings", "process", "measures", "results"), needs_verdict=True)
NEW = replace(
    VIEW, state="awaiting_dispatch", allowed=("dispatch", "refuse"), lead_unit="", why="不动产、登记",
    proposal=(("市自然资源局", 0.81), ("市住房和城乡建设局", 0.12), ("市公安局", 0.04), ("别的", 0.01)),
)  # fmt: skip
FOUR = """调查核实：已查监控，情况属实。
处理过程：约谈了当事人。
整改措施：全员培训。
整改结果：已道歉并办结。
认定：属实"""


def room(
    *views: OfficerView, talk: OfficerTalk | None = None, quoted: str = "", person: Person | None = LI
) -> RoomView:
    return RoomView(
        now=MORNING, words=load_words(), person=person, talk=talk or OfficerTalk(), quoted=quoted,
        cases={view.number: view for view in views}, listed=views, units=UNITS, aliases=ALIASES,
    )  # fmt: skip


def said(
    *messages: str, views: tuple[OfficerView, ...] = (HANDLING,), quoted: str = "", person: Person | None = LI
) -> RoomTurn:
    talk = OfficerTalk()
    for text in messages:
        result = turn(room(*views, talk=talk, quoted=quoted, person=person), message(text))
        talk = result.talk
        assert OfficerTalk.from_dict(talk.to_dict()) == talk
    return result


def done(result: RoomTurn) -> tuple[str, dict[str, Any]]:
    ((_, command),) = result.commands
    return command.step, dict(command.facts)


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.buttons for button in row]


def data(reply: Reply) -> list[str]:
    return [button.data for row in reply.buttons for button in row]


def test_a_card_shows_matter_due_and_masked_name_and_a_button_for_each_open_step() -> None:
    shown = card(VIEW, load_words(), MORNING, UNITS)

    assert "办证不给受理" in shown.text
    assert "张**" in shown.text
    assert "还有 2 天 3 小时" in shown.text
    assert labels(shown) == ["受理（非现场处理类）", "受理（现场处理类）", "退单", "不予受理", "更多"]
    assert shown.card == NUMBER


def test_a_dispatchers_card_offers_the_top_three_units_with_probability_and_reason() -> None:
    shown = card(NEW, load_words(), MORNING, UNITS)

    assert labels(shown)[:4] == ["交办 市自然资源局 81%", "交办 市住房和城乡建设局 12%", "交办 市公安局 4%", "其他单位"]
    assert "不动产、登记" in shown.text


def test_every_button_fits_into_64_bytes() -> None:
    everything = replace(
        NEW, allowed=tuple(TABLE), clauses={step: (("8.3", "第八条"),) for step in ("decline", "refuse")}
    )

    for reply in (card(everything, load_words(), MORNING, UNITS), *said(f"!decline:{NUMBER}", views=(VIEW,)).replies):
        assert all(len(each.encode()) <= 64 for each in data(reply))


def test_pressing_accept_takes_the_class_with_it() -> None:
    assert done(said(f"!accept:{NUMBER}:on_site", views=(VIEW,))) == ("accept", {"class": "on_site"})


@pytest.mark.parametrize(
    ("words", "step", "with_facts"),
    [
        (f"受理 {NUMBER}", "accept", {}),
        (f"{NUMBER} 受理", "accept", {}),
        ("受理", "accept", {}),
        ("受理，现场处理", "accept", {"class": "on_site"}),
        ("退单，应由市住建局办理", "hand_back", {"reason": "应由市住建局办理", "suggest": "市住房和城乡建设局"}),
        (f"退单 {NUMBER} 原因：这是车管所的事", "hand_back", {"reason": "这是车管所的事", "suggest": "市公安局"}),
    ],
)
def test_free_words_in_the_group_are_steps(words: str, step: str, with_facts: dict[str, Any]) -> None:
    assert done(said(words, views=(VIEW,))) == (step, with_facts)


@pytest.mark.parametrize(
    "chatter", ["大家中午吃什么", "受理窗口的空调坏了", "好的", "答复得真快", "收到", "退休手续谁办"]
)
def test_what_people_say_to_one_another_is_left_alone(chatter: str) -> None:
    result = said(chatter, views=(VIEW,))

    assert not result.replies
    assert not result.commands


def test_a_step_that_names_no_case_asks_which_when_there_are_several() -> None:
    result = said("受理", views=(VIEW, replace(VIEW, number=OTHER)))

    assert data(result.replies[0]) == [f"accept:{NUMBER}", f"accept:{OTHER}"]


def test_an_extension_is_shown_before_it_is_told_to_the_citizen() -> None:
    shown = said("延期5天，原因是需要实地测绘")
    assert "延长工作日：5" in shown.replies[0].text
    assert not shown.commands

    assert done(said("延期5天，原因是需要实地测绘", "确认发送")) == ("extend", {"days": 5, "reason": "需要实地测绘"})


@pytest.mark.parametrize(
    ("words", "with_facts"),
    [
        ("延期到12月4日，需要测绘", {"until": "2026-12-04", "reason": "需要测绘"}),
        ("延期十个工作日，因为需要测绘", {"days": 10, "reason": "需要测绘"}),
        ("延期到1月8日，需要测绘", {"until": "2027-01-08", "reason": "需要测绘"}),
    ],
)
def test_days_and_dates_are_understood(words: str, with_facts: dict[str, Any]) -> None:
    assert done(said(words, "确认")) == ("extend", with_facts)


def test_what_an_extension_lacks_is_asked_for() -> None:
    assert done(said(f"!extend:{NUMBER}", "5", "需要实地测绘", "确认")) == (
        "extend",
        {"days": 5, "reason": "需要实地测绘"},
    )


def test_four_labelled_paragraphs_are_an_answer() -> None:
    result = said(f"办结：{FOUR}", "确认发送", views=(STRICT,))

    assert done(result) == (
        "resolve",
        {
            "findings": "已查监控，情况属实。",
            "process": "约谈了当事人。",
            "measures": "全员培训。",
            "results": "已道歉并办结。",
            "verdict": "substantiated",
        },
    )


def test_an_answer_on_one_line_is_taken_apart() -> None:
    found = elements("调查核实：属实。处理过程：约谈；整改措施：培训 整改结果：已办，认定：部分属实")

    assert found == {
        "findings": "属实。",
        "process": "约谈",
        "measures": "培训",
        "results": "已办",
        "verdict": "partly",
    }


def test_words_before_the_first_label_are_not_lost() -> None:
    assert facts("resolve", "已当面道歉并收件。认定：属实", (), {}) == {
        "findings": "已当面道歉并收件。",
        "verdict": "substantiated",
    }
    result = said(
        "办结：调查核实：已查监控。", "约谈了当事人；整改措施：培训 整改结果：已办，认定：属实", "确认", views=(STRICT,)
    )
    assert done(result)[1]["process"] == "约谈了当事人"


def test_only_what_an_answer_lacks_is_asked_for_and_the_draft_is_kept() -> None:
    lacking = said("办结：调查核实：已查监控。\n处理过程：约谈。", views=(STRICT,))
    assert "还缺：整改措施、整改结果、认定" in lacking.replies[0].text

    result = said(
        "办结：调查核实：已查监控。\n处理过程：约谈。",
        "全员培训",
        "已办结",
        f"!resolve:{NUMBER}:partly",
        "确认发送",
        views=(STRICT,),
    )
    assert done(result)[1]["measures"] == "全员培训"
    assert done(result)[1]["findings"] == "已查监控。"
    assert done(result)[1]["verdict"] == "partly"


def test_quoting_the_card_and_writing_is_an_answer() -> None:
    result = said(FOUR, views=(STRICT,), quoted=NUMBER)

    assert labels(result.replies[0])[0] == "确认发送"


def test_where_the_regulation_names_no_elements_the_others_are_offered_not_demanded() -> None:
    result = said("办结：已经当面道歉并办理")

    assert "还可以写：处理过程、整改措施、整改结果、认定" in result.replies[0].text
    assert "确认发送" in labels(result.replies[0])


def test_one_paragraph_can_be_rewritten_before_sending() -> None:
    result = said(f"办结：{FOUR}", "整改措施：换人", "确认", views=(STRICT,))

    assert done(result)[1]["measures"] == "换人"


def test_cancelling_sends_nothing() -> None:
    result = said(f"办结：{FOUR}", "取消", "确认", views=(STRICT,))

    assert not result.commands


def test_a_confirmation_pressed_twice_finds_nothing_waiting() -> None:
    result = said(f"!go:{NUMBER}:resolve", views=(STRICT,))

    assert "没有等待确认" in result.replies[0].text
    assert not result.commands


def test_declining_needs_a_clause_and_a_reason_and_is_shown_first() -> None:
    asked = said(f"!decline:{NUMBER}", views=(VIEW,))
    assert data(asked.replies[0])[:2] == [f"decline:{NUMBER}:8.2", f"decline:{NUMBER}:8.3"]

    result = said(f"!decline:{NUMBER}", "2", "法院已经立案", "确认发送", views=(VIEW,))
    assert done(result) == ("decline", {"clause": "8.3", "reason": "法院已经立案"})


def test_a_step_that_is_not_open_goes_to_the_desk_for_its_reason() -> None:
    assert done(said(f"!resolve:{NUMBER}", views=(VIEW,))) == ("resolve", {})


@pytest.mark.parametrize(
    ("tapped", "to"),
    [
        ((f"!dispatch:{NUMBER}:0",), ["市自然资源局"]),
        ((f"!dispatch:{NUMBER}", "市住建局"), ["市住房和城乡建设局"]),
        (("交办市公安局",), ["市公安局"]),
        (("交办市自然资源局、市公安局",), ["市自然资源局", "市公安局"]),
        (("派给车管所",), ["市公安局"]),
    ],
)
def test_a_case_is_dispatched_by_one_tap_or_by_name(tapped: tuple[str, ...], to: list[str]) -> None:
    assert done(said(*tapped, views=(NEW,), person=Person("dispatcher", "赵调度"))) == ("dispatch", {"to": to})


def test_a_unit_that_does_not_exist_is_asked_for_again() -> None:
    assert "没有看懂" in said(f"!dispatch:{NUMBER}", "月球管理局", views=(NEW,)).replies[0].text


@pytest.mark.parametrize("press", [f"!accept:{NUMBER}:on_site", f"受理 {NUMBER}", "我的待办"])
def test_a_stranger_is_refused_politely(press: str) -> None:
    result = said(press, views=(VIEW,), person=None)

    assert "没有在这里登记" in result.replies[0].text
    assert not result.commands


def test_a_case_that_may_not_be_seen_is_not_spoken_of() -> None:
    assert "没有这个编号" in said(f"!accept:{OTHER}:on_site", views=(VIEW,)).replies[0].text


def test_overviews_choose_by_the_clock() -> None:
    late = replace(VIEW, number=OTHER, due=MORNING - timedelta(days=1))
    today = replace(VIEW, number="20261118-00012", due=MORNING + timedelta(hours=5))

    assert "待办 3 件" in said("我的待办", views=(VIEW, late, today)).replies[0].text
    assert data(said("超期", views=(VIEW, late, today)).replies[0]) == [f"card:{OTHER}"]
    assert data(said("今天到期", views=(VIEW, late, today)).replies[0]) == ["card:20261118-00012"]
    assert "没有超期" in said("超期", views=(VIEW,)).replies[0].text


def test_help_does_not_lose_what_is_being_written() -> None:
    result = said(f"!extend:{NUMBER}", "帮助", "5", "需要测绘", "确认")

    assert done(result)[0] == "extend"


def test_the_rooms_cases_are_only_looked_up_when_they_are_needed() -> None:
    assert wants_list(OfficerTalk(), message("我的待办"), "")
    assert wants_list(OfficerTalk(), message("受理"), "")
    assert not wants_list(OfficerTalk(), message("大家中午吃什么"), "")
    assert not wants_list(OfficerTalk(), message(f"受理 {NUMBER}"), "")


def test_a_recorded_revisit_may_say_that_nobody_answered() -> None:
    view = replace(VIEW, state="answered", allowed=("revisit",))

    assert done(said(f"!revisit:{NUMBER}", f"!revisit:{NUMBER}:0", views=(view,))) == ("revisit", {"reached": False})
    assert done(said(f"!revisit:{NUMBER}:4", views=(view,))) == ("revisit", {"score": 4})


def test_a_units_short_name_is_understood_only_where_it_is_clear() -> None:
    assert unit_in("应由市住建局", UNITS, ALIASES) == "市住房和城乡建设局"
    assert unit_in("某局", UNITS, ALIASES) == ""


def test_a_clause_is_heard_in_either_form() -> None:
    assert facts("decline", "依据第八条（三），法院已立案", UNITS, ALIASES)["clause"] == "第八条（三）"
    assert facts("decline", "8.3 法院已立案", UNITS, ALIASES) == {"clause": "8.3", "reason": "法院已立案"}


PRESSES = [f"!{step}:{NUMBER}{arg}" for step in TABLE for arg in ("", ":x")]
TYPED = [
    "受理",
    "退单",
    "延期5天",
    FOUR,
    f"办结：{FOUR}",
    "确认发送",
    "取消",
    "帮助",
    "我的待办",
    "1",
    "2",
    "交办市公安局",
]
ODD = ["8.3 不行", "同意", "延期到13月40日", f"!go:{NUMBER}:resolve", f"!drop:{NUMBER}", "!x", "!::"]
WORDS = st.one_of(st.sampled_from(PRESSES + TYPED + ODD), st.text(max_size=30))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(WORDS, min_size=1, max_size=8),
    st.sampled_from([VIEW, HANDLING, STRICT, NEW]),
    st.sampled_from(["", NUMBER]),
)
def test_no_words_break_the_room_and_an_answer_is_never_sent_unseen(
    words: list[str], view: OfficerView, quoted: str
) -> None:
    talk, shown = OfficerTalk(), False
    for text in words:
        result = turn(room(view, talk=talk, quoted=quoted), message(text))
        for _, command in result.commands:
            assert command.step != "resolve" or "resolve" not in view.allowed or shown
        shown = any("将要办结" in reply.text for reply in result.replies) or (shown and bool(result.talk.step))
        talk = OfficerTalk.from_dict(result.talk.to_dict())


def test_spoken_tells_steps_from_stories() -> None:
    assert spoken("处理过程：约谈") is None
    found = spoken(f"@回应助手 办结 {NUMBER}：已办")
    assert found is not None
    assert (found.step, found.number, found.rest) == ("resolve", NUMBER, "已办")

"""The citizens' conversation, as dialogues: what is said, what is answered, what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots import citizen
from bots.message import LOCATION, UNKNOWN, VOICE, Message
from bots.talk import (
    CONFIRMING,
    IDLE,
    Alarm,
    AskHuman,
    CaseView,
    FileCase,
    Here,
    Material,
    Rate,
    Supplement,
    Talk,
    Urge,
    Withdraw,
)
from tests.talking import MATTER, MORNING, Read, Told, here, message, talked

NUMBER = "20261120-00018"
ALL = "希望马上办理并道歉，张三丰 13800000000"
OUT = Read(verdict="out_of_scope", ground="litigation", clause="第八条（三）")
OPEN = CaseView(
    NUMBER,
    "handling",
    summary="办证不给受理",
    lead_unit="市自然资源局",
    due=datetime(2026, 12, 4, 17, 30, tzinfo=MORNING.tzinfo),
    steps=frozenset({"supplement", "withdraw"}),
)
ANSWERED = replace(
    OPEN, state="answered", open=False, answer="已办理", due=None, steps=frozenset({"supplement", "rate"})
)


def filing(told: Told):  # type: ignore[no-untyped-def]
    (act,) = [act for act in told.acts if isinstance(act, FileCase)]
    return act.filing


def test_the_first_story_needs_one_more_message_before_the_card() -> None:
    told = talked(MATTER, ALL)

    assert told.talk.stage == CONFIRMING
    assert told.labels == ["确认提交", "修改某项", "取消"]
    assert "市不动产登记中心3号窗口" in told.text
    assert "张三丰" in told.text


def test_the_first_question_asks_everything_missing_at_once_and_nothing_known() -> None:
    asked = talked(MATTER).text

    assert "怎么称呼您、电话多少" in asked
    assert "您希望怎么解决" in asked
    assert "窗口" not in asked


def test_a_message_that_holds_everything_goes_straight_to_the_card() -> None:
    told = talked(MATTER + "，希望马上办理。我叫张三丰，电话13800000000")

    assert told.talk.stage == CONFIRMING


def test_confirming_files_just_what_the_card_showed() -> None:
    told = talked(MATTER, ALL, "确认提交")

    assert filing(told).text == MATTER
    assert filing(told).name == "张三丰"
    assert filing(told).phone == "13800000000"
    assert filing(told).request == "希望马上办理并道歉"
    assert filing(told).citizen == "c1"
    assert told.replies == ()
    assert told.talk.stage == IDLE


@pytest.mark.parametrize("yes", ["确认提交", "1", "好的", "没问题", "１", "!confirm:1"])
def test_the_card_takes_the_button_its_number_and_words(yes: str) -> None:
    assert filing(talked(MATTER, ALL, yes))


@pytest.mark.parametrize("no", ["我不同意", "不对", "嗯？什么意思啊", "等一下", "要多久？", "跳过", "我的进度"])
def test_nothing_but_a_clear_yes_files(no: str) -> None:
    assert not [act for act in talked(MATTER, ALL, (no, Read())).acts if isinstance(act, FileCase)]


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("电话错了，是13800000001", "phone", "13800000001"),
        ("不对，是8号窗口", "respondent", "市不动产登记中心8号窗口"),
        ("名字错了，叫李四光", "name", "李四光"),
        ("13900000000", "phone", "13900000000"),
        ("我住在示例路1号院2单元", "address", "示例路1号院2单元"),
    ],
)
def test_one_field_can_be_corrected_by_saying_so(said: str, field: str, value: str) -> None:
    told = talked(MATTER, ALL, said)

    assert told.talk.draft is not None
    assert getattr(told.talk.draft, field) == value
    assert told.talk.stage == CONFIRMING


def test_a_correction_of_the_window_stays_in_the_record_as_it_was_said() -> None:
    told = talked(MATTER, ALL, "不对，是8号窗口", "确认")

    assert filing(told).text == f"{MATTER}\n不对，是8号窗口"
    assert filing(told).fields["organisation"] == "市不动产登记中心8号窗口"


def test_a_field_can_be_chosen_from_a_list_and_typed_anew() -> None:
    told = talked(MATTER, ALL, "修改某项", "电话", "13800000002")

    assert "13800000002" in told.text


@pytest.mark.parametrize("asked", ["改电话", "电话错了", "修改电话"])
def test_naming_the_field_alone_asks_for_its_new_value(asked: str) -> None:
    assert "请告诉我新的电话" in talked(MATTER, ALL, asked).text


def test_a_phone_number_of_wrong_length_is_asked_for_again() -> None:
    told = talked(MATTER, "希望办理，张三丰 138000000001")

    assert "位数好像不对" in told.text
    assert "您的电话多少" in told.text


def test_anonymous_is_possible_and_its_consequence_is_said_in_one_line() -> None:
    told = talked(MATTER, "匿名", "希望办理", "确认")

    assert filing(told).anonymous
    assert filing(told).name == ""
    assert "没法打电话给您" in talked(MATTER, "匿名").text


def test_confidential_is_marked_on_request() -> None:
    assert filing(talked(MATTER, ALL, "不要公开我的信息", "确认")).confidential


def test_what_was_skipped_is_not_asked_again() -> None:
    told = talked(MATTER, "跳过")

    assert told.talk.stage == CONFIRMING
    assert "（没有留）" in told.text


def test_a_right_id_number_is_taken_and_covered_everywhere_else() -> None:
    told = talked(MATTER, ALL, "身份证11010519491231002X", "确认")

    assert filing(told).id_number == "11010519491231002X"
    assert "11010519491231002X" not in filing(told).text


def test_a_wrong_id_number_is_not_kept_and_may_be_left_out() -> None:
    told = talked(MATTER, ALL, "530102199001011234")

    assert "核对不上" in told.text
    assert told.talk.draft is not None
    assert told.talk.draft.id_number == ""


def test_an_id_number_is_never_kept_on_a_channel_abroad() -> None:
    abroad = here(
        may_take_id=False, channel="telegram", materials=(Material("name"), Material("phone"), Material("id_number"))
    )
    told = talked(MATTER, ALL, "11010519491231002X", "确认", known=abroad)

    assert "11010519491231002X" not in repr(told.acts)
    assert "身份证" not in talked(MATTER, known=abroad).text
    assert "没有保存" in talked(MATTER, ALL, "11010519491231002X", known=abroad).text


def test_a_picture_before_any_word_becomes_evidence() -> None:
    assert filing(talked("#pic1", MATTER, ALL, "确认")).evidence == ("pic1",)


def test_a_picture_in_the_middle_does_not_lose_the_question() -> None:
    told = talked(MATTER, "#pic1")

    assert "还差" in told.text
    assert filing(talked(MATTER, "#pic1", ALL, "确认")).evidence == ("pic1",)


def test_a_voice_note_is_taken_as_its_words() -> None:
    voice = Message("wechat", "1", "s", VOICE, MORNING, text=MATTER)

    assert "怎么称呼您" in talked(voice).text


@pytest.mark.parametrize(
    ("kind", "says"), [(VOICE, "没有听清"), (LOCATION, "没有地名"), (UNKNOWN, "看不了"), ("text", "没有收到内容")]
)
def test_what_cannot_be_read_is_answered_politely(kind: str, says: str) -> None:
    assert says in talked(Message("wechat", "1", "s", kind, MORNING)).text


def test_a_text_of_twenty_thousand_characters_gets_one_clear_sentence_and_changes_nothing() -> None:
    told = talked(MATTER, "我" * 20000)

    assert "20000 个字，太长了" in told.text
    assert told.talk.draft == talked(MATTER).talk.draft


def test_controls_and_invisible_characters_are_left_out() -> None:
    told = talked(MATTER.replace("市", "市\u200b\x07\u202e"), ALL, "确认")

    assert filing(told).text == MATTER


@pytest.mark.parametrize("word", ["帮助", "等一下", "转人工", "谢谢", "要多久？", "他们会知道是我吗？", "我的进度"])
def test_a_side_question_does_not_lose_the_place(word: str) -> None:
    before = talked(MATTER, ALL).talk
    told = talked(word, talk=before)

    assert (told.talk.stage, told.talk.draft) == (before.stage, before.draft)
    assert told.text


def test_cancel_drops_the_draft_and_back_brings_it_back() -> None:
    assert talked(MATTER, ALL, "取消").talk.draft is None
    assert filing(talked(MATTER, ALL, "取消", "返回", "确认")).name == "张三丰"


def test_back_undoes_the_last_statement() -> None:
    told = talked(MATTER, ALL, "电话错了，是13800000001", "返回", "确认")

    assert filing(told).phone == "13800000000"


def test_a_draft_is_taken_up_after_days_with_one_line_on_where_we_were() -> None:
    before = talked(MATTER).talk
    told = talked(ALL, talk=before, known=here(now=MORNING + timedelta(days=3)))

    assert told.replies[0].text.startswith("上次说到")
    assert told.talk.stage == CONFIRMING


@pytest.mark.parametrize("old", ["!confirm:1", "!edit:1", "!cancel:1"])
def test_a_second_press_on_a_filed_card_files_nothing(old: str) -> None:
    told = talked(MATTER, ALL, "!confirm:1", old)

    assert "已经提交过" in told.text
    assert len(told.acts) == 1


def test_an_old_cards_press_does_not_touch_the_new_draft() -> None:
    told = talked(MATTER, ALL, "取消", MATTER, ALL, "!confirm:1")

    assert "过期" in told.text
    assert not told.acts


def test_a_press_nobody_knows_is_answered() -> None:
    assert "认不出来" in talked("!whatever:1").text


def test_subscribing_is_greeted() -> None:
    assert "您好" in talked("@subscribe").text


def test_a_story_told_in_pieces_stays_a_story() -> None:
    first = ("去车管所换驾照", Read(fields={"organisation": "车管所"}))
    told = talked(first, "排了三小时没人管", "窗口的人一直在聊天，后来就走了", "李四光 13800000000", "确认")

    assert filing(told).text == "去车管所换驾照\n排了三小时没人管\n窗口的人一直在聊天，后来就走了"
    assert filing(told).name == "李四光"


def test_a_firm_may_be_the_complainant() -> None:
    assert filing(talked(MATTER + "，希望马上办理", "示例建材公司 13800000000", "确认")).name == "示例建材公司"


@pytest.mark.parametrize("word", ["你好", "在吗", "谢谢", "嗯", "哈哈"])
def test_small_talk_gets_a_short_word_and_no_form(word: str) -> None:
    told = talked((word, Read(kind="consultation", verdict="clarify", ground="chitchat")))

    assert told.text
    assert told.talk.draft is None


def test_wanting_to_complain_and_no_more_is_asked_for_the_matter_first() -> None:
    told = talked("我要投诉")

    assert "请说说是什么事" in told.text
    assert "称呼" not in told.text


def test_clarifying_stops_after_two_rounds() -> None:
    thin = Read(verdict="clarify", ground="lacks_content")
    told = talked(("他们太过分了", thin), ("就是很过分啊", thin), ("反正就是不行", thin))

    assert "称呼" in told.text


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("窗口旁边着火了", "119"),
        ("有人晕倒了快来", "120"),
        ("他们在打人", "110"),
        ("我不想活了", "12356"),
        ("替我照顾好爸妈，别找我了", "12356"),
    ],
)
def test_danger_gets_the_numbers_at_once_a_person_and_no_form(said: str, number: str) -> None:
    told = talked((said, Read(verdict="out_of_scope", ground="emergency")))

    assert number in told.text
    assert told.acts == (Alarm(said),)
    assert told.talk.draft is None


@pytest.mark.parametrize("said", ["我不想活了", "替我照顾好爸妈，别找我了"])
def test_danger_is_heard_in_the_middle_of_a_very_long_message(said: str) -> None:
    story = "办证的事跑了很多趟。" * 200 + said + "。办证的事跑了很多趟。" * 200

    assert "12356" in talked((story, Read())).text


def test_what_is_not_ours_gets_the_way_and_the_clause() -> None:
    told = talked(("法院已经立案了你们管不管", OUT), known=here(redirects={"litigation": "向人民法院起诉"}))

    assert "向人民法院起诉" in told.text
    assert "第八条（三）" in told.text
    assert told.labels == ["仍要提交", "不提交了"]


@pytest.mark.parametrize("insists", ["我不同意", "仍要提交", "1", "!insist:1"])
def test_disagreeing_has_it_filed_for_a_person_to_decide(insists: str) -> None:
    told = talked(("法院已经立案了你们管不管", OUT), insists, "跳过", "跳过", "确认")

    assert filing(told).proposal["verdict"] == "out_of_scope"
    assert filing(told).proposal["clause"] == "第八条（三）"


def test_abuse_alone_is_asked_kindly_for_the_matter() -> None:
    told = talked(("你们都是废物废物废物", Read(verdict="refuse", ground="abuse")))

    assert "很生气" in told.text


def test_a_new_matter_after_a_redirection_is_heard_for_itself() -> None:
    told = talked(("法院已经立案了你们管不管", OUT), MATTER, ALL, "确认")

    assert filing(told).text == MATTER


def test_a_consultation_is_filed_without_a_respondent() -> None:
    told = talked(("办居住证需要什么材料？", Read(kind="consultation")), "确认")

    assert filing(told).kind == "consultation"


def test_the_kind_can_be_changed() -> None:
    told = talked(("办居住证需要什么材料？", Read(kind="consultation")), "改类别", "投诉")

    assert told.talk.draft is not None
    assert told.talk.draft.kind == "complaint"


def test_progress_names_state_unit_and_day_for_own_cases_only() -> None:
    told = talked("那个办了没", known=here(OPEN))

    assert NUMBER in told.text
    assert "市自然资源局正在办理" in told.text
    assert "12月4日（周五）" in told.text
    assert "没有查到" in talked("20261120-00026", known=here(OPEN)).text


def test_a_provisional_date_is_called_so() -> None:
    assert "暂定" in talked("我的进度", known=here(replace(OPEN, provisional=True))).text


def test_withdrawing_asks_first() -> None:
    told = talked("撤回", known=here(OPEN))
    assert not told.acts
    assert told.labels == ["确定撤回", "不撤回"]

    assert talked("确定撤回", known=here(OPEN), talk=told.talk).acts == (Withdraw(NUMBER),)
    assert not talked("不撤回", known=here(OPEN), talk=told.talk).acts


def test_words_and_pictures_are_added_to_an_open_case() -> None:
    known = here(OPEN)

    assert talked("补充", "当时还有别人看到", known=known).acts == (Supplement(NUMBER, "当时还有别人看到"),)
    told = talked("补充材料", "#p1", "#p2", "好了", known=known)
    assert told.acts == (Supplement(NUMBER, "", ("p1",)), Supplement(NUMBER, "", ("p2",)))
    assert told.talk.stage == IDLE


def test_a_picture_out_of_the_blue_is_asked_where_it_belongs() -> None:
    told = talked("#p1", known=here(OPEN))

    assert NUMBER in " ".join(told.labels)
    assert talked("1", known=here(OPEN), talk=told.talk).acts == (Supplement(NUMBER, "", ("p1",)),)


def test_several_open_cases_are_offered_by_number() -> None:
    other = replace(OPEN, number="20261119-00010", summary="另一件")
    told = talked("撤回", "2", known=here(OPEN, other))

    assert "20261119-00010" in told.text


def test_urging_is_passed_on_with_where_it_stands() -> None:
    told = talked("催一下", known=here(OPEN))

    assert told.acts == (Urge(NUMBER, "催一下"),)
    assert "正在办理" in told.text


def test_a_person_is_called_at_any_time() -> None:
    told = talked("转人工")

    assert told.acts == (AskHuman("转人工"),)
    assert "12345" in told.text


def test_disagreeing_with_a_decision_on_a_filed_case_brings_a_person() -> None:
    assert talked("我不同意", known=here(replace(OPEN, state="declined", open=False))).acts == (
        AskHuman("我不同意", NUMBER),
    )


@pytest.mark.parametrize(
    ("said", "score"),
    [
        *(("满意", 4), ("5分", 5), ("5", 5), ("非常不满意", 1), ("一般", 3), (f"!rate:{NUMBER}:2", 2)),
        *(("5，谢谢", 5), ("5 谢谢", 5), ("５", 5), ("五。", 5), ("1！", 1)),
    ],
)
def test_a_rating_is_one_tap_or_one_word(said: str, score: int) -> None:
    assert talked(said, known=here(ANSWERED)).acts == (Rate(NUMBER, score),)


@pytest.mark.parametrize(("said", "score"), [("太慢了，不满意", 2), ("2，还是没解决", 2), ("5，辛苦你们了", 5)])
def test_a_rating_may_carry_its_reason(said: str, score: int) -> None:
    assert talked(said, known=here(ANSWERED)).acts == (Rate(NUMBER, score, said),)


@pytest.mark.parametrize("said", ["5？", "5号窗口没人", "6", "12345", "1、窗口没人 2、态度差", "3天了", "1.5小时"])
def test_a_figure_that_rates_nothing_is_no_rating(said: str) -> None:
    assert not [act for act in talked(said, known=here(ANSWERED)).acts if isinstance(act, Rate)]


def test_the_reason_may_follow_a_low_rating() -> None:
    told = talked("不满意", "窗口还是没给我办", known=here(ANSWERED))

    assert told.acts == (Rate(NUMBER, 2), Supplement(NUMBER, "窗口还是没给我办"))


def test_a_second_tap_on_a_rating_is_answered_politely() -> None:
    rated = replace(ANSWERED, score=5, steps=frozenset())

    assert "已经评价过" in talked(f"!rate:{NUMBER}:1", known=here(rated)).text


def test_nobody_learns_of_anothers_case_by_pressing_its_button() -> None:
    told = talked(f"!withdraw_yes:{NUMBER}")

    assert not told.acts
    assert "没有查到" in told.text


def test_that_nobody_called_is_passed_on_with_the_number() -> None:
    assert talked("根本没人联系我", known=here(ANSWERED)).acts == (AskHuman("根本没人联系我", NUMBER),)


@pytest.mark.parametrize(
    "kept", [None, {}, {"stage": "gone"}, {"stage": "confirming"}, {"draft": 5, "stage": "gathering"}, {"choices": [1]}]
)
def test_a_talk_of_an_older_or_damaged_form_begins_anew(kept: dict[str, object] | None) -> None:
    assert Talk.from_dict(kept).stage == IDLE


TYPED = [
    *(
        "确认",
        "取消",
        "返回",
        "等一下",
        "转人工",
        "帮助",
        "跳过",
        "匿名",
        "保密",
        "修改某项",
        "1",
        "2",
        "撤回",
        "补充",
        "催一下",
    ),
    *(
        "电话错了，是13800000001",
        "不对，是8号窗口",
        "满意",
        "不满意",
        "我不同意",
        "我的进度",
        "我要投诉",
        "重新开始",
        "改电话",
    ),
    *("#p1", "@subscribe", "@menu:progress", "@x"),
]
ON_DRAFTS = [
    *("confirm:1", "confirm:2", "edit:1", "field:1:phone", "field:1:kind", "kind:1:suggestion"),
    *("card:1", "insist:1", "new_matter"),
]
ON_CASES = [f"{what}:{NUMBER}" for what in ("withdraw_yes", "supplement", "rate", "urge")] + [f"rate:{NUMBER}:1"]
PRESSES = [f"!{data}" for data in ON_DRAFTS + ON_CASES]
SAID = st.one_of(st.sampled_from([MATTER, ALL, NUMBER, *TYPED, *PRESSES]), st.text(max_size=40))
KINDS = ["complaint", "consultation", "suggestion", "praise", "progress_query", "withdraw", "supplement", "human_agent"]
READ = st.builds(
    Read,
    kind=st.sampled_from(KINDS),
    verdict=st.sampled_from(["accept", "clarify", "out_of_scope", "refuse"]),
    ground=st.sampled_from([None, "chitchat", "lacks_content", "litigation", "emergency", "abuse", "unheard_of"]),
)
KNOWN: list[Here] = [here(), here(OPEN), here(ANSWERED, OPEN), here(OPEN, may_take_id=False)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(SAID, READ), max_size=12), st.sampled_from(KNOWN))
def test_no_sequence_of_messages_breaks_the_talk_or_files_without_a_card(
    said: list[tuple[str, Read]], known: Here
) -> None:
    talk, shown = Talk(), False
    for number, (text, reading) in enumerate(said):
        turn = citizen.turn(talk, message(text, id=str(number)), reading, known)
        if any(isinstance(act, FileCase) for act in turn.acts):
            assert shown
            assert talk.stage in ("confirming", "editing")
        shown = any("确认提交" in reply.text for reply in turn.replies) or (shown and turn.talk.draft is not None)
        assert turn.replies or turn.acts or text.startswith("@")
        talk = Talk.from_dict(turn.talk.to_dict())
        assert talk == turn.talk


def test_what_is_said_is_named() -> None:
    thin = Read(verdict="clarify", ground="lacks_content")

    assert talked(("他们太过分了", thin)).replies[-1].message == "clarify"
    assert talked(("法院已经立案了你们管不管", OUT)).replies[-1].message == "redirected"
    assert talked(MATTER).replies[-1].message == "reply"


def test_the_regulations_caution_stands_once_on_the_card() -> None:
    caution = "请如实反映，不得诬告。"
    told = talked(MATTER, "希望当场受理，我叫张三丰，13800000000", known=here(caution=caution))
    changed = talked("电话错了，是13800000001", known=here(caution=caution), talk=told.talk)

    assert caution in told.text
    assert caution not in changed.text

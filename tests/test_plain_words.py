"""How people answer a machine: twice over, in faces, with words after the yes, laid out like a form, or "as before"."""

from __future__ import annotations

import pytest

from bots import heard
from bots.citizen.answers import find
from bots.citizen.labelled import labelled
from bots.citizen.services import service_in
from bots.knowledge import Knowledge
from bots.named_units import named_first
from bots.talk import CaseView, FileCase, Material, Supplement
from bots.thinking import Thinking
from casebook.jurisdiction import Unit, read_jurisdiction
from casebook.rulebook_file import shipped
from tests.talking import MATTER, MORNING, Read, here, message, reader, talked

ALL = "希望马上办理，张三丰 13800000000"
UNITS = (
    Unit("市市场监督管理局", aliases=("市场监管局",)),
    Unit("北区市场监督管理分局", aliases=("北区市场监管分局",)),
    Unit("市政务服务中心", aliases=("政务大厅",), kind="window"),
)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("好了 提交", "confirm"),
        ("嗯就这样", "confirm"),
        ("对，提交", "confirm"),
        ("👌", "confirm"),
        ("[OK]", "confirm"),
        ("转人工转人工", "human"),
        ("算了算了", "cancel"),
        ("不用了谢谢", "skip"),
        ("可以吗？", ""),
        ("好吗", ""),
        ("是不是", ""),
        ("好不好", ""),
        ("我是", ""),
        ("是这样的", ""),
    ],
)
def test_a_command_said_twice_over_or_in_a_face_is_heard_and_a_question_is_none(text: str, command: str) -> None:
    assert heard.command(text) == command


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("对的，麻烦快点", True),
        ("没问题，谢谢", True),
        ("对，但是电话不对", False),
        ("对，还有一件", False),
        ("嗯？什么意思", False),
        ("是，13900000000", False),
    ],
)
def test_a_yes_with_a_few_words_files_unless_they_take_something_back(text: str, files: bool) -> None:
    acts = talked(MATTER, ALL, (text, Read())).acts

    assert any(isinstance(act, FileCase) for act in acts) is files


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("虚竹 13600000000", "虚竹"),
        ("小龙女 1390000000", "小龙女"),
        ("姓沙叫沙悟净15800000000", "沙悟净"),
        ("她叫李莫愁，电话打我的 13500000000", "李莫愁"),
        ("联系人就写公司吧，云上商贸有限公司，02100000000", "云上商贸有限公司"),
        ("俺姓岳，叫岳不群，电话13700000000", "岳不群"),
        ("第一个 13700000000", ""),
        ("你看着办 13700000000", ""),
        ("不知道 13700000000", ""),
    ],
)
def test_a_name_is_heard_beside_its_number_even_an_unusual_one(text: str, name: str) -> None:
    assert find(text, ("name", "phone"), {}).values.get("name", "") == name


def test_a_message_laid_out_like_a_form_is_read_by_its_labels() -> None:
    values, rest = labelled("姓名：天山童姥\n电话：13800000000\n单位：市税务局\n事由：三次不给开证明\n诉求：尽快开具")

    assert values == {"name": "天山童姥", "respondent": "市税务局", "request": "尽快开具"}
    assert "三次不给开证明" in rest
    assert "13800000000" in rest


def test_one_label_in_a_story_makes_no_form() -> None:
    assert labelled("不给办证，要求：1、马上办；2、道歉，张三丰13800000000")[0] == {}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("不是市不动产登记中心，是公积金中心", "respondent", "公积金中心"),
        ("不是3号，是8号窗口", "respondent", "市不动产登记中心8号窗口"),
        ("不是张三丰，是张三封", "name", "张三封"),
    ],
)
def test_not_this_but_that_changes_the_field_that_held_it(text: str, field: str, value: str) -> None:
    draft = talked(MATTER, ALL, (text, Read())).talk.draft

    assert draft is not None
    assert getattr(draft, field) == value


def test_yes_before_the_card_never_leads_in_a_circle() -> None:
    told = talked((MATTER, Read()), "好的", "好的", "好的")

    assert "请核对" in talked((MATTER, Read()), "提交").text
    assert any(isinstance(act, FileCase) for act in told.acts)


def test_no_telephone_is_an_answer() -> None:
    assert "请核对" in talked(MATTER, "希望马上办理，我叫周伯通，没有手机").text


@pytest.mark.parametrize("words", ["还是实名吧，我叫杨康 13800000000", "不匿名了，杨康 13800000000"])
def test_who_was_unnamed_may_be_named_after_all(words: str) -> None:
    draft = talked(MATTER, "希望马上办理，匿名", words).talk.draft

    assert draft is not None
    assert (draft.anonymous, draft.name, draft.phone) == (False, "杨康", "13800000000")


def test_whoever_was_here_before_need_not_say_again_who_he_is() -> None:
    known = here(person={"name": "贾芸", "phone": "13200000009"})
    asked = talked(MATTER, known=known)
    told = talked("跟上次一样", known=known, talk=asked.talk)

    assert "回复“一样”" in asked.text
    assert "贾芸" not in asked.text
    assert "称呼：贾芸\n电话：13200000009" in told.text


def test_a_cancelled_draft_comes_back_when_the_citizen_insists() -> None:
    assert "上周三" in talked(MATTER, ALL, "算了", "我还是要投诉").text


def test_a_place_is_kept_and_its_matter_asked_for() -> None:
    asked = talked(message("市政务服务中心", kind="location"))

    assert "市政务服务中心" in asked.text
    assert asked.talk.draft is not None
    assert (asked.talk.draft.kind, asked.talk.draft.respondent) == ("complaint", "市政务服务中心")


FURTHER = "还有一件事，公积金中心也不给我提取公积金，说系统升级拖了两个月"


@pytest.mark.parametrize(("choice", "others"), [("!split:1", 1), ("分开登记", 1), ("!whole:1", 0), ("写进这一件", 0)])
def test_a_second_matter_at_the_card_is_asked_about(choice: str, others: int, thinking) -> None:
    asked = talked(MATTER, ALL, FURTHER, known=thinking)
    assert "分开登记" in asked.labels
    told = talked(choice, "确认", known=thinking, talk=asked.talk)
    (act,) = [act for act in told.acts if isinstance(act, FileCase)]

    assert len(act.others) == others
    assert ("公积金" in act.filing.text) is (others == 0)


@pytest.fixture
def thinking():
    return here(mind=Thinking(reader(), Knowledge(), MORNING))


def test_a_picture_goes_to_the_case_meant_in_words() -> None:
    known = here(CaseView("20261123-00017", "handling", summary="窗口不给受理", steps=frozenset({"supplement"})))
    held = talked("#p1", known=known)
    told = talked("就补到刚才那件", known=known, talk=held.talk)

    assert [act for act in told.acts if isinstance(act, Supplement)]


@pytest.mark.parametrize(
    ("respondent", "departments", "first"),
    [
        ("北区市场监管分局", [["市市场监督管理局", 0.7], ["北区市场监督管理分局", 0.2]], "北区市场监督管理分局"),
        ("市场监管局窗口", [["市市场监督管理局", 0.7], ["北区市场监督管理分局", 0.2]], "市市场监督管理局"),
        ("北区市场监管分局", [["市市场监督管理局", 0.95], ["北区市场监督管理分局", 0.04]], "北区市场监督管理分局"),
        ("北区市场监管分局", [["市市场监督管理局", 0.995], ["北区市场监督管理分局", 0.004]], "市市场监督管理局"),
        ("政务大厅2号窗口", [["市市场监督管理局", 0.7], ["市政务服务中心", 0.2]], "市市场监督管理局"),
        ("", [["市市场监督管理局", 0.7]], "市市场监督管理局"),
    ],
)
def test_the_unit_named_outright_comes_first_and_the_chances_stay(respondent, departments, first) -> None:
    rows = named_first(departments, respondent, UNITS)

    assert rows[0][0] == first
    assert sorted(chance for _, chance in rows) == sorted(chance for _, chance in departments)


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("在医保局办异地就医备案，窗口说网不好", "办异地就医备案"),
        ("公积金中心提取公积金材料说不全", "提取公积金"),
        ("办个生育津贴跑了五趟", "办生育津贴"),
        ("换领社保卡要等两个月", "换领社保卡"),
        ("希望马上办理", ""),
        ("今天不办业务", ""),
        ("在办公室等了一上午", ""),
        ("窗口态度恶劣", ""),
    ],
)
def test_the_service_applied_for_is_heard_where_it_is_plainly_said(text: str, service: str) -> None:
    assert service_in(text) == service


@pytest.mark.parametrize(
    ("story", "wanted", "asked"),
    [
        ("窗口的人骂人，态度恶劣", True, True),
        ("窗口的人骂人，态度恶劣", False, False),
        ("我去办证，窗口的人骂人，态度恶劣", True, False),
        ("市医保局窗口的人骂人，要求道歉，张三丰 13800000000", True, False),
    ],
)
def test_what_was_applied_for_is_asked_only_where_the_rulebook_wants_it_and_never_alone(story, wanted, asked) -> None:
    materials = (Material("name"), Material("phone"), *((Material("service", required=False),) if wanted else ()))
    told = talked((story, Read()), known=here(materials=materials))

    assert ("办的是什么事" in told.text) is asked


def test_the_service_goes_with_the_filing() -> None:
    materials = (Material("name"), Material("phone"), Material("service", required=False))
    acts = talked(MATTER, ALL, "确认", known=here(materials=materials)).acts
    (act,) = [act for act in acts if isinstance(act, FileCase)]

    assert act.filing.fields["service"] == "办证"


@pytest.mark.parametrize("said", ["@subscribe", "帮助", "@menu:help"])
def test_whoever_comes_new_or_asks_for_help_hears_every_way_of_reaching_the_office(said: str) -> None:
    told = talked(said, known=here(channels=("大厅的窗口", "拨打 12345")))

    assert "除了这里，还可以：大厅的窗口；拨打 12345。" in told.text


@pytest.mark.parametrize("office", shipped())
def test_every_office_that_ships_says_how_else_it_can_be_reached(office: str) -> None:
    assert any("12345" in way for way in read_jurisdiction(office).channels)

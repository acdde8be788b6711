"""The knowledge base: what it answers, what it leaves to people, and that it never makes anything up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bots.knowledge import Knowledge, read_knowledge
from casebook.errors import RulebookError
from models.store import Store
from tests.talking import House, text_of

DAY = date(2026, 11, 23)
SHIPPED = read_knowledge("yunnan")
# Ways of asking that stand in no file, and what they ask for.
ASKED = [
    ("请问补办身份证要多久啊", "身份证"),
    ("我身份证丢了，怎么补办", "身份证"),
    ("居住证怎么申领", "居住证"),
    ("护照在哪里办", "护照"),
    ("驾照到期换证要体检吗？", "驾驶证"),
    ("异地就医怎么备案啊", "备案"),
    ("慢性病怎么申请", "慢特病"),
    ("怎么注销营业执照", "注销"),
    ("食品经营许可证在哪办", "食品经营许可"),
    ("領結婚證要帶什麼", "婚姻登记"),
    ("我想给老人申请高龄津贴", "高龄津贴"),
    ("办退休要带什么", "退休"),
    ("公积金贷款要什么条件", "公积金贷款"),
    ("怎么提取公积金", "提取"),
    ("你们中午上班吗", "办公时间"),
    ("低保需要什么条件", "低保"),
]
# Asked just as often, and in no file: these belong to people.
UNANSWERED = [
    "出生证明丢了怎么补",
    "残疾证怎么办",
    "公租房怎么申请",
    "失业金怎么领",
    "身份证上的名字怎么改",
    "狗证怎么办",
    "离婚需要什么材料",
    "排污许可证怎么办理",
    "契税怎么交",
    "驾照被扣12分怎么办",
    "今天天气怎么样",
    "孩子上学报名需要什么",
    "营业执照丢了怎么补",
    "居住证能办孩子入学吗",
    "医保卡余额怎么查",
    "施工许可证怎么办",
    "工伤认定要多久",
    "护照能寄到家里吗",
]


@pytest.fixture
def house(memory_store: Store) -> House:
    return House(memory_store)


def test_most_paraphrases_find_their_answer() -> None:
    known = Knowledge(SHIPPED)
    found = [(question, known.look_up(question, DAY)) for question, _ in ASKED]
    right = [word in answer.answer for (_, answer), (_, word) in zip(found, ASKED, strict=True) if answer]
    print(f"knowledge: {len(right)} of {len(ASKED)} paraphrases answered, {sum(right)} rightly")

    assert all(right)
    assert len(right) >= 0.75 * len(ASKED)


@pytest.mark.parametrize("question", UNANSWERED)
def test_what_nobody_wrote_down_finds_nothing(question: str) -> None:
    assert Knowledge(SHIPPED).look_up(question, DAY) is None


def test_an_answer_that_ran_out_is_not_given() -> None:
    assert Knowledge(SHIPPED).look_up("营业执照怎么注销", date(2028, 1, 1)) is None


def test_every_answer_that_ships_says_that_it_is_for_demonstration() -> None:
    assert len(SHIPPED) >= 20
    assert all("演示" in answer.source for answer in SHIPPED)


def test_a_question_is_answered_with_source_unit_and_day(house: House) -> None:
    told = text_of(house.say("营业执照怎么注销？"))

    for words in ("先办清税", "来源：演示答案", "市市场监督管理局", "2026-11-20"):
        assert words in told


@pytest.mark.parametrize("still", ["还是要提交", "2", "我不同意"])
def test_whoever_is_not_served_submits_the_same_words_with_one_tap(house: House, still: str) -> None:
    house.say("营业执照怎么注销？")
    assert "请核对" in text_of(house.say(still))
    house.say("确认提交")
    (number,) = house.numbers()
    case = house.store.read(lambda unit: unit.load(number))

    assert (case.kind, case.filing.text) == ("consultation", "营业执照怎么注销？")


@pytest.mark.parametrize("enough", ["清楚了", "谢谢", "好的", "1"])
def test_whoever_is_served_is_left_alone(house: House, enough: str) -> None:
    house.say("营业执照怎么注销？")
    house.say(enough)

    assert house.numbers() == []
    assert "没有要确认" in text_of(house.say("确认"))


def test_a_question_without_an_answer_goes_to_people(house: House) -> None:
    assert "请核对" in text_of(house.say("残疾证怎么办理，需要什么材料？"))


def test_a_complaint_about_the_same_thing_is_no_question(house: House) -> None:
    assert "来源" not in text_of(house.say("市场监管局窗口不给我注销营业执照，跑了三趟"))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('questions = ["甲"]\nanswer = "乙"', "source is missing"),
        ('questions = "甲"', "questions is missing or no list"),
        (
            'questions = ["甲"]\nanswer = "乙"\nsource = "丙"\nunit = "丁"\nreviewed_on = 2026-01-01\n'
            'valid_until = 2027-01-01\nwho = "戊"',
            "unknown key 'who'",
        ),
    ],
)
def test_a_faulty_answer_is_refused_with_file_and_reason(tmp_path: Path, row: str, why: str) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "one.toml").write_text(f"[[answer]]\n{row}\n", encoding="utf-8")

    with pytest.raises(RulebookError, match=f"one.toml, answer 1: {why}"):
        read_knowledge("some", tmp_path)


def test_a_jurisdiction_without_a_folder_has_no_answers() -> None:
    assert Knowledge(read_knowledge("nowhere")).look_up("营业执照怎么注销", DAY) is None

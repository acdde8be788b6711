"""The knowledge base: what it answers, what it leaves to people, and that it never makes anything up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bots.knowledge import Knowledge, read_knowledge
from casebook.errors import RulebookError
from casebook.jurisdiction import read_jurisdiction
from casebook.rulebook_file import read_rulebook, shipped
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
# Ways of asking an office about its own work that stand in no file, and what its regulation says.
ASKED_OF_AN_OFFICE = [
    ("yunnan", "我投诉了几天能有回复啊", "3 个工作日"),
    ("yunnan", "投诉必须留真名吗", "原则上要求实名"),
    ("yunnan", "哪些情况的投诉不受理", "不受理"),
    ("suining", "请问投诉多久能有结果", "15 个工作日"),
    ("suining", "可以匿名投诉吗", "可以不予答复"),
    ("suining", "投诉了会不会被打击报复啊", "不得打击报复"),
    ("suining", "想投诉打哪个电话", "12345"),
    ("suining", "投诉能撤回不", "撤回"),
    ("anyang", "请问投诉了多久能给我回话", "3 个工作日"),
    ("anyang", "有诉即办窗口都管什么", "吃拿卡要"),
    ("anyang", "哪里可以投诉", "12345"),
    ("henan", "投诉几天有答复", "1、5、15"),
    ("henan", "答复里要写些什么内容", "调查核实"),
    ("henan", "对处理结果不满意怎么办", "不满意"),
    ("shanghai", "差评有人管吗", "5 个工作日"),
    ("shanghai", "投诉要多久才有回复", "15 个工作日"),
    ("shanghai", "燃气公司的服务也可以投诉吗", "参照"),
    ("shanghai", "你们几点上班呀", "九点"),
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


@pytest.mark.parametrize(("office", "question", "word"), ASKED_OF_AN_OFFICE)
def test_every_office_answers_for_its_own_work(office: str, question: str, word: str) -> None:
    known = Knowledge(read_knowledge(office)).look_up(question, DAY)

    assert known is not None
    assert word in known.answer


@pytest.mark.parametrize("question", UNANSWERED)
@pytest.mark.parametrize("office", shipped())
def test_what_nobody_wrote_down_finds_nothing(office: str, question: str) -> None:
    assert Knowledge(read_knowledge(office)).look_up(question, DAY) is None


def test_an_answer_that_ran_out_is_not_given() -> None:
    assert Knowledge(SHIPPED).look_up("营业执照怎么注销", date(2028, 1, 1)) is None


def test_every_answer_that_ships_says_that_it_is_for_demonstration() -> None:
    assert len(SHIPPED) >= 20
    assert all("演示" in answer.source for office in shipped() for answer in read_knowledge(office))


@pytest.mark.parametrize("office", shipped())
def test_an_answer_that_rests_on_a_regulation_names_it_and_the_body_that_answers_for_it(office: str) -> None:
    title, body = read_rulebook(office).title, read_jurisdiction(office).body
    ruled = [answer for answer in read_knowledge(office) if "条" in answer.source]

    assert len(ruled) >= 5
    assert {answer.unit for answer in ruled} == {body}
    assert [answer.source for answer in ruled if title not in answer.source] == []


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

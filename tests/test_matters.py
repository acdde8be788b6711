"""Several matters in one message, and the same matter again: asked about, linked, never lost and never turned away."""

from __future__ import annotations

import pytest

from bots.citizen.matters import parts_of
from casebook.case import Case
from models.store import Store
from tests.talking import MATTER, House, text_of
from tests.test_reception import DISPATCHER, FOUR, OFFICER

TWO = "我要反映两件事：一是市不动产登记中心3号窗口不给受理，二是公积金中心不给提取公积金"
ALL = "希望马上办理，张三丰 13800000000"


@pytest.fixture
def house(memory_store: Store) -> House:
    return House(memory_store)


def cases(house: House) -> list[Case]:
    return [house.store.read(lambda unit, number=number: unit.load(number)) for number in house.numbers()]


def answered(house: House) -> str:
    number = house.filed()
    house.in_room(DISPATCHER, "交办市自然资源局")
    house.in_room(OFFICER, "受理")
    house.in_room(OFFICER, FOUR)
    house.in_room(OFFICER, "确认发送")
    return number


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (TWO, 2),
        ("1、窗口不给办证，来回跑了三趟。2、社保局电话打不通没人接", 2),
        ("我去车管所换驾照排队三小时。另外一件事，公积金中心不给提取", 2),
        (MATTER, 0),
        ("二是后来的事情", 0),
    ],
)
def test_the_pieces_are_those_the_citizen_marks(text: str, count: int) -> None:
    assert len(parts_of(text)) == count


def test_two_matters_become_two_linked_cases_with_one_receipt_after_asking(house: House) -> None:
    asked = text_of(house.say(TWO))
    assert "2 件事" in asked
    house.say("分开")
    card = text_of(house.say(ALL))
    assert "公积金" in card
    receipt = house.say("确认提交")
    one, other = cases(house)

    assert len(receipt) == 1
    assert one.number in receipt[0].text
    assert other.number in receipt[0].text
    assert (one.linked, other.linked) == ((other.number,), (one.number,))
    assert (one.filing.name, other.filing.phone) == ("张三丰", "13800000000")
    assert "公积金" not in one.filing.text
    assert other.filing.proposal["departments"][0][0] == "市住房公积金管理中心"


def test_whoever_says_it_is_one_matter_has_one_case(house: House) -> None:
    for text in (TWO, "就是一件事", ALL, "确认提交"):
        house.say(text)

    assert [case.filing.text for case in cases(house)] == [TWO]


def test_a_list_of_wishes_about_one_matter_is_one_matter(house: House) -> None:
    said = house.say("市不动产登记中心3号窗口不给办证，要求：1、马上给我办证；2、窗口的人向我道歉")

    assert "件事" not in text_of(said)


def test_the_same_matter_again_goes_to_the_open_case_after_one_question(house: House) -> None:
    number = house.filed()
    asked = house.say("上次我去市不动产登记中心3号窗口办证，材料齐全不给受理，今天去还是这样")
    assert number in text_of(asked)
    house.say("!" + asked[0].buttons[0][0].data)

    (case,) = cases(house)
    assert [entry.step for entry in case.history] == ["file", "supplement"]
    assert "今天去还是这样" in case.history[-1].private["text"]


def test_whoever_says_it_is_another_matter_has_it_filed(house: House) -> None:
    house.filed()
    for text in ("市不动产登记中心3号窗口办证，材料齐全不给受理", "是另一件事", ALL, "确认提交"):
        house.say(text)

    assert len(house.numbers()) == 2


def test_a_concluded_matter_is_answered_with_the_earlier_answer_and_asked_for_what_is_new(house: House) -> None:
    number = answered(house)
    house.say("满意")
    told = text_of(house.say(MATTER))
    assert number in told
    assert "已查监控" in told
    house.say("这次又让我补材料，这是新的情况")
    house.say(ALL)
    house.say("确认提交")

    again = cases(house)[1]
    assert again.linked == (number,)
    assert "新的情况" in again.filing.text


def test_nothing_new_ends_it_without_a_case(house: House) -> None:
    answered(house)
    house.say("满意")
    house.say(MATTER)

    assert "随时" in text_of(house.say("没有"))
    assert len(house.numbers()) == 1


def test_a_person_decides_if_the_citizen_insists(house: House) -> None:
    number = answered(house)
    house.say("满意")
    for text in (MATTER, "仍要提交", ALL, "确认提交"):
        house.say(text)

    assert cases(house)[1].linked == (number,)


def test_anothers_same_matter_is_a_case_of_its_own_and_linked(house: House) -> None:
    number = house.filed()
    for text in (MATTER, "希望马上办理，李四光 13900000000", "确认提交"):
        house.say(text, "s2")
    one, other = cases(house)

    assert one.number == number
    assert other.linked == (number,)
    assert other.filing.name == "李四光"


def test_an_old_question_about_what_was_held_is_obeyed_by_nobody(house: House) -> None:
    asked = house.say(TWO)
    press = asked[0].buttons[0][0].data
    house.say("就是一件事")

    assert "过期" in text_of(house.say(f"!{press}"))


def test_the_dispatchers_see_which_cases_belong_together(house: House) -> None:
    for text in (TWO, "分开", ALL, "确认提交"):
        house.say(text)
    one, other = house.numbers()
    told = house.store.read(lambda unit: unit.outbox_of(other))
    (new,) = [row for row in told if row.message == "new_case"]

    assert one in new.facts["mark_line"]

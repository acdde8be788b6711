"""The one-time form for identity numbers: from the button in a chat abroad, over real HTTP, into the sealed filing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from tests.talking import MATTER, ZONE, House, text_of
from tests.web_office import an_office, serving

NUMBER = "11010519491231002X"
ALL = "希望马上办理，张三丰 13800000000"


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[tuple[House, str]]:
    """A talk by Telegram up to its card, and the address of the web beside it."""
    office = an_office(tmp_path)
    house = House(office.store)
    house.now = datetime.now(ZONE)
    office.reception = house.reception
    with serving(office) as address:
        yield house, address
    office.store.close()


def form_of(house: House, address: str, said: str) -> str:
    """The form's address in the answer to this."""
    buttons = [button for reply in house.say(said, channel="telegram") for row in reply.buttons for button in row]
    (url,) = {button.url for button in buttons if button.url}
    return url.replace("http://localhost:8000", address)


def filing(house: House):  # type: ignore[no-untyped-def]
    (number,) = house.numbers()
    return house.store.read(lambda unit: unit.load(number)).filing


def test_the_number_goes_from_the_form_into_the_case_and_never_through_the_chat(chat: tuple[House, str]) -> None:
    house, address = chat
    house.say(MATTER, channel="telegram")
    url = form_of(house, address, ALL)
    assert "填写证件号码" in httpx.get(url).text
    assert "收到了" in httpx.post(url, data={"id_number": NUMBER}).text
    handle = house.store.read(lambda unit: unit.contact_known("telegram", "s1")).handle
    told = house.store.read(lambda unit: unit.notices_for(f"citizen:{handle}"))
    assert NUMBER not in repr(told)
    house.say("确认提交", channel="telegram")

    assert filing(house).id_number == NUMBER


def test_sending_the_number_in_the_chat_is_answered_with_the_form(chat: tuple[House, str]) -> None:
    house, _ = chat
    house.say(MATTER, channel="telegram")
    house.say(ALL, channel="telegram")
    replies = house.say(NUMBER, channel="telegram")

    assert "没有保存" in text_of(replies)
    assert "/chat/private/" in replies[0].buttons[0][0].url


def test_the_form_opens_once_and_looking_at_it_spends_nothing(chat: tuple[House, str]) -> None:
    house, address = chat
    house.say(MATTER, channel="telegram")
    url = form_of(house, address, ALL)
    for _ in range(3):
        httpx.get(url)

    assert httpx.post(url, data={"id_number": NUMBER}).status_code == 200
    assert httpx.post(url, data={"id_number": NUMBER}).status_code == 410


@pytest.mark.parametrize("typed", [{"id_number": "530102199001011234"}, {}, {"id_number": "一二三"}])
def test_what_cannot_be_right_spends_nothing_and_keeps_nothing(chat: tuple[House, str], typed: dict[str, str]) -> None:
    house, address = chat
    house.say(MATTER, channel="telegram")
    url = form_of(house, address, ALL)

    wrong = httpx.post(url, data=typed)
    assert (wrong.status_code, "核对不上" in wrong.text) == (422, True)
    assert httpx.post(url, data={"id_number": NUMBER.lower()}).status_code == 200


def test_a_form_for_a_matter_that_is_filed_or_dropped_takes_nothing(chat: tuple[House, str]) -> None:
    house, address = chat
    house.say(MATTER, channel="telegram")
    url = form_of(house, address, ALL)
    house.say("确认提交", channel="telegram")

    assert httpx.post(url, data={"id_number": NUMBER}).status_code == 410
    assert filing(house).id_number == ""


def test_an_address_nobody_made_opens_nothing(chat: tuple[House, str]) -> None:
    _, address = chat

    assert httpx.post(f"{address}/chat/private/guess", data={"id_number": NUMBER}).status_code == 410


def test_where_the_number_may_be_typed_no_form_is_offered(chat: tuple[House, str]) -> None:
    house, _ = chat
    house.say(MATTER)
    replies = house.say(ALL)

    assert not [button for reply in replies for row in reply.buttons for button in row if button.url]


def test_only_what_the_rulebook_names_is_offered(chat: tuple[House, str]) -> None:
    house, _ = chat
    law = house.desk.law
    materials = tuple(item for item in law.rulebook.materials if item.field != "id_number")
    house.desk.law = replace(law, rulebook=replace(law.rulebook, materials=materials))
    house.say(MATTER, channel="telegram")
    replies = house.say(ALL, channel="telegram")

    assert "身份证" not in text_of(replies)
    assert not [button for reply in replies for row in reply.buttons for button in row if button.url]

"""Those who mean harm: other people's cases, words made to be commands, connections that never end, silence."""

from __future__ import annotations

import io
import itertools
import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import event

from bots.channels import wechat_client
from bots.channels.sending import Later
from bots.channels.wechat_client import Client, StoreTokens
from bots.channels.wechat_sender import WeChatSender
from bots.citizen.presses import ON_CASE
from bots.log import set_up_logging
from bots.message import Reply
from casebook.case import Person
from casebook.errors import NotAllowed
from casebook.lifecycle import TABLE
from models.verify import verify
from tests.acting import OFFICER, Acting
from tests.makers import UNIT, ZONE, a_case, a_notice, keep, moment
from tests.standins.serving import serving
from tests.standins.wechat_api import EPOCH, WeChatApi
from tests.talking import MATTER, House, text_of
from tests.test_store_faults import together
from tests.web_office import an_office
from tests.web_office import serving as serving_office
from tests.wechat_pushes import OPENID, settings

STRANGERS = (
    Person("citizen", "handle999999"),
    Person("officer", "王经办", "市公安局"),
    Person("leader", "罗局长", "市公安局"),
    Person("officer", "没有单位"),
)


@pytest.mark.parametrize("stranger", STRANGERS, ids=str)
def test_no_step_of_the_lifecycle_is_open_to_a_stranger(memory_store, stranger):
    """Every step there is, on a case at every stage; the facts are those that whoever may take the step would give."""
    office = Acting(memory_store)
    facts = {"to": [UNIT], "reason": "想看看", "findings": "查过了", "verdict": "substantiated", "score": 1}
    cases = [office.case(number) for number in (office.dispatched(), office.accepted(), office.answered())]
    for case, step in itertools.product(cases, TABLE):
        with pytest.raises(NotAllowed):
            office.take(case.number, step, stranger, "2026-03-02 11:00", **facts)

    assert [office.case(case.number) for case in cases] == cases
    assert [office.desk.allowed(case, stranger, moment("2026-03-02 11:00")) for case in cases] == [(), (), ()]


@pytest.mark.parametrize("what", sorted(ON_CASE))
def test_a_press_about_anothers_case_and_about_none_are_answered_alike(memory_store, what):
    house = House(memory_store)
    number = house.filed()
    before = memory_store.read(lambda unit: unit.load(number))

    theirs = text_of(house.say(f"!{what}:{number}:1", "s2"))
    nobodys = text_of(house.say(f"!{what}:20260302-99990:1", "s2"))

    assert theirs.replace(number, "N") == nobodys.replace("20260302-99990", "N")
    assert memory_store.read(lambda unit: unit.load(number)) == before


REST = "希望马上办理，张三丰 13800000000"


@pytest.mark.parametrize("order", list(itertools.permutations([MATTER, REST, "确认提交"])))
def test_messages_that_come_in_another_order_make_the_same_case_or_a_question(memory_store, order):
    """Whoever sees no receipt confirms once more; nothing that was said may stand in a wrong place."""
    house = House(memory_store)
    for text in order:
        house.say(text)
    asked = "" if house.numbers() else text_of(house.say("确认提交"))

    filed = [memory_store.read(lambda unit, number=number: unit.load(number)).filing for number in house.numbers()]
    assert len(filed) == 1 or ("?" in asked or "？" in asked or "请" in asked)
    for filing in filed:
        assert (filing.name, filing.phone) in (("张三丰", "13800000000"), ("", ""))
        assert "不动产登记中心" in filing.respondent
        assert "材料齐全却不给受理" in filing.text


INJECTED = "注入'; DROP TABLE cases; --"


def test_no_word_of_a_person_is_ever_part_of_a_statement(store):
    statements: list[str] = []
    for engine in {store._writing, store._reading}:
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    case = keep(store, a_case(name=INJECTED, text=INJECTED, respondent=INJECTED, address=INJECTED, citizen=INJECTED))
    store.write(lambda unit: unit.post([a_notice(INJECTED, to=INJECTED)]))
    store.write(lambda unit: unit.inbox_add("web", INJECTED, INJECTED.encode(), case.filed, "done", b""))
    store.write(lambda unit: unit.contact(INJECTED, INJECTED, INJECTED, case.filed))
    store.read(lambda unit: (unit.numbers(state=INJECTED, unit=INJECTED), unit.notices_for(INJECTED)))

    assert statements
    assert [statement for statement in statements if "注入" in statement or "DROP" in statement] == []
    assert verify(store) == []


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n", "\x85", "\u2028", "\x1b[2K"])
@pytest.mark.usefixtures("_logging_as_it_was")
def test_one_event_is_one_line_of_the_log(form, ending):
    stream = io.StringIO()
    set_up_logging("INFO", form, ZONE, stream)

    logging.getLogger("bots").warning("courier: %s", f"refused{ending}2026-03-02 09:00:00 INFO    bots: all is well")

    assert stream.getvalue().count("\n") == 1
    assert not {"\r", "\x1b"} & set(stream.getvalue())


@pytest.fixture
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_hundred_connections_that_never_finish_their_request_keep_nobody_waiting(tmp_path):
    office = an_office(tmp_path)
    with serving_office(office) as base, ExitStack() as stack:
        address = httpx.URL(base)
        for _ in range(100):
            slow = stack.enter_context(socket.create_connection((address.host, address.port)))
            slow.sendall(b"POST /wechat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n<xml>")
        said = httpx.get(f"{base}/healthz", trust_env=False, timeout=5)

    assert said.status_code == 200
    office.store.close()


@contextmanager
def silent_platform() -> Iterator[str]:
    """Takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_platform_that_never_answers_is_given_up_for_now(memory_store, monkeypatch):
    monkeypatch.setattr(wechat_client, "TIMEOUT", (0.2, 0.2))
    memory_store.write(lambda unit: unit.token_put("wechat:wx0a1b2c3d4e5f6071", "kept", EPOCH + timedelta(hours=1)))
    with silent_platform() as url:
        client = Client(settings(api_url=url), StoreTokens(memory_store), lambda: EPOCH)
        outcome = WeChatSender(client, {}).send(OPENID, Reply("已受理"), "k1")

    assert outcome == Later(0.0, "wechat 0: unreachable")


def test_six_processes_whose_token_was_refused_at_once_fetch_no_storm(store):
    """Each process has a client of its own, and they share a token that is no more. Each asks at most once."""
    api = WeChatApi()
    api.wrote(OPENID)
    api.followers[OPENID].sent = -100
    with serving(api.app) as url:
        senders = [WeChatSender(Client(settings(api_url=url), StoreTokens(store), lambda: EPOCH), {}) for _ in range(6)]
        senders[0].send(OPENID, Reply("先"), "first")
        api.calls.clear()
        api.expire_token()
        together(6, lambda which: [senders[which].send(OPENID, Reply(f"{which}{n}"), f"{which}{n}") for n in range(3)])

    assert sorted(api.texts) == sorted(["先", *(f"{which}{n}" for which in range(6) for n in range(3))])
    assert 1 <= api.calls.count("stable_token") <= 6
    assert api.token == "token-2"


def test_a_command_given_by_four_who_pressed_at_once_is_taken_once(store):
    office = Acting(store)
    number = office.dispatched()

    def press(which: int) -> bool:
        try:
            office.take(number, "accept", OFFICER, "2026-03-02 11:00")
        except NotAllowed:
            return False
        return True

    assert sorted(together(4, press)) == [False, False, False, True]
    assert [entry.step for entry in office.case(number).history].count("accept") == 1

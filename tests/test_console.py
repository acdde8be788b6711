"""The console in a real server: who gets in, who sees what, what a step does, and what is never shown unasked."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

import console
from casebook.case import Case, Command, Person
from casebook.desk import Desk
from casebook.terms import STEPS
from console.__main__ import main
from console.paging import page_asked
from console.session import PURPOSE, is_on_staff
from console.step_forms import forms
from models.forget import forget_case
from models.store import Store
from office.law import read_law
from scheduler.reporting import Reporting
from tests.makers import UNIT, a_filing, moment

LAW = read_law("yunnan")
DISPATCHER, SUPERVISOR = Person("dispatcher", "赵调度"), Person("supervisor", "孙督办")
OFFICER, LEADER = Person("officer", "李经办", UNIT), Person("leader", "马局长", UNIT)
STRANGER = Person("officer", "王经办", "市公安局")
INSPECTOR = Person("inspector", "周质检")
ANSWER = {"findings": "已核实", "process": "已约谈", "measures": "已整改", "results": "已受理"}


@dataclass
class TestOffice:
    """An office with a clock of its own."""

    __test__ = False
    store: Store
    desk: Desk
    at: datetime
    secret_key: str = "a key for tests, long enough to be one"
    https: bool = False

    def now(self) -> datetime:
        return self.at

    @property
    def reporting(self) -> Reporting:
        return Reporting(self.store, self.desk.law)

    def checking(self, number: str) -> dict[str, str]:
        return {"check_code": "ABCD-EFGH", "check_url": f"http://example.invalid/notices/{number}"}

    def gather(self, texts: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
        """Texts that begin alike, where several do; the reader's own way is tested with the reader."""
        begun: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            begun.setdefault(text[:4], []).append(place)
        return [(name, tuple(places)) for name, places in begun.items() if len(places) > 1]

    def link(self, person: Person) -> str:
        ticket = self.store.write(lambda unit: unit.ticket_make(PURPOSE, str(person), self.at, timedelta(hours=1)))
        return f"/console/login?ticket={ticket}"

    def file(self, **changes: Any) -> Case:
        filing = a_filing(**changes)
        by = Person("citizen", filing.citizen)
        return self.store.write(lambda unit: self.desk.file(unit, filing, by, self.at))

    def take(self, case: Case, step: str, by: Person, **facts: Any) -> Case:
        command = Command(step, by, self.at, facts)
        return self.store.write(lambda unit: self.desk.take(unit, case.number, command))

    def case(self, number: str) -> Case:
        return self.store.read(lambda unit: unit.load(number))


@pytest.fixture
def office(memory_store: Store) -> TestOffice:
    return TestOffice(memory_store, Desk(LAW), moment("2026-03-02 09:00"))


@pytest.fixture
def address(office: TestOffice) -> Iterator[str]:
    """A running server's address."""
    app = Starlette(routes=console.routes(office))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    ready = threading.Event()
    started = server.startup

    async def startup(sockets: Any = None) -> None:
        await started(sockets)
        ready.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    ready.wait(20)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


SignIn = Callable[[Person], httpx.Client]


@pytest.fixture
def sign_in(office: TestOffice, address: str) -> Iterator[SignIn]:
    """Opens a browser signed in as that person."""
    clients: list[httpx.Client] = []

    def signed(person: Person) -> httpx.Client:
        client = httpx.Client(base_url=address, follow_redirects=True)
        clients.append(client)
        assert client.get(office.link(person)).status_code == 200
        return client

    yield signed
    for client in clients:
        client.close()


def token(client: httpx.Client) -> str:
    """The token that this session's forms carry."""
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page(client, "/console/rulebook"))
    return found[1] if found else ""


def page(client: httpx.Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text
    return response.text


def post(client: httpx.Client, case: Case, step: str, **fields: Any) -> httpx.Response:
    """Send the form of a step as the page would."""
    hidden = {"token": token(client), "version": str(case.version)}
    return client.post(f"/console/case/{case.number}/step/{step}", data={**hidden, **fields})


@pytest.mark.parametrize("path", ["", "/rulebook", "/case/20260302-00015"])
def test_without_a_session_every_page_asks_to_sign_in(address, path):
    response = httpx.get(f"{address}/console{path}")

    assert response.status_code == 401
    assert "请用登录链接进入" in response.text


def test_a_link_opens_once(office, address):
    link = office.link(SUPERVISOR)
    first, second = httpx.get(address + link), httpx.get(address + link)

    assert (first.status_code, second.status_code) == (303, 403)
    assert "httponly" in first.headers["set-cookie"].lower()
    assert "samesite=lax" in first.headers["set-cookie"].lower()
    assert "已经用过或者过期" in second.text


def test_a_link_is_old_after_its_time(office, address):
    link = office.link(SUPERVISOR)
    office.at += timedelta(hours=2)

    assert httpx.get(address + link).status_code == 403


def test_a_link_looked_at_by_a_chat_program_still_opens(office, address):
    link = office.link(SUPERVISOR)
    looked = httpx.get(address + link, headers={"user-agent": "TelegramBot (like TwitterBot)"})
    headed = httpx.head(address + link)

    assert looked.status_code == headed.status_code == 200
    assert "set-cookie" not in looked.headers
    assert httpx.get(address + link).status_code == 303


def test_a_ticket_for_another_purpose_does_not_open_the_console(office, address):
    ticket = office.store.write(lambda unit: unit.ticket_make("desk", str(SUPERVISOR), office.at, timedelta(hours=1)))

    assert httpx.get(f"{address}/console/login?ticket={ticket}").status_code == 403


@pytest.mark.parametrize(
    ("person", "is_staff"),
    [
        (SUPERVISOR, True),
        (OFFICER, True),
        (LEADER, True),
        (Person("supervisor", "李经办"), False),
        (Person("officer", "李经办", "市公安局"), False),
        (Person("leader", "李经办", UNIT), False),
        (Person("officer", "", UNIT), False),
        (Person("citizen", "handle234567"), False),
    ],
)
def test_only_whoever_stands_on_the_staff_list_gets_in(office, address, person, is_staff):
    assert is_on_staff(person, LAW.jurisdiction) is is_staff
    assert httpx.get(address + office.link(person)).status_code == (303 if is_staff else 403)


def test_a_forged_cookie_is_no_session(office, address, sign_in):
    client = sign_in(SUPERVISOR)
    cookie = client.cookies["huiying_console"]
    forged = httpx.get(f"{address}/console", cookies={"huiying_console": cookie[:-4] + "AAAA"})

    assert forged.status_code == 401


def test_signing_out_ends_the_session(office, sign_in):
    client = sign_in(SUPERVISOR)
    client.post("/console/logout", data={"token": token(client)})

    assert client.get("/console").status_code == 401


def test_pages_run_no_scripts_and_stand_in_no_frame(sign_in):
    headers = sign_in(SUPERVISOR).get("/console").headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_the_list_puts_the_most_pressing_case_first(office, sign_in):
    early = office.file(citizen="handle111111")
    office.at += timedelta(days=1)
    late = office.file(citizen="handle222222", text="昨天在5号窗口等了很久没有人")
    shown = page(sign_in(DISPATCHER), "/console")

    assert shown.index(early.number) < shown.index(late.number)
    assert "2 件" in shown


def test_the_list_is_filtered_by_state_unit_and_lateness(office, sign_in):
    waiting = office.file(citizen="handle111111")
    given = office.take(office.file(citizen="handle222222"), "dispatch", DISPATCHER, to=[UNIT])
    client = sign_in(SUPERVISOR)

    assert given.number not in page(client, "/console?state=awaiting_dispatch")
    assert waiting.number not in page(client, f"/console?unit={UNIT}")
    assert "没有符合条件的件" in page(client, "/console?overdue=1")
    office.at += timedelta(days=4)
    assert "已逾期" in page(client, "/console?overdue=1")


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999", "9" * 40, "²"])
def test_a_page_number_that_is_none_still_gives_a_page(sign_in, number):
    assert "诉求件" in page(sign_in(SUPERVISOR), f"/console?page={number}")


def test_a_long_list_is_turned_page_by_page_and_ends_with_its_last(office, sign_in, monkeypatch):
    monkeypatch.setattr("console.cases.PAGE", 2)
    numbers = [office.file(citizen=f"handle11111{place}").number for place in range(5)]
    client = sign_in(SUPERVISOR)
    first, last, past = (page(client, f"/console?unit=&state=all&page={at}") for at in (1, 3, 99))

    assert "第 1 页，共 3 页" in first
    assert 'href="/console?state=all&amp;unit=&amp;overdue=&amp;page=2">下一页</a>' in first
    assert [number for number in numbers if number in first + last] == [*numbers[:2], numbers[4]]
    assert "第 3 页，共 3 页" in last
    assert "下一页" not in last
    assert past == last


def test_a_list_of_more_pages_than_five_digits_count_is_turned_to_its_end():
    assert page_asked("100000", 120_000) == 100_000
    assert page_asked("9" * 40, 120_000) == 1


def test_a_number_typed_into_the_list_opens_the_case(office, sign_in):
    case = office.file()

    assert "经过" in page(sign_in(SUPERVISOR), f"/console?number={case.number}")


def test_a_page_shows_nobodys_name_or_number(office, sign_in):
    case = office.file(text="我是张三丰，电话13800000000，3号窗口不给受理")
    client = sign_in(SUPERVISOR)
    shown = page(client, "/console") + page(client, f"/console/case/{case.number}")

    assert "138****0000" in shown
    assert [value for value in ("张三丰", "13800000000", "11010119900101001X", "太极路99号") if value in shown] == []


def test_what_a_citizen_wrote_stays_words(office, sign_in):
    case = office.file(text='<script>alert(1)</script> {{ 7*7 }} "><img src=x>')
    shown = page(sign_in(SUPERVISOR), f"/console/case/{case.number}")

    assert "<script>" not in shown
    assert "<img" not in shown
    assert "{{ 7*7 }}" in shown


def test_a_case_shows_its_limits_with_the_article_they_rest_on(office, sign_in):
    case = office.take(office.file(), "dispatch", DISPATCHER, to=[UNIT])
    case = office.take(case, "accept", OFFICER, **{"class": "off_site"})
    shown = page(sign_in(SUPERVISOR), f"/console/case/{case.number}")

    assert "2026-03-16 17:30" in shown
    assert "依据第十三条" in shown
    assert "非现场处理类" in shown


def test_a_step_is_taken_from_the_page(office, sign_in):
    case = office.file()
    response = post(sign_in(DISPATCHER), case, "dispatch", to=UNIT)

    assert "已办理：交办。" in response.text
    assert office.case(case.number).lead_unit == UNIT


def test_the_whole_way_to_the_answer_goes_through_the_pages(office, sign_in):
    case = office.file()
    post(sign_in(DISPATCHER), case, "dispatch", to=UNIT)
    officer = sign_in(OFFICER)
    post(officer, office.case(case.number), "accept", **{"class": "off_site"})
    response = post(officer, office.case(case.number), "resolve", **ANSWER, verdict="substantiated")

    assert "已办理：办结。" in response.text
    assert office.case(case.number).answers == 1


def test_a_refused_form_comes_back_with_what_was_typed(office, sign_in):
    case = office.take(office.file(), "dispatch", DISPATCHER, to=[UNIT])
    response = post(sign_in(OFFICER), case, "decline", reason="写了很久的理由")

    assert response.status_code == 400
    assert "请写明依据哪一条" in response.text
    assert "写了很久的理由" in response.text
    assert office.case(case.number).version == case.version


def test_a_form_sent_twice_takes_the_step_once(office, sign_in):
    case = office.file()
    client = sign_in(DISPATCHER)
    post(client, case, "dispatch", to=UNIT)
    again = post(client, case, "dispatch", to=UNIT)

    assert "刚刚有了变化" in again.text
    assert office.case(case.number).version == case.version + 1


@pytest.mark.parametrize("wrong", ["", "0" * 64])
def test_a_form_without_its_token_changes_nothing(office, sign_in, wrong):
    case = office.file()
    client = sign_in(DISPATCHER)
    fields = {"token": wrong, "version": str(case.version), "to": UNIT}
    response = client.post(f"/console/case/{case.number}/step/dispatch", data=fields)

    assert response.status_code == 403
    assert office.case(case.number).version == case.version


def test_the_token_of_another_session_is_not_mine(office, sign_in):
    case = office.file()
    other, mine = sign_in(SUPERVISOR), sign_in(DISPATCHER)
    fields = {"token": token(other), "version": str(case.version), "to": UNIT}

    assert mine.post(f"/console/case/{case.number}/step/dispatch", data=fields).status_code == 403


def test_a_step_that_is_not_ones_own_is_refused_in_words(office, sign_in):
    case = office.file()
    response = post(sign_in(SUPERVISOR), case, "dispatch", to=UNIT)

    assert response.status_code == 400
    assert "不由督办员办理" in response.text
    assert office.case(case.number).version == case.version


@pytest.mark.parametrize("step", ["rate", "withdraw", "file", "recount", "merged_in", "linked", "nothing"])
def test_a_step_that_is_no_form_of_the_console_is_not_there(office, sign_in, step):
    case = office.file()

    assert post(sign_in(DISPATCHER), case, step, score="1").status_code == 404
    assert office.case(case.number).version == case.version


def test_every_form_is_of_a_step_that_exists():
    assert set(forms()) <= set(STEPS)


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_units_case_and_no_case_look_the_same(office, sign_in, method):
    case = office.take(office.file(), "dispatch", DISPATCHER, to=[UNIT])
    client = sign_in(STRANGER)
    paths = [f"/console/case/{number}" for number in (case.number, "20260302-99999")]
    if method == "get":
        answers = [client.get(path) for path in paths]
    else:
        fields = {"token": token(client), "reason": "想看看是谁投诉的"}
        answers = [client.post(f"{path}/contact", data=fields) for path in paths]

    assert answers[0].status_code == answers[1].status_code != 200
    assert answers[0].text == answers[1].text
    assert UNIT not in answers[0].text


def test_another_units_officer_finds_an_empty_list(office, sign_in):
    case = office.take(office.file(), "dispatch", DISPATCHER, to=[UNIT])
    client = sign_in(STRANGER)

    assert case.number not in page(client, "/console?state=all")
    assert case.number not in page(client, f"/console?state=all&unit={UNIT}")


def look(client: httpx.Client, case: Case, reason: str) -> httpx.Response:
    fields = {"token": token(client), "reason": reason}
    return client.post(f"/console/case/{case.number}/contact", data=fields)


def test_the_telephone_number_is_shown_for_a_reason_and_recorded(office, sign_in):
    case = office.take(office.file(), "dispatch", DISPATCHER, to=[UNIT])
    response = look(sign_in(OFFICER), case, "打电话核实情况")
    looks = office.store.read(lambda unit: unit.looks(case.number))

    assert "13800000000" in response.text
    assert "11010119900101001X" not in response.text
    assert [(shown.by, shown.reason) for shown in looks] == [(str(OFFICER), "打电话核实情况")]


def test_without_a_reason_nothing_is_shown_and_nothing_recorded(office, sign_in):
    case = office.file()
    response = look(sign_in(DISPATCHER), case, "看")

    assert response.status_code == 403
    assert "13800000000" not in response.text
    assert office.store.read(lambda unit: unit.looks(case.number)) == []


@pytest.mark.parametrize(("person", "changes"), [(INSPECTOR, {}), (OFFICER, {"confidential": True})])
def test_without_the_right_nothing_is_shown_and_the_try_is_recorded(office, sign_in, person, changes):
    case = office.take(office.file(**changes), "dispatch", DISPATCHER, to=[UNIT])
    client = sign_in(person)
    fields = {"token": token(client), "reason": "想看看是谁投诉的"}
    response = client.post(f"/console/case/{case.number}/contact", data=fields)

    assert response.status_code == 403
    assert "13800000000" not in response.text
    assert [shown.what for shown in office.store.read(lambda unit: unit.looks(case.number))] == ["refused: identity"]


@pytest.mark.parametrize(("kind", "head"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_a_paper_is_there_once_its_step_was_taken(office, sign_in, kind, head):
    case = office.file()
    client = sign_in(DISPATCHER)
    path = f"/console/case/{case.number}/form/dispatch_order.{kind}"

    assert client.get(path).status_code == 404
    office.take(case, "dispatch", DISPATCHER, to=[UNIT])
    response = client.get(path)
    assert response.content.startswith(head)
    assert response.headers["content-disposition"].startswith("attachment")


def test_the_rulebook_stands_beside_its_reading(sign_in):
    shown = page(sign_in(OFFICER), "/console/rulebook")

    assert "第十三条" in shown
    assert "程序的读法" in shown


def test_a_link_is_made_from_the_command_line(sqlite_url, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)

    assert main(["link", "supervisor:孙督办"]) == 0
    assert capsys.readouterr().out.startswith("http://localhost:8000/console/login?ticket=")
    assert main(["link", "supervisor:李经办"]) == 2
    assert "not on the staff list" in capsys.readouterr().err


def test_a_case_leaves_for_another_system_from_the_page(office, sign_in):
    case = office.file()
    post(sign_in(DISPATCHER), case, "transfer", to="hotline", reason="不属于政务服务事项")

    assert office.case(case.number).state == "transferred"


def test_the_body_notes_what_became_of_a_call(office: TestOffice, sign_in: SignIn) -> None:
    case = office.file()
    unreached(office, case)
    client = sign_in(DISPATCHER)
    listed = page(client, "/console/calls")
    (id,) = re.findall(r"/console/calls/(\d+)", listed)
    assert case.number in listed
    assert "2026-03-03 17:30 前" in listed

    noted = client.post(f"/console/calls/{id}", data={"token": token(client), "outcome": "no_answer"})
    assert "打过 1 次" in noted.text
    told = client.post(f"/console/calls/{id}", data={"token": token(client), "outcome": "told"})
    assert case.number not in told.text
    again = client.post(f"/console/calls/{id}", data={"token": token(client), "outcome": "told"})
    assert again.status_code == 409


@pytest.mark.parametrize("person", [OFFICER, INSPECTOR])
def test_the_call_list_is_the_bodys(office: TestOffice, sign_in: SignIn, person: Person) -> None:
    unreached(office, office.file())

    assert sign_in(person).get("/console/calls").status_code == 403


def unreached(office: TestOffice, case: Case) -> None:
    (key,) = [
        row.key for row in office.store.read(lambda unit: unit.outbox_of(case.number)) if row.message == "receipt"
    ]
    office.store.write(lambda unit: unit.outbox_failed(key, office.at, "blocked", None))


def test_the_page_of_an_erased_case_says_so_and_shows_its_course(office, sign_in):
    case = office.file()
    office.take(case, "withdraw", Person("citizen", case.filing.citizen), reason="张三丰自己解决了")
    forget_case(office.store, case.number, Person("system", "管理员"), "本人书面申请", office.at + timedelta(days=1))
    seen = page(sign_in(SUPERVISOR), f"/console/case/{case.number}")

    assert "个人信息已按期限清除" in seen
    assert STEPS["withdraw"] in seen
    assert "本人书面申请" in seen
    assert "张" not in seen
    assert "查看联系方式" not in seen

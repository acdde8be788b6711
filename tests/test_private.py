"""One-time pages on a real server, joining codes in the console and on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from casebook.case import Case, Command, Person
from casebook.desk import Desk
from console import routes
from console.__main__ import main
from console.session import PURPOSE as SIGN_IN
from models.store import Store
from office.law import read_law
from tests.makers import UNIT, a_filing, moment
from tests.standins.serving import serving
from tests.standins.wecom_api import WeComApi
from tests.wecom_pushes import environment

LAW = read_law("yunnan")
NOW = moment("2026-03-02 09:00")
LI, WANG = Person("officer", "李经办", UNIT), Person("officer", "王经办", "市公安局")
DISPATCHER, INSPECTOR = Person("dispatcher", "赵调度"), Person("inspector", "周质检")
GOOD = {
    "findings": "已查监控，窗口当天没有收件，情况属实。", "process": "已道歉，并收下材料办理。",
    "measures": "全员培训。", "results": "证件已发放。", "verdict": "substantiated",
}  # fmt: skip


@dataclass
class Office:
    """An office with a clock of its own."""

    store: Store
    desk: Desk
    at: datetime = NOW
    secret_key: str = "a key for tests, long enough to be one"
    https: bool = False

    def now(self) -> datetime:
        return self.at

    def checking(self, number: str) -> dict[str, str]:
        return {"check_code": "ABCD-EFGH", "check_url": f"http://example.invalid/notices/{number}"}

    def case(self, **changes: Any) -> Case:
        """One that 李经办 handles."""
        filing = a_filing(**changes)
        by = Person("citizen", filing.citizen)
        case = self.store.write(lambda unit: self.desk.file(unit, filing, by, self.at))
        for step, who, facts in (("dispatch", DISPATCHER, {"to": [UNIT]}), ("accept", LI, {"class": "off_site"})):
            command = Command(step, who, self.at, facts)
            self.store.write(lambda unit, command=command: self.desk.take(unit, case.number, command))
        return self.load(case.number)

    def load(self, number: str) -> Case:
        return self.store.read(lambda unit: unit.load(number))

    def ticket(self, what: str, number: str, step: str, person: Person) -> str:
        subject = "|".join((what, number, step, str(person)))
        hour = timedelta(hours=1)
        made = self.store.write(lambda unit: unit.ticket_make("private_page", subject, self.at, hour))
        return f"/private/{made}"


@pytest.fixture
def office(memory_store: Store) -> Office:
    return Office(memory_store, Desk(LAW))


@pytest.fixture
def http(office: Office) -> Iterator[httpx.Client]:
    app = Starlette(routes=routes(office, lambda text, at: {"departments": [[UNIT, 0.9]]}))
    with serving(app) as address, httpx.Client(base_url=address, follow_redirects=True) as client:
        yield client


def test_identity_is_shown_once_for_a_reason_and_the_look_is_recorded(office: Office, http: httpx.Client) -> None:
    number = office.case().number
    url = office.ticket("look", number, "", LI)

    assert "13800000000" not in http.get(url).text
    assert "至少四个字" in http.post(url, data={"reason": "看"}).text
    assert "13800000000" in http.post(url, data={"reason": "电话核实情况"}).text
    assert "已经用过" in http.post(url, data={"reason": "电话核实情况"}).text
    assert http.get(url).status_code == 404
    (look,) = office.store.read(lambda unit: unit.looks(number))
    assert (look.by, look.what, look.reason) == (str(LI), "identity", "电话核实情况")


@pytest.mark.parametrize(("person", "changes"), [(WANG, {}), (INSPECTOR, {}), (LI, {"confidential": True})])
def test_who_may_not_see_it_sees_nothing_and_the_attempt_is_recorded(
    office: Office, http: httpx.Client, person: Person, changes: dict[str, Any]
) -> None:
    number = office.case(**changes).number
    answer = http.post(office.ticket("look", number, "", person), data={"reason": "电话核实情况"})

    assert "13800000000" not in answer.text
    assert "不能查看" in answer.text
    assert [look.what for look in office.store.read(lambda unit: unit.looks(number))] == ["refused: identity"]


def test_words_kept_out_of_the_room_open_alone_and_the_look_is_recorded(office: Office, http: httpx.Client) -> None:
    number = office.case().number
    url = office.ticket("read", number, "", DISPATCHER)
    told = http.post(url, data={"reason": "判断是否接收"}).text

    assert "材料齐全却不给受理" in told
    assert "13800000000" not in told
    (look,) = office.store.read(lambda unit: unit.looks(number))
    assert (look.by, look.what, look.reason) == (str(DISPATCHER), "matter", "判断是否接收")
    assert "不能查看" in http.post(office.ticket("read", number, "", WANG), data={"reason": "想看看" + "内容"}).text


def test_a_link_runs_out_and_is_no_use_to_one_who_left_the_staff(office: Office, http: httpx.Client) -> None:
    number = office.case().number
    left = office.ticket("look", number, "", Person("officer", "赵离职", UNIT))
    late = office.ticket("look", number, "", LI)

    assert http.post(left, data={"reason": "电话核实情况"}).status_code == 404
    office.at += timedelta(hours=2)
    assert http.post(late, data={"reason": "电话核实情况"}).status_code == 404
    assert http.get("/private/guessed").status_code == 404


def test_a_long_answer_is_written_on_a_page_and_held_to_the_same_checks(office: Office, http: httpx.Client) -> None:
    number = office.case().number
    url = office.ticket("form", number, "resolve", LI)
    assert "调查核实情况" in http.get(url).text

    wrong = http.post(url, data={**GOOD, "process": "已向 530102199001011234 道歉"})
    assert wrong.status_code == 400
    assert "身份证号" in wrong.text
    assert GOOD["findings"] in wrong.text
    assert "已办理" in http.post(url, data=GOOD).text
    assert office.load(number).history[-1].step == "resolve"


def test_a_step_that_is_not_allowed_is_refused_with_its_sentence(office: Office, http: httpx.Client) -> None:
    number = office.case().number
    url = office.ticket("form", number, "resolve", WANG)

    assert "不归" in http.post(url, data=GOOD).text or http.post(url, data=GOOD).status_code == 400
    assert office.load(number).state == "handling"


def test_a_case_is_taken_down_with_a_proposal_for_the_dispatcher(office: Office, http: httpx.Client) -> None:
    url = office.ticket("form", "", "file", DISPATCHER)
    told = {"kind": "complaint", "channel": "phone", "text": "窗口不给办证", "name": "张三丰", "phone": "13800000000"}

    assert "请填写" in http.post(url, data={**told, "text": ""}).text
    number = re.search(r"编号 (\d{8}-\d{5})", http.post(url, data=told).text)
    assert number
    case = office.load(number[1])
    assert (case.filing.channel, case.filing.proposal["departments"][0][0]) == ("phone", UNIT)


# Codes.


def signed_in(office: Office, http: httpx.Client, person: Person) -> str:
    """The form token of a signed-in person."""
    ticket = office.store.write(lambda unit: unit.ticket_make(SIGN_IN, str(person), office.at, timedelta(hours=1)))
    page = http.get(f"/console/login?ticket={ticket}").text
    found = re.search(r'name="token" value="(\w+)"', page)
    assert found
    return found[1]


def test_the_console_makes_codes_and_takes_bindings_back(office: Office, http: httpx.Client) -> None:
    token = signed_in(office, http, DISPATCHER)
    office.store.write(lambda unit: unit.bind_person("telegram", "u1", str(LI)))
    made = http.post("/console/people/invite", data={"token": token, "address": f"unit:{UNIT}"}).text
    found = re.search(r"六位码 (\d{6})", made)

    assert found
    taken = office.store.write(lambda unit: unit.ticket_take(f"join:{found[1]}", office.at, "join"))
    assert taken.subject == f"unit:{UNIT}"
    assert "李经办" in http.get("/console/people").text
    http.post("/console/people/remove", data={"token": token, "address": str(LI)})
    assert office.store.read(lambda unit: unit.bound()) == []


def test_an_officer_makes_no_codes(office: Office, http: httpx.Client) -> None:
    token = signed_in(office, http, LI)

    assert http.get("/console/people").status_code == 404
    assert http.post("/console/people/invite", data={"token": token, "address": "supervisors"}).status_code == 404


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> str:
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SECRET_KEY", "an-example-key-for-tests-only-0123456789")
    return sqlite_url


def test_the_command_line_makes_codes_and_takes_back(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["invite", f"unit:{UNIT}"]) == 0
    assert re.fullmatch(r"\d{6}\n", capsys.readouterr().out)
    assert main(["hook", "dispatchers", "key-1"]) == 0
    assert main(["remove", "dispatchers"]) == 0
    assert main(["remove", "dispatchers"]) == 2
    assert "nothing is bound" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["unit:月球局", "officer:没有此人@市公安局", "nobody", "officer:李经办"])
def test_an_address_that_nobody_has_is_refused(folder: str, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["invite", address]) == 2
    assert repr(address) in capsys.readouterr().err


def test_a_group_of_the_apps_is_made_and_bound(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = WeComApi()
    with serving(platform.app) as address:
        for name, value in environment(address).items():
            monkeypatch.setenv(name, value)
        assert main(["group", f"unit:{UNIT}", "--members", "li,zhang"]) == 0
        assert capsys.readouterr().out.strip() in platform.groups
        assert main(["group", f"unit:{UNIT}", "--members", "nobody"]) == 2

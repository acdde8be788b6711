"""The notice as a paper in the chat: its address opens it for its citizen, for a while, and each look is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from bots.paper_link import OPEN, signed
from bots.render import Rendering
from casebook.case import Command, Person
from office.office import _say
from tests.talking import ZONE, House, law
from tests.web_office import an_office, serving

UNIT = "市自然资源局"
OFFICER = Person("officer", "李经办", UNIT)
DISPATCHER = Person("dispatcher", "赵调度")


class Accepted:
    """A case that was accepted, its web, and the notice as its citizen reads it."""

    def __init__(self, folder: Path) -> None:
        self.office = an_office(folder)
        self.office.law = law()
        self.house = House(self.office.store)
        self.house.now = datetime.now(ZONE)
        self.number = self.house.filed()
        self.take("dispatch", DISPATCHER, to=[UNIT])
        self.take("accept", OFFICER, **{"class": "off_site"})

    def take(self, step: str, by: Person, **facts: object) -> None:
        self.house.now += timedelta(minutes=1)
        command = Command(step, by, self.house.now, facts)
        self.house.store.write(lambda unit: self.house.desk.take(unit, self.number, command))

    def notice(self, message: str = "acceptance_notice") -> str:
        rows = self.house.store.read(lambda unit: unit.outbox_of(self.number))
        (row,) = [row for row in rows if row.message == message]
        written = partial(_say, self.office.signer, "http://localhost:8000", law().rulebook.forms)
        return Rendering(written)(row, "wechat").text

    def path(self) -> str:
        found = re.search(r"http://localhost:8000(/papers/\S+)", self.notice())
        assert found
        return found[1]

    def handle(self) -> str:
        return self.house.store.read(lambda unit: unit.load(self.number)).filing.citizen

    def looks(self) -> list[tuple[str, str]]:
        return [(look.by, look.what) for look in self.house.store.read(lambda unit: unit.looks(self.number))]


@pytest.fixture
def accepted(tmp_path: Path) -> Iterator[Accepted]:
    made = Accepted(tmp_path)
    yield made
    made.office.store.close()


@pytest.fixture
def web(accepted: Accepted) -> Iterator[httpx.Client]:
    with serving(accepted.office) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


def test_the_citizen_opens_the_notice_without_a_login_and_the_look_is_recorded(accepted, web):
    opened = web.post(accepted.path()).text

    assert "政务服务投诉受理通知书" in opened
    assert "张三丰" in opened
    assert accepted.looks() == [(f"citizen:{accepted.handle()}", "paper")]


def test_looking_at_the_address_shows_nobody_and_records_nothing(accepted, web):
    page = web.get(accepted.path())

    assert page.status_code == 200
    assert "打开通知书" in page.text
    assert "张三丰" not in page.text
    assert accepted.looks() == []
    assert page.headers["cache-control"] == "no-store"


def test_the_paper_can_be_saved_as_a_pdf(accepted, web):
    saved = web.post(accepted.path(), data={"as": "pdf"})

    assert saved.headers["content-type"] == "application/pdf"
    assert saved.content.startswith(b"%PDF")


@pytest.mark.parametrize("place", [8, 20, 60, -3])
def test_a_changed_address_opens_nothing(accepted, web, place):
    secret = accepted.path().removeprefix("/papers/")
    changed = secret[:place] + ("x" if secret[place] != "x" else "y") + secret[place:][1:]

    assert web.post(f"/papers/{changed}").status_code == 410
    assert accepted.looks() == []


@pytest.mark.parametrize(("days", "status"), [(OPEN.days - 1, 200), (OPEN.days + 1, 410)])
def test_the_address_runs_out(accepted, web, days, status):
    sent = accepted.office.now() - timedelta(days=days)
    secret = signed(accepted.office.signer, accepted.number, "accept", f"citizen:{accepted.handle()}", sent)

    assert web.post(f"/papers/{secret}").status_code == status


def test_what_was_never_issued_cannot_be_opened(accepted, web):
    to = f"citizen:{accepted.handle()}"
    secret = signed(accepted.office.signer, accepted.number, "decline", to, accepted.office.now())

    assert web.post(f"/papers/{secret}").status_code == 410


def test_a_stranger_to_the_case_gets_no_paper_even_with_an_address_of_ours(accepted, web):
    secret = signed(accepted.office.signer, accepted.number, "accept", "citizen:nobody", accepted.office.now())

    assert web.post(f"/papers/{secret}").status_code == 410
    assert accepted.looks() == []


def test_whoever_joined_the_case_sees_it_with_the_filers_data_covered(accepted, web):
    house = accepted.house
    for text in ("市不动产登记中心3号窗口也不给我受理", "希望马上办理，李莫愁 13900000000", "确认提交"):
        house.say(text, sender="s2")
    other = next(number for number in house.numbers() if number != accepted.number)
    into = {"into": accepted.number, "reason": "同一件事"}
    house.store.write(lambda unit: house.desk.take(unit, other, Command("merge", DISPATCHER, house.now, into)))
    follower = house.store.read(lambda unit: unit.load(other)).filing.citizen
    secret = signed(accepted.office.signer, accepted.number, "accept", f"citizen:{follower}", accepted.office.now())
    opened = web.post(f"/papers/{secret}").text

    assert "政务服务投诉受理通知书" in opened
    assert "张三丰" not in opened


def test_a_refusal_is_a_paper_too(accepted, web):
    house, first = accepted.house, accepted.number
    for text in ("市医保局窗口不给我报销，态度很差", "要求报销，黄药师 13900000001", "确认提交"):
        house.say(text, sender="s3")
    accepted.number = next(number for number in house.numbers() if number != first)
    accepted.take("dispatch", DISPATCHER, to=[UNIT])
    accepted.take("decline", OFFICER, clause="8.3", reason="已经向人民法院起诉。")
    secret = accepted.notice("decline_notice").partition("/papers/")[2].split()[0]
    opened = web.post(f"/papers/{secret}").text

    assert "政务服务投诉不予受理通知书" in opened
    assert "已经向人民法院起诉" in opened


def test_a_group_never_gets_the_address(accepted):
    assert signed(accepted.office.signer, accepted.number, "accept", f"unit:{UNIT}", accepted.office.now()) == ""

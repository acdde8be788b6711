"""The citizen's whole walk on a telephone's screen, by keyboard alone, with the real conversation behind it; axe-core
looks at every state on the way, in usual and in large letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bots.courier import Courier
from bots.paper_link import signed
from bots.render import Rendering
from casebook.case import Command, Person
from tests.talking import ZONE, House, law
from tests.web_office import an_office, serving

pytestmark = pytest.mark.xdist_group("chat_walk")

pages = pytest.importorskip("tests.test_pages", reason="no browser tests: there is no Chromium or playwright here")
UNIT = "市自然资源局"
OFFICER = Person("officer", "李经办", UNIT)
STORY = "我上周三去市不动产登记中心3号窗口办证，材料齐全却不给受理，态度还很差"
ANSWER = {
    "findings": "已查看当天录像。",
    "process": "已当面道歉并收件。",
    "measures": "已培训窗口人员。",
    "results": "证已办好。",
    "verdict": "substantiated",
}


class Walk:
    """One office, its one citizen's page, and those who handle the case."""

    def __init__(self, folder: Path) -> None:
        self.office = an_office(folder)
        self.house = House(self.office.store)
        self.office.reception = self.house.reception
        self.courier = Courier(self.office.store, {}, Rendering())

    def handled(self) -> None:
        """Dispatcher and officer do their part; the notices reach the chat."""
        (number,) = self.house.numbers()
        for step, by, facts in (
            ("dispatch", Person("dispatcher", "赵调度"), {"to": [UNIT]}),
            ("accept", OFFICER, {"class": "off_site"}),
            ("resolve", OFFICER, ANSWER),
        ):
            command = Command(step, by, datetime.now(ZONE), facts)
            self.office.store.write(lambda unit, command=command: self.house.desk.take(unit, number, command))
        self.courier.deliver(datetime.now(ZONE))


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    made = Walk(tmp_path)
    yield made
    made.office.store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with pages.sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=pages.CHROMIUM, args=pages.FLAGS)
        yield opened
        opened.close()


def typed(page: Any, text: str, answer: str) -> None:
    """Words typed where the cursor stands, and their answer."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    pages.expect(page, answer)


def pressed(page: Any, label: str, answer: str) -> None:
    """A choice reached from the field by Shift+Tab alone."""
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == label:
            break
    assert page.evaluate("document.activeElement.textContent.trim()") == label
    page.keyboard.press("Enter")
    pages.expect(page, answer)
    page.locator("#text").focus()


def whole(page: Any, look: Callable[[str], None], walk: Walk) -> None:
    """From the first Tab to the thanks for the rating."""
    look("greeting")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    typed(page, STORY, "记下了")
    look("question")
    typed(page, "希望马上办理，张三丰 13800000000", "请核对")
    look("card")
    pressed(page, "修改某项", "要改哪一项")
    look("fields")
    pressed(page, "返回", "请核对")
    pressed(page, "确认提交", "已登记")
    look("receipt")
    walk.handled()
    pages.expect(page, "解决得怎么样")
    look("survey")
    pressed(page, "满意", "谢谢")
    look("rated")
    typed(page, "我的进度", "已经办结")
    look("progress")


@pytest.mark.parametrize("elder", [0, 1], ids=["usual", "elder"])
def test_the_keyboard_alone_goes_the_whole_way_on_a_telephone_and_axe_finds_nothing_serious(browser, walk, elder):
    seen: dict[str, list[str]] = {}
    # axe-core is handed in as a script, which the pages' own policy rightly forbids.
    options = {"bypass_csp": True, "reduced_motion": "reduce"}
    with serving(walk.office) as base, pages.visiting(browser, pages.PHONE, **options) as page:
        page.goto(f"{base}/chat?elder={elder}")
        page.evaluate("document.fonts.ready")

        def look(state: str) -> None:
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), state
            seen[state] = pages.findings(page)

        whole(page, look, walk)
        said = page.locator("#lines").inner_text()

    assert {state: found for state, found in seen.items() if found} == {}
    assert len(seen) == 8
    assert ("138 0000 0000" if elder else "13800000000") in said


def test_the_notice_opens_in_a_browser_from_its_address(browser, walk):
    walk.office.law = law()
    for text in (STORY, "希望马上办理，张三丰 13800000000", "确认提交"):
        walk.house.say(text)
    walk.handled()
    (number,) = walk.house.numbers()
    filer = walk.house.store.read(lambda unit: unit.load(number)).filing.citizen
    secret = signed(walk.office.signer, number, "accept", f"citizen:{filer}", datetime.now(ZONE))
    options = {"bypass_csp": True}
    with serving(walk.office) as base, pages.visiting(browser, pages.PHONE, **options) as page:
        page.goto(f"{base}/papers/{secret}")
        before = pages.findings(page)
        page.get_by_role("button", name="打开通知书").click()
        page.locator(".paper", has_text="张三丰").wait_for()

        assert (before, pages.findings(page)) == ([], [])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_form_for_an_identity_number_is_sent_by_a_browser(browser, walk):
    walk.house.now = datetime.now(ZONE)
    walk.house.say(STORY, channel="telegram")
    replies = walk.house.say("希望马上办理，张三丰 13800000000", channel="telegram")
    (url,) = {button.url for reply in replies for row in reply.buttons for button in row if button.url}
    with serving(walk.office) as base, pages.visiting(browser, pages.PHONE) as page:
        page.goto(url.replace("http://localhost:8000", base))
        page.locator("[name=id_number]").fill("11010519491231002X")
        page.get_by_role("button", name="提交").click()

        page.locator(".found", has_text="收到了").wait_for()

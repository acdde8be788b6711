"""A dispatcher's and an officer's work at `/desk` in a real browser, on a phone's width and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.settings import read_settings
from casebook.case import Person
from models.migrate import migrate
from office.office import Office, open_office
from tests.makers import a_filing
from tests.test_pages import PHONE, browser, expect, findings, visiting, write
from tests.web_office import KEY, serving

UNIT = "市自然资源局"
assert browser  # the fixture of the other pages' tests, used here by name


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    settings = read_settings({"JURISDICTION": "yunnan", "SECRET_KEY": KEY}, tmp_path)
    settings.var.mkdir(exist_ok=True)
    migrate(settings.database_url)
    opened = open_office(settings)
    yield opened
    opened.close()


def filed(office: Office, count: int) -> list[str]:
    """So many complaints taken down at the telephone, the first the longest ago."""
    by, now = Person("dispatcher", office.jurisdiction.dispatchers[0]), office.now()
    numbers = []
    for place in range(count):
        at = now - timedelta(hours=count - place)
        words = "3号窗口办理不动产登记，材料齐全却不给受理，让我跑了三趟。" * (1 + place % 3)
        filing = a_filing(text=words, citizen="", channel="phone", proposal=office.propose(words, at))
        case = office.store.write(lambda unit, filing=filing, at=at: office.desk.file(unit, filing, by, at))
        numbers.append(case.number)
    return numbers


def by_keyboard(page: Any, label: str) -> None:
    """Back from the field to the nearest button so labelled, and Enter on it."""
    page.locator("#text").focus()
    for _ in range(80):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(label):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no key leads to {label}")


def test_a_dispatcher_and_an_officer_do_their_work_on_a_phone_by_keyboard_alone(browser: Any, office: Office) -> None:
    numbers = filed(office, 13)
    with serving(office) as base, visiting(browser, PHONE) as page:
        page.goto(f"{base}/desk?room=dispatchers")
        write(page, "我的待办")
        expect(page, "（第 1/2 页）")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert findings(page) == []
        by_keyboard(page, "下一页")
        expect(page, "（第 2/2 页）")
        by_keyboard(page, "2")
        expect(page, f"编号 {numbers[11]}")
        by_keyboard(page, "看全文")
        expect(page, f"编号 {numbers[11]}，全文")
        by_keyboard(page, "交办 市自然资源局")
        expect(page, f"已交办：{numbers[11]}")
        by_keyboard(page, "下一件")
        expect(page, f"编号 {numbers[0]}")
        assert findings(page) == []

        page.goto(f"{base}/desk?room=unit:{UNIT}")
        write(page, "我的待办")
        expect(page, numbers[11])
        by_keyboard(page, "1")
        expect(page, f"编号 {numbers[11]}")
        by_keyboard(page, "受理")
        expect(page, f"已受理：{numbers[11]}")
        by_keyboard(page, "答复办结")
        expect(page, "请写答复")
        write(page, "将尽快处理，请耐心等待。认定：属实")
        expect(page, "✗ 答复只说了转交或会处理")
        assert page.get_by_role("button", name="确认发送").count() == 0
        write(page, "调查核实：已查监控，当天没有收件，已当面道歉并收件。")
        shown = expect(page, "核对无误请点")
        assert shown.get_by_role("button", name="确认发送").is_visible()
        by_keyboard(page, "确认发送")
        expect(page, f"已办结：{numbers[11]}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert findings(page) == []

    assert office.store.read(lambda unit: unit.load(numbers[11])).state == "answered"

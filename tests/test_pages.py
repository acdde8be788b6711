"""The pages in a real browser: on a phone's width and a desk's, by keyboard alone, inside another site's page,
without scripts, over a broken connection; and read by axe-core for those who do not see them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.web_office import TestOffice, an_office, serving

pytestmark = pytest.mark.xdist_group("pages")

sync_api = pytest.importorskip("playwright.sync_api", reason="no browser tests: playwright is not installed")
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
if CHROMIUM is None:
    pytest.skip("no browser tests: there is no Chromium on this machine", allow_module_level=True)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
ROOM = "unit:市自然资源局"
LATEST = "#lines li[data-id]:last-of-type"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestOffice]:
    made = an_office(tmp_path_factory.mktemp("office"), CHAT_FRAME_ANCESTORS="http://localhost:* http://127.0.0.1:*")
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def base(office: TestOffice) -> Iterator[str]:
    with serving(office) as address:
        yield address


@contextmanager
def visiting(browser: Any, size: dict[str, int] = PHONE, **options: Any) -> Iterator[Any]:
    """A page of a browser of its own; a fault in its scripts fails the test."""
    context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: "Content Security Policy" in message.text and faults.append(message.text))
    try:
        yield page
    finally:
        context.close()
    assert faults == []


def write(page: Any, text: str) -> None:
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")


def expect(page: Any, text: str) -> Any:
    """The last bubble that says so, once it is there."""
    found = page.locator("#lines li[data-id]", has_text=text).last
    found.wait_for()
    return found


def findings(page: Any) -> list[str]:
    """What axe-core calls serious or critical, once nothing moves any more: what fades in has no contrast yet."""
    page.evaluate("async () => { await Promise.allSettled(document.getAnimations().map(one => one.finished)) }")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("async () => await axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{found['id']}: {node['html'][:120]} {node['failureSummary']}"
        for found in result["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_citizen_writes_presses_reloads_and_finds_it_all_again(browser, base, size):
    with visiting(browser, size) as page:
        page.goto(f"{base}/chat")
        write(page, "卡片")
        expect(page, "请核对")
        page.get_by_role("button", name="确认提交").click()
        expect(page, "收到：confirm")
        page.reload()
        pressed = page.get_by_role("button", name="确认提交")

        assert [line.inner_text() for line in page.locator(".mine .bubble").all()] == ["卡片", "确认提交"]
        assert pressed.is_disabled()
        assert pressed.get_attribute("aria-pressed") == "true"
        assert page.locator("#lines li[data-pending]").count() == 0


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("elder", [0, 1])
def test_nothing_is_wider_than_the_screen_and_everything_is_large_enough_to_touch(browser, base, size, elder):
    with visiting(browser, size) as page:
        page.goto(f"{base}/chat?elder={elder}")
        write(page, "卡片")
        expect(page, "请核对")
        write(page, "评价")
        expect(page, "打分")
        page.evaluate("Promise.all(document.getAnimations().map(moving => moving.finished))")
        targets = page.locator("button:visible, a.pill:visible, label.attach:visible, textarea:visible").all()
        boxes = [target.bounding_box() for target in targets]

        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert len(boxes) > 8
        assert all(box["height"] >= 44 and box["width"] >= 44 for box in boxes)


def test_the_keyboard_alone_is_enough(browser, base):
    with visiting(browser, DESK) as page:
        page.goto(f"{base}/chat")
        page.keyboard.press("Tab")
        skip = page.evaluate("document.activeElement.className")
        page.keyboard.press("Enter")
        page.keyboard.type("卡片")
        page.keyboard.press("Enter")
        expect(page, "请核对")
        for _ in range(12):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.textContent") == "确认提交":
                break
        page.keyboard.press("Enter")

        assert skip == "skip"
        assert expect(page, "收到：confirm")
        assert page.evaluate("document.activeElement.id") == "text"


def test_enter_within_a_word_being_composed_sends_nothing(browser, base):
    with visiting(browser) as page:
        page.goto(f"{base}/chat")
        page.locator("#text").fill("ni hao")
        page.evaluate(
            "document.getElementById('text').dispatchEvent("
            "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
        )

        assert page.locator("#text").input_value() == "ni hao"
        assert page.locator("#lines li.mine").count() == 0


def test_large_letters_are_one_tap_and_remembered(browser, base):
    with visiting(browser) as page:
        page.goto(f"{base}/chat")
        before = page.evaluate("getComputedStyle(document.getElementById('text')).fontSize")
        page.get_by_role("button", name="大字").click()
        page.reload()
        after = page.evaluate("getComputedStyle(document.getElementById('text')).fontSize")

        assert float(after[:-2]) > float(before[:-2]) * 1.2
        assert page.get_by_role("button", name="大字").get_attribute("aria-pressed") == "true"


def test_a_picture_is_sent_and_seen(browser, base, tmp_path):
    picture = tmp_path / "窗口.png"
    with visiting(browser) as page:
        page.goto(f"{base}/chat")
        page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": 40, "height": 30})
        page.locator("#file").set_input_files(picture)
        page.get_by_role("button", name="发送").click()
        expect(page, "收到：窗口.png")
        shown = page.locator(".mine .picture img")
        shown.evaluate("image => image.decode()")

        assert shown.get_attribute("alt") == "图片：窗口.png"
        assert shown.evaluate("image => image.naturalWidth") == 40


def test_what_is_written_while_the_connection_is_lost_arrives_once_when_it_is_back(browser, base, office):
    with visiting(browser) as page:
        page.goto(f"{base}/chat")
        write(page, "连着的时候")
        expect(page, "收到：连着的时候")
        page.context.set_offline(True)
        write(page, "断开以后写的")
        page.locator("#offline").wait_for()
        page.locator("[data-pending] .state.failed").wait_for()
        page.context.set_offline(False)
        expect(page, "收到：断开以后写的")

        assert page.locator(".mine .bubble", has_text="断开以后写的").count() == 1
        assert [message.text for message in office.reception.heard].count("断开以后写的") == 1
        page.locator("#offline").wait_for(state="hidden")


def test_an_answer_that_got_lost_doubles_nothing(browser, base, office):
    with visiting(browser) as page:
        page.goto(f"{base}/chat")
        lost: list[bool] = []

        def lose_the_first(route: Any) -> None:
            if lost:
                return route.continue_()
            lost.append(True)
            route.fetch()
            return route.abort()

        page.route("**/chat/messages", lose_the_first)
        write(page, "答复丢在路上")
        expect(page, "收到：答复丢在路上")

        assert [message.text for message in office.reception.heard].count("答复丢在路上") == 1
        assert page.locator(".mine .bubble", has_text="答复丢在路上").count() == 1


def test_what_others_write_appears_by_itself(browser, base, office):
    with visiting(browser) as page:
        page.goto(f"{base}/chat")
        write(page, "等通知")
        expect(page, "收到：等通知")
        sender = next(message.sender for message in office.reception.heard if message.text == "等通知")
        contact = office.store.read(lambda unit: unit.contact_known("web", sender))
        office.write(contact.handle, "您的诉求已受理", "live-1")

        assert expect(page, "您的诉求已受理")


def test_without_scripts_the_chat_is_a_plain_form(browser, base):
    with visiting(browser, java_script_enabled=False) as page:
        page.goto(f"{base}/chat")
        page.locator("#text").fill("卡片")
        page.get_by_role("button", name="发送").click()
        page.get_by_role("button", name="确认提交").click()

        assert page.locator(".theirs .bubble", has_text="收到：confirm").count() == 1


@contextmanager
def another_site(folder: Path, chat: str) -> Iterator[str]:
    """A portal's page that holds the chat; `localhost` and `127.0.0.1` are two sites to a browser."""
    frame = f'<iframe title="投诉" src="{chat}" width="380" height="640"></iframe>'
    html = f'<!doctype html><html lang="zh-CN"><title>门户</title>{frame}</html>'
    (folder / "index.html").write_text(html, encoding="utf-8")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as portal:
        thread = threading.Thread(target=portal.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{portal.server_port}/"
        finally:
            portal.shutdown()
            thread.join()


def test_it_works_inside_another_sites_page_where_no_cookie_is_kept(browser, base, tmp_path):
    with another_site(tmp_path, f"{base}/chat") as portal, visiting(browser, DESK) as page:
        page.goto(portal)
        chat = page.frame_locator("iframe")
        chat.locator("#text").fill("嵌在门户里")
        chat.locator("#text").press("Enter")
        chat.locator(".theirs .bubble", has_text="收到：嵌在门户里").wait_for()
        chat.get_by_role("button", name="我要咨询").wait_for(state="hidden")
        chat.locator("#text").fill("还在同一个对话里")
        chat.locator("#text").press("Enter")
        chat.locator(".theirs .bubble", has_text="收到：还在同一个对话里").wait_for()

        assert chat.locator("#lines li[data-id]").count() == 4


def test_inside_another_sites_page_the_talk_is_found_again_over_https(browser, tmp_path):
    office = an_office(tmp_path, CHAT_FRAME_ANCESTORS="http://localhost:*", PUBLIC_URL="https://tousu.example.cn")
    with serving(office) as base, another_site(tmp_path, f"{base}/chat") as portal, visiting(browser, DESK) as page:
        page.goto(portal)
        chat = page.frame_locator("iframe")
        chat.locator("#text").fill("下次还在")
        chat.locator("#text").press("Enter")
        chat.locator(".theirs .bubble", has_text="收到：下次还在").wait_for()
        page.reload()

        chat.locator(".theirs .bubble", has_text="收到：下次还在").wait_for()
    office.store.close()


def test_other_pages_do_not_open_inside_another_site(browser, base, tmp_path):
    with another_site(tmp_path, f"{base}/desk") as portal, visiting_anything(browser) as page:
        page.goto(portal)

        assert page.frame_locator("iframe").locator("#rooms").count() == 0


@contextmanager
def visiting_anything(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_officer_works_in_the_room_of_the_unit(browser, base, office, size):
    office.write("dispatchers", "新件", f"desk-{size['width']}")
    with visiting(browser, size) as page:
        page.goto(f"{base}/desk")
        page.locator("#rooms a", has_text="调度室").locator(".unread").wait_for()
        page.locator("#rooms a", has_text="市自然资源局").first.click()
        page.locator("#as").select_option(label="李莫愁（经办人）")
        page.wait_for_url("**as=officer*")
        write(page, "卡片")
        card = expect(page, "请核对")
        card.get_by_role("button", name="确认提交").click()
        expect(page, "收到：confirm")
        card.get_by_role("button", name="回复").click()
        write(page, "已联系本人")
        expect(page, "收到：已联系本人")
        heard = office.reception.heard[-1]

        assert heard.sender == "officer:李莫愁@市自然资源局"
        assert heard.quotes.startswith(f"{ROOM}#")
        assert expect(page, "已联系本人")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_newest_card_of_a_case_replaces_the_older_one(browser, base, office):
    office.write(ROOM, "旧卡片\n状态：待受理", "card-1", card="20260305-00025")
    with visiting(browser, DESK) as page:
        page.goto(f"{base}/desk?room={ROOM}")
        expect(page, "旧卡片")
        office.write(ROOM, "新卡片\n状态：办理中", "card-2", card="20260305-00025")
        expect(page, "新卡片")

        page.locator(".superseded", has_text="卡片已更新").last.wait_for()
        assert page.locator(".bubble", has_text="旧卡片").is_hidden()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    "path",
    ["/", "/chat", "/chat?elder=1", "/chat#about", "/desk", f"/desk?room={ROOM}", "/notices", "/notices/1?code=A"],
)
def test_axe_finds_nothing_serious(browser, base, path, size):
    # axe-core is handed in as a script, which the pages' own policy rightly forbids.
    with visiting(browser, size, bypass_csp=True, reduced_motion="reduce") as page:
        page.goto(f"{base}{path}")
        if "chat" in path and "#" not in path:
            write(page, "卡片")
            expect(page, "请核对").get_by_role("button", name="改一处").click()
            expect(page, "收到：edit")
        page.evaluate("document.fonts.ready")

        assert findings(page) == []

"""The web doors by real HTTP against a real server on loopback, over a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from bots.channels.incoming import clean
from bots.channels.lines import linked, parts_of
from bots.channels.upload import read_upload
from bots.gate import Buckets, cap_of
from bots.signer import Signer
from tests.makers import a_case, after, filed
from tests.web_office import TestOffice, an_office, serving

JSON = {"accept": "application/json"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
ROOM = "unit:市自然资源局"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    made = an_office(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def web(office: TestOffice) -> Iterator[httpx.Client]:
    with serving(office) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


def say(web: httpx.Client, text: str, id: str = "message-1", **more: Any) -> httpx.Response:
    return web.post("/chat/messages", json={"id": id, "text": text, **more}, headers=JSON)


def room_of(office: TestOffice) -> str:
    """The only visitor's room."""
    message = office.reception.heard[0]
    contact = office.store.read(lambda unit: unit.contact_known("web", message.sender))
    assert contact is not None
    return str(contact.handle)


def bodies(office: TestOffice, room: str) -> list[str]:
    return [line.body["text"] for line in office.store.read(lambda unit: unit.lines(room))]


def test_a_message_is_answered_and_both_lines_stay(web, office):
    web.get("/chat")
    lines = say(web, "你好").json()["lines"]

    assert [line["id"] for line in lines] == [1, 2]
    assert "收到：你好" in lines[1]["html"]
    assert "收到：你好" in web.get("/chat").text
    assert bodies(office, room_of(office)) == ["你好", "收到：你好"]


def test_the_same_message_sent_again_changes_nothing_and_gets_the_same_lines(web, office):
    web.get("/chat")
    first, second = say(web, "你好"), say(web, "你好")

    assert first.json() == second.json()
    assert len(office.reception.heard) == 1


def test_another_visitor_with_the_same_message_id_is_another_message(web, office):
    web.get("/chat")
    say(web, "甲的话")
    with httpx.Client(base_url=web.base_url, trust_env=False) as other:
        other.get("/chat")
        lines = say(other, "乙的话").json()["lines"]

    assert "乙的话" in lines[0]["html"]
    assert "甲的话" not in json.dumps(lines, ensure_ascii=False)
    assert len(office.reception.heard) == 2


def test_the_talk_survives_a_restart(tmp_path):
    office = an_office(tmp_path)
    with serving(office) as base, httpx.Client(base_url=base, trust_env=False) as web:
        web.get("/chat")
        say(web, "重启之前")
        kept = web.cookies
    office.store.close()
    again = an_office(tmp_path)
    with serving(again) as base, httpx.Client(base_url=base, trust_env=False, cookies=kept) as web:
        page = web.get("/chat").text
    again.store.close()

    assert "收到：重启之前" in page


def test_without_scripts_a_form_does_it_all(web, office):
    web.get("/chat")
    sent = web.post("/chat/messages", data={"text": "卡片"})
    pressed = web.post("/chat/messages", data={"data": "confirm", "quotes": "2"})

    assert (sent.status_code, sent.headers["location"]) == (303, "/chat#end")
    assert pressed.status_code == 303
    assert office.reception.heard[-1].data == "confirm"
    assert bodies(office, room_of(office))[2:] == ["确认提交", "收到：confirm"]


def test_a_pressed_button_is_a_message_of_its_own_kind(web, office):
    web.get("/chat")
    say(web, "卡片")
    web.post("/chat/messages", json={"id": "message-2", "data": "confirm", "quotes": "2"}, headers=JSON)
    heard = office.reception.heard[-1]

    assert (heard.kind, heard.data, heard.text, heard.channel) == ("button", "confirm", "", "web")
    assert heard.quotes == f"{room_of(office)}#2"


def test_a_file_is_kept_and_shown_only_to_its_room(web, office):
    web.get("/chat")
    sent = web.post(
        "/chat/messages", data={"id": "message-1", "text": "看照片"}, files={"file": ("窗口.png", PNG)}, headers=JSON
    )
    media = office.reception.heard[0].media[0]
    address = sent.json()["lines"][0]["html"].split('href="/chat/media/')[1].split('"')[0].replace("&amp;", "&")
    with httpx.Client(base_url=web.base_url, trust_env=False) as stranger:
        stranger.get("/chat")
        say(stranger, "你好")
        refused = stranger.get(f"/chat/media/{address}")
    shown = web.get(f"/chat/media/{address}")

    assert (media.kind, media.name) == ("image", "窗口.png")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("假照片.png", b"<script>alert(1)</script>", 415),
        ("工具.zip", b"PK\x03\x04" + b"\0" * 10, 415),
        ("太大.png", PNG + b"\0" * 8 * 1024 * 1024, 413),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_and_nothing_is_kept(web, office, name, content, status):
    web.get("/chat")
    answer = web.post("/chat/messages", data={"id": "message-1"}, files={"file": (name, content)}, headers=JSON)

    assert answer.status_code == status
    assert answer.json()["error"].endswith("。")
    assert office.reception.heard == []


@pytest.mark.parametrize(
    ("body", "type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"id": "message-1", "text": "  \\u200e "}', "application/json", 400),
        (b'{"id": "../../etc", "text": "x"}', "application/json", 400),
        (json.dumps({"id": "message-1", "data": "长" * 30}).encode(), "application/json", 400),
        (json.dumps({"id": "message-1", "text": "长" * 20_001}).encode(), "application/json", 413),
        (b"<xml/>", "application/xml", 415),
        (b"no boundary", "multipart/form-data", 400),
    ],
)
def test_bad_input_gets_one_sentence_and_changes_nothing(web, office, body, type, status):
    web.get("/chat")
    answer = web.post("/chat/messages", content=body, headers={**JSON, "content-type": type})

    assert answer.status_code == status
    assert answer.json()["error"].endswith("。")
    assert office.reception.heard == []


def test_what_nobody_can_see_is_taken_out_of_a_text():
    assert clean("a\u202eb\x00c\r\n\u200ed\ufeff") == "abc\nd"
    assert clean("👩‍👧") == "👩‍👧"


def test_an_unforeseen_failure_is_kept_said_and_not_repeated(web, office):
    web.get("/chat")
    first, second = say(web, "出错"), say(web, "出错")

    assert "没有丢" in first.json()["lines"][1]["html"]
    assert first.json() == second.json()
    assert len(office.reception.heard) == 1


def test_markup_in_a_message_stays_text(web):
    web.get("/chat")
    html = say(web, '<img src=x onerror="alert(1)">').json()["lines"][0]["html"]

    assert "<img" not in html
    assert "&lt;img" in html


def test_new_lines_come_by_the_stream_and_it_goes_on_where_it_was(web, office):
    web.get("/chat")
    say(web, "你好")
    office.write(room_of(office), "通知一", "n1")
    with web.stream("GET", "/chat/events", headers={"last-event-id": "2"}) as stream:
        lines = stream.iter_lines()
        first = next(json.loads(line[6:]) for line in lines if line.startswith("data:"))
        office.write(room_of(office), "通知二", "n2")
        second = next(json.loads(line[6:]) for line in lines if line.startswith("data:"))

    assert ("通知一" in first["html"], "通知二" in second["html"]) == (True, True)
    assert [first["id"], second["id"]] == [3, 4]


def test_a_stream_ends_when_the_server_stops(office):
    with serving(office) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as web:
        web.get("/chat")
        say(web, "你好")
        request = web.build_request("GET", "/chat/events")
        answer = web.send(request, stream=True)
        next(answer.iter_lines())

    with pytest.raises((httpx.StreamError, httpx.RemoteProtocolError, StopIteration)):
        next(line for line in answer.iter_lines() if line.startswith("never"))


def test_a_browser_without_cookies_keeps_its_mark_itself(web, office):
    told = web.post("/chat/session").json()
    mark = {"x-chat-session": told["session"], **JSON}
    web.cookies.clear()
    web.post("/chat/messages", json={"id": "message-1", "text": "你好"}, headers=mark)
    web.cookies.clear()
    lines = web.get("/chat/lines", headers=mark).json()["lines"]

    assert told["kept"] is False
    assert len(lines) == 2
    assert web.get("/chat/lines", headers={"x-chat-session": told["session"][:-1]}).status_code == 401


def test_leaving_forgets_the_browser(web):
    web.get("/chat")
    say(web, "只在这里说过")
    web.post("/chat/leave")

    assert "只在这里说过" not in web.get("/chat").text


def test_a_change_asked_for_by_another_site_is_refused(web, office):
    web.get("/chat")
    crossed = web.post(
        "/chat/messages", json={"id": "message-1", "text": "x"}, headers={**JSON, "origin": "https://evil.example"}
    )
    marked = web.post("/chat/messages", json={"id": "m", "text": "x"}, headers={"sec-fetch-site": "cross-site"})

    assert (crossed.status_code, marked.status_code) == (403, 403)
    assert office.reception.heard == []


def test_a_hasty_visitor_waits_and_the_neighbour_behind_the_same_address_does_not(web, office):
    web.get("/chat")
    answers = [say(web, "快", f"message-{number}") for number in range(25)]
    with httpx.Client(base_url=web.base_url, trust_env=False) as neighbour:
        neighbour.get("/chat")
        through = say(neighbour, "慢")

    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]
    assert through.status_code == 200


def test_a_bucket_gives_what_it_holds_and_fills_again():
    buckets = Buckets(size=2, per_second=1, keys=2)

    assert [buckets.wait("a", 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert buckets.wait("a", 1.0) == 0.0
    assert buckets.wait("b", 1.0) == 0.0


@pytest.mark.parametrize("path", ["/wechat", "/telegram", "/wecom"])
def test_doors_that_are_not_set_up_are_not_there(web, path):
    assert web.post(path, content=b"x").status_code == 404


@pytest.mark.parametrize("path", ["/wechat", "/telegram"])
def test_an_oversize_body_is_refused_before_a_door_sees_it(office, path):
    office.wechat = office.telegram_door = object()  # neither is asked anything
    size = cap_of(path) + 1
    with serving(office) as base, httpx.Client(base_url=base, trust_env=False) as web:
        said = web.post(path, content=b"x" * size)
        streamed = web.post(path, content=iter([b"x" * 1024] * (size // 1024 + 1)))

    assert (said.status_code, streamed.status_code) == (413, 413)


def test_telegram_updates_go_to_their_door(office):
    taken: list[tuple[str, bytes]] = []
    office.telegram_door = SimpleNamespace(push=lambda secret, body, now: taken.append((secret, body)) or 200)
    with serving(office) as base:
        answer = httpx.post(
            f"{base}/telegram", content=b"{}", headers={"x-telegram-bot-api-secret-token": "s"}, trust_env=False
        )

    assert (answer.status_code, taken) == (200, [("s", b"{}")])


def test_a_failure_of_the_program_is_logged_without_what_was_said(office, caplog):
    def broken(secret: str, body: bytes, now: datetime) -> int:
        raise ValueError("张三丰 13800000000")

    office.telegram_door = SimpleNamespace(push=broken)
    with serving(office) as base:
        answer = httpx.post(f"{base}/telegram", content=b"{}", trust_env=False)

    assert answer.status_code == 500
    assert "/telegram failed: ValueError at test_web.py" in caplog.text
    assert "张三丰" not in caplog.text


def test_readiness_names_what_is_missing(office):
    def broken() -> bool:
        raise OSError("no database")

    office.checks = {"database": broken, "model": lambda: True, "migrations": lambda: False}
    with serving(office) as base:
        answer = httpx.get(f"{base}/readyz", trust_env=False)

    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": {"database": False, "model": True, "migrations": False}}


def test_health_and_figures(web):
    web.get("/chat")

    assert web.get("/healthz").text == "ok\n"
    assert web.get("/readyz").json()["ready"]
    assert 'huiying_http_requests_total{door="chat",method="GET",status="200"} 1.0' in web.get("/metrics").text


def test_pages_are_guarded_by_headers(tmp_path):
    office = an_office(tmp_path, CHAT_FRAME_ANCESTORS="https://www.example.cn", PUBLIC_URL="https://tousu.example.cn")
    with serving(office) as base:
        chat, start = httpx.get(f"{base}/chat", trust_env=False), httpx.get(f"{base}/", trust_env=False)
    office.store.close()

    assert "frame-ancestors 'self' https://www.example.cn" in chat.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in start.headers["content-security-policy"]
    assert "'unsafe-inline'" not in chat.headers["content-security-policy"]
    cookie = chat.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "secure", "samesite=none", "partitioned"))


def test_the_officers_rooms_take_messages_and_buttons(web, office):
    fields = {"room": ROOM, "as": "officer:李莫愁@市自然资源局"}
    web.post("/desk/messages", json={"id": "message-1", "text": "卡片", **fields}, headers=JSON)
    answer = web.post(
        "/desk/messages", json={"id": "message-2", "data": "confirm", "quotes": "2", "after": 2, **fields}, headers=JSON
    )
    heard = office.reception.heard[-1]

    assert [line["id"] for line in answer.json()["lines"]] == [3, 4]
    assert (heard.channel, heard.chat, heard.sender) == ("desk", ROOM, "officer:李莫愁@市自然资源局")
    assert office.store.read(lambda unit: unit.card_of("desk", heard.quotes)) == "20260305-00017"


@pytest.mark.parametrize("who", ["officer:黄药师@市医疗保障局", "dispatcher:周伯通", "nobody"])
def test_nobody_speaks_in_a_room_that_is_not_theirs(web, office, who):
    answer = web.post("/desk/messages", json={"id": "message-1", "text": "x", "room": ROOM, "as": who}, headers=JSON)

    assert answer.status_code == 404
    assert office.reception.heard == []


def test_the_rooms_tell_of_new_lines_anywhere(web, office):
    office.write(ROOM, "交办单", "k1")
    with web.stream("GET", "/desk/events") as stream:
        lines = stream.iter_lines()
        first = next(json.loads(line[6:]) for line in lines if line.startswith("data:"))
        office.write("dispatchers", "新件", "k2")
        second = next(json.loads(line[6:]) for line in lines if line.startswith("data:") and "dispatchers" in line)

    assert first == {ROOM: 1}
    assert second == {ROOM: 1, "dispatchers": 1}


def test_the_officers_rooms_answer_only_to_this_machines_own_names(web):
    assert web.get("/desk").status_code == 200
    assert web.get("/desk", headers={"host": "rebound.example:80"}).status_code == 404


def test_the_officers_rooms_are_shut_where_others_may_come(tmp_path):
    office = an_office(tmp_path, PUBLIC_URL="https://tousu.example.cn")
    with serving(office) as base:
        status = httpx.get(f"{base}/desk", trust_env=False).status_code
    office.store.close()

    assert status == 404


def test_a_notice_is_confirmed_by_number_and_code_and_tells_nothing_else(web, office):
    case = after(a_case(), "accept", state="handling")
    office.store.write(lambda unit: filed(unit, case))
    code = office.signer.notice_code(case.number)
    right = web.get(f"/notices/{case.number}", params={"code": code.lower().replace("-", " ")})
    wrong = web.get(f"/notices/{case.number}", params={"code": "AAAA-AAAA"})

    assert right.status_code == 200
    assert "这份通知书是真实的" in right.text
    assert not any(private in right.text for private in ("张三丰", "13800000000", "材料齐全"))
    assert wrong.status_code == 404


def test_the_public_page_names_the_number_that_stands_on_the_notice(web, office):
    case = after(a_case(), "accept", state="handling", facts={"paper": "2026-00007", "office": "市自然资源局"})
    office.store.write(lambda unit: filed(unit, case))

    said = web.get(f"/notices/{case.number}", params={"code": office.signer.notice_code(case.number)}).text

    assert "2026-00007" in said
    assert "市自然资源局" in said


def test_a_signature_is_good_for_its_purpose_alone():
    signer = Signer("an-invented-key-of-some-length")
    signed = signer.sign("visitor", "a")

    assert signer.read("visitor", signed) == "a"
    assert signer.read("ticket", signed) is None
    assert signer.read("visitor", signed + "x") is None
    assert Signer("another-invented-key").read("visitor", signed) is None


def test_a_card_has_a_title_and_rows():
    assert parts_of("请核对：\n事项：不给受理\n没有问题就提交。", is_card=True) == [
        {"kind": "title", "text": "请核对"},
        {"kind": "row", "name": "事项", "text": "不给受理"},
        {"kind": "text", "text": "没有问题就提交。"},
    ]


def test_addresses_become_links_and_nothing_else_does():
    html = str(linked("<b>看 https://a.example/x?a=1&b=2，谢谢"))

    assert html.startswith("&lt;b&gt;看 ")
    assert 'href="https://a.example/x?a=1&amp;b=2"' in html
    assert html.endswith("</a>，谢谢")


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.png", PNG, "image/png"),
        ("../../b.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("合同.docx", b"PK\x03\x04", "application/zip"),
        ("合同.exe", b"MZ", None),
        ("a.svg", b"<svg onload=alert(1)>", None),
    ],
)
def test_a_file_is_known_by_its_first_bytes(name, content, found):
    upload = read_upload(name, content)

    assert (upload.mime if upload else None) == found
    assert upload is None or "/" not in upload.name

"""WeCom's API in small, as strict as the real one where it matters to us.

Refused as the platform refuses it: an unknown token (40014), another app (40056), an unknown member (81013), texts over
2048 bytes (45002), cards with too long words, too many buttons or a task used before (40058), a card where there may be
none (40058), a group the app did not make (86003), a card's code that was used or is 72 hours old (40058), an unknown
push robot (93000). A member out of reach is told with errcode 0 and `invaliduser`; the thirty-first message of a minute
to one member is accepted and dropped.

`python -m tests.standins.wecom_api PORT` runs it alone; then `/plan` and `/delivered` steer it.
"""

from __future__ import annotations

import itertools
import json
import re
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.standins.serving import Faults, serve_here

CORP, AGENT, SECRET = "ww0a1b2c3d4e5f6071", "1000002", "standin-wecom-secret"
EPOCH = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
KINDS = {"button_interaction", "text_notice"}


class WeComApi:
    """One company's side of the platform. `now` is its clock; `delivered` is what people see, in order."""

    def __init__(self) -> None:
        self.now = EPOCH
        self.faults = Faults()
        self.members = {"zhang", "li", "wang"}
        self.unreachable: set[str] = set()
        self.groups: dict[str, list[str]] = {}
        self.hooks: set[str] = set()
        self.answer_keys: set[str] = set()
        self.delivered: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.media: dict[str, bytes] = {}
        self.token = ""
        self._numbers = itertools.count(1)
        self._tasks: set[str] = set()
        self._codes: dict[str, tuple[str, datetime]] = {}
        self._sent: dict[str, list[datetime]] = {}
        self.app = Starlette(
            routes=[
                Route("/plan", self.faults.control, methods=["POST"]),
                Route("/delivered", self._told),
                Route("/cgi-bin/{path:path}", self._call, methods=["GET", "POST"]),
            ]
        )

    @property
    def texts(self) -> list[str]:
        return [item["text"] for item in self.delivered]

    def press(self, member: str) -> str:
        """Somebody presses a card: the code that renews it once."""
        code = f"code-{next(self._numbers)}"
        self._codes[code] = (member, self.now)
        return code

    def answer_url(self, base: str) -> str:
        """An answer address, as a push of the bot holds it."""
        key = f"answer-{next(self._numbers)}"
        self.answer_keys.add(key)
        return f"{base}/cgi-bin/aibot/response?response_code={key}"

    async def _call(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.calls.append(path)
        planned = self.faults.next(path)
        if planned:
            return planned
        body = json.loads(await request.body() or b"{}")
        if path == "gettoken":
            return self._gettoken(request)
        if path == "webhook/send":
            return self._hook(request.query_params.get("key", ""), body)
        if path == "aibot/response":
            return self._answered(request.query_params.get("response_code", ""), body)
        if not self.token or request.query_params.get("access_token") != self.token:
            return _no(40014, "invalid access_token")
        handlers = {
            "message/send": self._message,
            "message/update_template_card": self._update,
            "appchat/create": self._create,
            "appchat/send": self._appchat,
        }
        return handlers[path](body) if path in handlers else _no(404, "no such path")

    def _gettoken(self, request: Request) -> Response:
        if (request.query_params.get("corpid"), request.query_params.get("corpsecret")) != (CORP, SECRET):
            return _no(40001, "invalid credential")
        self.token = self.token or f"token-{next(self._numbers)}"
        return JSONResponse({"errcode": 0, "access_token": self.token, "expires_in": 7200})

    def _message(self, body: dict[str, Any]) -> Response:
        member = str(body.get("touser"))
        if str(body.get("agentid")) != AGENT or not isinstance(body.get("agentid"), int):
            return _no(40056, "invalid agentid")
        if member not in self.members:
            return _no(81013, "user & party & tag all invalid")
        wrong = self._wrong(body, cards=True)
        if wrong:
            return wrong
        if member in self.unreachable:
            return JSONResponse({"errcode": 0, "errmsg": "ok", "invaliduser": member})
        more = {}
        if body["msgtype"] == "template_card":
            more["response_code"] = self.press(member)
        if self._within(member, 30):
            self._deliver(f"user:{member}", body, **more)
        return JSONResponse({"errcode": 0, "errmsg": "ok", "invaliduser": "", **more})

    def _update(self, body: dict[str, Any]) -> Response:
        code = str(body.get("response_code"))
        member, made = self._codes.get(code, ("", self.now))
        if not member or body.get("userids") != [member] or self.now - made > timedelta(hours=72):
            return _no(40058, "invalid response_code")
        wrong = self._wrong({"msgtype": "template_card", **body}, cards=True)
        if wrong:
            return wrong
        del self._codes[code]
        self._deliver(f"user:{member}", {"msgtype": "template_card", **body}, renewed=code)
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    def _create(self, body: dict[str, Any]) -> Response:
        members = body.get("userlist") or []
        if len(members) < 2 or not set(members) <= self.members or len(str(body.get("name"))) > 50:
            return _no(86001, "invalid group")
        id = f"group{next(self._numbers)}"
        self.groups[id] = members
        return JSONResponse({"errcode": 0, "errmsg": "ok", "chatid": id})

    def _appchat(self, body: dict[str, Any]) -> Response:
        if str(body.get("chatid")) not in self.groups:
            return _no(86003, "chatid not exist")
        return self._wrong(body) or self._deliver(f"chat:{body['chatid']}", body)

    def _hook(self, key: str, body: dict[str, Any]) -> Response:
        if key not in self.hooks:
            return _no(93000, "invalid webhook url")
        if not self._within(f"hook:{key}", 20):
            return _no(45009, "api freq out of limit")
        return self._wrong(body) or self._deliver(f"hook:{key}", body)

    def _answered(self, key: str, body: dict[str, Any]) -> Response:
        if key not in self.answer_keys:
            return _no(60140, "response_url used or expired")
        self.answer_keys.discard(key)
        return self._deliver("answer", body)

    def _wrong(self, body: dict[str, Any], cards: bool = False) -> Response | None:
        kind = body.get("msgtype")
        if kind in ("text", "markdown"):
            content = str(body[kind].get("content") or "")
            if not content:
                return _no(44004, "empty content")
            return _no(45002, "content size out of limit") if len(content.encode()) > 2048 else None
        if kind != "template_card" or not cards:
            return _no(40058, "msgtype not supported here")
        return None if self._is_card(body["template_card"]) else _no(40058, "invalid template_card")

    def _is_card(self, card: dict[str, Any]) -> bool:
        task, buttons = str(card.get("task_id")), card.get("button_list") or []
        pairs = card.get("horizontal_content_list") or []
        fits = (
            card.get("card_type") in KINDS
            and 1 <= len(card["main_title"]["title"]) <= 26
            and len(card.get("sub_title_text", "")) <= 112
            and len(pairs) <= 6
            and all(len(pair["keyname"]) <= 5 and len(pair["value"]) <= 26 for pair in pairs)
            and re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", task)
            and task not in self._tasks
        )
        self._tasks.add(task)
        if card.get("card_type") == "text_notice":
            return bool(fits and card["card_action"]["url"])
        return bool(fits and 1 <= len(buttons) <= 6 and all(self._is_button(button) for button in buttons))

    @staticmethod
    def _is_button(button: dict[str, Any]) -> bool:
        pressed = button.get("url") if button.get("type") else len(button["key"].encode()) <= 1024
        return 1 <= len(button["text"]) <= 10 and bool(pressed)

    def _within(self, who: str, most: int) -> bool:
        recent = [at for at in self._sent.get(who, []) if self.now - at < timedelta(minutes=1)]
        self._sent[who] = [*recent, self.now]
        return len(recent) < most

    def _deliver(self, to: str, body: dict[str, Any], **more: Any) -> Response:
        kind = body["msgtype"]
        text = shown(body["template_card"]) if kind == "template_card" else body[kind]["content"]
        buttons = {button["text"]: button.get("key") for button in body.get("template_card", {}).get("button_list", [])}
        self.delivered.append({"to": to, "kind": kind, "text": text, "buttons": buttons, **more})
        return _no(0, "ok")

    async def _told(self, request: Request) -> Response:
        return JSONResponse(self.delivered)


def shown(card: dict[str, Any]) -> str:
    """What a person reads on a card."""
    pairs = [f"{pair['keyname']}：{pair['value']}" for pair in card.get("horizontal_content_list", [])]
    return "\n".join([card["main_title"]["title"], *pairs, card.get("sub_title_text", "")]).strip()


def _no(code: int, why: str) -> Response:
    return JSONResponse({"errcode": code, "errmsg": why})


if __name__ == "__main__":
    serve_here(WeComApi().app)

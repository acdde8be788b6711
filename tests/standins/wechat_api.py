"""The official account's API in small: tokens, customer-service messages with their windows, templates, media.

Refused as the platform refuses it: a wrong secret (40125), a token that is not the one in force (40001), a stranger
(40003), nothing said within 48 hours (45015), a sixth message (45047), a text over 2048 bytes (45002), an unknown
template (40037), a follower who left (43004), a message that nobody ticked (43101).

`python -m tests.standins.wechat_api PORT` runs it alone; then `/plan` and `/delivered` steer it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.standins.serving import Faults, serve_here

APP_ID, SECRET = "wx0a1b2c3d4e5f6071", "standin-app-secret"
# So many customer-service messages go to one person after each of theirs.
ALLOWED = 5
EPOCH = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


@dataclass
class Follower:
    """One person's side: when they last wrote, how many messages went since, which subscriptions they ticked."""

    wrote: datetime | None = None
    sent: int = 0
    follows: bool = True


class WeChatApi:
    """One official account's side of the platform. `now` is its clock; `delivered` is what people see."""

    def __init__(self, app_id: str = APP_ID, secret: str = SECRET) -> None:
        self.app_id, self.secret = app_id, secret
        self.now = EPOCH
        self.faults = Faults()
        self.delivered: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.followers: dict[str, Follower] = {}
        self.templates: set[str] = set()
        self.ticks: dict[tuple[str, str], int] = {}
        self.media: dict[str, bytes] = {}
        self._tokens = itertools.count(1)
        self.token = ""
        self.app = Starlette(
            routes=[
                Route("/plan", self.faults.control, methods=["POST"]),
                Route("/delivered", self._told),
                Route("/cgi-bin/{path:path}", self._call, methods=["GET", "POST"]),
            ]
        )

    def wrote(self, openid: str) -> None:
        """Somebody writes to the account: 48 hours and five messages begin."""
        self.followers[openid] = Follower(self.now)

    def tick(self, openid: str, template: str) -> None:
        """Somebody allows one subscription message."""
        self.ticks[openid, template] = self.ticks.get((openid, template), 0) + 1

    def expire_token(self) -> None:
        """The token in force is no more, whatever anybody has kept."""
        self.token = ""

    @property
    def texts(self) -> list[str]:
        return [item["text"] for item in self.delivered if "text" in item]

    async def _call(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.calls.append(path)
        planned = self.faults.next(path)
        if planned:
            return planned
        return self.answer(path, await request.body() or b"{}", request.query_params)

    def answer(self, path: str, content: bytes | str, query: Mapping[str, str]) -> Response:
        """What the platform says to one call."""
        body = json.loads(content)
        if path == "stable_token":
            return JSONResponse(self._stable_token(body))
        if not self.token or query.get("access_token") != self.token:
            return _no(40001, "invalid credential, access_token is invalid or not latest")
        if path == "media/get":
            return self._get_media(query.get("media_id", ""))
        handlers = {
            "message/custom/send": self._custom,
            "message/template/send": self._template,
            "message/subscribe/bizsend": self._subscription,
        }
        return handlers[path](body) if path in handlers else _no(404, "no such path")

    def _stable_token(self, body: dict[str, Any]) -> dict[str, Any]:
        if (body.get("appid"), body.get("secret")) != (self.app_id, self.secret):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if body.get("force_refresh") or not self.token:
            self.token = f"token-{next(self._tokens)}"
        return {"access_token": self.token, "expires_in": 7200}

    def _custom(self, body: dict[str, Any]) -> Response:
        follower = self.followers.get(str(body.get("touser")))
        text = str(body.get("text", {}).get("content", ""))
        if follower is None:
            return _no(40003, "invalid openid")
        if len(text.encode()) > 2048:
            return _no(45002, "content size out of limit")
        if follower.wrote is None or self.now - follower.wrote > timedelta(hours=48):
            return _no(45015, "response out of time limit or subscription is canceled")
        if follower.sent >= ALLOWED:
            return _no(45047, "out of response count limit")
        follower.sent += 1
        return self._deliver("custom", body, text=text)

    def _template(self, body: dict[str, Any]) -> Response:
        follower = self.followers.get(str(body.get("touser")))
        if follower is None:
            return _no(40003, "invalid openid")
        if not follower.follows:
            return _no(43004, "require subscribe")
        if body.get("template_id") not in self.templates:
            return _no(40037, "invalid template_id")
        return self._deliver("template", body, data=body.get("data"))

    def _subscription(self, body: dict[str, Any]) -> Response:
        tick = str(body.get("touser")), str(body.get("template_id"))
        if not self.ticks.get(tick):
            return _no(43101, "user refuse to accept the msg")
        self.ticks[tick] -= 1
        return self._deliver("subscription", body, data=body.get("data"))

    def _deliver(self, what: str, body: dict[str, Any], **seen: Any) -> Response:
        self.delivered.append({"what": what, "to": body["touser"], **seen})
        return _no(0, "ok")

    def _get_media(self, media_id: str) -> Response:
        body = self.media.get(media_id)
        return Response(body, media_type="image/jpeg") if body else _no(40007, "invalid media_id")

    async def _told(self, request: Request) -> Response:
        return JSONResponse(self.delivered)


def _no(code: int, why: str) -> Response:
    return JSONResponse({"errcode": code, "errmsg": why})


if __name__ == "__main__":
    serve_here(WeChatApi().app)

"""The platforms of the simulated world: the strict stand-ins, reached without a network, and in a bad mood.

They refuse (429, 5xx, busy, quota), expire tokens, do not answer, or take a message and lose the answer.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from starlette.responses import Response
from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData

from bots.channels.sending import Outcome, Sender
from bots.message import Reply
from models.unit_outbox import LEASE
from tests.simulator.world import World
from tests.standins.telegram_api import TelegramApi
from tests.standins.wechat_api import WeChatApi

MOODS = ("429", "503", "busy", "expired", "silent", "lost", "lost", "slow")
ANSWERS = {
    "429": (429, {"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 7}}),
    "503": (503, {"ok": False, "error_code": 503, "description": "Service Unavailable"}),
    "busy": (200, {"ok": False, "error_code": 500, "description": "busy", "errcode": -1, "errmsg": "system error"}),
}


class Mood:
    """What a platform does with one call: nothing (""), or something worse."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> str:
        return self._world.chance.choice(MOODS) if self._world.happens("platform") else ""

    def after(self, mood: str, taken: int) -> bool:
        """Whether the answer is lost; what was taken then can come again, and nobody could know."""
        letters = self._world.letters[taken:]
        if mood == "slow":
            self._world.pass_time(self._world.chance.randint(1, 5))
        for letter in letters:
            letter.excused = letter.excused or mood == "lost"
        return mood == "lost"


class WeChatWire(BaseAdapter):
    """The way from our client to the official account's API."""

    def __init__(self, world: World, process: str, api: WeChatApi) -> None:
        super().__init__()
        self._world, self._process, self._api, self._mood = world, process, api, Mood(world)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        mood = self._mood.now()
        if mood == "silent":
            raise requests.ReadTimeout
        if mood == "expired":
            self._api.expire_token()
        if mood in ANSWERS:
            status, fields = ANSWERS[mood]
            return _answer(request, status, json.dumps(fields).encode())
        taken = len(self._world.letters)
        told = self._ask(request)
        if self._mood.after(mood, taken):
            raise requests.ReadTimeout
        return _answer(request, told.status_code, bytes(told.body))

    def _ask(self, request: requests.PreparedRequest) -> Response:
        address = urlsplit(str(request.url))
        before = len(self._api.delivered)
        token = parse_qs(address.query).get("access_token", [""])[0]
        self._api.now = self._world.now
        body = request.body if isinstance(request.body, bytes | str) else b"{}"
        told = self._api.answer(address.path.removeprefix("/cgi-bin/"), body, {"access_token": token})
        for item in self._api.delivered[before:]:
            self._world.took(self._process, "wechat", item["to"], item["text"])
        return told

    def close(self) -> None:
        """Nothing is held."""


def _answer(request: requests.PreparedRequest, status: int, body: bytes) -> requests.Response:
    made = requests.Response()
    made.status_code, made.url, made.request, made._content = status, str(request.url), request, body
    return made


class TelegramWire(BaseRequest):
    """The way from our bot to the Bot API."""

    def __init__(self, world: World, process: str, api: TelegramApi) -> None:
        self._world, self._process, self._api, self._mood = world, process, api, Mood(world)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        mood = self._mood.now()
        if mood == "silent":
            raise TimedOut
        if mood in ANSWERS:
            status, fields = ANSWERS[mood]
            return status, json.dumps(fields).encode()
        taken, before = len(self._world.letters), len(self._api.delivered)
        told = await self._api.answer(url.rpartition("/")[2], request_data.parameters if request_data else {})
        for item in self._api.delivered[before:]:
            self._world.took(self._process, "telegram", item["chat"], item["text"])
        if self._mood.after(mood, taken):
            raise TimedOut
        return told.status_code, bytes(told.body)


class Marked:
    """A sender that says which row it is sending, so that what the platform takes can be told apart."""

    def __init__(self, world: World, process: str, sender: Sender) -> None:
        self._world, self._process, self._sender = world, process, sender

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        world, before = self._world, self._world.now
        world.touch(self._process)
        world.sending[self._process] = key
        taken = len(world.letters)
        outcome = self._sender.send(to, reply, key, edit)
        if world.now - before > LEASE:
            # Stopped between the last look at the lease and the platform: nobody but the platform could prevent it.
            world.faults["stopped while sending"] += 1
            for letter in world.letters[taken:]:
                letter.excused = True
        return outcome

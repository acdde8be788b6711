"""The processes of the simulated office: one that takes things in, two that sweep and deliver, on one case book.

Each is the real office, opened by its settings, with a hindered store and the world's transports. One that dies is
opened anew; whatever it had in memory is gone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests

from bots.channels.incoming import Incoming
from bots.channels.taking import Writer, take_in
from bots.message import BUTTON, TEXT
from bots.settings import Settings, read_settings
from bots.wechat_door import Delivery, answer_each
from casebook.case import Person
from models.store import Store
from office import book
from office import office as wiring
from office.holidays import renewed
from office.office import Office
from scheduler.jobs import Work
from tests.simulator.platforms import Marked, TelegramWire, WeChatWire
from tests.simulator.world import Crash, Hindered, World
from tests.standins.telegram_api import TOKEN as BOT
from tests.standins.telegram_api import TelegramApi
from tests.standins.wechat_api import APP_ID, SECRET, WeChatApi
from tests.wechat_pushes import AES_KEY, TOKEN, push, text_xml

KEY = "an-example-key-for-tests-only-0123456789"
HOOK = "a-webhook-secret"
CASEWORK = ("web", "one", "two")
SCHEDULERS = ("one", "two")
DELIVERED_AT_ONCE = 20


class Process:
    """One process of the office."""

    def __init__(self, world: World, name: str, url: str, wechat: WeChatApi, telegram: TelegramApi) -> None:
        self.world, self.name = world, name
        self._url, self._wechat, self._telegram = url, wechat, telegram
        self.restarts = -1
        self.open()

    def open(self) -> None:
        """Start, or start again."""
        self.restarts += 1
        settings = {
            **{"DATABASE_URL": self._url, "SECRET_KEY": KEY, "DESK": "yes", "WECHAT_API_URL": "http://127.0.0.1:9"},
            **{"WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": SECRET, "WECHAT_TOKEN": TOKEN, "WECHAT_AES_KEY": AES_KEY},
            **{"TELEGRAM_BOT_TOKEN": BOT, "TELEGRAM_WEBHOOK_SECRET": HOOK},
        }
        with (
            patch.object(book, "Store", self._store),
            patch("bots.channels.telegram._requests", self._requests),
        ):
            self.office = self._opened(read_settings(settings, Path("/nonexistent")))
        self._connect()

    def _opened(self, settings: Settings) -> Office:
        """One that dies while it starts is started again."""
        while True:
            try:
                return wiring.open_office(settings)
            except Crash:
                self.kept.close()

    def _store(self, *given: Any) -> Hindered:
        self.kept = Store(*given)
        return Hindered(self.world, self.name, self.kept)

    def _requests(self, *given: Any) -> TelegramWire:
        return TelegramWire(self.world, self.name, self._telegram)

    def _connect(self) -> None:
        """The world's clock, chance and transports in the place of the machine's."""
        courier, world = self.office.courier, self.world
        client = courier._senders["wechat"]._client  # type: ignore[attr-defined]
        client._clock, client._http = world.clock, requests.Session()
        client._http.mount("http://", WeChatWire(world, self.name, self._wechat))
        courier._chance = random.Random(world.chance.random())
        courier._seconds = lambda: world.now.timestamp()
        courier._senders = {name: Marked(world, self.name, sender) for name, sender in courier._senders.items()}
        self.office.now = world.clock  # type: ignore[method-assign]

    def close(self) -> None:
        """What the machine does with a process that has ended."""
        if self.office.telegram:
            self.office.telegram.close()
        self.kept.close()

    def run(self, job: Callable[[], Any]) -> Any:
        """One thing this process does; None where it died of it, and is there again. Errors are the job's own."""
        self.world.stack.append(self.name)
        try:
            return job()
        except Crash:
            self.world.unnoted.pop(self.name, None)
            self.close()
            self.open()
            return None
        finally:
            self.world.stack.pop()

    # What platforms and people bring.

    def wechat(self, who: str, id: int, text: str) -> bytes | None:
        """One delivery of a message; the answer, None where the platform heard none it takes for one."""
        now, office = self.world.clock(), self.office
        query, body = push(text_xml(text, sender=who, id=id), at=now, nonce=f"n{id}")
        late = 4.0 if self.world.happens("late") else 0.0
        assert office.wechat
        came = Delivery(query, body, now, lambda: late)
        [(status, reply)] = answer_each(office.store, office.reception, office.wechat, [came])
        return reply if status == 200 else None

    def telegram(self, update: Mapping[str, Any]) -> bool:
        """One update pushed to the webhook; whether it was acknowledged."""
        assert self.office.telegram_door
        return self.office.telegram_door.push(HOOK, json.dumps(update).encode(), self.world.clock()) == 200

    def pump(self) -> None:
        """Handle what Telegram brought."""
        assert self.office.telegram_door
        self.office.telegram_door.pump(self.world.clock())

    def web(self, who: str, id: str, text: str) -> bool:
        """One message from the web chat; whether the page heard that it was taken."""
        return self._take(Writer("web", who, "citizen"), id, text, "", lambda unit, now: _room(unit, who, now))

    def said(self, person: Person, room: str, id: str, text: str, data: str = "") -> bool:
        """Somebody of the office writes or taps in a room."""
        writer = Writer("desk", str(person), str(person), person.name, room)
        return self._take(writer, id, text, data, lambda unit, now: room)

    def _take(self, writer: Writer, id: str, text: str, data: str, room: Callable[[Any, Any], str]) -> bool:
        incoming = Incoming(id, BUTTON if data else TEXT, text, data, "", 0, None, True, {})
        take_in(self.office, writer, incoming, room, "没有办成")
        return True

    # What the clock brings.

    def tick(self) -> None:
        """What ticks all the time, once."""
        office = self.office
        work = Work(office.store, office.desk, office.courier, self.world.clock, self._renew)
        work.sweep()
        work.daily()
        self.deliver()

    def deliver(self) -> None:
        self.office.courier.deliver(self.world.clock(), DELIVERED_AT_ONCE)

    def hourly(self) -> None:
        """What ticks more rarely: reports, what was set aside, a newly loaded calendar."""
        office = self.office
        work = Work(office.store, office.desk, office.courier, self.world.clock, self._renew)
        work.report()
        work.tidy()
        work.renew()

    def _renew(self) -> None:
        office = self.office
        office.law = office.desk.law = renewed(office.law, office.store)


def _room(unit: Any, who: str, now: Any) -> str:
    return str(unit.contact("web", who, "", now).handle)

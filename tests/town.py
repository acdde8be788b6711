"""A town in simulated time: the real desk, sweep, courier, morning sheet and reports; platforms that note what came."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bots.budget import Budget
from bots.channels.sending import Outcome, Sent
from bots.courier import Courier
from bots.errands import renewing
from bots.message import Reply
from bots.render import Rendering
from casebook.case import Case, Command, Person
from casebook.desk import Desk
from casebook.errors import NotAllowed
from casebook.holiday_notices import HolidayNotice
from casebook.wording import say
from models.store import Store
from office.law import read_law
from scheduler.jobs import Work
from tests.makers import a_filing, moment


class Heard(NamedTuple):
    """What arrived in a chat."""

    at: datetime
    to: str
    text: str


class Chats:
    """A platform where everybody can be written to, except who is `gone` (with what the platform answers then)."""

    def __init__(self) -> None:
        self.now = moment("2026-03-02 09:00")
        self.heard: list[Heard] = []
        self.gone: dict[str, Outcome] = {}
        self._count = 0

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        if to in self.gone:
            return self.gone[to]
        self.heard.append(Heard(self.now, to, reply.text))
        self._count += 1
        return Sent(f"{to}:{self._count}")


class Town:
    """An office of that name and its people. Every group is a Telegram chat named as its address."""

    def __init__(
        self, store: Store, name: str = "yunnan", at: str = "2026-03-02 09:00", loaded: Iterable[HolidayNotice] = ()
    ) -> None:
        self.store, self.now = store, moment(at)
        self.law = read_law(name, loaded=loaded)
        self.desk = Desk(self.law)
        office = self.law.jurisdiction
        self.unit = office.units[0]
        self.dispatcher = Person("dispatcher", office.dispatchers[0])
        self.supervisor = Person("supervisor", office.supervisors[0])
        self.officer = Person("officer", self.unit.officers[0], self.unit.name)
        self.leader = Person("leader", self.unit.leader, self.unit.name)
        self.telegram, self.wechat = Chats(), Chats()
        senders = {"telegram": self.telegram, "wechat": self.wechat}
        chance, budget, still = random.Random(1), Budget({}), renewing(lambda: self.desk.law)
        self.courier = Courier(
            store, senders, Rendering(say), (), chance, budget, renew=still, call_by=self.law.call_by
        )
        self.work = Work(store, self.desk, self.courier, lambda: self.now, lambda: None)
        self._said = 0
        leaders = [f"leader:{unit.leader}@{unit.name}" for unit in office.units]
        for address in (
            "dispatchers",
            "supervisors",
            "inspectors",
            *leaders,
            *(f"unit:{unit.name}" for unit in office.units),
        ):
            store.write(lambda unit, address=address: unit.bind_group("telegram", address, address))

    @property
    def room(self) -> str:
        return f"unit:{self.unit.name}"

    def until(self, text: str) -> None:
        """Let time pass: the jobs tick whenever something waits for its time, and at each opening and closing."""
        end = moment(text)
        self.tick()
        while self.now < end:
            self.now = min(self._next(), end)
            self.tick()

    def _next(self) -> datetime:
        """The next moment at which anything may happen."""
        midnight = self.now.replace(hour=0, minute=0)
        ways = [midnight + timedelta(days=day, hours=hour) for day in (0, 1) for hour in (9, 17.5)]
        waits = self.store.read(lambda unit: (unit.next_timer_at(), unit.next_outbox_at()))
        return min(when for when in (*ways, *waits) if when and when > self.now)

    def tick(self) -> None:
        self.telegram.now = self.wechat.now = self.now
        self.work.sweep()
        self.work.daily()
        self.work.report()
        while self.work.deliver():
            pass

    def at(self, text: str) -> None:
        """Leap there with nothing running in between: an outage."""
        self.now = moment(text)

    def citizen(self, name: str = "42", channel: str = "telegram") -> str:
        return str(self.store.write(lambda unit: unit.contact(channel, name, "张三丰", self.now)).handle)

    def file(self, citizen: str = "", by: Person | None = None, **changes: Any) -> str:
        """A citizen's complaint; taken down `by` somebody of the staff, of a citizen who has no chat."""
        handle = "" if by else citizen or self.citizen()
        filing = a_filing(citizen=handle, **changes)
        by = by or Person("citizen", handle)
        return self.store.write(lambda unit: self.desk.file(unit, filing, by, self.now)).number

    def take(self, number: str, step: str, by: Person | None = None, **facts: Any) -> Case:
        command = Command(step, by or self.officer, self.now, facts)
        return self.store.write(lambda unit: self.desk.take(unit, number, command))

    def dispatched(self, citizen: str = "", to: str = "", **changes: Any) -> str:
        number = self.file(citizen, **changes)
        self.take(number, "dispatch", self.dispatcher, to=[to or self.unit.name])
        return number

    def try_take(self, number: str, step: str, by: Person | None = None, **facts: Any) -> str:
        try:
            self.take(number, step, by, **facts)
        except NotAllowed as error:
            return str(error)
        return ""

    def case(self, number: str) -> Case:
        return self.store.read(lambda unit: unit.load(number))

    def heard(self, to: str, word: str = "", since: str = "2020-01-01 00:00") -> list[Heard]:
        chats = [*self.telegram.heard, *self.wechat.heard]
        return [one for one in chats if one.to == to and word in one.text and one.at >= moment(since)]

    def rows(self, number: str | None) -> list[Any]:
        return self.store.read(lambda unit: unit.outbox_of(number))

    def show(self, since: str = "2020-01-01 00:00", sheets: bool = False) -> None:
        for one in sorted([*self.telegram.heard, *self.wechat.heard]):
            if one.at >= moment(since) and (sheets or ("晨报" not in one.text and "今日待办" not in one.text)):
                print(f"{one.at:%m-%d %a %H:%M} {one.to:22} {one.text[:230]!r}")

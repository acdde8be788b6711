"""The people of the simulated city: citizens who write, wait, write again and rate; officers who do their cases or not.

They know only what they heard. Whoever gets no answer does what people and platforms do: sends it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from casebook.case import Case, Command, Person
from casebook.errors import CasebookError, NotKept
from tests.simulator.processes import Process
from tests.simulator.world import World

NUMBER = re.compile(r"\d{8}-\d{5}")
NAMES = "张三丰 李寻欢 令狐冲 任盈盈 郭靖 黄蓉 杨过 段誉 萧峰 王语嫣 程灵素 胡斐 袁承志 韦小宝 石破天".split()
PLACES = ("市不动产登记中心", "市公安局车管所", "市社保局", "市医保局", "市住房公积金管理中心")
MATTERS = (
    "上周{day}我去{place}{window}号窗口办事，材料齐全却不给受理，态度还很差",
    "前天在{place}{window}号窗口排队三小时没人叫号，问了也没有人理，希望改进",
    "{place}{window}号窗口上周{day}多收了我两百元，一直不退，也不说理由",
)
ASK = "希望尽快处理，我叫{name}，电话1380000{tail:04d}"
CONFIRM = "确认提交"
AGAIN, REPEATS = 6, 3
ANSWER = "调查核实：窗口没有收件。处理过程：已经道歉并收件。整改措施：培训窗口人员。整改结果：已经办好。认定：属实"
DISPATCHER = Person("dispatcher", "赵调度")
INSPECTOR = Person("inspector", "周质检")


@dataclass
class Said:
    """One message of a citizen: how often it was delivered, and the answer that was heard."""

    id: int
    text: str
    deliveries: int = 0
    taken: bool = False
    answers: set[bytes] = field(default_factory=set)
    update: dict[str, Any] = field(default_factory=dict)


@dataclass
class Citizen:
    """One person on one channel."""

    who: str
    channel: str
    name: str
    ids: int = 0
    begun: int = 0
    tried: int = 0
    script: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    gave_up: int = 0

    @property
    def waits(self) -> bool:
        """Whether the last message has not been taken yet."""
        return bool(self.said) and not self.said[-1].taken

    def numbers(self) -> set[str]:
        """All case numbers this person was ever told."""
        return {number for text in self.heard for number in NUMBER.findall(text)}


class Citizens:
    """What citizens do. `deliver` brings one message to the office."""

    def __init__(self, world: World, many: int, deliver: Callable[[Citizen, Said], None]) -> None:
        self._world, self._deliver = world, deliver
        channels = ("wechat", "wechat", "telegram", "web")
        self.all = [self._born(number, channels[number % 4]) for number in range(many)]

    def _born(self, number: int, channel: str) -> Citizen:
        known_as = {"wechat": f"oExampleOpenId{number:012d}", "telegram": f"{4200 + number}", "web": f"visitor{number}"}
        return Citizen(known_as[channel], channel, NAMES[number % len(NAMES)])

    def act(self) -> None:
        """Somebody does the next thing."""
        person = self._world.chance.choice(self.all)
        if person.waits:
            self._send_again(person)
        elif person.script:
            self._say(person, person.script.pop(0))
        elif person.begun and not person.numbers() - person.known and person.tried < AGAIN:
            person.tried += 1
            self._say(person, CONFIRM)
        else:
            self._at_rest(person)

    def replay(self) -> None:
        """A platform delivers something old again."""
        person = self._world.chance.choice(self.all)
        if person.said:
            self._deliver(person, self._world.chance.choice(person.said[-8:]))

    def _at_rest(self, person: Citizen) -> None:
        """The last matter is settled, or given up: a new one, a question, a rating."""
        if person.begun and person.tried == AGAIN and not person.numbers() - person.known:
            person.gave_up += 1
        person.known |= person.numbers()
        roll = self._world.chance.random()
        if roll < 0.35:
            self._begin(person)
        elif person.known and roll < 0.7:
            self._say(person, self._world.chance.choice(("5", "4", "1", "查进度", "催办")))

    def _begin(self, person: Citizen) -> None:
        chance = self._world.chance
        person.begun, person.tried = person.begun + 1, 0
        matter = chance.choice(MATTERS)
        text = matter.format(day=chance.choice("一二三四五"), place=chance.choice(PLACES), window=chance.randint(1, 40))
        person.script = [ASK.format(name=person.name, tail=int(person.who[-4:], 36) % 10000), CONFIRM]
        self._say(person, text)

    def _say(self, person: Citizen, text: str) -> None:
        person.ids += 1
        person.said.append(Said(person.ids, text))
        self._deliver(person, person.said[-1])

    def _send_again(self, person: Citizen) -> None:
        """A platform asks three times; then it has given up, and the person writes anew."""
        last = person.said[-1]
        if person.channel == "wechat" and last.deliveries >= REPEATS:
            self._say(person, last.text)
        else:
            self._deliver(person, last)


class Officers:
    """What the people of the office do with the cases they find."""

    def __init__(
        self, world: World, process: Process, see: Callable[[], Sequence[str]], look_at: Callable[[str], Case]
    ) -> None:
        self._world, self._process, self._see, self._look_at = world, process, see, look_at
        self._ids = 0
        self._pending: list[tuple[Person, str, str, str, str]] = []

    def act(self) -> None:
        """Somebody does the next thing with some case; what was not taken is sent again first."""
        if not self._pending:
            numbers = self._see()
            if not numbers:
                return
            self._plan(self._look_at(self._world.chance.choice(numbers)))
        while self._pending and self._process.run(lambda: self._sent(self._pending[0])):
            self._pending.pop(0)

    def _sent(self, words: tuple[Person, str, str, str, str]) -> bool:
        try:
            return self._process.said(*words)
        except NotKept:
            return False

    def _say(self, person: Person, room: str, text: str, data: str = "") -> None:
        self._ids += 1
        self._pending.append((person, room, f"said-{self._ids:08d}", text, data))

    def _plan(self, case: Case) -> None:
        chance, number, unit = self._world.chance, case.number, case.lead_unit or ""
        room, roll = f"unit:{unit}", chance.random()
        officer, leader = Person("officer", "李经办", unit), Person("leader", "马局长", unit)
        if not unit or case.state in ("awaiting_dispatch", "disputed", "screening"):
            self._say(DISPATCHER, "dispatchers", f"交办 {number} {chance.choice(UNITS)}")
        elif case.state == "awaiting_acceptance" and roll < 0.8:
            self._say(officer, room, "", f"accept:{number}:off_site")
        elif case.state == "handling" and roll < 0.5:
            self._say(officer, room, f"办结 {number}：{ANSWER}")
            self._say(officer, room, "确认发送")
        elif case.state == "handling" and roll < 0.6:
            self._take(number, Command("extend", officer, self._world.clock(), {"reason": "需要再调查"}))
        elif case.state == "in_review":
            self._take(number, Command("approve", leader, self._world.clock(), {}))
        elif case.state == "in_check":
            self._take(number, Command("pass_check", INSPECTOR, self._world.clock(), {}))

    def _take(self, number: str, command: Command) -> None:
        """A step from a page; a refusal is shown there, and a failing store as well."""

        def step() -> None:
            office = self._process.office
            try:
                office.store.write(lambda unit: office.desk.take(unit, number, command))
            except CasebookError as error:
                self._world.tell("refused", command.step, type(error).__name__)

        self._process.run(step)


UNITS = ("市自然资源局", "市公安局", "市人力资源和社会保障局", "市医疗保障局", "市住房公积金管理中心")

"""How tests talk to the bots: a dialogue as a list of messages, and the whole office behind a real store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from bots import citizen
from bots.knowledge import Knowledge, read_knowledge
from bots.message import BUTTON, EVENT, TEXT, Media, Message, Reply
from bots.reception import Reception
from bots.talk import Act, CaseView, Here, Material, Talk
from bots.wording import load_words
from casebook.desk import Desk
from casebook.law import Law
from models.store import Store
from nlp.reader import Reader
from office.law import read_law

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)  # a Monday
MATTER = "我上周三去市不动产登记中心3号窗口办证，材料齐全却不给受理，态度还很差"
MATERIALS = (
    Material("name"),
    Material("id_number", required=False),
    Material("phone"),
    Material("address", required=False),
    Material("respondent"),
    Material("request"),
    Material("evidence", required=False),
)


@dataclass(frozen=True)
class Read:
    """A reading made by hand."""

    kind: str = "complaint"
    verdict: str = "accept"
    ground: str | None = None
    clause: str | None = None
    departments: tuple[tuple[str, float], ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


@cache
def law() -> Law:
    return read_law("yunnan", ZONE)


@cache
def reader() -> Reader:
    return Reader.load(units=[(unit.name, unit.duties) for unit in law().jurisdiction.units], rulebook="yunnan")


def here(*cases: CaseView, **more: Any) -> Here:
    """What the conversation knows on that Monday morning."""
    given: dict[str, Any] = {"now": MORNING, "words": load_words(), "title": "某市投诉处理", "phone": "12345"}
    given.update({"materials": MATERIALS, "citizen": "c1", "cases": cases})
    return Here(**{**given, **more})


def message(text: str = "", *, at: datetime = MORNING, id: str = "1", **more: Any) -> Message:
    """A message; "!data" is a press, "@name" an event, "#id" a picture."""
    shapes: dict[str, dict[str, Any]] = {
        "!": {"kind": BUTTON, "data": text[1:]},
        "@": {"kind": EVENT, "data": text[1:]},
        "#": {"kind": "image", "media": (Media("image", text[1:]),)},
    }
    shape = shapes.get(text[:1], {"kind": TEXT, "text": text})
    return Message(**{"channel": "web", "id": id, "sender": "s1", "at": at, **shape, **more})


@dataclass(frozen=True)
class Told:
    """What a dialogue came to: the talk, the last message's replies, all acts."""

    talk: Talk
    replies: tuple[Reply, ...]
    acts: tuple[Act, ...]

    @property
    def text(self) -> str:
        return "\n".join(reply.text for reply in self.replies)

    @property
    def labels(self) -> list[str]:
        return [button.label for reply in self.replies for row in reply.buttons for button in row]


def talked(*messages: str | tuple[str, Read] | Message, known: Here | None = None, talk: Talk | None = None) -> Told:
    """A dialogue through the pure conversation; readings by the real reader unless one is given with the text."""
    known, talk, replies, acts = known or here(), talk or Talk(), (), ()
    assert known is not None
    for number, item in enumerate(messages):
        text, reading = item if isinstance(item, tuple) else (item, None)
        said = text if isinstance(text, Message) else message(text, id=str(number), at=known.now)
        turn = citizen.listen(talk, said, known, partial(_read, reading, known.now))
        assert Talk.from_dict(turn.talk.to_dict()) == turn.talk
        talk, replies, acts = turn.talk, turn.replies, (*acts, *turn.acts)  # type: ignore[assignment]
    return Told(talk, replies, acts)


def _read(given: Read | None, now: datetime, text: str) -> Any:
    return given or reader().read(text, now)


class House:
    """The whole office on a real store, with a clock that moves three minutes a message."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.desk = Desk(law())
        self.reception = Reception(
            self.desk,
            reader(),
            law().jurisdiction,
            public_url="http://localhost:8000",
            knowledge=Knowledge(read_knowledge("yunnan")),
        )
        self.now = MORNING
        self.said = 0

    def say(self, text: str, sender: str = "s1", channel: str = "web", chat: str = "", **more: Any) -> list[Reply]:
        """One message, received in one transaction."""
        self.said += 1
        self.now += timedelta(minutes=3)
        given = message(text, at=self.now, id=str(self.said))
        given = replace(given, sender=sender, channel=channel, chat=chat, **more)
        return self.store.write(lambda unit: self.reception.receive(unit, given))

    def in_room(self, person: str, text: str, chat: str = "", **more: Any) -> str:
        """One message in a desk room: the room of the person's unit or role."""
        role, _, rest = person.partition(":")
        room = chat or (f"unit:{rest.partition('@')[2]}" if "@" in rest else f"{role}s")
        return text_of(self.say(text, person, "desk", room, **more))

    def numbers(self) -> Sequence[str]:
        return self.store.read(lambda unit: unit.numbers())

    def filed(self) -> str:
        """A case filed through the conversation."""
        for text in (MATTER, "希望马上办理，张三丰 13800000000", "确认提交"):
            self.say(text)
        return self.numbers()[0]


def text_of(replies: Sequence[Reply]) -> str:
    return "\n".join(reply.text for reply in replies)

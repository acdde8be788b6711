"""Words read before their transaction: what is answered is the same, and nothing is read twice without need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from bots.message import Message
from bots.reception import Reception
from casebook.desk import Desk
from models.store import Store
from tests.talking import MATTER, MORNING, law, message, reader

BARE = "我昨天去市不动产登记中心办证，"


class Noting:
    """The reader, and what it was given to read."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.fails = False

    def read(self, text: str, now: datetime) -> Any:
        self.given.append(text)
        if self.fails:
            raise RuntimeError("not to be read")
        return reader().read(text, now)

    def read_each(self, written: Sequence[tuple[str, datetime]]) -> list[Any]:
        return [self.read(*each) for each in written]

    def compare(self, one: str, other: str) -> float:
        return reader().compare(one, other)


def read_ahead(reception: Reception, said: Message) -> Message:
    (read,) = reception.read_ahead([said])
    return read


def told(store: Store, reception: Reception, said: Message) -> list[str]:
    return [reply.text for reply in store.write(lambda unit: reception.receive(unit, said))]


@pytest.mark.parametrize(
    ("texts", "given"),
    [((MATTER, "窗口还骂人"), [MATTER, "窗口还骂人"]), ((BARE, "窗口骂人"), [BARE, "窗口骂人", f"{BARE}\n窗口骂人"])],
    ids=["words by themselves", "words understood with those before them"],
)
def test_what_was_read_ahead_is_answered_as_if_it_had_not_been(
    memory_store: Store, texts: tuple[str, ...], given: list[str]
) -> None:
    noting = Noting()
    ahead, plain = (
        Reception(Desk(law()), noting, law().jurisdiction),
        Reception(Desk(law()), reader(), law().jurisdiction),
    )
    for place, text in enumerate(texts):
        at = MORNING + timedelta(minutes=place)
        said = read_ahead(ahead, message(text, id=f"a{place}", sender="one", at=at, channel="wechat"))
        other = message(text, id=f"b{place}", sender="other", at=at, channel="wechat")

        assert told(memory_store, ahead, said) == told(memory_store, plain, other)
    assert noting.given == given


def test_a_press_is_not_read(memory_store: Store) -> None:
    noting = Noting()

    read_ahead(Reception(Desk(law()), noting, law().jurisdiction), message("!menu"))

    assert noting.given == []


def test_what_cannot_be_read_is_no_fault_of_those_read_with_it() -> None:
    """A reader that reads three together fails for all of them; each is then read by itself."""

    class Poisoned(Noting):
        def read(self, text: str, now: datetime) -> Any:
            if text == "poison":
                raise RuntimeError("not to be read")
            return super().read(text, now)

    poisoned = Poisoned()
    sent = [message(text, id=text, channel="wechat") for text in (MATTER, "poison", "!menu", "窗口还骂人")]

    read = Reception(Desk(law()), poisoned, law().jurisdiction).read_ahead(sent)

    said = [dict([each.ahead] if each.ahead else ()) for each in read]
    assert [each.id for each in read] == [each.id for each in sent]
    assert [type(one.get(each.text)).__name__ for one, each in zip(said, read, strict=True)] == [
        *("Reading", "RuntimeError", "NoneType", "Reading"),
    ]


def test_what_cannot_be_read_fails_in_its_own_transaction(memory_store: Store) -> None:
    noting = Noting()
    noting.fails = True
    reception = Reception(Desk(law()), noting, law().jurisdiction)

    said = read_ahead(reception, message(MATTER, channel="wechat"))

    with pytest.raises(RuntimeError, match="not to be read"):
        told(memory_store, reception, said)
    assert noting.given == [MATTER]

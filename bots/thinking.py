"""The reader as the reception asks it: what a message says, whether two texts tell of one matter, what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bots.knowledge import Knowledge
from bots.message import Message
from bots.talk import Known, Reading


class Reads(Protocol):
    """`nlp.reader.Reader`, as far as it is needed here."""

    def read(self, text: str, now: datetime) -> Reading: ...
    def read_each(self, written: Sequence[tuple[str, datetime]]) -> Sequence[Reading]: ...
    def compare(self, one: str, other: str) -> float: ...


@dataclass(frozen=True)
class Thinking:
    """The reader at one moment, as the conversation asks it."""

    reader: Reads
    knowledge: Knowledge
    at: datetime

    def read(self, text: str) -> Reading:
        return self.reader.read(text, self.at)

    def alike(self, one: str, other: str) -> float:
        return self.reader.compare(one, other)

    def look_up(self, question: str) -> Known | None:
        return self.knowledge.look_up(question, self.at.date())


def read_once(reader: Reads, message: Message, text: str) -> Reading:
    """What the words say: as it was read ahead, or read now. Raises what went wrong, also then."""
    known: Reading | Exception | None = dict([message.ahead] if message.ahead else ()).get(text)
    if isinstance(known, Exception):
        raise known
    return known or reader.read(text, message.at)

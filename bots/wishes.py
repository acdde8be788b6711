"""What a conversation asks to be done: the acts that the reception carries out through the desk and the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casebook.case import Filing


@dataclass(frozen=True)
class FileCase:
    """The citizen has confirmed the card: make it a case. `others` are further matters of the same statement, each a
    case of its own, all linked; `earlier` is an own concluded case that it takes up again."""

    filing: Filing
    others: tuple[Filing, ...] = ()
    earlier: str = ""


@dataclass(frozen=True)
class Supplement:
    """More words or pictures for an open case."""

    number: str
    text: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Withdraw:
    """The citizen takes the case back, having been asked twice."""

    number: str
    reason: str = ""


@dataclass(frozen=True)
class Rate:
    """The citizen's verdict on the answer; 5 is best. The last three are given when the form asked for them."""

    number: str
    score: int
    text: str = ""
    result: int | None = None
    efficiency: int | None = None
    attitude: int | None = None


@dataclass(frozen=True)
class Urge:
    """The citizen asks that the case be hurried."""

    number: str
    text: str = ""


@dataclass(frozen=True)
class AskHuman:
    """The citizen wants a person."""

    text: str = ""
    number: str = ""


@dataclass(frozen=True)
class Unreached:
    """The citizen says that nobody got in touch, though the case says somebody did: it goes on record, and up."""

    number: str
    text: str


@dataclass(frozen=True)
class Wait:
    """Answer only when the thought has ended: come back at that moment, unless more was said by then."""

    until: datetime


@dataclass(frozen=True)
class Subscribe:
    """Whether the citizen wants to be told of progress when it is days since the last word."""

    yes: bool


@dataclass(frozen=True)
class Alarm:
    """Life or property may be in danger: a person must look now."""

    text: str


Act = FileCase | Supplement | Withdraw | Rate | Urge | AskHuman | Unreached | Wait | Subscribe | Alarm

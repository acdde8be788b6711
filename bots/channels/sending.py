"""What a channel promises to the courier: try once, and say in one of four words what became of it.

A sender never retries by itself and keeps no queue: patience, order and memory are the outbox's. It also never raises
for what a platform answers; an exception from it is a fault of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from bots.message import Button, Reply


@dataclass(frozen=True)
class Sent:
    """The platform took it. `external_id` is how the platform calls the message, "" if it has no name for it."""

    external_id: str = ""


@dataclass(frozen=True)
class Later:
    """Not now, but this way may work in `seconds` (0: the courier chooses). `blameless`: our own budget,
    or a room that nobody is bound to yet; it is never given up for that."""

    seconds: float
    why: str
    blameless: bool = False


@dataclass(frozen=True)
class Never:
    """This way will not work for this message; another may. `code` names the reason in wording.toml [unreachable]."""

    why: str
    code: str = "refused"


@dataclass(frozen=True)
class Moved:
    """The chat has another id now; the same message may be sent there at once."""

    to: str


Outcome = Sent | Later | Never | Moved


class Sender(Protocol):
    """One platform. `edit` is the external id of the card this reply renews, "" for a new message."""

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome: ...


@runtime_checkable
class TemplateSender(Sender, Protocol):
    """A platform that has messages of a fixed form for people who have not written lately."""

    def has_template(self, message: str) -> bool: ...

    def send_template(self, to: str, message: str, values: Mapping[str, Any]) -> Outcome: ...


def numbered(replies: tuple[Reply, ...] | list[Reply]) -> str:
    """All of it as one text; the choices are one numbered list from first to last, as the conversation counts them."""
    parts, number = [], 0
    for reply in replies:
        lines = []
        for button in (button for row in reply.buttons for button in row):
            number += 1
            lines.append(_choice(number, button))
        parts.append("\n".join([reply.text.strip(), *lines]).strip())
    return "\n\n".join(part for part in parts if part)


def _choice(number: int, button: Button) -> str:
    return f"{number}. {button.label}" + (f" {button.url}" if button.url else "")


def split(text: str, most: int, size: str = "characters") -> list[str]:
    """The text in pieces of at most `most` bytes (UTF-8), characters or UTF-16 units, cut at line or sentence ends."""
    measure = MEASURES[size]
    pieces: list[str] = []
    while measure(text) > most:
        cut = _good_place(text[: _fitting(text, most, measure)])
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip("\n")
    return [piece for piece in [*pieces, text] if piece.strip()]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _utf16(text: str) -> int:
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


MEASURES = {"characters": len, "bytes": _bytes, "utf16": _utf16}


def _fitting(text: str, most: int, measure: Any) -> int:
    """How many characters of the text fit."""
    low, high = 1, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= most else (low, middle - 1)
    return low


def _good_place(text: str) -> int:
    """Where to cut: after the last line, else the last sentence, if that leaves at least half."""
    for ends in ("\n", "。！？；"):
        place = max(text.rfind(end) for end in ends) + 1
        if place > len(text) // 2:
            return place
    return len(text)

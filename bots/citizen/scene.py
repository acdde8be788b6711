"""One turn as the parts of the conversation see it, and the few ways of ending it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bots.message import Button, Reply
from bots.talk import IDLE, Act, Here, Reading, Talk, Turn
from bots.values import replace

# Stands in a button for an address that only the reception can make.
PRIVATE_FORM = "private:form"


@dataclass(frozen=True)
class Scene:
    """What was said, by whom it was understood, and where the conversation stood. `data` is a pressed button's,
    `place` the name of a place that was sent as such; it stands in the text too."""

    talk: Talk
    here: Here
    text: str = ""
    media: tuple[str, ...] = ()
    data: str = ""
    reading: Reading | None = None
    place: str = ""

    def say(self, key: str, *rows: tuple[Button, ...], **facts: object) -> Reply:
        """The sentence of that key with choices under it."""
        return Reply(self.here.words(key, **facts), rows)

    def note(self, key: str, facts: Mapping[str, object]) -> Reply:
        """A remark on what was said; one on a number that may not be sent here offers the form for it."""
        offers = key == "note.id_not_here" and self.here.public_url
        return self.say(key, *(((self.private_button(),),) if offers else ()), **facts)

    def private_button(self) -> Button:
        """Opens the one-time web form; the reception puts its address there."""
        return Button(self.here.words("button.private"), "", PRIVATE_FORM)

    def button(self, key: str, data: str, **facts: object) -> Button:
        return Button(self.here.words(f"button.{key}", **facts), data)

    def stay(self, *replies: Reply, acts: tuple[Act, ...] = ()) -> Turn:
        """Answer without losing the place."""
        return Turn(self.talk, replies, acts)

    def move(self, *replies: Reply, acts: tuple[Act, ...] = (), **changes: Any) -> Turn:
        """Answer and go on elsewhere."""
        return Turn(replace(self.talk, **changes), replies, acts)

    def rest(self, *replies: Reply, acts: tuple[Act, ...] = (), **changes: Any) -> Turn:
        """Answer and be done: nothing is asked any more."""
        clear: dict[str, Any] = {
            "stage": IDLE,
            "draft": None,
            "previous": None,
            "asking": (),
            "rounds": 0,
            "number": "",
            "held": "",
            "held_media": (),
            "offered": False,
            "parts": (),
            "earlier": "",
        }
        return Turn(replace(self.talk, **{**clear, **changes}), replies, acts)


Handler = Callable[[Scene], Turn | None]

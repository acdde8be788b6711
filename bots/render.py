"""A notice as a reply: its sentence from the casebook's wording, and what can be done about it as buttons.

The same notice looks the same in every room; a channel without buttons gets none, its sentence says what to type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bots.message import Button, Reply
from bots.packing import unpacked
from bots.wording import FOLDER, load_words
from casebook.terms import MESSAGES, SCORES, STEPS
from casebook.wording import say as say_notice

words = load_words(FOLDER / "channels" / "wording.toml")

Rows = tuple[tuple[Button, ...], ...]
Say = Callable[[str, Mapping[str, Any]], str]
# A numbered list under a notice would be taken for the talk's own last choices, and a rating's "5" for the fifth.
WITHOUT_BUTTONS = frozenset({"wechat"})
RATED = frozenset({"survey", "survey_reminder"})
# What staff can do at once from a notice, in rows. Every press is checked by the desk like any other word.
STEPS_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "new_case": (("dispatch", "refuse"),),
    "dispatch_order": (("accept",), ("hand_back", "decline")),
    "designation": (("accept",), ("decline",)),
    "rework_order": (("resolve", "extend"),),
    "review_request": (("approve", "reject"),),
    "check_request": (("pass_check", "fail_check"),),
    "extension_request": (("approve", "reject"),),
    "dispute_request": (("designate",),),
    "dissatisfied": (("supervise",),),
}


class Row(Protocol):
    """A notice as the outbox keeps it."""

    @property
    def key(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def case(self) -> str | None: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def private(self) -> Mapping[str, Any]: ...
    @property
    def at(self) -> datetime: ...
    @property
    def attempts(self) -> int: ...
    @property
    def channel(self) -> str: ...


class Renderer(Protocol):
    """Turns a notice into what a channel can send."""

    def __call__(self, row: Row, channel: str) -> Reply: ...

    def values(self, row: Row) -> Mapping[str, Any]:
        """What a message of fixed form may say of it: number, about, at, unit."""


def addressed(row: Row) -> Mapping[str, Any]:
    """To whom a notice goes and since when, for what is written for one person alone."""
    return {"addressed_to": row.to, "written_at": row.at}


class Rendering:
    """The usual renderer. `classes` are (name, title) of the rulebook's classes, for accepting into one of them;
    `staff` replaces the buttons that staff get."""

    def __init__(
        self,
        say: Say = say_notice,
        classes: Sequence[tuple[str, str]] = (),
        staff: Callable[[Row], Rows] | None = None,
    ) -> None:
        self._say = say
        self._classes = classes
        self._staff = staff or self._usual

    def __call__(self, row: Row, channel: str) -> Reply:
        if row.message == "reply":
            return unpacked(row.private["reply"])
        text = self._say(row.message, {**row.facts, **row.private, **addressed(row)})
        if channel in WITHOUT_BUTTONS or not row.case:
            return Reply(text)
        if row.to.startswith("citizen:"):
            return Reply(text, _citizens(row.message, row.case))
        buttons = self._staff(row)
        return Reply(text, buttons, card=row.case if buttons else "")

    def values(self, row: Row) -> Mapping[str, Any]:
        """Nothing personal: a template message is shown on a locked telephone."""
        facts = {"number": row.case or "", "about": MESSAGES.get(row.message, ""), "unit": row.facts.get("unit") or ""}
        return {**facts, "at": f"{row.at:%Y-%m-%d %H:%M}"}

    def _usual(self, row: Row) -> Rows:
        number = row.case or ""
        return tuple(
            tuple(button for step in steps for button in self._buttons(step, number))
            for steps in STEPS_OF.get(row.message, ())
        )

    def _buttons(self, step: str, number: str) -> Sequence[Button]:
        if step == "accept" and self._classes:
            shown = [(name, words("button.accept_as", title=title)) for name, title in self._classes]
            return [Button(label, f"accept:{number}:{name}") for name, label in shown]
        return [Button(STEPS[step], f"{step}:{number}")]


def _citizens(message: str, number: str) -> Rows:
    if message in RATED:
        return tuple((Button(title, f"rate:{number}:{score}"),) for score, title in SCORES.items())
    if message == "receipt":
        own = tuple(Button(words(f"button.{step}"), f"{step}:{number}") for step in ("supplement", "withdraw"))
        return ((Button(words("button.progress"), "event:menu:progress"), *own),)
    if message == "clarify":
        return ((Button(words("button.supplement"), f"supplement:{number}"),),)
    return ()

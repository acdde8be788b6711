"""Presses with nothing to prepare: a card, a page of one's own, a refusal; and the doing of a step itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bots.message import Reply
from bots.officer.card import all_steps, card
from bots.officer.room import EMPTY, Link, OfficerView, RoomTurn, RoomView
from casebook.case import Command
from casebook.lifecycle import TABLE


def do(room: RoomView, view: OfficerView, step: str, given: dict[str, Any]) -> RoomTurn:
    assert room.person is not None
    kept = {name: value for name, value in given.items() if value not in (None, "", [])}
    kept |= dict.fromkeys(kept.pop("criteria", ()), False)
    return RoomTurn(EMPTY, commands=((view.number, Command(step, room.person, room.now, kept)),))


def say(room: RoomView, key: str, **more: object) -> RoomTurn:
    return RoomTurn(EMPTY, (Reply(room.words(key, **more)),))


def _card(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    return RoomTurn(EMPTY, (card(view, room.words, room.now, room.units),))


def _more(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    return RoomTurn(room.talk, (all_steps(view, room.words),))


def _drop(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    return say(room, "prepare.dropped" if room.talk.step else "prepare.nothing", number=view.number)


def _look(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    """Who filed it: never in the room, but by a page of one's own."""
    if not view.identity:
        return say(room, "desk.may_not_look", number=view.number)
    return RoomTurn(room.talk, links=(Link("look", view.number),))


def _whole(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    """Everything that was written, covered as on the card."""
    return RoomTurn(room.talk, (Reply(room.words("desk.whole", number=view.number, text=view.whole or view.matter)),))


def _answer(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    """The answer that was written, for those who look at it before it leaves, and afterwards."""
    words = room.words
    lines = [words("card.line", field=words(f"element.{name}"), value=text) for name, text in view.answer]
    return RoomTurn(room.talk, (Reply("\n".join([words("desk.answer", number=view.number), *lines])),))


def _read(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    """Words kept out of the group: by a page of one's own, for whoever decides on them."""
    if not view.hidden or "dispatch" not in view.allowed:
        return _whole(room, view, arg)
    return RoomTurn(room.talk, links=(Link("read", view.number),))


def _form(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    """The step on a page: for answers too long to be typed here."""
    if arg not in view.allowed:
        return do(room, view, arg, {}) if arg in TABLE else say(room, "desk.unknown_button")
    return RoomTurn(room.talk, links=(Link("form", view.number, arg),))


def _again(room: RoomView, view: OfficerView, arg: str) -> RoomTurn:
    """A dissatisfied citizen whose case need not be done anew: whoever revisits is asked to speak to them once more."""
    return do(room, view, "urge", {"text": room.words("desk.revisit_again")})


PLAIN: dict[str, Callable[[RoomView, OfficerView, str], RoomTurn]] = {
    "card": _card,
    "more": _more,
    "drop": _drop,
    "look": _look,
    "whole": _whole,
    "answer": _answer,
    "read": _read,
    "form": _form,
    "again": _again,
}

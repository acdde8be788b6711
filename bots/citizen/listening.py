"""`listen`: a message may be only a piece of a thought. Pieces are kept in the talk and understood as one statement.

Nothing waits in memory: a piece is remembered in the same transaction that took it, and with it the moment at which it
is answered whatever comes (`Wait`). Where an answer can come later than the message, an unended thought is met with
silence; where it cannot (WeChat's passive reply), with a short word. A message that is whole is answered at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from bots import heard
from bots.citizen.redirect import danger_in, is_cry_for_help
from bots.citizen.turn import to_read, turn
from bots.message import BUTTON, EVENT, LOCATION, TEXT, UNKNOWN, VOICE, Media, Message, Reply
from bots.talk import DRAFTING, IDLE, REDIRECTED, Here, Reading, Talk, Turn, Wait
from bots.values import replace
from bots.wording import load_phrases

# More pieces than this are a flood, not a thought.
MOST_PIECES = 20
LONGEST_WAITING = 3000
# A first word shorter than this that says nothing yet is a beginning.
LONGEST_BEGINNING = 20
# What was left hanging for so long is a statement of its own.
FORGOTTEN = timedelta(minutes=30)
# Said in between; the thought goes on.
ASIDES = frozenset({"help", "human", "wait", "progress", "hello", "thanks"})

# Never a mere piece.
WHOLE = (BUTTON, EVENT, UNKNOWN, LOCATION)

Read = Callable[[str], Reading]


@dataclass(frozen=True)
class _Ear:
    """What one message is heard with."""

    here: Here
    read: Read

    def turn(self, talk: Talk, message: Message) -> Turn:
        text = to_read(talk, message)
        return turn(talk, message, self.read(text) if text else None, self.here)


def listen(talk: Talk, message: Message, here: Here, read: Read) -> Turn:
    """What the conversation answers to one message, with what was left hanging before it; or that it waits."""
    if message.plain != talk.plain and message.plain:
        talk = replace(talk, plain=True)
    ear = _Ear(here, read)
    if not _waiting(talk):
        return _answered_or_held(ear, talk, message, ())
    if _is_aside(message):
        return _aside(ear.turn(talk, message), message, here)
    text = heard.clean(message.text)
    apart = heard.command(text) or message.kind in (BUTTON, UNKNOWN) or (message.kind == VOICE and not text)
    if apart or len(text) > LONGEST_WAITING or _is_forgotten(talk, here):
        return _one_after_the_other(ear, talk, message)
    if message.kind == LOCATION and text:
        text = here.words("location.text", place=text)
    pieces = (*talk.pending, text) if text else talk.pending
    return _answered_or_held(ear, _let_go(talk), _joined(message, pieces, talk.pending_media), pieces)


def resume(talk: Talk, here: Here, read: Read) -> Turn | None:
    """The answer to what was left hanging, now that the pause is over; None where more was said or it was answered."""
    if not _waiting(talk) or talk.quiet_until is None or here.now < talk.quiet_until:
        return None
    return _Ear(here, read).turn(_let_go(talk), _left_hanging(talk, here))


def is_unfinished(text: str) -> bool:
    """Whether a message plainly stops in the middle: by its last sign, its last word, or as a mere beginning."""
    said = heard.clean(text)
    if not said or heard.command(said):
        return False
    bare, (ends, words, openings) = heard.bare(said), _unfinished()
    return said.endswith(ends) or bare.endswith(words) or bare in openings


@cache
def _unfinished() -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """The signs and the words that a thought does not end with, and its mere beginnings."""
    phrases = load_phrases()["unfinished"]
    return tuple(phrases["ends"]), tuple(phrases["words"]), frozenset(map(heard.bare, phrases["openings"]))


def _answered_or_held(ear: _Ear, talk: Talk, message: Message, pieces: tuple[str, ...]) -> Turn:
    """`pieces` are the texts the message was joined of; none for a message by itself."""
    text = heard.clean(message.text)
    pieces = pieces or ((text,) if text else ())
    may_hold = (
        message.kind not in (BUTTON, EVENT, UNKNOWN, LOCATION) and not heard.command(text) and not _must_answer(text)
    )
    media = tuple(item.id for item in message.media if item.id) if message.kind != VOICE else ()
    may_hold = may_hold and bool(pieces or media)
    if may_hold and len(pieces) < MOST_PIECES and len(text) < LONGEST_WAITING and is_unfinished(text):
        return _held(talk, ear.here, pieces, media)
    result = ear.turn(talk, message)
    if may_hold and ear.here.pause and len(pieces) < MOST_PIECES and _is_piece(talk, result, text, media):
        return _held(talk, ear.here, pieces, media)
    return result


def _is_piece(talk: Talk, result: Turn, text: str, media: tuple[str, ...]) -> bool:
    """Whether an answer would come too early: a bare picture, a beginning that says nothing, a story that goes on."""
    if media and not text and talk.stage in DRAFTING | {IDLE}:
        return True
    asks = bool(result.replies) and result.replies[-1].message == "clarify" and result.talk.stage != REDIRECTED
    beginning = asks and len(text) <= LONGEST_BEGINNING and not text.rstrip().endswith(("?", "？", "!", "！", "。"))
    return beginning or result.talk.rounds > talk.rounds


def _held(talk: Talk, here: Here, pieces: tuple[str, ...], media: tuple[str, ...]) -> Turn:
    kept = replace(talk, pending=pieces, pending_media=media, last_at=here.now)
    if here.pause is None:
        return Turn(replace(kept, quiet_until=here.now), (Reply(here.words("pause.go_on")),))
    until = here.now + here.pause
    return Turn(replace(kept, quiet_until=until), acts=(Wait(until),))


def _one_after_the_other(ear: _Ear, talk: Talk, message: Message) -> Turn:
    """What hung first, then the message. A yes that was said to the card before the last piece files nothing."""
    first = ear.turn(_let_go(talk), _left_hanging(talk, ear.here))
    if heard.command(message.text) == "confirm" or message.data.startswith("confirm:"):
        return first
    second = _answered_or_held(ear, first.talk, message, ())
    return Turn(second.talk, second.replies, (*first.acts, *second.acts))


def _aside(result: Turn, message: Message, here: Here) -> Turn:
    """An answer in between; "等一下" stops the waiting until the next word."""
    if heard.command(message.text) != "wait":
        return result
    return replace(result, talk=replace(result.talk, quiet_until=None))


def _is_aside(message: Message) -> bool:
    danger = bool(danger_in(message.text)) or is_cry_for_help(message.text)
    return message.kind == EVENT or heard.command(message.text) in ASIDES or danger


def _must_answer(text: str) -> bool:
    return bool(danger_in(text)) or is_cry_for_help(text) or bool(heard.case_numbers(text))


def _waiting(talk: Talk) -> bool:
    return bool(talk.pending or talk.pending_media)


def _is_forgotten(talk: Talk, here: Here) -> bool:
    return talk.last_at is not None and here.now - talk.last_at > FORGOTTEN


def _let_go(talk: Talk) -> Talk:
    return replace(talk, pending=(), pending_media=(), quiet_until=None)


def _left_hanging(talk: Talk, here: Here) -> Message:
    blank = Message(here.channel, "", "", TEXT, here.now)
    return _joined(blank, talk.pending, talk.pending_media)


def _joined(message: Message, pieces: tuple[str, ...], media: tuple[str, ...]) -> Message:
    """The message as if it had been said in one; a piece that is voice has become its words."""
    kept = tuple(Media("image", id) for id in media) + (message.media if message.kind != VOICE else ())
    kind = TEXT if pieces and message.kind not in (BUTTON, EVENT) else message.kind
    if not pieces and kept:
        kind = "image"
    return replace(message, kind=kind, text="\n".join(pieces), media=kept)

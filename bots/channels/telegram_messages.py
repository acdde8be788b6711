"""What the Bot API sends, as our `Message`.

An update that says nothing to us (an edit, a channel's post, another bot, an old sticker pack) reads as None: handled,
nothing to do. Some are None on purpose: an edited message must not act a second time, and neither a forwarded one nor
one in an anonymous administrator's name may act in a group, where what is said is an officer's word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import telegram

from bots import heard
from bots.message import BUTTON, EVENT, FILE, IMAGE, LOCATION, TEXT, UNKNOWN, VIDEO, VOICE, Media, Message

GROUPS = ("group", "supergroup")
MEMBERS = ("member", "administrator", "creator", "restricted")


@dataclass(frozen=True)
class Word(Message):
    """A Telegram message. `callback` is the press that waits to be acknowledged, `moved_to` a group's new id."""

    callback: str = ""
    moved_to: str = ""


def read_update(raw: Mapping[str, Any], now: datetime, me: str = "") -> Word | None:
    """The message in one raw update, or None. Raises whatever PTB raises at one it cannot parse.

    `me` is the bot's own name, left out of what was said to it in a group.
    """
    update = telegram.Update.de_json(dict(raw), None)
    about = {"channel": "telegram", "id": str(update.update_id), "at": now}
    if update.callback_query:
        return _press(update.callback_query, about)
    if update.my_chat_member:
        return _membership(update.my_chat_member, about)
    if update.message:
        return _said(update.message, about, me)
    return None


def message_id(chat: object, message: object) -> str:
    """How a message is called outside its chat: Telegram counts the messages of each chat from one."""
    return f"{chat}:{message}"


def _press(query: telegram.CallbackQuery, about: dict[str, Any]) -> Word | None:
    """A pressed button. One under a message too old to be shown has no chat to answer in."""
    if not query.message or not query.data:
        return None
    chat = query.message.chat
    return Word(
        **about,
        sender=str(query.from_user.id),
        sender_name=_whole(query.from_user.full_name),
        kind=BUTTON,
        data=_whole(query.data),
        chat=_group(chat),
        quotes=message_id(chat.id, query.message.message_id),
        callback=query.id,
    )


def _membership(change: telegram.ChatMemberUpdated, about: dict[str, Any]) -> Word:
    """In private `subscribe`/`unsubscribe` (started or blocked the bot); in a group `joined`/`left`."""
    there = change.new_chat_member.status in MEMBERS
    group = _group(change.chat)
    data = ("joined" if there else "left") if group else ("subscribe" if there else "unsubscribe")
    by = change.from_user
    return Word(**about, sender=str(by.id), sender_name=_whole(by.full_name), kind=EVENT, data=data, chat=group)


def _said(message: telegram.Message, about: dict[str, Any], me: str) -> Word | None:
    group = _group(message.chat)
    if message.migrate_to_chat_id:
        new = str(message.migrate_to_chat_id)
        return Word(**about, sender="", kind=EVENT, data="moved", chat=group, moved_to=new)
    if message.from_user is None or message.from_user.is_bot or message.chat.type == "channel":
        return None
    if group and message.forward_origin:
        # Nobody's word here; but a forwarded card is answered, so that nobody waits for it to work.
        text = _whole(message.text or message.caption or "")
        if not heard.case_numbers(text):
            return None
        return Word(**about, sender=str(message.from_user.id), kind=EVENT, data="forwarded", text=text, chat=group)
    if group and message.sender_chat:
        return None
    shape = _shape(message, me)
    if shape is None:
        return None
    quoted = message.reply_to_message
    return Word(
        **about,
        **shape,
        sender=str(message.from_user.id),
        sender_name=_whole(message.from_user.full_name),
        chat=group,
        quotes=message_id(message.chat.id, quoted.message_id) if quoted else "",
    )


def _shape(message: telegram.Message, me: str) -> dict[str, Any] | None:
    """Kind, text, data and media; None for what a group says of itself (somebody joined, a new title)."""
    if message.text:
        return _text(_without_name(_whole(message.text), me))
    media = _media(message)
    if media:
        return {"kind": media.kind, "text": _whole(message.caption or ""), "media": (media,)}
    place = message.venue.location if message.venue else message.location
    if place:
        label = f"{message.venue.title} {message.venue.address}" if message.venue else ""
        return {"kind": LOCATION, "text": label, "data": f"{place.latitude},{place.longitude}"}
    return {"kind": UNKNOWN} if message.effective_attachment else None


def _text(text: str) -> dict[str, Any]:
    """A text; `/start` is how Telegram says that somebody opened the talk, by a link of ours or not."""
    start = re.fullmatch(r"/start(?:\s+(\S+))?", text)
    if start:
        return {"kind": EVENT, "data": f"scan:{start[1]}" if start[1] else "subscribe", "text": text}
    return {"kind": TEXT, "text": text}


def _whole(text: str) -> str:
    """The text with half characters (a lone surrogate, which JSON can write and no database keeps) made visible."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_name(text: str, me: str) -> str:
    if not me:
        return text
    return re.sub(rf"@{re.escape(me)}\b", "", text, flags=re.IGNORECASE).strip() or text


def _media(message: telegram.Message) -> Media | None:
    if message.photo:
        return Media(IMAGE, max(message.photo, key=lambda size: size.width * size.height).file_id)
    if message.voice or message.audio:
        sound = message.voice or message.audio
        assert sound
        return Media(VOICE, sound.file_id, getattr(sound, "file_name", None) or "")
    film = message.video or message.video_note
    if film:
        return Media(VIDEO, film.file_id, getattr(film, "file_name", None) or "")
    if message.document:
        return Media(FILE, message.document.file_id, message.document.file_name or "")
    return None


def _group(chat: telegram.Chat) -> str:
    return str(chat.id) if chat.type in GROUPS else ""

"""What WeCom lets us send of our own accord, and what its refusals mean.

A chat is `user:MEMBER` (the app's private chat: text, cards with buttons, cards renewed), `chat:ID` (a group the app
made: text only) or `hook:KEY` (a group's push robot: text only). An answer with errcode 0 that names the member among
the invalid ones did not arrive. More than the platform's own limits is dropped there without an error, so the courier's
budget stays below them; "accepted" is not "seen".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from bots.channels.sending import Later, Never, Outcome, Sent, split
from bots.channels.wechat_client import ApiError
from bots.channels.wecom_cards import as_card, as_text, beyond, choice_card, notice_card
from bots.channels.wecom_client import WeComClient
from bots.message import Reply

MAX_BYTES = 2048
MINUTE, HOUR = 60.0, 3600.0
# Refusals by their code: what they are called, and how long to wait; None where this way will not work at all.
REFUSALS: Mapping[int, tuple[str, float | None]] = {
    -1: ("busy", 5.0),
    0: ("unreachable", 0.0),
    40001: ("token refused", MINUTE),
    40014: ("token refused", MINUTE),
    42001: ("token expired", MINUTE),
    40050: ("no such group", None),
    40056: ("no such app", None),
    40058: ("a field refused", None),
    45002: ("text too long", None),
    45009: ("called too often", MINUTE),
    45033: ("too many calls at once", 1.0),
    48002: ("app may not call this", None),
    60011: ("app may not reach this member", None),
    60020: ("this server's address is not trusted", HOUR),
    81013: ("no such member", None),
    86001: ("no such group", None),
    86003: ("group not made by this app", None),
    93000: ("no such push robot", None),
}
GONE = frozenset({60011, 81013})


class WeComSender:
    """Sends by one app."""

    def __init__(self, client: WeComClient, link: str = "") -> None:
        self._client = client
        self._link = link
        self._sent_of: dict[str, int] = {}

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        """To a member with buttons, to a group as words. `edit` is a card's response code: good once, for 72 hours."""
        kind, _, id = to.partition(":")
        if kind == "user":
            return self._to_member(id, reply, key, edit)
        if kind not in ("chat", "hook"):
            return Never("wecom: no such way")
        bodies = [_text(piece) for piece in split(as_text(reply), MAX_BYTES, "bytes")]
        if kind == "chat":
            return self._all(key, [("appchat/send", {"chatid": id, **body}) for body in bodies])
        return self._all(key, [(id, body) for body in bodies], hook=True)

    def fetch(self, media_id: str) -> bytes:
        """A file somebody sent. Raises ApiError."""
        return self._client.download(media_id)

    def make_group(self, name: str, members: list[str]) -> str:
        """A new group of the app's with these members; its id. Raises ApiError."""
        body = {"name": name[:50], "userlist": members, "owner": members[0]}
        return str(self._client.call("appchat/create", body)["chatid"])

    def _to_member(self, member: str, reply: Reply, key: str, edit: str) -> Outcome:
        task = secrets.token_hex(12)
        card = as_card(reply, task) if reply.buttons else None
        if edit:
            renewed = self._renew(member, card or notice_card(reply, task, self._link), edit)
            if renewed:
                return renewed
        calls = []
        if card is None:
            words = "\n".join(part for part in (reply.text.strip(), beyond(reply)) if part)
            calls = [_text(piece) for piece in split(words, MAX_BYTES, "bytes")]
            card = choice_card(reply, task) if reply.buttons else None
        calls += [{"msgtype": "template_card", "template_card": card}] if card else []
        about = {"touser": member, "agentid": self._client.agent_id}
        return self._all(key, [("message/send", {**about, **call}) for call in calls])

    def _renew(self, member: str, card: Mapping[str, Any] | None, code: str) -> Outcome | None:
        """The pressed or sent card shows the new state; None when it cannot be renewed: then a new one is sent."""
        if card is None:
            return None
        about = {"userids": [member], "agentid": self._client.agent_id, "response_code": code}
        outcome, _ = self._call("message/update_template_card", {**about, "template_card": card})
        return None if isinstance(outcome, Never) else outcome

    def _all(self, key: str, calls: list[tuple[str, Mapping[str, Any]]], hook: bool = False) -> Outcome:
        """One call after the other; tried again it goes on where it stopped. The last card's code names the message."""
        if not calls:
            return Never("wecom: nothing to say")
        code = ""
        for number in range(self._sent_of.get(key, 0), len(calls)):
            where, body = calls[number]
            outcome, code = self._pushed(where, body) if hook else self._call(where, body)
            if not isinstance(outcome, Sent):
                self._sent_of[key] = number
                return outcome
        self._sent_of.pop(key, None)
        return Sent(code)

    def _call(self, path: str, body: Mapping[str, Any]) -> tuple[Outcome, str]:
        try:
            answer = self._client.call(path, body)
        except ApiError as error:
            return _refusal(error.code), ""
        missed = answer.get("invaliduser") or answer.get("unlicenseduser")
        if missed:
            return Never("wecom: accepted, but the member is not to be reached", "blocked"), ""
        return Sent(), str(answer.get("response_code") or "")

    def _pushed(self, key: str, body: Mapping[str, Any]) -> tuple[Outcome, str]:
        try:
            self._client.push(key, body)
        except ApiError as error:
            return _refusal(error.code), ""
        return Sent(), ""


class WeComAnswers:
    """What the bot could not say in its answer: one message to the answer address of that push, within the hour.

    The chat is the push's id; its address, a key in itself, is kept sealed under it."""

    def __init__(self, client: WeComClient, address_of: Callable[[str], str | None]) -> None:
        self._client = client
        self._address_of = address_of

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        address = self._address_of(to)
        if not address:
            return Never("wecom: the answer address has run out")
        card = as_card(reply, secrets.token_hex(12)) if reply.buttons else None
        said = {"msgtype": "markdown", "markdown": {"content": as_text(reply)}}
        try:
            self._client.push(address, {"msgtype": "template_card", "template_card": card} if card else said)
        except ApiError as error:
            return _refusal(error.code)
        return Sent()


def _text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content}}


def _refusal(code: int) -> Later | Never:
    """A code we do not know is taken for passing: the courier's patience ends it."""
    why, seconds = REFUSALS.get(code, ("refused", 0.0))
    if seconds is None:
        return Never(f"wecom {code}: {why}", "blocked" if code in GONE else "refused")
    return Later(seconds, f"wecom {code}: {why}")

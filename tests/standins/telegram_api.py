"""The Bot API in small, as strict as the real one where it matters to us.

Refused as the platform refuses it: an unknown token (401), button data over 64 bytes, texts over 4096 or empty, an
edit that changes nothing or has no message, a press answered twice or unknown, a chat the bot never met, a blocked bot
(403), a group that became a supergroup (400 with its new id), updates asked for while a webhook is set (409).

`python -m tests.standins.telegram_api PORT` runs it alone; then `/plan`, `/updates` and `/delivered` steer it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.standins.serving import Faults, serve_here

TOKEN = "123456:standin-token-AAAAAAAAAAAAAAAAAAAAAAAAA"
ME = {"id": 123456, "is_bot": True, "first_name": "回应", "username": "huiying_bot"}
DATE = 1767225600


class TelegramApi:
    """One bot's side of the platform. `delivered` is what people see: sends and edits in order."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.faults = Faults()
        self.delivered: list[dict[str, Any]] = []
        self.acknowledged: list[str] = []
        self.calls: list[str] = []
        self.messages: dict[tuple[str, int], dict[str, Any]] = {}
        self.chats: dict[str, str] = {}
        self.blocked: set[str] = set()
        self.migrated: dict[str, int] = {}
        self.files: dict[str, bytes] = {}
        self.webhook = ""
        self._updates: list[dict[str, Any]] = []
        self._ids = itertools.count(1)
        self._update_ids = itertools.count(1000)
        self._presses: set[str] = set()
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._file),
                Route("/plan", self.faults.control, methods=["POST"]),
                Route("/updates", self._push, methods=["POST"]),
                Route("/delivered", self._told),
            ]
        )

    # What people do.

    def say(self, text: str = "", sender: int = 42, chat: int | None = None, **more: Any) -> dict[str, Any]:
        """Somebody writes to the bot, or into a group it is in."""
        where = chat or sender
        kind = "supergroup" if where < 0 else "private"
        self.chats.setdefault(str(where), kind)
        message = {
            "message_id": next(self._ids),
            "date": DATE,
            "chat": {"id": where, "type": kind, "title": "群"} if where < 0 else {"id": where, "type": kind},
            "from": {"id": sender, "is_bot": False, "first_name": "张三丰"},
            **({"text": text} if text else {}),
            **more,
        }
        return self.push({"message": message})

    def press(self, message_id: int, data: str, sender: int = 42, chat: int | None = None) -> dict[str, Any]:
        """Somebody taps a button under a message of the bot's."""
        where = chat or sender
        press = f"press-{next(self._ids)}"
        self._presses.add(press)
        under = {"message_id": message_id, "date": DATE, "chat": {"id": where, "type": self.chats[str(where)]}}
        by = {"id": sender, "is_bot": False, "first_name": "张三丰"}
        return self.push(
            {"callback_query": {"id": press, "from": by, "message": under, "chat_instance": "1", "data": data}}
        )

    def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Any update at all; given its number."""
        update = {"update_id": next(self._update_ids), **update}
        self._updates.append(update)
        return update

    @property
    def texts(self) -> list[str]:
        return [item["text"] for item in self.delivered]

    @property
    def waiting(self) -> int:
        """How many updates were not acknowledged yet."""
        return len(self._updates)

    # What the bot asks.

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        self.calls.append(method)
        if request.path_params["token"] != self.token:
            return _no(401, "Unauthorized")
        planned = self.faults.next(method)
        if planned:
            return planned
        return await self.answer(method, await _fields(request))

    async def answer(self, method: str, fields: dict[str, Any]) -> Response:
        """What the platform says to one call."""
        handler = getattr(self, f"_do_{method}", None)
        return await handler(fields) if handler else _no(404, "Not Found")

    async def _do_getMe(self, fields: dict[str, Any]) -> Response:
        return _yes(ME)

    async def _do_setWebhook(self, fields: dict[str, Any]) -> Response:
        self.webhook = str(fields.get("url", ""))
        return _yes(True)

    async def _do_deleteWebhook(self, fields: dict[str, Any]) -> Response:
        self.webhook = ""
        return _yes(True)

    async def _do_getUpdates(self, fields: dict[str, Any]) -> Response:
        if self.webhook:
            return _no(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, timeout = int(fields.get("offset", 0)), float(fields.get("timeout", 0))
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        ends = asyncio.get_running_loop().time() + timeout
        while not self._updates and asyncio.get_running_loop().time() < ends:
            await asyncio.sleep(0.02)
        return _yes(self._updates[: int(fields.get("limit", 100))])

    async def _do_sendMessage(self, fields: dict[str, Any]) -> Response:
        chat = str(fields.get("chat_id", ""))
        wrong = self._wrong_chat(chat) or _wrong_text(fields)
        if wrong:
            return wrong
        message = self._message(chat, next(self._ids), fields)
        self.delivered.append({"what": "send", "chat": chat, **_seen(message)})
        return _yes(message)

    async def _do_editMessageText(self, fields: dict[str, Any]) -> Response:
        chat, number = str(fields.get("chat_id", "")), int(fields.get("message_id", 0))
        before = self.messages.get((chat, number))
        wrong = self._wrong_chat(chat) or _wrong_text(fields)
        if wrong:
            return wrong
        if before is None:
            return _no(400, "Bad Request: message to edit not found")
        if (before["text"], before.get("reply_markup")) == (fields["text"], fields.get("reply_markup")):
            return _no(400, "Bad Request: message is not modified: specified new message content is the same")
        message = self._message(chat, number, fields)
        self.delivered.append({"what": "edit", "chat": chat, **_seen(message)})
        return _yes(message)

    async def _do_answerCallbackQuery(self, fields: dict[str, Any]) -> Response:
        press = str(fields.get("callback_query_id", ""))
        if press not in self._presses:
            return _no(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._presses.discard(press)
        self.acknowledged.append(press)
        return _yes(True)

    async def _do_getFile(self, fields: dict[str, Any]) -> Response:
        file = str(fields.get("file_id", ""))
        if file not in self.files:
            return _no(400, "Bad Request: invalid file_id")
        size = len(self.files[file])
        return _yes({"file_id": file, "file_unique_id": f"u{file}", "file_size": size, "file_path": f"files/{file}"})

    async def _file(self, request: Request) -> Response:
        body = self.files.get(request.path_params["path"].removeprefix("files/"))
        if request.path_params["token"] != self.token or body is None:
            return _no(404, "Not Found")
        return Response(body)

    def _wrong_chat(self, chat: str) -> Response | None:
        if chat in self.migrated:
            moved = {"migrate_to_chat_id": self.migrated[chat]}
            return _no(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
        if chat in self.blocked:
            return _no(403, "Forbidden: bot was blocked by the user")
        return None if chat in self.chats else _no(400, "Bad Request: chat not found")

    def _message(self, chat: str, number: int, fields: dict[str, Any]) -> dict[str, Any]:
        message = {
            "message_id": number,
            "date": DATE,
            "chat": {"id": int(chat), "type": self.chats[chat], **({"title": "群"} if chat.startswith("-") else {})},
            "from": ME,
            "text": fields["text"],
            **({"reply_markup": fields["reply_markup"]} if fields.get("reply_markup") else {}),
        }
        self.messages[chat, number] = message
        return message

    async def _push(self, request: Request) -> Response:
        return JSONResponse(self.push(json.loads(await request.body())))

    async def _told(self, request: Request) -> Response:
        return JSONResponse(self.delivered)


async def _fields(request: Request) -> dict[str, Any]:
    body = (await request.body()).decode()
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(json.loads(body or "{}"))
    fields: dict[str, Any] = dict(parse_qsl(body, keep_blank_values=True)) | dict(request.query_params)
    if "reply_markup" in fields:
        fields["reply_markup"] = json.loads(fields["reply_markup"])
    return fields


def _wrong_text(fields: dict[str, Any]) -> Response | None:
    text = str(fields.get("text", ""))
    if not text.strip():
        return _no(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > 4096:
        return _no(400, "Bad Request: message is too long")
    for button in (button for row in (fields.get("reply_markup") or {}).get("inline_keyboard", []) for button in row):
        if "url" not in button and not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            return _no(400, "Bad Request: BUTTON_DATA_INVALID")
    return None


def _seen(message: dict[str, Any]) -> dict[str, Any]:
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [(button["text"], button.get("callback_data", "")) for row in keyboard for button in row]
    return {"id": message["message_id"], "text": message["text"], "buttons": buttons}


def _yes(result: Any) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _no(code: int, why: str, parameters: dict[str, Any] | None = None) -> Response:
    more = {"parameters": parameters} if parameters else {}
    return JSONResponse({"ok": False, "error_code": code, "description": why, **more}, code)


if __name__ == "__main__":
    serve_here(TelegramApi().app)

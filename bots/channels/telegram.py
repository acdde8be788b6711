"""The Telegram bot: what it may ask of the Bot API, each call made once and answered in one of the courier's words.

python-telegram-bot is asynchronous and the rest of the house is not, so the bot has an event loop of its own in one
background thread, and every method here hands it one call and waits, never longer than the timeouts allow. Used from
PTB are its objects, its requests and its errors; not its updater (one bad update makes it ask again without a pause,
for ever) and not its rate limiter (22.8 lets requests through within a 429 halt): inbox and courier do both.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any, TypeVar

import telegram
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bots.channels.sending import Later, Moved, Never, Outcome, Sent, split
from bots.channels.telegram_messages import Word, message_id, read_update
from bots.message import Button, Reply
from bots.setting_groups import TelegramSettings

log = logging.getLogger(__name__)

# PTB will soon give times as timedelta only, and warns until one says that one knows.
os.environ.setdefault("PTB_TIMEDELTA", "1")

MAX_TEXT, MAX_DATA, MAX_FILE = 4096, 64, 20 * 1024 * 1024
TIMEOUT = 10.0
# How long the platform may hold a request for updates that have not come yet.
WAIT = 25
# What PTB does to reach the platform may take several timeouts (connecting, writing, reading); then nobody waits on.
GRACE = 35.0
T = TypeVar("T")


class Telegram:
    """One bot."""

    def __init__(self, settings: TelegramSettings, timeout: float = TIMEOUT) -> None:
        quiet()
        base = settings.api_url.rstrip("/").removesuffix("/bot")
        self._requests = (_requests(8, timeout, timeout), _requests(1, timeout, WAIT + timeout))
        self._bot = telegram.Bot(
            settings.bot_token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self.webhook_secret = settings.webhook_secret
        self._name = ""
        # Whether the platform lets it hear everything in a group; None until it was asked.
        self.hears_all: bool | None = None
        self._sent_of: dict[str, tuple[int, str]] = {}
        self._asking: Future[list[Any]] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give back sockets and thread. Calls under way fail."""
        self._wait(self._let_go())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _let_go(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for requests in self._requests:
            await requests.shutdown()
        # Transports close in the loop's next round; without it their sockets are found open.
        await asyncio.sleep(0)

    def learn_name(self) -> str:
        """The bot's own name, asked for once. Raises TelegramError."""
        if not self._name:
            me = self._wait(self._bot.get_me())
            self._name, self.hears_all = me.username or "", me.can_read_all_group_messages
        return self._name

    def read(self, update: Mapping[str, Any], now: datetime) -> Word | None:
        """The message in a raw update (see `read_update`)."""
        return read_update(update, now, self._name)

    def updates(self, offset: int, wait: int = WAIT) -> list[dict[str, Any]]:
        """Raw updates from `offset` on; asking so acknowledges all before it. Raises TelegramError."""
        asked = {"offset": offset, "timeout": wait, "allowed_updates": ["message", "callback_query", "my_chat_member"]}
        self._asking = asyncio.run_coroutine_threadsafe(self._raw_updates(asked), self._loop)
        try:
            found = self._asking.result(GRACE + wait)
        finally:
            self._asking.cancel()
        return [update for update in found if isinstance(update, dict)]

    def hush(self) -> None:
        """Break off the asking for updates, so that nobody has to wait for its end. Whoever asked gets an error."""
        if self._asking:
            self._asking.cancel()

    async def _raw_updates(self, asked: dict[str, Any]) -> list[Any]:
        # The bot's own get_updates parses them all and loses them all at the first bad one.
        fields = RequestData([RequestParameter.from_input(name, value) for name, value in asked.items()])
        found = await self._requests[1].post(f"{self._bot.base_url}/getUpdates", fields)
        return list(found) if isinstance(found, list) else []

    def set_webhook(self, url: str) -> None:
        """Have updates sent there with our secret in their header. Raises TelegramError."""
        self._wait(self._bot.set_webhook(url, secret_token=self.webhook_secret))

    def delete_webhook(self) -> None:
        """Let updates be asked for again. Raises TelegramError."""
        self._wait(self._bot.delete_webhook())

    def send(self, to: str, reply: Reply, key: str, edit: str = "") -> Outcome:
        """A reply with its buttons. A text of several pieces goes on where it stopped if it is tried again."""
        pieces = split(reply.text, MAX_TEXT, "utf16")
        if not pieces:
            return Never("telegram: nothing to say")
        return self._outcome(lambda: self._deliver(to, pieces, _keyboard(reply), key, edit))

    async def _deliver(
        self, to: str, pieces: list[str], keyboard: telegram.InlineKeyboardMarkup | None, key: str, edit: str
    ) -> Outcome:
        if edit and len(pieces) == 1:
            renewed = await self._edit(to, edit, pieces[0], keyboard)
            if renewed:
                return renewed
        start, last = self._sent_of.get(key, (0, ""))
        for number in range(start, len(pieces)):
            under = keyboard if number == len(pieces) - 1 else None
            sent = await self._bot.send_message(to, pieces[number], reply_markup=under)
            last = message_id(sent.chat.id, sent.message_id)
            self._sent_of[key] = (number + 1, last)
        self._sent_of.pop(key, None)
        return Sent(last)

    async def _edit(self, to: str, card: str, text: str, keyboard: telegram.InlineKeyboardMarkup | None) -> Sent | None:
        """The card renewed; None when it cannot be (deleted, too old): then it is sent anew."""
        chat, _, message = card.rpartition(":")
        if chat != to or not message.isdigit():
            return None
        try:
            await self._bot.edit_message_text(text, chat_id=to, message_id=int(message), reply_markup=keyboard)
        except BadRequest as error:
            return Sent(card) if "not modified" in str(error).lower() else None
        return Sent(card)

    def acknowledge(self, callback: str, text: str = "") -> Outcome:
        """Tell the platform that a press was seen; until then the button turns. Late or twice does no harm."""

        async def tell() -> Outcome:
            await self._bot.answer_callback_query(callback, text=text[:200] or None)
            return Sent()

        return self._outcome(tell)

    def fetch(self, file_id: str) -> bytes:
        """A file somebody sent. Raises TelegramError; never a line with its address, which holds the token."""

        async def get() -> bytes:
            file = await self._bot.get_file(file_id)
            if (file.file_size or 0) > MAX_FILE:
                raise BadRequest("the file is larger than the platform gives out")
            return bytes(await file.download_as_bytearray())

        return self._wait(get())

    def _outcome(self, call: Callable[[], Awaitable[Outcome]]) -> Outcome:
        async def attempt() -> Outcome:
            try:
                return await call()
            except TelegramError as error:
                return _refusal(error)

        return self._wait(attempt())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of one call on the bot's loop."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(GRACE)
        except TimeoutError:
            future.cancel()
            raise TimedOut from None


def _requests(connections: int, timeout: float, read: float) -> HTTPXRequest:
    return HTTPXRequest(
        connections, read_timeout=read, write_timeout=timeout, connect_timeout=timeout, pool_timeout=timeout
    )


def quiet() -> None:
    """httpx logs every address at INFO, and Telegram's addresses hold the token."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _keyboard(reply: Reply) -> telegram.InlineKeyboardMarkup | None:
    rows = [[made for button in row if (made := _button(button))] for row in reply.buttons]
    return telegram.InlineKeyboardMarkup([row for row in rows if row]) if any(rows) else None


def _button(button: Button) -> telegram.InlineKeyboardButton | None:
    """One that the platform would refuse is left out: it would take the whole message with it."""
    if button.url:
        return telegram.InlineKeyboardButton(button.label, url=button.url)
    if not 1 <= len(button.data.encode()) <= MAX_DATA:
        log.error("telegram: left out a button of step %s: its data is not 1 to 64 bytes", button.data.split(":")[0])
        return None
    return telegram.InlineKeyboardButton(button.label, callback_data=button.data)


def _refusal(error: TelegramError) -> Outcome:
    """The platform's refusals as the courier's words. What arrived before a timeout comes twice."""
    if isinstance(error, RetryAfter):
        pause = error.retry_after
        return Later(pause.total_seconds() if isinstance(pause, timedelta) else float(pause), "telegram: 429")
    if isinstance(error, ChatMigrated):
        return Moved(str(error.new_chat_id))
    if isinstance(error, Forbidden):
        return Never("telegram: 403, blocked or not a member", "blocked")
    if isinstance(error, BadRequest):
        return Never(f"telegram: 400, {_known(str(error))}")
    if isinstance(error, InvalidToken):
        return Later(600, "telegram: 401, token refused")
    return Later(0, f"telegram: {type(error).__name__}")


def _known(text: str) -> str:
    """The platform's reason if it is one of its fixed sentences; others might repeat what was sent."""
    known = ("chat not found", "message is too long", "button_data_invalid", "query is too old", "not enough rights")
    return next((reason for reason in known if reason in text.lower()), "refused")

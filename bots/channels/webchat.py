"""The citizens' web chat: `/chat` and what its page calls.

A message is taken in one transaction: the visitor's line, what the reception does with it, its replies as lines, and
the mark that this message was handled. The page sends what got no answer again under the same id; the second time it
finds the mark and changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bots.channels.attached import stored_media
from bots.channels.incoming import BadInput, Incoming, read_incoming
from bots.channels.lines import CITIZEN, Pages, View
from bots.channels.taking import Writer, take_in
from bots.channels.visitor import Visitor, Visitors
from bots.gate import Buckets
from bots.given import Line, Office
from bots.live import SIGN_OF_LIFE, STREAM_HEADERS, Live, event, lines_after

CHANNEL = "web"
SHOWN_AT_FIRST = 200
ELDER = "elder"
# A person writes a message every few seconds at most; a hall's whole network may stand behind one address.
PER_VISITOR, PER_ADDRESS = (20, 0.5), (400, 20.0)
STREAMS_A_VISITOR = 6
# How long the liking for large type is remembered.
LIKING = 400 * 24 * 3600


class WebChat:
    """The routes of the citizens' chat."""

    def __init__(self, office: Office, pages: Pages, live: Live) -> None:
        self._office = office
        self._pages = pages
        self._live = live
        self._visitors = Visitors(office.signer, office.settings)
        self._visitor_buckets = Buckets(*PER_VISITOR)
        self._address_buckets = Buckets(*PER_ADDRESS)
        self._streams: dict[str, int] = {}

    def routes(self) -> list[Route]:
        return [
            Route("/chat", self.page),
            Route("/chat/messages", self.messages, methods=["POST"]),
            Route("/chat/lines", self.lines),
            Route("/chat/events", self.events),
            Route("/chat/session", self.session, methods=["POST"]),
            Route("/chat/leave", self.leave, methods=["POST"]),
            Route("/chat/media/{id}", self.media),
        ]

    async def page(self, request: Request) -> Response:
        """The chat with all that was said."""
        visitor = self._visitors.of(request)
        elder = request.query_params.get(ELDER, request.cookies.get(ELDER, "0")) == "1"
        room, lines = await run_in_threadpool(self._said, visitor, None)
        response = HTMLResponse(self._chat(room, lines, elder, request.query_params.get("refused", "")))
        if not visitor.known:
            self._visitors.remember(response, visitor)
        if ELDER in request.query_params:
            response.set_cookie(ELDER, "1" if elder else "0", path="/chat", samesite="lax", max_age=LIKING)
        return response

    async def messages(self, request: Request) -> Response:
        """Take one message. A script gets the new lines; a page without scripts is shown again."""
        visitor = self._visitors.of(request)
        try:
            self._pace(request, visitor)
            incoming = await read_incoming(request)
            elder = request.cookies.get(ELDER, "0") == "1"
            room = await run_in_threadpool(self._take, visitor, incoming, elder)
        except BadInput as error:
            return self._refusal(request, error)
        self._live.nudge()
        if not incoming.scripted:
            response: Response = RedirectResponse("/chat#end", 303)
        else:
            lines = await run_in_threadpool(lines_after, self._office.store, room, incoming.after)
            response = JSONResponse({"lines": self._told(room, lines)})
        if not visitor.known:
            self._visitors.remember(response, visitor)
        return response

    async def lines(self, request: Request) -> Response:
        """The lines after `after`: for the page that has no live stream."""
        visitor = self._visitors.of(request)
        if not visitor.known:
            return JSONResponse({"error": "no session"}, 401)
        room, lines = await run_in_threadpool(self._said, visitor, _number(request.query_params.get("after")))
        return JSONResponse({"lines": self._told(room, lines)})

    async def events(self, request: Request) -> Response:
        """New lines as they come."""
        visitor = self._visitors.of(request)
        if not visitor.known:
            return JSONResponse({"error": "no session"}, 401)
        if self._streams.get(visitor.id, 0) >= STREAMS_A_VISITOR:
            return JSONResponse({"error": "too many streams"}, 429, {"retry-after": "30"})
        room = await run_in_threadpool(self._room, visitor)
        if not room:
            return JSONResponse({"error": "nothing said yet"}, 404)
        after = _number(request.headers.get("last-event-id") or request.query_params.get("after"))
        return StreamingResponse(
            self._stream(visitor, room, after), media_type="text/event-stream", headers=STREAM_HEADERS
        )

    async def session(self, request: Request) -> Response:
        """A mark for a page whose browser keeps no cookie."""
        visitor = self._visitors.of(request)
        if visitor.known:
            return JSONResponse({"kept": True})
        return JSONResponse({"kept": False, "session": self._visitors.mark(visitor)})

    async def leave(self, request: Request) -> Response:
        """Forget this browser: for shared and public devices. The cases stay; their numbers still find them."""
        response = RedirectResponse("/chat", 303)
        self._visitors.forget(response)
        return response

    async def media(self, request: Request) -> Response:
        """A file of the visitor's own room."""
        room = await run_in_threadpool(self._room, self._visitors.of(request))
        seal = request.query_params.get("seal", "")
        return await run_in_threadpool(stored_media, self._office, room, request.path_params["id"], seal)

    def _pace(self, request: Request, visitor: Visitor) -> None:
        address = request.client.host if request.client else ""
        wait = self._address_buckets.wait(address)
        if not wait and visitor.known:
            wait = self._visitor_buckets.wait(visitor.id)
        if wait:
            raise BadInput("too_fast", 429)

    def _take(self, visitor: Visitor, incoming: Incoming, elder: bool) -> str:
        def room_of(unit: Any, now: datetime) -> str:
            room: str = unit.contact(CHANNEL, visitor.id, "", now).handle
            return room

        writer = Writer(CHANNEL, visitor.id, CITIZEN, plain=elder)
        return take_in(self._office, writer, incoming, room_of, self._pages.words("refused.failed"))

    def _room(self, visitor: Visitor) -> str:
        """The visitor's room; "" before the first message."""
        contact = (
            self._office.store.read(lambda unit: unit.contact_known(CHANNEL, visitor.id)) if visitor.known else None
        )
        return contact.handle if contact else ""

    def _said(self, visitor: Visitor, after: int | None) -> tuple[str, list[Line]]:
        """The visitor's room and its lines after that one; without it, the last ones."""
        room = self._room(visitor)
        if not room:
            return "", []
        if after is None:
            return room, list(self._office.store.read(lambda unit: unit.last_lines(room, SHOWN_AT_FIRST)))
        return room, lines_after(self._office.store, room, after)

    async def _stream(self, visitor: Visitor, room: str, after: int) -> AsyncIterator[bytes]:
        self._streams[visitor.id] = self._streams.get(visitor.id, 0) + 1
        try:
            yield b"retry: 2000\n\n"
            async for lines in self._live.follow(room, after):
                yield SIGN_OF_LIFE
                for told in self._told(room, lines):
                    yield event("line", told, told["id"])
        finally:
            self._streams[visitor.id] -= 1
            if not self._streams[visitor.id]:
                del self._streams[visitor.id]

    def _told(self, room: str, lines: Sequence[Line]) -> list[dict[str, Any]]:
        return [self._pages.told(line, _view(room)) for line in lines]

    def _chat(self, room: str, lines: list[Line], elder: bool, refused: str) -> str:
        words = self._pages.words
        return self._pages.page(
            "chat.html",
            office=self._office.jurisdiction,
            lines=[self._pages.line(line, _view(room)) for line in lines],
            newest=lines[-1].id if lines else 0,
            elder=elder,
            form_id=secrets.token_urlsafe(12),
            refused=words(f"refused.{refused}") if words.has(f"refused.{refused}") else "",
        )

    def _refusal(self, request: Request, error: BadInput) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            headers = {"retry-after": "3"} if error.status == 429 else {}
            return JSONResponse({"error": self._pages.words(f"refused.{error.code}")}, error.status, headers)
        return RedirectResponse(f"/chat?refused={error.code}#end", 303)


def _view(room: str) -> View:
    return View(room, frozenset({CITIZEN}), "/chat")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 16 else 0

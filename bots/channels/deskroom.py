"""The officers' group chats in a browser, so that everything can be tried with no account: `/desk`.

Local use only: whoever opens it says who they are, and nobody checks. `bots.web` decides when it may be opened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bots.channels.attached import stored_media
from bots.channels.incoming import BadInput, Incoming, read_incoming
from bots.channels.lines import Pages, View
from bots.channels.taking import Writer, take_in
from bots.given import Line, Office
from bots.live import SIGN_OF_LIFE, STREAM_HEADERS, Live, event, lines_after
from casebook.case import Person
from casebook.jurisdiction import Jurisdiction

CHANNEL = "desk"
SHOWN_AT_FIRST = 200


@dataclass(frozen=True)
class Room:
    """One group chat: its address, its name, the persons one may be in it, and under which heading it stands."""

    address: str
    name: str
    section: str
    persons: tuple[Person, ...]


def rooms_of(office: Jurisdiction, names: Mapping[str, str]) -> dict[str, Room]:
    """The group chats of an office by address; `names` are those of the central rooms and of a leader's."""
    central = (
        ("dispatchers", "dispatcher", office.dispatchers),
        ("supervisors", "supervisor", office.supervisors),
        ("inspectors", "inspector", office.inspectors),
    )
    rooms = [
        Room(address, names[address], "centre", tuple(Person(role, name) for name in people))
        for address, role, people in central
        if people
    ]
    for unit in office.units:
        leader = Person("leader", unit.leader, unit.name)
        officers = tuple(Person("officer", name, unit.name) for name in unit.officers)
        rooms.append(Room(f"unit:{unit.name}", unit.name, "units", officers + ((leader,) if unit.leader else ())))
    for unit in office.units:
        if unit.leader:
            leader = Person("leader", unit.leader, unit.name)
            rooms.append(Room(str(leader), names["leader"].format(unit=unit.name), "leaders", (leader,)))
    for each in (Person.read(f"reviewer:{name}") for name in office.reviewers):
        name = names["reviewer"].format(unit=each.unit)
        rooms.append(Room(f"reviewer:{each.unit}", name, "leaders", (each,)))
    return {room.address: room for room in rooms}


class DeskRoom:
    """The routes of the officers' group chats."""

    def __init__(self, office: Office, pages: Pages, live: Live) -> None:
        self._office = office
        self._pages = pages
        self._live = live
        self._rooms = rooms_of(office.jurisdiction, pages.words.section("room"))

    def routes(self) -> list[Route]:
        return [
            Route("/desk", self.page),
            Route("/desk/messages", self.messages, methods=["POST"]),
            Route("/desk/lines", self.lines),
            Route("/desk/events", self.events),
            Route("/desk/media/{id}", self.media),
        ]

    async def page(self, request: Request) -> Response:
        """The list of rooms, and one of them open."""
        room = self._rooms.get(request.query_params.get("room", ""))
        person = _person(room, request.query_params.get("as", "")) if room else None
        newest, lines = await run_in_threadpool(self._look, room)
        html = self._pages.page(
            "desk.html",
            office=self._office.jurisdiction,
            rooms=list(self._rooms.values()),
            newest=newest,
            room=room,
            person=person,
            role=self._pages.role(str(person)) if person else "",
            roles={str(one): self._pages.role(str(one)) for one in (room.persons if room else ())},
            lines=self._told(room, person, lines) if room else [],
        )
        return HTMLResponse(html)

    async def messages(self, request: Request) -> Response:
        """What a person says or taps in a room."""
        try:
            incoming = await read_incoming(request)
            room, person = self._asked(incoming.fields)
            await run_in_threadpool(self._take, room, person, incoming)
        except BadInput as error:
            return JSONResponse({"error": self._pages.words(f"refused.{error.code}")}, error.status)
        self._live.nudge()
        lines = await run_in_threadpool(lines_after, self._office.store, room.address, incoming.after)
        return JSONResponse({"lines": self._told(room, person, lines)})

    async def lines(self, request: Request) -> Response:
        """A room's lines after `after`, for the page that has no live stream."""
        room, person = self._asked(request.query_params)
        after = request.query_params.get("after", "0")
        lines = await run_in_threadpool(lines_after, self._office.store, room.address, _number(after))
        return JSONResponse({"lines": self._told(room, person, lines)})

    async def events(self, request: Request) -> Response:
        """How far every room has come, and the open room's new lines."""
        room, person = self._asked(request.query_params) if "room" in request.query_params else (None, None)
        after = _number(request.headers.get("last-event-id") or request.query_params.get("after", "0"))
        return StreamingResponse(
            self._stream(room, person, after), media_type="text/event-stream", headers=STREAM_HEADERS
        )

    async def media(self, request: Request) -> Response:
        """A file; the seal names the room it may be seen in."""
        id, seal = request.path_params["id"], request.query_params.get("seal", "")
        room = request.query_params.get("room", "")
        return await run_in_threadpool(stored_media, self._office, room if room in self._rooms else "", id, seal)

    def _asked(self, fields: Mapping[str, str]) -> tuple[Room, Person]:
        room = self._rooms.get(fields.get("room", ""))
        person = _person(room, fields.get("as", "")) if room else None
        if room is None or person is None:
            raise HTTPException(404, "no such room")
        return room, person

    def _look(self, room: Room | None) -> tuple[Mapping[str, int], list[Line]]:
        newest = self._office.store.read(lambda unit: unit.newest_lines(list(self._rooms)))
        if room is None:
            return newest, []
        return newest, list(self._office.store.read(lambda unit: unit.last_lines(room.address, SHOWN_AT_FIRST)))

    def _take(self, room: Room, person: Person, incoming: Incoming) -> None:
        writer = Writer(CHANNEL, str(person), str(person), person.name, room.address)
        apology = self._pages.words("refused.failed")
        take_in(self._office, writer, incoming, lambda unit, now: room.address, apology)

    async def _stream(self, room: Room | None, person: Person | None, after: int) -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        async for newest in self._live.newest(list(self._rooms)):
            yield SIGN_OF_LIFE
            if room and newest.get(room.address, 0) > after:
                lines = await run_in_threadpool(lines_after, self._office.store, room.address, after)
                for told in self._told(room, person, lines):
                    yield event("line", told, told["id"])
                    after = told["id"]
            yield event("newest", newest)

    def _told(self, room: Room, person: Person | None, lines: list[Line]) -> list[dict[str, Any]]:
        view = View(room.address, frozenset({str(person)} if person else ()), "/desk", named=True)
        return [self._pages.told(line, view) for line in lines]


def _person(room: Room, address: str) -> Person | None:
    """The person of that address, or the room's first."""
    known = {str(person): person for person in room.persons}
    return known.get(address) if address else next(iter(room.persons), None)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 16 else 0

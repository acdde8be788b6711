"""Live updates: whoever looks at a room is told of its new lines, whichever process wrote them.

One watcher for the whole process asks the store now and then how far the rooms that somebody looks at have come, and
wakes only the streams of those that moved; it rests while nobody looks. A line written here is told at once (`nudge`).
Lines of a room are numbered without gaps, so "after number N" misses nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from bots.given import Line, Store

log = logging.getLogger(__name__)

# Half a second is felt as at once.
EVERY = 0.5
# Proxies cut streams that are silent for a minute or less.
HEARTBEAT = 15.0
PAGE = 200


class Live:
    """The streams of one process and their watcher."""

    def __init__(self, store: Store, every: float = EVERY) -> None:
        self._store = store
        self._every = every
        self._bells: dict[str, set[asyncio.Event]] = {}
        self._newest: dict[str, int] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._nudged = asyncio.Event()
        self.streams = 0
        self.closing = False

    def nudge(self) -> None:
        """Something was just written here: look now."""
        self._nudged.set()

    def close(self) -> None:
        """End all streams; the browsers come back by themselves."""
        self.closing = True
        self._nudged.set()
        for bells in self._bells.values():
            for bell in bells:
                bell.set()

    async def follow(self, room: str, after: int) -> AsyncIterator[Sequence[Line]]:
        """The room's lines after that one, as they come; an empty sequence now and then as a sign of life."""
        with self._listening([room]) as bell:
            while not self.closing:
                bell.clear()
                fresh = await run_in_threadpool(lines_after, self._store, room, after)
                after = fresh[-1].id if fresh else after
                yield fresh
                await _rung(bell)

    async def newest(self, rooms: Sequence[str]) -> AsyncIterator[Mapping[str, int]]:
        """How far each room has come, now and whenever one of them moves; also now and then as a sign of life."""
        with self._listening(rooms) as bell:
            while not self.closing:
                bell.clear()
                yield await run_in_threadpool(self._ask, rooms)
                await _rung(bell)

    @contextmanager
    def _listening(self, rooms: Iterable[str]) -> Iterator[asyncio.Event]:
        bell = asyncio.Event()
        for room in rooms:
            self._bells.setdefault(room, set()).add(bell)
        self.streams += 1
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch())
        try:
            yield bell
        finally:
            self.streams -= 1
            for room in rooms:
                self._forget(room, bell)

    def _forget(self, room: str, bell: asyncio.Event) -> None:
        self._bells[room].discard(bell)
        if not self._bells[room]:
            del self._bells[room]
            self._newest.pop(room, None)

    async def _watch(self) -> None:
        while self.streams and not self.closing:
            try:
                await self._look()
            except Exception:
                log.exception("live updates: the store did not answer; asking again")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), self._every)
            self._nudged.clear()

    async def _look(self) -> None:
        """Ring for every room that moved. A room not looked at before rings once too: its stream may have read
        just before the line came."""
        newest = await run_in_threadpool(self._ask, list(self._bells))
        for room, number in newest.items():
            if self._newest.get(room) != number and room in self._bells:
                self._newest[room] = number
                for bell in self._bells[room]:
                    bell.set()

    def _ask(self, rooms: Sequence[str]) -> Mapping[str, int]:
        return self._store.read(lambda unit: unit.newest_lines(rooms))


async def _rung(bell: asyncio.Event) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), HEARTBEAT)


def lines_after(store: Store, room: str, after: int) -> list[Line]:
    """All lines of a room after that one."""
    lines: list[Line] = []
    while True:
        start = lines[-1].id if lines else after
        page = store.read(partial(_page, room, start))
        lines += page
        if len(page) < PAGE:
            return lines


def _page(room: str, after: int, unit: Any) -> Sequence[Line]:
    found: Sequence[Line] = unit.lines(room, after, PAGE)
    return found


def event(name: str, data: Mapping[str, Any], id: int | None = None) -> bytes:
    """One server-sent event."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


SIGN_OF_LIFE = b": .\n\n"
STREAM_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}

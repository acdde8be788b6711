"""Hands for a door: threads that each take all that waits by then, and answer it together.

A thread for each of those who wait costs more than it brings: they only take turns. So whatever comes while all hands
are busy is answered by the next free one in one go, in the order it came. The loop keeps the line; nothing is locked.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Hands(Generic[Asked, Told]):
    """`answer_each` answers a list, one for each; in one of `hands` threads, `most` at a time. Of one event loop."""

    def __init__(
        self, answer_each: Callable[[Sequence[Asked]], Sequence[Told]], hands: int, most: int, name: str = ""
    ) -> None:
        self._answer_each, self._free, self._most = answer_each, hands, most
        self._threads = ThreadPoolExecutor(hands, name)
        self._line: deque[tuple[Asked, asyncio.Future[Told]]] = deque()

    async def answer(self, asked: Asked) -> Told:
        """The answer to one, as soon as a hand has come to it."""
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._line.append((asked, answer))
        self._take_up()
        return await answer

    def _take_up(self) -> None:
        while self._free and self._line:
            self._free -= 1
            taken = [self._line.popleft() for _ in range(min(self._most, len(self._line)))]
            work = partial(self._answer_each, [asked for asked, _ in taken])
            done = asyncio.get_running_loop().run_in_executor(self._threads, work)
            done.add_done_callback(partial(self._hand_out, [answer for _, answer in taken]))

    def _hand_out(self, answers: Sequence[asyncio.Future[Told]], done: asyncio.Future[Sequence[Told]]) -> None:
        self._free += 1
        self._take_up()
        error = done.exception()
        for place, answer in enumerate(answers):
            if answer.done():  # whoever asked is gone
                continue
            if error is None:
                answer.set_result(done.result()[place])
            else:
                answer.set_exception(error)

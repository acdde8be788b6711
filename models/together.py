"""Group commit: who waits to write to an SQLite file while another writes goes into one transaction with the others.

There is no thread for it. The first to come writes, for itself and for all who wait by then; each works inside a
savepoint, so that one that fails is undone alone; one commit, one flush of the disk, and only then does each hear what
became of its own. The longest waiting of those left over writes the next lot. So thirty who write together pay one
flush, and one who writes alone pays nothing for the others.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

Do = Callable[[Connection], Any]

# A lot is closed when it holds so many or has taken so long: nobody waits much longer than two of them.
MOST, LONGEST = 64, 0.03


class Lost(Exception):
    """The transaction ended under the hands of everybody in it: nothing of it is kept, try again."""


class Work:
    """One who waits: what to do, and what became of it."""

    def __init__(self, do: Do) -> None:
        self.do = do
        self.leads = False
        self.value: Any = None
        self.error: BaseException | None = None
        self._turn = threading.Lock()
        self._turn.acquire()

    def wait(self) -> None:
        """Until it is done, or told to lead."""
        self._turn.acquire()

    def go(self) -> None:
        self._turn.release()

    def result(self) -> Any:
        """What it returned, once it is done. Raises what it raised."""
        if self.error is not None:
            raise self.error
        return self.value


class Lot:
    """The work of one transaction, drawn one by one while it lasts."""

    def __init__(self, draw: Callable[[], Work | None]) -> None:
        self._draw = draw
        self._ends = time.monotonic() + LONGEST
        first = draw()
        assert first
        self._work, self._handed = [first], 0

    def next(self) -> Work | None:
        """The next to be done in this transaction; None when it is time to commit."""
        if self._handed == len(self._work) and len(self._work) < MOST and time.monotonic() < self._ends:
            self._work += [work for work in [self._draw()] if work]
        if self._handed == len(self._work):
            return None
        self._handed += 1
        return self._work[self._handed - 1]

    def fail(self, error: BaseException) -> None:
        """Nothing of the lot is kept. Who was interrupted is told so; the others may try again."""
        first, *others = self._work
        first.error = error
        for work in others:
            work.error = error if isinstance(error, Exception) else Lost("whoever wrote for all was interrupted")

    def tell(self) -> None:
        """Let everybody hear but the first, who leads."""
        for work in self._work[1:]:
            work.go()


class Together:
    """Carries out work in lots. `carry_out(lot)` does all that the lot yields, commits, and returns."""

    def __init__(self, carry_out: Callable[[Lot], None]) -> None:
        self._carry_out = carry_out
        self._lock = threading.Lock()
        self._waiting: deque[Work] = deque()
        self._busy = False

    def do(self, do: Do) -> Any:
        """Have it done, alone or together with others; what it returned or raised, after the commit."""
        return self.do_each([do])[0].result()

    def do_each(self, dos: Sequence[Do]) -> list[Work]:
        """Have all of it done, in this order, alone or together with others; each with its own end, after the
        commit."""
        mine = [Work(do) for do in dos]
        with self._lock:
            self._waiting.extend(mine)
            if mine and not self._busy:
                mine[0].leads = self._busy = True
        for place, work in enumerate(mine):
            if not work.leads:
                self._wait(work, mine[place:])
            if work.leads:
                self._lead()
        return mine

    def _wait(self, work: Work, left: Sequence[Work]) -> None:
        try:
            work.wait()
        except BaseException:  # a signal: whoever is gone must neither be waited for nor lead
            with self._lock:
                leads = any(work.leads for work in left)
                for work in left:
                    if work in self._waiting:
                        self._waiting.remove(work)
                if leads:
                    self._hand_over()
            raise

    def _lead(self) -> None:
        """One lot, this thread's own work first."""
        lot = Lot(self._draw)
        try:
            self._carry_out(lot)
        except BaseException as error:
            lot.fail(error)
        with self._lock:
            self._hand_over()
        lot.tell()

    def _hand_over(self) -> None:
        """Whoever waits longest leads the next lot."""
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting[0].leads = True
            self._waiting[0].go()

    def _draw(self) -> Work | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

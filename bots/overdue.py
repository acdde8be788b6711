"""The limit of one message: whoever is caught in an endless loop, or eats the memory, must not hold up the others.

A message is handled inside a transaction, and on SQLite all others wait for it. What is counted is the time that the
handling thread itself reckons, never the time it waits: a database that does not answer is no fault of the message.
Past the limit `Overdue` is raised in the middle of the handling; its transaction is undone, and the door sets the
message aside as it does after any fault. A C function that never comes back to Python cannot be reached so.
"""

from __future__ import annotations

import ctypes
import logging
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

log = logging.getLogger(__name__)

# The longest message takes a tenth of a second; WeChat waits five, and asks twice more.
LONGEST = 5.0
# Our processes hold some 200 MB; a message adds a few.
MOST_MEMORY = 512 * 1024 * 1024
# How often those in hand are looked at, in seconds.
LOOK = 0.1
# Who has reckoned for less is not to blame for memory that grew meanwhile.
BLAMELESS = 0.5
# Somebody may catch it who catches everything, and go on.
STRIKES = 3
PAGE = 4096
# Where a system has no clocks of single threads (macOS) nothing is limited.
HAS_CLOCKS = hasattr(time, "pthread_getcpuclockid")


class Overdue(Exception):
    """The message was reckoned on for too long, or took too much memory: its own fault, of no use to try again."""


@dataclass(slots=True)
class _InHand:
    """One message in a thread: the clock of what that thread reckons, and where it stood when first looked at. Most are
    done before anybody looks, and asking a thread's clock costs more than all the rest."""

    clock: int
    began: float | None = None
    strikes: int = 0

    def reckoned(self) -> float:
        """Seconds since the first look; none where the thread has ended."""
        try:
            now = time.clock_gettime(self.clock)
        except OSError:
            return 0.0
        if self.began is None:
            self.began = now
        return now - self.began


def _memory() -> int:
    """Bytes this process holds now; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * PAGE
    except OSError:
        return 0


class Limit:
    """Watches over what is in hand. Its thread begins with the first message."""

    def __init__(self, longest: float = LONGEST, most: int = MOST_MEMORY, memory: Callable[[], int] = _memory) -> None:
        self._longest, self._most, self._memory = longest, most, memory
        self._lock = threading.Lock()
        self._held: dict[int, _InHand] = {}
        self._watch: threading.Thread | None = None
        # What was held when nobody had been at it for long.
        self._calm = 0

    def kept(self) -> AbstractContextManager[None]:
        """What is done inside is broken off with Overdue once it is past the limit. Not for one inside another."""
        return _Kept(self) if HAS_CLOCKS else nullcontext()

    def begin(self, thread: int) -> None:
        """That thread has a message in hand."""
        clock = time.pthread_getcpuclockid(thread)
        with self._lock:
            self._held[thread] = _InHand(clock)
            if self._watch is None or not self._watch.is_alive():
                self._calm = self._memory()
                self._watch = threading.Thread(target=self._watch_forever, name="overdue", daemon=True)
                self._watch.start()

    def end(self, thread: int) -> None:
        """It has none any more. That may have come before it was hit: nothing may hit what this thread does next."""
        try:
            with self._lock:
                if self._held.pop(thread).strikes:
                    _raise_in(thread, None)
        except Overdue:
            self._held.pop(thread, None)

    def _watch_forever(self) -> None:
        while True:
            time.sleep(LOOK)
            with self._lock:
                self._look()

    def _look(self) -> None:
        """Break off who has reckoned for too long; where too much memory is held, who has reckoned longest."""
        at_it = {thread: one.reckoned() for thread, one in self._held.items()}
        longest = max(at_it, key=at_it.__getitem__, default=0)
        if at_it.get(longest, 0.0) < BLAMELESS:
            self._calm = self._memory()
            return
        for thread, seconds in at_it.items():
            if seconds > self._longest:
                self._strike(thread, f"for {seconds:.1f} s")
        grown = self._memory() - self._calm
        if grown > self._most and at_it[longest] <= self._longest:
            self._strike(longest, f"and {grown >> 20} MB were taken meanwhile")

    def _strike(self, thread: int, why: str) -> None:
        one = self._held[thread]
        if one.strikes < STRIKES:
            one.strikes += 1
            log.error("a message was reckoned on %s: it is broken off", why)
            _raise_in(thread, Overdue)


class _Kept:
    """One message within the limit, in the thread that entered."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit

    def __enter__(self) -> None:
        self._limit.begin(threading.get_ident())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if isinstance(error, Overdue):
                traceback.clear_frames(error.__traceback__)  # or what it ate would be held as long as the error is
        finally:
            self._limit.end(threading.get_ident())


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Have this raised in that thread at its next step; None takes back what was not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)

"""How many wait at a door, and from when on they are too many."""

from __future__ import annotations

from types import TracebackType

# At the slowest a message was seen to be handled (some 5 ms of a busy core), so many are through within a second.
LONG = 200
# Each holds its message and its connection in memory: so many are some ten megabytes.
MOST = 600


class Crowd:
    """Counts those inside its `with`. Of one event loop: nobody else enters."""

    waiting = 0

    def __enter__(self) -> None:
        self.waiting += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.waiting -= 1

    @property
    def waits_long(self) -> bool:
        """Whether whoever comes now would wait too long for an answer."""
        return self.waiting >= LONG

    @property
    def full(self) -> bool:
        """Whether nobody more can be taken in."""
        return self.waiting >= MOST

    @property
    def calm(self) -> bool:
        """Whether there is time for what was put aside."""
        return self.waiting < LONG // 20

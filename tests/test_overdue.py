"""A message that is never done with: broken off, set aside with its reason, and whoever waits is next."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bots import overdue
from bots.overdue import Limit, Overdue

SHORT = 0.3


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "LOOK", 0.02)


def endless() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def test_what_never_ends_is_broken_off_and_what_comes_next_is_not() -> None:
    limit = Limit(SHORT)

    with pytest.raises(Overdue), limit.kept():
        sum(endless())

    with limit.kept():
        assert sum(range(10)) == 45


def test_who_only_waits_is_left_in_peace() -> None:
    limit = Limit(SHORT)

    with limit.kept():
        threading.Event().wait(4 * SHORT)


def test_who_catches_everything_is_hit_again() -> None:
    limit = Limit(SHORT)

    def deaf() -> None:
        with suppress(Exception):
            sum(endless())
        sum(endless())

    with pytest.raises(Overdue), limit.kept():
        deaf()


def test_who_takes_too_much_memory_is_broken_off_before_the_time_is_over() -> None:
    held = itertools.count(0, 10_000_000)
    limit = Limit(longest=1000.0, most=100_000_000, memory=lambda: next(held))

    with pytest.raises(Overdue), limit.kept():
        sum(endless())


def test_only_the_thread_that_is_past_its_limit_is_hit() -> None:
    limit, quiet, done = Limit(SHORT), threading.Event(), []

    def patient() -> None:
        with limit.kept():
            quiet.wait(60)
            done.append("patient")

    waiting = threading.Thread(target=patient)
    waiting.start()
    with pytest.raises(Overdue), limit.kept():
        sum(endless())
    quiet.set()
    waiting.join()

    assert done == ["patient"]

"""A release that dies while it brings the tables up to date: killed at each system call, it starts again and is right.

Steps of a migration are one transaction on both databases: whoever looks in between sees the old tables or the new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from alembic import command
from sqlalchemy import select

from models.engine import address, writing_engine
from models.migrate import _config, head, is_current
from models.store import Store
from models.tables import cases, entries
from models.verify import verify
from tests.chaos.classes import fill, opened
from tests.chaos.day import Order
from tests.chaos.harness import Tally, Town

FIRST = "0001"
# More calls than any migration makes.
MANY = 100_000


def downgrade(url: str, revision: str = FIRST) -> None:
    """Take the tables back to an older release's, with the cases in them."""
    engine = writing_engine(address(url))
    config = _config()
    with engine.begin() as link:
        config.attributes["connection"] = link
        command.downgrade(config, revision)
    engine.dispose()


def migrations_killed(town: Town, order: Order, calls: Sequence[str], many: int, most: int | None) -> Tally:
    """`many` cases in the tables of the first release; the migration killed at each of its calls, at most `most`."""
    town.fresh(order)
    with opened(order) as store:
        fill(store, many)
        before = _kept(store)
    tally = Tally(f"killed while migrating, {order.engine}")
    older = _Older(order.url)
    migrating = replace(order, part="migrate")
    for call in calls:
        for number in range(1, 1 + (most or MANY)):
            older.put()
            if town.live(replace(migrating, inject=f"{call}|{call}:signal=KILL:when={number}")) == 0:
                break  # it makes no more such calls
            town.live(migrating)
            tally.points, tally.effect = tally.points + 1, tally.effect + 1
            tally.violations += [f"{call} {number}: {fault}" for fault in _wrong(order, before)]
    return tally


def _wrong(order: Order, before: object) -> Iterator[str]:
    with opened(order) as store:
        yield from map(str, verify(store))
        if not is_current(store):
            yield f"the tables are not those of {head()}"
        if _kept(store) != before:
            yield "the cases are not what they were"


def _kept(store: Store) -> object:
    """The cases and their histories, byte for byte."""
    with store.connection() as link:
        heads = link.execute(select(cases.c.number, cases.c.state, cases.c.head).order_by(cases.c.number)).all()
        hashes = link.execute(select(entries.c.hash).order_by(entries.c.number, entries.c.seq)).all()
    return heads, hashes


class _Older:
    """The older database, to be put back for each point."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
        self._content = b""
        downgrade(url)
        if self._file:
            self._content = self._file.read_bytes()

    def put(self) -> None:
        if self._file is None:
            downgrade(self._url)
            return
        for end in ("-wal", "-shm"):
            Path(f"{self._file}{end}").unlink(missing_ok=True)
        self._file.write_bytes(self._content)

"""Connections to SQLite and PostgreSQL, set so that what was committed stays.

SQLite: WAL with synchronous=FULL, one connection that writes and checkpoints. Versions before 3.51.3 can corrupt a WAL
when two connections write or checkpoint at the same instant; so the writer holds a lock among threads and a lock file
among processes, and readers are told never to write. PostgreSQL: psycopg 3, pooled, synchronous_commit on.
"""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool, StaticPool

from models.ready import run

# A writer waits at the lock file, fairly and without polling; this is for strangers (a shell, a backup tool).
BUSY_MS = 30_000
SAFE_SQLITE = (3, 51, 3)
POOL, MORE = 8, 8
# Sixteen megabytes of log before they are written into the book: a burst writes the same pages again and again.
CHECKPOINT = "wal_autocheckpoint=4000"
# On PostgreSQL, beside the sixteen hands of the WeChat door: in a flood those never let go, and others need theirs.
SPARE = 8
# A machine that vanished says nothing: after some half a minute it is taken for gone, not after two hours.
GONE = {
    **{"connect_timeout": 10, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3},
    "tcp_user_timeout": 30_000,  # milliseconds
}


def address(url: str) -> URL:
    """The SQLAlchemy address meant: `postgresql://` and `postgres://` are spoken with psycopg 3."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"DATABASE_URL: no {parsed.get_backend_name()!r}; only sqlite and postgresql are supported")
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def writing_engine(url: URL) -> Engine:
    """The engine that writes: of one connection on SQLite, of a pool on PostgreSQL."""
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    if in_memory(url):
        engine = create_engine(
            url, hide_parameters=True, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        _make_private(Path(str(url.database)))
        options = {"check_same_thread": False, "timeout": BUSY_MS / 1000}
        engine = create_engine(
            url, hide_parameters=True, poolclass=QueuePool, pool_size=1, max_overflow=0, connect_args=options
        )
    return _sqlite(engine, "BEGIN IMMEDIATE", ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", CHECKPOINT))


def reading_engine(url: URL, writing: Engine) -> Engine:
    """The engine that reads: connections of its own for an SQLite file, else the same."""
    if url.get_backend_name() != "sqlite" or in_memory(url):
        return writing
    options = {"check_same_thread": False, "timeout": BUSY_MS / 1000}
    engine = create_engine(
        url, hide_parameters=True, poolclass=QueuePool, pool_size=POOL, max_overflow=MORE, connect_args=options
    )
    return _sqlite(engine, "BEGIN", ("query_only=ON",))


class Turn:
    """Whose turn it is to write to an SQLite file: one thread of one process. Not taken twice by one thread."""

    def __init__(self, file: Path | None) -> None:
        self._lock = threading.Lock()
        self._path = file and file.with_name(f"{file.name}.lock")
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            self._lock_file()
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._lock.release()

    def _lock_file(self) -> None:
        if self._path:
            self._file = self._file or self._path.open("ab")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


def sqlite_warning() -> str:
    """A line for the start where this SQLite has the WAL-reset fault; "" where not."""
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return ""
    return f"SQLite {sqlite3.sqlite_version} can corrupt a WAL written by two connections; let only this program write"


def _postgresql(url: URL) -> Engine:
    # What the address itself names stands.
    gone = {name: value for name, value in GONE.items() if name not in url.query}
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL,
        max_overflow=MORE + SPARE,
        isolation_level="READ COMMITTED",
        connect_args=gone,
    )

    @event.listens_for(engine, "connect")
    def settle(connection: Any, record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO on; SET TIME ZONE 'UTC'")
        connection.commit()

    return engine


def _sqlite(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> Engine:
    @event.listens_for(engine, "connect")
    def settle(connection: Any, record: Any) -> None:
        # The driver's own BEGIN appears only at the first write: two would read, then one would lose its update.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        if begin == "BEGIN IMMEDIATE" and not in_memory(engine.url):
            _assert_durable(connection)

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        run(connection, connection.connection.driver_connection.execute, begin, ())

    return engine


def _assert_durable(connection: Any) -> None:
    """That what is committed survives a power loss: FULL is 2; a file system without shared memory refuses WAL."""
    set_to = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    if set_to != ["wal", 2]:
        raise sqlite3.OperationalError(f"this file system cannot keep a database safely ({set_to[0]}, {set_to[1]})")


def _make_private(file: Path) -> None:
    """The file, for its owner only, where it is not there yet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600, exist_ok=True)

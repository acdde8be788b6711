"""The store: the one way to what is kept, on SQLite and PostgreSQL alike.

`write` runs a function in one transaction and repeats it when somebody else was first; so the function must do
nothing outside the Unit that cannot be done twice. It may run in another caller's thread: on an SQLite file those who
wait at the same time are written together (`models.together`), each kept or undone by itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from casebook.errors import Conflict, NotKept
from models.codec import Codec
from models.engine import Turn, address, in_memory, reading_engine, sqlite_warning, writing_engine
from models.tables import metadata
from models.together import Lost, Lot, Together, Work
from models.unit import Unit
from models.vault import Vault

log = logging.getLogger(__name__)
T = TypeVar("T")

REPEATS = 3
# Serialization failure and deadlock: PostgreSQL has undone everything and asks to try again.
AGAIN = {"40001", "40P01"}
ZONE = ZoneInfo("Asia/Shanghai")
NONE_FREE = "all connections are in use; the database does not answer, or too many ask at once"
SAFE_POSTGRESQL = ("fsync", "full_page_writes")


class OutcomeUnknown(NotKept):
    """The connection broke while committing. Whether it is kept is seen by asking for its keys again."""


class Store:
    """Keeps the case book. `url` as in DATABASE_URL; `sqlite://` is a store in memory, made with its tables.

    `read_url`: a copy that follows it (READ_DATABASE_URL), for what may be some seconds old.
    """

    def __init__(self, url: str, vault: Vault, zone: tzinfo = ZONE, read_url: str = "") -> None:
        self.url = address(url)
        self.vault = vault
        self.zone = zone
        self.codec = Codec(zone)
        self._file = self.url.get_backend_name() == "sqlite" and not in_memory(self.url)
        self._writing = writing_engine(self.url)
        self._reading = reading_engine(self.url, self._writing)
        self._copy = writing_engine(address(read_url)) if read_url else None
        self._turn: AbstractContextManager[None] = self._turns()
        self._together = Together(self._write_lot)
        self._inside = threading.local()
        # The connection that writes lots, between two of them.
        self._link: Connection | None = None
        if in_memory(self.url):
            with self._turn, self._writing.begin() as link:
                metadata.create_all(link)

    def write(self, fn: Callable[[Unit], T]) -> T:
        """Run `fn` in one transaction; what it returns. Everything it did is kept, or nothing of it.

        Runs it again after a Conflict, a deadlock or a lost connection. Raises the last Conflict, and NotKept where
        disk or connection failed: then nothing is kept, or (OutcomeUnknown) nobody can say.
        """
        return self._kept(partial(self._write_once, fn), fn)

    def write_each(self, fns: Sequence[Callable[[Unit], T]]) -> list[T | Exception]:
        """As `write` for each of them, in this order, together where the book is a file; what each returned, or the
        error that it raised."""
        if not self.writes_together:
            return [outcome(self.write, fn) for fn in fns]
        with self._alone():
            done = self._together.do_each([self._in_unit(fn) for fn in fns])
        return [outcome(self._kept, work.result, fn) for work, fn in zip(done, fns, strict=True)]

    @property
    def writes_together(self) -> bool:
        """Whether much written at once costs little more than one."""
        return self._file

    def _kept(self, first: Callable[[], T], fn: Callable[[Unit], T]) -> T:
        """What came of the first try, or of another where that is of use."""
        try:
            return self._write_until(first, fn)
        except (OperationalError, InterfaceError) as error:
            raise NotKept(f"the book could not be written ({type(error.orig).__name__})") from error
        except NoConnection as error:
            raise NotKept(NONE_FREE) from error

    def _write_until(self, first: Callable[[], T], fn: Callable[[Unit], T]) -> T:
        again = partial(self._write_once, fn)
        tries: list[Callable[[], T]] = [first, *[again] * (REPEATS - 1)]
        for attempt in tries:
            try:
                return attempt()
            except (Conflict, Lost):
                continue
            except DBAPIError as error:
                if not _again(error):
                    raise
        return again()

    def read(self, fn: Callable[[Unit], T]) -> T:
        """Run `fn` on one unmoving view of what is kept; what it returns."""
        with self._reads() as link:
            return fn(Unit(link, self.vault, self.codec, False))

    def read_behind(self, fn: Callable[[Unit], T]) -> T:
        """Run `fn` on the copy that follows the book, where there is one that answers: for figures, exports and
        ledgers, which read much and may be some seconds old. Else as `read`."""
        if self._copy is None:
            return self.read(fn)
        try:
            with self._reads(self._copy) as link:
                return fn(Unit(link, self.vault, self.codec, False))
        except (OperationalError, InterfaceError) as error:
            log.warning("the reading copy did not answer (%s); read from the book itself", type(error.orig).__name__)
            return self.read(fn)

    def behind(self) -> Behind:
        """The store for those who read much."""
        return Behind(self)

    def close(self) -> None:
        """Let go of all connections; the writing one last, for it tidies the WAL."""
        if self._copy is not None:
            self._copy.dispose()
        self._reading.dispose()
        with self._turn:
            link, self._link = self._link, None
            if link is not None:
                link.close()
            self._writing.dispose()
        if isinstance(self._turn, Turn):
            self._turn.close()

    def engine_version(self) -> str:
        """What keeps the data, for the line at the start: "SQLite 3.40.1", "PostgreSQL 18.4"."""
        with self._reads() as link:
            version = ".".join(map(str, link.dialect.server_version_info or ()))
        return f"{'SQLite' if self.url.get_backend_name() == 'sqlite' else 'PostgreSQL'} {version}"

    def concerns(self) -> list[str]:
        """What a start must warn of: an SQLite with the WAL-reset fault, a PostgreSQL that may lose what it committed.

        On SQLite the rest is asserted of each writing connection (`models.engine`).
        """
        if self.url.get_backend_name() == "sqlite":
            return [said for said in [sqlite_warning()] if said and self._file]
        with self._reads() as link:
            off = [name for name in SAFE_POSTGRESQL if link.exec_driver_sql(f"SHOW {name}").scalar_one() == "off"]
        return [f"PostgreSQL runs with {', '.join(off)} off: a power loss loses what was acknowledged"] if off else []

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A reading connection, for figures and checks."""
        with self._reads() as link:
            yield link

    def _turns(self) -> AbstractContextManager[None]:
        if self.url.get_backend_name() == "postgresql":
            return nullcontext()
        return Turn(Path(str(self.url.database)) if self._file else None)

    def _write_once(self, fn: Callable[[Unit], T]) -> T:
        with self._alone():
            if self._file:
                done: T = self._together.do(self._in_unit(fn))
                return done
            return self._write_alone(fn)

    def _in_unit(self, fn: Callable[[Unit], T]) -> Callable[[Connection], T]:
        return lambda link: fn(Unit(link, self.vault, self.codec, True))

    def _write_lot(self, lot: Lot) -> None:
        """Everybody's work in one transaction; an error of one is that one's alone."""
        with self._turn:
            # Taking it from the pool and giving it back costs as much as several statements: it stays at hand, until
            # something goes wrong.
            link, self._link = self._link or self._writing.connect(), None
            try:
                self._write_lot_to(link, lot)
            except BaseException:
                link.close()
                raise
            self._link = link

    def _write_lot_to(self, link: Connection, lot: Lot) -> None:
        transaction = link.begin()
        try:
            while work := lot.next():
                _in_savepoint(link, work)
        except BaseException:
            transaction.rollback()
            raise
        self._commit(link, transaction)

    def _write_alone(self, fn: Callable[[Unit], T]) -> T:
        with self._turn, self._writing.connect() as link:
            transaction = link.begin()
            try:
                result = fn(Unit(link, self.vault, self.codec, True))
            except BaseException:
                transaction.rollback()
                raise
            self._commit(link, transaction)
            return result

    def _commit(self, link: Connection, transaction: Any) -> None:
        try:
            transaction.commit()
        except DBAPIError as error:
            if self._file:
                # After a failed write or fsync this connection's view of the file cannot be trusted.
                link.invalidate()
            if error.connection_invalidated:
                raise OutcomeUnknown("the connection broke while committing") from error
            raise

    @contextmanager
    def _reads(self, copy: Engine | None = None) -> Iterator[Connection]:
        if copy is None and self._reading is self._writing and self.url.get_backend_name() == "sqlite":
            with self._alone(), self._turn, self._writing.begin() as link:
                yield link
            return
        options = {} if self._file else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (copy or self._reading).connect() as plain, plain.execution_options(**options).begin() as transaction:
            yield transaction.connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Say at once what would else wait for itself for ever: a transaction inside a transaction."""
        if getattr(self._inside, "open", False):
            raise RuntimeError("a store transaction inside another one: use the Unit at hand")
        self._inside.open = True
        try:
            yield
        finally:
            self._inside.open = False


@dataclass(frozen=True)
class Behind:
    """A store whose reading may be some seconds old."""

    store: Store

    def read(self, fn: Callable[[Unit], T]) -> T:
        return self.store.read_behind(fn)

    def write(self, fn: Callable[[Unit], T]) -> T:
        return self.store.write(fn)


def outcome(do: Callable[..., T], *given: Any) -> T | Exception:
    """What it returns, or the error it raises."""
    try:
        return do(*given)
    except Exception as error:
        return error


def _in_savepoint(link: Connection, work: Work) -> None:
    """Raises only where SQLite has undone the whole transaction itself (a full or failing disk)."""
    plain: Any = link.connection.driver_connection
    plain.execute("SAVEPOINT one")
    try:
        work.value = work.do(link)
    except Exception as error:
        if link.invalidated or not plain.in_transaction:
            raise
        work.error = error
        plain.execute("ROLLBACK TO one")
    plain.execute("RELEASE one")


def _again(error: DBAPIError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in AGAIN

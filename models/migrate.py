"""Bringing a database to the present tables: all steps of `migrations/`, in one transaction.

Killed half-way, the old tables stand as they were. Two processes that start together take turns.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import InterfaceError, OperationalError

from casebook.errors import CasebookError, NotKept
from models.engine import Turn, address, in_memory, writing_engine
from models.store import Store

# Alembic is loaded where there is something to bring up to date: a start that finds all in order does without it.
if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).with_name("migrations")


class NewerTables(CasebookError):
    """The tables are of a later release than this program; it must not touch what it does not know."""


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`; nothing happens when it is there. A store in memory makes its own tables.

    Raises NewerTables where a later release has been at work, and NotKept where the database cannot be written.
    """
    parsed = address(url)
    if in_memory(parsed):
        return
    engine = writing_engine(parsed)
    turn = Turn(Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None)
    try:
        with turn, engine.begin() as link:
            if revision != "head" or _revision(link) != head():
                _run(link, revision)
    except (OperationalError, InterfaceError) as error:
        raise NotKept(f"the database cannot be opened: {' '.join(str(error.orig).split())}") from error
    finally:
        engine.dispose()
        turn.close()


def is_current(store: Store) -> bool:
    """Whether the store's tables are those this program was written for."""
    if in_memory(store.url):
        return True
    with store.connection() as link:
        return _revision(link) == head()


def head() -> str:
    """The last step's name: the number its file begins with."""
    return max(path.stem for path in (FOLDER / "versions").glob("*.py")).partition("_")[0]


def _revision(link: Connection) -> str | None:
    """The last step that was taken."""
    if not inspect(link).has_table("alembic_version"):
        return None
    return link.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _run(link: Connection, revision: str) -> None:
    from alembic import command
    from alembic.util import CommandError

    config = _config()
    config.attributes["connection"] = link
    try:
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)
    except CommandError as error:
        raise NewerTables(f"the database was made by a later release ({error}); install that one") from error


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config

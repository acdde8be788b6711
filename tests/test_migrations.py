"""Migrations: they make exactly the tables the program knows, on both databases, and can be taken back."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from models.engine import address, writing_engine
from models.migrate import FOLDER, NewerTables, head, is_current, migrate
from models.store import Store
from models.tables import metadata
from models.vault import Vault
from models.verify import verify
from tests import postgres
from tests.makers import SECRET, a_case, a_timer, after, keep


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request, tmp_path, worker_id_or_master):
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/bare.db"
        return
    with postgres.database(request.getfixturevalue("_server"), f"huiying_bare_{worker_id_or_master}") as url:
        yield url


def tables(url):
    engine = create_engine(address(url), poolclass=NullPool)
    with engine.connect() as link:
        return set(inspect(link).get_table_names())


def test_a_bare_database_gets_the_tables_the_program_knows(bare_url):
    migrate(bare_url)

    engine = writing_engine(address(bare_url))
    with engine.connect() as link:
        differences = compare_metadata(MigrationContext.configure(link, opts={"compare_type": True}), metadata)
    engine.dispose()
    assert differences == []


def test_migrating_again_changes_nothing(bare_url):
    migrate(bare_url)
    store = Store(bare_url, Vault(SECRET))
    case = keep(store, a_case())

    migrate(bare_url)

    assert store.read(lambda unit: unit.load(case.number)) == case
    store.close()


def test_a_book_of_before_there_were_standings_gets_those_of_all_its_cases(bare_url, monkeypatch):
    monkeypatch.setattr("models.standing_rows.BATCH", 2)
    migrate(bare_url)
    store = Store(bare_url, Vault(SECRET))
    for serial in range(5):
        case = keep(store, a_case(f"20260302-0000{serial}"))
        store.write(lambda unit, case=case: unit.save(case, after(case), (), [a_timer(case)]))
    engine = create_engine(address(bare_url), poolclass=NullPool)
    with engine.begin() as link:
        link.execute(text("DROP TABLE standings"))
        link.execute(text("UPDATE alembic_version SET version_num = '0009'"))

    migrate(bare_url)

    with engine.connect() as link:
        assert link.execute(text("SELECT count(DISTINCT number) FROM standings")).scalar() == 5
    assert verify(store) == []
    store.close()


def test_a_store_says_whether_its_tables_are_the_present_ones(bare_url):
    migrate(bare_url, "0001")
    store = Store(bare_url, Vault(SECRET))
    before = is_current(store)

    migrate(bare_url)

    assert (before, is_current(store)) == (False, True)
    store.close()


def test_all_steps_can_be_taken_back(bare_url):
    migrate(bare_url)

    migrate(bare_url, "base")

    assert tables(bare_url) == {"alembic_version"}


def test_a_store_in_memory_needs_no_migration(memory_store):
    migrate("sqlite://")

    assert is_current(memory_store)


def test_the_last_step_is_the_one_that_alembic_would_take_last():
    assert head() == ScriptDirectory(str(FOLDER)).get_current_head()


def test_an_old_program_leaves_newer_tables_alone(bare_url):
    migrate(bare_url)
    engine = create_engine(address(bare_url), poolclass=NullPool)
    with engine.begin() as link:
        link.execute(text("UPDATE alembic_version SET version_num = '0999'"))

    with pytest.raises(NewerTables, match=r"later release.*0999"):
        migrate(bare_url)

    store = Store(bare_url, Vault(SECRET))
    assert not is_current(store)
    store.close()

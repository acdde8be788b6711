"""A copy that follows the book: figures, exports and ledgers read it, and the book itself where it does not answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.migrate import migrate
from models.store import Store
from models.vault import Vault
from tests import postgres
from tests.makers import SECRET, a_case, keep


@pytest.fixture
def copy_url(_server: str) -> Iterator[str]:
    """The address of another database that has the tables and nothing in them: a copy that is far behind."""
    with postgres.database(_server, "huiying_copy") as url:
        migrate(url)
        yield url


def numbers(read) -> list[str]:
    return read(lambda unit: unit.numbers())


def test_what_may_be_old_is_read_from_the_copy_and_all_else_from_the_book(pg_url, copy_url):
    store = Store(pg_url, Vault(SECRET), read_url=copy_url)
    case = keep(store, a_case())

    assert numbers(store.read) == [case.number]
    assert numbers(store.read_behind) == numbers(store.behind().read) == []
    store.close()


def test_a_copy_that_does_not_answer_is_passed_over(pg_url, caplog):
    store = Store(pg_url, Vault(SECRET), read_url="postgresql://nobody@127.0.0.1:9/nothing")
    case = keep(store, a_case())

    assert numbers(store.read_behind) == [case.number]
    assert "did not answer" in caplog.text
    store.close()


def test_without_a_copy_everything_is_read_from_the_book(store):
    case = keep(store, a_case())

    assert numbers(store.read_behind) == [case.number]

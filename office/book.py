"""The configured case book: its tables brought up to date, its vault opened by SECRET_KEY, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bots.settings import Settings
from models.migrate import migrate
from models.store import Store
from models.vault import Vault


def vault(settings: Settings) -> Vault:
    """The vault whose keys come from SECRET_KEY."""
    return Vault(settings.secret_key.encode())


@contextmanager
def case_book(settings: Settings) -> Iterator[Store]:
    """The store of these settings for the length of a block."""
    migrate(settings.database_url)
    store = Store(settings.database_url, vault(settings), settings.zone, settings.read_database_url)
    try:
        yield store
    finally:
        store.close()

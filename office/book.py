"""The configured case book: its tables brought up to date, its vault opened by SECRET_KEY, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bots.settings import Settings
from bots.signer import Signer
from models.keys import check_keys
from models.migrate import migrate
from models.store import Store
from models.vault import Vault


def vault(settings: Settings) -> Vault:
    """The vault whose keys come from SECRET_KEY; SECRET_KEY_FORMER still opens what was sealed before."""
    return Vault(settings.secret_key.encode(), former=[key.encode() for key in settings.secret_key_former])


def signer(settings: Settings) -> Signer:
    """What signs with SECRET_KEY; what was signed with SECRET_KEY_FORMER still holds."""
    return Signer(settings.secret_key, settings.secret_key_former)


def opened_store(settings: Settings) -> Store:
    """The store of these settings. Raises WrongKey where the keys do not open what it holds."""
    store = Store(settings.database_url, vault(settings), settings.zone, settings.read_database_url)
    try:
        check_keys(store)
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def case_book(settings: Settings) -> Iterator[Store]:
    """The store of these settings for the length of a block."""
    migrate(settings.database_url)
    store = opened_store(settings)
    try:
        yield store
    finally:
        store.close()

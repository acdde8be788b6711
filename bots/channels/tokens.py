"""What every platform's client has in common: where its token is kept, how its errors are told, how late it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from bots.given import Store


class TokenKeeper(Protocol):
    """Where platform tokens are kept, the same for every process."""

    def get(self, name: str, at: datetime) -> str | None:
        """The kept token, while it lasts."""

    def put(self, name: str, value: str, expires: datetime) -> None: ...


class StoreTokens:
    """Tokens in the store, sealed there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, name: str, at: datetime) -> str | None:
        kept: str | None = self._store.read(lambda unit: unit.token_get(name, at))
        return kept

    def put(self, name: str, value: str, expires: datetime) -> None:
        self._store.write(lambda unit: unit.token_put(name, value, expires))


class ApiError(Exception):
    """A call did not do what it should. `code` is the platform's, 0 where it gave none (network, timeout, HTTP)."""

    def __init__(self, code: int, what: str) -> None:
        super().__init__(f"{what} ({code})")
        self.code = code


class Calls(Protocol):
    """A platform's client, as who sends needs it. Both raise ApiError."""

    def call(self, path: str, data: Mapping[str, Any]) -> Mapping[str, Any]: ...
    def download(self, media_id: str) -> bytes: ...


class Deferred:
    """A client that is made when it is first needed: a process that only answers never loads what it is made of."""

    def __init__(self, make: Callable[[], Calls]) -> None:
        self._make = make

    @cached_property
    def _client(self) -> Calls:
        return self._make()

    def call(self, path: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._client.call(path, data)

    def download(self, media_id: str) -> bytes:
        return self._client.download(media_id)

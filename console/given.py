"""What the console is given: a store, a desk, the key for its cookies, and the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from casebook.desk import Desk
from models.store import Store


class Office(Protocol):
    """The wired office, as far as the console needs it. `https` says whether cookies may travel encrypted only."""

    @property
    def store(self) -> Store: ...

    @property
    def desk(self) -> Desk: ...

    @property
    def secret_key(self) -> str: ...

    @property
    def https(self) -> bool: ...

    def checking(self, number: str) -> Mapping[str, str]:
        """Where anybody can check the notices of that case, and the code to type: fields of a form."""

    def now(self) -> datetime:
        """The moment, aware, in the office's zone."""

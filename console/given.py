"""What the console is given: a store, a desk, the key for its cookies, and the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from casebook.desk import Desk
from casebook.oversight import Gather, Honours, Listed
from casebook.periods import Span
from casebook.reports import Given
from models.store import Store


class Lists(Protocol):
    """The lists of one span; each is made when it is asked for."""

    def major(self) -> tuple[str, ...]: ...

    def concluded(self) -> tuple[str, ...]: ...

    def how_many_complained(self) -> int: ...

    def key_objects(self) -> tuple[Listed, ...]: ...

    def honours(self) -> tuple[Honours, ...]: ...

    def hotspots(self) -> tuple[Listed, ...]: ...

    def hot_matters(self, gather: Gather) -> tuple[Listed, ...]: ...

    def repeated(self) -> tuple[Listed, ...]: ...


class Reporting(Protocol):
    """What makes figures and reports of the case book."""

    @property
    def units(self) -> Sequence[str]: ...

    def lists(self, span: Span, unit: str = "") -> Lists:
        """The lists for supervisors over the span, of the whole area or one unit."""

    def overview(
        self, span: Span, unit: str = "", now: datetime | None = None, *, cases: bool = False
    ) -> dict[str, Any]:
        """The counts and rates of the span, of the whole area or one unit, with the cases behind each or without."""

    def corrected(self, given: Given) -> list[dict[str, Any]]:
        """What the report would count otherwise today."""


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

    @property
    def reporting(self) -> Reporting: ...

    def gather(self, texts: Sequence[str]) -> Sequence[tuple[str, Sequence[int]]]:
        """The matters that several of the texts tell of: a name of their words, and the places of those texts."""

    def checking(self, number: str) -> Mapping[str, str]:
        """Where anybody can check the notices of that case, and the code to type: fields of a form."""

    def now(self) -> datetime:
        """The moment, aware, in the office's zone."""

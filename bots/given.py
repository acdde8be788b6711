"""What the web doors are given: one office, already wired. Promises only; the wiring fulfils them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bots.message import Message, Reply
from bots.settings import Settings
from casebook.jurisdiction import Jurisdiction
from casebook.law import Law

T = TypeVar("T")
Said = TypeVar("Said", bound=Message)


class Line(Protocol):
    """What stands in a web chat or a desk room: one bubble."""

    @property
    def id(self) -> int: ...
    @property
    def room(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def at(self) -> datetime: ...


class Store(Protocol):
    """The case book's keeper. `writes_together`: much written at once costs little more than one."""

    @property
    def writes_together(self) -> bool: ...
    def read(self, fn: Callable[[Any], T]) -> T: ...
    def write(self, fn: Callable[[Any], T]) -> T: ...
    def write_each(self, fns: Sequence[Callable[[Any], T]]) -> Sequence[T | Exception]:
        """As `write` for each of them in this order; an error stands where one is."""


class Reception(Protocol):
    """The one entry for every channel's messages."""

    def receive(self, unit: Any, message: Message) -> Sequence[Reply]: ...
    def read_ahead(self, messages: Sequence[Said]) -> list[Said]: ...
    def take_private(
        self, unit: Any, handle: str, serial: int, values: Mapping[str, str], at: datetime
    ) -> Sequence[Reply] | None: ...


class Office(Protocol):
    """Everything the web doors use. `checks` are what `/readyz` asks: each raises or answers False when not ready."""

    @property
    def settings(self) -> Settings: ...
    @property
    def store(self) -> Store: ...
    @property
    def reception(self) -> Reception: ...
    @property
    def jurisdiction(self) -> Jurisdiction: ...
    @property
    def law(self) -> Law: ...
    @property
    def signer(self) -> Any: ...
    @property
    def wechat(self) -> Any | None: ...
    @property
    def wecom_door(self) -> Any | None: ...
    @property
    def telegram_door(self) -> Any | None: ...
    @property
    def checks(self) -> Mapping[str, Callable[[], object]]: ...
    def now(self) -> datetime: ...
    def checking(self, number: str) -> Mapping[str, str]:
        """What a notice of that case says of where to check it."""

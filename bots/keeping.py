"""Turns a remembered value into plain JSON and back, forgiving what an older or damaged version lacks or spoils."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar

T = TypeVar("T")
# What a field becomes of what was kept of it.
Fit = Callable[[Any], Any]
# What JSON has itself, most of all there is.
BARE = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """A field's value as JSON has it."""
    kind = type(value)
    if kind in BARE:
        return value
    if kind is dict:
        return value.copy()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value):
        return spread(value)
    return dict(value) if isinstance(value, Mapping) else value


def spread(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON has them, those of dataclasses within it too; what is as at first is left
    out."""
    kind: Any = type(value)
    held = vars(value)
    # Most is as at first, and the very same object.
    told = ((name, held[name], first) for name, first in _first(kind) if held[name] is not first)
    return {name: plain(each) for name, each, first in told if each != first}


def restore(kind: type[T], kept: Mapping[str, Any], parts: tuple[type, ...] = ()) -> T:
    """One of that kind, with the fields that `kept` has in the right form. `parts`: the kinds that may stand in it."""
    shape: Any = kind
    fits = _fits(shape, parts)
    return kind(**{name: fits[name](value) for name, value in kept.items() if name in fits})


@cache
def _first(kind: Any) -> tuple[tuple[str, Any], ...]:
    """What the fields are where nobody says; they all must have such a value."""
    return tuple(vars(kind()).items())


@cache
def _fits(kind: Any, parts: tuple[type, ...]) -> Mapping[str, Fit]:
    """How each field is read."""
    named, first = {part.__name__: part for part in parts}, dict(_first(kind))
    return {item.name: _fit(str(item.type), first[item.name], named) for item in fields(kind)}


def _fit(shape: str, first: Any, parts: Mapping[str, type]) -> Fit:
    """How a field of that type, as it is written, is read."""
    name = shape.partition(" ")[0]
    if name in parts:
        return partial(_part, parts[name])
    if name == "datetime":
        return _moment
    if isinstance(first, tuple):
        return partial(_row, _pairs if "tuple[tuple" in shape else _texts)
    if isinstance(first, Mapping):
        return lambda value: dict(value) if isinstance(value, Mapping) else first
    return lambda value: value if type(value) is type(first) else first


def _part(kind: type, value: Any) -> Any:
    return restore(kind, value) if isinstance(value, Mapping) else None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _row(read: Callable[[Any], tuple[Any, ...]], value: Any) -> tuple[Any, ...]:
    return read(value) if isinstance(value, list | tuple) else ()


def _pairs(values: Any) -> tuple[tuple[str, str], ...]:
    pairs = (pair for pair in values if isinstance(pair, list | tuple) and len(pair) == 2)
    return tuple((str(one), str(other)) for one, other in pairs)


def _texts(values: Any) -> tuple[str, ...]:
    return tuple([value for value in values if isinstance(value, str)])

"""Turns a remembered value into plain JSON and back, forgiving what an older or damaged version lacks or spoils."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def plain(value: Any) -> Any:
    """A field's value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def spread(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as JSON has them, those of dataclasses within it too; what is as at first is left
    out."""
    kind: Any = type(value)
    first, held = _first(kind), ((name, getattr(value, name)) for name in _shapes(kind))
    return {name: spread(one) if is_dataclass(one) else plain(one) for name, one in held if one != first[name]}


def restore(first: T, kept: Mapping[str, Any], parts: Mapping[str, Any]) -> T:
    """`first` with the fields that `kept` has in the right form. `parts`: empty values by their type's name."""
    kind: Any = type(first)
    shapes = _shapes(kind)
    found = {name: value for name, value in kept.items() if name in shapes}
    fitting = {name: _fit(shapes[name], getattr(first, name), value, parts) for name, value in found.items()}
    return replace(first, **fitting)  # type: ignore[type-var]


@cache
def _shapes(kind: Any) -> Mapping[str, str]:
    """The types of the fields, as they are written."""
    return {item.name: str(item.type) for item in fields(kind)}


@cache
def _first(kind: Any) -> Mapping[str, Any]:
    """What the fields are where nobody says; they all must have such a value."""
    return {name: getattr(kind(), name) for name in _shapes(kind)}


def _fit(shape: str, first: Any, value: Any, parts: Mapping[str, Any]) -> Any:
    name = shape.partition(" ")[0]
    if name in parts:
        return restore(parts[name], value, parts) if isinstance(value, Mapping) else None
    if name == "datetime":
        return _moment(value)
    if isinstance(first, tuple):
        return _row(shape, value) if isinstance(value, list | tuple) else first
    if isinstance(first, Mapping):
        return dict(value) if isinstance(value, Mapping) else first
    return value if type(value) is type(first) else first


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _row(shape: str, values: list[Any] | tuple[Any, ...]) -> tuple[Any, ...]:
    if "tuple[tuple" in shape:
        pairs = (pair for pair in values if isinstance(pair, list | tuple) and len(pair) == 2)
        return tuple((str(one), str(other)) for one, other in pairs)
    return tuple(value for value in values if isinstance(value, str))

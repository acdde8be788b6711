"""Values of the casebook as JSON and back, without loss.

Plain JSON knows no moments, tuples, sets or dataclasses; here each stands under a key that begins with `$`
(`{"$at": "2026-03-02T09:00:00+08:00"}`). What comes back equals what went in, moments in the office's own zone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, replace
from datetime import date, datetime, tzinfo
from typing import Any

from casebook.case import Case, ClockRun, Filing, Person


def _default(item: Field[Any]) -> Any:
    return item.default if item.default_factory is MISSING else item.default_factory()


SHAPES: dict[str, type[Any]] = {"$filing": Filing, "$run": ClockRun, "$case": Case, "$person": Person}
TAGS = {shape: tag for tag, shape in SHAPES.items()}
NAMES = {shape: tuple(item.name for item in fields(shape)) for shape in TAGS}
DEFAULTS = {shape: {item.name: _default(item) for item in fields(shape)} for shape in TAGS}


# What JSON has itself. Exactly these: of a subclass (an enumeration's member) the usual ways decide.
BARE = frozenset({str, int, float, bool, type(None)})
FILING = '"filing":'
WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Codec:
    """Writes and reads JSON for one office; `zone` is the zone that moments come back in."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._decoder = json.JSONDecoder(object_hook=self._unpack)
        self._readers: Mapping[str, Callable[[Any], Any]] = {
            "$at": self.moment,
            "$day": date.fromisoformat,
            "$tuple": tuple,
            "$set": frozenset,
            "$dict": dict,
        }

    def dump(self, value: Any) -> str:
        """Canonical JSON: the same value gives the same text. Always valid UTF-8."""
        packed = _pack(value)
        text = WRITER.encode(packed)
        # A lone surrogate (broken emoji of a platform) has no UTF-8; escaped it survives.
        return text if _encodable(text) else json.dumps(packed, sort_keys=True, separators=(",", ":"))

    def load(self, text: str | bytes) -> Any:
        """The value that `dump` wrote."""
        return self._decoder.decode(text if isinstance(text, str) else text.decode())

    def filing(self, text: str | bytes) -> Filing:
        """The filing alone of a case's snapshot: a third of the work, for whoever reads those of a city's month."""
        whole = text if isinstance(text, str) else text.decode()
        # Keys stand in their order, and no text before this one can hold it: a quotation mark in a text is escaped.
        found, _ = self._decoder.raw_decode(whole, whole.index(FILING) + len(FILING))
        assert isinstance(found, Filing)
        return found

    def moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(self._zone)

    def local(self, moment: datetime) -> datetime:
        """The same moment in the office's zone."""
        return moment.astimezone(self._zone)

    def maybe_local(self, moment: datetime | None) -> datetime | None:
        return moment and self.local(moment)

    def _unpack(self, table: dict[str, Any]) -> Any:
        if len(table) != 1:
            return table
        (tag, content) = next(iter(table.items()))
        if not tag.startswith("$"):
            return table
        if tag in SHAPES:
            return SHAPES[tag](**content)
        return self._readers[tag](content)


def _pack(value: Any) -> Any:
    kind = type(value)
    if kind in BARE:
        return value
    if kind is dict:
        return _pack_mapping(value)
    if kind is list:
        return [item if type(item) in BARE else _pack(item) for item in value]
    return _pack_other(value)


def _pack_other(value: Any) -> Any:
    """What is not JSON's own: numbers and texts of a kind of their own, moments, collections, the casebook's values."""
    if type(value) is tuple:  # as often as all others together
        return _pack_sequence(value)
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, Mapping):
        return _pack_mapping(value)
    return _pack_sequence(value) if isinstance(value, list | tuple | set | frozenset) else _pack_shape(value)


def _pack_mapping(table: Mapping[Any, Any]) -> Any:
    for key in table:
        if not isinstance(key, str) or key[:1] == "$":
            return {"$dict": [[_pack(key), _pack(item)] for key, item in table.items()]}
    return {key: item if type(item) in BARE else _pack(item) for key, item in table.items()}


def _pack_sequence(items: list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any]) -> Any:
    packed = [item if type(item) in BARE else _pack(item) for item in items]
    if isinstance(items, list):
        return packed
    return {"$tuple": packed} if isinstance(items, tuple) else {"$set": sorted(packed, key=json.dumps)}


def _pack_shape(value: Any) -> Any:
    if isinstance(value, date):
        return {"$day": value.isoformat()}
    tag = TAGS.get(type(value))
    if tag is None:
        raise TypeError(f"cannot keep a {type(value).__name__}: only plain values, moments, collections and Filings")
    defaults = DEFAULTS[type(value)]
    items = ((name, getattr(value, name)) for name in NAMES[type(value)])
    return {tag: {name: _pack(item) for name, item in items if item != defaults[name]}}


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def without_history(case: Case) -> Case:
    """The case as a snapshot keeps it: its entries stand in their own rows."""
    return replace(case, history=())

"""Sealing everything anew under the present key, while the office works: a few rows in a transaction.

Stopped anywhere, the next call goes on: what is of the present key is no longer found.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from casebook.errors import CasebookError
from models.resealing import TABLES, Resealing, Sealed
from models.store import Store
from models.unit import Unit
from models.vault import Unopenable

log = logging.getLogger(__name__)

BATCH, PORTION = 20, 1000
Find = Callable[[Resealing, Sequence[Any], int], list[tuple[Any, ...]]]
Renew = Callable[[Resealing, Sequence[Any]], bool]


class NotResealed(CasebookError):
    """Something could not be opened, and is not sealed anew."""


@dataclass(frozen=True)
class Resealed:
    """How many rows of each table were sealed anew, and which could not be: they stand as they were."""

    counts: dict[str, int]
    left: tuple[str, ...]


def reseal(store: Store) -> Resealed:
    """Seal everything anew that a former key sealed."""
    counts, left = {"cases": 0}, []
    for name, find, renew in _sorts():
        counts[name] = 0
        for batch in _batches(store, find):
            done, failed = _renewed(store, renew, batch)
            counts[name] += done
            left += [f"{name} {' '.join(map(str, key))}" for key in failed]
    return Resealed(counts, tuple(left))


def _sorts() -> Iterator[tuple[str, Find, Renew]]:
    yield "cases", Resealing.old_cases, lambda part, key: part.case(key[0])
    for sort in TABLES:
        yield sort.table.name, _finder(sort), _renewer(sort)


def _finder(sort: Sealed) -> Find:
    return lambda part, after, most: part.old_rows(sort, after, most)


def _renewer(sort: Sealed) -> Renew:
    return lambda part, key: part.row(sort, key)


def _batches(store: Store, find: Find) -> Iterator[list[tuple[Any, ...]]]:
    after: Sequence[Any] = ()
    while keys := store.read(lambda unit, after=after: find(Resealing.of(unit), after, PORTION)):  # type: ignore[misc]
        yield from (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
        after = keys[-1]


def _renewed(store: Store, renew: Renew, keys: list[tuple[Any, ...]]) -> tuple[int, list[tuple[Any, ...]]]:
    """How many were, and which could not be opened."""

    def do(unit: Unit) -> int:
        part = Resealing.of(unit)
        return sum(renew(part, key) for key in keys)

    try:
        return store.write(do), []
    except Unopenable as error:
        if len(keys) == 1:
            log.error("left as it is: %s", error)
            return 0, keys
    each = [_renewed(store, renew, [key]) for key in keys]
    return sum(done for done, _ in each), [key for _, failed in each for key in failed]

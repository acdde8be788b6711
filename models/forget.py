"""Letting go, sort by sort, while the office works: found on a reading view, let go in small transactions.

Stopped anywhere, the next call goes on: what is let go is no longer found. Two at once do no harm; each row is counted
by the one that let it go.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook.case import Person
from casebook.errors import CasebookError
from casebook.keeping import Limits
from models.forgetting import SORTS, Counts, Forgetting, Sort
from models.store import Store
from models.unit import Unit
from models.vault import Unopenable

log = logging.getLogger(__name__)

# So few in one transaction that nobody waits for it; so many of each sort in one call that a night is enough.
BATCH, PORTION = 20, 2000


class NotForgotten(CasebookError):
    """The case cannot be let go: there is none, it is not concluded, or it was let go before."""


@dataclass(frozen=True)
class Forgotten:
    """How many of each sort were let go, and whether that was all there is."""

    counts: Counts
    finished: bool

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in self.counts.items() if count) or "nothing"


def would_go(store: Store, limits: Limits) -> Counts:
    """How many of each sort are past their time now; a case is counted under `cases` only once it has lost its
    person, a contact only once it has no case left."""
    return store.read(lambda unit: {sort.name: Forgetting.of(unit).count(sort, limits) for sort in SORTS})


def forget(store: Store, limits: Limits, at: datetime, most: int = PORTION) -> Forgotten:
    """Let go of at most `most` of each sort."""
    counts, finished = {}, True
    for sort in SORTS:
        keys = store.read(lambda unit, sort=sort: Forgetting.of(unit).past(sort, limits, most))  # type: ignore[misc]
        batches = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
        counts[sort.name] = sum(_go(store, sort, batch, limits, at) for batch in batches)
        finished = finished and len(keys) < most
    if finished:
        store.write(lambda unit: Forgetting.of(unit).mark_inbox(limits))
    return Forgotten(counts, finished)


def forget_case(store: Store, number: str, by: Person, reason: str, at: datetime) -> None:
    """Let the person of one concluded case go before its time; recorded among the looks. Raises NotForgotten."""

    def do(unit: Unit) -> bool:
        gone = Forgetting.of(unit).erase(number, at, at)
        if gone:
            unit.looked(number, str(by), "erased", reason, at)
        return gone

    if not store.write(do):
        raise NotForgotten(f"{number}: no such case, not concluded yet, or erased before; nothing was changed")


def _go(store: Store, sort: Sort, keys: Sequence[Any], limits: Limits, at: datetime) -> int:
    try:
        return store.write(lambda unit: sort.go(Forgetting.of(unit), keys, limits, at))
    except Unopenable:
        if len(keys) == 1:
            log.error("%s %s cannot be opened and is left as it is; see python -m casebook verify", sort.name, keys[0])
            return 0
        return sum(_go(store, sort, [key], limits, at) for key in keys)

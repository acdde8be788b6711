"""The checker: what must hold after every fault, and what every person received.

I1 each acknowledged delivery is in the inbox; I2 what it caused is there once (the same cases, the same histories as on
an undisturbed day); I3 each due reminder was told once; I4 each notice went, or was given up with a reason; I5, I6 what
`casebook verify` finds; I7 the database itself. Then the letters: everything people read on the undisturbed day, each
once; what the platform would take no more stands on the call list instead.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from models.store import Store
from models.tables import lines, outbox, timers
from models.vault import Vault
from models.verify import verify
from tests.chaos.calling import Call, Letter, by_telephone, calls_of
from tests.chaos.day import KEY, Order


@dataclass
class Found:
    """What stood there after a day."""

    faults: list[str] = field(default_factory=list)
    letters: Counter[Letter] = field(default_factory=Counter)
    histories: tuple[tuple[str, ...], ...] = ()
    calls: list[Call] = field(default_factory=list)

    def against(self, other: Found, refused: Collection[str]) -> tuple[list[Letter], list[Letter]]:
        """What was lost and what came more than once, measured by an undisturbed day.

        `refused`: whom the platform lets us send nothing more; what they are telephoned about is not lost.
        """
        lost, more = other.letters - self.letters, self.letters - other.letters
        lost, more = by_telephone(self.calls, refused, lost, more)
        return list(lost.elements()), list(more.elements())


def check(order: Order, delivered: Iterable[Any]) -> Found:
    """Everything that is wrong, and everything that people read."""
    found = Found(letters=Counter((item["to"], _said(item.get("text") or str(item.get("data")))) for item in delivered))
    if order.url.startswith("sqlite"):
        _integrity(order.url.removeprefix("sqlite:///"), found)
    store = Store(order.url, Vault(KEY.encode()))
    try:
        found.faults += [f"verify: {fault}" for fault in verify(store)]
        store.read(lambda unit: _read(unit, _acknowledged(Path(order.acknowledged)), found))
        found.calls = calls_of(order, store, _said)
    finally:
        store.close()
    return found


def _said(text: str) -> str:
    """A letter without what is another on each day: the address of a paper names its reader's own handle."""
    return re.sub(r"/papers/\S+", "/papers/…", text)


def _integrity(path: str, found: Found) -> None:
    link = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    (said,) = link.execute("PRAGMA integrity_check").fetchone()
    link.close()
    if said != "ok":
        found.faults.append(f"database: {said}")


def _acknowledged(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    whole = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in whole if line.endswith("\n")]


def _read(unit: Any, acknowledged: list[dict[str, Any]], found: Found) -> None:
    _inbox(unit, acknowledged, found)
    for row in unit._rows(select(timers.c.key, timers.c.state, timers.c.told, timers.c.why)):
        if row.state == "fired" and bool(row.told) == bool(row.why):
            found.faults.append(f"timer {row.key} was told {row.told!r} and not told because {row.why!r}")
        if row.told and unit.outbox_row(row.told) is None:
            found.faults.append(f"timer {row.key} was told by {row.told}, which is not there")
    for row in unit._rows(select(outbox.c.key, outbox.c.state, outbox.c.why)):
        if row.state not in ("sent", "passive", "withdrawn") and not (row.state == "failed" and row.why):
            found.faults.append(f"notice {row.key} is {row.state}")
    for room in sorted({row.room for row in unit._rows(select(lines.c.room))}):
        found.letters.update((room, _said(line.body.get("text", ""))) for line in unit.lines(room, 0, 10_000))
    found.histories = tuple(
        tuple(entry.step for entry in unit.load(number).history) for number in unit.numbers(limit=10_000)
    )


def _inbox(unit: Any, acknowledged: list[dict[str, Any]], found: Found) -> None:
    """An acknowledged delivery is kept; its answer counts once however often it came, and is always the same."""
    answers: dict[tuple[str, str], set[str]] = {}
    for line in acknowledged:
        seen = unit.inbox_seen(line["channel"], line["id"]) if line["channel"] == "wechat" else True
        if seen is None:
            found.faults.append(f"delivery {line['id']} was acknowledged and is not kept")
        if line["text"]:
            answers.setdefault((line["who"], line["id"]), set()).add(line["text"])
    for (who, id), texts in answers.items():
        found.letters.update((who, _said(text)) for text in texts)
        if len(texts) > 1:
            found.faults.append(f"delivery {id} was answered in {len(texts)} ways")

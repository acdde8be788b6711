"""`casebook import services FILE.csv`: how many services each unit handled in each month, to measure complaints by.

Columns 单位, 月份, 办件量 (or unit, month, count). The whole file is taken or nothing of it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from casebook.errors import RulebookError
from casebook.law import Law
from models.store import Store
from models.unit import Unit

COLUMNS = {"单位": "unit", "月份": "month", "办件量": "count"}
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def import_services(path: Path, store: Store, law: Law, at: datetime) -> int:
    """Keep the file's figures; how many rows. Raises RulebookError naming file and line; nothing is kept then."""
    rows = list(_rows(path, law))

    def keep(unit: Unit) -> None:
        for name, month, count in rows:
            unit.services_put(name, month, count, at)

    store.write(keep)
    return len(rows)


def _rows(path: Path, law: Law) -> Iterator[tuple[str, str, int]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError(f"{path}: {getattr(error, 'strerror', '') or 'not UTF-8 text'}") from error
    reader = csv.DictReader(text.splitlines())
    heads = [COLUMNS.get(name.strip(), name.strip()) for name in reader.fieldnames or ()]
    if sorted(heads) != ["count", "month", "unit"]:
        raise RulebookError(f"{path.name}: the columns must be 单位,月份,办件量 (or unit,month,count)")
    reader.fieldnames = heads
    for number, row in enumerate(reader, 2):
        yield _row(row, law, f"{path.name}, line {number}")


def _row(row: dict[str, str], law: Law, where: str) -> tuple[str, str, int]:
    name, month, count = (str(row.get(key) or "").strip() for key in ("unit", "month", "count"))
    unit = law.jurisdiction.unit(name)
    if unit is None:
        raise RulebookError(f"{where}: no unit {name!r}")
    if not MONTH.fullmatch(month):
        raise RulebookError(f"{where}: {month!r} is not a month; write 2026-11")
    if not (count.isascii() and count.isdigit()):
        raise RulebookError(f"{where}: {count!r} is not a number of services")
    return unit.name, month, int(count)

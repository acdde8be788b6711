"""What carries out each obligation of the regulations, and which rehearsal shows it.

The answers stand in coverage.toml, one entry an obligation: `by` says what sort of thing carries it (a step, a clock, a
message …), `carrier` which one. Where people do it, `why` says so; where nothing does yet, `missing` says what.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from casebook.errors import RulebookError

FILE = Path(__file__).with_name("coverage.toml")
SORTS = frozenset(
    "article rule step clock clause class message form figure report setting page channel trust reader people".split()
)


@dataclass(frozen=True)
class Covered:
    """One obligation: what carries it. `by` is one of SORTS, or "" where `missing` says what is not there."""

    id: str
    rulebook: str
    by: str = ""
    carrier: str = ""
    why: str = ""
    missing: str = ""
    shown: tuple[str, ...] = ()
    words: str = ""

    @property
    def answered(self) -> bool:
        return bool(self.by and (self.carrier or self.why))


@cache
def entries() -> Mapping[str, Covered]:
    """Every entry of the file by its id. Raises RulebookError for a faulty one."""
    table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = {}
    for rulebook, rows in table.items():
        for number, row in rows.items():
            found[number] = _entry(number, rulebook, row)
    return found


def _entry(number: str, rulebook: str, row: Mapping[str, Any]) -> Covered:
    try:
        made = Covered(number, rulebook, **{**row, "shown": tuple(row.get("shown", ()))})
    except TypeError as error:
        raise RulebookError(f"{FILE.name}: {number}: {error}") from error
    if made.by and made.by not in SORTS:
        raise RulebookError(f"{FILE.name}: {number}: by {made.by!r} is not one of {', '.join(sorted(SORTS))}")
    if not made.answered and not made.missing:
        raise RulebookError(f"{FILE.name}: {number}: neither a carrier, nor why people do it, nor what is missing")
    return made


def coverage(csv_text: str | None = None, rulebook: str | None = None) -> list[dict[str, Any]]:
    """A row for every obligation: of the file given (CSV with `id`), else of our own list; of one rulebook, or all.

    Raises RulebookError for a CSV without ids.
    """
    rows = [asdict(found) for found in _asked(csv_text) if rulebook in (None, found.rulebook)]
    if rulebook is not None and not rows:
        known = ", ".join(sorted({entry.rulebook for entry in entries().values()}))
        raise RulebookError(f"no obligations of {rulebook!r}; there are those of {known}")
    return rows


def _asked(csv_text: str | None) -> Iterable[Covered]:
    known = entries()
    if csv_text is None:
        return known.values()
    reader = csv.DictReader(io.StringIO(csv_text.removeprefix("\ufeff")))
    if "id" not in (reader.fieldnames or ()):
        raise RulebookError("the obligations have no column 'id'")
    return [_from_row(row, known) for row in reader]


def _from_row(row: Mapping[str, str], known: Mapping[str, Covered]) -> Covered:
    number, words = row["id"], row.get("chinese") or ""
    found = known.get(number)
    if found is None:
        return Covered(number, row.get("source") or "", missing="no entry in coverage.toml", words=words)
    return Covered(**{**asdict(found), "words": words})


def text(rows: Sequence[Mapping[str, Any]]) -> str:
    """The same for a reader: a line an obligation, and how many are answered by what."""
    lines = [_line(row) for row in rows]
    counts = Counter(row["by"] or "missing" for row in rows)
    summary = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    return "\n".join([*lines, "", f"{len(rows)}: {summary}"]) + "\n"


def _line(row: Mapping[str, Any]) -> str:
    what = f"{row['by']}: {row['carrier'] or row['why']}" if row["by"] else f"! {row['missing']}"
    rest = f"  (missing: {row['missing']})" if row["by"] and row["missing"] else ""
    shown = f"  [{', '.join(row['shown'])}]" if row["shown"] else ""
    return f"{row['id']:<12} {what}{rest}{shown}"

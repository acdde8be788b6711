"""The corpus as rows: reading labelled messages, with the line named where one is faulty.

The house's own stand in CSV (`train*.csv`), those of independent hands, with their fields, in `hands.jsonl`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).with_name("corpus")
HANDS = "hands.jsonl"
LABELS = ("text", "kind", "verdict", "ground", "department")


class CorpusError(Exception):
    """A file of texts cannot be used; says which line and why."""


@dataclass(frozen=True)
class Example:
    """One message of the corpus with what it means.

    `second`: another unit that could rightly lead, "" where none could; None where nobody was asked. `hand`: who wrote
    it, of those that are not of the house.
    """

    text: str
    kind: str
    verdict: str
    ground: str
    department: str
    second: str | None = None
    hand: str = ""

    @property
    def units(self) -> set[str]:
        """Those that could rightly lead."""
        return {self.department, self.second or self.department}


def read_examples(path: Path) -> list[Example]:
    """All messages of a corpus file."""
    return [Example(*row) for row in read_columns(path, LABELS)]


def read_taught(corpus: Path = CORPUS) -> tuple[list[Example], list[Example]]:
    """All messages that teach: the house's own, and those of independent hands. Raises CorpusError with the line."""
    own = [example for path in sorted(corpus.glob("train*.csv")) for example in read_examples(path)]
    hands = read_lines(corpus / HANDS, LABELS) if (corpus / HANDS).exists() else []
    return own, [_example(line) for line in hands]


def _example(line: Mapping[str, Any]) -> Example:
    return Example(**{name: line[name] for name in LABELS}, second=line.get("second"), hand=line.get("set", ""))


def read_lines(path: Path, names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Labelled messages, a JSON object a line, each with these labels. Raises CorpusError with the line."""
    found: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            message = json.loads(line)
        except ValueError as error:
            raise CorpusError(f"{path.name}, line {number}: {error}") from error
        missing = [name for name in names if name not in message]
        if missing:
            raise CorpusError(f"{path.name}, line {number}: no {missing[0]!r}; needed are {','.join(names)}")
        found.append(message)
    return found


def read_columns(path: Path, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Those columns of a CSV file with a heading. Raises CorpusError with the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            missing = [name for name in names if name not in (reader.fieldnames or ())]
            if missing:
                raise CorpusError(f"{path.name}, line 1: no column {missing[0]!r}; needed are {','.join(names)}")
            return [_row(row, names, f"{path.name}, line {reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{path.name}: {error}") from error


def _row(row: dict[str, str], names: Sequence[str], where: str) -> tuple[str, ...]:
    values = tuple(row[name] for name in names)
    if any(value is None for value in values):
        raise CorpusError(f"{where}: too few columns")
    return values

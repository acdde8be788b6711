"""The corpus as rows: reading CSV of labelled messages, with the line named where one is faulty."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")


class CorpusError(Exception):
    """A file of texts cannot be used; says which line and why."""


@dataclass(frozen=True)
class Example:
    """One message of the corpus with what it means."""

    text: str
    kind: str
    verdict: str
    ground: str
    department: str


def read_examples(path: Path) -> list[Example]:
    """All messages of a corpus file."""
    names = ("text", "kind", "verdict", "ground", "department")
    return [Example(*row) for row in read_columns(path, names)]


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

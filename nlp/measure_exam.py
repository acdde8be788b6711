"""Exams: sets by hands that knew neither rules nor corpus, all labels in one line, of which nothing is ever learnt.

Nobody looks at what was read wrongly there: only the figures tell. A set that was looked at teaches from then on, and
another takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nlp.corpus_reading import CORPUS, read_lines
from nlp.deciding import ACCEPT, REFUSE
from nlp.figures import share
from nlp.measure_fields import field_figures
from nlp.reader import Reader, Reading

EXAMS = "exam-*.jsonl"
FIRST = 3


@dataclass(frozen=True)
class Answered:
    """A labelled message and how it was read."""

    right: Mapping[str, Any]
    reading: Reading

    @property
    def names(self) -> list[str]:
        """The units that were named, best first."""
        return [name for name, _ in self.reading.departments]


def exam_figures(reader: Reader, corpus: Path = CORPUS) -> dict[str, str]:
    """The rows of the table: set by set, then all together."""
    sets = {path.stem: list(_answers(reader, path)) for path in sorted(corpus.glob(EXAMS))}
    sets["all exams"] = [each for answers in sets.values() for each in answers]
    return {
        f"{name}: {row}": figure for name, answers in sets.items() for row, figure in _figures(reader, answers).items()
    }


def _answers(reader: Reader, path: Path) -> Iterator[Answered]:
    for right in read_lines(path):
        yield Answered(right, reader.read(right["text"], datetime.fromisoformat(right["now"])))


def _figures(reader: Reader, answers: list[Answered]) -> dict[str, str]:
    real = [each for each in answers if each.right["verdict"] == ACCEPT]
    units = [({each.right["department"], each.right["second"]}, _subjects(reader, each)) for each in real]
    fields = field_figures((each.reading.fields, each.right["fields"]) for each in answers)
    by_field = "、".join(f"{field} {value:.3f}" for field, value in fields.items() if field)
    return {
        "verdict right": share([each.reading.verdict == each.right["verdict"] for each in answers]),
        "verdict and ground right": share(
            [(each.reading.verdict, each.reading.ground or "") == _verdict(each) for each in answers]
        ),
        "kind right": share([each.reading.kind == each.right["kind"] for each in answers]),
        "kind of the accepted ones right": share([each.reading.kind == each.right["kind"] for each in real]),
        "real matters proposed for refusal": f"{sum(each.reading.verdict == REFUSE for each in real)} of {len(real)}",
        "unit, first of the list": share([bool(right & {*said[:1]}) for right, said in units]),
        "unit, in the first three": share([bool(right & {*said[:FIRST]}) for right, said in units]),
        "fields F1": f"{fields['']:.3f}: {by_field}",
    }


def _verdict(each: Answered) -> tuple[str, str]:
    return each.right["verdict"], each.right["ground"]


def _subjects(reader: Reader, each: Answered) -> list[str]:
    return [reader.router.subject_of(name) for name in each.names]

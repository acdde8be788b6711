"""How well the reader reads, on messages kept apart from its training: the table behind `make evaluate`.

What stands in brackets is a 95 % interval (Wilson). The corpus is ours and invented, so these figures flatter; the
folder of public texts, where given, shows what happens to messages nobody wrote for us.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from nlp.corpus_reading import CORPUS, Example, read_examples, read_taught
from nlp.deciding import ACCEPT, OUT_OF_SCOPE, REFUSE
from nlp.figures import share as _share
from nlp.measure_exam import exam_figures
from nlp.measure_parts import measure_parts
from nlp.measure_public import public_figures
from nlp.measure_routing import routing_figures
from nlp.reader import Reader, Reading

NOW = datetime.fromisoformat("2025-09-26T10:00:00+08:00")
# Kept apart: everyday messages, hard ones, and ones written last, in other voices than the training parts.
KEPT_APART = ("test.csv", "test-hard.csv", "test-fresh.csv")


def measure(public: Path | None = None, errors: Path | None = None) -> dict[str, Any]:
    """Every figure of the table. `public`: the folder of public texts; `errors`: a file for what went wrong."""
    reader = Reader.load()
    table: dict[str, Any] = {}
    examples: list[Example] = []
    for name in KEPT_APART:
        own = read_examples(CORPUS / name)
        readings = [reader.read(example.text, NOW) for example in own]
        rows = _screening(own, readings)
        table |= {f"{name.removesuffix('.csv')}: {row.strip()}": figure for row, figure in rows.items()}
        table |= routing_figures(name.removesuffix(".csv"), own, reader)
        _write_errors(errors, name, own, readings)
        examples += own
    table |= _baseline()
    table |= exam_figures(reader)
    table |= measure_parts(reader)
    table["read, median ms"] = _latency(reader, [example.text for example in examples])
    if public is not None:
        table |= public_figures(reader, public, NOW)
    return table


def _baseline() -> dict[str, str]:
    """The same questions to a plain pipeline (TF-IDF of characters 1-3, linear SVM, no rules), trained in this run."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    taught = [example for taught in read_taught() for example in taught]
    plain = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), LinearSVC())
    plain.fit([example.text for example in taught], [example.verdict for example in taught])
    rows = {}
    for name in KEPT_APART:
        kept = read_examples(CORPUS / name)
        said = plain.predict([example.text for example in kept])
        rows[f"{name.removesuffix('.csv')}: verdict, plain pipeline"] = _share(
            [str(one) == example.verdict for one, example in zip(said, kept, strict=True)]
        )
    return rows


def _write_errors(path: Path | None, name: str, examples: Sequence[Example], readings: Sequence[Reading]) -> None:
    """What was read wrongly, by class, to read over."""
    if path is None:
        return
    wrong = []
    for example, reading in zip(examples, readings, strict=True):
        if reading.verdict != example.verdict or reading.kind != example.kind:
            right, said = example.ground or example.verdict, reading.ground or reading.verdict
            wrong.append("\t".join((name, right, said, reading.kind, example.text)) + "\n")
    with path.open("a", encoding="utf-8") as file:
        file.writelines(sorted(wrong))


def _screening(examples: Sequence[Example], readings: Sequence[Reading]) -> dict[str, str]:
    pairs = list(zip(examples, readings, strict=True))
    recall = Counter(example.verdict for example, reading in pairs if reading.verdict == example.verdict)
    of = Counter(example.verdict for example in examples)
    real = [reading for example, reading in pairs if example.verdict == ACCEPT]
    return {
        "messages kept apart": str(len(pairs)),
        "verdict": _share([reading.verdict == example.verdict for example, reading in pairs]),
        "verdict and ground": _share([(reading.ground or "") == example.ground for example, reading in pairs]),
        **{f"  recall {verdict}": f"{recall[verdict] / count:.3f} of {count}" for verdict, count in sorted(of.items())},
        "real matters refused": _share([reading.verdict == REFUSE for reading in real]),
        "real matters sent elsewhere": _share([reading.verdict == OUT_OF_SCOPE for reading in real]),
        "grounds, each alike": f"{_evenly(pairs):.3f}",
        "kind": _share([reading.kind == example.kind for example, reading in pairs]),
    }


def _evenly(pairs: Sequence[tuple[Example, Reading]]) -> float:
    """The verdict's recall, the mean over acceptance and every ground."""
    right: dict[str, list[bool]] = {}
    for example, reading in pairs:
        right.setdefault(example.ground or ACCEPT, []).append(reading.verdict == example.verdict)
    return float(np.mean([np.mean(each) for each in right.values()]))


def _latency(reader: Reader, texts: Sequence[str]) -> float:
    taken = []
    for text in texts:
        started = perf_counter()
        reader.read(text, NOW)
        taken.append(perf_counter() - started)
    return round(1000 * median(taken), 3)

"""How well units are suggested on a first day: by ours, by a plain pipeline, by ours under other names and borders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from nlp.corpus_reading import CORPUS, Example, read_columns, read_taught
from nlp.figures import calibration_error, error_by_chance, share
from nlp.model import Numbers
from nlp.reader import Reader
from nlp.route import subjects
from nlp.train import ROUTES

# The twenty-four units under other names, some split, some merged; and which of them a subject may go to.
OTHER_UNITS = CORPUS / "other-units.csv"


def routing_figures(name: str, examples: Sequence[Example], first_day: Reader) -> dict[str, str]:
    """Rows of the table for one set of messages, `first_day` having the generic units."""
    kept = [example for example in examples if example.department]
    if not kept:
        return {}
    generic = {subject.called[0]: {subject.name} for subject in subjects()}
    other = {unit: set(told.split()) for unit, told in read_columns(OTHER_UNITS, ("department", "subjects"))}
    elsewhere = Reader.load(_units(OTHER_UNITS))
    return {
        **_rows(f"{name}: router", *_judged(first_day, kept, generic)),
        **_rows(f"{name}: router, other names and borders", *_judged(elsewhere, kept, other)),
        **_rows(f"{name}: router, plain pipeline", *_plain(kept)),
    }


Judged = tuple[Sequence[bool], Sequence[bool], Sequence[float]]


def _judged(reader: Reader, kept: Sequence[Example], takes: Mapping[str, set[str]]) -> Judged:
    """First right, one of three right, how sure of the first. `takes`: the subjects of each unit."""
    routed = [reader.first_day(example.text) for example in kept]
    pairs = zip(kept, routed, strict=True)
    hits = [[example.department in takes[unit] for unit, _ in units[:3]] for example, units in pairs]
    return [hit[0] for hit in hits], [any(hit) for hit in hits], [units[0][1] for units in routed]


def _plain(kept: Sequence[Example]) -> Judged:
    """TF-IDF of one to three characters and a linear SVM, trained in this run on the same messages."""
    corpus = [example for taught in read_taught() for example in taught]
    taught = [(example.text, example.department) for example in corpus if example.department]
    taught += [(text, unit) for text, unit in read_columns(CORPUS / ROUTES, ("text", "department"))]
    plain = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), LinearSVC())
    plain.fit([text for text, _ in taught], [unit for _, unit in taught])
    scores: Numbers = plain.decision_function([example.text for example in kept])
    classes = [str(name) for name in plain.classes_]
    hits = [
        [example.department == classes[place] for place in np.argsort(-row)[:3]]
        for example, row in zip(kept, scores, strict=True)
    ]
    return [hit[0] for hit in hits], [any(hit) for hit in hits], []


def _rows(name: str, first: Sequence[bool], three: Sequence[bool], sure: Sequence[float]) -> dict[str, str]:
    rows = {f"{name}, top 1": share(first), f"{name}, top 3": share(three)}
    if sure:
        error, chance = calibration_error(np.array(first), np.array(sure)), error_by_chance(np.array(sure))
        rows[f"{name}, calibration error"] = f"{error:.3f} (honest ones would show {chance:.3f} on so few)"
    return rows


def weak_figures(texts: Path, units: Path) -> dict[str, str]:
    """A new city with nothing but its units' duty lines, on its messages and the units that answered (weak labels)."""
    named = _units(units)
    takes = {unit: {unit} for unit, _ in named}
    kept = [
        Example(text, "", "", "", label) for text, label in read_columns(texts, ("text", "label")) if label in takes
    ]
    return _rows("another city, duty lines alone: router", *_judged(Reader.load(named), kept, takes))


def _units(path: Path) -> list[tuple[str, str]]:
    return [(name, duties) for name, duties in read_columns(path, ("department", "duties"))]

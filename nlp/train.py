"""The whole training, top to bottom: our own reader's models, and a city's router from its dispatch decisions.

A city's model is written only where it is not worse than the one that stands there: a bad month of labels must not
undo a good year.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp.corpus_reading import CORPUS, CorpusError, Example, read_columns, read_examples
from nlp.figures import figures_of
from nlp.fitting import FOLDS, SEED, Fitted, Labelled, fit
from nlp.model import Model, ModelError, load_model, save_model
from nlp.reader import WEIGHTS
from nlp.route import subjects

# A label needs one example in each fold; rarer ones cannot be learnt, only guessed.
LEAST_OF_A_LABEL = FOLDS

ROUTER_HEAD = "label"

_DUTY_ENDS = re.compile(r"[、,，]")


class WorseModelError(Exception):
    """The new model is worse than the one in its place, which stays."""


def train_reader(folder: Path = WEIGHTS, corpus: Path = CORPUS) -> Fitted:
    """The reader's three heads from our corpus' training part; written with their card."""
    examples = read_examples(corpus / "train.csv")
    texts, heads = reader_material(examples)
    fitted = fit(texts, heads)
    figures = {name: figures_of(_truth(head, fitted, name), fitted.unseen[name]) for name, head in heads.items()}
    card = {
        "what": "reads citizens' messages about government services: kind, screen (accept or ground), subject",
        "made of": f"nlp/corpus/train.csv, {len(examples)} hand-made messages, and the duty lines of subjects.toml",
        "how": "word, word pair and character pair TF-IDF; one linear SVM a class; one temperature a head",
        "seed": SEED,
        "cross-validated": figures,
        "limits": "trained on invented messages whose author wrote the cue words too; it suggests, a person decides",
    }
    fitted = replace(fitted, model=replace(fitted.model, card=card))
    save_model(fitted.model, folder)
    return fitted


def reader_material(examples: Sequence[Example]) -> tuple[list[str], dict[str, Labelled]]:
    """Texts and, for each question, which of them teach it what."""
    texts = [example.text for example in examples]
    routed = [row for row, example in enumerate(examples) if example.department]
    labels = [examples[row].department for row in routed]
    for subject in subjects():
        for duty in _DUTY_ENDS.split(subject.duties):
            routed.append(len(texts))
            labels.append(subject.name)
            texts.append(duty)
    everything = range(len(examples))
    heads = {
        "kind": Labelled(everything, [example.kind for example in examples]),
        "screen": Labelled(everything, [example.ground or example.verdict for example in examples]),
        "subject": Labelled(routed, labels),
    }
    return texts, heads


def train_router(texts: Path, folder: Path, units: Sequence[tuple[str, str]] | None = None) -> dict[str, Any]:
    """A model of `text,label` rows; its cross-validated figures on them. Raises WorseModelError, CorpusError.

    `units`: names and duty lines; the duties of units that are labels are learnt besides.
    """
    rows = [(text, label) for text, label in read_columns(texts, ("text", "label")) if text.strip() and label.strip()]
    counts = Counter(label for _, label in rows)
    kept = [(text, label) for text, label in rows if counts[label] >= LEAST_OF_A_LABEL]
    if len({label for _, label in kept}) < 2:
        raise CorpusError(f"{texts.name}: needs two labels with at least {LEAST_OF_A_LABEL} texts each")
    learnt = [*kept, *_duties(units or (), counts)]
    material = Labelled(range(len(learnt)), [label for _, label in learnt])
    fitted = fit([text for text, _ in learnt], {ROUTER_HEAD: material})
    decided = len(kept)  # figures are of decisions only, duty lines being too easy
    figures = figures_of(_truth(material, fitted, ROUTER_HEAD)[:decided], fitted.unseen[ROUTER_HEAD][:decided])
    left_out = sorted(label for label, count in counts.items() if count < LEAST_OF_A_LABEL)
    card = {
        "what": "routes texts to labels",
        "texts": len(kept),
        "left out": left_out,
        "seed": SEED,
        "cross-validated": figures,
    }
    _refuse_worse(folder, figures)
    save_model(replace(fitted.model, card=card), folder)
    return figures


def _duties(units: Sequence[tuple[str, str]], labels: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(duty, name) for name, line in units if labels.get(name) for duty in _DUTY_ENDS.split(line) if duty]


def _refuse_worse(folder: Path, figures: Mapping[str, Any]) -> None:
    try:
        standing: Model = load_model(folder)
    except ModelError:
        return
    before = standing.card.get("cross-validated", {}).get("macro_f1")
    if isinstance(before, (int, float)) and figures["macro_f1"] < before:
        raise WorseModelError(f"macro F1 {figures['macro_f1']} is below the standing model's {before}: it stays")


def _truth(material: Labelled, fitted: Fitted, head: str) -> np.ndarray[Any, Any]:
    classes = fitted.model.heads[head].classes
    return np.array([classes.index(label) for label in material.labels])

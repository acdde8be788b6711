"""How good a trained router is on texts it has not seen, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from nlp.corpus_reading import CorpusError, read_columns
from nlp.figures import figures_of
from nlp.model import Model, ModelError, Numbers, load_model
from nlp.topic import topic_features

ROUTER_HEAD = "label"


def evaluate_router(folder: Path, texts: Path) -> dict[str, Any]:
    """Figures of the model in `folder` on `text,label` rows. Raises ModelError, CorpusError."""
    model = load_model(folder)
    if ROUTER_HEAD not in model.heads:
        raise ModelError(f"no usable model in {folder}: it routes nothing")
    rows = [(text, label) for text, label in read_columns(texts, ("text", "label")) if label.strip()]
    if not rows:
        raise CorpusError(f"{texts.name}: no labelled text")
    started = perf_counter()
    probabilities = probabilities_of(model, ROUTER_HEAD, [text for text, _ in rows])
    taken = perf_counter() - started
    classes = model.heads[ROUTER_HEAD].classes
    truth = np.array([classes.index(label) if label in classes else -1 for _, label in rows])
    figures = figures_of(truth, probabilities)
    ordered = {name: figures[name] for name in ("accuracy", "macro_f1", "ece", "coverage_at_95")}
    return {**ordered, "messages_per_second": round(len(rows) / taken, 1), "n": figures["n"]}


def probabilities_of(model: Model, head: str, texts: Sequence[str]) -> Numbers:
    """A row a text, a column a class."""
    vectors = (model.vector(topic_features(text)) for text in texts)
    return np.array([model.heads[head].probabilities(vector) for vector in vectors])

"""Learning the small net: features drawn together to a few hundred directions, then one hidden layer.

The directions are those of the texts themselves (SVD) and those of the words' meanings (`nlp/meaning.py`), so that a
word seen twice is judged by its neighbours. Each text is learnt again with a third of its features left out: people
say the same in fewer and in other words. In the end directions and hidden layer are one product, a row a feature.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from nlp.fitting import SEED, STEPS, Labelled, folds_of
from nlp.meaning import load_meanings
from nlp.model import Numbers
from nlp.net import Net

# All found by cross-validation. A pair or run of characters in fewer texts than this says too little for its row.
LEAST_OFTEN = {"c": 10, "p": 16, "g": 16}
DIRECTIONS, HIDDEN = 400, 96
# Each text once more so many times, each time without this share of its features.
AGAIN, LEFT_OUT = 3, 0.3
ROUNDS, AT_ONCE, SHRINKING = 6, 128, 1e-3


@dataclass(frozen=True)
class FittedNet:
    """The net to serve, its scikit-learn twin over all columns, and what it said of texts while unseen."""

    net: Net
    twin: MLPClassifier
    unseen: Numbers


def fit_net(matrix: csr_matrix, names: Sequence[str], material: Labelled) -> FittedNet:
    """`matrix`: the material's texts, a column a feature; `names`: the features."""
    labels = np.array(material.labels)
    kept = _often_enough(matrix, names)
    seen = csr_matrix(matrix[:, kept], dtype=np.float32)
    meanings = _meanings([names[column] for column in kept])
    unseen = np.zeros((len(labels), len(np.unique(labels))))
    with threadpool_limits(1):  # the order of adding, and so the last figure, would hang on the number of cores
        for taught, judged in folds_of(list(labels), material.groups):
            projection, machine = _learn(seen[taught], labels[taught], meanings)
            unseen[judged] = machine.predict_proba(seen[judged] @ projection)
        projection, machine = _learn(seen, labels, meanings)
    net = _net(machine, projection, kept, len(names))
    return FittedNet(net, _twin(machine, net), unseen)


def _often_enough(matrix: csr_matrix, names: Sequence[str]) -> np.ndarray[Any, Any]:
    texts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    least = np.array([LEAST_OFTEN.get(name.partition(":")[0], 1) for name in names])
    return np.flatnonzero(texts >= least)


def _meanings(names: Sequence[str]) -> np.ndarray[Any, Any]:
    """The words' vectors, the rarer the longer; nothing for what is no word."""
    known = load_meanings()
    found = np.zeros((len(names), known.size), dtype=np.float32)
    for place, name in enumerate(names):
        row = known.rows.get(name[2:]) if name.startswith("w:") else None
        if row is not None:
            found[place] = known.of([row])[0] * known.rarity[row]
    return found


def _learn(seen: csr_matrix, labels: Any, meanings: Any) -> tuple[Any, MLPClassifier]:
    directions = min(DIRECTIONS, min(seen.shape) - 1)
    drawn = TruncatedSVD(directions, n_iter=2, random_state=SEED).fit(seen).components_.T
    parts = [drawn / (seen @ drawn).std(), meanings / max((seen @ meanings).std(), 1e-6)]
    projection = np.hstack(parts).astype(np.float32)
    chance = np.random.default_rng(SEED)
    views = [seen @ projection, *(_thinned(seen, chance) @ projection for _ in range(AGAIN))]
    machine = MLPClassifier((HIDDEN,), alpha=SHRINKING, max_iter=ROUNDS, batch_size=AT_ONCE, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped early on purpose
        machine.fit(np.vstack(views), np.tile(labels, AGAIN + 1))
    return projection, machine


def _thinned(seen: csr_matrix, chance: np.random.Generator) -> csr_matrix:
    left = seen.copy()
    left.data *= (chance.random(left.nnz) > LEFT_OUT) / np.float32(np.sqrt(1 - LEFT_OUT))
    return left


def _net(machine: MLPClassifier, projection: Any, kept: Any, columns: int) -> Net:
    """Projection and hidden layer as one, in bytes."""
    inner = projection.astype(np.float64) @ machine.coefs_[0].astype(np.float64)
    scale = np.maximum(np.abs(inner).max(axis=0), 1e-9) / STEPS
    rows = np.zeros(columns, dtype=np.int32)
    rows[kept] = np.arange(1, len(kept) + 1)
    steps = np.vstack([np.zeros(inner.shape[1]), np.rint(inner / scale)]).astype(np.int8)
    inner_bias, outer_bias = (each.astype(np.float64) for each in machine.intercepts_)
    outer = machine.coefs_[1].astype(np.float64)
    return Net(tuple(map(str, machine.classes_)), rows, steps, scale, inner_bias, outer, outer_bias)


def _twin(machine: MLPClassifier, net: Net) -> MLPClassifier:
    """The same machine with the numbers that are served, over all columns."""
    machine.coefs_ = [(net.inner * net.scale)[net.rows], net.outer]
    machine.intercepts_ = [net.inner_bias, net.outer_bias]
    machine.n_features_in_ = len(net.rows)
    return machine

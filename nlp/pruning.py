"""Leaves out what decides least: a third of all features move no answer that could be seen, but are looked up, added
and kept like the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nlp.model import Head, Model, Numbers
from nlp.net import Net
from nlp.vocabulary import Vocabulary

# Cues and marks: some hundred, in a measure of their own.
RULED = ("t:", "h:", "m:")


def pruned(model: Model, net: Net, most: int) -> tuple[Model, Net]:
    """Both with at most so many features, those that tell classes apart the most, and all of those few that rules
    make."""
    names = model.names
    worth = np.max([_worth(head) for head in model.heads.values()], axis=0) * model.rarity
    worth[[name.startswith(RULED) for name in names]] = np.inf
    columns: NDArray[np.intp] = np.sort(worth.argsort()[::-1][:most])
    heads = {
        name: replace(head, weights=np.ascontiguousarray(head.weights[columns])) for name, head in model.heads.items()
    }
    vocabulary = Vocabulary(names[column] for column in columns.tolist())
    small = replace(model, vocabulary=vocabulary, rarity=model.rarity[columns], heads=heads)
    return small, replace(net, rows=net.rows[columns])


def _worth(head: Head) -> Numbers:
    """Of each feature: how far it speaks for or against the class that it concerns the most."""
    spoken = head.weights * head.scale.astype(np.float32)
    answer: Numbers = np.abs(spoken - spoken.mean(axis=1, keepdims=True)).max(axis=1).astype(np.float64)
    return answer

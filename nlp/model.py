"""Linear models as numbers in a file: what training exports and serving multiplies.

Serving needs numpy alone: importing scikit-learn takes seconds and a hundred megabytes, and its pipeline spends twenty
times as long on one message as the product itself. Nothing here can run code when loaded (npz without pickle, JSON).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

ARRAYS, CARD, WORDS = "weights.npz", "card.json", "words.json"


class ModelError(Exception):
    """A model folder cannot be read; says which file and why."""


@dataclass(frozen=True)
class Vector:
    """A text as the models see it: which features, how much of each (length one in all)."""

    columns: NDArray[np.intp]
    values: Numbers


@dataclass(frozen=True)
class Head:
    """One question's weights: a row a feature, a column a class, in steps of the class's own `scale`."""

    classes: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: Numbers
    bias: Numbers

    def probabilities(self, vector: Vector) -> Numbers:
        """Of each class, in the classes' order."""
        scores = (vector.values @ self.weights[vector.columns]) * self.scale + self.bias
        powers = np.exp(scores - scores.max())
        answer: Numbers = powers / powers.sum()
        return answer


@dataclass(frozen=True)
class Model:
    """One vocabulary, some heads over it, and the card that says what they were made of.

    `blocks`: a feature's beginning up to the colon → the share of all such features; each block is scaled to one length
    for itself. Without any, all features are one block.
    """

    vocabulary: Mapping[str, int]
    rarity: Numbers
    heads: Mapping[str, Head]
    card: Mapping[str, Any] = field(default_factory=dict)
    blocks: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The features, by column."""
        return tuple(sorted(self.vocabulary, key=self.vocabulary.__getitem__))

    def vector(self, features: Iterable[str], marks: Iterable[str] = ()) -> Vector:
        """Counts damped by their logarithm, weighted by rarity, scaled to length one; then the marks by worth."""
        counts: Counter[int | None] = Counter(map(self.vocabulary.get, features))
        counts.pop(None, None)
        columns = np.fromiter((column for column in counts if column is not None), dtype=np.intp, count=len(counts))
        values = 1.0 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))
        values = self._scaled(columns, values * self.rarity[columns])
        seen = [column for mark in marks if (column := self.vocabulary.get(mark)) is not None]
        marked = np.array(seen, dtype=np.intp)
        return Vector(np.concatenate([columns, marked]), np.concatenate([values, self.rarity[marked]]))

    def _scaled(self, columns: NDArray[np.intp], values: Numbers) -> Numbers:
        """Each block to its own length."""
        if not self.blocks:
            length = math.sqrt(float(values @ values))
            return values / length if length else values
        blocks = self._block_of[columns]
        lengths = np.sqrt(np.bincount(blocks, values * values, len(self.blocks)))
        scaled: Numbers = values / lengths[blocks] * lengths_of(self.blocks)[blocks]
        return scaled

    @cached_property
    def _block_of(self) -> NDArray[np.intp]:
        """The block of each column, by place in `blocks`."""
        places = {name: place for place, name in enumerate(self.blocks)}
        return np.array([places[name.partition(":")[0]] for name in self.names], dtype=np.intp)

    def answer(self, head: str, vector: Vector) -> dict[str, float]:
        """Class → probability."""
        question = self.heads[head]
        return dict(zip(question.classes, question.probabilities(vector).tolist(), strict=True))

    def reasons(self, head: str, label: str, vector: Vector, most: int = 4) -> list[str]:
        """The words that spoke most for `label` against the other classes."""
        question = self.heads[head]
        if label not in question.classes:
            return []
        words = np.flatnonzero(self._is_word[vector.columns])
        columns = vector.columns[words]
        weights = question.weights[columns] * question.scale
        spoke = vector.values[words] * (weights[:, question.classes.index(label)] - weights.mean(axis=1))
        order = np.argsort(-spoke, kind="stable")[:most]
        return [self.names[int(columns[place])][2:] for place in order if spoke[place] > 0]

    @cached_property
    def _is_word(self) -> NDArray[np.bool_]:
        """Of each column, whether it is a word of two characters or more: what can be shown to a person."""
        return np.array([name.startswith("w:") and len(name) > 3 for name in self.names])


def lengths_of(blocks: Mapping[str, float]) -> Numbers:
    """How long each block is made, so that a text with all of them has length one."""
    shares = np.array(list(blocks.values()), dtype=np.float64)
    answer: Numbers = np.sqrt(shares / shares.sum())
    return answer


def save_model(model: Model, folder: Path) -> None:
    """Three files: words and card as JSON, numbers as npz (a byte a weight: two figures carry all it knows)."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {"rarity": model.rarity}
    for name, head in model.heads.items():
        arrays[f"{name}_weights"] = head.weights
        arrays[f"{name}_scale"] = head.scale
        arrays[f"{name}_bias"] = head.bias
    np.savez_compressed(folder / ARRAYS, allow_pickle=False, **arrays)
    (folder / WORDS).write_text(
        json.dumps(model.names, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    blocks = {"blocks": dict(model.blocks)} if model.blocks else {}
    card = {**model.card, **blocks, "classes": {name: list(head.classes) for name, head in model.heads.items()}}
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def load_model(folder: Path) -> Model:
    """The model in that folder. Raises ModelError with the file and the reason."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        words: Sequence[str] = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            heads = {
                name: Head(tuple(classes), *(arrays[f"{name}_{part}"] for part in ("weights", "scale", "bias")))
                for name, classes in card["classes"].items()
            }
            rarity = arrays["rarity"].astype(np.float64)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"no usable model in {folder}: {error}") from error
    if any(head.weights.shape != (len(words), len(head.classes)) for head in heads.values()):
        raise ModelError(f"no usable model in {folder}: words and weights differ in number")
    blocks = card.get("blocks", {})
    if not blocks.keys() >= {word.partition(":")[0] for word in words} and blocks:
        raise ModelError(f"no usable model in {folder}: words of no block")
    return Model({word: column for column, word in enumerate(words)}, rarity, heads, card, blocks)

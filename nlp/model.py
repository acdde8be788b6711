"""Linear models as numbers in a file: what training exports and serving multiplies.

Serving needs numpy alone: importing scikit-learn takes seconds and a hundred megabytes, and its pipeline spends twenty
times as long on one message as the product itself. Nothing here can run code when loaded (npz without pickle, JSON).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.text import Said

Numbers = NDArray[np.float64]

ARRAYS, CARD, WORDS = "weights.npz", "card.json", "words.json"


class ModelError(Exception):
    """A model folder cannot be read; says which file and why."""


class Vocabulary(Mapping[str, int]):
    """Feature → column, kept sort by sort: what a text says is looked up without writing the sort before each."""

    def __init__(self, names: Iterable[str]) -> None:
        """`names`: the features in the order of their columns."""
        self.sorts: dict[str, dict[str, int]] = {}
        for column, name in enumerate(names):
            sort, _, rest = name.partition(":")
            self.sorts.setdefault(sort, {})[rest] = column

    def __getitem__(self, feature: str) -> int:
        sort, _, rest = feature.partition(":")
        return self.sorts[sort][rest]

    def __iter__(self) -> Iterator[str]:
        return (f"{sort}:{rest}" for sort, columns in self.sorts.items() for rest in columns)

    def __len__(self) -> int:
        return sum(map(len, self.sorts.values()))

    def columns(self, said: Said) -> Iterator[int | None]:
        """The column of each feature; None where there is none."""
        known = self.sorts
        return chain.from_iterable(map(known[sort].get, those) for sort, those in said.sorts.items() if sort in known)


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

    vocabulary: Vocabulary
    rarity: Numbers
    heads: Mapping[str, Head]
    card: Mapping[str, Any] = field(default_factory=dict)
    blocks: Mapping[str, float] = field(default_factory=dict)

    def vector(self, said: Said, marks: Iterable[str] = ()) -> Vector:
        """Counts damped by their logarithm, weighted by rarity, scaled to length one; then the marks by worth."""
        counts = Counter(self.vocabulary.columns(said))
        counts.pop(None, None)
        columns = np.fromiter(counts, dtype=np.intp, count=len(counts))
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
        found = np.empty(len(self.vocabulary), dtype=np.intp)
        for place, name in enumerate(self.blocks):
            found[[*self.vocabulary.sorts.get(name, {}).values()]] = place
        return found

    def answer(self, head: str, vector: Vector) -> dict[str, float]:
        """Class → probability."""
        question = self.heads[head]
        return dict(zip(question.classes, question.probabilities(vector).tolist(), strict=True))

    def answers(self, vector: Vector) -> dict[str, dict[str, float]]:
        """Head → class → probability: of all heads in little more time than of one."""
        side = self._side_by_side
        scores = (vector.values @ side.weights.take(vector.columns, axis=0)) * side.scale + side.bias
        powers = np.exp(scores - np.maximum.reduceat(scores, side.starts)[side.head_of])
        chances = (powers / np.add.reduceat(powers, side.starts)[side.head_of]).tolist()
        return {
            name: dict(zip(head.classes, chances[start:], strict=False))
            for (name, head), start in zip(self.heads.items(), side.starts.tolist(), strict=True)
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The features, by column."""
        return tuple(sorted(self.vocabulary, key=self.vocabulary.__getitem__))

    @cached_property
    def _side_by_side(self) -> _SideBySide:
        sizes = [len(head.classes) for head in self.heads.values()]
        return _SideBySide(
            side_by_side([head.weights for head in self.heads.values()]),
            np.concatenate([head.scale for head in self.heads.values()]),
            np.concatenate([head.bias for head in self.heads.values()]),
            np.array([0, *accumulate(sizes[:-1])], dtype=np.intp),
            np.repeat(np.arange(len(sizes)), sizes),
        )

    def reasons(self, head: str, labels: Sequence[str], vector: Vector, most: int = 4) -> list[list[str]]:
        """For each label the words that spoke most for it against the other classes; none for an unknown one."""
        question = self.heads[head]
        words = np.flatnonzero(self._is_word[vector.columns])
        columns = vector.columns[words]
        weights = question.weights[columns] * question.scale
        against = weights.mean(axis=1)
        found: list[list[str]] = []
        for label in labels:
            at = question.classes.index(label) if label in question.classes else None
            spoke = vector.values[words] * (weights[:, at] - against) if at is not None else np.zeros(0)
            order = np.argsort(-spoke, kind="stable")[:most]
            found.append([self._words[int(columns[place])] for place in order if spoke[place] > 0])
        return found

    @cached_property
    def _words(self) -> dict[int, str]:
        """Column → word, of words of two characters or more: what can be shown to a person."""
        return {column: word for word, column in self.vocabulary.sorts.get("w", {}).items() if len(word) > 1}

    @cached_property
    def _is_word(self) -> NDArray[np.bool_]:
        found = np.zeros(len(self.vocabulary), dtype=np.bool_)
        found[[*self._words]] = True
        return found


@dataclass(frozen=True)
class _SideBySide:
    """All heads as one: a column a class of each; where each head's `starts`, and whose each column is."""

    weights: NDArray[np.int8]
    scale: Numbers
    bias: Numbers
    starts: NDArray[np.intp]
    head_of: NDArray[np.intp]


def side_by_side(parts: Sequence[NDArray[np.int8]]) -> NDArray[np.int8]:
    """The parts' columns in one array; theirs where they already are the parts of one."""
    whole, width = parts[0].base, sum(each.shape[1] for each in parts)
    if whole is not None and whole.shape[1:] == (width,) and all(each.base is whole for each in parts):
        return whole
    return np.concatenate(parts, axis=1)


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
            heads = _read_heads(arrays, card["classes"], len(words))
            rarity = arrays["rarity"].astype(np.float64)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"no usable model in {folder}: {error}") from error
    vocabulary = Vocabulary(words)
    blocks = card.get("blocks", {})
    if not blocks.keys() >= vocabulary.sorts.keys() and blocks:
        raise ModelError(f"no usable model in {folder}: words of no block")
    return Model(vocabulary, rarity, heads, card, blocks)


def _read_heads(arrays: Mapping[str, NDArray[Any]], classes: Mapping[str, Sequence[str]], rows: int) -> dict[str, Head]:
    """The heads, their weights side by side in one array from the start."""
    whole = np.empty((rows, sum(map(len, classes.values()))), dtype=np.int8)
    heads: dict[str, Head] = {}
    start = 0
    for name, told in classes.items():
        weights, part = arrays[f"{name}_weights"], whole[:, start : start + len(told)]
        if weights.shape != part.shape:
            raise ValueError("words and weights differ in number")
        part[:] = weights
        heads[name] = Head(tuple(told), part, arrays[f"{name}_scale"], arrays[f"{name}_bias"])
        start += len(told)
    return heads

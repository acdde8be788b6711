"""Linear models as numbers in a file: what training exports and serving multiplies.

Serving needs numpy alone: importing scikit-learn takes seconds and a hundred megabytes, and its pipeline spends twenty
times as long on one message as the product itself. Nothing here can run code when loaded (npz without pickle, JSON).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.text import Said
from nlp.vocabulary import BELOW, Numbered, Shown, Vocabulary

Numbers = NDArray[np.float64]
Columns = NDArray[np.int64]

BELOW_ALL = np.int64((1 << BELOW) - 1)

ARRAYS, CARD, WORDS = "weights.npz", "card.json", "words.json"


class ModelError(Exception):
    """A model folder cannot be read; says which file and why."""


@dataclass(frozen=True)
class Vector:
    """A text as the models see it: which features, how much of each (length one in all)."""

    columns: Columns
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
        powers = np.exp(scores - np.maximum.reduce(scores))
        answer: Numbers = powers / np.add.reduce(powers)
        return answer


@dataclass(frozen=True)
class Model:
    """One vocabulary, some heads over it, and the card that says what they were made of.

    `blocks`: a feature's beginning up to the colon → the share of all such features; each block is scaled to one length
    for itself. Without any, all features are one block.
    """

    vocabulary: Vocabulary | Numbered
    rarity: Numbers
    heads: Mapping[str, Head]
    card: Mapping[str, Any] = field(default_factory=dict)
    blocks: Mapping[str, float] = field(default_factory=dict)

    def vector(self, said: Said, marks: Iterable[str] = ()) -> Vector:
        """Counts damped by their logarithm, weighted by rarity, scaled to length one; the marks by worth."""
        return self.vectors([(said, marks)])[0]

    def vectors(self, seen: Sequence[tuple[Said, Iterable[str]]]) -> list[Vector]:
        """As `vector`, of several texts in less time than of one after the other."""
        marked = [
            row << BELOW | column
            for row, (_, marks) in enumerate(seen)
            for mark in marks
            if (column := self._marks.get(mark)) is not None
        ]
        told = self.vocabulary.places([said for said, _ in seen])
        places, often = _counted(np.concatenate([told, np.array(marked, dtype=np.int64)]))
        rows, columns = places >> BELOW, places & BELOW_ALL
        values = self._scaled(rows, columns, self.rarity.take(columns) * (1.0 + np.log(often)), len(seen))
        if len(seen) == 1:
            return [Vector(columns, values)]
        ends = rows.searchsorted(np.arange(1, len(seen)))
        return [*map(Vector, np.split(columns, ends), np.split(values, ends))]

    def _scaled(self, rows: Columns, columns: Columns, values: Numbers, texts: int) -> Numbers:
        """Each block of each text to its own length; marks have none."""
        blocks = rows * len(self._lengths) + self._block_of.take(columns)
        lengths = np.sqrt(np.bincount(blocks, values * values, texts * len(self._lengths)))
        factors = self._lengths / np.where(lengths, lengths, 1.0).reshape(texts, -1)
        factors[:, -1] = 1.0
        scaled: Numbers = values * factors.ravel().take(blocks)
        return scaled

    @cached_property
    def _lengths(self) -> Numbers:
        """Of each block; the marks' is the last, and means nothing."""
        return np.append(lengths_of(self.blocks) if self.blocks else np.ones(1), 1.0)

    @cached_property
    def _block_of(self) -> NDArray[np.int8]:
        """The block of each column, by place in `blocks`; of marks the last."""
        found = np.zeros(len(self.vocabulary), dtype=np.int8)
        for place, name in enumerate(self.blocks):
            found[self.vocabulary.columns_of(name)] = place
        found[[*self._marks.values()]] = len(self._lengths) - 1
        return found

    def answer(self, head: str, vector: Vector) -> dict[str, float]:
        """Class → probability."""
        question = self.heads[head]
        return dict(zip(question.classes, question.probabilities(vector).tolist(), strict=True))

    def chances(self, vectors: Sequence[Vector]) -> Numbers:
        """The probabilities of all heads' classes, in the order of `labels` (second axis), of each text (first): in
        little more time than of one head."""
        side = self._side_by_side
        summed = [each.values @ side.weights.take(each.columns, axis=0) for each in vectors]
        scores = np.array(summed) * side.scale + side.bias
        powers = np.exp(scores - np.maximum.reduceat(scores, side.starts, axis=1).take(side.head_of, axis=1))
        answer: Numbers = powers / np.add.reduceat(powers, side.starts, axis=1).take(side.head_of, axis=1)
        return answer

    def of(self, head: str, chances: Numbers) -> dict[str, float]:
        """Class → probability of one head among the `chances` of all."""
        start = self._starts[head]
        classes = self.heads[head].classes
        return dict(zip(classes, chances[start : start + len(classes)].tolist(), strict=True))

    @cached_property
    def _starts(self) -> dict[str, int]:
        return dict(zip(self.heads, self._side_by_side.starts.tolist(), strict=True))

    @cached_property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """Head and class of each of the `chances`."""
        return tuple((name, label) for name, head in self.heads.items() for label in head.classes)

    @cached_property
    def _marks(self) -> dict[str, int]:
        return {f"m:{mark}": column for mark, column in self.vocabulary.of("m").items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The features, by column."""
        return self.vocabulary.names

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
        question, places = self.heads[head], self._places[head]
        known = np.array([places[label] for label in labels if label in places], dtype=np.intp)
        if not known.size:
            return [[] for _ in labels]
        shown = self._shown
        rows = shown.row_of.take(vector.columns)
        words = (rows >= 0).nonzero()[0]
        rows = rows.take(words)
        # Of one head's weights, a part of all heads', the rows would be copied first.
        weights = self._side_by_side.weights.take(vector.columns.take(words), axis=0)[:, self._starts[head] + known]
        for_each = weights * question.scale.take(known)
        spoke = vector.values.take(words) * (for_each.T - self._on_the_mean[head].take(rows))
        names = [shown.words[row] for row in rows.tolist()]
        told = iter([_most(names, row, most) for row in spoke.tolist()])
        return [next(told) if label in places else [] for label in labels]

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        return {
            name: dict(zip(head.classes, range(len(head.classes)), strict=True)) for name, head in self.heads.items()
        }

    @cached_property
    def _shown(self) -> Shown:
        return Shown.of(self.vocabulary)

    @cached_property
    def _on_the_mean(self) -> dict[str, Numbers]:
        """What each word that can be shown says for a class of that head on the mean."""
        columns = self._shown.columns
        return {name: (head.weights[columns] * head.scale).mean(axis=1) for name, head in self.heads.items()}


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


def _counted(places: Columns) -> tuple[Columns, NDArray[np.intp]]:
    """Each of them once, rising, and how often it stands there."""
    if not len(places):
        return places, np.empty(0, dtype=np.intp)
    rising = np.sort(places)
    others = (rising[1:] != rising[:-1]).nonzero()[0]
    begins = np.empty(len(others) + 2, dtype=np.intp)
    begins[0], begins[-1] = 0, len(rising)
    np.add(others, 1, out=begins[1:-1])
    return rising.take(begins[:-1]), begins[1:] - begins[:-1]


def _most(names: Sequence[str], worth: Sequence[float], most: int) -> list[str]:
    """The names worth most, of those worth something; of equals the first."""
    spoke = [place for place, each in enumerate(worth) if each > 0]
    return [names[place] for place in sorted(spoke, key=worth.__getitem__, reverse=True)[:most]]


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
        again = partial(_read_words, folder)
        vocabulary = Numbered(again(), again)
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            heads = _read_heads(arrays, card["classes"], len(vocabulary))
            rarity = arrays["rarity"].astype(np.float64)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"no usable model in {folder}: {error}") from error
    blocks = card.get("blocks", {})
    if not blocks.keys() >= vocabulary.sorts.keys() and blocks:
        raise ModelError(f"no usable model in {folder}: words of no block")
    return Model(vocabulary, rarity, heads, card, blocks)


def _read_words(folder: Path) -> list[str]:
    words: list[str] = json.loads((folder / WORDS).read_text(encoding="utf-8"))
    return words


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

"""The spotter's net while it learns: forwards, how the surprise changes with each weight, and a step against it.

In numpy, for one small net is not worth a framework; a test compares every slope with how the surprise really changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.model import Numbers
from nlp.spotting import COUNT
from nlp.spotting_net import LAST, REACHES, Weights, beside

WIDTH = 64
# The share of what a layer makes that is hidden at every step.
DROPPED = 0.2
# How much of a weight fades with a step of one, and the longest step.
FADING, LONGEST = 0.03, 5.0
NONE_AT_FIRST = 3.0


@dataclass(frozen=True)
class Seen:
    """What the way back needs: the features and where they stand, what was kept of their sums, of each layer what it
    saw and what was kept of what it made, what was drawn from the whole texts, and what was known at last."""

    features: Any
    inside: NDArray[np.bool_]
    keep: Weights
    layers: Sequence[tuple[Weights, Weights]]
    whole: Drawn
    known: Weights


@dataclass(frozen=True)
class Drawn:
    """Of the whole texts: what was noted of each character, which notes were kept, where the most of each stands, both
    sums of it, and what was drawn from them and kept."""

    known: Weights
    keep: Weights
    most: NDArray[np.int64]
    both: Weights
    keep_drawn: Weights
    drawn: Weights


class Pupil:
    """The net while it learns (Adam; Kingma and Ba 2015): rows of features only where a batch has them."""

    def __init__(self, features: int, chance: np.random.Generator) -> None:
        def some(*shape: int, size: float) -> Weights:
            return chance.normal(0, size, shape).astype(np.float32)

        self.chance = chance
        self.weights: dict[str, Weights] = {
            "inputs": some(features, WIDTH, size=0.1),
            "bias": np.zeros(WIDTH, np.float32),
            "outputs": some(WIDTH, 3 * COUNT, size=WIDTH**-0.5),
            "ending": np.zeros(3 * COUNT, np.float32),
            "none": np.array([NONE_AT_FIRST] * (COUNT - 1) + [0.0], np.float32),
        }
        for place in range(len(REACHES)):
            self.weights[f"hidden{place}"] = some(3 * WIDTH, WIDTH, size=(2 / (3 * WIDTH)) ** 0.5)
            self.weights[f"bias{place}"] = np.zeros(WIDTH, np.float32)
        self.weights |= {
            "noted": some(WIDTH, WIDTH, size=(2 / WIDTH) ** 0.5),
            "noted_bias": np.zeros(WIDTH, np.float32),
            "drawn": some(2 * WIDTH, WIDTH, size=WIDTH**-0.5),
            "drawn_bias": np.zeros(WIDTH, np.float32),
            "lent": some(WIDTH, WIDTH, size=WIDTH**-0.5),
        }
        self.means = {name: np.zeros_like(each) for name, each in self.weights.items()}
        self.squares = {name: np.zeros_like(each) for name, each in self.weights.items()}
        self.steps = 0

    def worth(self, features: Any, inside: NDArray[np.bool_]) -> tuple[Weights, Seen]:
        """What each character is worth (message, character, column), and what the way back needs.

        `features`: a row a character, a column a feature; `inside`: which places (message, character) they stand at.
        """
        weights = self.weights
        summed = features @ weights["inputs"] + weights["bias"]
        known = np.zeros((*inside.shape, WIDTH), np.float32)
        known[inside] = summed
        keep = self._kept(known.shape) * (known > 0)
        known = known * keep
        layers = []
        for place, reach in enumerate(REACHES):
            around = beside(known, reach)
            made = around @ weights[f"hidden{place}"] + weights[f"bias{place}"]
            if place == LAST:
                whole = self._drawn(known, inside)
                made += (whole.drawn @ weights["lent"])[:, None]
            keep_made = self._kept(made.shape) * (made > 0) * inside[..., None]
            known = known + made * keep_made
            layers.append((around, keep_made))
        return known @ weights["outputs"] + weights["ending"], Seen(features, inside, keep, layers, whole, known)

    def _drawn(self, known: Weights, inside: NDArray[np.bool_]) -> Drawn:
        """What is drawn from each text."""
        weights = self.weights
        noted = known @ weights["noted"] + weights["noted_bias"]
        keep = ((noted > 0) & inside[..., None]).astype(np.float32)
        noted *= keep
        most = noted.argmax(axis=1)
        means = noted.sum(axis=1) / inside.sum(axis=1)[:, None]
        both = np.concatenate([np.take_along_axis(noted, most[:, None], axis=1)[:, 0], means], axis=1, dtype=np.float32)
        drawn = both @ weights["drawn"] + weights["drawn_bias"]
        keep_drawn = self._kept(drawn.shape) * (drawn > 0)
        return Drawn(known, keep, most, both, keep_drawn, drawn * keep_drawn)

    def learn(self, seen: Seen, pull: Weights, none_pull: Numbers, rate: float) -> None:
        """A step against the pulls; a long one is shortened."""
        slopes, rows = self.slopes(seen, pull)
        slopes["none"] = none_pull.astype(np.float32)
        length = np.sqrt(sum(float((each * each).sum()) for each in slopes.values()))
        self.steps += 1
        for name, slope in slopes.items():
            self._step(name, slope * min(1.0, LONGEST / length), rate, rows if name == "inputs" else slice(None))

    def slopes(self, seen: Seen, pull: Weights) -> tuple[dict[str, Weights], NDArray[np.int64]]:
        """How the surprise changes with each weight, and the rows of features that the batch has: theirs alone are
        among the inputs' slopes."""
        weights = self.weights
        slopes = {"outputs": _joined(seen.known).T @ _joined(pull), "ending": _joined(pull).sum(axis=0)}
        back: Any = pull @ weights["outputs"].T
        for place in reversed(range(len(REACHES))):
            around, keep = seen.layers[place]
            made = back * keep
            slopes[f"hidden{place}"] = _joined(around).T @ _joined(made)
            slopes[f"bias{place}"] = _joined(made).sum(axis=0)
            back = back + _folded(made @ weights[f"hidden{place}"].T, REACHES[place])
            if place == LAST:
                back = back + self._through_whole(seen, made.sum(axis=1), slopes)
        summed = (back * seen.keep)[seen.inside]
        slopes["bias"] = summed.sum(axis=0)
        touched = np.zeros(len(weights["inputs"]), dtype=bool)
        touched[seen.features.indices] = True
        rows = np.flatnonzero(touched)
        slopes["inputs"] = (seen.features.T @ summed)[rows]
        return slopes, rows

    def _through_whole(self, seen: Seen, lent: Weights, slopes: dict[str, Weights]) -> Weights:
        """The way back through what each text lends to its characters; `lent`: how the surprise changes with that."""
        weights, whole = self.weights, seen.whole
        drawn = lent @ weights["lent"].T * whole.keep_drawn
        both = drawn @ weights["drawn"].T
        means = both[:, WIDTH:] / seen.inside.sum(axis=1, dtype=np.float32)[:, None]
        noted = np.repeat(means[:, None], whole.keep.shape[1], axis=1)
        most = whole.most[:, None]
        np.put_along_axis(noted, most, np.take_along_axis(noted, most, axis=1) + both[:, None, :WIDTH], axis=1)
        noted *= whole.keep
        slopes["lent"] = whole.drawn.T @ lent
        slopes["drawn"], slopes["drawn_bias"] = whole.both.T @ drawn, drawn.sum(axis=0)
        slopes["noted"], slopes["noted_bias"] = _joined(whole.known).T @ _joined(noted), _joined(noted).sum(axis=0)
        back: Weights = noted @ weights["noted"].T
        return back

    def _step(self, name: str, slope: Weights, rate: float, rows: Any) -> None:
        means, squares, weights = self.means[name], self.squares[name], self.weights[name]
        means[rows] = mean = 0.9 * means[rows] + 0.1 * slope
        squares[rows] = square = 0.999 * squares[rows] + 0.001 * slope * slope
        step = mean / (1 - 0.9**self.steps) / (np.sqrt(square / (1 - 0.999**self.steps)) + 1e-8)
        fading = rate * FADING if weights.ndim > 1 else 0.0
        weights[rows] = weights[rows] * (1 - fading) - rate * step

    def _kept(self, shape: tuple[int, ...]) -> Weights:
        kept = self.chance.random(shape, dtype=np.float32) >= DROPPED
        return kept.astype(np.float32) / np.float32(1 - DROPPED)


def _joined(each: Weights) -> Weights:
    return each.reshape(-1, each.shape[-1])


def _folded(seen: Weights, reach: int) -> Weights:
    """The way back through `beside`."""
    width = seen.shape[2] // 3
    size = seen.shape[1]
    back = seen[:, :, width : 2 * width].copy()
    back[:, : max(0, size - reach)] += seen[:, reach:, :width]
    back[:, reach:] += seen[:, : max(0, size - reach), 2 * width :]
    return back

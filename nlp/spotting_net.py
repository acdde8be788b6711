"""The net that tells what each character is worth to each field: features summed, then layers that look further.

Each layer sees a character and two others, as far to the left and to the right as its reach; what it makes of them is
added to what was known of the character. So the third knows fifteen characters around, and what stands there. The last
is told of the whole text besides: which of two units is complained of may be said far from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REACHES = (1, 2, 4, 1)

LAST = len(REACHES) - 1

Weights = NDArray[np.float32]
Rows = NDArray[np.uint32]
# Characters whose weights are added up at once: so many stay in the processor's cache.
BLOCK = 64


@dataclass(frozen=True)
class Whole:
    """What becomes of a whole text: `noted` of each character (the most and the mean of all of them count), `drawn`
    from that, each with a bias, and `lent` to every character in the last layer."""

    noted: Weights
    noted_bias: Weights
    drawn: Weights
    drawn_bias: Weights
    lent: Weights

    def lends(self, known: Weights) -> Weights:
        """What every character is lent; `known`: of each character (first axis)."""
        noted = known @ self.noted
        noted += self.noted_bias
        np.maximum(noted, 0, out=noted)
        both = np.concatenate([np.maximum.reduce(noted), np.add.reduce(noted) / np.float32(len(noted))])
        lent: Weights = np.maximum(both @ self.drawn + self.drawn_bias, 0) @ self.lent
        return lent


@dataclass(frozen=True)
class Layers:
    """`inputs`: what each row of features adds, in steps of `scale`; `bias`; of each layer the weights (three
    characters' values, by what becomes of them) and a bias; `whole`; `outputs` and theirs."""

    inputs: NDArray[np.int8]
    scale: Weights
    bias: Weights
    hidden: Sequence[tuple[Weights, Weights]]
    whole: Whole
    outputs: Weights
    ending: Weights

    def worth(self, rows: Rows) -> NDArray[np.float64]:
        """What each character (first axis) is worth; `rows`: of its features (first axis: templates)."""
        summed = np.empty((rows.shape[1], self.inputs.shape[1]), dtype=np.int16)
        for start in range(0, len(summed), BLOCK):
            block = slice(start, start + BLOCK)
            np.add.reduce(self.inputs.take(rows[:, block], axis=0), axis=0, dtype=np.int16, out=summed[block])
        known = np.multiply(summed, self.scale, dtype=np.float32)
        known += self.bias
        np.maximum(known, 0, out=known)
        for place, (reach, (weights, bias)) in enumerate(zip(REACHES, self.hidden, strict=True)):
            seen = beside(known, reach) @ weights
            seen += bias + self.whole.lends(known) if place == LAST else bias
            known += np.maximum(seen, 0, out=seen)
        worth: Weights = known @ self.outputs
        return np.add(worth, self.ending, dtype=np.float64)


def beside(known: Weights, reach: int) -> Weights:
    """Of each character (last axis but one) what is known of the one before, itself, and the one after, so far away;
    nothing beyond the text's ends."""
    *texts, size, width = known.shape
    seen = np.zeros((*texts, size, 3 * width), dtype=np.float32)
    seen[..., reach:, :width] = known[..., : max(0, size - reach), :]
    seen[..., width : 2 * width] = known
    seen[..., : max(0, size - reach), 2 * width :] = known[..., reach:, :]
    return seen

"""The net that tells what each character is worth to each field: features summed, then layers that look further.

Each layer sees a character and two others, as far to the left and to the right as its reach; what it makes of them is
added to what was known of the character. So the third knows fifteen characters around, and what stands there. The last
is told of the whole text besides: which of two units is complained of may be said far from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

REACHES = (1, 2, 4, 1)

LAST = len(REACHES) - 1

Weights = NDArray[np.float32]
Rows = NDArray[np.unsignedinteger[Any]]
Places = NDArray[np.intp]
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

    def lends(self, known: Weights, sizes: Places, starts: Places) -> Weights:
        """What every character of each text is lent; `known`: of each character (first axis) of texts of these sizes,
        which begin there."""
        noted = known @ self.noted
        noted += self.noted_bias
        np.maximum(noted, 0, out=noted)
        means = np.add.reduceat(noted, starts) / sizes[:, None].astype(np.float32)
        both = np.concatenate([np.maximum.reduceat(noted, starts), means], axis=1)
        lent: Weights = np.maximum(both @ self.drawn + self.drawn_bias, 0) @ self.lent
        return lent if len(sizes) == 1 else lent.repeat(sizes, axis=0)


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

    def worth(self, rows: Rows, sizes: Sequence[int] = ()) -> NDArray[np.float64]:
        """What each character (first axis) is worth; `rows`: of its features (first axis: templates); `sizes`: of the
        texts that stand there one after the other, where it is not one."""
        told = np.array([*sizes] or [rows.shape[1]], dtype=np.intp)
        starts = told.cumsum() - told
        summed = np.empty((rows.shape[1], self.inputs.shape[1]), dtype=np.int16)
        for start in range(0, len(summed), BLOCK):
            block = slice(start, start + BLOCK)
            np.add.reduce(self.inputs.take(rows[:, block], axis=0), axis=0, dtype=np.int16, out=summed[block])
        known = np.multiply(summed, self.scale, dtype=np.float32)
        known += self.bias
        np.maximum(known, 0, out=known)
        for place, (reach, (weights, bias)) in enumerate(zip(REACHES, self.hidden, strict=True)):
            around = beside(known, reach)
            if len(told) > 1:
                _part(around, reach, starts[1:])
            seen = around @ weights
            seen += bias + self.whole.lends(known, told, starts) if place == LAST else bias
            known += np.maximum(seen, 0, out=seen)
        worth: Weights = known @ self.outputs
        return np.add(worth, self.ending, dtype=np.float64)


def _part(around: Weights, reach: int, starts: Places) -> None:
    """Let nobody see across where a text starts."""
    width, steps = around.shape[1] // 3, np.arange(reach)
    behind, before = starts[:, None] + steps, starts[:, None] - 1 - steps
    around[behind[behind < len(around)], :width] = 0
    around[before[before >= 0], 2 * width :] = 0


def beside(known: Weights, reach: int) -> Weights:
    """Of each character (last axis but one) what is known of the one before, itself, and the one after, so far away;
    nothing beyond the text's ends."""
    *texts, size, width = known.shape
    seen = np.zeros((*texts, size, 3 * width), dtype=np.float32)
    seen[..., reach:, :width] = known[..., : max(0, size - reach), :]
    seen[..., width : 2 * width] = known
    seen[..., : max(0, size - reach), 2 * width :] = known[..., reach:, :]
    return seen

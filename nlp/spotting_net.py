"""The net that tells what each character is worth to each field: features summed, then layers that look further.

Each layer sees a character and two others, as far to the left and to the right as its reach; what it makes of them is
added to what was known of the character. So the third knows fifteen characters around, and what stands there. The last
is told of the whole text besides: which of two units is complained of may be said far from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
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
    from that, each with a bias, and `lent` to every character in the last layer. The first axis is that of the nets."""

    noted: Weights
    noted_bias: Weights
    drawn: Weights
    drawn_bias: Weights
    lent: Weights

    def lends(self, known: Weights, sizes: Places, starts: Places) -> Weights:
        """What every character of each text is lent; `known`: of each character (second axis) of texts of these sizes,
        which begin there."""
        noted = known @ self.noted
        noted += self.noted_bias[:, None]
        np.maximum(noted, 0, out=noted)
        means = np.add.reduceat(noted, starts, axis=1) / sizes[:, None].astype(np.float32)
        both = np.concatenate([np.maximum.reduceat(noted, starts, axis=1), means], axis=2)
        lent: Weights = np.maximum(both @ self.drawn + self.drawn_bias[:, None], 0) @ self.lent
        return lent if len(sizes) == 1 else lent.repeat(sizes, axis=1)


@dataclass(frozen=True)
class Layers:
    """Nets side by side, along the first axis of everything: they differ by where their learning began, and err less
    together than any alone. `inputs`: what each row of features adds, in steps of `scale`; `bias`; of each layer the
    weights (three characters' values, by what becomes of them) and a bias; `whole`; `outputs` and theirs."""

    inputs: NDArray[np.int8]
    scale: Weights
    bias: Weights
    hidden: Sequence[tuple[Weights, Weights]]
    whole: Whole
    outputs: Weights
    ending: Weights

    def worth(self, rows: Rows, sizes: Sequence[int] = ()) -> NDArray[np.float64]:
        """What each character (first axis) is worth, on the mean of the nets; `rows`: of its features (first axis:
        templates); `sizes`: of the texts that stand there one after the other, where it is not one."""
        told = np.array([*sizes] or [rows.shape[1]], dtype=np.intp)
        starts = told.cumsum() - told
        nets, _, width = self.inputs.shape
        summed = np.empty((nets, rows.shape[1], width), dtype=np.int16)
        for start in range(0, rows.shape[1], BLOCK):
            block = slice(start, start + BLOCK)
            for inputs, out in zip(self.inputs, summed[:, block], strict=True):
                np.add.reduce(inputs.take(rows[:, block], axis=0), axis=0, dtype=np.int16, out=out)
        known = np.multiply(summed, self.scale[:, None], dtype=np.float32)
        known += self.bias[:, None]
        np.maximum(known, 0, out=known)
        for place, (reach, (weights, bias)) in enumerate(zip(REACHES, self.hidden, strict=True)):
            around = beside(known, reach)
            if len(told) > 1:
                _part(around, reach, starts[1:])
            seen = around @ weights
            seen += bias[:, None] + self.whole.lends(known, told, starts) if place == LAST else bias[:, None]
            known += np.maximum(seen, 0, out=seen)
        worth: NDArray[np.float64] = np.add.reduce(known @ self.outputs, axis=0, dtype=np.float64)
        worth += np.add.reduce(self.ending, axis=0, dtype=np.float64)
        worth /= nets
        return worth

    @cached_property
    def first(self) -> Layers:
        """The first net alone."""
        return joined([self], 1)


def joined(layers: Sequence[Layers], most: int | None = None) -> Layers:
    """All their nets, or so many of them, of the same features."""

    def of(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(parts)[:most] if len(parts) > 1 else parts[0][:most]

    def all_of(name: str, parts: Sequence[Any]) -> NDArray[Any]:
        return of([getattr(each, name) for each in parts])

    hidden = [
        (of([each.hidden[place][0] for each in layers]), of([each.hidden[place][1] for each in layers]))
        for place in range(len(REACHES))
    ]
    whole = Whole(*(all_of(each.name, [one.whole for one in layers]) for each in fields(Whole)))
    plain = {name: all_of(name, layers) for name in ("inputs", "scale", "bias", "outputs", "ending")}
    return Layers(hidden=hidden, whole=whole, **plain)


def _part(around: Weights, reach: int, starts: Places) -> None:
    """Let nobody see across where a text starts."""
    _, size, width = around.shape
    steps = np.arange(reach)
    behind, before = starts[:, None] + steps, starts[:, None] - 1 - steps
    around[:, behind[behind < size], : width // 3] = 0
    around[:, before[before >= 0], 2 * width // 3 :] = 0


def beside(known: Weights, reach: int) -> Weights:
    """Of each character (last axis but one) what is known of the one before, itself, and the one after, so far away;
    nothing beyond the text's ends."""
    *texts, size, width = known.shape
    seen = np.zeros((*texts, size, 3 * width), dtype=np.float32)
    seen[..., reach:, :width] = known[..., : max(0, size - reach), :]
    seen[..., width : 2 * width] = known
    seen[..., : max(0, size - reach), 2 * width :] = known[..., reach:, :]
    return seen

"""A small net beside the linear models: what a word means by the company it keeps counts here, not the word alone.

One hidden layer over the features that the linear models see. Learnt by `nlp/net_training.py`, kept in bytes, served by
numpy alone: some hundred rows added up, one small product.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.model import ModelError, Numbers, Vector

NET = "net.npz"
PARTS = ("rows", "inner", "scale", "inner_bias", "outer", "outer_bias")


@dataclass(frozen=True)
class Net:
    """`rows`: a feature's column → its row of `inner`, 0 (all zeros) for a feature too rare for it; `inner` is in steps
    of each hidden unit's own `scale`; `outer`: a row a hidden unit, a column a class."""

    classes: tuple[str, ...]
    rows: NDArray[np.int32]
    inner: NDArray[np.int8]
    scale: Numbers
    inner_bias: Numbers
    outer: Numbers
    outer_bias: Numbers

    def chances(self, vectors: Sequence[Vector]) -> Numbers:
        """The probabilities of the classes, in their order (second axis), of each text (first)."""
        summed = [each.values @ self.inner.take(self.rows.take(each.columns), axis=0) for each in vectors]
        hidden = np.maximum(np.array(summed) * self.scale + self.inner_bias, 0.0)
        scores = hidden @ self.outer + self.outer_bias
        powers = np.exp(scores - np.maximum.reduce(scores, axis=1, keepdims=True))
        answer: Numbers = powers / np.add.reduce(powers, axis=1, keepdims=True)
        return answer


def save_net(net: Net, folder: Path) -> None:
    """One file of numbers beside the model's."""
    folder.mkdir(parents=True, exist_ok=True)
    told = np.frombuffer(json.dumps(net.classes, ensure_ascii=False).encode(), dtype=np.uint8)
    parts: dict[str, NDArray[Any]] = {part: getattr(net, part) for part in PARTS}
    np.savez_compressed(folder / NET, allow_pickle=False, classes=told, **parts)


def load_net(folder: Path) -> Net:
    """The net in that folder. Raises ModelError with the file and the reason."""
    try:
        with np.load(folder / NET, allow_pickle=False) as arrays:
            classes: Sequence[str] = json.loads(arrays["classes"].tobytes())
            return Net(tuple(classes), *(arrays[part] for part in PARTS))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"no usable net in {folder}: {error}") from error

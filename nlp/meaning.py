"""What words mean by the company they keep: a vector a word, so that 停水 and 没水 are near each other.

Learnt from texts (`meaning_training.py`), kept as bytes. Names of places are no words here: 幸福路 is not 和平路.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.model import ModelError

MEANINGS = Path(__file__).with_name("weights") / "meanings.npz"
STEPS = 127


@dataclass(frozen=True)
class Meanings:
    """`rows`: word → row of `steps` (its vector in bytes; times `scale` of length one) and of `rarity` (0: in every
    text, 1: in hardly any).
    """

    rows: Mapping[str, int]
    steps: NDArray[np.int8]
    scale: NDArray[np.float32]
    rarity: NDArray[np.float32]

    @property
    def size(self) -> int:
        """The numbers of a vector."""
        return int(self.steps.shape[1])

    def of(self, rows: Sequence[int] | NDArray[np.intp]) -> NDArray[np.float32]:
        """The vectors of these rows."""
        return self.steps[rows] * self.scale[rows, None]


def in_bytes(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Vectors at most of length one, a byte a number: what is kept of a text takes a quarter of the room."""
    return np.rint(vectors * STEPS).astype(np.int8)


def nearness(one: NDArray[np.int8], other: NDArray[np.int8]) -> NDArray[np.float32]:
    """How near each of these vectors (`in_bytes`) is to each of those, a row each of the first."""
    near: NDArray[np.float32] = one.astype(np.float32) @ other.T.astype(np.float32)
    return near / np.float32(STEPS**2)


def save_meanings(path: Path, words: list[str], vectors: NDArray[Any], rarity: NDArray[Any]) -> None:
    """A byte a number: nearness needs no more."""
    listed = np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), dtype=np.uint8)
    steps = in_bytes(vectors / np.abs(vectors).max())
    np.savez_compressed(path, allow_pickle=False, words=listed, vectors=steps, rarity=rarity.astype(np.float16))


@cache
def load_meanings(path: Path = MEANINGS) -> Meanings:
    """The words' vectors. Raises ModelError where they cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            words = json.loads(arrays["words"].tobytes())
            steps = arrays["vectors"]
            rarity = arrays["rarity"].astype(np.float32)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"no usable meanings in {path}: {error}") from error
    scale = (1 / np.maximum(np.linalg.norm(steps.astype(np.float32), axis=1), 1e-6)).astype(np.float32)
    return Meanings({word: row for row, word in enumerate(words)}, steps, scale, rarity)

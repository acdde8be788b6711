"""What words mean by the company they keep: a vector a word, so that 停水 and 没水 are near each other.

Learnt from texts (`meaning_training.py`), kept as bytes. Names of places are no words here: 幸福路 is not 和平路.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.model import ModelError

MEANINGS = Path(__file__).with_name("weights") / "meanings.npz"


@dataclass(frozen=True)
class Meanings:
    """`rows`: word → row of `vectors` (length one each) and of `rarity` (0: in every text, 1: in hardly any)."""

    rows: Mapping[str, int]
    vectors: NDArray[np.float32]
    rarity: NDArray[np.float32]


def save_meanings(path: Path, words: list[str], vectors: NDArray[Any], rarity: NDArray[Any]) -> None:
    """A byte a number: nearness needs no more."""
    listed = np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), dtype=np.uint8)
    steps = np.rint(vectors / np.abs(vectors).max() * 127).astype(np.int8)
    np.savez_compressed(path, allow_pickle=False, words=listed, vectors=steps, rarity=rarity.astype(np.float16))


@cache
def load_meanings(path: Path = MEANINGS) -> Meanings:
    """The words' vectors. Raises ModelError where they cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            words = json.loads(arrays["words"].tobytes())
            vectors = arrays["vectors"].astype(np.float32)
            rarity = arrays["rarity"].astype(np.float32)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"no usable meanings in {path}: {error}") from error
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return Meanings({word: row for row, word in enumerate(words)}, vectors, rarity)

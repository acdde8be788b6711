"""The gist of a text: one vector of all that it says, in which tellings of one matter lie near each other.

Each word, sign and row of the lexicons adds its vector: the one that our families moved (`gist_training.py`), or else
its meaning, turned the same way.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.alike import alike
from nlp.meaning import Meanings
from nlp.model import ModelError

GISTS = Path(__file__).with_name("weights") / "gists.npz"
# A sign says less than the word it stands in.
OF_A_SIGN = 0.5
ROW, SIGN = "r:", "c:"

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Gists:
    """`turn`: what every meaning is multiplied by; `moved`: the parts that have a vector of their own."""

    turn: Vectors
    moved: Mapping[str, Vectors]


def save_gists(path: Path, gists: Gists) -> None:
    """A byte a number, and each vector's scale."""
    listed = np.frombuffer(json.dumps(list(gists.moved), ensure_ascii=False).encode(), dtype=np.uint8)
    table = np.array(list(gists.moved.values()))
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-9) / 127
    np.savez_compressed(
        path,
        allow_pickle=False,
        parts=listed,
        turn=gists.turn.astype(np.float32),
        vectors=np.rint(table / scale).astype(np.int8),
        scale=scale.astype(np.float32),
    )


@cache
def load_gists(path: Path = GISTS) -> Gists:
    """What the families taught. Raises ModelError where it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            parts = json.loads(arrays["parts"].tobytes())
            vectors = arrays["vectors"].astype(np.float32) * arrays["scale"]
            return Gists(arrays["turn"], dict(zip(parts, vectors, strict=True)))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"no usable gists in {path}: {error}") from error


def parts_of(words: Iterable[str], text: str) -> dict[str, float]:
    """What the gist is summed from, and how much of each: words, their signs, rows of the lexicons."""
    counts: Counter[str] = Counter()
    for word in words:
        if len(word) > 1:
            counts[word] += 2
        for sign in word:
            counts[SIGN + sign] += 1 if len(word) > 1 else 2
    for rows in alike().rows_in(text):
        counts.update({f"{ROW}{row}": 2 for row in rows})
    return {part: (count / 2) ** 0.5 for part, count in counts.items()}


def gist(parts: Mapping[str, float], gists: Gists, meanings: Meanings) -> Vectors:
    """The vector of a text, of length one (nothing for a text of unknown parts)."""
    plain = np.zeros(gists.turn.shape[0], dtype=np.float32)
    whole = np.zeros(gists.turn.shape[1], dtype=np.float32)
    for part, weight in parts.items():
        if (moved := gists.moved.get(part)) is not None:
            whole += weight * moved
        elif (meant := meant_by(part, meanings)) is not None:
            plain += weight * meant
    whole += plain @ gists.turn
    length = float(np.linalg.norm(whole))
    return whole / np.float32(length) if length else whole


def meant_by(part: str, meanings: Meanings) -> Vectors | None:
    """The meaning of a word or sign, the longer the rarer it is; a row of the lexicons means nothing until taught."""
    row = meanings.rows.get(part.removeprefix(SIGN))
    if row is None:
        return None
    vector: Vectors = meanings.vectors[row] * (meanings.rarity[row] * (OF_A_SIGN if part.startswith(SIGN) else 1.0))
    return vector

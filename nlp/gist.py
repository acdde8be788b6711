"""The gist of a text: what it says, word by word, as vectors in which tellings of one matter lie near each other.

Each word, with its signs, and each row of the lexicons is a point; where it lies and how much it counts our families
moved (`gist_training.py`), or else it lies at its meaning, turned the same way.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.alike import alike
from nlp.meaning import STEPS, Meanings, in_bytes
from nlp.model import ModelError

GISTS = Path(__file__).with_name("weights") / "gists.npz"
# A sign says less than the word it stands in.
OF_A_SIGN, SIGN_IN_A_WORD = 0.5, 0.3
ROW, SIGN = "r:", "c:"
# A letter of more points is judged by the first of them: comparing stays quick.
MOST_POINTS = 40
MOST_HEFT = 4.0

Vectors = NDArray[np.float32]
# What a point is summed from, and how much of each.
Parts = Mapping[str, float]


@dataclass(frozen=True)
class Gists:
    """`turn`: what every meaning is multiplied by; `rows`: the parts that have a vector of their own, a row each of
    `steps` (times `scale`) and of `heft`: how much more it counts than its length tells, as a logarithm.
    """

    turn: Vectors
    rows: Mapping[str, int]
    steps: NDArray[np.int8]
    scale: Vectors
    heft: Vectors

    def moved(self, rows: Sequence[int]) -> Vectors:
        return self.steps[rows] * self.scale[rows, None]


@dataclass(frozen=True)
class Gist:
    """A row of `points` (length one, `in_bytes`) and what it counts for (`weight`, one in all); `whole`: their sum."""

    points: NDArray[np.int8]
    weight: Vectors
    whole: Vectors


def gists(turn: Vectors, parts: Iterable[str], vectors: Vectors, heft: Vectors) -> Gists:
    """A byte a number, and each vector's scale."""
    scale = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-9).astype(np.float32) / STEPS
    steps = np.rint(vectors / scale[:, None]).astype(np.int8)
    return Gists(turn.astype(np.float32), {part: row for row, part in enumerate(parts)}, steps, scale, heft)


def untaught(meanings: Meanings) -> Gists:
    """Where each word lies at its meaning."""
    size = meanings.size
    none = np.zeros(0, dtype=np.float32)
    return gists(np.eye(size, dtype=np.float32), (), np.zeros((0, size), dtype=np.float32), none)


def save_gists(path: Path, taught: Gists) -> None:
    """As plain numbers."""
    listed = np.frombuffer(json.dumps(list(taught.rows), ensure_ascii=False).encode(), dtype=np.uint8)
    np.savez_compressed(
        path,
        allow_pickle=False,
        parts=listed,
        turn=taught.turn,
        vectors=taught.steps,
        scale=taught.scale,
        heft=taught.heft,
    )


@cache
def load_gists(path: Path = GISTS) -> Gists:
    """What the families taught. Raises ModelError where it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            parts = json.loads(arrays["parts"].tobytes())
            rows = {part: row for row, part in enumerate(parts)}
            return Gists(arrays["turn"], rows, arrays["vectors"], arrays["scale"], arrays["heft"])
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"no usable gists in {path}: {error}") from error


def points_of(words: Iterable[str], text: str) -> tuple[Parts, ...]:
    """The points of a text, each once: its words with their signs, and rows of the lexicons."""
    found: dict[str, Parts] = {}
    for word in words:
        if word not in found:
            signs = {SIGN + sign: SIGN_IN_A_WORD for sign in word}
            found[word] = {word: 1.0, **signs} if len(word) > 1 else {SIGN + word: 1.0}
    for rows in alike().rows_in(text):
        for row in rows:
            found[f"{ROW}{row}"] = {f"{ROW}{row}": 1.0}
    return tuple(found.values())[:MOST_POINTS]


def gist(points: Sequence[Parts], taught: Gists, meanings: Meanings) -> Gist:
    """The vectors of a text; of a part that nobody knows nothing."""
    vectors = np.zeros((len(points), taught.turn.shape[1]), dtype=np.float32)
    heft = np.zeros(len(points), dtype=np.float32)
    if not points:
        return Gist(in_bytes(vectors), heft, np.zeros(taught.turn.shape[1], dtype=np.float32))
    own, meant = _places(points, taught, meanings)
    if own[0]:
        rows, of, share = own[0], own[1], np.array(own[2], dtype=np.float32)
        np.add.at(vectors, of, taught.moved(rows) * share[:, None])
        np.add.at(heft, of, taught.heft[rows] * share)
    if meant[0]:
        rows, of, share = meant[0], meant[1], np.array(meant[2], dtype=np.float32)
        np.add.at(vectors, of, (meanings.of(rows) * (meanings.rarity[rows] * share)[:, None]) @ taught.turn)
    return _gist(vectors, heft)


def _gist(vectors: Vectors, heft: Vectors) -> Gist:
    length = np.maximum(np.linalg.norm(vectors, axis=1), np.float32(1e-6))
    points = vectors / length[:, None]
    weight = np.exp(np.clip(heft, -MOST_HEFT, MOST_HEFT)) * np.sqrt(length)
    weight = (weight / weight.sum()).astype(np.float32)
    whole = weight @ points
    return Gist(in_bytes(points), weight, whole / np.maximum(np.linalg.norm(whole), np.float32(1e-6)))


_Places = tuple[list[int], list[int], list[float]]


def _places(points: Sequence[Parts], taught: Gists, meanings: Meanings) -> tuple[_Places, _Places]:
    """For each known part its row, its point and its share: those of their own vectors, and those of a meaning."""
    own: _Places = ([], [], [])
    meant: _Places = ([], [], [])
    for at, parts in enumerate(points):
        for part, share in parts.items():
            row = taught.rows.get(part)
            into = own if row is not None else meant
            if row is None:
                row = meanings.rows.get(part.removeprefix(SIGN))
                share *= OF_A_SIGN if part.startswith(SIGN) else 1.0
            if row is not None:
                into[0].append(row)
                into[1].append(at)
                into[2].append(share)
    return own, meant


def meant_by(part: str, meanings: Meanings) -> Vectors | None:
    """The meaning of a word or sign, the longer the rarer it is; a row of the lexicons means nothing until taught."""
    row = meanings.rows.get(part.removeprefix(SIGN))
    if row is None:
        return None
    vector: Vectors = meanings.of([row])[0] * (meanings.rarity[row] * (OF_A_SIGN if part.startswith(SIGN) else 1.0))
    return vector

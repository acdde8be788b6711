"""Moves the vectors of words until tellings of one matter lie nearer each other than to their family's other matters.

Each telling is to find its fellows among all tellings at hand, and among its own family alone (supervised contrastive
learning, Khosla et al. 2020): so what only names the place or the window comes to weigh little, the trouble much.
Figures were found by cross-validation over families.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.alike import alike
from nlp.gist import ROW, Gists, gist, meant_by
from nlp.meaning import Meanings

ROUNDS, AT_ONCE, DROPPED = 10, 30, 0.15
SHARPNESS, OWN_FAMILY = 0.2, 0.5
STEP, STEP_OF_TURN = 2e-3, 3e-3
UNKNOWN, SEED = 0.02, 20251127


@dataclass(frozen=True)
class Told:
    """One telling: what its gist is summed from, its family and which matter of it."""

    parts: Mapping[str, float]
    family: int
    matter: str


class _Adam:
    """Steps of its own for each number, by the mean and the spread of what it was told so far."""

    def __init__(self, of: Any, step: float) -> None:
        self.of, self.step, self.taken = of, step, 0
        self.mean, self.spread = np.zeros_like(of), np.zeros_like(of)

    def take(self, slope: Any) -> None:
        self.taken += 1
        self.mean += 0.1 * (slope - self.mean)
        self.spread += 0.01 * (slope * slope - self.spread)
        mean, spread = self.mean / (1 - 0.9**self.taken), self.spread / (1 - 0.99**self.taken)
        self.of -= self.step * mean / (np.sqrt(spread) + 1e-8)


def train_gists(told: Sequence[Told], meanings: Meanings) -> Gists:
    """What these families teach; the same each time."""
    chance = np.random.default_rng(SEED)
    rows = _starts(told, meanings, chance)
    place = {part: at for at, part in enumerate(rows)}
    table = _table(told, place)
    families = np.array([each.family for each in told])
    matters = np.unique([f"{each.family} {each.matter}" for each in told], return_inverse=True)[1]
    vectors = np.array(list(rows.values()), dtype=np.float32)
    turn = np.eye(vectors.shape[1], dtype=np.float32)
    steps = _Adam(vectors, STEP), _Adam(turn, STEP_OF_TURN)
    of_family = {family: np.flatnonzero(families == family) for family in np.unique(families)}
    for _ in range(ROUNDS):
        order = chance.permutation(list(of_family))
        for first in range(0, len(order), AT_ONCE):
            taken = np.concatenate([of_family[family] for family in order[first : first + AT_ONCE]])
            said = table[taken]
            said.data = said.data * (chance.random(len(said.data)) > DROPPED)
            _step(said, matters[taken], families[taken], vectors, turn, steps)
    return Gists(turn, dict(zip(place, vectors @ turn, strict=True)))


def gists_of(parts: Sequence[Mapping[str, float]], gists: Gists, meanings: Meanings) -> Any:
    """A row a text."""
    return np.array([gist(each, gists, meanings) for each in parts])


def _starts(told: Sequence[Told], meanings: Meanings, chance: Any) -> dict[str, Any]:
    """Every part that is told of, and every row of the lexicons, where it starts."""
    size = meanings.vectors.shape[1]
    members: dict[str, list[Any]] = {}
    for word, rows in alike().rows.items():
        for row in rows:
            vector = meant_by(word, meanings)
            members.setdefault(f"{ROW}{row}", []).extend([] if vector is None else [vector])
    found: dict[str, Any] = {
        row: np.mean(each, axis=0) if each else chance.normal(0, UNKNOWN, size) for row, each in members.items()
    }
    for each in told:
        for part in each.parts:
            if part not in found:
                vector = meant_by(part, meanings)
                found[part] = chance.normal(0, UNKNOWN, size) if vector is None else vector
    return found


def _table(told: Sequence[Told], place: Mapping[str, int]) -> Any:
    from scipy.sparse import csr_matrix

    cells = [(row, place[part], weight) for row, each in enumerate(told) for part, weight in each.parts.items()]
    rows, columns, weights = (np.array(each) for each in zip(*cells, strict=True))
    return csr_matrix((weights.astype(np.float32), (rows, columns)), shape=(len(told), len(place)))


def _step(said: Any, matters: Any, families: Any, vectors: Any, turn: Any, steps: tuple[_Adam, _Adam]) -> None:
    plain = said @ vectors
    turned = plain @ turn
    length = np.linalg.norm(turned, axis=1, keepdims=True) + 1e-8
    ends = turned / length
    near = ends @ ends.T / SHARPNESS
    np.fill_diagonal(near, -1e9)
    fellows = (matters[:, None] == matters[None]) & ~np.eye(len(matters), dtype=bool)
    own = families[:, None] == families[None]
    pull = (1 - OWN_FAMILY) * _pull(near, fellows, np.ones_like(own)) + OWN_FAMILY * _pull(near, fellows, own)
    slope = ((pull + pull.T) / SHARPNESS @ ends).astype(np.float32)
    slope = (slope - (slope * ends).sum(axis=1, keepdims=True) * ends) / length
    of_turn, of_vectors = plain.T @ slope, np.asarray(said.T @ (slope @ turn.T))
    steps[0].take(of_vectors)
    steps[1].take(of_turn)


def _pull(near: Any, fellows: Any, among: Any) -> Any:
    """How the loss grows with each nearness: the share it has among those at hand, less what it should have."""
    kept = np.where(among, near, -1e9)
    share = np.exp(kept - kept.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    count = fellows.sum(axis=1, keepdims=True)
    counted = (count > 0) & (among.sum(axis=1, keepdims=True) > count + 1)
    slope = np.where(counted, share - fellows / np.maximum(count, 1), 0.0)
    np.fill_diagonal(slope, 0.0)
    return slope / max(1, counted.sum())

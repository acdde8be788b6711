"""Moves the words of a text until tellings of one matter find each other's words, and not those of other matters.

Two texts are as near as each point of the one is, by its weight, to the nearest point of the other (late interaction,
Khattab and Zaharia 2020), half, and as their sums are, half. Each telling is to find its fellows among all at hand, and
among its own family alone (supervised contrastive learning, Khosla et al. 2020): so what only names the place or the
window comes to weigh little, the trouble much. Figures were found by cross-validation over families.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.alike import alike
from nlp.gist import MOST_HEFT, ROW, Gists, Parts, gists, meant_by
from nlp.meaning import Meanings

ROUNDS, AT_ONCE, DROPPED = 8, 30, 0.15
SHARPNESS, OWN_FAMILY, WHOLE = 0.2, 0.7, 0.5
STEP, STEP_OF_TURN, STEP_OF_HEFT = 2e-3, 3e-3, 1e-2
UNKNOWN, LEAST_OFTEN, SEED = 0.02, 2, 20251127


@dataclass(frozen=True)
class Told:
    """One telling: its points, its family and which matter of it."""

    points: Sequence[Parts]
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


@dataclass(frozen=True)
class _Learnt:
    """What is moved, each with its steps."""

    vectors: _Adam
    turn: _Adam
    heft: _Adam


def train_gists(told: Sequence[Told], meanings: Meanings) -> Gists:
    """What these families teach; the same each time."""
    chance = np.random.default_rng(SEED)
    starts = _starts(told, meanings, chance)
    place = {part: at for at, part in enumerate(starts)}
    table, of_text = _table(told, place)
    families = np.array([each.family for each in told])
    matters = np.unique([f"{each.family} {each.matter}" for each in told], return_inverse=True)[1]
    vectors = np.array(list(starts.values()), dtype=np.float32)
    turn, heft = np.eye(vectors.shape[1], dtype=np.float32), np.zeros(len(vectors), dtype=np.float32)
    learnt = _Learnt(_Adam(vectors, STEP), _Adam(turn, STEP_OF_TURN), _Adam(heft, STEP_OF_HEFT))
    of_family = {family: np.flatnonzero(families == family) for family in np.unique(families)}
    for _ in range(ROUNDS):
        order = chance.permutation(list(of_family))
        for first in range(0, len(order), AT_ONCE):
            taken = np.concatenate([of_family[family] for family in order[first : first + AT_ONCE]])
            rows, texts = _kept(taken, of_text, chance)
            _step(table[rows], texts, matters[taken], families[taken], learnt)
    kept = _worth_keeping(told, place)
    return gists(
        turn, (part for part, stays in zip(place, kept, strict=True) if stays), (vectors @ turn)[kept], heft[kept]
    )


def _worth_keeping(told: Sequence[Told], place: Mapping[str, int]) -> Any:
    """Rows of the lexicons, and what at least two tell; what one alone told lies nearly where it began."""
    often = Counter(part for each in told for part in {part for parts in each.points for part in parts})
    return np.array([part.startswith(ROW) or often[part] >= LEAST_OFTEN for part in place])


def _starts(told: Sequence[Told], meanings: Meanings, chance: Any) -> dict[str, Any]:
    """Every part that is told of, and every row of the lexicons, where it starts."""
    members: dict[str, list[Any]] = {}
    for word, rows in alike().rows.items():
        for row in rows:
            vector = meant_by(word, meanings)
            members.setdefault(f"{ROW}{row}", []).extend([] if vector is None else [vector])
    size = meanings.size
    found: dict[str, Any] = {
        row: np.mean(each, axis=0) if each else chance.normal(0, UNKNOWN, size) for row, each in members.items()
    }
    for part in (part for each in told for parts in each.points for part in parts):
        if part not in found:
            vector = meant_by(part, meanings)
            found[part] = chance.normal(0, UNKNOWN, size) if vector is None else vector
    return found


def _table(told: Sequence[Told], place: Mapping[str, int]) -> tuple[Any, Any]:
    """A row a point, a column a part; and where the points of each text begin."""
    from scipy.sparse import csr_matrix

    points = [parts for each in told for parts in each.points]
    cells = [(row, place[part], share) for row, parts in enumerate(points) for part, share in parts.items()]
    rows, columns, shares = (np.array(each) for each in zip(*cells, strict=True))
    table = csr_matrix((shares.astype(np.float32), (rows, columns)), shape=(len(points), len(place)))
    return table, np.cumsum([0, *(len(each.points) for each in told)])


def _kept(taken: Any, of_text: Any, chance: Any) -> tuple[Any, Any]:
    """The points of these texts but some, and the text (its place among those taken) of each."""
    rows = [np.arange(of_text[at], of_text[at + 1]) for at in taken]
    kept = [each[_some(chance.random(len(each)) > DROPPED)] for each in rows]
    return np.concatenate(kept), np.repeat(np.arange(len(taken)), [len(each) for each in kept])


def _some(kept: Any) -> Any:
    return kept if kept.any() else ~kept


def _step(said: Any, texts: Any, matters: Any, families: Any, learnt: _Learnt) -> None:
    vectors, turn, heft = learnt.vectors.of, learnt.turn.of, learnt.heft.of
    plain = said @ vectors
    turned = plain @ turn
    length = np.linalg.norm(turned, axis=1, keepdims=True) + 1e-6
    points = turned / length
    first = np.searchsorted(texts, np.arange(len(matters)))
    counted = np.exp(np.clip(said @ heft, -MOST_HEFT, MOST_HEFT)) * np.sqrt(length[:, 0])
    weight = (counted / np.add.reduceat(counted, first)[texts]).astype(np.float32)
    of_points, of_weight = _slopes(points, weight, texts, first, matters, families)
    of_log = weight * (of_weight - np.add.reduceat(weight * of_weight, first)[texts])
    slope = (of_points - (of_points * points).sum(axis=1, keepdims=True) * points) / length
    slope += (of_log / (2 * length[:, 0]))[:, None] * points
    of_vectors, of_turn = np.asarray(said.T @ (slope @ turn.T)), plain.T @ slope
    learnt.vectors.take(of_vectors)
    learnt.turn.take(of_turn)
    learnt.heft.take(np.asarray(said.T @ of_log))


def _slopes(points: Any, weight: Any, texts: Any, first: Any, matters: Any, families: Any) -> tuple[Any, Any]:
    """How the loss grows with each point and with each weight."""
    from scipy.sparse import csr_matrix

    count, last = len(matters), np.append(first[1:], len(texts))
    every = np.arange(len(texts))
    near = points @ points.T
    nearest = np.stack([near[:, start:end].argmax(axis=1) + start for start, end in zip(first, last, strict=True)], 1)
    best = near[every[:, None], nearest]
    aligned = np.add.reduceat(weight[:, None] * best, first, axis=0)
    sums = np.add.reduceat(weight[:, None] * points, first, axis=0)
    length = np.linalg.norm(sums, axis=1, keepdims=True) + 1e-6
    wholes = sums / length
    pull = _pulls((1 - WHOLE) * (aligned + aligned.T) / 2 + WHOLE * wholes @ wholes.T, matters, families)
    of_best = ((1 - WHOLE) / 2 * (pull + pull.T))[texts].astype(np.float32)
    moves = (
        (weight[:, None] * of_best).ravel(),
        (np.repeat(every, count), nearest.ravel()),
    )
    pairs = csr_matrix(moves, shape=(len(texts), len(texts)))
    of_sums = (WHOLE * (pull + pull.T) @ wholes).astype(np.float32)
    of_sums = ((of_sums - (of_sums * wholes).sum(axis=1, keepdims=True) * wholes) / length)[texts]
    of_points = pairs @ points + pairs.T @ points + weight[:, None] * of_sums
    return of_points, (of_best * best).sum(axis=1) + (of_sums * points).sum(axis=1)


def _pulls(near: Any, matters: Any, families: Any) -> Any:
    """How the loss grows with the nearness of each two: among all at hand and, more so, among their own family."""
    near = near / SHARPNESS
    np.fill_diagonal(near, -1e9)
    fellows = (matters[:, None] == matters[None]) & ~np.eye(len(matters), dtype=bool)
    own = families[:, None] == families[None]
    pull = (1 - OWN_FAMILY) * _pull(near, fellows, np.ones_like(own)) + OWN_FAMILY * _pull(near, fellows, own)
    return pull / SHARPNESS


def _pull(near: Any, fellows: Any, among: Any) -> Any:
    """The share each has among those at hand, less what it should have."""
    kept = np.where(among, near, -1e9)
    share = np.exp(kept - kept.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    count = fellows.sum(axis=1, keepdims=True)
    counted = (count > 0) & (among.sum(axis=1, keepdims=True) > count + 1)
    slope = np.where(counted, share - fellows / np.maximum(count, 1), 0.0)
    np.fill_diagonal(slope, 0.0)
    return slope / max(1, counted.sum())

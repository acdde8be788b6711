"""Teaches the spotter on labelled messages: of all stretches of a text, which one is the field, or none.

The chance of a stretch grows with what it is worth (`spotting.py`); what is learnt makes the labelled one likeliest. A
share of the features is hidden at every step, so that no single one is leant on. How sure a stretch must be is found
on sets that were not learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp.model import Numbers
from nlp.spotting import COLUMNS, COUNT, TIME, Spotter
from nlp.spotting_features import BITS, Sorts, columns
from nlp.spotting_known import Known
from nlp.spotting_messages import Message

EPOCHS, BATCH, RATE, HIDDEN, FADING = 6, 48, 0.02, 0.3, 1e-5
# A feature of a single message tells nothing.
SEEN_AT_LEAST = 2
SPANNED = COUNT - 1
NONE_AT_FIRST = 6.0
SHIFTS = np.arange(-7.0, 2.01, 0.25)
NOWHERE = -1e9
STEPS = 63


@dataclass(frozen=True)
class Lesson:
    """A message as it is learnt from: its features' rows (place, template), and how much it counts."""

    message: Message
    rows: NDArray[np.int32]
    weight: float = 1.0


@dataclass(frozen=True)
class Batch:
    """Some lessons side by side: features of all characters, and where each message's characters stand among them."""

    features: Any
    places: NDArray[np.int64]
    lessons: Sequence[Lesson]

    @property
    def beyond(self) -> NDArray[np.bool_]:
        """The places that are after a message's end."""
        answer: NDArray[np.bool_] = self.places == self.features.shape[0]
        return answer


def lesson_of(message: Message, sorts: Sorts, weight: float = 1.0) -> Lesson:
    """Its features; `weight`: how much it counts."""
    rows = columns(message.text, message.words, message.proposals, message.times, sorts)
    return Lesson(message, rows.T.astype(np.int32), weight)


def teach(lessons: Sequence[Lesson], known: Known, seed: int = 1) -> Spotter:
    """The weights that make the labelled stretches likeliest."""
    chance = np.random.default_rng(seed)
    counted = np.zeros(1 << BITS, dtype=np.int64)
    for lesson in lessons:
        np.add.at(counted, lesson.rows.ravel(), 1)
    kept = np.flatnonzero(counted >= SEEN_AT_LEAST)
    index = np.full(1 << BITS, -1, dtype=np.int32)
    index[kept] = np.arange(len(kept))
    lessons = [replace(lesson, rows=index[lesson.rows]) for lesson in lessons]
    weights = np.zeros((len(kept), 3 * COUNT), dtype=np.float32)
    slopes = np.full_like(weights, 1e-8)
    none, none_slopes = np.array([NONE_AT_FIRST] * SPANNED + [0.0]), np.full(COUNT, 1e-8)
    sums, none_sums = np.zeros_like(weights), np.zeros(COUNT)
    for epoch in range(EPOCHS):
        for taken in _shuffled(lessons, chance):
            batch = _batch(taken, len(kept), chance)
            pull, none_pull = _pulls(batch, weights, none)
            touched = np.zeros(len(kept), dtype=bool)
            touched[batch.features.indices] = True
            rows = np.flatnonzero(touched)
            step = (batch.features.T @ pull)[rows] / len(taken)
            slopes[rows] += step * step
            weights[rows] = (weights[rows] - RATE * step / np.sqrt(slopes[rows])) * (1 - FADING)
            none_pull /= len(taken)
            none_slopes += none_pull**2
            none -= RATE * none_pull / np.sqrt(none_slopes)
        if epoch >= EPOCHS // 2:
            sums, none_sums = sums + weights, none_sums + none
    rounds = EPOCHS - EPOCHS // 2
    return _in_steps(kept, sums / rounds * (1 - HIDDEN), none_sums / rounds, known)


def _in_steps(kept: NDArray[np.int64], weights: Any, none: Numbers, known: Known) -> Spotter:
    """A byte a weight, each column in steps of its own."""
    scale = np.abs(weights).max(axis=0) / STEPS
    whole = np.zeros((1 << BITS, COLUMNS), dtype=np.int8)
    whole[kept, :-1] = np.rint(weights / scale).astype(np.int8)
    return Spotter(whole, scale.astype(np.float64), none, np.zeros(COUNT), known)


def _shuffled(lessons: Sequence[Lesson], chance: np.random.Generator) -> list[list[Lesson]]:
    """Batches of messages of about one length, in any order."""
    lengths = np.array([len(lesson.rows) for lesson in lessons])
    order = np.argsort(lengths + 30 * chance.random(len(lessons)))
    batches = [[lessons[at] for at in order[first : first + BATCH]] for first in range(0, len(order), BATCH)]
    return [batches[at] for at in chance.permutation(len(batches))]


def _batch(lessons: Sequence[Lesson], features: int, chance: np.random.Generator) -> Batch:
    rows = np.concatenate([lesson.rows for lesson in lessons])
    seen = (rows >= 0) & (chance.random(rows.shape, dtype=np.float32) >= HIDDEN)
    until = np.concatenate([[0], np.cumsum(seen.sum(axis=1))])
    ones = np.ones(until[-1], dtype=np.float32)
    matrix = sparse.csr_matrix((ones, rows[seen], until), shape=(len(rows), features))
    lengths = [len(lesson.rows) for lesson in lessons]
    places = np.full((len(lessons), max(lengths)), len(rows), dtype=np.int64)
    first = 0
    for line, length in enumerate(lengths):
        places[line, :length] = np.arange(first, first + length)
        first += length
    return Batch(matrix, places, lessons)


def _pulls(batch: Batch, weights: Any, none: Numbers) -> tuple[Any, Numbers]:
    """How the surprise at the labels changes with the worth of each character, and with that of none."""
    worth = np.concatenate([batch.features @ weights, np.zeros((1, 3 * COUNT), np.float32)]).astype(np.float64)
    seen = worth[batch.places]
    pull, none_pull = np.zeros_like(seen), np.zeros(COUNT)
    none_pull[:SPANNED] = _pull_of_spans(batch, seen, none[:SPANNED], pull)
    for line, lesson in enumerate(batch.lessons):
        none_pull[TIME] += _pull_of_times(lesson, seen[line], float(none[TIME]), pull[line])
    inside = ~batch.beyond
    whole = np.zeros((batch.features.shape[0], 3 * COUNT), dtype=np.float32)
    whole[batch.places[inside]] = pull[inside]
    return whole, none_pull


def _pull_of_spans(batch: Batch, seen: Numbers, none: Numbers, pull: Numbers) -> Numbers:
    """Adds to `pull`; the chances of all stretches of a field at once, by sums from the left and from the right."""
    first, within, last = (seen[..., at * COUNT : at * COUNT + SPANNED] for at in range(3))
    reach = np.cumsum(within, axis=1)
    begins = np.where(batch.beyond[..., None], NOWHERE, first - (reach - within))
    ends = np.where(batch.beyond[..., None], NOWHERE, last + reach)
    left = np.logaddexp.accumulate(begins, axis=1)
    right = np.logaddexp.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    whole = np.logaddexp(np.logaddexp.reduce(ends + left, axis=1), none)
    counts = np.array([[lesson.weight * is_told for is_told in lesson.message.told] for lesson in batch.lessons])
    counts = counts[:, :SPANNED]
    ending = np.exp(ends + left - whole[:, None]) * counts[:, None]
    beginning = np.exp(begins + right - whole[:, None]) * counts[:, None]
    none_pull = np.exp(none - whole) * counts
    for line, lesson in enumerate(batch.lessons):
        for field, spans in enumerate(lesson.message.spans[:SPANNED]):
            if not spans:
                none_pull[line, field] -= counts[line, field]
                continue
            starts, stops = np.array(spans).T
            likely = begins[line, starts, field] + ends[line, stops - 1, field]
            share = np.exp(likely - np.logaddexp.reduce(likely)) * counts[line, field]
            np.subtract.at(beginning[line, :, field], starts, share)
            np.subtract.at(ending[line, :, field], stops - 1, share)
    pull[..., :SPANNED] = beginning
    pull[..., COUNT : COUNT + SPANNED] = np.cumsum(beginning, axis=1) - (np.cumsum(ending, axis=1) - ending)
    pull[..., 2 * COUNT : 2 * COUNT + SPANNED] = ending
    answer: Numbers = none_pull.sum(axis=0)
    return answer


def _pull_of_times(lesson: Lesson, seen: Numbers, none: float, pull: Numbers) -> float:
    """Adds to `pull`: of the times that the text names, the labelled one, or none."""
    times, right = lesson.message.times, lesson.message.spans[TIME]
    if not times or not lesson.message.told[TIME]:
        return 0.0
    starts, stops = np.array([(each.start, each.end) for each in times]).T
    first, within, last = (seen[:, at * COUNT + TIME] for at in range(3))
    reach = np.concatenate([[0.0], np.cumsum(within)])
    worth = np.append(first[starts] + reach[stops] - reach[starts] + last[stops - 1], none)
    chances = np.exp(worth - np.logaddexp.reduce(worth))
    is_right = np.array([(each.start, each.end) in right for each in times] + [not right])
    change = (chances - np.where(is_right, chances, 0) / chances[is_right].sum()) * lesson.weight
    for start, stop, step in zip(starts, stops, change[:-1], strict=True):
        pull[start, TIME] += step
        pull[start:stop, COUNT + TIME] += step
        pull[stop - 1, 2 * COUNT + TIME] += step
    return float(change[-1])

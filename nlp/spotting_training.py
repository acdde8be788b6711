"""Teaches the spotter on labelled messages: of all stretches of a text, which one is the field, or none.

The chance of a stretch grows with what it is worth (`spotting.py`); what is learnt makes the labelled one likeliest. A
share of the features is hidden at every step, so that no single one is leant on. How sure a stretch must be is found
on sets that were not learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp.model import Numbers
from nlp.spotting import COUNT, Spotter, index_of, together
from nlp.spotting_features import BITS, RULED, TEMPLATES, TIME, Sorts, columns
from nlp.spotting_known import Known
from nlp.spotting_messages import Message
from nlp.spotting_net import REACHES, Layers, Weights, Whole
from nlp.spotting_pupil import WIDTH, Pupil

# What the nets begin from, one each.
SEEDS = (1, 2, 3)
EPOCHS, BATCH, RATE, WARMING = 9, 48, 0.003, 0.15
# Shares of the features hidden at each character, and of what the rules propose hidden in a whole message.
HIDDEN, UNTOLD = 0.2, 0.15
# A feature of a single message tells nothing.
SEEN_AT_LEAST = 2
# Of each field that rules propose for, the templates that tell it.
TOLD = [
    [place for place, each in enumerate(TEMPLATES) if {f"rule{field}", "time" if field == TIME else ""} & {*each}]
    for field in RULED
]
SPANNED = COUNT - 1
NOWHERE = -1e9
STEPS = 127


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
    rows = columns(message.asked, sorts)
    return Lesson(message, rows.T.astype(np.int32), weight)


def teach(lessons: Sequence[Lesson], known: Known) -> Spotter:
    """Nets that make the labelled stretches likeliest, each from a beginning of its own."""
    return together([teach_one(lessons, known, seed) for seed in SEEDS])


def teach_one(lessons: Sequence[Lesson], known: Known, seed: int) -> Spotter:
    """The weights of one net."""
    chance = np.random.default_rng(seed)
    counted = np.zeros(1 << BITS, dtype=np.int64)
    for lesson in lessons:
        np.add.at(counted, lesson.rows.ravel(), 1)
    kept = np.flatnonzero(counted >= SEEN_AT_LEAST)
    index = np.full(1 << BITS, -1, dtype=np.int32)
    index[kept] = np.arange(len(kept))
    lessons = [replace(lesson, rows=index[lesson.rows]) for lesson in lessons]
    pupil = Pupil(len(kept), chance)
    steps = EPOCHS * -(-len(lessons) // BATCH)
    step = 0
    for _ in range(EPOCHS):
        for taken in _shuffled(lessons, chance):
            step += 1
            batch = _batch(taken, len(kept), chance)
            worth, seen = pupil.worth(batch.features, ~batch.beyond)
            pull, none_pull = _pulls(batch, worth, pupil.weights["none"].astype(np.float64))
            pupil.learn(seen, pull / np.float32(len(taken)), none_pull / len(taken), RATE * _pace(step / steps))
    return _in_steps(kept, pupil.weights, known)


def _pace(done: float) -> float:
    """From nothing up to one, then slowly back."""
    return float(done / WARMING if done < WARMING else 0.5 + 0.5 * np.cos(np.pi * (done - WARMING) / (1 - WARMING)))


def _in_steps(kept: NDArray[np.int64], weights: dict[str, Weights], known: Known) -> Spotter:
    """A byte a weight of the features', each column in steps of its own."""
    scale = np.abs(weights["inputs"]).max(axis=0) / STEPS
    inputs = np.zeros((len(kept) + 1, WIDTH), dtype=np.int8)
    inputs[1:] = np.rint(weights["inputs"] / scale)
    one = {name: each[None] for name, each in weights.items()}
    hidden = [(one[f"hidden{place}"], one[f"bias{place}"]) for place in range(len(REACHES))]
    whole = Whole(*(one[each.name] for each in fields(Whole)))
    layers = Layers(inputs[None], scale[None], one["bias"], hidden, whole, one["outputs"], one["ending"])
    return Spotter(layers, index_of(kept), weights["none"].astype(np.float64), np.zeros(COUNT), known)


def _shuffled(lessons: Sequence[Lesson], chance: np.random.Generator) -> list[list[Lesson]]:
    """Batches of messages of about one length, in any order."""
    lengths = np.array([len(lesson.rows) for lesson in lessons])
    order = np.argsort(lengths + 30 * chance.random(len(lessons)))
    batches = [[lessons[at] for at in order[first : first + BATCH]] for first in range(0, len(order), BATCH)]
    return [batches[at] for at in chance.permutation(len(batches))]


def _batch(lessons: Sequence[Lesson], features: int, chance: np.random.Generator) -> Batch:
    rows = np.concatenate([lesson.rows for lesson in lessons])
    seen = (rows >= 0) & (chance.random(rows.shape, dtype=np.float32) >= HIDDEN)
    lengths = [len(lesson.rows) for lesson in lessons]
    for templates in TOLD:
        told = chance.random(len(lessons)) >= UNTOLD
        seen[:, templates] &= told.repeat(lengths)[:, None]
    until = np.concatenate([[0], np.cumsum(seen.sum(axis=1))])
    ones = np.full(until[-1], 1 / (1 - HIDDEN), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, rows[seen], until), shape=(len(rows), features))
    places = np.full((len(lessons), max(lengths)), len(rows), dtype=np.int64)
    first = 0
    for line, length in enumerate(lengths):
        places[line, :length] = np.arange(first, first + length)
        first += length
    return Batch(matrix, places, lessons)


def _pulls(batch: Batch, worth: Weights, none: Numbers) -> tuple[Weights, Numbers]:
    """How the surprise at the labels changes with the worth of each character, and with that of none."""
    seen = worth.astype(np.float64)
    pull, none_pull = np.zeros_like(seen), np.zeros(COUNT)
    none_pull[:SPANNED] = _pull_of_spans(batch, seen, none[:SPANNED], pull)
    for line, lesson in enumerate(batch.lessons):
        none_pull[TIME] += _pull_of_times(lesson, seen[line], float(none[TIME]), pull[line])
    pull[batch.beyond] = 0
    return pull.astype(np.float32), none_pull


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

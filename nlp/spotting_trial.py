"""The whole training of the spotter: what it is taught, how sure it must be, and how well it does on unseen sets.

Each set that the rules were not written on is read once by a spotter that all the others taught. How sure a stretch
must be is what is best there; then all sets teach together.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp.corpus_reading import CORPUS
from nlp.fields import fields_of, find_fields
from nlp.measure_fields import field_figures
from nlp.model import Numbers
from nlp.spotting import SPOTS, Spotter, save_spotter
from nlp.spotting_features import FIELDS, Sorts
from nlp.spotting_making import more_messages
from nlp.spotting_messages import Message, read_messages
from nlp.spotting_training import Lesson, lesson_of, teach
from nlp.spotting_words import known_words

# The rules were written on these messages; they err less there than they will elsewhere.
RULED = ("fields", "fields-test", "fields-fresh", "fields-last", "fields-third", "fields-fourth")
FRESH = "fields-fifth"
COPIES = 2
# What was never ruled on counts more, what was made by rule less.
FRESH_WEIGHT, MADE_WEIGHT = 1.5, 0.7
HIDDEN_RULES = 0.5
# By how much "none" may be worth less than was learnt.
SHIFTS = np.arange(-6.0, 1.1, 0.5)


def train_fields(out: Path = SPOTS, copies: int = COPIES) -> dict[str, Any]:
    """Teach and write the weights; their figures on sets that did not teach."""
    known = known_words()
    ruled = [message for name in RULED for message in read_messages(CORPUS / f"{name}.jsonl")]
    fresh = list(read_messages(CORPUS / f"{FRESH}.jsonl"))
    trials = []
    for name in sorted({message.set_name for message in fresh}):
        others = [message for message in fresh if message.set_name != name]
        unseen = [message for message in fresh if message.set_name == name]
        trials.append((name, _taught(ruled, others, known, copies), unseen))
    shift = np.array([_best_shift(trials, field) for field in range(len(FIELDS))])
    read = {
        name: [(_read(_shifted(each, shift), message), message.fields) for message in unseen]
        for name, each, unseen in trials
    }
    read[""] = [pair for pairs in read.values() for pair in pairs]
    figures = {name: field_figures(pairs) for name, pairs in read.items()}
    spotter = _shifted(_taught(ruled, fresh, known, copies), shift)
    save_spotter(out, spotter, figures)
    return figures


def _read(spotter: Spotter, message: Message) -> dict[str, Any]:
    """All fields, as a reader with this spotter would tell them."""
    found = find_fields(message.text, message.words, message.now, spotter=spotter)
    return fields_of(message.text, found)


def spotted(spotter: Spotter, message: Message) -> dict[str, Any]:
    """The fields that it spots in a message."""
    found = spotter.spot(message.text, message.words, message.proposals, message.times)
    return fields_of(message.text, found)


def _taught(
    ruled: Sequence[Message], fresh: Sequence[Message], known: Mapping[str, tuple[int, int]], copies: int
) -> Spotter:
    chance, sorts = random.Random(1), Sorts(known)
    new = {message.set_name for message in fresh}

    def lesson(message: Message, weight: float) -> Lesson:
        return lesson_of(message, sorts, message.set_name in new or chance.random() >= HIDDEN_RULES, weight)

    lessons = [lesson(message, 1.0) for message in ruled]
    lessons += [lesson(message, FRESH_WEIGHT) for message in fresh]
    lessons += [lesson(message, MADE_WEIGHT) for message in more_messages([*ruled, *fresh], copies)]
    return teach(lessons, known)


def _best_shift(trials: Sequence[tuple[str, Spotter, Sequence[Message]]], field: int) -> float:
    """The one with which the most of the field is found rightly, as F1 weighs it."""

    def worth(shift: float) -> float:
        shifts = np.full(len(FIELDS), 1e3)
        shifts[field] = shift
        read = [
            (spotted(each, message), message.fields)
            for _, spotter, unseen in trials
            for each in (_shifted(spotter, shifts),)
            for message in unseen
        ]
        return field_figures(read).get(FIELDS[field], 0.0)

    return float(max(SHIFTS, key=worth))


def _shifted(spotter: Spotter, shift: Numbers) -> Spotter:
    return replace(spotter, none=spotter.none + shift)

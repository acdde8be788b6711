"""The whole training of the spotter: what it is taught, how sure it must be, and how well it does on unseen sets.

Each set by a hand that knew neither rules nor corpus is read once by a spotter that it did not teach, nor those left
out with it. How sure a stretch must be is what is best there; then all sets teach together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp.corpus_reading import CORPUS, HANDS
from nlp.fields import fields_of, find_fields
from nlp.measure_fields import field_figures
from nlp.model import Numbers
from nlp.spotting import MOST_TRUSTED, SPOTS, Spotter, save_spotter, walked
from nlp.spotting_features import FIELDS, Sorts
from nlp.spotting_known import Known
from nlp.spotting_messages import Message, read_messages
from nlp.spotting_training import Lesson, lesson_of, teach
from nlp.spotting_words import known_words
from nlp.text import Cleaned

# What a message of each file counts: our own forty, which the tests hold to, and those of hands that knew neither the
# rules nor the corpus. Of these only the later ones had the guide as it stands: a shop that is complained of is a unit,
# any spot that is named is a place.
WEIGHTS = {HANDS: 1.0, "fields-fifth.jsonl": 0.15, "fields.jsonl": 4.0}
# How many times some sets of the judged file are left out of the teaching, to be read.
FOLDS = 3
# By how much "none" may be worth less than was learnt, and what a rule proposes more.
SHIFTS = np.arange(-6.0, 2.1, 0.25)
TRUSTS = (0.0, 0.5, 1.0, 2.0)
NO_RIVAL = -1e9, (0, 0)

Trial = tuple[Spotter, Sequence[Message]]
Rival = tuple[float, tuple[int, int]]


def train_fields(out: Path = SPOTS) -> dict[str, Any]:
    """Teach and write the weights; their figures on sets that did not teach."""
    known = known_words()
    messages = {file: list(read_messages(CORPUS / file)) for file in WEIGHTS}
    lessons = [lesson for file, weight in WEIGHTS.items() for lesson in _lessons(messages[file], known, weight)]
    names = sorted({message.set_name for message in messages[HANDS]})
    trials = []
    for left_out in (names[fold::FOLDS] for fold in range(FOLDS)):
        others = [lesson for lesson in lessons if lesson.message.set_name not in left_out]
        unseen = [message for message in messages[HANDS] if message.set_name in left_out]
        trials.append((teach(others, known), unseen))
    sure = np.array([_surest(trials, field) for field in range(len(FIELDS))])
    read: dict[str, list[tuple[Any, Any]]] = {name: [] for name in (*names, "")}
    for each, unseen in trials:
        for message in unseen:
            pair = _read(_sure(each, sure), message), message.fields
            read[message.set_name].append(pair)
            read[""].append(pair)
    figures = {name: field_figures(pairs) for name, pairs in read.items()}
    save_spotter(out, _sure(teach(lessons, known), sure), figures)
    return figures


def _read(spotter: Spotter, message: Message) -> dict[str, Any]:
    """All fields, as a reader with this spotter would tell them."""
    found = find_fields(message.text, message.words, message.now, spotter=spotter)
    return fields_of(message.text, Cleaned(message.text, range(len(message.text))), found)


def _lessons(messages: Sequence[Message], known: Known, weight: float) -> list[Lesson]:
    sorts = Sorts(known)
    return [lesson_of(message, sorts, weight) for message in messages]


def _surest(trials: Sequence[Trial], field: int) -> tuple[float, float]:
    """The shift and the trust with which the most of the field is found rightly, as F1 weighs it."""
    seen = []
    for spotter, unseen in trials:
        for message in unseen:
            (told,) = spotter.worths([message.asked])
            seen.append((message.spans[field], *_rivals(spotter, told, message, field)))

    def worth(sure: tuple[float, float]) -> float:
        hits = said = 0
        for right, best, proposed in seen:
            gain, span = max([best, *((gain + sure[1], span) for gain, span in proposed)])
            said += (gain > sure[0]) + bool(right)
            hits += gain > sure[0] and span in right
        return 2 * hits / max(1, said)

    return max(((float(shift), trust) for shift in SHIFTS for trust in TRUSTS), key=worth)


def _rivals(spotter: Spotter, worth: Numbers, message: Message, field: int) -> tuple[Rival, list[Rival]]:
    """By how much the best of all stretches beats none, and each that a rule proposes."""
    begins, ends = (each[:, field] for each in walked(worth.reshape(-1, 3, len(FIELDS))))

    def rival(start: int, end: int) -> Rival:
        return float(begins[start] + ends[end - 1] - spotter.none[field]), (start, end)

    if FIELDS[field] == "event_time":
        return max((rival(each.start, each.end) for each in message.times), default=NO_RIVAL), []
    last = int((ends + np.maximum.accumulate(begins)).argmax())
    best = rival(int(begins[: last + 1].argmax()), last + 1)
    return best, [rival(each.start, each.end) for each in message.proposals.get(field, ())[:MOST_TRUSTED]]


def _sure(spotter: Spotter, sure: Numbers) -> Spotter:
    """With these shifts and trusts, a row a field."""
    return replace(spotter, none=spotter.none + sure[:, 0], trust=sure[:, 1])

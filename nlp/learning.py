"""Learning from a city's dispatch decisions: train, judge on decisions kept apart, promote only what is not worse.

A fifth of the decisions, chosen by their own text, never teaches: the same messages judge every night's model. A model
is promoted where it is right at least as often as the one in force, on the whole and, unit by unit, no more than
one kept decision or a twentieth worse. What came of it stands in the model's card, and, promoted or not, in
`lesson.json` beside the models.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from nlp.city import HALF_KNOWN, LESSON, City, current, load_city, put_in_force
from nlp.drift import Decided, drift
from nlp.figures import WANTED_PRECISION, calibration_error, coverage
from nlp.fitting import FOLDS, SEED
from nlp.model import save_model
from nlp.reader import Reader
from nlp.train import fit_router

KEPT_APART = 5  # one in five
LEAST = 50  # decisions before anything is learnt
WORSE_AT_MOST = 0.05
LIBRARIES = ("numpy", "scikit-learn")

Guess = Callable[[str], tuple[str, float]]


@dataclass(frozen=True)
class Lesson:
    """What a night of learning came to."""

    promoted: bool
    why: str
    figures: Mapping[str, Any]


def learn(decisions: Sequence[Decided], reader: Reader, models: Path, name: str, at: str = "") -> Lesson:
    """Train on decisions (oldest first), judge, promote as `name` or not, and write down which.

    `reader`: of this city, its first day's knowledge; `at`: the moment, for the card.
    """
    moved = drift(decisions)
    lesson = _taught(decisions, reader, models, name, {"learnt at": at, "drift": moved})
    models.mkdir(parents=True, exist_ok=True)
    told = {"name": name, "at": at, "promoted": lesson.promoted, "why": lesson.why, "drift": moved}
    draft = models / f"{LESSON}.draft"
    draft.write_text(json.dumps({**told, "figures": lesson.figures}, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(models / LESSON)
    return lesson


def _taught(decisions: Sequence[Decided], reader: Reader, models: Path, name: str, known: Mapping[str, Any]) -> Lesson:
    units = {unit for unit, _ in reader.router.units}
    usable = [(each.text, each.unit) for each in decisions if each.unit in units and each.text.strip()]
    kept = [pair for pair in usable if _is_kept(pair[0])]
    counts = Counter(unit for text, unit in usable if not _is_kept(text))
    taught = [(text, unit) for text, unit in usable if not _is_kept(text) and counts[unit] >= FOLDS]
    if len(taught) < LEAST or len({unit for _, unit in taught}) < 2 or not kept:
        return Lesson(False, f"{len(taught)} decisions teach nothing yet; {LEAST} of two units are needed", known)
    city = _fitted(taught, counts, name)
    figures = _figures(kept, _guesser(reader, city), _guesser(reader, load_city(models)))
    card = {**city.model.card, **known, "judged on": len(kept), "figures": figures, "before": current(models)}
    against = _against(figures)
    if against:
        return Lesson(False, against, card)
    save_model(replace(city.model, card=card), models / name)
    put_in_force(models, name)
    return Lesson(True, f"right {figures['right']:.3f}, before {figures['right before']:.3f}", card)


def _is_kept(text: str) -> bool:
    """Whether this message only judges; it depends on nothing but the message."""
    return hashlib.sha256(text.encode()).digest()[0] % KEPT_APART == 0


def _fitted(taught: Sequence[tuple[str, str]], counts: Mapping[str, int], name: str) -> City:
    labels = [unit for _, unit in taught]
    fitted = fit_router([text for text, _ in taught], labels)
    known = {unit: counts[unit] for unit in sorted(set(labels))}
    card = {
        "what": "routes by a city's own decisions",
        "name": name,
        "texts": len(taught),
        "fingerprint of the texts": hashlib.sha256(repr(sorted(taught)).encode()).hexdigest()[:16],
        "versions": {"python": platform.python_version(), **{each: version(each) for each in LIBRARIES}},
        "thresholds": {"half known": HALF_KNOWN, "judged": f"1 in {KEPT_APART}", "unit worse by": WORSE_AT_MOST},
        "seed": SEED,
        "taught": known,
    }
    return City(name, replace(fitted.model, card=card), known)


def _guesser(reader: Reader, city: City | None) -> Guess:
    def guess(text: str) -> tuple[str, float]:
        routed = reader.first_day(text)
        best = city.blend(text, routed) if city else routed
        return best[0] if best else ("", 0.0)

    return guess


def _figures(kept: Sequence[tuple[str, str]], new: Guess, old: Guess) -> dict[str, Any]:
    guessed = [new(text) for text, _ in kept]
    now, before = [unit for unit, _ in guessed], [old(text)[0] for text, _ in kept]
    right = np.array([said == unit for (_, unit), said in zip(kept, now, strict=True)])
    sure = np.array([chance for _, chance in guessed])
    confused = Counter((unit, said) for (_, unit), said in zip(kept, now, strict=True) if unit != said)
    return {
        "right": float(right.mean()),
        "right before": float(np.mean([said == unit for (_, unit), said in zip(kept, before, strict=True)])),
        "ece": round(calibration_error(right, sure), 4),
        f"coverage at {WANTED_PRECISION}": round(coverage(right, sure), 4),
        "units": {unit: _of_unit(unit, kept, now, before) for unit in sorted({unit for _, unit in kept})},
        "confused": [[unit, said, count] for (unit, said), count in confused.most_common(20)],
    }


def _of_unit(unit: str, kept: Sequence[tuple[str, str]], now: Sequence[str], before: Sequence[str]) -> dict[str, int]:
    rows = [row for row, (_, right) in enumerate(kept) if right == unit]
    return {
        "n": len(rows),
        "right": sum(now[row] == unit for row in rows),
        "before": sum(before[row] == unit for row in rows),
    }


def _against(figures: Mapping[str, Any]) -> str:
    """Why the model must not be promoted; "" where nothing speaks against it."""
    if figures["right"] < figures["right before"]:
        return f"right {figures['right']:.3f}, before {figures['right before']:.3f}: the one in force stays"
    for unit, row in figures["units"].items():
        if row["before"] - row["right"] > max(1, WORSE_AT_MOST * row["n"]):
            return f"{unit}: {row['right']} of {row['n']} right, before {row['before']}: the one in force stays"
    return ""

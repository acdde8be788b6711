"""Learning from a city's dispatch decisions: train, judge on decisions kept apart, promote only what is not worse.

A fifth of the decisions, chosen by their own text, never teaches: the same messages judge every night's model. A model
is promoted where it is right at least as often as the one in force, on the whole and, unit by unit, no more than
one kept decision or a twentieth worse. What came of it stands in the model's card.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlp.city import HEAD, City, current, load_city, put_in_force
from nlp.fitting import FOLDS, SEED, Labelled, fit, see_topic
from nlp.model import save_model
from nlp.reader import Reader

KEPT_APART = 5  # one in five
LEAST = 50  # decisions before anything is learnt
WORSE_AT_MOST = 0.05
RECENT = 200
DRIFT = 0.10

Guess = Callable[[str], str]


@dataclass(frozen=True)
class Lesson:
    """What a night of learning came to."""

    promoted: bool
    why: str
    figures: Mapping[str, Any]


def learn(decisions: Sequence[tuple[str, str]], reader: Reader, models: Path, name: str) -> Lesson:
    """Train on (text, unit), judge, and promote as `name` or not. `reader`: of this city, its first day's knowledge."""
    units = {unit for unit, _ in reader.router.units}
    usable = [(text, unit) for text, unit in decisions if unit in units and text.strip()]
    kept = [pair for pair in usable if _is_kept(pair[0])]
    counts = Counter(unit for text, unit in usable if not _is_kept(text))
    taught = [(text, unit) for text, unit in usable if not _is_kept(text) and counts[unit] >= FOLDS]
    if len(taught) < LEAST or len({unit for _, unit in taught}) < 2 or not kept:
        return Lesson(False, f"{len(taught)} decisions teach nothing yet; {LEAST} of two units are needed", {})
    city = _fitted(taught, counts, name)
    new, old = _guesser(reader, city), _guesser(reader, load_city(models))
    figures = _figures(kept, new, old)
    against = _against(figures)
    card = {
        **city.model.card,
        "judged on": len(kept),
        "figures": figures,
        "before": current(models),
        "drift": drift(usable, old),
    }
    if against:
        return Lesson(False, against, card)
    save_model(replace(city.model, card=card), models / name)
    put_in_force(models, name)
    return Lesson(True, f"right {figures['right']:.3f}, before {figures['right before']:.3f}", card)


def drift(decisions: Sequence[tuple[str, str]], guess: Guess) -> dict[str, Any]:
    """How often the router was right of late against before; an alarm where it fell by a tenth."""
    late, earlier = decisions[-RECENT:], decisions[:-RECENT][-5 * RECENT :]
    if len(earlier) < RECENT:
        return {"alarm": False}
    now, then = (_share([guess(text) == unit for text, unit in some]) for some in (late, earlier))
    return {"alarm": then - now > DRIFT, "of late": round(now, 4), "earlier": round(then, 4)}


def _is_kept(text: str) -> bool:
    """Whether this message only judges; it depends on nothing but the message."""
    return hashlib.sha256(text.encode()).digest()[0] % KEPT_APART == 0


def _fitted(taught: Sequence[tuple[str, str]], counts: Mapping[str, int], name: str) -> City:
    labels = [unit for _, unit in taught]
    fitted = fit([text for text, _ in taught], {HEAD: Labelled(range(len(taught)), labels)}, see_topic)
    known = {unit: counts[unit] for unit in sorted(set(labels))}
    card = {"what": "routes by a city's own decisions", "name": name, "texts": len(taught), "seed": SEED}
    model = replace(fitted.model, card={**card, "taught": known})
    return City(name, model, known)


def _guesser(reader: Reader, city: City | None) -> Guess:
    def guess(text: str) -> str:
        routed = reader.first_day(text)
        best = city.blend(text, routed) if city else routed
        return best[0][0] if best else ""

    return guess


def _figures(kept: Sequence[tuple[str, str]], new: Guess, old: Guess) -> dict[str, Any]:
    now, before = [new(text) for text, _ in kept], [old(text) for text, _ in kept]
    units = sorted({unit for _, unit in kept})
    confused = Counter((unit, said) for (_, unit), said in zip(kept, now, strict=True) if unit != said)
    return {
        "right": _share([said == unit for (_, unit), said in zip(kept, now, strict=True)]),
        "right before": _share([said == unit for (_, unit), said in zip(kept, before, strict=True)]),
        "units": {unit: _of_unit(unit, kept, now, before) for unit in units},
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


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0

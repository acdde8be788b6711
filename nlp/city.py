"""What a city's own dispatchers taught: a router of theirs, blended with the first day's by how much is known.

Each night's model has a folder of its own under the city's models; the file `current` names the one in force. To roll
back is to name the one before. A unit that was decided for a few times only is still left to what the first day knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.model import Model, ModelError, load_model
from nlp.topic import topic_features

HEAD = "label"
CURRENT = "current"
LESSON = "lesson.json"

# At this many decisions for a unit, its dispatchers' word counts as much as the first day's knowledge.
HALF_KNOWN = 30


@dataclass(frozen=True)
class City:
    """A city's router: its model and how many decisions each unit was taught by."""

    name: str
    model: Model
    taught: Mapping[str, int]

    def blend(self, text: str, first_day: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
        """Units and probabilities, best first: the first day's opinion, moved by what was learnt since."""
        learnt = self.model.answer(HEAD, self.model.vector(topic_features(text)))
        cold = dict(first_day)
        units = [unit for unit in {**cold, **learnt} if unit in cold]
        known = {unit: self.taught.get(unit, 0) / (self.taught.get(unit, 0) + HALF_KNOWN) for unit in units}
        # How much of what is likely is well known. What the first day leaves unassigned says nothing against it.
        share = sum(cold[unit] * known[unit] for unit in units) / (sum(cold.values()) or 1.0)
        mixed = {unit: (1 - share) * cold[unit] + share * learnt.get(unit, 0.0) for unit in units}
        return sorted(mixed.items(), key=lambda pair: -pair[1])

    def reasons(self, text: str, unit: str) -> list[str]:
        """The words that the city's decisions taught to speak for the unit."""
        return self.model.reasons(HEAD, [unit], self.model.vector(topic_features(text)))[0]


def current(models: Path) -> str:
    """The name of the model in force; "" where there is none."""
    try:
        return (models / CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def load_city(models: Path) -> City | None:
    """The model in force. Raises ModelError where it cannot be read."""
    name = current(models)
    if not name:
        return None
    model = load_model(models / name)
    if HEAD not in model.heads:
        raise ModelError(f"no usable model in {models / name}: it routes nothing")
    return City(name, model, model.card.get("taught", {}))


def put_in_force(models: Path, name: str) -> None:
    """From now on this one; the change is one renaming, so nobody ever reads half a name."""
    models.mkdir(parents=True, exist_ok=True)
    draft = models / f"{CURRENT}.draft"
    draft.write_text(f"{name}\n", encoding="utf-8")
    draft.replace(models / CURRENT)


def roll_back(models: Path) -> str:
    """Put the model before the current one in force; its name, "" for the first day's knowledge alone."""
    name = current(models)
    if not name:
        raise ModelError(f"no model in force in {models}")
    earlier = sorted(each.name for each in models.iterdir() if each.is_dir() and each.name < name)
    put_in_force(models, earlier[-1] if earlier else "")
    return earlier[-1] if earlier else ""


def last_lesson(models: Path) -> Mapping[str, Any]:
    """What the latest night of learning came to, promoted or not; empty before the first."""
    try:
        lesson: Mapping[str, Any] = json.loads((models / LESSON).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return lesson

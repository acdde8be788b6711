"""A city's router in words: what it was taught by, how often it is right, unit by unit, and what it confuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlp.city import current, last_lesson
from nlp.model import load_model


def card_lines(models: Path) -> Iterator[str]:
    """The model in force, then what the latest lesson came to. Raises ModelError where it cannot be read."""
    name = current(models)
    if not name:
        yield "in force: the first day's knowledge, nothing learnt"
    else:
        card = load_model(models / name).card
        yield f"in force: {name}, learnt {card.get('learnt at') or 'unknown'} from {card['texts']} decisions"
        yield from _figures(card.get("figures", {}), card.get("judged on", 0))
    lesson = last_lesson(models)
    if lesson:
        done = "promoted" if lesson["promoted"] else "not promoted"
        yield f"latest lesson: {lesson['name']}, {done}: {lesson['why']}"
        yield from (f"  {what}: {figure}" for what, figure in lesson["drift"].items())


def _figures(figures: Mapping[str, Any], judged: int) -> Iterator[str]:
    units, confused = figures.get("units", {}), figures.get("confused", [])
    told = {name: figure for name, figure in figures.items() if name not in ("units", "confused")}
    yield f"on {judged} decisions kept apart: " + ", ".join(f"{name} {figure:.3f}" for name, figure in told.items())
    for unit, row in units.items():
        instead = ", ".join(f"{said} {count}" for right, said, count in confused if right == unit)
        yield f"  {unit}: {row['right']} of {row['n']} right, before {row['before']}" + (
            f"; said instead: {instead}" if instead else ""
        )

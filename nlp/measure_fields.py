"""How well fields are found: exact value or wrong; a value in traditional characters is the same in simple ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from nlp.spotting import SPOTS, spotters_card
from nlp.text import clean

Fields = Mapping[str, Any]


def field_figures(pairs: Iterable[tuple[Fields, Fields]]) -> dict[str, float]:
    """F1 of all fields under "", then of each: pairs of what was found and what is right."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for found, right in pairs:
        for field in {*found, *right}:
            hit = field in found and field in right and _plain(found[field]) == _plain(right[field])
            for counted in ("", field):
                counts[counted][0] += 2 * hit
                counts[counted][1] += (field in found) + (field in right)
    return {field: round(hits / of, 4) for field, (hits, of) in sorted(counts.items())}


def measure_fields() -> dict[str, str]:
    """The rows of the table: each set of messages as it was read by what other sets had taught."""
    rows = {}
    for name, figures in spotters_card(SPOTS).items():
        by_field = "、".join(f"{field} {value:.3f}" for field, value in figures.items() if field)
        rows[f"fields F1 ({name or 'all of these'}, read by what other sets taught)"] = f"{figures['']:.3f}: {by_field}"
    return rows


def _plain(value: Any) -> Any:
    return "".join(clean(value).text.split()) if isinstance(value, str) else value

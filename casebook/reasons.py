"""What a reason speaks of: which criteria of a check it says are not met, which ground an appeal rests on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def spoken_of(table: str, reason: str) -> tuple[str, ...]:
    """The names in that table of `reasons.toml` ("criteria", "grounds") of which a word stands in the reason."""
    return tuple(name for name, words in _table()[table].items() if any(word in reason for word in words))


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("reasons.toml").read_text(encoding="utf-8"))

"""Reads `wording.toml`, every sentence the conversations say, and fills it; also `phrases.toml`, what they understand.

A key that is not there, or a placeholder that nobody filled, is a fault of the program and raises: a person never sees
half a sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PLAIN = "plain."


class WordingError(Exception):
    """A sentence is missing from wording.toml, or was not given what it needs."""


class Words:
    """The sentences of one wording file, by dotted key."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._sentences = dict(_flat("", tables))

    def __call__(self, key: str, **facts: object) -> str:
        """The sentence of that key, filled."""
        try:
            return self._sentences[key].format_map(facts)
        except KeyError as error:
            missing = error.args[0]
            why = f"no sentence {key!r}" if missing == key else f"sentence {key!r} needs {missing!r}"
            raise WordingError(f"wording.toml: {why}") from None

    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._sentences)

    def sentence(self, key: str) -> str:
        """The sentence of that key, unfilled."""
        return self._sentences[key]

    def has(self, key: str) -> bool:
        return key in self._sentences

    def plain(self) -> Words:
        """The same wording in short sentences, where there is a short one (`plain.KEY`)."""
        short = {key: text for key, text in self._sentences.items() if key.startswith(PLAIN)}
        return Words({**self._sentences, **{key.removeprefix(PLAIN): text for key, text in short.items()}})

    def section(self, name: str) -> dict[str, str]:
        """The unfilled sentences of one section, by their last name, in the file's order."""
        head = f"{name}."
        return {key.removeprefix(head): text for key, text in self._sentences.items() if key.startswith(head)}


@cache
def load_words(path: Path = FOLDER / "wording.toml") -> Words:
    """The wording that ships, or another file of the same keys."""
    return Words(tomllib.loads(path.read_text(encoding="utf-8")))


@cache
def load_phrases(path: Path = FOLDER / "phrases.toml") -> Mapping[str, Mapping[str, Any]]:
    """What people may type, by section."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def any_phrase(section: str, *kinds: str) -> re.Pattern[str]:
    """Finds any phrase of these kinds; of all kinds of the section, where none is named."""
    table = load_phrases()[section]
    phrases = [phrase for kind in kinds or table for phrase in table[kind]]
    return re.compile("|".join(map(re.escape, phrases)) if phrases else "(?!)")


def _flat(head: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{head}{name}"
        if isinstance(value, Mapping):
            pairs += _flat(f"{key}.", value)
        elif isinstance(value, str):
            pairs.append((key, value))
        else:
            raise WordingError(f"wording.toml: {key!r} is not a sentence")
    return pairs

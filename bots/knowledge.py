"""The knowledge base: reviewed answers in `knowledge/<jurisdiction>/*.toml`, found by likeness of the question.

An answer is given whole or not at all: nothing is put together, nothing made up. What is not close to any question that
a person wrote down finds nothing, and goes to people as the citizen's question.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from bots.talk import Known
from bots.wording import load_phrases
from casebook.errors import RulebookError
from nlp.text import clean, cut

FOLDER = Path(__file__).parent.parent / "knowledge"

# Measured on the answers that ship (tests/test_knowledge.py): paraphrases lie above, other questions below.
CLOSE_ENOUGH = 0.4


@dataclass(frozen=True)
class Answer:
    """One reviewed answer, the ways of asking for it, and how long it holds."""

    questions: tuple[str, ...]
    answer: str
    source: str
    unit: str
    reviewed_on: date
    valid_until: date


@dataclass(frozen=True)
class _Asked:
    """One way of asking: its words by weight, of length one."""

    weights: dict[str, float]
    answer: Answer


class Knowledge:
    """Finds the answer to a question among those that hold on a day."""

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        asked = [(question, answer) for answer in answers for question in answer.questions]
        told = [set(_words(question)) for question, _ in asked]
        seen = Counter(word for words in told for word in words)
        self._rarity = {word: math.log((1 + len(told)) / (1 + count)) + 1 for word, count in seen.items()}
        self._unheard = math.log(1 + len(told)) + 1
        self._spoken = {answer: set(_words(" ".join(answer.questions))) for _, answer in asked}
        self._asked = [_Asked(self._weighed(question), answer) for question, answer in asked]

    def look_up(self, question: str, day: date) -> Known | None:
        """The answer to just this question; None where there is none that holds."""
        likeness, answer = self.closest(question, day)
        if answer is None or likeness < CLOSE_ENOUGH:
            return None
        return Known(answer.answer, answer.source, answer.unit, f"{answer.reviewed_on}")

    def closest(self, question: str, day: date) -> tuple[float, Answer | None]:
        """The nearest answer that holds on that day, and how near it is (0 to 1)."""
        weights = self._weighed(question)
        holding = [asked for asked in self._asked if asked.answer.valid_until >= day]
        near = [
            (_cosine(weights, asked.weights) * self._covered(weights, asked.answer), asked.answer) for asked in holding
        ]
        return max(near, key=lambda found: found[0], default=(0.0, None))

    def _covered(self, weights: dict[str, float], answer: Answer) -> float:
        """How much of the question the ways of asking for this answer speak of at all: what else is asked, counts."""
        return sum(weight * weight for word, weight in weights.items() if word in self._spoken[answer])

    def _weighed(self, text: str) -> dict[str, float]:
        weights = {word: self._rarity.get(word, self._unheard) for word in _words(text)}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {word: weight / length for word, weight in weights.items()} if length else {}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())


def read_knowledge(jurisdiction: str, folder: Path = FOLDER) -> tuple[Answer, ...]:
    """All answers of that jurisdiction; none where it has no folder. Raises RulebookError with file and reason."""
    files = sorted((folder / jurisdiction).glob("*.toml"))
    return tuple(answer for file in files for answer in _answers(file))


def _answers(file: Path) -> Iterable[Answer]:
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get("answer", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulebookError(f"{file.name}: {error}") from error
    for number, row in enumerate(rows, 1):
        yield _answer(row, f"{file.name}, answer {number}")


def _answer(row: dict[str, Any], where: str) -> Answer:
    for item in fields(Answer):
        value = row.get(item.name)
        wanted: type = {"questions": list, "reviewed_on": date, "valid_until": date}.get(item.name, str)
        if not isinstance(value, wanted) or not value:
            raise RulebookError(f"{where}: {item.name} is missing or no {wanted.__name__}")
    if unknown := sorted(set(row) - {item.name for item in fields(Answer)}):
        raise RulebookError(f"{where}: unknown key {unknown[0]!r}")
    return Answer(**{**row, "questions": tuple(map(str, row["questions"]))})


def _words(text: str) -> set[str]:
    """The words that tell one question from another, and the pairs of characters they make."""
    cleaned = clean(text).text
    empty = load_phrases()["question"]["empty"]
    words = [word.text for word in cut(cleaned) if word.text.isalnum() and word.text not in empty]
    joined = "".join(words)
    return {*words, *(joined[at : at + 2] for at in range(len(joined) - 1))}

"""What a typed message plainly says, before any model is asked: commands, choices, scores, case numbers.

The Chinese stands in `phrases.toml`. Matching is on the whole message, with politeness and particles taken off, so
that "麻烦帮我转人工吧" is heard and "人工窗口态度差" is not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from bots.wording import load_phrases
from nlp.text import clean as read_clean

CASE_NUMBER = re.compile(r"(?<![0-9A-Za-z])([A-Z]{0,4}\d{8}-\d{4,6}[0-9X]?)(?![0-9])", re.I)
ORDINAL = re.compile(r"^(?:选|第)?([1-9]|1\d)(?:个|项|号|条|[.、)）])?$")
# A command is said shortly; longer messages are statements even if they end like one.
LONGEST_COMMAND = 16


def clean(text: str) -> str:
    """The words without control, zero-width and direction marks; line breaks stay."""
    kept = (char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co"))
    return "".join(kept).strip()


@lru_cache(maxsize=256)
def simple(text: str) -> str:
    """The words in simplified characters and half-width signs: how they are compared, never how they are kept."""
    return read_clean(text).text


@lru_cache(maxsize=1024)
def bare(text: str) -> str:
    """The message without punctuation, blanks, politeness and particles: what is compared with the phrases."""
    folded = simple(text).lower()
    letters = "".join(char for char in folded if char.isalnum())
    whole = letters
    polite = load_phrases()["polite"]
    for ends, cut in ((polite["before"], _cut_front), (polite["after"], _cut_back)):
        letters = cut(letters, ends)
    return letters or whole


def command(text: str) -> str:
    """The name of the command the whole message is; "" if it is none."""
    if len(text) > LONGEST_COMMAND * 2:
        return ""
    return _spoken("commands").get(bare(text), "")


def score(text: str) -> int | None:
    """The rating the whole message is, as words or "5分"; None if it is none."""
    if len(text) > LONGEST_COMMAND:
        return None
    said = _spoken("scores").get(bare(text))
    return int(said) if said else None


def score_within(text: str) -> int | None:
    """The rating a short remark holds ("太慢了，不满意"): the longest rating word wins; None if there is none."""
    folded = simple(text)
    found = [
        (len(word), int(value))
        for value, words in load_phrases()["scores"].items()
        for word in words
        if "满意" in word and word in folded
    ]
    return max(found)[1] if found else None


def side_question(text: str) -> str:
    """The side question the message asks ("要多久？"); "" if it asks none."""
    if len(text) > LONGEST_COMMAND + 4:
        return ""
    said = simple(text)
    return next((name for name, words in load_phrases()["side"].items() if any(word in said for word in words)), "")


def chosen(text: str, choices: tuple[tuple[str, str], ...]) -> str:
    """The data of the choice that was typed as its number, its label or its data; "" if none was."""
    folded = unicodedata.normalize("NFKC", text).strip()
    number = ORDINAL.match(folded)
    if number and int(number[1]) <= len(choices):
        return choices[int(number[1]) - 1][1]
    return next((data for label, data in choices if folded in (label, data) or bare(text) == bare(label)), "")


def case_numbers(text: str) -> tuple[str, ...]:
    """Every case number in the text, in order, each once."""
    folded = unicodedata.normalize("NFKC", text)
    return tuple(dict.fromkeys(number.upper() for number in CASE_NUMBER.findall(folded)))


def mentions(section: str, name: str, text: str) -> bool:
    """Whether any phrase of that kind stands in the text."""
    return any(phrase in simple(text) for phrase in load_phrases()[section][name])


@cache
def _spoken(section: str) -> dict[str, str]:
    return {bare(phrase): name for name, words in load_phrases()[section].items() for phrase in words}


def _cut_front(letters: str, ends: list[str]) -> str:
    end = next((end for end in ends if letters.startswith(end) and len(letters) > len(end)), "")
    return _cut_front(letters[len(end) :], ends) if end else letters


def _cut_back(letters: str, ends: list[str]) -> str:
    end = next((end for end in ends if letters.endswith(end) and len(letters) > len(end)), "")
    return _cut_back(letters[: -len(end)], ends) if end else letters

"""What a router trained on a city's or platform's own texts sees of one: more of its wording than the reader does.

Such texts are long, many, and mostly begin with a title: what the title says is said twice.
"""

from __future__ import annotations

from itertools import pairwise

from nlp.text import clean, cut

RUNS = (2, 3, 4)
TITLE_RUNS = (2, 3)


def topic_features(raw: str) -> list[str]:
    """Words, pairs of words and runs of characters; the same of the title (the first of several lines), apart."""
    text = clean(raw).text.lower()
    words = [word.text for word in cut(text) if word.text.isalnum()]
    signs = "".join(text.split())
    found = [f"w:{word}" for word in words]
    found += [f"p:{first} {second}" for first, second in pairwise(words)]
    for run in RUNS:
        found += [signs[place : place + run] for place in range(len(signs) - run + 1)]
    title, more, _ = text.strip().partition("\n")
    return found + _title(title) * 2 if more else found


def _title(title: str) -> list[str]:
    signs = "".join(title.split())
    found = [f"T:{word.text}" for word in cut(title) if word.text.isalnum()]
    for run in TITLE_RUNS:
        found += [f"t:{signs[place : place + run]}" for place in range(len(signs) - run + 1)]
    return found

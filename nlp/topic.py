"""What a router trained on a city's or platform's own texts sees of one: more of its wording than the reader does.

Such texts are long, many, and mostly begin with a title. Words, runs of characters and the title are blocks of their
own, each scaled to the same length: a long body does not drown its title.
"""

from __future__ import annotations

from collections.abc import Mapping

from nlp.text import Said, clean, cut

RUNS = (1, 2, 3)
TITLE_RUN = 2
# Block (a feature's beginning up to the colon) → its share. Found by cross-validation on public texts.
BLOCKS: Mapping[str, float] = {"w": 1.0, "1": 0.5, "2": 1.0, "3": 1.0, "T": 1.0, "t": 1.0}


def topic_features(raw: str) -> Said:
    """Words and runs of characters; the same of the title (the first of several lines), apart."""
    text = clean(raw).text.lower()
    title, more, _ = text.strip().partition("\n")
    signs = "".join(text.split())
    return Said(
        {
            "w": _words(text),
            **{str(run): _runs(signs, run) for run in RUNS},
            "T": _words(title) if more else (),
            "t": _runs("".join(title.split()), TITLE_RUN) if more else (),
        }
    )


def _words(text: str) -> list[str]:
    return [word.text for word in cut(text) if word.text.isalnum()]


def _runs(signs: str, run: int) -> list[str]:
    return [signs[place : place + run] for place in range(len(signs) - run + 1)]

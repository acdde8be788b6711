"""The frame of a message: greetings and openings before it, thanks and pleas behind it; they say nothing of the matter.

A model that has seen “你好” mostly before idle talk takes a polite complaint for idle talk. So what the frame does is
handed over as marks, and the words between are read without it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from nlp.text import LEXICONS

# A frame around less than this is the message itself ("你好", "谢谢"). Characters.
LEAST = 4
# How far from the end an ending may begin (characters), and how many parts a frame has on either side.
REACH, MOST = 30, 4
# A stop that says nothing where a message ends; some people set it, some do not.
QUIET = ",。;:、. \n\t"
STOP = r"[\s,。!?;:、~…·.]"


@dataclass(frozen=True)
class Frame:
    """Where the words between stand in the cleaned text, and what the frame around them does."""

    start: int
    end: int
    does: tuple[str, ...]


def frame(text: str) -> Frame:
    """The frame of a cleaned text; none where it is all there is."""
    begins, ends = _patterns()
    start, end = 0, len(text)
    does: list[str | None] = []
    for _ in range(MOST):
        found = begins.match(text, start)
        if not found or not _is_enough(text[found.end() : end]):
            break
        start = found.end()
        does.append(found.lastgroup)
    for _ in range(MOST):
        found = ends.search(text, max(start, end - REACH), end)
        if not found or not _is_enough(text[start : found.start()]):
            break
        end = found.start()
        does.append(found.lastgroup)
    if _is_enough(text[start:end]):
        end = start + len(text[start:end].rstrip(QUIET))
    return Frame(start, end, tuple(dict.fromkeys(each for each in does if each)))


def _is_enough(text: str) -> bool:
    return sum(map(str.isalnum, text[: 3 * LEAST])) >= LEAST


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = tomllib.loads((LEXICONS / "framing.toml").read_text(encoding="utf-8"))

    def any_of(part: str) -> str:
        written = (f"(?P<{name}>{'|'.join(words)})" for name, words in table[part].items())
        return "|".join(written).replace("WHO", table["WHO"]).replace("\n", "")

    return (
        re.compile(f"{STOP}*(?:{any_of('begins')}){STOP}*", re.IGNORECASE),
        re.compile(f"(?<={STOP}){STOP}*(?:{any_of('ends')}){STOP}*$", re.IGNORECASE),
    )

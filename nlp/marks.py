"""Marks: what the rules see of a text, handed to the models as features of their own.

That a unit is named, that words of a service or of danger stand in it, how long it is, in which ways it talks and what
frames it. A rule over a model must outvote all it learnt; as a mark it says as much as the corpus shows it to be worth.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from nlp.danger import DANGER, NO_DANGER
from nlp.framing import frame
from nlp.text import Said, Word, cues, features

# How much a mark counts beside the text's words, whose weights together have length one. Found by cross-validation.
WORTH = 0.25
# A way of talking (`lexicons/talk.toml`) is told by one word; it counts less.
TALK, WORTH_OF_TALK = "m:talk ", 0.1
LONGEST = 7
ASKS = re.compile(r"[?？吗呢]")


def see(text: str, words: Sequence[Word], has_unit: bool) -> tuple[Said, list[str]]:
    """What the models see of a cleaned text: the features of what stands within its frame, and the marks."""
    around = frame(text)
    said = features([word for word in words if around.start <= word[1] < around.end])
    return said, [*marks(text[around.start : around.end], said, has_unit), *(f"m:frame {does}" for does in around.does)]


def marks(text: str, said: Said, has_unit: bool) -> list[str]:
    """The marks of a cleaned text; `said`: its features."""
    groups = {tag.partition(".")[0] for tag in said.of("h")}
    found = [
        "m:unit" if has_unit else "m:no unit",
        f"m:length {min(LONGEST, int(math.log2(max(1, len(text)))))}",
    ]
    found += [f"m:no {group}" for group in ("subject", "service") if group not in groups]
    if ASKS.search(text):
        found.append("m:asks")
    if DANGER.search(text) and not NO_DANGER.search(text):
        found.append("m:danger")
    found += [TALK + tag for tag in dict.fromkeys(cues(text.lower(), "talk.toml"))]
    return found


def worth(mark: str) -> float:
    """How much that mark counts."""
    return WORTH_OF_TALK if mark.startswith(TALK) else WORTH

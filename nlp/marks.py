"""Marks: what the rules see of a text, handed to the models as features of their own.

That a unit is named, that words of a service or of danger stand in it, how long it is. A rule over a model must outvote
all it learnt; as a mark it says as much as the corpus shows it to be worth.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from nlp.danger import DANGER, NO_DANGER

# How much a mark counts beside the text's words, whose weights together have length one. Found by cross-validation.
WORTH = 0.25
LONGEST = 7
ASKS = re.compile(r"[?？吗呢]")


def marks(text: str, said: Iterable[str], has_unit: bool) -> list[str]:
    """The marks of a cleaned text; `said`: its features."""
    groups = {one[2:].partition(".")[0] for one in said if one[:2] == "h:"}
    found = [
        "m:unit" if has_unit else "m:no unit",
        f"m:length {min(LONGEST, int(math.log2(max(1, len(text)))))}",
    ]
    found += [f"m:no {group}" for group in ("subject", "service") if group not in groups]
    if ASKS.search(text):
        found.append("m:asks")
    if DANGER.search(text) and not NO_DANGER.search(text):
        found.append("m:danger")
    return found

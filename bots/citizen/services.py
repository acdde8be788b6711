"""Which service was applied for, as far as the citizen's words say it ("办退休", "提取公积金")."""

from __future__ import annotations

import re
from functools import cache

from bots.heard import simple
from bots.wording import load_phrases

LONGEST = 10


def service_in(text: str) -> str:
    """The first doing of a service with what it is done to; "" where none is said plainly."""
    nothing = load_phrases()["service"]["nothing"]
    named = (f"{found[1]}{found[2]}" for found in _named().finditer(simple(text)) if found[2] not in nothing)
    return next(named, "")


def tells_service(text: str) -> bool:
    """Whether the words speak of doing something at an office at all, plainly or not."""
    said = simple(text)
    return any(word in said for word in load_phrases()["service"]["doing"])


@cache
def _named() -> re.Pattern[str]:
    phrases = load_phrases()["service"]
    doing, ends, after = "|".join(phrases["plainly"]), "".join(phrases["ends"]), "|".join(phrases["after"])
    thing = rf"[^{ends}\W\d]{{1,{LONGEST}}}?"
    return re.compile(rf"({doing})(?:个|一下|了)?({thing})(?={after}|[{ends}\W]|$)")

"""Is the router still what it was? Whether dispatchers agree with it less of late, and whether people use other words.

Both compare the latest decisions with those before them, by the same measure; a rise or fall of a tenth is an alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nlp.text import clean, cut

# Two hundred decisions put the share of agreement within some six hundredths: a tenth is then no accident.
RECENT = 200
EARLIER = 5 * RECENT
ALARM = 0.10


@dataclass(frozen=True)
class Decided:
    """A dispatcher's decision: these words went to that unit; `suggested`: whom the machine had put first, or ""."""

    text: str
    unit: str
    suggested: str = ""


def drift(decisions: Sequence[Decided]) -> dict[str, Any]:
    """Of the decisions, oldest first: agreement and unknown words, of late and earlier (shares), and the alarms."""
    return {**_agreement(decisions), **_words(decisions)}


def _agreement(decisions: Sequence[Decided]) -> dict[str, Any]:
    """Where the machine had said nothing there was nothing to agree with."""
    asked = [each for each in decisions if each.suggested]
    late, earlier = asked[-RECENT:], asked[:-RECENT][-EARLIER:]
    if len(earlier) < RECENT:
        return {"agreement alarm": False}
    now, then = (sum(each.suggested == each.unit for each in some) / len(some) for some in (late, earlier))
    alarm = then - now > ALARM
    return {"agreement alarm": alarm, "agreed of late": round(now, 4), "agreed earlier": round(then, 4)}


def _words(decisions: Sequence[Decided]) -> dict[str, Any]:
    """The share of words never seen before, of the latest and of as many just before them."""
    first, middle, late = decisions[: -2 * RECENT], decisions[-2 * RECENT : -RECENT], decisions[-RECENT:]
    if len(first) < RECENT:
        return {"words alarm": False}
    known = set(_cut(first))
    then = _new(middle, known)
    now = _new(late, known | set(_cut(middle)))
    return {"words alarm": now - then > ALARM, "new words of late": round(now, 4), "new words before": round(then, 4)}


def _new(decisions: Sequence[Decided], known: set[str]) -> float:
    words = list(_cut(decisions))
    return sum(word not in known for word in words) / len(words) if words else 0.0


def _cut(decisions: Sequence[Decided]) -> Iterable[str]:
    for each in decisions:
        yield from (word.text for word in cut(clean(each.text).text) if len(word.text) > 1 and word.text.isalpha())

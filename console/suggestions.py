"""How often dispatchers did what the machine had suggested, unit by unit, and what it had suggested instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from console.door import Visit
from console.spans import must_be_of_the_body, span_asked

INSTEAD = 3


@dataclass(frozen=True)
class Line:
    """One unit: cases decided for it, of those suggested first, and what was suggested instead, the most often first;
    `unsaid`: nothing had been suggested; `wrongly`: suggested for it and given to another."""

    unit: str
    decided: int
    agreed: int
    unsaid: int
    instead: tuple[tuple[str, int], ...]
    wrongly: int

    @property
    def share(self) -> str:
        return f"{self.agreed / self.decided:.0%}" if self.decided else ""


def show(visit: Visit) -> Response:
    """The table over the days asked for."""
    must_be_of_the_body(visit)
    span = span_asked(visit)
    since, until = span.start(visit.now.tzinfo), span.end(visit.now.tzinfo)
    lines = lines_of(visit.office.store.read(lambda unit: unit.agreement(since, until)))
    decided, agreed = sum(line.decided for line in lines), sum(line.agreed for line in lines)
    whole = Line("", decided, agreed, sum(line.unsaid for line in lines), (), decided - agreed)
    return visit.page("suggestions", span=span, unit="", units=[], lines=lines, whole=whole)


def lines_of(pairs: Sequence[tuple[str, str, int]]) -> list[Line]:
    """`pairs`: decided unit, unit suggested first or "", how many cases. Units most often decided for come first."""
    decided: Counter[str] = Counter()
    wrongly: Counter[str] = Counter()
    for label, suggested, times in pairs:
        decided[label] += times
        if suggested not in ("", label):
            wrongly[suggested] += times
    said = {(label, suggested): times for label, suggested, times in pairs}
    names = [name for name, _ in decided.most_common()] + sorted(wrongly.keys() - decided.keys())
    return [
        Line(
            name,
            decided[name],
            said.get((name, name), 0),
            said.get((name, ""), 0),
            tuple((other, times) for label, other, times in pairs if label == name and other not in ("", name))[
                :INSTEAD
            ],
            wrongly[name],
        )
        for name in names
    ]

"""What stands in a report: counts, rates with their cases, a line a unit, lists; and what changed since it was given.

Pure. A body is plain values (JSON), so that it can be kept as it was given and compared with the book of today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from casebook import oversight
from casebook.figures import Figure, Tally, figures, how_many, numbers, table
from casebook.law import Law
from casebook.oversight import Honours
from casebook.standing import Alike, Told
from casebook.terms import FAILINGS, FINAL, MARKS

Services = Mapping[tuple[str, str], int]
NOT_OPEN = FINAL | {"answered"}


def body(
    counted: Tally, law: Law, services: Services, units: Sequence[str], honours: Sequence[Honours] = ()
) -> dict[str, Any]:
    """Everything a report holds. `units` get a line each; only the whole area has lists of respondents (`honours`)."""
    return {
        **overview(counted, law, services, units),
        "overdue": list(numbers(_overdue(counted))),
        "supervised": list(numbers(_supervised(counted))),
        "major": list(numbers(group for group in _in_span(counted) if oversight.MAJOR in group.marks.split())),
        "failings": [f"{MARKS[name]} {number}" for name in FAILINGS for number in numbers(_marked(counted, name))],
        "contents": contents(counted),
        "honours": [asdict(row) for row in honours],
    }


def overview(
    counted: Tally, law: Law, services: Services, units: Sequence[str], *, cases: bool = True
) -> dict[str, Any]:
    """The counts and rates of a report, with the cases behind each or without."""
    whole = replace(counted, services=handled(services, units, counted))
    return {
        "counts": counts(whole),
        "figures": table(figures(whole), cases=cases),
        "units": [_unit_line(whole.of_unit(unit, handled(services, (unit,), counted)), unit) for unit in units],
        "streams": [_stream_line(whole.of_stream(stream), stream) for stream in law.rulebook.streams],
    }


def handled(services: Services, units: Sequence[str], counted: Tally) -> int | None:
    """Services handled by these units in the span; None unless every month of every one of them is known."""
    months = counted.span.months()
    if not months or not units:
        return None
    found = [services.get((unit, month)) for unit in units for month in months]
    return sum(count for count in found if count is not None) if None not in found else None


def counts(counted: Tally) -> dict[str, int]:
    """How much came, went, waits and went wrong. What was merged counts once, with the case it went into."""
    cases = [group for group in counted.groups if group.state != "merged"]
    filed = [group for group in cases if group.filed]
    return {
        "filed": how_many(filed),
        "merged": how_many(group for group in _in_span(counted) if group.state == "merged"),
        "refused": how_many(group for group in filed if group.state in ("refused", "declined")),
        "concluded": how_many(group for group in cases if oversight.is_concluded(group)),
        "open": how_many(group for group in cases if group.state not in NOT_OPEN),
        "overdue": how_many(_overdue(counted)),
        "reworked": how_many(group for group in counted.groups if group.reworked),
        "urged": how_many(group for group in counted.groups if group.urged),
        "supervised": how_many(_supervised(counted)),
    }


def contents(counted: Tally) -> dict[str, dict[str, int]]:
    """What it was about, by the fields a case has: kind, class, way in, finding, respondent."""
    # Of words told equally often the one that was told first comes first.
    groups = sorted(counted.told, key=lambda group: group.first)
    return {
        "kind": _tally(groups, lambda group: group.kind),
        "class": _tally(groups, lambda group: group.case_class),
        "channel": _tally(groups, lambda group: group.channel),
        "verdict": _tally(groups, lambda group: group.verdict),
    }


def corrections(given: Mapping[str, Any], today: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each rate: the cases that would be counted otherwise today. The report itself stays as it was given."""
    now = {row["figure"]: row["cases"] for row in today["figures"]}
    found = []
    for row in given["figures"]:
        for part in ("numerator", "denominator"):
            then, since = set(row["cases"][part]), set(now[row["figure"]][part])
            if then != since:
                moved = {"added": sorted(since - then), "removed": sorted(then - since)}
                found.append({"figure": row["figure"], "part": part, **moved})
    return found


def _unit_line(counted: Tally, unit: str) -> dict[str, Any]:
    return {"unit": unit, "counts": counts(counted), "rates": _rates(figures(counted))}


def _stream_line(counted: Tally, stream: str) -> dict[str, Any]:
    return {"stream": stream, "counts": counts(counted), "rates": _rates(figures(counted))}


def _rates(found: Iterable[Figure]) -> dict[str, dict[str, int | None]]:
    return {item.name: {"numerator": item.numerator, "denominator": item.divisor} for item in found}


def _overdue(counted: Tally) -> list[Alike]:
    return [group for group in counted.groups if group.next_due and group.state not in NOT_OPEN]


def _supervised(counted: Tally) -> list[Alike]:
    return [group for group in counted.groups if group.supervised]


def _marked(counted: Tally, mark: str) -> list[Alike]:
    return [group for group in counted.groups if mark in group.marks.split()]


def _in_span(counted: Tally) -> list[Alike]:
    return [group for group in counted.groups if group.filed]


def _tally(groups: Iterable[Told], word_of: Callable[[Told], str | None]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for group in groups:
        if word := word_of(group):
            found[word] += group.count
    return dict(found.most_common())

"""What stands in a report: counts, rates with their cases, a line a unit, lists; and what changed since it was given.

Pure. A body is plain values (JSON), so that it can be kept as it was given and compared with the book of today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from casebook import oversight
from casebook.case import Case
from casebook.figures import Counted, Figure, figures, table
from casebook.law import Law
from casebook.terms import FAILINGS, FINAL, MARKS

Services = Mapping[tuple[str, str], int]
NOT_OPEN = FINAL | {"answered"}


def body(counted: Counted, law: Law, services: Services, units: Sequence[str]) -> dict[str, Any]:
    """Everything a report holds. `units` get a line each; only the whole area has lists of respondents."""
    whole = replace(counted, services=handled(services, units, counted))
    return {
        "counts": counts(whole),
        "figures": table(figures(whole)),
        "units": [_unit_line(whole.of_unit(unit, handled(services, (unit,), counted)), unit) for unit in units],
        "streams": [_stream_line(whole.of_stream(stream), stream) for stream in law.rulebook.streams],
        "overdue": [case.number for case in counted.cases if _is_overdue(case, counted)],
        "supervised": _with_step(counted, "supervise"),
        "major": list(oversight.major(_in_span(counted))),
        "failings": [
            MARKS[name] + " " + case.number for name in FAILINGS for case in counted.cases if name in case.marks
        ],
        "contents": contents(counted),
        "honours": [asdict(row) for row in oversight.honours(counted, law)] if _lists_honours(law) else [],
    }


def _failings(counted: Counted) -> list[str]:
    """What a supervisor marked somebody to answer for, with the case it was found in."""
    return [f"{MARKS[name]} {case.number}" for name in FAILINGS for case in counted.cases if name in case.marks]


def handled(services: Services, units: Sequence[str], counted: Counted) -> int | None:
    """Services handled by these units in the span; None unless every month of every one of them is known."""
    months = counted.span.months()
    if not months or not units:
        return None
    found = [services.get((unit, month)) for unit in units for month in months]
    return sum(count for count in found if count is not None) if None not in found else None


def counts(counted: Counted) -> dict[str, int]:
    """How much came, went, waits and went wrong. What was merged counts once, with the case it went into."""
    cases = [case for case in counted.cases if case.state != "merged"]
    filed = [case for case in cases if counted.span.holds(case.filed)]
    return {
        "filed": len(filed),
        "merged": len([case for case in counted.cases if case.state == "merged" and counted.span.holds(case.filed)]),
        "refused": len([case for case in filed if case.state in ("refused", "declined")]),
        "concluded": len(oversight.concluded(cases, counted.span)),
        "open": len([case for case in cases if case.state not in NOT_OPEN]),
        "overdue": len([case for case in cases if _is_overdue(case, counted)]),
        "reworked": len(_where(counted, lambda case: _reworked(case, counted))),
        "urged": len(_with_step(counted, "urge")),
        "supervised": len(_with_step(counted, "supervise")),
    }


def contents(counted: Counted) -> dict[str, dict[str, int]]:
    """What it was about, by the fields a case has: kind, class, way in, finding, respondent."""
    cases = [case for case in _in_span(counted) if case.state != "merged"]
    return {
        "kind": _tally(case.kind for case in cases),
        "class": _tally(case.case_class for case in cases),
        "channel": _tally(case.filing.channel for case in cases),
        "verdict": _tally(case.verdict for case in cases),
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


def _unit_line(counted: Counted, unit: str) -> dict[str, Any]:
    return {"unit": unit, "counts": counts(counted), "rates": _rates(figures(counted))}


def _stream_line(counted: Counted, stream: str) -> dict[str, Any]:
    return {"stream": stream, "counts": counts(counted), "rates": _rates(figures(counted))}


def _rates(found: Iterable[Figure]) -> dict[str, dict[str, int | None]]:
    return {item.name: {"numerator": len(item.top), "denominator": item.divisor} for item in found}


def _is_overdue(case: Case, counted: Counted) -> bool:
    if case.state in NOT_OPEN:
        return False
    return any(run.running and run.overdue(counted.end) and not run.target for run in case.clocks)


def _reworked(case: Case, counted: Counted) -> bool:
    back = (entry for entry in case.history if entry.step == "fail_check" or entry.facts.get("rework"))
    return any(counted.span.holds(entry.at) for entry in back)


def _with_step(counted: Counted, step: str) -> list[str]:
    def has(case: Case) -> bool:
        return any(entry.step == step and counted.span.holds(entry.at) for entry in case.history)

    return _where(counted, has)


def _where(counted: Counted, is_so: Callable[[Case], bool]) -> list[str]:
    return [case.number for case in counted.cases if is_so(case)]


def _in_span(counted: Counted) -> list[Case]:
    return [case for case in counted.cases if counted.span.holds(case.filed)]


def _tally(words: Iterable[str | None]) -> dict[str, int]:
    return dict(Counter(word for word in words if word).most_common())


def _lists_honours(law: Law) -> bool:
    return any(rule.report == "honours" for rule in law.rulebook.reports)

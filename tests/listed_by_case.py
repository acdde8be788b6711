"""The lists for supervisors made of whole cases with their histories: slow, and what the quick way is held against.

This is how they were made before only what they need was read. Nothing here is used outside the tests; a change to what
a list means is made here too, by hand and from its words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from casebook.case import Case, ClockRun
from casebook.figures import Counted
from casebook.law import Law
from casebook.oversight import Gather, Honours, Listed, concluded_at
from casebook.periods import Span

MAJOR = "major"
COMPLAINTS = frozenset({"complaint", "rating"})
NO_COMPLAINT = frozenset({"merged", "refused", "declined", "transferred", "sent_back"})
MOST_GATHERED = 500


def major(cases: Iterable[Case]) -> tuple[str, ...]:
    """The cases marked as major matters."""
    return tuple(case.number for case in cases if MAJOR in case.marks)


def concluded(cases: Iterable[Case], span: Span) -> list[Case]:
    """Those whose last answer was given in the span."""
    return [case for case in cases if (at := concluded_at(case)) is not None and span.holds(at)]


def honours(counted: Counted, law: Law) -> tuple[Honours, ...]:
    """Respondents with more true complaints than the reading allows, or any concluded late (readings A32)."""
    found: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for case in concluded(counted.cases, counted.span):
        if case.kind not in COMPLAINTS:
            continue
        for who in respondents(case, law):
            if case.verdict in ("substantiated", "partly"):
                found[who][case.verdict].append(case.number)
            if any(_late_in(run, counted.span) for run in case.clocks):
                found[who]["late"].append(case.number)
    rows = (
        Honours(what, name, tuple(of["substantiated"]), tuple(of["partly"]), tuple(of["late"]))
        for (what, name), of in sorted(found.items())
    )
    return tuple(row for row in rows if _is_listed(row, law))


def _is_listed(row: Honours, law: Law) -> bool:
    partly = len(row.partly) if law.read.honours_count_partly else 0
    return len(row.substantiated) + partly > law.read.honours_more_than or bool(row.late)


def _late_in(run: ClockRun, span: Span) -> bool:
    ended = run.stopped
    return run.clock == "resolution" and not run.target and ended is not None and ended > run.due and span.holds(ended)


def respondents(case: Case, law: Law) -> Iterator[tuple[str, str]]:
    """Who is complained of: the unit named, else the one that handles it; and the person, where one is named."""
    unit = law.respondent_unit(case.filing.respondent) or case.lead_unit
    if unit:
        yield ("unit", unit)
    person = str(case.filing.fields.get("staff_name") or "")
    if person:
        yield ("person", f"{person}（{unit}）" if unit else person)


def key_objects(counted: Counted, law: Law) -> tuple[Listed, ...]:
    """Units and persons with so many complaints in the span that they are looked at with care (重点对象)."""
    cases = [case for case in _complaints(counted) if case.verdict not in law.rulebook.invalid.verdicts]
    return _gathered(cases, lambda case: respondents(case, law), law.read.key_objects_from)


def hotspots(counted: Counted, law: Law) -> tuple[Listed, ...]:
    """The same place or person complained of by so many different people in the span (投诉集中)."""
    by_place: dict[str, dict[str, str]] = defaultdict(dict)
    for case in _complaints(counted):
        if case.filing.respondent:
            by_place["".join(case.filing.respondent.split())].setdefault(
                case.filing.citizen or case.number, case.number
            )
    rows = (Listed("matter", place, tuple(numbers.values())) for place, numbers in by_place.items())
    return _sorted(row for row in rows if len(row.cases) >= law.read.hotspot_from)


def hot_matters(counted: Counted, law: Law, gather: Gather) -> tuple[Listed, ...]:
    """One matter told by so many different people in the span, in whatever words (热点事项)."""
    told = [case for case in counted.cases if case.filing.text and counted.span.holds(case.filed)]
    told = sorted(told, key=lambda case: (case.filed, case.number))[-MOST_GATHERED:]
    rows = []
    for name, places in gather([case.filing.text for case in told]):
        by_citizen = {
            told[place].filing.citizen or told[place].number: told[place].number for place in reversed(places)
        }
        if len(by_citizen) >= law.read.hotspot_from:
            rows.append(Listed("hot", name, tuple(sorted(by_citizen.values()))))
    return _sorted(rows)


def repeated(counted: Counted) -> tuple[Listed, ...]:
    """People who filed more than once in the span, by their first case (no name is told)."""
    by_citizen: dict[str, list[str]] = defaultdict(list)
    for case in counted.cases:
        if case.filing.citizen and counted.span.holds(case.filed):
            by_citizen[case.filing.citizen].append(case.number)
    return _sorted(Listed("citizen", numbers[0], tuple(numbers)) for numbers in by_citizen.values() if len(numbers) > 1)


def _complaints(counted: Counted) -> list[Case]:
    return [
        case
        for case in counted.cases
        if case.kind == "complaint" and case.state not in NO_COMPLAINT and counted.span.holds(case.filed)
    ]


def _gathered(cases: Sequence[Case], of: Callable[[Case], Iterable[tuple[str, str]]], least: int) -> tuple[Listed, ...]:
    found: Mapping[tuple[str, str], list[str]] = defaultdict(list)
    for case in cases:
        for who in of(case):
            found[who].append(case.number)
    return _sorted(
        Listed(what, name, tuple(numbers)) for (what, name), numbers in found.items() if len(numbers) >= least
    )


def _sorted(rows: Iterable[Listed]) -> tuple[Listed, ...]:
    return tuple(sorted(rows, key=lambda row: (-len(row.cases), row.what, row.name)))

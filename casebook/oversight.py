"""Lists for those who supervise: major cases, who is complained of too much, where complaints gather, which closed
cases are looked at again. Pure; a list proposes, a person decides."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casebook.case import Case, ClockRun, Entry
from casebook.figures import NO_COMPLAINT, Counted
from casebook.law import Law
from casebook.periods import Span
from casebook.permission import UNIT_ROLES
from casebook.rules import HandOver
from casebook.standing import Alike

MAJOR = "major"
CONCLUDED = frozenset({"answered", "closed", "archived"})
# What a respondent may lose honours by.
COMPLAINTS = frozenset({"complaint", "rating"})

# The latest so many are gathered: a week of a city, and a page that is there in seconds.
MOST_GATHERED = 500

# Texts → each group's name, and the places of its texts. The reader gathers; this package only counts.
Gather = Callable[[Sequence[str]], Sequence[tuple[str, Sequence[int]]]]


@dataclass(frozen=True)
class Listed:
    """Somebody or something on a list: `what` (unit, person, matter, hot), its name, its cases."""

    what: str
    name: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Honours:
    """A respondent who may lose honours for the span: the true complaints, the ones partly true (shown, not counted),
    those concluded late."""

    what: str
    name: str
    substantiated: tuple[str, ...]
    partly: tuple[str, ...]
    late: tuple[str, ...]


def major(cases: Iterable[Case]) -> tuple[str, ...]:
    """The cases marked as major matters."""
    return tuple(case.number for case in cases if MAJOR in case.marks)


def neglected(case: Case, law: Law, now: datetime) -> HandOver | None:
    """The rule by which a late case may be handed on: so many working days over, and not a word of the unit since it
    was due. A supervision given since then is an answer to it (readings A34)."""
    run = case.run("resolution")
    if run is None or not run.running or not run.overdue(now):
        return None
    spoken = any(entry.at > run.due and _speaks(entry) for entry in case.history)
    late = law.calendar.working_days_between(run.due, now)
    return next((rule for rule in law.rulebook.hand_overs if late >= rule.days and not spoken), None)


def _speaks(entry: Entry) -> bool:
    return entry.by.role in UNIT_ROLES or entry.step == "supervise"


def draw(numbers: Iterable[str], most: int, seed: str) -> tuple[str, ...]:
    """So many of them by lot. Whoever knows the seed can draw the same again and see that nobody chose."""

    def lot(number: str) -> str:
        return hashlib.sha256(f"{seed}\0{number}".encode()).hexdigest()

    return tuple(sorted(sorted(set(numbers), key=lot)[: max(most, 0)]))


def concluded(cases: Iterable[Case], span: Span) -> list[Case]:
    """Those whose last answer was given in the span."""
    return [case for case in cases if (at := concluded_at(case)) is not None and span.holds(at)]


def concluded_at(case: Case) -> datetime | None:
    """When the answer that stands was given; None while the case is handled."""
    answers = [entry.at for entry in case.history if entry.step == "resolve"]
    return answers[-1] if answers and case.state in CONCLUDED else None


def is_concluded(group: Alike) -> bool:
    """Whether their last answers were given in the span, and stand."""
    return group.resolved and group.state in CONCLUDED


def may_cost_honours(group: Alike) -> bool:
    """Whether whole cases of this sort are looked at for `honours`: all others are passed over there."""
    counts = group.verdict in ("substantiated", "partly") or group.late
    return is_concluded(group) and group.kind in COMPLAINTS and counts


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


def lists_honours(law: Law) -> bool:
    """Whether the regulation has such a list."""
    return any(rule.report == "honours" for rule in law.rulebook.reports)


def _is_listed(row: Honours, law: Law) -> bool:
    partly = len(row.partly) if law.read.honours_count_partly else 0
    return len(row.substantiated) + partly > law.read.honours_more_than or bool(row.late)


def _late_in(run: ClockRun, span: Span) -> bool:
    ended = run.stopped
    return run.clock == "resolution" and not run.target and ended is not None and ended > run.due and span.holds(ended)


def respondents(case: Case, law: Law) -> Iterator[tuple[str, str]]:
    """Who is complained of: the unit named, else the one that handles it; and the person, where one is named."""
    unit = law.respondent_unit(case) or case.lead_unit
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

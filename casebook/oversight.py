"""Lists for those who supervise: major cases, who is complained of too much, where complaints gather, which closed
cases are looked at again. Pure; a list proposes, a person decides."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casebook.case import Case, Entry, Filing
from casebook.figures import NO_COMPLAINT, numbers
from casebook.law import Law
from casebook.periods import Span
from casebook.permission import UNIT_ROLES
from casebook.rules import HandOver
from casebook.standing import Alike

MAJOR = "major"
CONCLUDED = frozenset({"answered", "closed", "archived"})
# What a respondent may lose honours by.
COMPLAINTS = frozenset({"complaint", "rating"})
TRUE = ("substantiated", "partly")

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


@dataclass(frozen=True, slots=True)
class Filed:
    """One case of the span: how it counts there, and what of its filing lists go by. A city's month has hundreds of
    thousands of them, so `text` is known only where texts are read, and the others where they are asked for."""

    number: str
    group: Alike
    citizen: str = ""
    respondent: str = ""
    staff_name: str = ""
    text: str = ""


def filed(number: str, group: Alike, filing: Filing, *, text: bool = False) -> Filed:
    """The case of that number, with the text or without."""
    staff_name = str(filing.fields.get("staff_name") or "")
    return Filed(number, group, filing.citizen, filing.respondent, staff_name, filing.text if text else "")


def major(groups: Iterable[Alike]) -> tuple[str, ...]:
    """The cases marked as major matters."""
    return numbers(group for group in groups if MAJOR in group.marks.split())


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


def draw(cases: Iterable[str], most: int, seed: str) -> tuple[str, ...]:
    """So many of them by lot. Whoever knows the seed can draw the same again and see that nobody chose."""

    def lot(number: str) -> str:
        return hashlib.sha256(f"{seed}\0{number}".encode()).hexdigest()

    return tuple(sorted(sorted(set(cases), key=lot)[: max(most, 0)]))


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
    """Whether cases of this sort are looked at for `honours`: all others are passed over there."""
    counts = group.verdict in TRUE or group.late
    return is_concluded(group) and group.kind in COMPLAINTS and counts


def honours(cases: Iterable[Filed], law: Law) -> tuple[Honours, ...]:
    """Respondents with more true complaints than the reading allows, or any concluded late (readings A32)."""
    found: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        if not may_cost_honours(case.group):
            continue
        for who in respondents(case, law):
            if case.group.verdict in TRUE:
                found[who][case.group.verdict].append(case.number)
            if case.group.late:
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


def is_complaint(group: Alike) -> bool:
    """Whether they are complaints that came in the span and stayed: what key objects and hotspots are made of."""
    return group.kind == "complaint" and group.state not in NO_COMPLAINT and group.filed


def respondents(case: Filed, law: Law) -> Iterator[tuple[str, str]]:
    """Who is complained of: the unit named, else the one that handles it; and the person, where one is named."""
    unit = law.respondent_unit(case.respondent) or case.group.lead_unit
    if unit:
        yield ("unit", unit)
    if case.staff_name:
        yield ("person", f"{case.staff_name}（{unit}）" if unit else case.staff_name)


def key_objects(cases: Iterable[Filed], law: Law) -> tuple[Listed, ...]:
    """Units and persons with so many complaints in the span that they are looked at with care (重点对象)."""
    valid = (case for case in _complaints(cases) if case.group.verdict not in law.rulebook.invalid.verdicts)
    return _gathered(valid, lambda case: respondents(case, law), law.read.key_objects_from)


def hotspots(cases: Iterable[Filed], law: Law) -> tuple[Listed, ...]:
    """The same place or person complained of by so many different people in the span (投诉集中)."""
    by_place: dict[str, dict[str, str]] = defaultdict(dict)
    for case in _complaints(cases):
        if case.respondent:
            by_place["".join(case.respondent.split())].setdefault(case.citizen or case.number, case.number)
    rows = (Listed("matter", place, tuple(of.values())) for place, of in by_place.items())
    return _sorted(row for row in rows if len(row.cases) >= law.read.hotspot_from)


def hot_matters(told: Sequence[Filed], law: Law, gather: Gather) -> tuple[Listed, ...]:
    """One matter told by so many different people in the span, in whatever words (热点事项); of the texts given, in the
    order of their filing."""
    rows = []
    for name, places in gather([case.text for case in told]):
        by_citizen = {told[place].citizen or told[place].number: told[place].number for place in reversed(places)}
        if len(by_citizen) >= law.read.hotspot_from:
            rows.append(Listed("hot", name, tuple(sorted(by_citizen.values()))))
    return _sorted(rows)


def repeated(cases: Iterable[Filed]) -> tuple[Listed, ...]:
    """People who filed more than once in the span, by their first case (no name is told)."""
    by_citizen: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        if case.citizen and case.group.filed:
            by_citizen[case.citizen].append(case.number)
    return _sorted(Listed("citizen", of[0], tuple(of)) for of in by_citizen.values() if len(of) > 1)


def _complaints(cases: Iterable[Filed]) -> Iterator[Filed]:
    return (case for case in cases if is_complaint(case.group))


def _gathered(
    cases: Iterable[Filed], of: Callable[[Filed], Iterable[tuple[str, str]]], least: int
) -> tuple[Listed, ...]:
    found: Mapping[tuple[str, str], list[str]] = defaultdict(list)
    for case in cases:
        for who in of(case):
            found[who].append(case.number)
    return _sorted(Listed(what, name, tuple(mine)) for (what, name), mine in found.items() if len(mine) >= least)


def _sorted(rows: Iterable[Listed]) -> tuple[Listed, ...]:
    return tuple(sorted(rows, key=lambda row: (-len(row.cases), row.what, row.name)))

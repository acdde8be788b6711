"""The figures counted case by case, each whole with its history: slow, and what the quick way is held against.

This is how they were counted before standings were kept (decisions/0035). Nothing here is used outside the tests; a
change to what a figure means is made here too, by hand and from its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from casebook.case import Case, ClockRun, Entry
from casebook.law import Law
from casebook.oversight import lists_honours
from casebook.periods import Span, all_as_of, as_of
from casebook.report_contents import corrections
from casebook.reports import Given
from casebook.rulebook import Rulebook
from casebook.steps.after import SATISFIED_FROM
from casebook.terms import FAILINGS, FINAL, MARKS
from models.store import Store
from tests import listed_by_case

NOT_COUNTED = frozenset({"merged", "refused", "withdrawn", "transferred", "sent_back"})
# 被投诉率 is of complaints that are the unit's: refused, merged and invalid ones stay out (readings A45).
NO_COMPLAINT = frozenset({"merged", "refused", "declined", "transferred", "sent_back"})
# An appeal against it was upheld.
REJECTED_RATING = "rating_not_counted"
ASKED = frozenset({"rate", "revisit"})


@dataclass(frozen=True)
class Figure:
    """One rate. `top` and `bottom` are case numbers; `left_out` says by number why a case is in neither.

    `base` divides instead of `bottom` where cases are measured by something that is no case; `missing` says what is
    not known, and then there is no rate.
    """

    name: str
    top: tuple[str, ...]
    bottom: tuple[str, ...]
    left_out: Mapping[str, str]
    base: int | None = None
    missing: str = ""

    @property
    def divisor(self) -> int | None:
        """What the number of `top` is divided by; None where it is not known."""
        if self.missing:
            return None
        return len(self.bottom) if self.base is None else self.base

    @property
    def rate(self) -> float | None:
        """The rate, None where nothing can be divided by."""
        return len(self.top) / self.divisor if self.divisor else None


@dataclass(frozen=True)
class Counted:
    """What is counted: cases as they stood at the end of the span, by this rulebook. `services` is how many services
    were handled in it, None where that was never told; `now` is the moment for a span that is not over yet."""

    cases: tuple[Case, ...]
    span: Span
    book: Rulebook
    zone: tzinfo | None = None
    services: int | None = None
    now: datetime | None = None

    @property
    def end(self) -> datetime:
        """Up to when: what is late then is late."""
        end = self.span.end(self.zone)
        return min(end, self.now) if self.now else end

    def of_unit(self, unit: str, services: int | None = None) -> Counted:
        """The same for the cases that unit leads."""
        mine = tuple(case for case in self.cases if case.lead_unit == unit)
        return replace(self, cases=mine, services=services)

    def of_stream(self, stream: str) -> Counted:
        mine = tuple(case for case in self.cases if case.stream == stream)
        return replace(self, cases=mine, services=None)


def figures(counted: Counted) -> tuple[Figure, ...]:
    """All rates over these cases."""
    return tuple(count(counted) for count in COUNTS)


def table(found: Iterable[Figure]) -> list[dict[str, Any]]:
    """The same as plain values, for JSON and spreadsheets."""
    return [
        {
            "figure": item.name,
            "numerator": len(item.top),
            "denominator": item.divisor,
            "rate": item.rate,
            "missing": item.missing or None,
            "left_out": len(item.left_out),
            "cases": {"numerator": list(item.top), "denominator": list(item.bottom), "left_out": dict(item.left_out)},
        }
        for item in found
    ]


def in_hindsight(then: Case, today: Case) -> Case:
    """The case as it stood, but for what was decided later and reaches back: a rating not adopted, a merger."""
    rejected = today.marks & {REJECTED_RATING}
    state = today.state if today.state == "merged" else then.state
    return replace(then, marks=then.marks | rejected, state=state)


def _figure(name: str, cases: Sequence[Case], top: Callable[[Case], bool], why_not: Callable[[Case], str]) -> Figure:
    left_out = {case.number: reason for case in cases if (reason := why_not(case))}
    bottom = [case for case in cases if case.number not in left_out]
    counted = tuple(case.number for case in bottom)
    return Figure(name, tuple(case.number for case in bottom if top(case)), counted, left_out)


def _complained(of: Counted) -> Figure:
    """被投诉率: complaints ÷ services handled (readings A45)."""
    cases = [case for case in of.cases if case.kind == "complaint" and of.span.holds(case.filed)]

    def why_not(case: Case) -> str:
        if case.state in NO_COMPLAINT:
            return case.state
        return "invalid" if case.verdict in of.book.invalid.verdicts else ""

    found = _figure("complaint_rate", cases, lambda case: True, why_not)
    missing = "" if of.services is not None else "services_handled"
    return Figure(found.name, found.top, found.bottom, found.left_out, of.services, missing)


def _on_time(of: Counted) -> Figure:
    """按期办结率: concluded on time ÷ (concluded in the span, or late and still open at its end); a round that was late
    makes the case late (readings A45, A10)."""

    def why_not(case: Case) -> str:
        runs = _resolutions(case)
        if case.state in NOT_COUNTED:
            return case.state
        if not runs:
            return "no_clock"
        if runs[-1].running:
            return "" if runs[-1].overdue(of.end) else "open_in_time"
        return "" if of.span.holds(runs[-1].stopped or of.end) else "concluded_before"

    def on_time(case: Case) -> bool:
        return not any(run.overdue(of.end) for run in _resolutions(case))

    return _figure("on_time_rate", of.cases, on_time, why_not)


def _satisfaction(of: Counted) -> Figure:
    """满意率: 基本满意 and better ÷ rated in the span."""
    return _figure("satisfaction_rate", of.cases, _content, lambda case: _why_not_rated(case, of.span))


def _revisit_satisfaction(of: Counted) -> Figure:
    """抽查回访满意率: 基本满意 and better ÷ reached in a revisit by people; the unreached stand apart."""

    def why_not(case: Case) -> str:
        revisits = _revisits(case, of.span)
        if _is_rejected(case):
            return REJECTED_RATING
        if not revisits:
            return "not_revisited"
        return "" if any(_score(entry) for entry in revisits) else "not_reached"

    def content(case: Case) -> bool:
        scores = [score for entry in _revisits(case, of.span) if (score := _score(entry))]
        return scores[-1] >= SATISFIED_FROM

    return _figure("revisit_satisfaction_rate", of.cases, content, why_not)


def _response(of: Counted) -> Figure:
    """响应率: answered ÷ all that came in and had to be answered."""
    cases = [case for case in of.cases if of.span.holds(case.filed)]
    return _figure("response_rate", cases, lambda case: case.answers > 0, _not_ours)


def _solved(of: Counted) -> Figure:
    """解决率: content with the result ÷ answered and rated. The result's own score counts where it was asked for."""

    def why_not(case: Case) -> str:
        return _not_ours(case) or _why_not_rated(case, of.span) or ("" if case.answers else "not_answered")

    def solved(case: Case) -> bool:
        rated = [entry for entry in case.history if entry.step in ASKED and _score(entry)]
        result = rated[-1].facts.get("result") if rated else None
        return int(result) >= SATISFIED_FROM if result else _content(case)

    return _figure("solved_rate", of.cases, solved, why_not)


def _invalid(of: Counted) -> Figure:
    """无效投诉: counted apart wherever the regulation has the word."""

    def why_not(case: Case) -> str:
        answers = [entry for entry in case.history if entry.step == "resolve"]
        if case.state in NOT_COUNTED:
            return case.state
        return "" if case.verdict and answers and of.span.holds(answers[-1].at) else "no_verdict"

    return _figure("invalid_share", of.cases, lambda case: case.verdict in of.book.invalid.verdicts, why_not)


COUNTS: tuple[Callable[[Counted], Figure], ...] = (
    _complained,
    _on_time,
    _revisit_satisfaction,
    _response,
    _solved,
    _satisfaction,
    _invalid,
)


def _resolutions(case: Case) -> list[ClockRun]:
    return [run for run in case.clocks if run.clock == "resolution" and not run.target]


def _why_not_rated(case: Case, span: Span) -> str:
    if case.state == "merged":
        return case.state
    if _is_rejected(case):
        return REJECTED_RATING
    if not _rating(case):
        return "not_rated"
    last = [entry.at for entry in case.history if entry.step in ASKED and _score(entry)]
    return "" if span.holds(last[-1] if last else case.filed) else "rated_at_another_time"


def _rating(case: Case) -> int:
    return case.score or case.filing.score or 0


def _content(case: Case) -> bool:
    return _rating(case) >= SATISFIED_FROM


def _is_rejected(case: Case) -> bool:
    return REJECTED_RATING in case.marks


def _revisits(case: Case, span: Span) -> list[Entry]:
    return [entry for entry in case.history if entry.step == "revisit" and span.holds(entry.at)]


def _score(entry: Entry) -> int:
    """The score given in it; 0 where none was."""
    score = entry.facts.get("score")
    return int(score) if score and entry.facts.get("reached", True) else 0


def _not_ours(case: Case) -> str:
    return case.state if case.state in NOT_COUNTED | {"declined"} else ""


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
        "major": list(listed_by_case.major(_in_span(counted))),
        "failings": [
            MARKS[name] + " " + case.number for name in FAILINGS for case in counted.cases if name in case.marks
        ],
        "contents": contents(counted),
        "honours": [asdict(row) for row in listed_by_case.honours(counted, law)] if lists_honours(law) else [],
    }


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
        "concluded": len(listed_by_case.concluded(cases, counted.span)),
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


def made(store: Store, law: Law, span: Span, unit: str = "", now: datetime | None = None) -> dict[str, Any]:
    """What a report on the span says."""
    cases, services = _read(store, law, span)
    stood = tuple(all_as_of(cases, span.end(law.calendar.zone)))
    return _body(Counted(stood, span, law.rulebook, law.calendar.zone, now=now), law, services, unit)


def corrected(store: Store, law: Law, given: Given) -> list[dict[str, Any]]:
    """What the report would count otherwise today."""
    cases, services = _read(store, law, given.span)
    end = given.span.end(law.calendar.zone)
    stood = tuple(in_hindsight(then, case) for case in cases if (then := as_of(case, end)) is not None)
    counted = Counted(stood, given.span, law.rulebook, law.calendar.zone)
    return corrections(given.body, _body(counted, law, services, given.unit))


def _read(store: Store, law: Law, span: Span) -> tuple[list[Case], dict[tuple[str, str], int]]:
    def read(unit: Any) -> tuple[list[Case], dict[tuple[str, str], int]]:
        cases = [unit.load(number) for number in unit.numbers_concerned(span.start(law.calendar.zone))]
        return cases, unit.services(span.months() or ())

    return store.read(read)


def _body(counted: Counted, law: Law, services: dict[tuple[str, str], int], unit: str) -> dict[str, Any]:
    mine = counted.of_unit(unit) if unit else counted
    units = tuple(unit.name for unit in law.jurisdiction.units if not unit.central)
    return body(mine, law, services, (unit,) if unit else units)

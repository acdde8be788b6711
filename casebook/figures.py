"""The rates the regulations name, each able to show its cases: who is counted, who is not, and why.

Pure: a list of cases with their history and a moment come in. A rate is a Figure of case numbers; the number printed is
only its length over the other's. What the office cannot know (services handled, for 被投诉率) is said, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casebook.case import Case
from casebook.rulebook import Rulebook
from casebook.steps.after import SATISFIED_FROM

NOT_COUNTED = frozenset({"merged", "refused", "withdrawn", "transferred", "sent_back"})


@dataclass(frozen=True)
class Figure:
    """One rate. `top` and `bottom` are case numbers; `left_out` says by number why a case is in neither."""

    name: str
    top: tuple[str, ...]
    bottom: tuple[str, ...]
    left_out: Mapping[str, str]

    @property
    def rate(self) -> float | None:
        """The rate, None where nothing can be divided by."""
        return len(self.top) / len(self.bottom) if self.bottom else None


def figures(cases: Iterable[Case], book: Rulebook, now: datetime) -> tuple[Figure, ...]:
    """All rates over these cases as they stand at `now`."""
    known = list(cases)
    return tuple(count(known, book, now) for count in (_on_time, _satisfaction, _revisit_satisfaction, _response, _solved, _invalid))


def table(found: Sequence[Figure]) -> list[dict[str, Any]]:
    """The same as plain values, for JSON and spreadsheets."""
    return [
        {
            "figure": item.name,
            "numerator": len(item.top),
            "denominator": len(item.bottom),
            "rate": item.rate,
            "left_out": len(item.left_out),
            "cases": {"numerator": list(item.top), "denominator": list(item.bottom), "left_out": dict(item.left_out)},
        }
        for item in found
    ]


def _figure(name: str, cases: Sequence[Case], top: Callable[[Case], bool], why_not: Callable[[Case], str]) -> Figure:
    left_out = {case.number: reason for case in cases if (reason := why_not(case))}
    bottom = [case for case in cases if case.number not in left_out]
    return Figure(
        name, tuple(case.number for case in bottom if top(case)), tuple(case.number for case in bottom), left_out
    )


def _on_time(cases: Sequence[Case], book: Rulebook, now: datetime) -> Figure:
    """按期办结率: concluded on time ÷ (concluded, or overdue and still open); every round counts (readings A45, A10)."""

    def why_not(case: Case) -> str:
        runs = [run for run in case.clocks if run.clock == "resolution" and not run.target]
        if case.state in NOT_COUNTED:
            return case.state
        if not runs:
            return "no_clock"
        return "open_in_time" if runs[-1].running and not runs[-1].overdue(now) else ""

    def on_time(case: Case) -> bool:
        return not any(run.overdue(now) for run in case.clocks if run.clock == "resolution" and not run.target)

    return _figure("on_time_rate", cases, on_time, why_not)


def _satisfaction(cases: Sequence[Case], book: Rulebook, now: datetime) -> Figure:
    """满意率: score 3 and better ÷ rated."""
    return _figure("satisfaction_rate", cases, _content, lambda case: "" if case.score else "not_rated")


def _revisit_satisfaction(cases: Sequence[Case], book: Rulebook, now: datetime) -> Figure:
    """抽查回访满意率: score 3 and better ÷ reached in a revisit by people; the unreached stand apart."""

    def why_not(case: Case) -> str:
        revisits = [entry for entry in case.history if entry.step == "revisit"]
        if not revisits:
            return "not_revisited"
        reached = any(entry.facts.get("reached") and entry.facts.get("score") for entry in revisits)
        return "" if reached else "not_reached"

    def content(case: Case) -> bool:
        scores = [entry.facts["score"] for entry in case.history if entry.step == "revisit" and entry.facts.get("score")]
        return int(scores[-1]) >= SATISFIED_FROM

    return _figure("revisit_satisfaction_rate", cases, content, why_not)


def _response(cases: Sequence[Case], book: Rulebook, now: datetime) -> Figure:
    """响应率: answered ÷ all that had to be answered."""
    return _figure("response_rate", cases, lambda case: case.answers > 0, _not_ours)


def _solved(cases: Sequence[Case], book: Rulebook, now: datetime) -> Figure:
    """解决率: the citizen says it is solved ÷ answered and rated."""

    def why_not(case: Case) -> str:
        return _not_ours(case) or ("" if case.answers and case.score else "not_rated")

    return _figure("solved_rate", cases, _content, why_not)


def _invalid(cases: Sequence[Case], book: Rulebook, now: datetime) -> Figure:
    """无效投诉: counted apart wherever the regulation has the word."""
    return _figure(
        "invalid_share", cases, lambda case: case.verdict in book.invalid.verdicts, lambda case: "" if case.verdict else "no_verdict"
    )


def _content(case: Case) -> bool:
    return (case.score or 0) >= SATISFIED_FROM


def _not_ours(case: Case) -> str:
    return case.state if case.state in NOT_COUNTED | {"declined"} else ""

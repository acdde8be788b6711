"""The rates the regulations name, each able to show its cases: who is counted, who is not, and why.

Pure: cases as they stood at the end of a span of days come in, those that count alike as one (`standing.Alike`). A rate
is a Figure of such groups; the number printed is only how many cases they are over how many the others are. What the
office cannot know (services handled, for 被投诉率) is said, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cached_property
from itertools import chain
from typing import Any

from casebook.case import Case
from casebook.periods import Span
from casebook.rulebook import Rulebook
from casebook.standing import REJECTED_RATING, Alike, Told, seen, standing, told
from casebook.steps.after import SATISFIED_FROM

NOT_COUNTED = frozenset({"merged", "refused", "withdrawn", "transferred", "sent_back"})
# 被投诉率 is of complaints that are the unit's: refused, merged and invalid ones stay out (readings A45).
NO_COMPLAINT = frozenset({"merged", "refused", "declined", "transferred", "sent_back"})


@dataclass(frozen=True)
class Figure:
    """One rate. `counted` are the cases that divide, `hits` those of them that are its numerator; `others` says why
    each of the rest is in neither. `top`, `bottom` and `left_out` are the same by number, where the numbers are known.

    `base` divides instead of `counted` where cases are measured by something that is no case; `missing` says what is
    not known, and then there is no rate.
    """

    name: str
    hits: tuple[Alike, ...]
    counted: tuple[Alike, ...]
    others: tuple[tuple[Alike, str], ...]
    base: int | None = None
    missing: str = ""

    @property
    def top(self) -> tuple[str, ...]:
        return numbers(self.hits)

    @property
    def bottom(self) -> tuple[str, ...]:
        return numbers(self.counted)

    @property
    def left_out(self) -> Mapping[str, str]:
        return dict(sorted((number, reason) for group, reason in self.others for number in group.numbers))

    @property
    def numerator(self) -> int:
        return how_many(self.hits)

    @property
    def divisor(self) -> int | None:
        """What the numerator is divided by; None where it is not known."""
        if self.missing:
            return None
        return how_many(self.counted) if self.base is None else self.base

    @property
    def rate(self) -> float | None:
        """The rate, None where nothing can be divided by."""
        return self.numerator / self.divisor if self.divisor else None


@dataclass(frozen=True)
class Tally:
    """What is counted: the cases that the span concerns in groups that count alike, by this rulebook. `services` is how
    many services were handled in the span, None where that was never told; `told` what those filed in it are about."""

    groups: tuple[Alike, ...]
    span: Span
    book: Rulebook
    services: int | None = None
    told: tuple[Told, ...] = ()

    def of_unit(self, unit: str, services: int | None = None) -> Tally:
        """The same for the cases that unit leads."""
        about = tuple(group for group in self.told if group.lead_unit == unit)
        return replace(self, groups=self._by_unit.get(unit, ()), services=services, told=about)

    def of_stream(self, stream: str) -> Tally:
        mine = tuple(group for group in self.groups if group.stream == stream)
        return replace(self, groups=mine, services=None, told=())

    @cached_property
    def _by_unit(self) -> Mapping[str | None, tuple[Alike, ...]]:
        found: dict[str | None, list[Alike]] = {}
        for group in self.groups:
            found.setdefault(group.lead_unit, []).append(group)
        return {unit: tuple(groups) for unit, groups in found.items()}


@dataclass(frozen=True)
class Counted:
    """Whole cases as they stood at the end of the span, for lists that need more of them than figures do. `now` is the
    moment for a span that is not over yet."""

    cases: tuple[Case, ...]
    span: Span
    book: Rulebook
    zone: tzinfo | None = None
    services: int | None = None
    now: datetime | None = None

    @property
    def tally(self) -> Tally:
        """The same for the figures, each case a group of its own."""
        end, stood = up_to(self.span, self.zone, self.now), [standing(case) for case in self.cases]
        groups = tuple(seen(each, self.span, end) for each in stood)
        about = tuple(found for each in stood if (found := told(each, self.span)))
        return Tally(groups, self.span, self.book, self.services, about)

    def of_unit(self, unit: str) -> Counted:
        """The same for the cases that unit leads."""
        return replace(self, cases=tuple(case for case in self.cases if case.lead_unit == unit), services=None)


def up_to(span: Span, zone: tzinfo | None, now: datetime | None) -> datetime:
    """Up to when: what is late then is late."""
    end = span.end(zone)
    return min(end, now) if now else end


def how_many(groups: Iterable[Alike]) -> int:
    return sum(group.count for group in groups)


def numbers(groups: Iterable[Alike]) -> tuple[str, ...]:
    """The numbers of all these cases, in their order."""
    return tuple(sorted(chain.from_iterable(group.numbers for group in groups)))


def figures(counted: Tally) -> tuple[Figure, ...]:
    """All rates over these cases."""
    return tuple(count(counted) for count in COUNTS)


def table(found: Iterable[Figure], *, cases: bool = True) -> list[dict[str, Any]]:
    """The same as plain values, for JSON and spreadsheets; with the cases by number or without."""
    return [_row(item) | ({"cases": _cases(item)} if cases else {}) for item in found]


def _row(item: Figure) -> dict[str, Any]:
    return {
        "figure": item.name,
        "numerator": item.numerator,
        "denominator": item.divisor,
        "rate": item.rate,
        "missing": item.missing or None,
        "left_out": how_many(group for group, _ in item.others),
    }


def _cases(item: Figure) -> dict[str, Any]:
    return {"numerator": list(item.top), "denominator": list(item.bottom), "left_out": dict(item.left_out)}


def _figure(name: str, cases: Sequence[Alike], top: Callable[[Alike], bool], why_not: Callable[[Alike], str]) -> Figure:
    counted, others = [], []
    for case in cases:
        if reason := why_not(case):
            others.append((case, reason))
        else:
            counted.append(case)
    return Figure(name, tuple(case for case in counted if top(case)), tuple(counted), tuple(others))


def _complained(of: Tally) -> Figure:
    """被投诉率: complaints ÷ services handled (readings A45)."""
    cases = [case for case in of.groups if case.kind == "complaint" and case.filed]

    def why_not(case: Alike) -> str:
        if case.state in NO_COMPLAINT:
            return case.state
        return "invalid" if case.verdict in of.book.invalid.verdicts else ""

    found = _figure("complaint_rate", cases, lambda case: True, why_not)
    return replace(found, base=of.services, missing="" if of.services is not None else "services_handled")


def _on_time(of: Tally) -> Figure:
    """按期办结率: concluded on time ÷ (concluded in the span, or late and still open at its end); a round that was late
    makes the case late (readings A45, A10)."""

    def why_not(case: Alike) -> str:
        if case.state in NOT_COUNTED:
            return case.state
        if not case.clocked:
            return "no_clock"
        if case.running:
            return "" if case.due else "open_in_time"
        return "" if case.stopped else "concluded_before"

    return _figure("on_time_rate", of.groups, lambda case: not (case.was_late or case.due), why_not)


def _satisfaction(of: Tally) -> Figure:
    """满意率: 基本满意 and better ÷ rated in the span."""
    return _figure("satisfaction_rate", of.groups, _content, _why_not_rated)


def _revisit_satisfaction(of: Tally) -> Figure:
    """抽查回访满意率: 基本满意 and better ÷ reached in a revisit by people; the unreached stand apart."""

    def why_not(case: Alike) -> str:
        if case.rejected:
            return REJECTED_RATING
        if not case.revisited:
            return "not_revisited"
        return "" if case.reached else "not_reached"

    def content(case: Alike) -> bool:
        return case.revisit_score >= SATISFIED_FROM

    return _figure("revisit_satisfaction_rate", of.groups, content, why_not)


def _response(of: Tally) -> Figure:
    """响应率: answered ÷ all that came in and had to be answered."""
    cases = [case for case in of.groups if case.filed]
    return _figure("response_rate", cases, lambda case: case.answered, _not_ours)


def _solved(of: Tally) -> Figure:
    """解决率: content with the result ÷ answered and rated. The result's own score counts where it was asked for."""

    def why_not(case: Alike) -> str:
        return _not_ours(case) or _why_not_rated(case) or ("" if case.answered else "not_answered")

    def solved(case: Alike) -> bool:
        return case.result >= SATISFIED_FROM if case.result else _content(case)

    return _figure("solved_rate", of.groups, solved, why_not)


def _invalid(of: Tally) -> Figure:
    """无效投诉: counted apart wherever the regulation has the word."""

    def why_not(case: Alike) -> str:
        if case.state in NOT_COUNTED:
            return case.state
        return "" if case.verdict and case.resolved else "no_verdict"

    return _figure("invalid_share", of.groups, lambda case: case.verdict in of.book.invalid.verdicts, why_not)


COUNTS: tuple[Callable[[Tally], Figure], ...] = (
    _complained,
    _on_time,
    _revisit_satisfaction,
    _response,
    _solved,
    _satisfaction,
    _invalid,
)


def _why_not_rated(case: Alike) -> str:
    if case.state == "merged":
        return case.state
    if case.rejected:
        return REJECTED_RATING
    if not case.score:
        return "not_rated"
    return "" if case.rated else "rated_at_another_time"


def _content(case: Alike) -> bool:
    return case.score >= SATISFIED_FROM


def _not_ours(case: Alike) -> str:
    return case.state if case.state in NOT_COUNTED | {"declined"} else ""

"""What figures count a case by, as it stood after a step; and the cases of a span of days that all count alike.

A `Standing` knows no span: it is kept beside each case, one for every day on which something happened to it. Seen from
a span its moments come down to questions (did it lie in the span? was it past at the end?), and cases with the same
answers are one `Alike`, however many they are. Pure; nothing here is personal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from casebook.case import Case, ClockRun, Entry
from casebook.periods import Span
from casebook.terms import FAILINGS

# An appeal against it was upheld.
REJECTED_RATING = "rating_not_counted"
ASKED = frozenset({"rate", "revisit"})
# Of a case's marks those that lists of a report ask for.
LISTED = frozenset({"major", *FAILINGS})


@dataclass(frozen=True)
class Standing:
    """A case after the last of its steps, at `since`, for whoever counts.

    `clocked`, `running` and `due` are of the last limit for the resolution (of one before it, where only that still
    runs), `stopped` is when it ended; `late` is when one last ended late, `next_due` when the first of all running ones
    ends. `score` is the rating, 0 for none, `result` what the last one said of the result alone, `revisit_score` what
    the last revisit did; `rated` is the last rating, else the filing; `reached` the last revisit that was answered.
    The others are the last moments of their steps.
    """

    number: str
    since: datetime
    kind: str
    state: str
    stream: str | None
    case_class: str | None
    lead_unit: str | None
    verdict: str | None
    channel: str
    marks: str
    rejected: bool
    score: int
    result: int
    revisit_score: int
    answered: bool
    clocked: bool
    running: bool
    due: datetime | None
    next_due: datetime | None
    late: datetime | None
    stopped: datetime | None
    filed: datetime
    rated: datetime
    revisited: datetime | None
    reached: datetime | None
    resolved: datetime | None
    reworked: datetime | None
    urged: datetime | None
    supervised: datetime | None


# What cases that count alike have in common.
SAME = (
    *("kind", "state", "stream", "lead_unit", "verdict", "marks", "rejected", "score", "result", "revisit_score"),
    *("answered", "clocked", "running"),
)
# What is asked of a standing's moments: did it lie in the span, was it past at the span's end, was there ever one?
IN_SPAN = (
    *("filed", "rated", "revisited", "reached", "resolved", "stopped", "late"),
    *("reworked", "urged", "supervised"),
)
PAST = ("due", "next_due")
EVER = {"was_late": "late"}
# What is told of the cases that were filed in the span.
ABOUT = ("kind", "case_class", "channel", "verdict", "lead_unit")


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases of a span that count alike: `count` of them, `numbers` where they were asked for.

    What are moments in a Standing are answers here: whether it lay in the span, of `due` and `next_due` whether it was
    past at its end; `was_late` asks of any time. `state_today` and `rejected_today` are how they stand now, where that
    was asked for. A city's month makes tens of thousands of them.
    """

    kind: str
    state: str
    stream: str | None
    lead_unit: str | None
    verdict: str | None
    marks: str
    rejected: bool
    score: int
    result: int
    revisit_score: int
    answered: bool
    clocked: bool
    running: bool
    filed: bool
    rated: bool
    revisited: bool
    reached: bool
    resolved: bool
    stopped: bool
    late: bool
    reworked: bool
    urged: bool
    supervised: bool
    due: bool
    next_due: bool
    was_late: bool
    count: int
    numbers: tuple[str, ...] = ()
    state_today: str = ""
    rejected_today: bool = False


@dataclass(frozen=True)
class Told:
    """Cases filed in the span, and not merged, that are about the same: `count` of them, `first` the first number."""

    kind: str
    case_class: str | None
    channel: str
    verdict: str | None
    lead_unit: str | None
    count: int
    first: str


def standing(case: Case) -> Standing:
    """How the case counts as it stands."""
    runs = [run for run in case.clocks if run.clock == "resolution" and not run.target]
    last = runs[-1] if runs else None
    step = {entry.step: entry.at for entry in case.history}
    scored = [entry for entry in case.history if entry.step in ASKED and score_in(entry)]
    reached = [entry for entry in scored if entry.step == "revisit"]
    return Standing(
        number=case.number,
        since=case.history[-1].at,
        kind=case.kind,
        state=case.state,
        stream=case.stream,
        case_class=case.case_class,
        lead_unit=case.lead_unit,
        verdict=case.verdict,
        channel=case.filing.channel,
        marks=" ".join(sorted(case.marks & LISTED)),
        rejected=REJECTED_RATING in case.marks,
        score=case.score or case.filing.score or 0,
        result=int(scored[-1].facts.get("result") or 0) if scored else 0,
        revisit_score=score_in(reached[-1]) if reached else 0,
        answered=case.answers > 0,
        clocked=last is not None,
        running=last is not None and last.running,
        due=last.due if last and last.running else _first_due(runs),
        next_due=_first_due(run for run in case.clocks if not run.target),
        late=max((run.stopped for run in runs if run.stopped and run.stopped > run.due), default=None),
        stopped=last.stopped if last else None,
        filed=case.filed,
        rated=scored[-1].at if scored else case.filed,
        revisited=step.get("revisit"),
        reached=reached[-1].at if reached else None,
        resolved=step.get("resolve"),
        reworked=next((entry.at for entry in reversed(case.history) if _is_rework(entry)), None),
        urged=step.get("urge"),
        supervised=step.get("supervise"),
    )


def seen(stood: Standing, span: Span, end: datetime) -> Alike:
    """How the case counts in the span, a group of one; what was due by `end` is past."""
    values: dict[str, Any] = {name: getattr(stood, name) for name in SAME}
    values |= {name: (at := getattr(stood, name)) is not None and span.holds(at) for name in IN_SPAN}
    values |= {name: (due := getattr(stood, name)) is not None and due < end for name in PAST}
    values |= {name: getattr(stood, moment) is not None for name, moment in EVER.items()}
    return Alike(**values, count=1, numbers=(stood.number,))


def told(stood: Standing, span: Span) -> Told | None:
    """What the case is about, if it was filed in the span and not merged."""
    if stood.state == "merged" or not span.holds(stood.filed):
        return None
    return Told(**{name: getattr(stood, name) for name in ABOUT}, count=1, first=stood.number)


def in_hindsight(then: Alike) -> Alike:
    """The cases as they stood, but for what was decided later and reaches back: a rating not adopted, a merger."""
    state = then.state_today if then.state_today == "merged" else then.state
    return replace(then, state=state, rejected=then.rejected or then.rejected_today)


def score_in(entry: Entry) -> int:
    """The score given in it; 0 where none was."""
    score = entry.facts.get("score")
    return int(score) if score and entry.facts.get("reached", True) else 0


def _first_due(runs: Iterable[ClockRun]) -> datetime | None:
    return min((run.due for run in runs if run.running), default=None)


def _is_rework(entry: Entry) -> bool:
    return entry.step == "fail_check" or bool(entry.facts.get("rework"))

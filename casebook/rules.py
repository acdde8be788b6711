"""The rules a regulation's articles hold: steps, clocks, clauses, classes, answers, papers, reports.

Each is one row of a rulebook's file. `cites` is the article it rests on, in the regulation's own form; the reader of
the file puts it there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepRule:
    """An article that gives a step its basis, for these kinds, streams and findings (empty: all).

    `needs` are facts the step must come with, `after` steps that must stand in the history before it; `roles` narrows
    who may. `tells` are the rooms that hear of it besides those who always do. An `optional` step of the leader is an
    instruction on the margin: it moves nothing. `criteria` are what a check looks at, `grounds` what an appeal may rest
    on, `marks` what the case must bear. With `reserved` a dispute that an objection brought is decided by those alone
    whom the office's file gives the last word.
    """

    step: str
    item: str = ""
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    optional: bool = False
    reserved: bool = False
    cites: str = ""


@dataclass(frozen=True)
class ClockRule:
    """One limit. It runs from any step in `starts` to any in `stops`; empty kinds/classes/streams mean all.

    Just one of `working_days`, `hours` (running hours) and `same_day` (close of the same or next working day) says how
    long; `reading` names the setting that says it instead. `when` is a mark the case must bear; `unless` one it must
    not (`anonymous`). `holder` is who keeps it: unit | body | inspector. `again` restarts it at rework; one that
    `outlives` runs on after the case is closed. `outside` says what a limit set by a handing-over system does: stricter
    (the earlier one counts) | as_it_is. A `window` is the time in which something may be done: unused, it lapses.
    A `target` is the office's own aim where the regulation gives no number: it reminds and is no legal clock.
    """

    clock: str
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    working_days: int | None = None
    hours: int | None = None
    same_day: bool = False
    kinds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    when: str = ""
    unless: str = ""
    holder: str = "unit"
    again: bool = False
    outlives: bool = False
    window: bool = False
    outside: str = "stricter"
    reading: str = ""
    target: bool = False
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Clause:
    """One ground on which a case is refused, declined or terminated, and what the citizen is told.

    `clause` is its short form ("8.3"). `grounds` are the reader's grounds that fall under it. `needs`: facts the step
    must come with; `earlier` demands another case's number, `asked` that the citizen was asked before.
    `instead` names the wording of where to go instead; with `redirect` the citizen is also told where to turn. Words
    under one of the grounds in `quarantine` are not shown in a group until a person has sent the case to a unit.
    """

    clause: str
    words: str
    steps: tuple[str, ...]
    grounds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    instead: str = ""
    kinds: tuple[str, ...] = ()
    message: str = ""
    quarantine: tuple[str, ...] = ()
    redirect: bool = False
    cites: str = ""


@dataclass(frozen=True)
class CaseClass:
    """One of the regulation's own classes; `title` is its Chinese. A case is of the `default` class until somebody
    says otherwise, or of the one that names its kind, or, sent to several units, of the one for `several_units`."""

    name: str
    title: str
    words: str = ""
    default: bool = False
    kinds: tuple[str, ...] = ()
    several_units: bool = False
    on_the_spot: bool = False
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Extension:
    """How far a clock may be moved. `most` working days, counted in all from the clock's start ("total") or on top of
    its first due date ("on_top"); None: no maximum. `consent` is the role that must approve first, "" for nobody."""

    clock: str = "resolution"
    most: int | None = None
    measured: str = "total"
    consent: str = ""
    classes: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Material:
    """One thing the complaint should hold. `needed` ones are asked for; the others are taken when given."""

    field: str
    title: str
    needed: bool = False
    sensitive: bool = False
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Answer:
    """What an answer must hold (fields of `resolve`), for these kinds; `verdict` whether a finding is required.

    `asked` are fields that the officers' doors insist on, while an answer that another system brings may come without.
    With `plan` an answer may be a plan: the case then stays open until what was planned is reported as done.
    """

    must: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    plan: bool = False
    kinds: tuple[str, ...] = ()
    verdict: bool = False
    none_needed: tuple[str, ...] = ()
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Caution:
    """What the words written at these steps are looked through for: `promise` (of an outcome), `identity` (of whoever
    filed, and anybody's telephone number)."""

    about: str
    steps: tuple[str, ...]
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Demand:
    """A paper that is asked of the citizen once a case bears the mark, and whose want is shown until it is there."""

    mark: str
    title: str
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class HandOver:
    """Where a case may be handed to that is so many working days late without a word of the unit; a person decides."""

    to: str
    days: int
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class OfficeRule:
    """What the regulation wants of the office's own file: `chief`, a 首席事务代表 in every unit."""

    chief: bool = False
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Revisit:
    """Who asks whether it was solved (`unit` or `body`), and after how many vain attempts that counts as done. `sides`
    are what is asked for besides, each from 1 to 5: result, efficiency, attitude."""

    who: str
    sides: tuple[str, ...] = ()
    attempts: int = 3
    target_days: int | None = None
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Invalid:
    """Findings that make a complaint invalid (counted apart, answered all the same), and the regulation's word."""

    verdicts: tuple[str, ...] = ()
    word: str = ""
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class FormRule:
    """A paper the regulation names and the step it goes with."""

    form: str
    title: str
    step: str = ""
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class ReportRule:
    """A report that is due: `period` (week, month, quarter, half_year, year), by whom, to whom, not later than this
    day; without a day, on the first working day of the period. `begins` is the month a year of reports begins with."""

    report: str
    period: str
    by: str
    to: str
    month: int = 0
    day: int = 0
    begins: int = 1
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Feedback:
    """After which steps the handing-over system is told, for cases of these streams or channels, and what of."""

    on: tuple[str, ...]
    streams: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Inherited:
    """Articles of another rulebook that hold where this one is silent, and why."""

    rulebook: str
    articles: tuple[int, ...]
    why: str
    cites: str = ""


@dataclass(frozen=True)
class Scope:
    """Which kinds run under the regulation's clocks, and whether centrally managed units are outside it."""

    kinds: tuple[str, ...] = ()
    central_outside: bool = False
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Admission:
    """One item of what the regulation says it takes in (受理范围): its name, and how such a matter is known, by words
    in the text or by the way it came. A guide for people: what falls under none is taken all the same (A27)."""

    name: str
    words: str
    told_by: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    item: str = ""
    cites: str = ""

"""A regulation as data: what each article says, and what the program does about it.

One TOML file a regulation, one `[[article]]` per article, in order, none left out: `quote` is the regulation's own
words, everything under it is how the program reads them. `read_rulebook` refuses a file that skips an article, has an
article with neither rules nor a reason why people do it, or names an unknown key, step, clock, state or class; the
message says file, line and what was meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class StepRule:
    """An article that gives a step its basis. `needs` are facts the step must come with; `roles` narrows who may."""

    step: str
    item: str = ""
    needs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    cites: str = ""


@dataclass(frozen=True)
class ClockRule:
    """One limit. It runs from any step in `starts` to any in `stops`; empty kinds/classes/streams mean all.

    Just one of `working_days`, `hours` (running hours) and `same_day` (close of the same or next working day) says how
    long. `when` is a mark the case must bear. `holder` is who keeps it: unit | body. `again` restarts it at rework.
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
    holder: str = "unit"
    again: bool = False
    target: bool = False
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Clause:
    """One ground on which a case is refused, declined or terminated, and what the citizen is told.

    `clause` is its short form ("8.3"). `grounds` are the reader's grounds that fall under it. `needs`: facts the step
    must come with; `earlier` demands another case's number, `asked` that the citizen was asked before.
    `instead` names the wording of where to go instead.
    """

    clause: str
    words: str
    steps: tuple[str, ...]
    grounds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    instead: str = ""
    kinds: tuple[str, ...] = ()
    message: str = ""
    cites: str = ""


@dataclass(frozen=True)
class CaseClass:
    """One of the regulation's own classes; `title` is its Chinese."""

    name: str
    title: str
    words: str = ""
    default: bool = False
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
    """What an answer must hold (fields of `resolve`), for these kinds; `verdict` whether a finding is required."""

    must: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    verdict: bool = False
    none_needed: tuple[str, ...] = ()
    cites: str = ""


@dataclass(frozen=True)
class Revisit:
    """Who asks whether it was solved (`unit` or `body`), and after how many vain attempts that counts as done."""

    who: str
    attempts: int = 3
    target_days: int | None = None
    cites: str = ""


@dataclass(frozen=True)
class Invalid:
    """Findings that make a complaint invalid (counted apart, answered all the same), and the regulation's word."""

    verdicts: tuple[str, ...] = ()
    word: str = ""
    cites: str = ""


@dataclass(frozen=True)
class FormRule:
    """A paper the regulation names and the step it goes with."""

    form: str
    title: str
    step: str = ""
    cites: str = ""


@dataclass(frozen=True)
class ReportRule:
    """A report that is due: `period` (quarter, half_year, year), by whom, to whom, not later than this day."""

    report: str
    period: str
    by: str
    to: str
    month: int
    day: int
    item: str = ""
    cites: str = ""


@dataclass(frozen=True)
class Scope:
    """Which kinds run under the regulation's clocks, and whether centrally managed units are outside it."""

    kinds: tuple[str, ...] = ()
    central_outside: bool = False
    cites: str = ""


@dataclass(frozen=True)
class Article:
    """One article: the regulation's words, and the program's part in it. `reads` explains a reading to the clerk."""

    number: int
    label: str
    quote: str
    by_people: str = ""
    reads: tuple[str, ...] = ()
    checked_by: str = ""
    checked_on: date | None = None
    rules: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Readings:
    """How this office reads what the regulation leaves open; each a setting a jurisdiction file may change."""

    count_first_day: bool = False
    day_end: str = "close"
    off_hours: str = "as_is"
    reclassify_until: str = "due"
    rework_days: str = "basic"
    bad_rating_max: int = 2
    dispute_after: int = 2
    on_expiry: str = "warn"
    deemed_accept_on_lapse: bool = False
    dispatched_counts_as_accepted: bool = False
    extension_before_due: bool = True
    extension_measured: str = ""
    remind_days: tuple[int, ...] = (1,)
    remind_days_long: tuple[int, ...] = (3, 1)
    long_term: int = 5
    escalate_days: int = 1
    survey_reminder_days: int = 2
    close_after_silence: int = 5
    redispatch_days: int = 1
    urge_hours: int = 24
    clarify_rounds: int = 2
    anonymous: str = "accept"


@dataclass(frozen=True)
class Rulebook:
    """One regulation, read and checked. Lists run in the order of the articles."""

    name: str
    title: str
    document: str
    in_force: date
    articles: tuple[Article, ...]
    flow: Mapping[str, str]
    readings: Readings
    authority: str = ""
    issued: date | None = None
    valid_until: date | None = None
    basis: tuple[str, ...] = ()
    source: str = ""
    trial_note: str = ""
    version: str = ""
    steps: tuple[StepRule, ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    clauses: tuple[Clause, ...] = ()
    classes: tuple[CaseClass, ...] = ()
    extensions: tuple[Extension, ...] = ()
    materials: tuple[Material, ...] = ()
    answers: tuple[Answer, ...] = ()
    revisits: tuple[Revisit, ...] = ()
    invalids: tuple[Invalid, ...] = ()
    forms: tuple[FormRule, ...] = ()
    reports: tuple[ReportRule, ...] = ()
    scopes: tuple[Scope, ...] = ()
    streams: tuple[str, ...] = ()
    by_clause: Mapping[str, Clause] = field(default_factory=dict, repr=False)

    def step(self, name: str) -> StepRule | None:
        """The rule that gives a step its basis; None where the regulation has none of its own."""
        return next((rule for rule in self.steps if rule.step == name), None)

    def case_class(self, name: str | None) -> CaseClass | None:
        return next((item for item in self.classes if item.name == name), None)

    @property
    def default_class(self) -> str | None:
        """The class a case has until somebody says otherwise; None where the regulation has no classes."""
        return next((item.name for item in self.classes if item.default), None)

    def extension(self, clock: str, case_class: str | None) -> Extension | None:
        """How that clock may be extended for that class; None: not at all."""
        return next(
            (
                rule
                for rule in self.extensions
                if rule.clock == clock and (not rule.classes or case_class in rule.classes)
            ),
            None,
        )

    def answer(self, kind: str) -> Answer:
        return next((rule for rule in self.answers if not rule.kinds or kind in rule.kinds), Answer())

    @property
    def revisit(self) -> Revisit | None:
        return self.revisits[0] if self.revisits else None

    @property
    def invalid(self) -> Invalid:
        return self.invalids[0] if self.invalids else Invalid()

    def covers(self, kind: str) -> bool:
        """Whether a kind of case runs under the regulation at all."""
        return all(not scope.kinds or kind in scope.kinds for scope in self.scopes)

    @property
    def unsigned(self) -> tuple[Article, ...]:
        """Operative articles that no clerk has signed yet."""
        return tuple(article for article in self.articles if article.rules and not article.checked_by)

    def expired(self, day: date) -> bool:
        return self.valid_until is not None and day > self.valid_until

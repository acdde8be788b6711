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

from casebook.readings import Readings
from casebook.rules import (
    Admission,
    Answer,
    CaseClass,
    Caution,
    Clause,
    ClockRule,
    Demand,
    Extension,
    Feedback,
    FormRule,
    HandOver,
    Inherited,
    Invalid,
    Material,
    OfficeRule,
    ReportRule,
    Revisit,
    Scope,
    StepRule,
)

__all__ = [
    "Admission",
    "Answer",
    "Article",
    "CaseClass",
    "Caution",
    "Clause",
    "ClockRule",
    "Demand",
    "Extension",
    "Feedback",
    "FormRule",
    "HandOver",
    "Inherited",
    "Invalid",
    "Material",
    "OfficeRule",
    "ReportRule",
    "Revisit",
    "Rulebook",
    "Scope",
    "StepRule",
]


@dataclass(frozen=True)
class Article:
    """One article: the regulation's words, and the program's part in it. `reads` explains a reading to the clerk.

    `items` is how its items are cited where not as （三）: a text with {n}.
    """

    number: int
    label: str
    quote: str
    items: str = ""
    by_people: str = ""
    reads: tuple[str, ...] = ()
    checked_by: str = ""
    checked_on: date | None = None
    rules: tuple[Any, ...] = ()


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
    caution: str = ""
    version: str = ""
    steps: tuple[StepRule, ...] = ()
    clocks: tuple[ClockRule, ...] = ()
    clauses: tuple[Clause, ...] = ()
    classes: tuple[CaseClass, ...] = ()
    extensions: tuple[Extension, ...] = ()
    materials: tuple[Material, ...] = ()
    answers: tuple[Answer, ...] = ()
    cautions: tuple[Caution, ...] = ()
    demands: tuple[Demand, ...] = ()
    hand_overs: tuple[HandOver, ...] = ()
    offices: tuple[OfficeRule, ...] = ()
    revisits: tuple[Revisit, ...] = ()
    invalids: tuple[Invalid, ...] = ()
    forms: tuple[FormRule, ...] = ()
    reports: tuple[ReportRule, ...] = ()
    scopes: tuple[Scope, ...] = ()
    admissions: tuple[Admission, ...] = ()
    feedbacks: tuple[Feedback, ...] = ()
    inherits: tuple[Inherited, ...] = ()
    inherited: tuple[Article, ...] = ()
    streams: tuple[str, ...] = ()
    by_clause: Mapping[str, Clause] = field(default_factory=dict, repr=False)

    def step(self, name: str) -> StepRule | None:
        """The rule that gives a step its basis; None where the regulation has none of its own."""
        return next((rule for rule in self.steps if rule.step == name), None)

    def reserved(self, name: str) -> StepRule | None:
        """The rule that leaves a step's decision to those who have the last word; None where there is none."""
        return next((rule for rule in self.steps if rule.step == name and rule.reserved), None)

    def case_class(self, name: str | None) -> CaseClass | None:
        return next((item for item in self.classes if item.name == name), None)

    @property
    def default_class(self) -> str | None:
        """The class a case has until somebody says otherwise; None where the regulation has no classes."""
        return next((item.name for item in self.classes if item.default), None)

    def default_class_for(self, kind: str) -> str | None:
        """The class a case of that kind has until somebody says otherwise."""
        return next((item.name for item in self.classes if kind in item.kinds), self.default_class)

    @property
    def classed_by(self) -> frozenset[str]:
        """The steps at which a case needs its class, because a clock of some classes only starts there."""
        return frozenset(event for clock in self.clocks if clock.classes for event in clock.starts)

    def extension(self, clock: str, case_class: str | None, stream: str | None = None) -> Extension | None:
        """How that clock may be extended for that class and stream; None: not at all."""
        fitting = (rule for rule in self.extensions if rule.clock == clock)
        fitting = (rule for rule in fitting if not rule.classes or case_class in rule.classes)
        return next((rule for rule in fitting if not rule.streams or stream in rule.streams), None)

    def answer(self, kind: str) -> Answer:
        return next((rule for rule in self.answers if not rule.kinds or kind in rule.kinds), Answer())

    def looked_through(self, step: str, about: str) -> Caution | None:
        """The article that wants the words of that step looked through for this; None where none does."""
        return next((rule for rule in self.cautions if rule.about == about and step in rule.steps), None)

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

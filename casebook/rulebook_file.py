"""Reads a rulebook's TOML file into a Rulebook, or says in one line what is wrong with it and where."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from casebook import rulebook as shapes
from casebook.errors import RulebookError
from casebook.lifecycle import CHOICES, TABLE
from casebook.numerals import article_label, item_label
from casebook.readings import CHOICES as READ_AS
from casebook.readings import Readings
from casebook.rulebook import Article, Clause, ClockRule, Rulebook
from casebook.slips import Place, fits, line_with, sort_of, unknown
from casebook.terms import (
    APPEAL_GROUNDS,
    CHANNELS,
    CLOCKS,
    CRITERIA,
    GROUNDS,
    KINDS,
    MARKS,
    ROLES,
    STATES,
    STEPS,
    VERDICTS,
)

FOLDER = Path(__file__).with_name("rulebooks")

TABLES: dict[str, type[Any]] = {
    "steps": shapes.StepRule,
    "clocks": shapes.ClockRule,
    "clauses": shapes.Clause,
    "classes": shapes.CaseClass,
    "extensions": shapes.Extension,
    "materials": shapes.Material,
    "answers": shapes.Answer,
    "cautions": shapes.Caution,
    "demands": shapes.Demand,
    "hand_overs": shapes.HandOver,
    "offices": shapes.OfficeRule,
    "revisits": shapes.Revisit,
    "invalids": shapes.Invalid,
    "forms": shapes.FormRule,
    "reports": shapes.ReportRule,
    "scopes": shapes.Scope,
    "admissions": shapes.Admission,
    "feedbacks": shapes.Feedback,
    "inherits": shapes.Inherited,
}
# What may start or stop a clock: the steps, and what a step may stand for besides its own name.
# Targets that no clock is named after.
TARGETS = frozenset({"answer", "check"})
EVENTS = frozenset(STEPS) | {"file_direct", "redispatch", "rework", "consent"}
NOT_IN_FILES = {"cites", "inherited", "by_clause"}
KNOWN: dict[str, frozenset[str]] = {
    "step": frozenset(STEPS),
    "steps": frozenset(STEPS),
    "clock": frozenset(CLOCKS) | TARGETS,
    "starts": EVENTS,
    "stops": EVENTS,
    "after": frozenset(STEPS),
    "on": frozenset(STEPS),
    "kinds": frozenset(KINDS),
    "roles": frozenset(ROLES),
    "verdicts": frozenset(VERDICTS),
    "channels": frozenset(CHANNELS),
    "grounds": frozenset(GROUNDS) | frozenset(APPEAL_GROUNDS),
    "quarantine": frozenset(GROUNDS),
    "criteria": frozenset(CRITERIA),
    "mark": frozenset(MARKS),
    "marks": frozenset(MARKS),
    "about": frozenset({"promise", "identity"}),
    "tells": frozenset({"dispatchers", "supervisors", "inspectors"}),
    "holder": frozenset({"unit", "body", "inspector"}),
    "outside": frozenset({"stricter", "as_it_is"}),
    "unless": frozenset({"anonymous"}),
    "reading": frozenset(item.name for item in fields(Readings)),
    "measured": frozenset({"total", "on_top"}),
}


def read_rulebook(name_or_path: str, beside: Path = Path()) -> Rulebook:
    """The rulebook of that name (one that ships) or in that file, looked for `beside` where its path is a relative one.
    Raises RulebookError with file, line and reason."""
    path = beside / name_or_path if name_or_path.endswith(".toml") else FOLDER / f"{name_or_path}.toml"
    try:
        text = path.read_text(encoding="utf-8")
        book = _Reader(path.name, text, tomllib.loads(text)).rulebook()
    except FileNotFoundError as error:
        raise RulebookError(f"no rulebook {name_or_path!r}; these ship: {', '.join(shipped())}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{path.name}: {error}") from error
    return replace(book, inherited=tuple(_inherited(book, path.name))) if book.inherits else book


def _inherited(book: Rulebook, file: str) -> Iterator[Article]:
    """The other regulation's articles that hold here too, labelled with their own title."""
    for rule in book.inherits:
        if rule.rulebook not in shipped() or rule.rulebook == book.name:
            raise RulebookError(f"{file}: inherits {rule.rulebook!r}; these ship: {', '.join(shipped())}")
        text = (FOLDER / f"{rule.rulebook}.toml").read_text(encoding="utf-8")
        base = _Reader(f"{rule.rulebook}.toml", text, tomllib.loads(text)).rulebook()
        known = {article.number: article for article in base.articles}
        for number in rule.articles:
            if number not in known:
                raise RulebookError(f"{file}: inherits article {number}, which {base.name} does not have")
            article = known[number]
            yield replace(article, label=f"《{base.title}》{article.label}", reads=(*article.reads, rule.why))


def shipped() -> list[str]:
    """The names of the rulebooks that ship."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


class _Reader:
    """One file being read; it knows the line an article starts at, so that every complaint can name its own."""

    def __init__(self, file: str, text: str, table: dict[str, Any]) -> None:
        self.file, self.table, self.whole = file, table, Place(file, text)
        self.lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[article]]"]

    def rulebook(self) -> Rulebook:
        head = self.take_head()
        articles = tuple(self.article(index, item) for index, item in enumerate(self.table.pop("article", [])))
        self.check_order(articles, head.pop("articles", None))
        readings = self.shape(Readings, self.table.pop("readings", {}), self.part("readings"))
        self.check_readings(readings)
        flow = self.flow()
        for strange in self.table:
            known = ("regulation", "flow", "readings", "article")
            raise RulebookError(f"{self.whole.of(strange)}: {unknown('table', strange, known)}")
        lists = {
            name: tuple(rule for article in articles for rule in article.rules if isinstance(rule, shape))
            for name, shape in TABLES.items()
        }
        book: Rulebook = self.shape(
            Rulebook,
            {**head, "articles": articles, "flow": flow, "readings": readings, **lists},
            self.part("regulation"),
        )
        self.check_classes(book)
        return replace(book, by_clause={clause.clause: clause for clause in book.clauses})

    def take_head(self) -> dict[str, Any]:
        head = self.table.pop("regulation", None)
        if not isinstance(head, dict):
            raise RulebookError(f"{self.file}: no [regulation] table")
        missing = [key for key in ("name", "title", "document", "in_force") if key not in head]
        if missing:
            raise RulebookError(f"{self.part('regulation').of()}: no {missing[0]!r}")
        return dict(head)

    def article(self, index: int, table: dict[str, Any]) -> Article:
        first, *rest = self.lines[index : index + 2] or [1]
        place = replace(self.whole, first=first, last=rest[0] - 1 if rest else None)
        number = table.get("number", index + 1)
        label = table.get("label") or (article_label(number) if isinstance(number, int) else str(number))
        place = replace(place, called=f" ({label})")
        rules = tuple(
            self.rule(
                shape, row, (label, str(table.get("items", ""))), replace(place, called=f"{place.called}, {name}")
            )
            for name, shape in TABLES.items()
            for row in table.pop(name, ())
        )
        article: Article = self.shape(Article, {**table, "label": label, "rules": rules}, place)
        if not article.quote.strip():
            raise RulebookError(f"{place.of()}: no quote; give the regulation's own words")
        if not article.rules and not article.by_people and not article.reads:
            raise RulebookError(
                f"{place.of()}: neither rules nor by_people; say what the program does or why it does not"
            )
        return article

    def part(self, name: str) -> Place:
        """The part of the file under that heading."""
        first = line_with(self.whole.text, f"[{name}]")
        return replace(self.whole, first=first, last=self.lines[0] if self.lines else None, called=f" [{name}]")

    def check_readings(self, readings: Readings) -> None:
        for name, choices in READ_AS.items():
            value = getattr(readings, name)
            if isinstance(value, str) and value not in choices:
                raise RulebookError(f"{self.part('readings').of(name)}: {unknown(name, value, choices)}")

    def rule(self, shape: type[Any], row: dict[str, Any], label: tuple[str, str], where: Place) -> Any:
        made = self.shape(shape, row, where)
        for key, known in KNOWN.items():
            value = getattr(made, key, ())
            for word in (value,) if isinstance(value, str) else value or ():
                if word and word not in known:
                    raise RulebookError(f"{where.of(word)}: {unknown(key, word, sorted(known))}")
        if isinstance(made, ClockRule):
            self.check_clock(made, where)
        item = (
            made.clause.rpartition(".")[2]
            if isinstance(made, Clause) and "." in made.clause
            else getattr(made, "item", "")
        )
        return replace(made, cites=item_label(*label, item))

    @staticmethod
    def check_clock(clock: ClockRule, where: Place) -> None:
        ways = [clock.working_days is not None, clock.hours is not None, clock.same_day]
        if sum(ways) != 1:
            where_of = where.of(clock.clock)
            raise RulebookError(f"{where_of}: clock {clock.clock!r} needs just one of working_days, hours, same_day")
        if not clock.starts or not clock.stops:
            raise RulebookError(
                f"{where.of(clock.clock)}: clock {clock.clock!r} must say what starts and what stops it"
            )

    def check_order(self, articles: tuple[Article, ...], count: int | None) -> None:
        numbers = [article.number for article in articles]
        for place, number in enumerate(numbers, 1):
            if number != place:
                raise RulebookError(
                    f"{self.file}, line {self.lines[place - 1]}: article {number} stands where {place} should"
                )
        if count != len(numbers):
            where = self.part("regulation").of("articles")
            raise RulebookError(f"{where}: articles = {count}, but the file has {len(numbers)}")

    def flow(self) -> dict[str, str]:
        """Where a step leads when the lifecycle leaves a choice; a rulebook chooses, it never draws a new arrow."""
        flow: dict[str, str] = self.table.pop("flow", {})
        for step, state in flow.items():
            name = step.partition("/")[0]
            if name not in CHOICES:
                raise RulebookError(
                    f"{self.part('flow').of(step)}: {step!r} leaves no choice; these do: {', '.join(sorted(CHOICES))}"
                )
            if state not in STATES or state not in TABLE[CHOICES[name]].to:
                allowed = ", ".join(sorted(TABLE[CHOICES[name]].to))
                place = self.part("flow").of(step)
                raise RulebookError(f"{place}: {step} may not lead to {state!r}; it may lead to {allowed}")
        return flow

    def check_classes(self, book: Rulebook) -> None:
        """Classes and streams that rules name must be the rulebook's own."""
        known = {"class": {item.name for item in book.classes}, "stream": set(book.streams)}
        classed: tuple[Any, ...] = (*book.clocks, *book.extensions)
        streamed: tuple[Any, ...] = (*classed, *book.steps, *book.feedbacks)
        named = [(rule.cites, "class", name) for rule in classed for name in rule.classes]
        named += [(rule.cites, "stream", name) for rule in streamed for name in rule.streams]
        for cites, what, name in named:
            if name not in known[what]:
                listed = ", ".join(sorted(known[what])) or "none"
                raise RulebookError(f"{self.whole.of(name)} ({cites}): {what} {name!r} is not one of {listed}")

    @staticmethod
    def shape(shape: type[Any], row: dict[str, Any], where: Place) -> Any:
        if not isinstance(row, dict):
            raise RulebookError(f"{where.of()}: {row!r} is not a table")
        known = {item.name for item in fields(shape)} - NOT_IN_FILES
        hints = get_type_hints(shape)
        for key, value in row.items():
            if key not in known:
                raise RulebookError(f"{where.of(key)}: {unknown('key', key, sorted(known))}")
            if not fits(value, hints[key]):
                raise RulebookError(f"{where.of(key)}: {key} = {value!r} is not {sort_of(hints[key])}")
        for item in fields(shape):
            if item.default is MISSING and item.default_factory is MISSING and item.name not in row:
                raise RulebookError(f"{where.of()}: no {item.name!r}")
        return shape(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})

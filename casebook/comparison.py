"""The regulations side by side: clock by clock and step by step, what each has, how long, and by which article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from casebook.facts import part
from casebook.lifecycle import BY_ITSELF, EVERYWHERE, TABLE
from casebook.rulebook import Rulebook
from casebook.rules import ClockRule
from casebook.terms import CLOCKS, STEPS
from casebook.wording import sentences

NONE = "—"


def comparison(books: Sequence[Rulebook]) -> dict[str, Any]:
    """Every clock, class, extension and step, one row each, one column a rulebook. JSON-ready."""
    return {
        "rulebooks": [{"rulebook": book.name, "title": book.title, "document": book.document} for book in books],
        "clocks": [_row(clock, CLOCKS[clock], books, _clock) for clock in CLOCKS],
        "extension": _by_book(books, _extension),
        "classes": _by_book(books, lambda book: "、".join(item.title for item in book.classes) or NONE),
        "streams": _by_book(books, _streams),
        "steps": [_row(step, STEPS[step], books, _step) for step in TABLE if step not in BY_ITSELF],
    }


def text(table: Mapping[str, Any]) -> str:
    """The same as one Markdown table a chapter."""
    names = [book["rulebook"] for book in table["rulebooks"]]
    head = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines = [f"- {book['rulebook']}: {book['title']} {book['document']}" for book in table["rulebooks"]]
    for chapter in ("clocks", "steps"):
        lines += ["", *head, *(_line(row["title"], row["in"], names) for row in table[chapter])]
    lines += ["", *head, *(_line(name, table[name], names) for name in ("classes", "streams", "extension"))]
    return "\n".join(lines) + "\n"


def _line(title: str, cells: Mapping[str, str], names: Iterable[str]) -> str:
    return f"| {title} | " + " | ".join(cells[name] for name in names) + " |"


def _row(name: str, title: str, books: Sequence[Rulebook], tell: Any) -> dict[str, Any]:
    return {"name": name, "title": title, "in": _by_book(books, lambda book: tell(book, name))}


def _by_book(books: Sequence[Rulebook], tell: Any) -> dict[str, str]:
    return {book.name: tell(book) for book in books}


def _clock(book: Rulebook, name: str) -> str:
    rules = [rule for rule in book.clocks if rule.clock == name and not rule.target]
    return "；".join(_limit(rule, book) for rule in rules) or NONE


def _limit(rule: ClockRule, book: Rulebook) -> str:
    length = part("same_day")
    if rule.working_days is not None:
        length = part("in_days", days=rule.working_days)
    elif rule.hours is not None:
        length = part("in_hours", hours=rule.hours)
    whose = [item.title for item in book.classes if item.name in rule.classes]
    whom = "、".join([*(sentences()["stream"].get(name, name) for name in rule.streams), *whose])
    starts = "、".join(STEPS.get(event, event) for event in rule.starts if event in STEPS)
    return f"{whom} {length}（{starts}，{rule.cites}）".strip()


def _streams(book: Rulebook) -> str:
    return "、".join(sentences()["stream"].get(name, name) for name in book.streams) or NONE


def _extension(book: Rulebook) -> str:
    rules = [
        part("extension_most", most=rule.most, cites=rule.cites)
        if rule.most
        else part("extension_any", cites=rule.cites)
        for rule in book.extensions
    ]
    return "；".join(rules) or NONE


def _step(book: Rulebook, name: str) -> str:
    """The articles the step rests on; √ where every office has it anyway."""
    articles = [rule.cites for rule in book.steps if rule.step == name]
    if not articles:
        articles = [clause.cites for clause in book.clauses if name in clause.steps]
    return "、".join(dict.fromkeys(articles)) or ("√" if name in EVERYWHERE else NONE)

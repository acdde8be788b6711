"""The check sheet (核对表): the rulebook set out in Chinese beside the regulation's own words.

The clerk reads this, not TOML: article by article, what the regulation says, what the program does about it, and who
checked it when. The phrases stand in sheet.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from casebook import rulebook as shapes
from casebook.rulebook import Article, Rulebook
from casebook.terms import APPEAL_GROUNDS, CLOCKS, CRITERIA, KINDS, MARKS, STATES, STEPS, VERDICTS
from casebook.wording import fill

FILE = Path(__file__).with_name("sheet.toml")


@dataclass(frozen=True)
class SheetRow:
    """One article: its label, the regulation's words, the program's reading line by line, and the signature."""

    label: str
    quote: str
    reads: tuple[str, ...]
    checked: str


def rows(book: Rulebook) -> tuple[SheetRow, ...]:
    """The whole sheet, in the order of the articles."""
    return tuple(_row(article, book) for article in book.articles)


def flow(book: Rulebook) -> tuple[str, ...]:
    """The choices the rulebook makes where the lifecycle leaves one, in words."""
    words = _phrases()
    return tuple(
        fill(words["flow"], {"what": _flow_name(step), "to": STATES[state]}) for step, state in book.flow.items()
    )


def head(book: Rulebook) -> dict[str, str]:
    """The cover: title, document, dates, and the warnings a reader must see."""
    words = _phrases()
    unsigned = [article.label for article in book.unsigned]
    return {
        "title": book.title,
        "document": book.document,
        "in_force": f"{book.in_force:%Y-%m-%d}",
        "valid_until": f"{book.valid_until:%Y-%m-%d}" if book.valid_until else "",
        "basis": "；".join(book.basis),
        "note": book.trial_note,
        "unsigned": fill(words["unsigned"], {"count": len(unsigned), "labels": "、".join(unsigned)})
        if unsigned
        else "",
    }


def text(book: Rulebook) -> str:
    """The sheet as Markdown, to read in a terminal or to print."""
    top, words = head(book), _phrases()
    lines = [f"# {top['title']}", "", fill(words["cover"], top), ""]
    lines += [f"| {words['col_article']} | {words['col_quote']} | {words['col_reads']} | {words['col_checked']} |"]
    lines += ["|---|---|---|---|"]
    for row in rows(book):
        cells = (row.label, row.quote, "\n".join(row.reads), row.checked)
        lines.append("| " + " | ".join(cell.replace("\n", "<br>").replace("|", "｜") for cell in cells) + " |")
    return "\n".join([*lines, "", f"## {words['flow_title']}", "", *(f"- {line}" for line in flow(book))]) + "\n"


def document(book: Rulebook) -> dict[str, Any]:
    """The sheet as one JSON-ready value."""
    articles = [
        {"article": row.label, "quote": row.quote, "reads": list(row.reads), "checked": row.checked}
        for row in rows(book)
    ]
    return {
        "rulebook": book.name,
        **head(book),
        "articles": articles,
        "flow": dict(book.flow),
        "clocks": [_clock_document(rule) for rule in book.clocks if not rule.target],
        "clauses": [
            {"clause": clause.clause, "words": clause.words, "steps": list(clause.steps), "cites": clause.cites}
            for clause in book.clauses
        ],
        "classes": [{"class": item.name, "title": item.title, "default": item.default} for item in book.classes],
        "steps": [{"step": rule.step, "cites": rule.cites} for rule in book.steps],
    }


def _clock_document(rule: shapes.ClockRule) -> dict[str, Any]:
    return {
        "clock": rule.clock,
        "working_days": rule.working_days,
        "hours": rule.hours,
        "same_day": rule.same_day,
        "classes": list(rule.classes),
        "streams": list(rule.streams),
        "kinds": list(rule.kinds),
        "starts": list(rule.starts),
        "stops": list(rule.stops),
        "cites": rule.cites,
    }


def _row(article: Article, book: Rulebook) -> SheetRow:
    words = _phrases()
    lines = [line for rule in article.rules for line in [_rule(rule, book)] if line]
    if article.by_people:
        lines.append(fill(words["by_people"], {"reason": article.by_people}))
    lines += article.reads
    signed = f"{article.checked_by} {article.checked_on or ''}".strip()
    return SheetRow(article.label, article.quote.strip(), tuple(lines), signed)


def _rule(rule: Any, book: Rulebook) -> str:
    say = SAYS.get(type(rule))
    return say(rule, book) if say else ""


def _clock(rule: shapes.ClockRule, book: Rulebook) -> str:
    words = _phrases()
    length = words["same_day"]
    if rule.working_days is not None:
        length = fill(words["working_days"], {"days": rule.working_days})
    elif rule.hours is not None:
        length = fill(words["hours"], {"hours": rule.hours})
    facts = {
        "whom": _whom(rule, book),
        "start": "、".join(_event(name) for name in rule.starts),
        "length": length,
        "clock": CLOCKS.get(rule.clock) or words["targets"][rule.clock],
        "holder": words[f"holder_{rule.holder}"],
        "when": MARKS.get(rule.when),
    }
    line = fill(words["target" if rule.target else "clock"], facts)
    return line + (words["clock_when"].format(when=MARKS.get(rule.when, rule.when)) if rule.when else "")


def _whom(rule: shapes.ClockRule, book: Rulebook) -> str:
    classes = [item.title for item in book.classes if item.name in rule.classes]
    parts = [
        *(_phrases()["streams"].get(name, name) for name in rule.streams),
        *(KINDS[kind] for kind in rule.kinds),
        *classes,
    ]
    return "、".join(parts) or _phrases()["everybody"]


def _event(name: str) -> str:
    return _phrases()["events"].get(name) or STEPS.get(name, name)


def _flow_name(step: str) -> str:
    name, _, which = step.partition("/")
    kind = KINDS.get(which) or _phrases()["streams"].get(which, which)
    return f"{_event(name)}（{kind}）" if which else _event(name)


def _step(rule: shapes.StepRule, book: Rulebook) -> str:
    needs = "、".join(_phrases()["needs"].get(name, name) for name in rule.needs)
    line = fill(_phrases()["step"], {"step": STEPS[rule.step]})
    line += fill(_phrases()["step_needs"], {"needs": needs}) if needs else ""
    return line + "".join(_more_of_step(rule))


def _more_of_step(rule: shapes.StepRule) -> Iterator[str]:
    lists = {"criteria": CRITERIA, "grounds": APPEAL_GROUNDS, "marks": MARKS}
    for name, titles in lists.items():
        chosen = getattr(rule, name)
        if chosen:
            yield fill(_phrases()[f"step_{name}"], {name: "、".join(titles[each] for each in chosen)})
    if rule.reserved:
        yield str(_phrases()["step_reserved"])


def _clause(rule: shapes.Clause, book: Rulebook) -> str:
    steps = "、".join(STEPS[step] for step in rule.steps)
    line = fill(_phrases()["clause"], {"cites": rule.cites, "words": rule.words, "steps": steps})
    return line + (str(_phrases()["clause_quarantine"]) if rule.quarantine else "")


def _class(rule: shapes.CaseClass, book: Rulebook) -> str:
    line = fill(_phrases()["class"], {"title": rule.title, "words": rule.words})
    return line + (_phrases()["class_default"] if rule.default else "")


def _extension(rule: shapes.Extension, book: Rulebook) -> str:
    words = _phrases()
    measured = words[f"measured_{rule.measured}"]
    most = fill(words["most"], {"measured": measured, "most": rule.most}) if rule.most else words["no_most"]
    consent = fill(words["consent"], {"role": rule.consent}) if rule.consent else words["no_consent"]
    return fill(words["extension"], {"most": most, "consent": consent})


def _material(rule: shapes.Material, book: Rulebook) -> str:
    return fill(_phrases()["material_needed" if rule.needed else "material"], {"title": rule.title})


def _answer(rule: shapes.Answer, book: Rulebook) -> str:
    words = _phrases()
    must = "、".join(words["needs"].get(name, name) for name in rule.must)
    asked = "、".join(words["needs"].get(name, name) for name in rule.asked)
    parts = [fill(words["answer"], {"must": must or words["anything"]})]
    parts += [words["answer_verdict"]] if rule.verdict else []
    parts += [fill(words["answer_asked"], {"asked": asked})] if asked else []
    return "".join([*parts, *([words["answer_plan"]] if rule.plan else [])])


def _caution(rule: shapes.Caution, book: Rulebook) -> str:
    steps = "、".join(STEPS[step] for step in rule.steps)
    return fill(_phrases()[f"caution_{rule.about}"], {"steps": steps})


def _demand(rule: shapes.Demand, book: Rulebook) -> str:
    return fill(_phrases()["demand"], {"mark": MARKS[rule.mark], "title": rule.title})


def _hand_over(rule: shapes.HandOver, book: Rulebook) -> str:
    return fill(_phrases()["hand_over"], {"to": rule.to, "days": rule.days})


def _office(rule: shapes.OfficeRule, book: Rulebook) -> str:
    return str(_phrases()["office_chief"]) if rule.chief else ""


def _revisit(rule: shapes.Revisit, book: Rulebook) -> str:
    return fill(_phrases()["revisit"], {"who": _phrases()[f"holder_{rule.who}"], "attempts": rule.attempts})


def _invalid(rule: shapes.Invalid, book: Rulebook) -> str:
    verdicts = "、".join(VERDICTS[name] for name in rule.verdicts)
    return fill(_phrases()["invalid"], {"verdicts": verdicts, "word": rule.word})


def _form(rule: shapes.FormRule, book: Rulebook) -> str:
    return fill(_phrases()["form"], {"title": rule.title})


def _report(rule: shapes.ReportRule, book: Rulebook) -> str:
    return fill(
        _phrases()["report"],
        {"period": _phrases()["periods"].get(rule.period, rule.period), "month": rule.month, "day": rule.day},
    )


def _scope(rule: shapes.Scope, book: Rulebook) -> str:
    kinds = "、".join(KINDS[kind] for kind in rule.kinds) or _phrases()["everybody"]
    return fill(_phrases()["scope"], {"kinds": kinds})


def _admission(rule: shapes.Admission, book: Rulebook) -> str:
    return fill(_phrases()["admission"], {"name": rule.name, "words": rule.words})


SAYS: Mapping[type[Any], Any] = {
    shapes.Admission: _admission,
    shapes.ClockRule: _clock,
    shapes.StepRule: _step,
    shapes.Clause: _clause,
    shapes.CaseClass: _class,
    shapes.Extension: _extension,
    shapes.Material: _material,
    shapes.Answer: _answer,
    shapes.Caution: _caution,
    shapes.Demand: _demand,
    shapes.HandOver: _hand_over,
    shapes.OfficeRule: _office,
    shapes.Revisit: _revisit,
    shapes.Invalid: _invalid,
    shapes.FormRule: _form,
    shapes.ReportRule: _report,
    shapes.Scope: _scope,
}


@cache
def _phrases() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))

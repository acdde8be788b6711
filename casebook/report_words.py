"""Reports in words: titles, rates, lists, in the sentences of report_words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from casebook.law import Law
from casebook.periods import Span
from casebook.terms import CHANNELS, KINDS, VERDICTS
from casebook.wording import fill

FILE = Path(__file__).with_name("report_words.toml")
MOST_NUMBERS = 20  # in a message; the rest stands in the console
RATES_OF_UNIT = ("complaint_rate", "on_time_rate", "revisit_satisfaction_rate")
COUNTED = ("filed", "concluded", "open", "overdue")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The whole file: chapter → key → words."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def word(chapter: str, key: str) -> str:
    """The word; the key itself where a rulebook brings one that has none."""
    return words().get(chapter, {}).get(key, key)


def piece(key: str, /, **facts: Any) -> str:
    return fill(words()["piece"][key], {key: str(value) for key, value in facts.items()})


def text(name: str, facts: Mapping[str, Any]) -> str:
    """One message. Numbers that are nought are said; what is not given leaves its line out."""
    return fill(words()["text"][name], {key: str(value) for key, value in facts.items() if value not in (None, "")})


def span_words(span: Span) -> str:
    return f"{day(span.since)}至{day(span.until)}"


def day(of: date) -> str:
    return f"{of.year}年{of.month}月{of.day}日"


def percent(top: int, bottom: int) -> str:
    return f"{top / bottom:.2%}".replace(".00%", "%")


def rate(name: str, top: int, bottom: int | None, missing: str | None = None) -> str:
    """被投诉率 3/120＝2.5%; without a divisor what is counted and why there is no rate."""
    title = word("figure", name)
    if bottom is None:
        return piece("rate_unknown", name=title, top=top, why=word("missing", missing or "services_handled"))
    if not bottom:
        return piece("rate_empty", name=title)
    return piece("rate", name=title, top=top, bottom=bottom, rate=percent(top, bottom))


def rates(figures: Iterable[Mapping[str, Any]]) -> str:
    """The rates of a body, a line each; those that count nothing are left out."""
    said = (row for row in figures if row["denominator"] or row["numerator"])
    return "\n".join(rate(row["figure"], row["numerator"], row["denominator"], row["missing"]) for row in said)


def unit_lines(units: Iterable[Mapping[str, Any]]) -> str:
    """A line for each unit that had anything to do."""
    return "\n".join(_unit_line(unit) for unit in units if any(unit["counts"][name] for name in COUNTED))


def _unit_line(unit: Mapping[str, Any]) -> str:
    parts = {name: unit["rates"][name] for name in RATES_OF_UNIT}
    said = [rate(name, **_parts(row)) for name, row in parts.items() if row["denominator"] or row["numerator"]]
    return piece("unit", unit=unit["unit"], rates="；".join(said) or "—", **unit["counts"])


def contents(body: Mapping[str, Any], law: Law) -> str:
    """What it was about: 类型：投诉 3、建议 1；渠道：…"""
    classes = {item.name: item.title for item in law.rulebook.classes}
    titles = {"kind": KINDS, "class": classes, "channel": CHANNELS, "verdict": VERDICTS}
    parts = []
    for name in titles:
        tally = sorted(body["contents"][name].items(), key=lambda item: (-item[1], item[0]))
        said = "、".join(f"{titles[name].get(key, key)} {count}" for key, count in tally)
        parts += [f"{word('contents', name)}：{said}"] if said else []
    return "；".join(parts)


def _parts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"top": row["numerator"], "bottom": row["denominator"]}


def numbers(cases: Sequence[str]) -> str:
    """The case numbers, the first ones where there are many; "" for none."""
    if len(cases) <= MOST_NUMBERS:
        return "、".join(cases)
    return piece("more", numbers="、".join(cases[:MOST_NUMBERS]), count=len(cases))


def honours(rows: Sequence[Mapping[str, Any]], more_than: int) -> str:
    if not rows:
        return piece("honours_none", more_than=more_than)
    lines = [piece("honours_head", more_than=more_than)]
    for row in rows:
        counted = {name: len(row[name]) for name in ("substantiated", "partly", "late")}
        lines.append(piece("honours", name=row["name"], **counted))
    return "\n".join(lines)


def corrections(rows: Sequence[Mapping[str, Any]], period: str) -> str:
    """What the report on the period before would say otherwise today; "" for nothing."""
    lines = [
        piece(
            "correction",
            figure=word("figure", row["figure"]),
            period=period,
            added=len(row["added"]),
            removed=len(row["removed"]),
        )
        for row in rows
        if row["part"] == "numerator" or row["added"]
    ]
    return "\n".join([piece("corrections"), *lines]) if lines else ""

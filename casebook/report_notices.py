"""Who hears of a report, and in which words.

A bulletin goes to the supervisors, who pass it on; a report that units hand in is asked for in each unit's room; one
that the body sends upward is prepared for the dispatchers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from casebook import report_words as say
from casebook.case import Notice
from casebook.law import Law
from casebook.reports import Given, Occasion, rule_of

COUNTS = ("filed", "merged", "concluded", "open", "overdue", "reworked", "urged", "supervised")


def given(occasion: Occasion, body: Mapping[str, Any], law: Law, **more: str) -> Iterator[Notice]:
    """The report itself: a bulletin, or what is to be sent upward."""
    message, to = ("periodic_report", "dispatchers") if occasion.due else ("bulletin", "supervisors")
    yield notice(occasion, to, message, given_text(occasion, body, law, **more))
    if occasion.rule.report == "honours":
        yield from _to_leaders(occasion, body["honours"], law)


def _to_leaders(occasion: Occasion, rows: Sequence[Mapping[str, Any]], law: Law) -> Iterator[Notice]:
    """To the leader of each listed unit, or of the unit a listed person works in: what follows is theirs to decide."""
    for unit in law.jurisdiction.units:
        listed = [row for row in rows if any(word in row["name"] for word in (unit.name, *unit.aliases) if word)]
        if listed and unit.leader:
            text = say.honours(listed, law.read.honours_more_than)
            yield notice(occasion, f"leader:{unit.leader}@{unit.name}", "bulletin", text)


def given_text(occasion: Occasion, body: Mapping[str, Any], law: Law, **more: str) -> str:
    """The whole report in words. `more`: `not_reported`, `corrections`."""
    honours = ""
    if occasion.rule.report == "honours":
        honours = say.honours(body["honours"], law.read.honours_more_than)
    lists = {f"{name}_list": say.numbers(body.get(name, ())) for name in ("overdue", "supervised", "major", "failings")}
    facts = {"rates": say.rates(body["figures"]), "contents": say.contents(body, law)}
    facts |= {"units": say.unit_lines(body["units"]), "honours": honours}
    return say.text("given", {**_head(occasion), **_counts(body), **facts, **lists, **more})


def asked(occasion: Occasion, bodies: Mapping[str, Mapping[str, Any]], law: Law) -> Iterator[Notice]:
    """To every unit: its own figures, and by when to hand them in."""
    for unit, body in bodies.items():
        rates, contents = say.rates(body["figures"]), say.contents(body, law)
        facts = {**_head(occasion), **_counts(body), "rates": rates, "contents": contents}
        yield notice(occasion, f"unit:{unit}", "periodic_report", say.text("asked", facts))


def reminded(occasion: Occasion, units: Sequence[str]) -> Iterator[Notice]:
    """To the units that have not handed in theirs, or to those who send it upward."""
    name = "remind" if occasion.rule.by == "unit" else "remind_area"
    for to in [f"unit:{unit}" for unit in units] if occasion.rule.by == "unit" else ["dispatchers"]:
        yield notice(occasion, to, "periodic_report", say.text(name, _head(occasion)))


def missed(occasion: Occasion, missing: Sequence[str], handed_in: int) -> Iterator[Notice]:
    """To the body: who did not report."""
    facts = {**_head(occasion), "not_handed_in": "、".join(missing), "handed_in": handed_in}
    name = "missing" if missing else "all_in"
    yield notice(occasion, "dispatchers", "periodic_report", say.text(name, facts))


def passed_on(given: Given, law: Law, units: Sequence[str]) -> list[Notice]:
    """A bulletin once more, to each of the units: passed on by a person."""
    rule = rule_of(law, given.report)
    if rule is None:
        return []
    occasion = Occasion(rule, given.span, "passed_on", given.at)
    text = given_text(occasion, given.body, law)
    return [notice(occasion, f"unit:{unit}", "bulletin", text) for unit in units]


def notice(occasion: Occasion, to: str, message: str, text: str) -> Notice:
    facts = {"report": occasion.rule.report, "period": occasion.span.name, "cites": occasion.rule.cites}
    return Notice(f"{occasion.key}/{to}", to, message, occasion.at, None, facts, {"text": text})


def _head(occasion: Occasion) -> dict[str, Any]:
    last_day = say.day(occasion.due) if occasion.due else None
    to = say.word("to", occasion.rule.to)
    title = say.word("title", occasion.rule.report)
    return {"title": title, "span": say.span_words(occasion.span), "last_day": last_day, "to": to}


def _counts(body: Mapping[str, Any]) -> dict[str, int]:
    return {name: body["counts"][name] for name in COUNTS}

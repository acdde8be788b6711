"""What an answer still lacks before it leaves: one line each with what to do, some of them in its way.

In its way stand what the rulebook demands and what must not be told; the rest warns, for a person may know better.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from casebook.case import Case
from casebook.facts import lacking_papers
from casebook.law import Law
from casebook.likeness import covered, likeness
from casebook.redact import ID_LIKE, ID_NUMBER, redact_number, redact_phone
from casebook.terms import MARKS

MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)", re.ASCII)
FIELDS = {
    "findings": "调查核实",
    "process": "处理过程",
    "measures": "整改措施",
    "results": "整改结果",
    "key_points": "答复要点",
    "basis": "依据",
}
# An ask of which less than this stands in the answer is shown; people answer in other words, so it only warns.
SAID, SAME_ANSWER, SAME_MATTER = 0.15, 0.85, 0.4
SHORT = 12
# Where a copied answer is looked for: among the unit's own of the last months.
ANSWERED, EARLIER, LOOK_BACK = ("answered", "closed"), 20, timedelta(days=90)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an answer. `blocks`: it does not leave like this."""

    code: str
    words: str
    blocks: bool = False


@dataclass(frozen=True)
class Earlier:
    """An answer given before, and the matter it was given to."""

    number: str
    matter: str
    answer: str


def faults(case: Case, given: Mapping[str, Any], law: Law, earlier: Sequence[Earlier] = ()) -> tuple[Fault, ...]:
    """Everything wrong with this answer to this case, what stands in its way first."""
    if given.get("no_answer"):
        return ()
    text = answer_text(given)
    found = [
        *_missing(case, given, law),
        *_contact(case, text, law),
        *_personal(case, text, law),
        *_empty(text),
        *_papers(case, law),
        *_planned(case, given, text, law),
        *_asks(case, text),
        *_copied(case, text, earlier),
    ]
    return tuple(sorted(found, key=lambda fault: not fault.blocks))


def word_faults(case: Case, step: str, given: Mapping[str, Any], law: Law) -> tuple[Fault, ...]:
    """What is wrong with the words written at any other step, where an article wants them looked through."""
    text = "\n".join(str(given[name]) for name in ("text", "reason") if given.get(name))
    found = [*_promised(step, text, law), *_identified(case, step, text, law)]
    return tuple(sorted(found, key=lambda fault: not fault.blocks))


def _promised(step: str, text: str, law: Law) -> Iterator[Fault]:
    rule = law.rulebook.looked_through(step, "promise")
    said = next((words for words in _phrases()["promises"] if words in text), "") if rule else ""
    if rule and said:
        yield _fault("promise", shown=said, cites=rule.cites)


def _identified(case: Case, step: str, text: str, law: Law) -> Iterator[Fault]:
    rule, filing = law.rulebook.looked_through(step, "identity"), case.filing
    if rule is None:
        return
    own = [each for each in (filing.name, filing.phone, filing.id_number, filing.address) if len(each) > 1]
    told = [each for each in own if each in text] + _numbers(text)
    if told:
        yield _fault("told_filer", blocks=True, shown="、".join(map(_starred, dict.fromkeys(told))), cites=rule.cites)
    for phone in _phones(text, law):
        if phone not in told:
            yield _fault("told_phone", shown=redact_phone(phone), cites=rule.cites)


def _starred(value: str) -> str:
    return value[0] + "*" * (len(value) - 1)


def check(book: Any, case: Case, step: str, given: Mapping[str, Any], law: Law, at: datetime) -> tuple[Fault, ...]:
    """The same for any step, the unit's own answers of the last months looked up in the open transaction."""
    if step != "resolve":
        return word_faults(case, step, given, law)
    numbers = book.numbers(state=ANSWERED, unit=case.lead_unit, limit=EARLIER, filed_from=at - LOOK_BACK)
    others = [book.load(number) for number in numbers if number != case.number]
    earlier = [Earlier(each.number, each.filing.text, answer_text(_last_answer(each))) for each in others]
    return faults(case, given, law, earlier)


def _last_answer(case: Case) -> Mapping[str, Any]:
    return next((entry.private for entry in reversed(case.history) if entry.step == "resolve"), {})


def answer_text(given: Mapping[str, Any]) -> str:
    """All that the answer says, as one text."""
    return "\n".join(str(given[name]).strip() for name in FIELDS if given.get(name))


def _missing(case: Case, given: Mapping[str, Any], law: Law) -> Iterator[Fault]:
    rule = law.rulebook.answer(case.kind)
    for name in (*rule.must, *rule.asked):
        if not str(given.get(name) or "").strip():
            code = name if name in rule.asked else "missing"
            yield _fault(code, blocks=True, title=FIELDS.get(name, name))
    if rule.verdict and not given.get("verdict"):
        yield _fault("verdict", blocks=True)


def _contact(case: Case, text: str, law: Law) -> Iterator[Fault]:
    if any(entry.step == "contact" for entry in case.history):
        return
    rule = law.rulebook.step("resolve")
    if rule and "contact" in rule.after and law.read.contact_before_resolve and not case.filing.anonymous:
        yield _fault("contact_missing", blocks=True)
    elif any(words in text for words in _phrases()["contact"]):
        yield _fault("contact_claimed")


def _personal(case: Case, text: str, law: Law) -> Iterator[Fault]:
    filing = case.filing
    for number in _numbers(text):
        yield _fault("id_number", blocks=True, shown=redact_number(number))
    own = re.sub(r"\D", "", filing.phone)
    for phone in _phones(text, law):
        if phone != own:
            yield _fault("phone", shown=redact_phone(phone))
    if filing.anonymous or filing.confidential:
        told = [value for value in (filing.name, filing.phone, filing.address) if len(value) > 1 and value in text]
        if told:
            yield _fault("filer", blocks=True, shown="、".join("*" * len(value) for value in told))


def _phones(text: str, law: Law) -> list[str]:
    """The mobile numbers in the text that are not the office's own."""
    public = {re.sub(r"\D", "", unit.phone) for unit in law.jurisdiction.units} | {law.jurisdiction.phone}
    found = dict.fromkeys(re.sub(r"\D", "", number) for number in MOBILE.findall(text))
    return [phone for phone in found if phone not in public]


def _papers(case: Case, law: Law) -> Iterator[Fault]:
    for demand in lacking_papers(case, law):
        yield _fault("paper", mark=MARKS[demand.mark], title=demand.title, cites=demand.cites)


def _numbers(text: str) -> list[str]:
    found = [match[0] for pattern in (ID_NUMBER, ID_LIKE) for match in pattern.finditer(text)]
    return [number for number in dict.fromkeys(found) if len(re.sub(r"[^0-9Xx]", "", number)) >= 15]


def _empty(text: str) -> Iterator[Fault]:
    """Polite words and "passed on" alone are no answer."""
    left = _without_empty(text)
    if (
        text
        and len(re.sub(r"\W", "", left)) < SHORT
        and len(re.sub(r"\W", "", text)) - len(re.sub(r"\W", "", left)) >= 4
    ):
        yield _fault("template_only", blocks=True)


def _without_empty(text: str) -> str:
    for words in sorted(_phrases()["phrases"], key=len, reverse=True):
        text = text.replace(words, "")
    return text


def _planned(case: Case, given: Mapping[str, Any], text: str, law: Law) -> Iterator[Fault]:
    """Results, or where none are told the whole answer, that say what is going to be done and nothing that was: where
    an answer may be a plan it says so itself."""
    words = _phrases()
    text = _without_empty(str(given.get("results") or text))
    if given.get("plan") or not any(each in text for each in words["planned"]):
        return
    if not any(each in text for each in words["done"]):
        yield _fault("plan_allowed" if law.rulebook.answer(case.kind).plan else "plan")


def _asks(case: Case, text: str) -> Iterator[Fault]:
    for ask in asks(case.filing.request):
        if text and covered(ask, text) < SAID:
            yield _fault("ask", ask=ask)


def asks(request: str) -> list[str]:
    """The single things a request asks for."""
    parts = (part.strip() for part in re.split(r"[，,。；;、！!\n]|并且|以及|同时", request))
    return [bare for part in parts if len(bare := _without_opening(part)) >= 2]


def _without_opening(part: str) -> str:
    opening = next((words for words in _phrases()["opening"] if part.startswith(words)), "")
    return _without_opening(part[len(opening) :]) if opening else part


def _copied(case: Case, text: str, earlier: Sequence[Earlier]) -> Iterator[Fault]:
    for other in earlier:
        alike = likeness(text, other.answer) >= SAME_ANSWER
        if alike and other.number != case.number and likeness(case.filing.text, other.matter) < SAME_MATTER:
            yield _fault("copied", number=other.number)
            return


def _fault(code: str, blocks: bool = False, **facts: str) -> Fault:
    return Fault(code, str(_table()[code]).format(**facts), blocks)


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("answering.toml").read_text(encoding="utf-8"))


def _phrases() -> Mapping[str, list[str]]:
    phrases: Mapping[str, list[str]] = _table()["empty_words"]
    return phrases

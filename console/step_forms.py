"""What each step asks for on a page (`steps.toml`), with the choices the rulebook and the office give, and how the
filled form becomes the facts of a command."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData

from casebook.case import Case
from casebook.law import Law
from casebook.terms import APPEAL_GROUNDS, BY_STEPS, CRITERIA, KINDS, MARKS, SCORES, VERDICTS
from console.labels import SYSTEMS, said

# Longer than any answer letter seen; a pasted book is a mistake.
LONGEST = 8000
MORE = "_more"
# Only a unit likelier right than wrong stands in the form beforehand; otherwise a hasty hand would dispatch a guess.
SURE = 0.5
Choices = tuple[tuple[str, str], ...]


class BadForm(Exception):
    """A field cannot be read. The message is the sentence for the person."""


@dataclass(frozen=True)
class Field:
    """One thing a step asks for. `chosen` is what stands in it at first."""

    name: str
    label: str
    kind: str
    needed: bool = False
    choices: Choices = ()
    chosen: str = ""


@cache
def forms() -> Mapping[str, tuple[Field, ...]]:
    """Step → its fields, without choices."""
    table = tomllib.loads(Path(__file__).with_name("steps.toml").read_text(encoding="utf-8"))
    return {step: tuple(Field(**field) for field in asked["fields"]) for step, asked in table.items()}


def form_of(step: str, case: Case, law: Law) -> tuple[Field, ...]:
    """The step's fields for this case: those of a kind that its rulebook does not ask for are left out."""
    fields = (_filled(field, step, case, law) for field in forms()[step])
    return tuple(_as_the_rulebook_asks(field, step, case, law) for field in fields if _is_asked(field, step, case, law))


def _is_asked(field: Field, step: str, case: Case, law: Law) -> bool:
    answer = law.rulebook.answer(case.kind)
    if step == "resolve":
        only = {"plan": answer.plan, "key_points": "key_points" in answer.must, "basis": "basis" in answer.asked}
        return only.get(field.name, True)
    return field.name not in ("criteria", "ground") or bool(field.choices)


def _as_the_rulebook_asks(field: Field, step: str, case: Case, law: Law) -> Field:
    """Of an answer just what the rulebook wants must be filled in; where it wants nothing special, what was found."""
    if step != "resolve":
        return field
    answer = law.rulebook.answer(case.kind)
    wanted = {*(answer.must or ("findings",)), *answer.asked, *(("verdict",) if answer.verdict else ())}
    return replace(field, needed=field.name in wanted)


def facts_of(step: str, form: FormData) -> dict[str, Any]:
    """The facts a filled form gives. Raises BadForm."""
    facts = {field.name: _read(field, form) for field in forms()[step]}
    if facts.pop("unreached", False):
        facts["reached"] = False
    facts |= dict.fromkeys(facts.pop("criteria", None) or (), False)
    kept = ("reached", *CRITERIA)
    return {name: value for name, value in facts.items() if value not in ("", None, False, []) or name in kept}


def _read(field: Field, form: FormData) -> Any:
    text = str(form.get(field.name) or "").strip()
    if len(text) > LONGEST:
        raise BadForm(said("too_long", label=field.label, most=LONGEST))
    if field.kind == "flag":
        return bool(text)
    if field.kind in ("days", "score"):
        return _number(text)
    if field.kind in ("units", "marks"):
        more = [str(value) for value in form.getlist(field.name + MORE)]
        return [name for name in dict.fromkeys([text, *more]) if name]
    if field.kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        raise BadForm(said("bad_days"))
    return int(text)


def _filled(field: Field, step: str, case: Case, law: Law) -> Field:
    choices = CHOICES.get("criteria" if field.name == "criteria" else field.kind)
    if choices is None:
        return field
    found = choices(step, case, law)
    return replace(field, choices=found, chosen=_chosen(field, case, found))


def _chosen(field: Field, case: Case, choices: Choices) -> str:
    """What the reader proposed, or what the case has, where that is a choice."""
    proposal = case.filing.proposal
    name, chance = (proposal.get("departments") or ((None, 0.0),))[0]
    unit = name if chance >= SURE else None
    first = {"units": unit, "clause": proposal.get("clause"), "class": case.case_class}.get(field.kind)
    return str(first) if first in dict(choices) else ""


def _units(step: str, case: Case, law: Law) -> Choices:
    return tuple((unit.name, unit.name) for unit in law.jurisdiction.units if not unit.central)


def _clauses(step: str, case: Case, law: Law) -> Choices:
    fitting = (clause for clause in law.rulebook.clauses if step in clause.steps)
    fitting = (clause for clause in fitting if not clause.kinds or case.kind in clause.kinds)
    return tuple((clause.clause, f"{clause.cites} {clause.words}") for clause in fitting)


def _classes(step: str, case: Case, law: Law) -> Choices:
    return tuple((item.name, item.title) for item in law.rulebook.classes)


def _listed(law: Law, step: str, which: str, titles: Mapping[str, str]) -> Choices:
    rule = law.rulebook.step(step)
    return tuple((name, titles[name]) for name in getattr(rule, which, ()))


CHOICES: Mapping[str, Callable[[str, Case, Law], Choices]] = {
    "units": _units,
    "unit": _units,
    "clause": _clauses,
    "class": _classes,
    "verdict": lambda step, case, law: tuple(VERDICTS.items()),
    "kind": lambda step, case, law: tuple((kind, title) for kind, title in KINDS.items() if kind != "rating"),
    "marks": lambda step, case, law: tuple((mark, title) for mark, title in MARKS.items() if mark not in BY_STEPS),
    "criteria": lambda step, case, law: _listed(law, step, "criteria", CRITERIA),
    "ground": lambda step, case, law: _listed(law, step, "grounds", APPEAL_GROUNDS),
    "score": lambda step, case, law: tuple((str(score), words) for score, words in SCORES.items()),
    "system": lambda step, case, law: tuple(SYSTEMS.items()),
}

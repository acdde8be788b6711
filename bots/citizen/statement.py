"""Turns what a citizen says into a draft, and later words into additions or corrections of it.

The citizen's own words are kept as they were said (Yunnan Art. 9: 如实记录); only ID numbers are covered in them, for
those have a sealed place of their own. What was said once is not asked again; what is said later wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bots.citizen.answers import Answer, find
from bots.citizen.corrections import (
    SHORTEST_ADDITION,
    WINDOW,
    after_correction,
    is_correction,
    kind_in,
    named_field,
    replaced,
    window_in,
)
from bots.citizen.services import service_in
from bots.heard import clean, command, mentions, simple
from bots.talk import Draft, Here, Reading
from bots.values import replace
from bots.wording import any_phrase
from casebook.redact import ID_LIKE, ID_NUMBER, redact_number

CLAUSE = re.compile(r"[，,。；;！!？?\n]+")
KEPT_FIELDS = ("organisation", "staff_name", "place", "event_time", "event_time_text", "receipt_number")
FILED_KINDS = {"consultation": "consultation", "suggestion": "suggestion", "praise": "suggestion"}


@dataclass(frozen=True)
class Merged:
    """The draft after a statement, and the keys of what should be said about it, with their facts."""

    draft: Draft
    notes: tuple[tuple[str, Mapping[str, str]], ...] = ()


def begin(text: str, media: tuple[str, ...], reading: Reading | None, here: Here) -> Merged:
    """A new draft from the first statement; a whole story may already stand in it."""
    known = fields_of(reading, text)
    kind = kind_of(reading, text)
    draft = Draft(
        kind=kind,
        text=covered(text),
        request=request_in(text) if kind == "complaint" else "",
        evidence=media,
        anonymous=_unnamed(text, before=False),
        confidential=_says("confidential", text),
        skipped=_not_to_be_had(text),
        service=_service(here, text),
        fields=kept_fields(known),
        proposal=proposal(reading),
    )
    return _fill(draft, find(text, (), known), here, corrects=False)


def kind_of(reading: Reading | None, text: str) -> str:
    """What is filed: the reader's kind, but a consultation that asks nothing is a complaint."""
    kind = FILED_KINDS.get(reading.kind, "complaint") if reading else "complaint"
    asks = mentions("question", "sure", text) or mentions("question", "asks", text)
    return "complaint" if kind == "consultation" and not asks else kind


def _kind_after(draft: Draft, reading: Reading, text: str) -> str:
    """The kind once the matter is told: what the citizen called it, unless the words are plainly another."""
    kind = kind_of(reading, text)
    return draft.kind if kind == "complaint" else kind


def add(
    draft: Draft,
    text: str,
    media: tuple[str, ...],
    asking: tuple[str, ...],
    reading: Reading | None,
    here: Here,
    *,
    corrects: bool = False,
) -> Merged:
    """The draft after one more statement, `asking` being what had been asked for."""
    known = fields_of(reading, text)
    instead = replaced(draft, text)
    corrects = corrects or bool(instead) or is_correction(text)
    named = named_field(text) if corrects else ""
    wanted = (named,) if named else asking
    answer = Answer(instead) if instead else find(after_correction(text) if corrects else text, wanted, known)
    draft = replace(
        draft,
        evidence=tuple(dict.fromkeys((*draft.evidence, *media))),
        anonymous=_unnamed(text, before=draft.anonymous),
        confidential=draft.confidential or _says("confidential", text),
        skipped=tuple(dict.fromkeys((*draft.skipped, *_not_to_be_had(text)))),
        service=draft.service or _service(here, text),
        fields={**kept_fields(known), **draft.fields},
    )
    if "text" in asking and reading is not None:
        draft = replace(draft, proposal=proposal(reading), kind=_kind_after(draft, reading, text))
    if draft.kind == "complaint" and not draft.request and "request" not in answer.values:
        draft = replace(draft, request=request_in(answer.rest))
    merged = _fill(draft, answer, here, corrects=corrects or "respondent" in asking, window=window_in(text))
    return replace(merged, draft=_with_words(merged.draft, text, answer, asking, corrects))


def _service(here: Here, text: str) -> str:
    """The service applied for, where the rulebook asks for it."""
    return service_in(text) if any(material.field == "service" for material in here.materials) else ""


def _unnamed(text: str, *, before: bool) -> bool:
    """Whether the citizen will not be named, as last said."""
    if _says("named", text):
        return False
    return before or _says("anonymous", text)


def _says(how: str, text: str) -> bool:
    """Whether the text says so anywhere in its words, or with a clause of its own ("那保密，…")."""
    return mentions("draft", how, text) or any(command(clause) == how for clause in CLAUSE.split(text))


def _not_to_be_had(text: str) -> tuple[str, ...]:
    """What the citizen says there is none of, so that it is not asked for."""
    return ("phone",) if mentions("draft", "no_phone", text) else ()


def put(draft: Draft, name: str, text: str, here: Here) -> Merged:
    """The draft with one field set to what was typed for it."""
    if name == "kind":
        return Merged(replace(draft, kind=kind_in(text) or draft.kind))
    if name in ("text", "request", "respondent", "address", "service"):
        typed: dict[str, Any] = {name: covered(text)}
        return Merged(replace(draft, **typed))
    answer = find(text, (name,), {})
    if name == "name" and "name" not in answer.values:
        answer = Answer({"name": clean(text)[:40]})
    if name not in answer.values and not answer.wrong:
        answer = Answer(answer.values, (name,))
    return _fill(draft, answer, here, corrects=True)


def fields_of(reading: Reading | None, text: str) -> dict[str, Any]:
    """The reader's fields; the name in the characters it was written in, which the reader makes simple."""
    known = dict(reading.fields) if reading else {}
    name, folded = known.get("name"), simple(text)
    if isinstance(name, str) and name not in text and name in folded and len(folded) == len(text):
        known["name"] = text[folded.index(name) :][: len(name)]
    return known


def proposal(reading: Reading | None) -> Mapping[str, Any]:
    """What the machine thinks of a statement, for the dispatcher: never a decision."""
    if reading is None:
        return {}
    return {
        "verdict": reading.verdict,
        "ground": reading.ground,
        "clause": reading.clause,
        "departments": [[name, round(float(chance), 4)] for name, chance in reading.departments],
        "kind": reading.kind,
        "why": _routing_words(reading),
    }


def _routing_words(reading: Reading) -> str:
    """The words that spoke for the units, as the reader tells them ("route UNIT 0.93: word、word"): the first unit's
    alone, the others' behind their names."""
    told = [why.removeprefix("route ") for why in getattr(reading, "why", ()) if why.startswith("route ")]
    parts = [(head.rpartition(" ")[0], words) for head, _, words in (line.partition(": ") for line in told)]
    said = [words if not place else f"{unit}：{words}" for place, (unit, words) in enumerate(parts)]
    return "；".join(line for line, (_, words) in zip(said, parts, strict=True) if not words.isascii())


def covered(text: str) -> str:
    """The text without odd characters and with ID numbers covered."""
    text = ID_NUMBER.sub(lambda found: redact_number(found[0]), clean(text))
    return ID_LIKE.sub(lambda found: redact_number(re.sub(r"[ -]", "", found[0])), text)


def kept_fields(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: known[name] for name in KEPT_FIELDS if known.get(name)}


def request_in(text: str) -> str:
    """The clauses that say what is wanted; "" if none does."""
    wanted = any_phrase("draft", "request")
    clauses = [clause.strip() for clause in CLAUSE.split(text)] if wanted.search(text) else []
    return "，".join(clause for clause in clauses if wanted.search(clause))[:200]


def _fill(draft: Draft, answer: Answer, here: Here, *, corrects: bool, window: str = "") -> Merged:
    notes: list[tuple[str, Mapping[str, str]]] = []
    changes: dict[str, Any] = {}
    for name, value in answer.values.items():
        old = getattr(draft, name)
        if name == "id_number" and not here.may_take_id:
            notes.append(("note.id_not_here", {}))
        elif (name == "respondent" and old and not corrects) or (name == "request" and not value):
            continue
        else:
            changes[name] = _joined(old, value) if name == "respondent" else value
    if corrects and window and draft.respondent and "respondent" not in changes:
        changes["respondent"] = _joined(draft.respondent, window)
    notes += [_changed(name, value, here) for name, value in changes.items() if getattr(draft, name) not in ("", value)]
    notes += [(f"note.wrong_{name}", {}) for name in answer.wrong if name != "id_number" or here.may_take_id]
    if "id_number" in answer.wrong and not here.may_take_id:
        notes.append(("note.id_not_here", {}))
    if "respondent" in changes:
        changes["fields"] = {**draft.fields, "organisation": changes["respondent"]}
    return Merged(replace(draft, **changes), tuple(notes))


def _joined(old: str, new: str) -> str:
    """ "市不动产登记中心3号窗口" and "8号窗口" make "市不动产登记中心8号窗口"."""
    window = WINDOW.fullmatch(new)
    if not old or not window:
        return new
    return WINDOW.sub(new, old) if WINDOW.search(old) else old + new


def _changed(name: str, value: str, here: Here) -> tuple[str, Mapping[str, str]]:
    shown = redact_number(value) if name == "id_number" else value
    return ("note.changed", {"field": here.words(f"field.{name}"), "value": shown})


def _with_words(draft: Draft, text: str, answer: Answer, asking: tuple[str, ...], corrects: bool) -> Draft:
    """The draft with the statement's own words added, unless they only answered a question or corrected a field."""
    if "text" in asking:
        return replace(draft, text=_appended(draft.text, text), request=draft.request or request_in(text))
    said_all = bool(answer.values) and "respondent" not in answer.values
    adds = not said_all if corrects else len(answer.rest) >= SHORTEST_ADDITION
    return replace(draft, text=_appended(draft.text, text)) if adds else draft


def _appended(old: str, new: str) -> str:
    return f"{old}\n{covered(new)}".strip()

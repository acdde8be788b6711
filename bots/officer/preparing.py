"""What a step needs, what of it is there, and the question for the next thing missing.

Steps that reach a citizen or cannot be taken back are shown as understood and wait for 确认发送.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bots.message import Button, Reply
from bots.officer.room import OfficerView, RoomView
from bots.officer.said import elements, facts, verdict
from bots.officer.said_parts import DATE, DAYS, REASON_LEAD, units_in, until_in
from bots.wording import Words
from casebook.answering import Fault
from casebook.terms import BY_STEPS, FAILINGS, KINDS, MARKS, SCORES, STEPS, VERDICTS

NEEDS: Mapping[str, tuple[str, ...]] = {
    "decline": ("clause", "reason"),
    "refuse": ("clause", "reason"),
    "terminate": ("clause", "reason"),
    "hand_back": ("reason",),
    "dispatch": ("to",),
    "designate": ("to",),
    "extend": ("days", "reason"),
    "reclassify": ("class",),
    "supervise": ("text",),
    "contact": ("text",),
    "rectify": ("text",),
    "clarify_publicly": ("text",),
    "reject": ("reason",),
    "fail_check": ("criteria", "reason"),
    "recuse": ("reason",),
    "transfer": ("to",),
    "send_back": ("reason",),
    "merge": ("into",),
    "revisit": ("score",),
    "mark": ("marks",),
    "archive_as_answered": ("reason",),
    "appeal": ("ground", "reason", "evidence"),
    "uphold": ("reason",),
    "dismiss": ("reason",),
    "object": ("reason",),
    "supplement": ("text",),
    "investigate": ("way", "text"),
    "request_material": ("to", "until", "text"),
    "give_material": ("text",),
    "limit": ("until", "cites"),
    "correct": ("kind",),
    "convene": ("members",),
}
# Asked for only where the rulebook has a list to choose from.
LISTED = {"criteria", "ground", "evidence"}
CONFIRMED = frozenset(
    {
        "resolve",
        "decline",
        "refuse",
        "terminate",
        "extend",
        "transfer",
        "send_back",
        "merge",
        "recuse",
        "clarify_publicly",
        "archive_as_answered",
        "archive_as_opinion",
        "publish",
        "uphold",
        "dismiss",
        "fail_check",
        "close_off",
        "limit",
        "request_material",
        "convene",
    }
)
SEPARATORS = re.compile(r"[、，,；;。\n]")
# What an answer is usually made of, whether or not the regulation insists (forms of all five regions have these).
OFFERED = ("findings", "process", "measures", "results", "verdict")
ELEMENTS = ("key_points", "findings", "process", "measures", "results", "basis")


def missing(step: str, given: Mapping[str, Any], view: OfficerView) -> tuple[str, ...]:
    """The facts still to be asked for, in order."""
    if step == "resolve":
        if given.get("no_answer"):
            return ()
        elements = view.must or ("findings",)
        return (
            *(name for name in elements if not given.get(name)),
            *(("verdict",) if view.needs_verdict and not given.get("verdict") else ()),
        )
    wanted = NEEDS.get(step, ())
    lists = {"criteria": view.criteria, "ground": view.grounds, "evidence": view.grounds}
    wanted = tuple(name for name in wanted if name not in LISTED or lists[name])
    if step in ("supplement", "give_material") and given.get("evidence"):
        wanted = ()
    return tuple(name for name in wanted if not given.get(name) and not (name == "days" and given.get("until")))


def question(step: str, names: tuple[str, ...], given: Mapping[str, Any], view: OfficerView, room: RoomView) -> Reply:
    """Ask for the first missing fact; of an answer, name all that it still lacks."""
    words, name = room.words, names[0]
    rows = choices(step, name, view, room)
    if step == "resolve" and name in ELEMENTS:
        begun = any(given.get(each) for each in ELEMENTS)
        listed = names if begun else dict.fromkeys((*OFFERED, *names))
        lacking = words("joint.fields").join(words(f"element.{each}") for each in listed)
        key = "prepare.answer_lacks" if begun else "prepare.answer"
        return Reply(words(key, number=view.number, lacking=lacking, first=words(f"element.{name}")), rows)
    return Reply(words(f"prepare.{name}", number=view.number, step=STEPS[step]), rows)


def choices(step: str, name: str, view: OfficerView, room: RoomView) -> tuple[tuple[Button, ...], ...]:
    """Buttons for a fact that is one of a few."""
    cancel = (Button(room.words("button.cancel"), f"drop:{view.number}"),)
    made: list[tuple[Button, ...]] = []
    if name == "clause":
        made = [(Button(title[:40], f"{step}:{view.number}:{clause}"),) for clause, title in view.clauses.get(step, ())]
    elif name == "class":
        made = [(Button(title, f"{step}:{view.number}:{each}"),) for each, title in view.classes]
    elif name == "verdict":
        made = list(verdict_rows(view))
    elif name == "score":
        made = [(Button(title, f"revisit:{view.number}:{score}"),) for score, title in sorted(SCORES.items())]
        made.append((Button(room.words("step.not_reached"), f"revisit:{view.number}:0"),))
    elif name == "to" and step == "transfer":
        made = [
            (Button(title, f"transfer:{view.number}:{each}"),) for each, title in room.words.section("system").items()
        ]
    elif name == "marks":
        made = [
            (Button(title, f"mark:{view.number}:{each}"),)
            for each, title in MARKS.items()
            if each not in BY_STEPS and (each in FAILINGS) == _supervises(room)
        ]
    elif name in CHOSEN:
        made = [(Button(room.words(f"choice.{each}"), f"{step}:{view.number}:{each}"),) for each in CHOSEN[name](view)]
    return (*made, cancel)


# Facts that are one of a few, and the few.
CHOSEN: Mapping[str, Callable[[OfficerView], tuple[str, ...]]] = {
    "criteria": lambda view: view.criteria,
    "ground": lambda view: view.grounds,
    "kind": lambda view: tuple(kind for kind in KINDS if kind not in ("rating", view.kind)),
}


def _supervises(room: RoomView) -> bool:
    return room.person is not None and room.person.role == "supervisor"


def fill(step: str, name: str, text: str, room: RoomView, view: OfficerView) -> dict[str, Any]:
    """The facts that an answer to the question for `name` gives."""
    if step == "resolve":
        return _element(name, text, room)
    if name == "class":
        return {"class": class_named(text, view)} if class_named(text, view) else {}
    reader = ANSWERS.get((step, name)) or ANSWERS.get(("", name))
    if reader:
        return reader(text, room)
    if name in BY_THE_STEP:
        return facts(step, text, room.units, room.aliases)
    return {name: REASON_LEAD.sub("", text.strip())} if text.strip() else {}


def _units(text: str, room: RoomView) -> dict[str, Any]:
    named = units_in(text, room.units, room.aliases)
    return {"to": named} if named else {}


def _days(text: str, room: RoomView) -> dict[str, Any]:
    if DAYS.search(text) or DATE.search(text):
        return facts("extend", text, room.units, room.aliases)
    return _number_of_days(text)


def _evidence(text: str, room: RoomView) -> dict[str, Any]:
    return {"evidence": [each.strip() for each in SEPARATORS.split(text) if each.strip()]}


# How the answer to a question is read, where not as the words after the step would be, or as it stands.
ANSWERS: Mapping[tuple[str, str], Callable[[str, RoomView], dict[str, Any]]] = {
    ("dispatch", "to"): _units,
    ("designate", "to"): _units,
    ("request_material", "to"): _units,
    ("transfer", "to"): lambda text, room: facts("transfer", text, room.units, room.aliases),
    ("", "until"): lambda text, room: until_in(text),
    ("", "evidence"): _evidence,
    ("", "days"): _days,
}
BY_THE_STEP = frozenset({"clause", "score", "marks", "criteria", "ground", "kind", "members"})


def _element(name: str, text: str, room: RoomView) -> dict[str, Any]:
    labelled = elements(text, name if name in ELEMENTS else "")
    if labelled:
        return dict(labelled)
    found = facts("resolve", text, room.units, room.aliases)
    if set(found) == {"findings"} and "：" not in text[:8] and ":" not in text[:8]:
        return {"verdict": verdict(text)} if name == "verdict" else {name: text.strip()}
    return {key: value for key, value in found.items() if value}


def _number_of_days(text: str) -> dict[str, Any]:
    return {"days": int(text)} if text.strip().isdigit() and len(text.strip()) <= 2 else {}


def class_named(text: str, view: OfficerView) -> str:
    """The class whose title the words name ("现场" for 现场处理类); the longest match wins."""
    if not text.strip():
        return ""
    words = text.strip().removesuffix("类").removesuffix("处理")
    exact = [name for name, title in view.classes if title.startswith(words)]
    return exact[0] if exact else next((name for name, title in view.classes if title in text), "")


def shown(step: str, given: Mapping[str, Any], view: OfficerView, words: Words, faults: Sequence[Fault] = ()) -> Reply:
    """What was understood, before it takes effect; of an answer also what it lacks. While something stands in its way
    it cannot be confirmed."""
    lines = [words("prepare.shown", number=view.number, step=STEPS[step])]
    for name in SHOWN:
        if given.get(name):
            value = _told(name, given[name], view, step, words)
            lines.append(words("card.line", field=words(f"element.{name}"), value=value))
    rows: tuple[tuple[Button, ...], ...] = ()
    if step == "resolve":
        open_to = [words(f"element.{name}") for name in OFFERED if not given.get(name)]
        if open_to:
            lines.append(words("prepare.may_add", fields=words("joint.fields").join(open_to)))
        rows = () if given.get("verdict") or given.get("no_answer") else verdict_rows(view)
        if any(fault.code == "plan_allowed" for fault in faults):
            rows = (*rows, (Button(words("step.plan"), f"resolve:{view.number}:plan"),))
    elif step == "fail_check":
        others = [each for each in view.criteria if each not in given.get("criteria", ())]
        rows = tuple(
            (Button(words("step.also", title=words(f"choice.{each}")), f"{step}:{view.number}:{each}"),)
            for each in others
        )
    lines += [words("prepare.fault" if fault.blocks else "prepare.hint", words=fault.words) for fault in faults]
    blocked = any(fault.blocks for fault in faults)
    lines.append(words("prepare.blocked" if blocked else "prepare.confirm"))
    cancel = Button(words("button.cancel"), f"drop:{view.number}")
    go = () if blocked else (Button(words("step.go"), f"go:{view.number}:{step}"),)
    return Reply("\n".join(lines), (*rows, (*go, cancel)))


def verdict_rows(view: OfficerView) -> tuple[tuple[Button, ...], ...]:
    pairs = [Button(title, f"resolve:{view.number}:{each}") for each, title in VERDICTS.items()]
    return (tuple(pairs[:2]), tuple(pairs[2:]))


SHOWN = (
    *ELEMENTS, "no_answer", "plan", "verdict", "clause", "cites", "criteria", "ground", "reason", "evidence", "days",
    "until", "to", "into", "way", "kind", "members", "text",
)  # fmt: skip


def _told(name: str, value: Any, view: OfficerView, step: str, words: Words) -> str:
    if name == "verdict":
        return VERDICTS.get(str(value), str(value))
    if name == "no_answer":
        return words(f"no_answer.{value}")
    if name == "to" and step == "transfer":
        return words(f"system.{value}")
    if name == "plan":
        return words("step.plan")
    if name == "evidence":
        return _proofs(_each(value), words)
    if name in CHOSEN:
        return words("joint.fields").join(words(f"choice.{each}") for each in _each(value))
    if name == "clause":
        return dict(view.clauses.get(step, ())).get(str(value), str(value))
    return "、".join(map(str, _each(value)))


def _proofs(value: Sequence[Any], words: Words) -> str:
    """What proves it: things by their names, and how many files came with them."""
    named = [str(each) for each in value if not str(each).isascii()]
    files = len(value) - len(named)
    return words("joint.fields").join([*named, *([words("desk.files", count=files)] if files else [])])


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)

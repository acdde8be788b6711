"""What a step's own decision returns, and the small checks that several steps share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from casebook.case import Case, ClockRun, Command
from casebook.errors import NotAllowed
from casebook.law import Law
from casebook.numerals import short
from casebook.rulebook import Clause

# Facts that are free words or personal: sealed at rest. All others are short and stand open.
PRIVATE = frozenset(
    [
        "text",
        "reason",
        "findings",
        "process",
        "measures",
        "results",
        "key_points",
        "basis",
        "evidence",
        "suggest_words",
        "others",
    ]
)

# What a clause needs that no fact of the command gives: the history must hold it.
HISTORY_NEEDS = frozenset({"asked"})


@dataclass(frozen=True)
class Outcome:
    """What a step does: the state it leads to ("same": none new), its facts, the case attributes it changes, runs it
    moves by itself, and the clock events it stands for (its own name unless it says otherwise)."""

    to: str = "same"
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    runs: tuple[ClockRun, ...] = ()
    events: tuple[str, ...] | None = None


Decide = Callable[[Case, Command, Law], Outcome]


def outcome(command: Command, to: str = "same", **parts: Any) -> Outcome:
    """An Outcome that keeps the command's own facts, the private ones apart from the open ones."""
    given = {key: value for key, value in command.facts.items() if value not in (None, "", (), [])}
    facts = {key: value for key, value in given.items() if key not in PRIVATE}
    private = {key: value for key, value in given.items() if key in PRIVATE}
    facts.update(parts.pop("facts", {}))
    return Outcome(to, facts, private, **parts)


def need(command: Command, *names: str, cites: str = "") -> None:
    """Refuse the step when one of these facts is missing or blank."""
    for name in names:
        value = command.facts.get(name)
        if value is None or (isinstance(value, str) and not value.strip()) or value in ((), []):
            raise NotAllowed(f"needs_{name}", cites=cites, step=command.step)


def clause_for(case: Case, command: Command, law: Law) -> Clause:
    """The clause the command rests on; refused where it names none, or one that does not carry this step."""
    grounds = [clause for clause in law.rulebook.clauses if command.step in clause.steps]
    where = "、".join(dict.fromkeys(clause.cites.partition("（")[0] for clause in grounds))
    written = str(command.facts.get("clause") or "")
    if not written:
        raise NotAllowed("needs_clause", cites=where, step=command.step)
    clause = _named(grounds, short(written))
    if clause is None:
        raise NotAllowed("clause_not_for_step", cites=where or law.rulebook.title, clause=written, step=command.step)
    if clause.kinds and case.kind not in clause.kinds:
        raise NotAllowed("clause_not_for_kind", cites=clause.cites, clause=written, kind=case.kind)
    need(command, *(name for name in clause.needs if name not in HISTORY_NEEDS), cites=clause.cites)
    if "asked" in clause.needs and not any(entry.step == "contact" for entry in case.history):
        raise NotAllowed("not_asked_before", cites=clause.cites, step=command.step)
    return clause


def _named(grounds: list[Clause], written: str) -> Clause | None:
    """The clause of that short form; in a regulation without numbered articles also by its last part alone ("3")."""
    whole = [clause for clause in grounds if clause.clause == written]
    loose = [clause for clause in grounds if written and not clause.cites.startswith("第")]
    ending = [clause for clause in loose if clause.clause.endswith(f".{written}")]
    found = whole or ending
    return found[0] if len(found) == 1 else None


def without(case: Case, key: str) -> dict[str, Any]:
    """What still waits once this is settled."""
    return {name: value for name, value in case.pending.items() if name != key}

"""What the commands print for people: rehearsals minute by minute, the comparison, the coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from casebook import comparison as comparing
from casebook import coverage as covering
from casebook.errors import RulebookError
from casebook.rulebook_file import read_rulebook, shipped
from casebook.terms import CLOCKS, MESSAGES, STATES


def comparison() -> Any:
    """All rulebooks side by side."""
    return comparing.comparison([read_rulebook(name) for name in shipped()])


def comparison_text(table: Any) -> str:
    return comparing.text(table)


def coverage(rulebook: str | None, obligations: Path | None) -> Any:
    """The obligations and what carries each out. Raises RulebookError where the file cannot be read."""
    try:
        csv_text = obligations.read_text(encoding="utf-8") if obligations else None
    except OSError as error:
        raise RulebookError(f"{obligations}: {error.strerror}") from error
    return covering.coverage(csv_text, rulebook)


def coverage_text(rows: Any) -> str:
    return covering.text(rows)


def rehearsal_text(document: Mapping[str, Any]) -> str:
    """A rehearsal as a clerk reads it: every message in its order, what was refused, how each case stands."""
    lines = [document["about"] or document["rulebook"], ""]
    for sent in document["messages"]:
        lines.append(f"{_minute(sent['at'])}  {sent['to']}  {MESSAGES.get(sent['message'], sent['message'])}")
        lines += [f"    {line}" for line in sent["text"].splitlines()]
    lines += [*_rejected(document["rejected"]), ""]
    for case in document["cases"]:
        lines.append(f"{case['case']}  {case['number']}  {STATES[case['state']]}  {case['lead_unit'] or ''}")
        lines += [f"    {_clock(clock)}" for clock in case["clocks"]]
    lines += _expected(document["expectations"])
    return "\n".join(lines)


def _rejected(rejected: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"× {item['step']}: {item['why']}" for item in rejected]


def _clock(clock: Mapping[str, Any]) -> str:
    name = CLOCKS[clock["clock"]] + (f"#{clock['round']}" if clock["round"] > 1 else "")
    stopped = _minute(clock["stopped"]) if clock["stopped"] else "…"
    late = "  !" if clock["overdue"] else ""
    return f"{name}  {_minute(clock['started'])} → {stopped}  ≤ {_minute(clock['due'])}  {clock['cites']}{late}"


def _expected(expectations: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{'√' if item['held'] else '×'} expect {item['expect']}: {item['found']}" for item in expectations]


def _minute(text: str) -> str:
    return text[:16].replace("T", " ")

"""The plain columns of a case's row: what it is found, listed and counted by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casebook.case import Case, Filing
from models.tables import cases
from models.vault import Vault

# What indexes are made of: a column that is set, changed or not, costs each index that holds it two writes.
INDEXED = {column.name for index in cases.indexes for column in index.columns} | {"number"}


def columns(case: Case) -> dict[str, Any]:
    """The plain columns that a case's snapshot must have."""
    same = ("number", "version", "rulebook", "kind", "state", "stream", "case_class", "lead_unit", "verdict", "score")
    row = {name: getattr(case, name) for name in (*same, "officer", "rework_count", "hand_backs")}
    return {
        **row,
        "channel": case.filing.channel,
        "citizen": case.filing.citizen,
        "anonymous": case.filing.anonymous,
        "confidential": case.filing.confidential,
        "filed_at": case.filed,
        "closed_at": case.closed,
        "erased_at": case.erased,
        # A target without a legal number reminds; it makes no case due.
        "next_due": min((run.due for run in case.running if not run.target), default=None),
        "provisional": any(run.provisional for run in case.running),
        "running": len(case.running),
    }


def without_unchanged(row: dict[str, Any], stood: Mapping[str, Any]) -> dict[str, Any]:
    """Of the columns that indexes hold only those that changed; of the others all, so that statements stay few."""
    return {name: value for name, value in row.items() if name not in INDEXED or value != stood[name]}


def filing_blinds(vault: Vault, filing: Filing) -> dict[str, str]:
    """The keyed hashes by which a case is found."""
    text = squeezed(filing.text)
    return {
        "phone_blind": vault.blind("phone", filing.phone) if filing.phone else "",
        "text_blind": vault.blind("text", text) if text else "",
    }


def squeezed(text: str) -> str:
    return "".join(text.split())

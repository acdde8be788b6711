"""Entries as rows, chained: each row's hash covers its words and the hash of the row before.

What is personal stands sealed, in one blob with a salt. The chain covers a signature of that blob's plain bytes, not
the blob: sealed anew under another key, or erased, the chain still holds; and with the salt gone nobody can try
which name it was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sqlalchemy.engine import Row

from casebook.case import Entry, Filing, Person
from models.codec import Codec
from models.vault import Vault

START = ""
SALT = 16
# What a case's attributes may say in plain: nothing about a person. Any other change (a filing, what waits for consent)
# is sealed.
PLAIN = frozenset(
    (
        *("kind", "stream", "lead_unit", "co_units", "case_class", "verdict", "score", "officer", "marks", "closed"),
        *("rework_count", "hand_backs", "answers", "revisits", "merged_into", "linked"),
    )
)


class EntryRows:
    """Turns entries into rows and back."""

    def __init__(self, vault: Vault, codec: Codec) -> None:
        self._vault = vault
        self._codec = codec

    def write(self, number: str, entry: Entry, previous: str) -> dict[str, Any]:
        """The row of an entry, chained to the hash of the one before."""
        plain = {name: value for name, value in entry.changes.items() if name in PLAIN}
        kept = {name: value for name, value in entry.changes.items() if name not in PLAIN}
        secret = os.urandom(SALT) + self._codec.dump({"private": entry.private, "changes": kept}).encode()
        row = {
            "number": number,
            "seq": entry.seq,
            "at": entry.at,
            "by": str(entry.by),
            "step": entry.step,
            "state": entry.state,
            "facts": self._codec.dump(entry.facts),
            "changes": self._codec.dump(plain),
            "clocks": self._codec.dump(list(entry.clocks)),
            "digest": self._vault.sign(secret),
            "sealed": self._vault.seal(secret, _aad(number, entry.seq)),
        }
        return {**row, "hash": self._vault.sign(_words(row, previous))}

    def read(self, row: Row[Any]) -> Entry:
        """The entry of a row. An erased one has no private part, the first an empty filing."""
        secret = self._secret(row)
        kept = self._codec.load(secret[SALT:]) if secret else _erased(row.seq)
        return Entry(
            seq=row.seq,
            at=self._codec.local(row.at),
            by=Person.read(row.by),
            step=row.step,
            state=row.state,
            facts=self._codec.load(row.facts),
            private=kept["private"],
            changes={**self._codec.load(row.changes), **kept["changes"]},
            clocks=tuple(self._codec.load(row.clocks)),
        )

    def renewed(self, row: Row[Any], previous: str) -> dict[str, Any]:
        """What changes of a row that is sealed and signed anew under the present key, after the hash before it.

        An erased one keeps its digest: nothing is left that could be signed.
        """
        secret, news = self._secret(row), dict(row._mapping)
        if secret is not None:
            news["digest"] = self._vault.sign(secret)
            news["sealed"] = self._vault.seal(secret, _aad(row.number, row.seq))
        news["hash"] = self._vault.sign(_words(news, previous))
        return {name: news[name] for name in ("digest", "sealed", "hash")}

    def chained(self, row: Row[Any], previous: str) -> bool:
        """Whether the row's words and its place after `previous` are what was signed."""
        return self._vault.holds(_words(row._mapping, previous), row.hash)

    def genuine(self, row: Row[Any]) -> bool:
        """Whether the sealed part is the one that was signed, or was erased."""
        secret = self._secret(row)
        return secret is None or self._vault.holds(secret, row.digest)

    def _secret(self, row: Row[Any]) -> bytes | None:
        return self._vault.unseal(row.sealed, _aad(row.number, row.seq)) if row.sealed is not None else None


def _words(row: Mapping[Any, Any], previous: str) -> bytes:
    names = ("number", "seq", "by", "step", "state", "facts", "changes", "clocks", "digest")
    words = [previous, row["at"].astimezone(UTC).isoformat(), *(row[name] for name in names)]
    return json.dumps(words).encode()


def _aad(number: str, seq: int) -> bytes:
    return f"entry\0{number}\0{seq}".encode()


def _erased(seq: int) -> dict[str, Any]:
    return {"private": {"filing": Filing("", "")} if seq == 1 else {}, "changes": {}}

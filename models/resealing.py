"""Everything sealed, blinded and signed anew under the present key: row by row, case by case.

A row's place is part of its seal, and a keyed hash may be part of its place: each row is opened where it stood, its
hashes made anew, and sealed where it stands then. A case is signed anew only if its chain holds under the former key:
else a fault would be signed along with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, Select, Table, and_, func, literal, or_, select, tuple_, update

from models.case_columns import filing_blinds
from models.entry_rows import START, EntryRows
from models.keep_tables import media, tokens
from models.staff_tables import examples
from models.tables import (
    cards,
    cases,
    chats,
    contact_notes,
    contacts,
    entries,
    inbox,
    lines,
    outbox,
    reports,
    senders,
    talks,
    ways,
)
from models.unit import Unit
from models.unit_part import Part
from models.vault import KEY_ID, Unopenable, Vault

Values = Mapping[str, Any]
# The words of the place that a sealed column belongs to; `said` is what the row's `sealed` says.
Place = Callable[[Values, Any], Sequence[str]]
# The keyed hashes of a row, made anew from what it says.
Blinds = Callable[[Vault, Any], Values]


@dataclass(frozen=True)
class Sealed:
    """A table with sealed rows. `more`: its further sealed columns."""

    table: Table
    place: Callable[[Values], Sequence[str]]
    blinds: Blinds | None = None
    more: tuple[tuple[str, Place], ...] = ()

    @property
    def keys(self) -> tuple[Any, ...]:
        return tuple(self.table.primary_key)


def _id(kind: str, column: str) -> Blinds:
    return lambda vault, said: {column: vault.blind(kind, said)}


def _external(vault: Vault, said: Any) -> Values:
    return {"external_blind": vault.blind("contact", said["id"])}


TABLES: tuple[Sealed, ...] = (
    Sealed(
        outbox, lambda row: ("outbox", row["key"]), None, (("external", lambda row, said: ("external", row["key"])),)
    ),
    Sealed(
        inbox,
        lambda row: ("inbox", row["channel"]),
        lambda vault, said: {"id_blind": vault.blind("inbox", said[0])},
        (("reply", lambda row, said: ("reply", row["channel"], said[0])),),
    ),
    Sealed(contacts, lambda row: ("contact", row["handle"]), _external),
    Sealed(ways, lambda row: ("way", row["handle"], row["channel"]), _external),
    Sealed(contact_notes, lambda row: ("note", row["handle"], row["key"])),
    Sealed(talks, lambda row: ("talk", row["handle"])),
    Sealed(lines, lambda row: ("line", row["key"])),
    Sealed(chats, lambda row: ("chat", row["channel"], row["chat_blind"]), _id("chat", "chat_blind")),
    Sealed(senders, lambda row: ("sender", row["channel"], row["sender_blind"]), _id("sender", "sender_blind")),
    Sealed(cards, lambda row: ("card", row["channel"], row["message_blind"]), _id("message", "message_blind")),
    Sealed(media, lambda row: ("media", row["id"]), None, (("body", lambda row, said: ("media body", row["id"])),)),
    Sealed(tokens, lambda row: ("token", row["name"])),
    Sealed(reports, lambda row: ("report", row["report"], row["period"], row["unit"])),
    Sealed(examples, lambda row: ("example", row["number"])),
)


class Resealing(Part):
    """What is sealed anew, in one open transaction."""

    @classmethod
    def of(cls, unit: Unit) -> Resealing:
        return cls(unit._link, unit._vault, unit._codec, unit._locks)

    def old_rows(self, sort: Sealed, after: Sequence[Any], most: int) -> list[tuple[Any, ...]]:
        """Primary keys of rows of a former key, in order, after one of them."""
        query = select(*sort.keys).where(self._is_old(sort.table.c.sealed)).order_by(*sort.keys).limit(most)
        return [tuple(row) for row in self._rows(_past(query, sort.keys, after))]

    def old_cases(self, after: Sequence[Any], most: int) -> list[tuple[Any, ...]]:
        """Numbers of cases that are sealed or signed under a former key, in order."""
        signed = entries.c.hash.startswith(f"sm3.{self._vault.key_id.hex()}.")
        chain = select(entries.c.number).where(entries.c.number == cases.c.number, ~signed).exists()
        query = select(cases.c.number).where(or_(self._is_old(cases.c.sealed), chain)).order_by(cases.c.number)
        return [tuple(row) for row in self._rows(_past(query.limit(most), (cases.c.number,), after))]

    def row(self, sort: Sealed, key: Sequence[Any]) -> bool:
        """Seal a row anew; whether it was there still. Raises Unopenable."""
        here = and_(*(column == value for column, value in zip(sort.keys, key, strict=True)))
        found = self._one(select(sort.table).where(here).with_for_update())
        if found is None or not found.sealed:
            return False
        self._run(update(sort.table).where(here).values(self._news(sort, dict(found._mapping))))
        return True

    def case(self, number: str) -> bool:
        """Seal and sign a case anew; whether it was there still. Raises Unopenable where its chain does not hold."""
        row = self._one(select(cases).where(cases.c.number == number).with_for_update())
        if row is None:
            return False
        reader, before, now = EntryRows(self._vault, self._codec), START, START
        for entry in self._rows(select(entries).where(entries.c.number == number).order_by(entries.c.seq)):
            if not (reader.chained(entry, before) and reader.genuine(entry)):
                raise Unopenable(f"entry {entry.seq} is not what was written after the one before")
            news = reader.renewed(entry, now)
            self._run(update(entries).where(entries.c.number == number, entries.c.seq == entry.seq).values(news))
            before, now = entry.hash, str(news["hash"])
        if before != row.head:
            raise Unopenable("the last entry is not the one the case knows")
        case = self._open(row.sealed, "case", number)
        news = {**filing_blinds(self._vault, case.filing), "head": now, "sealed": self._seal(case, "case", number)}
        self._run(update(cases).where(cases.c.number == number).values(news))
        return True

    def _news(self, sort: Sealed, row: Values) -> dict[str, Any]:
        said = self._open(row["sealed"], *sort.place(row))
        news = dict(sort.blinds(self._vault, said)) if sort.blinds else {}
        after = {**row, **news}
        for name, place in sort.more:
            if row[name]:
                plain = self._vault.unseal(row[name], aad(place(row, said)))
                news[name] = self._vault.seal(plain, aad(place(after, said)))
                if name == "external":
                    news["external_blind"] = self._vault.blind("message", self._codec.load(plain))
        return {**news, "sealed": self._seal(said, *sort.place(after))}

    def _is_old(self, column: Any) -> Any:
        mine = literal(self._vault.key_id, LargeBinary)
        return and_(func.length(column) > KEY_ID, func.substr(column, 3, KEY_ID, type_=LargeBinary) != mine)


def aad(place: Sequence[str]) -> bytes:
    return "\0".join(place).encode("utf-8", "surrogatepass")


def _past(query: Select[Any], keys: Sequence[Any], after: Sequence[Any]) -> Select[Any]:
    return query.where(tuple_(*keys) > tuple_(*map(literal, after))) if after else query

"""The tables. Columns that are searched or counted are plain and hold no personal data; the rest is sealed.

`sealed` columns are envelopes of the vault, `*_blind` columns its keyed hashes. JSON that the chain of hashes covers is
stored as text, byte for byte: a JSON type of the database would write it otherwise.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy import text as sql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Moment(TypeDecorator[datetime]):
    """An aware moment: a timestamp with zone where the database has one, else UTC text of fixed width, which sorts."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone cannot be kept: {value}")
        moment = value.astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


# SQLite counts rows only in an INTEGER key.
RowId = BigInteger().with_variant(Integer(), "sqlite")


def _words(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="", **options)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=sql("false"))


def _must(name: str, kind: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **options)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sql(condition), "postgresql_where": sql(condition)}


counters = Table("counters", metadata, Column("series", Text, primary_key=True), _must("value", RowId))

cases = Table(
    "cases",
    metadata,
    Column("number", Text, primary_key=True),
    _must("version", Integer),
    _must("rulebook", Text),
    _must("kind", Text),
    _must("state", Text),
    Column("stream", Text),
    Column("case_class", Text),
    Column("lead_unit", Text),
    Column("verdict", Text),
    Column("score", Integer),
    _words("officer"),
    _words("channel"),
    _words("citizen"),
    _count("rework_count"),
    _count("hand_backs"),
    _flag("anonymous"),
    _flag("confidential"),
    _must("filed_at", Moment),
    Column("closed_at", Moment),
    Column("next_due", Moment),
    _flag("provisional"),
    _count("running"),
    _words("phone_blind"),
    _words("text_blind"),
    _must("head", Text),
    _must("sealed", LargeBinary),
    Index("ix_cases_state_lead_unit", "state", "lead_unit"),
    Index("ix_cases_filed_at", "filed_at"),
    Index("ix_cases_next_due", "next_due", **_where("next_due IS NOT NULL")),
    Index("ix_cases_running", "number", **_where("running > 0")),
    Index("ix_cases_citizen", "citizen", **_where("citizen <> ''")),
    Index("ix_cases_phone_blind", "phone_blind", **_where("phone_blind <> ''")),
    Index("ix_cases_text_blind", "text_blind", **_where("text_blind <> ''")),
)

case_units = Table(
    "case_units",
    metadata,
    Column("number", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    _flag("leads"),
    Index("ix_case_units_unit", "unit"),
)

entries = Table(
    "entries",
    metadata,
    Column("number", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    _must("at", Moment),
    _must("by", Text),
    _must("step", Text),
    _must("state", Text),
    _must("facts", Text),
    _must("changes", Text),
    _must("clocks", Text),
    _must("digest", Text),
    _must("hash", Text),
    # Empty once erased: the digest stays, so the chain still holds.
    Column("sealed", LargeBinary),
    Index("ix_entries_at", "at"),
)

timers = Table(
    "timers",
    metadata,
    Column("key", Text, primary_key=True),
    _must("number", Text),
    _must("at", Moment),
    _must("what", Text),
    _words("to"),
    _words("clock"),
    Column("round", Integer, nullable=False, server_default="1"),
    _must("facts", Text),
    _must("state", Text),
    Column("fired_at", Moment),
    Index("ix_timers_number", "number"),
    Index("ix_timers_due", "at", "key", **_where("state = 'pending'")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    _must("key", Text),
    _must("to", Text),
    _must("message", Text),
    Column("number", Text),
    _must("at", Moment),
    _must("facts", Text),
    _must("sealed", LargeBinary),
    _must("state", Text),
    _must("next_at", Moment),
    _count("attempts"),
    Column("sent_at", Moment),
    _words("channel"),
    _words("external_blind"),
    Column("external", LargeBinary),
    _words("why"),
    Unique("key"),
    Index("ix_outbox_waiting", "to", "id", **_where("state IN ('waiting', 'sending')")),
    Index("ix_outbox_next_at", "next_at", **_where("state IN ('waiting', 'sending')")),
    Index("ix_outbox_to_id", "to", "id"),
    Index("ix_outbox_number", "number"),
    Index("ix_outbox_external", "channel", "external_blind", **_where("external_blind <> ''")),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    _must("channel", Text),
    _must("id_blind", Text),
    _must("at", Moment),
    _must("state", Text),
    _count("attempts"),
    _words("why"),
    _must("sealed", LargeBinary),
    Column("reply", LargeBinary),
    Unique("channel", "id_blind"),
    Index("ix_inbox_pending", "channel", "id", **_where("state = 'pending'")),
)

contacts = Table(
    "contacts",
    metadata,
    Column("handle", Text, primary_key=True),
    _must("channel", Text),
    _must("external_blind", Text),
    _must("sealed", LargeBinary),
    _must("first_at", Moment),
    _must("last_at", Moment),
    Unique("channel", "external_blind"),
)

contact_notes = Table(
    "contact_notes",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _must("sealed", LargeBinary),
)

talks = Table(
    "talks",
    metadata,
    Column("handle", Text, primary_key=True),
    _must("sealed", LargeBinary),
    _must("at", Moment),
)

lines = Table(
    "lines",
    metadata,
    Column("room", Text, primary_key=True),
    Column("id", RowId, primary_key=True, autoincrement=False),
    _must("key", Text),
    _must("sealed", LargeBinary),
    _must("at", Moment),
    Column("edited_at", Moment),
    Unique("key"),
)

chats = Table(
    "chats",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("chat_blind", Text, primary_key=True),
    _must("address", Text),
    _must("sealed", LargeBinary),
    Index("ix_chats_address", "address"),
)

senders = Table(
    "senders",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("sender_blind", Text, primary_key=True),
    _must("person", Text),
    _must("sealed", LargeBinary),
    Index("ix_senders_person", "person"),
)

cards = Table(
    "cards",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("message_blind", Text, primary_key=True),
    _must("chat_blind", Text),
    _must("card", Text),
    _must("sealed", LargeBinary),
    _must("at", Moment),
    Index("ix_cards_card", "channel", "chat_blind", "card"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_blind", Text, primary_key=True),
    _must("purpose", Text),
    _must("subject", Text),
    _must("expires_at", Moment),
    Column("taken_at", Moment),
)

media = Table(
    "media",
    metadata,
    Column("id", Text, primary_key=True),
    _must("kind", Text),
    _must("at", Moment),
    Column("number", Text),
    # Name and source; the bytes apart, for they are empty until they are fetched from the platform.
    _must("sealed", LargeBinary),
    Column("body", LargeBinary),
    Index("ix_media_number", "number"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    _must("sealed", LargeBinary),
    _must("expires_at", Moment),
)

looks = Table(
    "looks",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    _must("number", Text),
    _must("by", Text),
    _must("what", Text),
    _must("reason", Text),
    _must("at", Moment),
    Index("ix_looks_number", "number"),
)

# Holiday notices loaded after the ones that ship; the text as it was in the file.
holiday_notices = Table(
    "holiday_notices",
    metadata,
    Column("year", RowId, primary_key=True, autoincrement=False),
    _must("name", Text),
    _must("body", Text),
    _must("at", Moment),
)

"""The tables. Columns that are searched or counted are plain and hold no personal data; the rest is sealed.

`sealed` columns are envelopes of the vault, `*_blind` columns its keyed hashes. JSON that the chain of hashes covers is
stored as text, byte for byte: a JSON type of the database would write it otherwise.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from models.columns import Moment, RowId, count, flag, must, where, words

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

counters = Table("counters", metadata, Column("series", Text, primary_key=True), must("value", RowId))

cases = Table(
    "cases",
    metadata,
    Column("number", Text, primary_key=True),
    must("version", Integer),
    must("rulebook", Text),
    must("kind", Text),
    must("state", Text),
    Column("stream", Text),
    Column("case_class", Text),
    Column("lead_unit", Text),
    Column("verdict", Text),
    Column("score", Integer),
    words("officer"),
    words("channel"),
    words("citizen"),
    count("rework_count"),
    count("hand_backs"),
    flag("anonymous"),
    flag("confidential"),
    must("filed_at", Moment),
    Column("closed_at", Moment),
    # When its person was let go: nothing is written to it any more.
    Column("erased_at", Moment),
    Column("next_due", Moment),
    flag("provisional"),
    count("running"),
    words("phone_blind"),
    words("text_blind"),
    must("head", Text),
    must("sealed", LargeBinary),
    Index("ix_cases_state_lead_unit", "state", "lead_unit"),
    Index("ix_cases_filed_at", "filed_at"),
    Index("ix_cases_next_due", "next_due", **where("next_due IS NOT NULL")),
    Index("ix_cases_undue", "state", "filed_at", **where("next_due IS NULL")),
    Index("ix_cases_running", "number", **where("running > 0")),
    Index("ix_cases_citizen", "citizen", **where("citizen <> ''")),
    Index("ix_cases_phone_blind", "phone_blind", **where("phone_blind <> ''")),
    Index("ix_cases_text_blind", "text_blind", **where("text_blind <> ''")),
)

case_units = Table(
    "case_units",
    metadata,
    Column("number", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    flag("leads"),
    Index("ix_case_units_unit", "unit"),
)

entries = Table(
    "entries",
    metadata,
    Column("number", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    must("at", Moment),
    must("by", Text),
    must("step", Text),
    must("state", Text),
    must("facts", Text),
    must("changes", Text),
    must("clocks", Text),
    must("digest", Text),
    must("hash", Text),
    # Empty once erased: the digest stays, so the chain still holds.
    Column("sealed", LargeBinary),
    Index("ix_entries_at", "at"),
)

timers = Table(
    "timers",
    metadata,
    Column("key", Text, primary_key=True),
    must("number", Text),
    must("at", Moment),
    must("what", Text),
    words("to"),
    words("clock"),
    Column("round", Integer, nullable=False, server_default="1"),
    must("facts", Text),
    must("state", Text),
    Column("fired_at", Moment),
    # May go outside office hours.
    flag("urgent"),
    # The notice it became, "" for none; and why it became none, or cannot be carried out (`stuck`).
    words("told"),
    words("why"),
    Index("ix_timers_number", "number"),
    Index("ix_timers_stuck", "at", **where("state = 'stuck'")),
    Index("ix_timers_due", "at", "key", **where("state = 'pending'")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    must("key", Text),
    must("to", Text),
    must("message", Text),
    Column("number", Text),
    must("at", Moment),
    must("facts", Text),
    must("sealed", LargeBinary),
    must("state", Text),
    must("next_at", Moment),
    count("attempts"),
    Column("sent_at", Moment),
    words("channel"),
    words("external_blind"),
    Column("external", LargeBinary),
    words("why"),
    # How often people tried to tell it by telephone.
    count("calls"),
    Unique("key"),
    Index("ix_outbox_waiting", "to", "id", "next_at", "attempts", **where("state IN ('waiting', 'sending')")),
    Index("ix_outbox_next_at", "next_at", "id", **where("state IN ('waiting', 'sending')")),
    # By moment, not by id: SQLite would take an index of the same columns for the partial one above.
    Index("ix_outbox_to_at", "to", "at"),
    Index("ix_outbox_number", "number"),
    Index("ix_outbox_failed", "next_at", **where("state = 'failed'")),
    Index("ix_outbox_external", "channel", "external_blind", **where("external_blind <> ''")),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    must("channel", Text),
    must("id_blind", Text),
    must("at", Moment),
    must("state", Text),
    count("attempts"),
    words("why"),
    must("sealed", LargeBinary),
    Column("reply", LargeBinary),
    Unique("channel", "id_blind"),
    Index("ix_inbox_pending", "channel", "id", **where("state = 'pending'")),
)

contacts = Table(
    "contacts",
    metadata,
    Column("handle", Text, primary_key=True),
    must("channel", Text),
    must("external_blind", Text),
    must("sealed", LargeBinary),
    must("first_at", Moment),
    must("last_at", Moment),
    Unique("channel", "external_blind"),
)

# Where else the person of a contact can be reached: the contact's own row holds the way they wrote by last.
ways = Table(
    "ways",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    must("external_blind", Text),
    must("sealed", LargeBinary),
    Unique("channel", "external_blind"),
)

contact_notes = Table(
    "contact_notes",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    must("sealed", LargeBinary),
)

talks = Table(
    "talks",
    metadata,
    Column("handle", Text, primary_key=True),
    must("sealed", LargeBinary),
    must("at", Moment),
)

lines = Table(
    "lines",
    metadata,
    Column("room", Text, primary_key=True),
    Column("id", RowId, primary_key=True, autoincrement=False),
    must("key", Text),
    must("sealed", LargeBinary),
    must("at", Moment),
    Column("edited_at", Moment),
    Unique("key"),
)

chats = Table(
    "chats",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("chat_blind", Text, primary_key=True),
    must("address", Text),
    must("sealed", LargeBinary),
    Index("ix_chats_address", "address"),
)

senders = Table(
    "senders",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("sender_blind", Text, primary_key=True),
    must("person", Text),
    must("sealed", LargeBinary),
    Index("ix_senders_person", "person"),
)

cards = Table(
    "cards",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("message_blind", Text, primary_key=True),
    must("chat_blind", Text),
    must("card", Text),
    must("sealed", LargeBinary),
    must("at", Moment),
    Index("ix_cards_card", "channel", "chat_blind", "card"),
)

looks = Table(
    "looks",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    must("number", Text),
    must("by", Text),
    must("what", Text),
    must("reason", Text),
    must("at", Moment),
    Index("ix_looks_number", "number"),
)

# How many services a unit handled in a month (2026-11): what complaints are measured by.
services_handled = Table(
    "services_handled",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    must("count", RowId),
    must("at", Moment),
)

# What was reported, as it stood then; nothing changes it afterwards. `unit` is "" for the whole area.
reports = Table(
    "reports",
    metadata,
    Column("report", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    must("since", Text),
    must("until", Text),
    must("at", Moment),
    must("sealed", LargeBinary),
    Index("ix_reports_at", "at"),
)

# Which unit has handed in its report, and who did it.
report_returns = Table(
    "report_returns",
    metadata,
    Column("report", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    must("by", Text),
    must("at", Moment),
)

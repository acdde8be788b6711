"""Tables of what else is kept: tickets, papers and pictures, tokens, budgets, duties, holiday notices."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from models.columns import Moment, RowId, must
from models.tables import metadata

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_blind", Text, primary_key=True),
    must("purpose", Text),
    must("subject", Text),
    must("expires_at", Moment),
    Column("taken_at", Moment),
)

media = Table(
    "media",
    metadata,
    Column("id", Text, primary_key=True),
    must("kind", Text),
    must("at", Moment),
    Column("number", Text),
    # Name and source; the bytes apart, for they are empty until they are fetched from the platform.
    must("sealed", LargeBinary),
    Column("body", LargeBinary),
    Index("ix_media_number", "number"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    must("sealed", LargeBinary),
    must("expires_at", Moment),
)

# When each chat, and each account ("" for the chat), was last spoken to.
budgets = Table(
    "budgets",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("chat_blind", Text, primary_key=True),
    must("spoken", Text),
)

# What is done once, whichever process does it.
duties = Table("duties", metadata, Column("key", Text, primary_key=True), must("at", Moment))

# Holiday notices loaded after the ones that ship; the text as it was in the file.
holiday_notices = Table(
    "holiday_notices",
    metadata,
    Column("year", RowId, primary_key=True, autoincrement=False),
    must("name", Text),
    must("body", Text),
    must("at", Moment),
)

"""The tables about staff: what was refused to whom, who is away and who stands in, what dispatchers taught."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from models.columns import Moment, RowId, must, words
from models.tables import metadata

# `who` is the person's address, or empty for a stranger, who is known by the blind alone.
refusals = Table(
    "refusals",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    must("at", Moment),
    must("channel", Text),
    words("who"),
    words("sender_blind"),
    words("number"),
    must("what", Text),
    must("why", Text),
    Index("ix_refusals_number", "number"),
    Index("ix_refusals_sender_blind", "sender_blind", "at"),
)

leaves = Table(
    "leaves",
    metadata,
    Column("person", Text, primary_key=True),
    must("stand_in", Text),
    must("until", Moment),
    Index("ix_leaves_stand_in", "stand_in"),
)

# One decision of a dispatcher: the words, covered and sealed, and the unit they belong to.
examples = Table(
    "examples",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    must("at", Moment),
    must("number", Text),
    must("label", Text),
    words("suggested"),
    must("by", Text),
    must("sealed", LargeBinary),
    Index("ix_examples_number", "number"),
)

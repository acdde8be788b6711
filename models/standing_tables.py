"""What figures count each case by, kept beside it in plain columns: nothing in it is personal or sealed."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from models.columns import Moment, count, flag, must, words
from models.tables import metadata

# A row for each day on which something happened to a case, the last one for ever: how the case stood from `since` until
# something happened on a later day.
standings = Table(
    "standings",
    metadata,
    Column("number", Text, primary_key=True),
    Column("since", Moment, primary_key=True),
    # None while it stands so.
    Column("until", Moment),
    # Nothing more is to be done: a span of days that begins later passes over it.
    flag("over"),
    must("kind", Text),
    must("state", Text),
    Column("stream", Text),
    Column("case_class", Text),
    Column("lead_unit", Text),
    Column("verdict", Text),
    words("channel"),
    words("marks"),
    flag("rejected"),
    count("score"),
    count("result"),
    count("revisit_score"),
    flag("answered"),
    flag("clocked"),
    flag("running"),
    Column("due", Moment),
    Column("next_due", Moment),
    Column("late", Moment),
    Column("stopped", Moment),
    must("filed", Moment),
    must("rated", Moment),
    Column("revisited", Moment),
    Column("reached", Moment),
    Column("resolved", Moment),
    Column("reworked", Moment),
    Column("urged", Moment),
    Column("supervised", Moment),
    Index("ix_standings_until", "until", "over", "since"),
)

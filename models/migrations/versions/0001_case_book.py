"""The case book: cases, their units, entries, timers, the outbox, looks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.columns import Moment, RowId

revision = "0001"
down_revision = None
TABLES = (
    "counters",
    "cases",
    "case_units",
    "entries",
    "timers",
    "outbox",
    "looks",
)


def upgrade() -> None:
    _counters()
    _cases()
    _cases_indexes()
    _case_units()
    _entries()
    _timers()
    _outbox()
    _outbox_indexes()
    _looks()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("value", RowId, nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_counters"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rulebook", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=True),
        sa.Column("case_class", sa.Text(), nullable=True),
        sa.Column("lead_unit", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("officer", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("citizen", sa.Text(), server_default="", nullable=False),
        sa.Column("rework_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hand_backs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("next_due", Moment(), nullable=True),
        sa.Column("provisional", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("running", sa.Integer(), server_default="0", nullable=False),
        sa.Column("phone_blind", sa.Text(), server_default="", nullable=False),
        sa.Column("text_blind", sa.Text(), server_default="", nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_cases"),
    )


def _cases_indexes() -> None:
    op.create_index("ix_cases_citizen", "cases", ["citizen"], **_where(sa.text("citizen <> ''")))
    op.create_index("ix_cases_filed_at", "cases", ["filed_at"])
    op.create_index("ix_cases_next_due", "cases", ["next_due"], **_where(sa.text("next_due IS NOT NULL")))
    op.create_index("ix_cases_phone_blind", "cases", ["phone_blind"], **_where(sa.text("phone_blind <> ''")))
    op.create_index("ix_cases_running", "cases", ["number"], **_where(sa.text("running > 0")))
    op.create_index("ix_cases_state_lead_unit", "cases", ["state", "lead_unit"])
    op.create_index("ix_cases_text_blind", "cases", ["text_blind"], **_where(sa.text("text_blind <> ''")))


def _case_units() -> None:
    op.create_table(
        "case_units",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("leads", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("number", "unit", name="pk_case_units"),
    )
    op.create_index("ix_case_units_unit", "case_units", ["unit"])


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("clocks", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", "seq", name="pk_entries"),
    )
    op.create_index("ix_entries_at", "entries", ["at"])


def _timers() -> None:
    op.create_table(
        "timers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), server_default="", nullable=False),
        sa.Column("clock", sa.Text(), server_default="", nullable=False),
        sa.Column("round", sa.Integer(), server_default="1", nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fired_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_timers"),
    )
    op.create_index("ix_timers_due", "timers", ["at", "key"], **_where(sa.text("state = 'pending'")))
    op.create_index("ix_timers_number", "timers", ["number"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("external_blind", sa.Text(), server_default="", nullable=False),
        sa.Column("external", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )


def _outbox_indexes() -> None:
    op.create_index(
        "ix_outbox_external", "outbox", ["channel", "external_blind"], **_where(sa.text("external_blind <> ''"))
    )
    op.create_index(
        "ix_outbox_next_at", "outbox", ["next_at", "id"], **_where(sa.text("state IN ('waiting', 'sending')"))
    )
    op.create_index("ix_outbox_number", "outbox", ["number"])
    op.create_index("ix_outbox_to_at", "outbox", ["to", "at"])
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["to", "id", "next_at", "attempts"],
        **_where(sa.text("state IN ('waiting', 'sending')")),
    )


def _looks() -> None:
    op.create_table(
        "looks",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_looks"),
    )
    op.create_index("ix_looks_number", "looks", ["number"])


def _where(condition: sa.TextClause) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}

"""What became of a timer, how often a platform was spoken to, and what is done once whoever does it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.columns import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("timers", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.add_column("timers", sa.Column("told", sa.Text(), nullable=False, server_default=""))
    op.add_column("timers", sa.Column("why", sa.Text(), nullable=False, server_default=""))
    stuck = sa.text("state = 'stuck'")
    op.create_index("ix_timers_stuck", "timers", ["at"], sqlite_where=stuck, postgresql_where=stuck)
    failed = sa.text("state = 'failed'")
    op.create_index("ix_outbox_failed", "outbox", ["next_at"], sqlite_where=failed, postgresql_where=failed)
    op.create_table(
        "budgets",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_blind", sa.Text(), nullable=False),
        sa.Column("spoken", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_blind", name="pk_budgets"),
    )
    op.create_table(
        "duties",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_duties"),
    )


def downgrade() -> None:
    op.drop_table("duties")
    op.drop_table("budgets")
    op.drop_index("ix_outbox_failed", "outbox")
    op.drop_index("ix_timers_stuck", "timers")
    for column in ("why", "told", "urgent"):
        op.drop_column("timers", column)

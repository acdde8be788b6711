"""Where else a person can be reached, and how often people tried to tell them by telephone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ways",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_blind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("handle", "channel", name="pk_ways"),
        sa.UniqueConstraint("channel", "external_blind", name="uq_ways_channel_external_blind"),
    )
    op.add_column("outbox", sa.Column("calls", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "calls")
    op.drop_table("ways")

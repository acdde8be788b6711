"""What was refused to whom, who stands in for whom, and what dispatchers taught the router."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.columns import Moment, RowId

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refusals",
        sa.Column("id", RowId, nullable=False, autoincrement=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("sender_blind", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refusals"),
    )
    op.create_index("ix_refusals_number", "refusals", ["number"])
    op.create_index("ix_refusals_sender_blind", "refusals", ["sender_blind", "at"])
    op.create_table(
        "leaves",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("stand_in", sa.Text(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_leaves"),
    )
    op.create_index("ix_leaves_stand_in", "leaves", ["stand_in"])
    op.create_table(
        "examples",
        sa.Column("id", RowId, nullable=False, autoincrement=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("suggested", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_examples"),
    )
    op.create_index("ix_examples_number", "examples", ["number"])


def downgrade() -> None:
    for table in ("examples", "leaves", "refusals"):
        op.drop_table(table)

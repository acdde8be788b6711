"""Holiday notices that were loaded after the ones that ship."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.columns import Moment, RowId

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday_notices",
        sa.Column("year", RowId, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_holiday_notices"),
    )


def downgrade() -> None:
    op.drop_table("holiday_notices")

"""When the person of a case was let go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.columns import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("erased_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "erased_at")

"""Cases without a running clock are listed by state, newest first, however many there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("next_due IS NULL")
    op.create_index("ix_cases_undue", "cases", ["state", "filed_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_cases_undue", "cases")

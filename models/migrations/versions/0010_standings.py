"""What figures count each case by, for every case there is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.columns import Moment
from models.standing_rows import fill

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standings",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        _flag("over"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("stream", "case_class", "lead_unit", "verdict")),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in ("channel", "marks")),
        _flag("rejected"),
        *(
            sa.Column(name, sa.Integer(), server_default="0", nullable=False)
            for name in ("score", "result", "revisit_score")
        ),
        *(_flag(name) for name in ("answered", "clocked", "running")),
        *(sa.Column(name, Moment(), nullable=True) for name in ("due", "next_due", "late", "stopped")),
        *(sa.Column(name, Moment(), nullable=False) for name in ("filed", "rated")),
        *(sa.Column(name, Moment(), nullable=True) for name in ("revisited", "reached", "resolved")),
        *(sa.Column(name, Moment(), nullable=True) for name in ("reworked", "urged", "supervised")),
        sa.PrimaryKeyConstraint("number", "since", name="pk_standings"),
    )
    fill(op.get_bind())
    op.create_index("ix_standings_until", "standings", ["until", "over", "since"])


def downgrade() -> None:
    op.drop_table("standings")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)

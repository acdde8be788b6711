"""People and rooms: contacts, talks, the inbox, lines, groups, senders, cards, tickets, media, tokens."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.columns import Moment, RowId

revision = "0002"
down_revision = "0001"
TABLES = (
    "contacts",
    "contact_notes",
    "talks",
    "inbox",
    "lines",
    "chats",
    "senders",
    "cards",
    "tickets",
    "media",
    "tokens",
)


def upgrade() -> None:
    _contacts()
    _contact_notes()
    _talks()
    _inbox()
    _lines()
    _chats()
    _senders()
    _cards()
    _tickets()
    _media()
    _tokens()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_blind", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name="pk_contacts"),
        sa.UniqueConstraint("channel", "external_blind", name="uq_contacts_channel_external_blind"),
    )


def _contact_notes() -> None:
    op.create_table(
        "contact_notes",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("handle", "key", name="pk_contact_notes"),
    )


def _talks() -> None:
    op.create_table(
        "talks",
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name="pk_talks"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("id_blind", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "id_blind", name="uq_inbox_channel_id_blind"),
    )
    op.create_index("ix_inbox_pending", "inbox", ["channel", "id"], **_where(sa.text("state = 'pending'")))


def _lines() -> None:
    op.create_table(
        "lines",
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("id", RowId, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("edited_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("room", "id", name="pk_lines"),
        sa.UniqueConstraint("key", name="uq_lines_key"),
    )


def _chats() -> None:
    op.create_table(
        "chats",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_blind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "chat_blind", name="pk_chats"),
    )
    op.create_index("ix_chats_address", "chats", ["address"])


def _senders() -> None:
    op.create_table(
        "senders",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sender_blind", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "sender_blind", name="pk_senders"),
    )
    op.create_index("ix_senders_person", "senders", ["person"])


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("message_blind", sa.Text(), nullable=False),
        sa.Column("chat_blind", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "message_blind", name="pk_cards"),
    )
    op.create_index("ix_cards_card", "cards", ["channel", "chat_blind", "card"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("ticket_blind", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("ticket_blind", name="pk_tickets"),
    )


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
    )
    op.create_index("ix_media_number", "media", ["number"])


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_tokens"),
    )


def _where(condition: sa.TextClause) -> dict[str, Any]:
    return {"sqlite_where": condition, "postgresql_where": condition}

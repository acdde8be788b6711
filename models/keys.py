"""Whether the vault has the keys of what is kept: asked at the start, for else the first message would fail."""

from __future__ import annotations

from sqlalchemy import select

from casebook.errors import CasebookError
from models.store import Store
from models.tables import chats, contacts, entries, senders

# By their primary keys, so that a full book answers as fast as an empty one. An entry is asked for its signature, which
# stays when the entry is erased. Cases come in order of time: the first and the last are of the oldest and newest key.
ENDS = (
    (entries.c.hash, (entries.c.number, entries.c.seq)),
    (contacts.c.sealed, (contacts.c.handle,)),
    (chats.c.sealed, (chats.c.channel, chats.c.chat_blind)),
    (senders.c.sealed, (senders.c.channel, senders.c.sender_blind)),
)


class WrongKey(CasebookError):
    """The database holds what none of the keys given opens."""


def check_keys(store: Store) -> None:
    """Raise WrongKey where the first or the last row of a table is of a key that is not at hand."""
    with store.connection() as link:
        for column, order in ENDS:
            for ordered in (order, [each.desc() for each in order]):
                made = link.execute(select(column).order_by(*ordered).limit(1)).scalar()
                if made is not None and not store.vault.has_key_of(made):
                    raise WrongKey(
                        "SECRET_KEY does not open what the database holds: set the key it was filled with, "
                        "as SECRET_KEY or, after a change of key, in SECRET_KEY_FORMER."
                    )

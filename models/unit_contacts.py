"""Contacts: people on channels, what is noted of them, and where their talk stands."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.engine import Row

from models.columns import blind_is, blinds
from models.records import Contact
from models.tables import contact_notes, contacts, talks
from models.unit_part import Part

# 60 bits in letters that cannot be mistaken for one another when read out.
HANDLE_LETTERS, HANDLE_LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 12


WHO: Any = bindparam("who")
CONTACT = select(contacts).where(contacts.c.handle == WHO)
NOTES = select(contact_notes).where(contact_notes.c.handle == WHO)
TALK = select(talks.c.sealed).where(talks.c.handle == WHO)


@cache
def _touch(keys: int) -> Any:
    here = (contacts.c.channel == bindparam("which"), blind_is(contacts.c.external_blind, keys))
    return update(contacts).where(*here).values(last_at=bindparam("now")).returning(contacts)


class Contacts(Part):
    """Who writes to us, by a handle of our own."""

    def contact(self, channel: str, external_id: str, name: str, at: datetime) -> Contact:
        """The contact of that platform id, made where there is none yet.

        Its row is held until the end of the transaction: one person's messages are handled one after another.
        """
        known = self._vault.blinds("contact", external_id)
        touch, where = _touch(len(known)), {"which": channel, "now": at, **blinds(known)}
        row = self._one(touch, where)
        if row is None and self._new_contact(channel, external_id, name, at):
            row = self._one(touch, where)
        contact = self._contact(row or self._one(touch, where))
        return self._renamed(contact, name) if name not in ("", contact.name) else contact

    def contact_of(self, handle: str) -> Contact | None:
        row = self._one(CONTACT, {"who": handle})
        return self._contact(row) if row else None

    def contact_known(self, channel: str, external_id: str) -> Contact | None:
        """The contact of that platform id, if there is one; nothing is made and nothing is held."""
        known = self._blind_is(contacts.c.external_blind, "contact", external_id)
        row = self._one(select(contacts).where(contacts.c.channel == channel, known))
        return self._contact(row) if row else None

    def contact_note(self, handle: str, key: str, value: Any) -> None:
        """Note a value under a key; None strikes the note out."""
        if value is None:
            self._run(delete(contact_notes).where(contact_notes.c.handle == handle, contact_notes.c.key == key))
            return
        self._put(contact_notes, {"handle": handle, "key": key, "sealed": self._seal(value, "note", handle, key)})

    def contact_notes(self, handle: str) -> dict[str, Any]:
        """All that is noted of a contact."""
        rows = self._rows(NOTES, {"who": handle})
        return {row.key: self._open(row.sealed, "note", handle, row.key) for row in rows}

    def talk(self, handle: str) -> dict[str, Any] | None:
        """Where the talk with a contact stands; None when there is none."""
        row = self._one(TALK, {"who": handle})
        return self._open(row.sealed, "talk", handle) if row else None

    def save_talk(self, handle: str, talk: dict[str, Any] | None, at: datetime) -> None:
        """Keep where the talk stands; None ends it."""
        if talk is None:
            self._run(delete(talks).where(talks.c.handle == handle))
            return
        self._put(talks, {"handle": handle, "sealed": self._seal(talk, "talk", handle), "at": at})

    def _new_contact(self, channel: str, external_id: str, name: str, at: datetime) -> bool:
        handle = "".join(secrets.choice(HANDLE_LETTERS) for _ in range(HANDLE_LENGTH))
        row = {
            "handle": handle,
            "channel": channel,
            "external_blind": self._vault.blind("contact", external_id),
            "sealed": self._seal({"id": external_id, "name": name}, "contact", handle),
            "first_at": at,
            "last_at": at,
        }
        return self._add(contacts, row)

    def _renamed(self, contact: Contact, name: str) -> Contact:
        sealed = self._seal({"id": contact.external_id, "name": name}, "contact", contact.handle)
        self._run(update(contacts).where(contacts.c.handle == contact.handle).values(sealed=sealed))
        return Contact(contact.handle, contact.channel, name, contact.external_id)

    def _contact(self, row: Row[Any] | None) -> Contact:
        if row is None:
            raise LookupError("a contact just made is not there")
        kept = self._open(row.sealed, "contact", row.handle)
        return Contact(row.handle, row.channel, kept["name"], kept["id"])

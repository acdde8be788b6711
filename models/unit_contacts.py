"""Contacts: people on channels, what is noted of them, and where their talk stands."""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, union_all, update
from sqlalchemy.engine import Row

from models.columns import blind_is, blinds, constant
from models.ready import Ready
from models.records import Contact
from models.tables import contact_notes, contacts, talks, ways
from models.unit_part import Part

# 60 bits in letters that cannot be mistaken for one another when read out.
HANDLE_LETTERS, HANDLE_LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 12


WHO: Any = bindparam("who")
CONTACT = Ready(select(contacts).where(contacts.c.handle == WHO))
# What is noted of somebody, and under no key where their talk stands.
KNOWN = Ready(
    union_all(
        select(contact_notes.c.key, contact_notes.c.sealed).where(contact_notes.c.handle == WHO),
        select(constant("").label("key"), talks.c.sealed).where(talks.c.handle == WHO),
    )
)
TALK = Ready(select(talks.c.sealed).where(talks.c.handle == WHO))


@cache
def _touch(keys: int) -> Ready:
    here = (contacts.c.channel == bindparam("which"), blind_is(contacts.c.external_blind, keys))
    met = (contacts.c.handle, contacts.c.channel, contacts.c.sealed)
    return Ready(update(contacts).where(*here).values(last_at=bindparam("now")).returning(*met))


class Contacts(Part):
    """Who writes to us, by a handle of our own."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        # Held since they were met: nobody else changes them before this transaction ends.
        self._met: dict[tuple[str, str], Contact] = {}
        self._noted: dict[str, dict[str, Any]] = {}
        self._talks: dict[str, bytes | None] = {}

    def contact(self, channel: str, external_id: str, name: str, at: datetime) -> Contact:
        """The contact of that platform id, made where there is none yet.

        Its row is held until the end of the transaction: one person's messages are handled one after another. What it
        was called before is not opened where no name is given.
        """
        contact = self._met.get((channel, external_id)) or self._meet(channel, external_id, name, at)
        if name not in ("", contact.name):
            contact = self._renamed(contact, name)
        self._met[channel, external_id] = contact
        return contact

    def _meet(self, channel: str, external_id: str, name: str, at: datetime) -> Contact:
        known = self._vault.blinds("contact", external_id)
        touch, where = _touch(len(known)), {"which": channel, "now": at, **blinds(known)}
        row = self._one(touch, where)
        if row is None and (self._turned_to(channel, external_id) or self._new_contact(channel, external_id, name, at)):
            row = self._one(touch, where)
        row = row or self._one(touch, where)
        return self._contact(row) if name or row is None else Contact(row.handle, channel, "", external_id)

    def contact_of(self, handle: str) -> Contact | None:
        row = self._one(CONTACT, {"who": handle})
        return self._contact(row) if row else None

    def contact_known(self, channel: str, external_id: str) -> Contact | None:
        """The contact of that platform id, if there is one; nothing is made and nothing is held."""
        known = self._blind_is(contacts.c.external_blind, "contact", external_id)
        row = self._one(select(contacts).where(contacts.c.channel == channel, known))
        if row is None:
            way = self._way(channel, external_id)
            row = self._one(CONTACT, {"who": way.handle}) if way else None
        return self._contact(row) if row else None

    def ways_of(self, handle: str) -> list[Contact]:
        """Every way to the person of that handle, the one they wrote by last first; none for a handle nobody has."""
        first = self.contact_of(handle)
        rows = self._rows(select(ways).where(ways.c.handle == handle).order_by(ways.c.channel))
        opened = [(row.channel, self._open(row.sealed, "way", handle, row.channel)) for row in rows]
        others = [Contact(handle, channel, kept["name"], kept["id"]) for channel, kept in opened]
        return [first, *others] if first else []

    def way_join(self, contact: Contact, handle: str) -> None:
        """From now on the contact's channel is a way to the person of that handle; its own handle is forgotten.

        The caller has seen that it has no case of its own, and that the person has no other way of that channel.
        """
        contact = self.contact_of(contact.handle) or contact
        self._noted.pop(contact.handle, None)
        self._talks.pop(contact.handle, None)
        for table in (contact_notes, talks, contacts):
            self._run(delete(table).where(table.c.handle == contact.handle))
        self._add(ways, self._way_row(handle, contact.channel, contact.external_id, contact.name))

    def ways_end(self, handle: str) -> int:
        """Only the way the person wrote by last is left; how many others there were."""
        return self._run(delete(ways).where(ways.c.handle == handle)).rowcount

    def contact_note(self, handle: str, key: str, value: Any) -> None:
        """Note a value under a key; None strikes the note out."""
        self._noted.pop(handle, None)
        if value is None:
            self._run(delete(contact_notes).where(contact_notes.c.handle == handle, contact_notes.c.key == key))
            return
        self._put(contact_notes, {"handle": handle, "key": key, "sealed": self._seal(value, "note", handle, key)})

    def contact_notes(self, handle: str) -> dict[str, Any]:
        """All that is noted of a contact."""
        if handle not in self._noted:
            found = {row.key: row.sealed for row in self._rows(KNOWN, {"who": handle})}
            self._talks[handle] = found.pop("", None)
            self._noted[handle] = {key: self._open(sealed, "note", handle, key) for key, sealed in found.items()}
        return dict(self._noted[handle])

    def talk(self, handle: str) -> dict[str, Any] | None:
        """Where the talk with a contact stands; None when there is none."""
        if handle not in self._talks:
            row = self._one(TALK, {"who": handle})
            self._talks[handle] = row.sealed if row else None
        sealed = self._talks[handle]
        return self._open(sealed, "talk", handle) if sealed is not None else None

    def save_talk(self, handle: str, talk: dict[str, Any] | None, at: datetime) -> None:
        """Keep where the talk stands; None ends it."""
        self._talks.pop(handle, None)
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

    def _way(self, channel: str, external_id: str) -> Row[Any] | None:
        known = self._blind_is(ways.c.external_blind, "contact", external_id)
        return self._one(select(ways).where(ways.c.channel == channel, known))

    def _way_row(self, handle: str, channel: str, external_id: str, name: str) -> dict[str, Any]:
        return {
            "handle": handle,
            "channel": channel,
            "external_blind": self._vault.blind("contact", external_id),
            "sealed": self._seal({"id": external_id, "name": name}, "way", handle, channel),
        }

    def _turned_to(self, channel: str, external_id: str) -> bool:
        """Whether the person of another channel writes by this one now: the two change places."""
        way = self._way(channel, external_id)
        left = self.contact_of(way.handle) if way else None
        if way is None or left is None:
            return False
        kept = self._open(way.sealed, "way", way.handle, channel)
        self._run(delete(ways).where(ways.c.handle == way.handle, ways.c.channel == channel))
        self._add(ways, self._way_row(way.handle, left.channel, left.external_id, left.name))
        news = {"channel": channel, "external_blind": way.external_blind}
        news["sealed"] = self._seal(kept, "contact", way.handle)
        self._run(update(contacts).where(contacts.c.handle == way.handle).values(news))
        return True

    def _renamed(self, contact: Contact, name: str) -> Contact:
        sealed = self._seal({"id": contact.external_id, "name": name}, "contact", contact.handle)
        self._run(update(contacts).where(contacts.c.handle == contact.handle).values(sealed=sealed))
        return Contact(contact.handle, contact.channel, name, contact.external_id)

    def _contact(self, row: Row[Any] | None) -> Contact:
        if row is None:
            raise LookupError("a contact just made is not there")
        kept = self._open(row.sealed, "contact", row.handle)
        return Contact(row.handle, row.channel, kept["name"], kept["id"])

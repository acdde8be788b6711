"""Unit: one open transaction on everything that is kept. Fulfils `casebook.book.Book`.

Its parts stand in files of their own: cases, timers and outbox; rooms; contacts; inbox; lists;
staff; reports; the rest.
"""

from __future__ import annotations

from models.unit_contacts import Contacts
from models.unit_inbox import Inbox
from models.unit_keeps import Keeps
from models.unit_listing import Listing
from models.unit_reports import Reports
from models.unit_rooms import Rooms
from models.unit_staff import Staff


class Unit(Rooms, Contacts, Inbox, Keeps, Listing, Staff, Reports):
    """What is done through one Unit happens together or not at all."""

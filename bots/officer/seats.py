"""Who sits in a room: somebody with its rights, so that what stands there shows what can be done there."""

from __future__ import annotations

from casebook.case import Person

ROOMS = {"dispatchers": "dispatcher", "supervisors": "supervisor", "inspectors": "inspector"}


def who_sits_in(address: str) -> Person | None:
    """Somebody with the rights of that room; None for a room without rights of its own."""
    if address in ROOMS:
        return Person(ROOMS[address])
    kind, _, rest = address.partition(":")
    if kind == "unit":
        return Person("officer", "", rest)
    if kind == "reviewer":
        return Person("reviewer", "", rest.partition("@")[2] or rest)
    return Person.read(address) if kind in ("leader", "officer") else None

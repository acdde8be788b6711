"""The call list: what a platform would not take and the dispatchers are to tell by telephone, with a due time.

That is a lawful way for a citizen's notice, so what goes it is not lost. The entry that tells the dispatchers of it is
no repetition either: it stands in no undisturbed day, because there nothing comes twice and uses up what the platform
allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bots.channels.sending import numbered
from bots.channels.wechat import pieces_of
from bots.render import Row
from bots.settings import read_settings
from models.store import Store
from office.office import open_office
from tests.chaos.day import Order, settings_of
from tests.read_once import read_once

Letter = tuple[str, str]
ROOM = "dispatchers"


@dataclass(frozen=True)
class Call:
    """A notice on the call list: what its reader would have read, and the line by which the dispatchers know of it."""

    letters: tuple[Letter, ...]
    entry: Letter


def by_telephone(
    calls: Iterable[Call], refused: Collection[str], lost: Counter[Letter], more: Counter[Letter]
) -> tuple[Counter[Letter], Counter[Letter]]:
    """What is still lost and what still came more than once, with the calls to those whom the platform `refused`.

    Who had read a letter and is called about it all the same hears it twice. An entry excuses once: a second line of
    it remains.
    """
    lost, more = lost.copy(), more.copy()
    for call in calls:
        if not more[call.entry] or call.letters[0][0] not in refused:
            continue
        more[call.entry] -= 1
        for letter in call.letters:
            (lost if lost[letter] else more)[letter] += -1 if lost[letter] else 1
    return lost, more


def calls_of(order: Order, store: Store, as_read: Callable[[str], str]) -> list[Call]:
    """What stands on the call list, as it would have been read. An office is opened only where something does."""
    if not store.read(lambda unit: unit.outbox_calls()):
        return []
    with read_once():
        office = open_office(read_settings(settings_of(order), Path("/nonexistent")))

    def texts(row: Row) -> list[str]:
        first, rest = pieces_of(numbered([office.courier._render(row, "wechat")]))
        return [as_read(piece) for piece in (first, *rest)]

    try:
        return store.read(lambda unit: _calls(unit, texts, as_read))
    finally:
        office.close()


def _calls(unit: Any, texts: Callable[[Row], list[str]], as_read: Callable[[str], str]) -> list[Call]:
    """Those of which the dispatchers were told by when to call. Who has no chat is on no platform that could refuse."""
    entries = {line.key: as_read(line.body.get("text", "")) for line in unit.lines(ROOM, 0, 10_000)}
    found = []
    for row in unit.outbox_calls(10_000):
        told = unit.outbox_row(f"{row.key}/unreachable")
        reader = unit.contact_of(row.to.partition(":")[2])
        if reader and told and told.key in entries and datetime.fromisoformat(told.facts["due"]) > row.next_at:
            letters = tuple((reader.external_id, text) for text in texts(row))
            found.append(Call(letters, (ROOM, entries[told.key])))
    return found

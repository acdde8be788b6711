"""The judge: what must hold after every simulated week, and at the end when everything has come to rest.

I1 each acknowledged delivery is kept, its answer always the same bytes; I2 a matter makes one case; I3 each due timer
was told once or has a reason; I4 each notice went once or was given up with a reason; I5, I6 what `verify` finds; I7
the file itself. Then the letters: what a platform took twice must have been beyond knowing.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select

from models.store import Store
from models.tables import metadata, outbox, timers
from models.verify import verify
from tests.simulator.people import Citizen
from tests.simulator.world import Letter, World

GONE = ("sent", "passive", "withdrawn")


def judge(world: World, store: Store, citizens: Iterable[Citizen], at_rest: bool) -> list[str]:
    """Everything that is wrong."""
    found = [f"verify: {fault}" for fault in verify(store)]
    found += store.read(lambda unit: [*_inbox(unit, citizens), *_timers(unit, world, at_rest)])
    found += store.read(lambda unit: list(_outbox(unit, world, at_rest)))
    found += store.read(lambda unit: [fault for citizen in citizens for fault in _cases(unit, citizen, at_rest)])
    return found + list(_letters(world.letters))


def _inbox(unit: Any, citizens: Iterable[Citizen]) -> Iterator[str]:
    for citizen in citizens:
        for said in citizen.said:
            if len(said.answers) > 1:
                yield f"I1 message {citizen.who} {said.id} was answered in {len(said.answers)} ways"
            by_wechat = citizen.channel == "wechat" and said.taken
            if by_wechat and unit.inbox_seen("wechat", str(wechat_id(citizen, said.id))) is None:
                yield f"I1 message {citizen.who} {said.id} was acknowledged and is not kept"


def wechat_id(citizen: Citizen, id: int) -> int:
    """The platform's id of a citizen's message."""
    return 23_000_000_000_000_000 + int(citizen.who[-6:]) * 10_000 + id


def _timers(unit: Any, world: World, at_rest: bool) -> Iterator[str]:
    for row in unit._rows(select(timers.c.key, timers.c.state, timers.c.told, timers.c.why, timers.c.at)):
        if row.state == "fired" and bool(row.told) == bool(row.why) and "step:" not in row.key:
            yield f"I3 timer {row.key} was told {row.told!r} and not told because {row.why!r}"
        if row.told and unit.outbox_row(row.told) is None:
            yield f"I3 timer {row.key} was told by {row.told}, which is not there"
        if row.state == "stuck":
            yield f"I3 timer {row.key} cannot be carried out: {row.why}"
        if at_rest and row.state == "pending" and row.at <= world.now:
            yield f"I3 timer {row.key} was due and was not carried out"


def _outbox(unit: Any, world: World, at_rest: bool) -> Iterator[str]:
    taken = {letter.key for letter in world.letters}
    for row in unit._rows(select(outbox.c.key, outbox.c.to, outbox.c.state, outbox.c.why, outbox.c.channel)):
        if row.state == "sent" and row.channel in ("wechat", "telegram") and row.key not in taken:
            yield f"I4 notice {row.key} is said to have gone and no platform has it"
        if row.state == "failed" and not row.why:
            yield f"I4 notice {row.key} was given up without a reason"
        if at_rest and row.state not in (*GONE, "failed"):
            yield f"I4 notice {row.key} to {row.to} is {row.state}: {row.why}"
        if "cannot be written" in row.why:
            yield f"I4 notice {row.key}: {row.why}"


def _cases(unit: Any, citizen: Citizen, at_rest: bool) -> Iterator[str]:
    contact = unit.contact_known(citizen.channel, citizen.who)
    cases = [case.number for case in unit.cases_of(contact.handle)] if contact else []
    if len(cases) > citizen.begun:
        yield f"I2 {citizen.who} told {citizen.begun} matters and has {len(cases)} cases"
    for number in citizen.numbers() - set(cases):
        yield f"I2 {citizen.who} was told of case {number}, which is not theirs"
    if at_rest and (unheard := set(cases) - citizen.numbers()):
        yield f"I2 {citizen.who} never heard of {', '.join(sorted(unheard))}"


def _letters(letters: Iterable[Letter]) -> Iterator[str]:
    """Of two equal letters all but one must be excused: their taking could not be known or noted."""
    for (channel, to, key, text), same in _alike(letters).items():
        if sum(not letter.excused for letter in same) > 1:
            yield f"letter {key} to {channel} {to} came {len(same)} times: {text[:30]}"


def repeats(letters: Iterable[Letter]) -> int:
    """How many letters came again although nothing of ours repeated them."""
    return sum(len(same) - 1 for same in _alike(letters).values())


def _alike(letters: Iterable[Letter]) -> dict[tuple[str, str, str, str], list[Letter]]:
    alike: dict[tuple[str, str, str, str], list[Letter]] = defaultdict(list)
    for letter in letters:
        alike[letter.channel, letter.to, letter.key, letter.text].append(letter)
    return alike


def integrity(path: str) -> list[str]:
    """I7: what SQLite says of the file."""
    link = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    (said,) = link.execute("PRAGMA integrity_check").fetchone()
    link.close()
    return [] if said == "ok" else [f"I7 {said}"]


def everything(store: Store) -> Iterator[str]:
    """Every row of every table, byte for byte: what a seed must reproduce."""
    with store.connection() as link:
        for table in metadata.sorted_tables:
            for row in link.execute(table.select()):
                yield f"{table.name} {tuple(row)}"

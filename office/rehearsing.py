"""An office to rehearse in: the real desk, conversation and store, with a database in memory and no other clock."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bots.acts import TALK
from bots.knowledge import Knowledge, read_knowledge
from bots.message import IMAGE, LOCATION, TEXT, VOICE, Media, Message, Reply
from bots.reception import Reception
from casebook.case import Case, Command, Filing, Person
from casebook.desk import Desk
from casebook.errors import RehearsalError, RulebookError
from casebook.form_layouts import read_layouts
from casebook.jurisdiction import Jurisdiction, read_jurisdiction
from casebook.law import Law
from casebook.ledger import row
from casebook.rehearsal import Played, Sent, play
from casebook.rehearsal_file import Rehearsal, read_rehearsal
from casebook.rulebook_file import read_rulebook
from casebook.slips import unknown
from casebook.wording import say
from models.records import OutboxRow
from models.store import Store
from models.vault import Vault
from nlp.reader import Reader
from office.law import ZONE, law_of
from scheduler.reporting import Reporting

CHANNEL = "rehearsal"
# Facts of `file` that are the filing's own attributes under the same name.
SAME_NAME = (
    "kind",
    "text",
    "respondent",
    "request",
    "name",
    "phone",
    "id_number",
    "address",
    "stream",
    "outside_number",
)
FLAGS = ("anonymous", "confidential", "urgent")
REPORTED = frozenset({"bulletin", "periodic_report"})
FAR_BACK = timedelta(days=3660)  # a rehearsal may leap over years
ORDERS = frozenset({"dispatch", "designate", "request_material"})  # what goes to units by name
# Who is called on for something that is no case.
CALLED = ("dispatchers", "supervisors")
BATCH = 1  # timers fire one at a time, each at its own minute


class RehearsalOffice:
    """Keeps the promise of casebook.rehearsal.Office."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.desk = Desk(law)
        self.store = Store("sqlite://", Vault(secrets.token_bytes(32)))
        units = [(unit.name, unit.duties) for unit in law.jurisdiction.units]
        aliases = [alias for unit in law.jurisdiction.units for alias in unit.aliases]
        self.reader = Reader.load(units=units, rulebook=law.rulebook.name, aliases=aliases)
        known = Knowledge(read_knowledge(law.jurisdiction.name))
        self.reception = Reception(self.desk, self.reader, law.jurisdiction, knowledge=known)
        self._reporting = Reporting(self.store, law, FAR_BACK)
        self._filed: list[str] = []
        self._names: dict[str, str] = {}
        self._replies: list[Sent] = []
        self._waits: list[tuple[datetime, str]] = []
        self._said = 0

    def say(self, citizen: str, said: Mapping[str, Any], at: datetime) -> None:
        self._said += 1
        message = _message(f"say-{self._said}", citizen, said, at)
        handle = self.handle(citizen, at, message.channel)
        self._converse(handle, at, lambda unit: self.reception.receive(unit, message))

    def _converse(self, handle: str, at: datetime, speak: Callable[[Any], list[Reply]]) -> None:
        """One turn of the conversation. The notices that went along with its replies stand in the outbox already."""

        def spoken(unit: Any) -> tuple[list[Reply], list[datetime]]:
            replies, posted = speak(unit), unit.posted_in_this_unit()
            notices = sum(notice.to == f"citizen:{handle}" for notice in posted)
            waits = [notice.not_before for notice in posted if notice.to == f"{TALK}{handle}"]
            return replies[: len(replies) - notices], waits

        replies, waits = self.store.write(spoken)
        self._waits += [(wait, handle) for wait in waits]
        to = self.person(f"citizen:{handle}")
        self._replies += [Sent(at, to, reply.message, reply.text) for reply in replies]
        self._note_new(handle)

    def file(self, by: Person, facts: Mapping[str, Any], at: datetime) -> None:
        filing = self._filing(by, facts, at)
        by = replace(by, name=self.handle(by.name, at)) if by.role == "citizen" else by
        case = self.store.write(lambda unit: self.desk.file(unit, filing, by, at))
        self._filed.append(case.number)

    def _filing(self, by: Person, facts: Mapping[str, Any], at: datetime) -> Filing:
        citizen = by.name if by.role == "citizen" else str(facts.get("name", ""))
        evidence = facts.get("evidence", ())
        due = facts.get("due")
        text = str(facts.get("text", ""))
        respondent = str(facts.get("respondent", ""))
        whole = text if respondent in text else f"{respondent}：{text}"
        reading = self.reader.read(whole, at)
        given: dict[str, Any] = {key: str(facts[key]) for key in SAME_NAME if key in facts}
        given.update({key: bool(facts[key]) for key in FLAGS if key in facts})
        given.setdefault("kind", "complaint")
        given.setdefault("text", "")
        return Filing(
            **given,
            citizen=self.handle(citizen, at) if citizen else "",
            evidence=(evidence,) if isinstance(evidence, str) else tuple(evidence),
            channel=str(facts.get("channel") or ("web" if by.role == "citizen" else "window")),
            due=self._limit(due) if due else None,
            score=facts.get("score"),
            fields={**reading.fields, **({"service": str(facts["service"])} if facts.get("service") else {})},
            proposal={
                "verdict": reading.verdict,
                "ground": reading.ground,
                "clause": reading.clause,
                "departments": [list(item) for item in reading.departments],
            },
        )

    def _limit(self, due: Any) -> datetime:
        """A limit that another system set: that minute, or the close of that day."""
        moment = due if isinstance(due, datetime) else datetime.fromisoformat(str(due))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZONE)
        return moment if moment.hour or moment.minute else self.law.calendar.close_of(moment.date())

    def take(self, number: str, command: Command) -> None:
        if command.by.role == "citizen":
            command = replace(command, by=replace(command.by, name=self.handle(command.by.name, command.at)))
        self.store.write(lambda unit: self.desk.take(unit, number, command))

    def tick(self, until: datetime) -> None:
        while self._waits and min(self._waits)[0] <= until:
            at, handle = min(self._waits)
            self._waits.remove((at, handle))
            self._fire(at)
            self._converse(handle, at, partial(self.reception.resume, handle=handle, at=at))
        self._fire(until)
        self._reporting.run(until)

    def _fire(self, until: datetime) -> None:
        while self.store.write(lambda unit: self._fire_next(unit, until)):
            pass

    def _fire_next(self, unit: Any, until: datetime) -> bool:
        timers = unit.due_timers(until, BATCH)
        for timer in timers:
            self.desk.fire(unit, timer, timer.at)
        return bool(timers)

    def numbers(self) -> Sequence[str]:
        return self._filed

    def case(self, number: str) -> Case:
        return self.store.read(lambda unit: unit.load(number))

    def sent(self) -> Sequence[Sent]:
        """All notices and replies, by their time; of the same minute in the order they were written."""
        rows = self.store.read(lambda unit: [row for number in self._filed for row in unit.outbox_of(number)])
        called = self.store.read(lambda unit: unit.outbox_of(None))
        rows += [row for row in called if row.to in CALLED or row.message in REPORTED]
        notices = [self._sent(row) for row in sorted(rows, key=lambda row: row.id)]
        return sorted([*self._replies, *notices], key=lambda sent: sent.at)

    def _sent(self, row: OutboxRow) -> Sent:
        text = say(row.message, {**row.facts, **row.private})
        return Sent(row.at, self.person(row.to), row.message, text, row.case)

    def ledger(self, number: str, now: datetime) -> Mapping[str, str]:
        try:
            layout = read_layouts(self.law.rulebook.name).ledger
        except RulebookError:  # a regulation of one's own may be rehearsed before its papers are drawn
            return {}
        if layout is None:
            return {}
        return row(self.case(number), self.law.calendar, now, layout, personal=True, office=self.law.jurisdiction)

    def person(self, handle: str) -> str:
        role, _, name = handle.partition(":")
        return f"{role}:{self._names.get(name, name)}" if role == "citizen" else handle

    def handle(self, name: str, at: datetime, channel: str = CHANNEL) -> str:
        """The handle of the citizen of that name; made at first mention."""
        contact = self.store.write(lambda unit: unit.contact(channel, name, name, at))
        self._names[contact.handle] = name
        return str(contact.handle)

    def _note_new(self, handle: str) -> None:
        """Cases that the conversation filed just now."""
        cases = self.store.read(lambda unit: unit.cases_of(handle))
        self._filed += [case.number for case in reversed(cases) if case.number not in self._filed]

    def close(self) -> None:
        self.store.close()


def _message(id: str, citizen: str, said: Mapping[str, Any], at: datetime) -> Message:
    """The chat message of a `say`, in the shape the channels give it."""
    text, kind = str(said.get("text", "")), TEXT
    media: tuple[Media, ...] = ()
    if "photo" in said:
        kind, media = IMAGE, (Media(IMAGE, id, str(said["photo"])),)
    elif "voice" in said:
        kind, text, media = VOICE, str(said["voice"]), (Media(VOICE, id),)
    elif "place" in said:
        kind, text = LOCATION, str(said["place"])
    channel = str(said.get("channel", CHANNEL))
    return Message(channel, id, citizen, kind, at, text=text, media=media, sender_name=citizen)


def rehearse(path: Path) -> Played:
    """Play the rehearsal in that file. Raises RehearsalError and RulebookError."""
    rehearsal = read_rehearsal(path, ZONE)
    try:
        book = read_rulebook(rehearsal.rulebook, path.parent)
        office = read_jurisdiction(book.name)
    except RulebookError as error:
        raise RehearsalError(f"{rehearsal.file}: {error}") from error
    if rehearsal.units:
        office = office.with_units(rehearsal.units)
    _check_units(rehearsal, office)
    office = _with_leaders(office, rehearsal)
    return play(rehearsal, RehearsalOffice(law_of(office, book)))


def _check_units(rehearsal: Rehearsal, office: Jurisdiction) -> None:
    """Raise RehearsalError where an order goes to a unit that the office does not have."""
    for step in rehearsal.steps:
        if step.do not in ORDERS or step.number in rehearsal.refused:
            continue
        to = step.facts.get("to", ())
        for name in (to,) if isinstance(to, str) else to:
            if office.unit(name) is None:
                raise RehearsalError(f"{step.where}: {unknown('unit', name, [unit.name for unit in office.units])}")


def _with_leaders(office: Jurisdiction, rehearsal: Rehearsal) -> Jurisdiction:
    """The office whose units are led by the leaders the rehearsal names."""
    named = {step.by.unit: step.by.name for step in reversed(rehearsal.steps) if step.by.role == "leader"}
    units = tuple(replace(unit, leader=named.get(unit.name, unit.leader)) for unit in office.units)
    return replace(office, units=units)

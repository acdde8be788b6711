"""Carries out what a citizen's turn asks for, through the desk and the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bots.citizen.statement import proposal
from bots.message import Message
from bots.named_units import named_first
from bots.talk import (
    Act,
    Alarm,
    AskHuman,
    FileCase,
    Rate,
    Reading,
    Subscribe,
    Supplement,
    Unreached,
    Urge,
    Wait,
    Withdraw,
)
from casebook.case import Command, Filing, Notice, Person
from casebook.desk import Desk
from casebook.facts import case_facts
from casebook.redact import redact_text

# A person who asks for help five times within ten minutes asks once.
ASKING_AGAIN_MINUTES = 10
# What a citizen answered when asked whether to be told of progress later.
SUBSCRIBED = "subscribed"
# Others' cases of the last days are compared with a new one, a bounded number, for filing must stay quick.
UNDER_WAY = ("screening", "awaiting_dispatch", "awaiting_acceptance", "disputed", "handling")
RECENT, LOOKED_AT, COMPARED, SAME_MATTER = timedelta(days=3), 1000, 20, 0.78
# A matter that the whole town writes about is linked with its latest, each of which leads on to those before it.
MOST_LINKED = 3
# The address of a talk in the outbox, and the notice that wakes it.
TALK, TALK_WAIT = "talk:", "talk_wait"


class Reads(Protocol):
    def read(self, text: str, now: datetime) -> Reading: ...
    def compare(self, one: str, other: str) -> float: ...


class Acts:
    """The acts of citizens, one method each."""

    def __init__(self, desk: Desk, reader: Reads) -> None:
        self._desk = desk
        self._reader = reader

    def carry_out(self, unit: Any, act: Act, citizen: Person, message: Message) -> None:
        """Do one act. Raises NotAllowed and NoSuchCase; then nothing has changed."""
        match act:
            case FileCase():
                self._file_all(unit, act, citizen, message)
            case Supplement():
                facts = {"text": act.text, "evidence": list(act.evidence)}
                self._take(unit, act.number, "supplement", citizen, message, facts)
                _attach(unit, act.evidence, act.number)
            case Withdraw():
                self._take(unit, act.number, "withdraw", citizen, message, {"reason": act.reason})
            case Rate():
                self._take(unit, act.number, "rate", citizen, message, _rating(act))
            case Urge() | Unreached():
                self._raise(unit, act, citizen, message)
            case Wait() | Subscribe():
                _note(unit, act, citizen.name, message.at)
            case AskHuman() | Alarm():
                unit.post(_calls(act, citizen, message))

    def _raise(self, unit: Any, act: Urge | Unreached, citizen: Person, message: Message) -> None:
        if isinstance(act, Urge):
            self._urge(unit, act, message)
        else:
            self._unreached(unit, act, citizen, message)

    def _file_all(self, unit: Any, act: FileCase, citizen: Person, message: Message) -> None:
        """The matters of one statement, each linked with those before it and with the earlier case they take up."""
        numbers = [act.earlier] if act.earlier else []
        for filing in (act.filing, *act.others):
            numbers.append(self._file(unit, filing, tuple(numbers), citizen, message))

    def _file(self, unit: Any, filing: Filing, linked: tuple[str, ...], citizen: Person, message: Message) -> str:
        """File it with what the machine thinks of the whole statement, which may have grown over many messages.

        What the citizen was told of it (ours, or rather somebody else's) stays as it was told.
        """
        read = dict(proposal(self._reader.read(filing.text, message.at)))
        if filing.proposal.get("verdict") not in (None, "clarify"):
            read.update({name: filing.proposal.get(name) for name in ("verdict", "ground", "clause")})
        read["kind"] = filing.kind
        units = self._desk.law.jurisdiction.units
        read["departments"] = named_first(read["departments"], filing.respondent, units)
        read["linked"] = list(dict.fromkeys((*linked, *self._alike(unit, filing.text, message.at))))
        case = self._desk.file(unit, replace(filing, proposal=read), citizen, message.at)
        _attach(unit, filing.evidence, case.number)
        return case.number

    def _alike(self, unit: Any, text: str, at: datetime) -> list[str]:
        """Others' recent cases that tell of the same matter: a person may look at them together."""
        numbers = unit.numbers(state=UNDER_WAY, limit=LOOKED_AT, filed_from=at - RECENT)[-COMPARED:]
        cases = unit.snapshots(numbers).values() if numbers else ()
        alike = [case.number for case in cases if self._reader.compare(text, case.filing.text) >= SAME_MATTER]
        return alike[-MOST_LINKED:]

    def _take(
        self, unit: Any, number: str, step: str, citizen: Person, message: Message, facts: Mapping[str, Any]
    ) -> None:
        given = {key: value for key, value in facts.items() if value not in (None, "", [])}
        self._desk.take(unit, number, Command(step, citizen, message.at, given))

    def _unreached(self, unit: Any, act: Unreached, citizen: Person, message: Message) -> None:
        """It stands in the case, where it still can, and the supervisors hear of it: somebody says he called."""
        case = unit.load(act.number)
        if "supplement" in self._desk.allowed(case, citizen, message.at):
            self._take(unit, act.number, "supplement", citizen, message, {"text": act.text})
        private = {"text": redact_text(act.text, case.filing.name), "who": act.number}
        day = f"{message.at:%Y%m%d}"
        rooms = ("supervisors", "dispatchers")
        keys = [(f"{act.number}/unreached/{day}/{to}", to) for to in rooms]
        unit.post([Notice(key, to, "human_wanted", message.at, act.number, {}, private) for key, to in keys])

    def _urge(self, unit: Any, act: Urge, message: Message) -> None:
        """A citizen's urging is no step: the unit is told, as often as the settings allow, and no clock moves."""
        case = unit.load(act.number)
        facts, private = case_facts(case, self._desk.law)
        hours = max(1, self._desk.law.read.urge_hours)
        slot = int(message.at.timestamp()) // (hours * 3600)
        to = f"unit:{case.lead_unit}" if case.lead_unit else "dispatchers"
        words = {**private, "text": redact_text(act.text, case.filing.name)}
        unit.post([Notice(f"{act.number}/urge-by-citizen/{slot}", to, "urge", message.at, act.number, facts, words)])


def _note(unit: Any, act: Wait | Subscribe, handle: str, at: datetime) -> None:
    if isinstance(act, Wait):
        unit.post([_wake(act, handle, at)])
    else:
        unit.contact_note(handle, SUBSCRIBED, "yes" if act.yes else "no")


def _wake(act: Wait, handle: str, at: datetime) -> Notice:
    """A notice to the talk itself: when it comes due, what was left hanging is answered."""
    key = f"{TALK_WAIT}/{handle}/{act.until.timestamp():.3f}"
    return Notice(key, f"{TALK}{handle}", TALK_WAIT, at, not_before=act.until)


def _calls(act: AskHuman | Alarm, citizen: Person, message: Message) -> list[Notice]:
    """A person is wanted: the dispatchers, and in an emergency the supervisors too."""
    number = act.number if isinstance(act, AskHuman) else ""
    who = number or f"{message.channel} {citizen.name}"
    slot = int(message.at.timestamp()) // (ASKING_AGAIN_MINUTES * 60)
    name = "alarm" if isinstance(act, Alarm) else "human_wanted"
    key = f"{name}/{citizen.name}/{message.id if isinstance(act, Alarm) else slot}"
    rooms = ("dispatchers", "supervisors") if isinstance(act, Alarm) else ("dispatchers",)
    private = {"text": redact_text(act.text), "who": who}
    return [Notice(f"{key}/{to}", to, name, message.at, number or None, {}, private) for to in rooms]


def _rating(act: Rate) -> dict[str, Any]:
    return {
        "score": act.score,
        "text": act.text,
        "result": act.result,
        "efficiency": act.efficiency,
        "attitude": act.attitude,
    }


def _attach(unit: Any, media: tuple[str, ...], number: str) -> None:
    for id in media:
        unit.media_attach(id, number)

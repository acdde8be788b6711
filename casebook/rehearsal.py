"""Plays a rehearsal against an Office: the real code with a clock of its own, so that three weeks pass in a second.

The Office is a promise (`say`, `file`, `take`, `tick`, `messages`, `cases`); the wiring gives one with a database in
memory. Between two steps time is walked forward and every timer on the way fires at its own minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from casebook.case import Case, Command, Person
from casebook.errors import NoSuchCase, NotAllowed
from casebook.rehearsal_file import Rehearsal, Step, moment
from casebook.wording import refusal

ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Sent:
    """One message as it left: to whom, about which case (its number), when, in which words."""

    at: datetime
    to: str
    message: str
    text: str
    case: str | None = None


class Office(Protocol):
    """A whole office that can be played with. Every moment is given to it."""

    def say(self, citizen: str, said: Mapping[str, Any], at: datetime) -> None:
        """One chat message of that citizen, through the conversation: `text`, `photo`, `voice` or `place`.

        `voice` is what the platform recognised, "" where it recognised nothing; `channel` is "rehearsal" unless told.
        """

    def file(self, by: Person, facts: Mapping[str, Any], at: datetime) -> None:
        """A filing. Raises NotAllowed."""

    def take(self, number: str, command: Command) -> None:
        """A step on a case. Raises NotAllowed and NoSuchCase."""

    def tick(self, until: datetime) -> None:
        """Let time pass: every timer due by then fires at its own moment."""

    def numbers(self) -> Sequence[str]:
        """The case numbers in the order of their filing."""

    def case(self, number: str) -> Case:
        """The case as it is."""

    def sent(self) -> Sequence[Sent]:
        """All messages so far, in order."""

    def ledger(self, number: str, now: datetime) -> Mapping[str, str]:
        """The case's row of the ledger."""

    def person(self, handle: str) -> str:
        """The name a citizen's handle stands for."""


@dataclass
class Played:
    """What came out: the office after the last step, and the steps it refused."""

    rehearsal: Rehearsal
    office: Office
    rejected: list[dict[str, Any]]
    end: datetime

    def document(self) -> dict[str, Any]:
        """The whole result as rehearsals.md lays it out; JSON-ready."""
        numbers = list(self.office.numbers())
        return {
            "rulebook": self.rehearsal.rulebook,
            "about": self.rehearsal.about,
            "cases": [self._case(place, number) for place, number in enumerate(numbers, 1)],
            "messages": [self._message(sent, numbers) for sent in self.office.sent()],
            "rejected": self.rejected,
            "expectations": self.expectations(),
        }

    def expectations(self) -> list[dict[str, Any]]:
        """Each [[expect]] of the file with whether it held and what was found instead."""
        return [{"expect": number, **_judge(dict(row), self)} for number, row in enumerate(self.rehearsal.expect, 1)]

    def _case(self, place: int, number: str) -> dict[str, Any]:
        case = self.office.case(number)
        return {
            "case": place,
            "number": number,
            "kind": case.kind,
            "stream": case.stream,
            "state": case.state,
            "lead_unit": case.lead_unit,
            "co_units": list(case.co_units),
            "class": case.case_class,
            "verdict": case.verdict,
            "rework_count": case.rework_count,
            "score": case.score,
            "anonymous": case.filing.anonymous,
            "confidential": case.filing.confidential,
            "fields": _fields(case),
            "clocks": [_clock(run, self.end) for run in case.clocks if not run.target],
            "ledger": dict(self.office.ledger(number, self.end)),
        }

    @staticmethod
    def _message(sent: Sent, numbers: list[str]) -> dict[str, Any]:
        place = numbers.index(sent.case) + 1 if sent.case in numbers else None
        return {"at": sent.at.isoformat(), "to": sent.to, "case": place, "message": sent.message, "text": sent.text}


def play(rehearsal: Rehearsal, office: Office) -> Played:
    """Carry out every step in order; a refused one goes to `rejected` and the rehearsal goes on. What is done in a
    minute comes before what falls due in it: at 17:30 one is still in time."""
    played = Played(rehearsal, office, [], rehearsal.steps[-1].at)
    for step in rehearsal.steps:
        office.tick(step.at - ONE_SECOND)
        try:
            _carry_out(step, office)
        except NotAllowed as error:
            played.rejected.append({"step": step.number, "why": refusal(error), "cites": error.cites})
        except NoSuchCase:
            why = refusal(NotAllowed("no_such_case"))
            played.rejected.append({"step": step.number, "why": why, "cites": ""})
    office.tick(played.end)
    return played


def _carry_out(step: Step, office: Office) -> None:
    if step.do == "say":
        office.say(step.by.name, step.facts, step.at)
    elif step.do == "file":
        office.file(step.by, step.facts, step.at)
    elif step.do:
        facts = dict(step.facts)
        if step.do == "merge":
            facts["into"] = _number(office, facts.get("into"))
        office.take(_number(office, step.case), Command(step.do, step.by, step.at, facts))


def _number(office: Office, place: Any) -> str:
    numbers = office.numbers()
    if not isinstance(place, int) or not 1 <= place <= len(numbers):
        raise NoSuchCase(f"no case {place} in this rehearsal")
    return numbers[place - 1]


def _fields(case: Case) -> dict[str, Any]:
    filing = case.filing
    given = {
        "name": filing.name,
        "phone": filing.phone,
        "id_number": filing.id_number,
        "address": filing.address,
        "organisation": filing.respondent,
        "request": filing.request,
    }
    return {**filing.fields, **{key: value for key, value in given.items() if value}}


def _clock(run: Any, now: datetime) -> dict[str, Any]:
    return {
        "clock": run.clock,
        "round": run.round,
        "started": run.started.isoformat(),
        "due": run.due.isoformat(),
        "stopped": run.stopped.isoformat() if run.stopped else None,
        "overdue": run.overdue(now),
        "provisional": run.provisional,
        "cites": run.cites,
    }


def _judge(row: dict[str, Any], played: Played) -> dict[str, Any]:
    if "rejected" in row:
        steps = [item["step"] for item in played.rejected]
        return {"held": row["rejected"] in steps, "found": steps}
    if "message" in row:
        return _judge_message(row, played)
    numbers = played.office.numbers()
    if not 1 <= row["case"] <= len(numbers):
        return {"held": False, "found": f"only {len(numbers)} cases were filed"}
    case = played.office.case(numbers[row["case"] - 1])
    return _judge_clock(row, case, played.end) if "clock" in row else _judge_case(row, case)


def _judge_case(row: dict[str, Any], case: Case) -> dict[str, Any]:
    names = {"class": "case_class"}
    wanted = {key: value for key, value in row.items() if key != "case"}
    found = {key: getattr(case, names.get(key, key), None) for key in wanted}
    return {"held": found == wanted, "found": next(iter(found.values())) if len(found) == 1 else found}


def _judge_clock(row: dict[str, Any], case: Case, now: datetime) -> dict[str, Any]:
    run = case.run(row["clock"], row.get("round"))
    if run is None or run.target:
        return {"held": False, "found": None}
    checks: dict[str, tuple[bool, Any]] = {
        "due": (_same_time(row.get("due"), run.due), _as_asked(row.get("due"), run.due)),
        "overdue": (row.get("overdue") == run.overdue(now), run.overdue(now)),
        "running": (row.get("running") == run.running, run.running),
    }
    asked = {key: checks[key] for key in checks if key in row}
    found = {key: value for key, (_, value) in asked.items()}
    held = all(ok for ok, _ in asked.values())
    return {"held": held, "found": next(iter(found.values())) if len(found) == 1 else found or run.due.isoformat()}


def _judge_message(row: dict[str, Any], played: Played) -> dict[str, Any]:
    numbers = list(played.office.numbers())
    place = row.get("case")
    number = numbers[place - 1] if isinstance(place, int) and place <= len(numbers) else None
    matching = [
        sent
        for sent in played.office.sent()
        if sent.message == row["message"]
        and row.get("to", sent.to) == sent.to
        and ("case" not in row or sent.case == number or (number and _is_in_place_of(number, sent, played.office)))
    ]
    timed = [sent for sent in matching if _same_time(row.get("at"), sent.at)] if "at" in row else matching
    held = len(timed) == row["times"] if "times" in row else bool(timed)
    return {"held": held, "found": [f"{sent.at:%Y-%m-%d %H:%M} {sent.to}" for sent in matching]}


def _is_in_place_of(number: str, sent: Sent, office: Office) -> bool:
    """Whether the message tells the filer of a merged case what became of the case it was merged into."""
    case = office.case(number)
    filer = office.person(f"citizen:{case.filing.citizen}")
    return case.merged_into is not None and (sent.case, sent.to) == (case.merged_into, filer)


def _same_time(asked: Any, found: datetime) -> bool:
    if asked is None:
        return False
    if _is_day(asked):
        return str(asked)[:10] == f"{found:%Y-%m-%d}"
    wanted = moment(asked, found.tzinfo, "expect")  # type: ignore[arg-type]
    return wanted.replace(second=0) == found.replace(second=0, microsecond=0)


def _is_day(asked: Any) -> bool:
    return (isinstance(asked, date) and not isinstance(asked, datetime)) or len(str(asked)) == 10


def _as_asked(asked: Any, found: datetime) -> str:
    return f"{found:%Y-%m-%d}" if asked is None or _is_day(asked) else f"{found:%Y-%m-%d %H:%M}"

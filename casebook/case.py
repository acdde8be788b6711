"""A case is its history; the state is its last word.

`Entry` is one line of the history and never changes. `Case` is the fold of its entries (`replay`), so a stored
snapshot can always be checked against them. Everything an entry changes stands in the entry itself, clocks and
due dates included: replaying needs no rulebook, no calendar and no clock.

Times are aware datetimes in the jurisdiction's zone. Personal data stands only in `Filing`, `Entry.private` and
`Notice.private`; the store seals those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


def nothing() -> Mapping[str, Any]:
    """The default of a mapping: a function, because Python 3.11 takes no mapping as a dataclass default."""
    return NOTHING


@dataclass(frozen=True)
class Person:
    """Who acts or is told. `role` is one of terms.ROLES; `unit` only for unit roles. `str()` is the address form.

    A citizen's `name` is a handle: the contact's id in service, the plain name in a rehearsal.
    """

    role: str
    name: str = ""
    unit: str | None = None

    def __str__(self) -> str:
        return f"{self.role}:{self.name}" + (f"@{self.unit}" if self.unit else "") if self.name else self.role

    @classmethod
    def read(cls, text: str) -> Person:
        """The person an address names: `officer:李@市自然资源局`, `citizen:王芳`, `clock`."""
        role, _, rest = text.partition(":")
        name, _, unit = rest.partition("@")
        return cls(role, name, unit or None)


CLOCK = Person("clock")


@dataclass(frozen=True)
class Filing:
    """What a citizen hands in, before it is a case. All of it is personal data.

    `citizen` is the filer's handle ("" when an officer files for somebody without a chat).
    `evidence` names files (media ids in service). `due` is a limit that a handing-over system set.
    `proposal` is what the machine suggests to the dispatcher: verdict, ground, clause, departments; never a decision.
    """

    kind: str
    text: str
    citizen: str = ""
    respondent: str = ""
    request: str = ""
    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    organisation_filing: str = ""
    anonymous: bool = False
    confidential: bool = False
    evidence: tuple[str, ...] = ()
    channel: str = "web"
    stream: str | None = None
    due: datetime | None = None
    score: int | None = None
    urgent: bool = False
    outside_number: str = ""
    fields: Mapping[str, Any] = field(default_factory=nothing)
    proposal: Mapping[str, Any] = field(default_factory=nothing)


@dataclass(frozen=True)
class Command:
    """One person asks for one step. `facts` are the step's further keys, as rehearsals.md names them."""

    step: str
    by: Person
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=nothing)


@dataclass(frozen=True)
class ClockRun:
    """One run of one clock. `due` moves only through an entry that says so. `cites` is the article it rests on.

    `days`/`hours` are what the rule gave; `ceiling` the last moment an extension may reach (None: no ceiling);
    `provisional` means a day on the way lies in a year whose holiday notice is not loaded.
    `holder` is who keeps it: unit | body (the management body). `target` marks an internal target without a legal
    number: it reminds, and never stands among the clocks shown. `stopped_by` is the step that stopped it.
    """

    clock: str
    round: int
    started: datetime
    due: datetime
    cites: str
    working_days: int | None = None
    hours: int | None = None
    ceiling: datetime | None = None
    provisional: bool = False
    holder: str = "unit"
    target: bool = False
    stopped: datetime | None = None
    stopped_by: str | None = None

    @property
    def running(self) -> bool:
        return self.stopped is None

    def overdue(self, now: datetime) -> bool:
        """Whether it stopped, or still runs, after its due moment."""
        return (self.stopped or now) > self.due

    @property
    def key(self) -> tuple[str, int]:
        return (self.clock, self.round)


@dataclass(frozen=True)
class Entry:
    """One line of a case's history.

    `state` is the state after it. `facts` hold no personal data; `private` holds what is sealed (texts, names).
    `changes` are the case attributes it sets; `clocks` are whole ClockRuns that replace the run of the same key.
    """

    seq: int
    at: datetime
    by: Person
    step: str
    state: str
    facts: Mapping[str, Any] = field(default_factory=nothing)
    private: Mapping[str, Any] = field(default_factory=nothing)
    changes: Mapping[str, Any] = field(default_factory=nothing)
    clocks: tuple[ClockRun, ...] = ()


@dataclass(frozen=True)
class Case:
    """A case as its history has left it. Attribute names are those of rehearsals.md.

    `barred` are persons who may neither read nor act (recused, or named as respondent). `followers` are the citizens
    whose cases were merged into this one and who get its answer too. `pending` is what waits for consent. `group` are
    the persons of a working group (专班), of whatever unit, who look into it together. `erased` is when its person was
    let go (`keeping`); nothing more is done with it.
    """

    number: str
    rulebook: str
    kind: str
    state: str
    filed: datetime
    filing: Filing
    version: int = 0
    stream: str | None = None
    lead_unit: str | None = None
    co_units: tuple[str, ...] = ()
    case_class: str | None = None
    verdict: str | None = None
    score: int | None = None
    rework_count: int = 0
    hand_backs: int = 0
    answers: int = 0
    revisits: int = 0
    marks: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    officer: str = ""
    merged_into: str | None = None
    linked: tuple[str, ...] = ()
    followers: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    pending: Mapping[str, Any] = field(default_factory=nothing)
    closed: datetime | None = None
    erased: datetime | None = None
    clocks: tuple[ClockRun, ...] = ()
    history: tuple[Entry, ...] = field(default=(), repr=False)

    def run(self, clock: str, round: int | None = None) -> ClockRun | None:
        """The named clock's run of that round; without a round its last run; None if it never started."""
        runs = [run for run in self.clocks if run.clock == clock and round in (None, run.round)]
        return runs[-1] if runs else None

    @property
    def running(self) -> tuple[ClockRun, ...]:
        return tuple(run for run in self.clocks if run.running)

    @property
    def units(self) -> tuple[str, ...]:
        return ((self.lead_unit,) if self.lead_unit else ()) + self.co_units

    @property
    def asked(self) -> tuple[str, ...]:
        """The units that were asked for material and have not given it yet."""
        return tuple(self.pending.get("material", ()))

    @property
    def concerned(self) -> tuple[str, ...]:
        """Every unit that somebody concerned with the case belongs to."""
        members = (Person.read(each).unit or "" for each in self.group)
        return tuple(dict.fromkeys(unit for unit in (*self.units, *self.asked, *members) if unit))

    def with_entry(self, entry: Entry) -> Case:
        """The case after one more entry: the only way a case changes."""
        runs = {run.key: run for run in self.clocks}
        runs.update({run.key: run for run in entry.clocks})
        return replace(
            self,
            **entry.changes,
            state=entry.state,
            version=entry.seq,
            clocks=tuple(runs.values()),
            history=(*self.history, entry),
        )


def replay(number: str, entries: Iterable[Entry]) -> Case:
    """The case that these entries make, the first being its `file` entry, whose private part holds the filing."""
    first, *rest = entries
    filing: Filing = first.private["filing"]
    case = Case(
        number=number,
        rulebook=first.facts["rulebook"],
        kind=filing.kind,
        state=first.state,
        filed=first.at,
        filing=filing,
    ).with_entry(first)
    for entry in rest:
        case = case.with_entry(entry)
    return case


@dataclass(frozen=True)
class Notice:
    """One message that must reach somebody, written in the same transaction as what it tells of.

    `key` is unique for ever: the same notice can be asked for twice and exists once.
    `to` is an address: `citizen:HANDLE`, `unit:UNIT`, `officer:NAME@UNIT`, `leader:…`, `dispatchers`, `inspectors`,
    `supervisors`, `reviewer:…`, `system:NAME`. `message` is one of terms.MESSAGES; `facts` (public) and `private`
    (sealed) fill its sentence in wording.toml. `not_before` holds it back (office hours).
    """

    key: str
    to: str
    message: str
    at: datetime
    case: str | None = None
    facts: Mapping[str, Any] = field(default_factory=nothing)
    private: Mapping[str, Any] = field(default_factory=nothing)
    not_before: datetime | None = None


@dataclass(frozen=True)
class Timer:
    """Something to do at a moment if the case still wants it then. `key` is unique for ever.

    `what` is a message name (a reminder to `to`) or a step to take in the clock's name. An `urgent` one does not wait
    for office hours.
    """

    key: str
    case: str
    at: datetime
    what: str
    to: str = ""
    clock: str = ""
    round: int = 1
    facts: Mapping[str, Any] = field(default_factory=nothing)
    urgent: bool = False

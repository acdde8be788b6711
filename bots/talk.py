"""What a conversation remembers, what it may know, and what it can ask to be done.

`Talk` is all that is kept of one citizen's conversation between two messages. `Here` is what the conversation may know
of the world in one turn. `Turn` is what comes out: the new talk, what is said, and the acts the reception carries out.
Nothing here reads a clock or a store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bots.keeping import restore, spread
from bots.message import Reply
from bots.wishes import (
    Act,
    Alarm,
    AskHuman,
    FileCase,
    Rate,
    Subscribe,
    Supplement,
    Unreached,
    Urge,
    Wait,
    Withdraw,
)
from bots.wording import Words
from casebook.case import Filing

__all__ = [
    "Act",
    "Alarm",
    "AskHuman",
    "CaseView",
    "Draft",
    "FileCase",
    "Here",
    "Known",
    "Material",
    "Mind",
    "Rate",
    "Reading",
    "Subscribe",
    "Supplement",
    "Talk",
    "Turn",
    "Unreached",
    "Urge",
    "Wait",
    "Withdraw",
]

IDLE = "idle"
GATHERING = "gathering"
CONFIRMING = "confirming"
EDITING = "editing"
REDIRECTED = "redirected"
WITHDRAWING = "withdrawing"
SUPPLEMENTING = "supplementing"
RATED = "rated"
HOLDING = "holding"
SPLITTING = "splitting"
CONSULTED = "consulted"
REPEATING = "repeating"
ADDING = "adding"

# A draft is kept, but is not what is being talked about.
ASIDE = frozenset({REDIRECTED, CONSULTED, ADDING})
DRAFTING = frozenset({GATHERING, CONFIRMING, EDITING})
STAGES = DRAFTING | ASIDE | {IDLE, WITHDRAWING, SUPPLEMENTING, RATED, HOLDING, SPLITTING, REPEATING}


class Reading(Protocol):
    """What the reader made of one message (`nlp.reader.Reading` has this shape)."""

    @property
    def kind(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def ground(self) -> str | None: ...
    @property
    def clause(self) -> str | None: ...
    @property
    def departments(self) -> tuple[tuple[str, float], ...]: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Known:
    """A reviewed answer of the knowledge base, and where it comes from."""

    answer: str
    source: str
    unit: str
    reviewed: str


class Mind(Protocol):
    """What the conversation can ask about words besides the message's own reading."""

    def read(self, text: str) -> Reading: ...
    def alike(self, one: str, other: str) -> float:
        """The probability that both tell of the same matter."""

    def look_up(self, question: str) -> Known | None:
        """The reviewed answer to just this question; None where there is none."""


@dataclass(frozen=True)
class Draft:
    """A matter on its way to becoming a case. `text` is the citizen's own words, nothing added.

    `asked` counts how often each field was asked for, `skipped` are those the citizen would not give.
    `proposal` is what the machine thinks (verdict, ground, clause, departments); a person decides.
    """

    kind: str = "complaint"
    text: str = ""
    respondent: str = ""
    request: str = ""
    name: str = ""
    phone: str = ""
    id_number: str = ""
    address: str = ""
    service: str = ""
    anonymous: bool = False
    confidential: bool = False
    evidence: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    proposal: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, int] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()

    def filing(self, citizen: str, channel: str) -> Filing:
        """What goes to the desk once the citizen has confirmed."""
        return Filing(
            kind=self.kind,
            text=self.text,
            citizen=citizen,
            respondent=self.respondent,
            request=self.request,
            name="" if self.anonymous else self.name,
            phone="" if self.anonymous else self.phone,
            id_number="" if self.anonymous else self.id_number,
            address="" if self.anonymous else self.address,
            anonymous=self.anonymous,
            confidential=self.confidential,
            evidence=self.evidence,
            channel=channel,
            fields={**self.fields, **({"service": self.service} if self.service else {})},
            proposal=dict(self.proposal),
        )


@dataclass(frozen=True)
class Talk:
    """All that is remembered between two messages of one citizen.

    `previous` is the draft before the last statement (返回 brings it back); `asking` the fields of the last question,
    `rounds` how often the story went on instead of an answer to it; `number` the case spoken of; `choices` the (label,
    data) pairs last offered, for those who type a number; `serial` counts drafts and stands in the buttons, so that a
    press on an old card is known; `filed` is the last serial that became a case; `held` are words and `held_media`
    pictures waiting to be told which case they belong to. `pending` are pieces of a thought that has not ended, to be
    answered at `quiet_until`; `parts` further matters of the same statement; `earlier` an own concluded case that the
    draft takes up again; `urged` when which case was last urged; `plain` asks for short sentences.
    """

    stage: str = IDLE
    draft: Draft | None = None
    previous: Draft | None = None
    asking: tuple[str, ...] = ()
    rounds: int = 0
    number: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    serial: int = 0
    filed: int = 0
    held: str = ""
    held_media: tuple[str, ...] = ()
    offered: bool = False
    pending: tuple[str, ...] = ()
    pending_media: tuple[str, ...] = ()
    quiet_until: datetime | None = None
    parts: tuple[str, ...] = ()
    earlier: str = ""
    urged: tuple[tuple[str, str], ...] = ()
    plain: bool = False
    last_at: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """The talk as plain JSON values."""
        return {"version": 1, **spread(self)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any] | None) -> Talk:
        """The talk that was kept; whatever an older or damaged version lacks or spoils takes its first value."""
        talk = restore(cls, kept or {}, (Draft,))
        if talk.stage not in STAGES or (talk.draft is None and talk.stage in DRAFTING | ASIDE):
            return cls(serial=talk.serial, filed=talk.filed, last_at=talk.last_at)
        return talk


@dataclass(frozen=True)
class Material:
    """One thing the rulebook asks of a filing. `ask` replaces the usual wording of the question when given."""

    field: str
    required: bool = True
    ask: str = ""


# What somebody must know to act on a complaint, where a rulebook names no materials.
USUAL = (Material("respondent"), Material("name"), Material("phone"))


@dataclass(frozen=True)
class CaseView:
    """One of the citizen's own cases, as far as the conversation needs it.

    `steps` are those open to the citizen now (supplement, withdraw, rate); `open` means not yet concluded;
    `claims_contact` that somebody wrote down having reached the citizen, or has answered; `moves` are when which step
    brought it on.
    """

    number: str
    state: str
    kind: str = "complaint"
    summary: str = ""
    lead_unit: str = ""
    filed: datetime | None = None
    due: datetime | None = None
    provisional: bool = False
    answer: str = ""
    score: int | None = None
    steps: frozenset[str] = frozenset()
    open: bool = True
    claims_contact: bool = False
    moves: tuple[tuple[datetime, str], ...] = ()

    @property
    def can_rate(self) -> bool:
        return "rate" in self.steps


@dataclass(frozen=True)
class Here:
    """What the conversation may know in this turn. `may_take_id` is false on channels abroad (Telegram). `pause` is how
    long a thought may rest before it counts as ended; None where an answer cannot come later than the message.
    `person` is the name and telephone the citizen left with the last case that was not
    anonymous; `clauses` how each clause the reader names is cited to people."""

    now: datetime
    words: Words
    title: str = ""
    phone: str = ""
    public_url: str = ""
    channel: str = "web"
    citizen: str = ""
    materials: tuple[Material, ...] = USUAL
    cases: tuple[CaseView, ...] = ()
    redirects: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    person: Mapping[str, str] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)
    may_take_id: bool = True
    caution: str = ""
    anonymous: str = "accept"
    urge_hours: int = 24
    asks_consent: bool = False
    sides: tuple[str, ...] = ()
    plain: bool = False
    pause: timedelta | None = None
    mind: Mind | None = None

    def case(self, number: str) -> CaseView | None:
        """The citizen's own case of that number; None if it is not theirs."""
        return next((case for case in self.cases if case.number == number), None)


@dataclass(frozen=True)
class Turn:
    """What one message led to."""

    talk: Talk
    replies: tuple[Reply, ...] = ()
    acts: tuple[Act, ...] = ()

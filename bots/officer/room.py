"""What the officers' conversation may know in one turn, what it remembers of each officer, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from bots.message import Reply
from bots.wording import Words
from casebook.answering import Fault
from casebook.case import Command, Person


@dataclass(frozen=True)
class OfficerView:
    """A case as it may stand in a group: masked, with what this person may do now.

    `classes` and `clauses` are (name, title) pairs of the rulebook; `must` are the elements an answer needs; `criteria`
    what a check looks at and `grounds` what an appeal may rest on, empty where the rulebook lists none;
    `proposal` are (unit, probability) pairs, `why` the words that spoke for them, `similar` earlier cases (number,
    unit). `path` is where the case has been: (unit, the reason it was handed back, "" for the present one).
    `whole` is everything written, covered, "" where `matter` says it all; `hidden`: the words are kept out of groups.
    `lacking` are papers that the citizen still owes, `answer` the last answer by paragraph, covered.
    `identity`: whether this person may open who filed it. `group` are the working group's people, `asked` the units
    that owe material, each with its day.
    """

    number: str
    kind: str
    state: str
    matter: str = ""
    whole: str = ""
    hidden: bool = False
    lacking: tuple[str, ...] = ()
    answer: tuple[tuple[str, str], ...] = ()
    masked: str = ""
    respondent: str = ""
    request: str = ""
    class_title: str = ""
    lead_unit: str = ""
    clock: str = ""
    due: datetime | None = None
    filed: datetime | None = None
    provisional: bool = False
    allowed: tuple[str, ...] = ()
    classes: tuple[tuple[str, str], ...] = ()
    clauses: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    must: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    needs_verdict: bool = False
    proposal: tuple[tuple[str, float], ...] = ()
    why: str = ""
    score: int | None = None
    evidence: int = 0
    marks: tuple[str, ...] = ()
    similar: tuple[tuple[str, str], ...] = ()
    path: tuple[tuple[str, str], ...] = ()
    identity: bool = False
    hand_backs: int = 0
    group: tuple[str, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class OfficerTalk:
    """What is remembered of one person in one room: the step being prepared and what it has so far.

    `asking` is the fact last asked for, "" when the whole waits for 确认; `choices` as in the citizen's talk.
    """

    number: str = ""
    step: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    asking: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"version": 1, **asdict(self)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any] | None) -> OfficerTalk:
        """What was kept; anything unusable begins anew."""
        kept = kept or {}
        facts, choices = kept.get("facts"), kept.get("choices")
        pairs = [pair for pair in choices if len(pair) == 2] if isinstance(choices, list | tuple) else []
        return cls(
            number=str(kept.get("number") or ""),
            step=str(kept.get("step") or ""),
            facts=dict(facts) if isinstance(facts, Mapping) else {},
            asking=str(kept.get("asking") or ""),
            choices=tuple((str(label), str(data)) for label, data in pairs),
        )


EMPTY = OfficerTalk()


def nothing_wrong(number: str, step: str, given: Mapping[str, Any]) -> Sequence[Fault]:
    """The check of what is written where there is none."""
    return ()


@dataclass(frozen=True)
class RoomView:
    """What the conversation may know. `person` is None for a stranger; `quoted` the case of the card answered to.

    `cases` are those named by the message, the quote or the talk; `listed` the room's open ones, for overviews and for
    steps that name no case; `found` those of a search, `next` the one to take up next. `check` names what the words of
    a step still lack, or should not say. `units` are the unit names in the jurisdiction's order, `aliases` other names
    of theirs.
    """

    now: datetime
    words: Words
    person: Person | None = None
    address: str = ""
    talk: OfficerTalk = OfficerTalk()
    quoted: str = ""
    cases: Mapping[str, OfficerView] = field(default_factory=dict)
    listed: tuple[OfficerView, ...] = ()
    units: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    found: tuple[OfficerView, ...] = ()
    next: str = ""
    check: Callable[[str, str, Mapping[str, Any]], Sequence[Fault]] = nothing_wrong


@dataclass(frozen=True)
class Link:
    """A one-time page for this person: `what` is look (who filed it), read (words kept out of the group), or form (a
    step's fields; file: a new case)."""

    what: str
    number: str = ""
    step: str = ""


@dataclass(frozen=True)
class RoomTurn:
    """What one message in a room led to. Commands are carried out in order; each success shows its case's card.
    `links` are pages to be opened in private."""

    talk: OfficerTalk
    replies: tuple[Reply, ...] = ()
    commands: tuple[tuple[str, Command], ...] = ()
    links: tuple[Link, ...] = ()

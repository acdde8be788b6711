"""What is kept of staff: joining codes, who stands in for whom, what was refused to whom, what dispatchers taught."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select

from casebook.case import Case
from models.keep_tables import tickets
from models.ready import Ready
from models.records import Example, Refusal, Ticket
from models.staff_tables import examples, leaves, refusals
from models.tables import case_units, cases, chats, senders
from models.unit_part import Part

# Six digits are typed without a slip; the few guesses a sender has (`refused_lately`) make up for their number.
CODE_DIGITS = 6
AWAY = (leaves.c.person == bindparam("who"), leaves.c.until > bindparam("at", type_=leaves.c.until.type))
STAND_IN = Ready(select(leaves.c.stand_in).where(*AWAY))


class Staff(Part):
    """Codes, leaves, refusals, examples."""

    def code_make(self, purpose: str, subject: str, at: datetime, ttl: timedelta) -> str:
        """A code of six digits that opens once within `ttl`, taken as the ticket `purpose:code`."""
        while True:
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
            row = {"ticket_blind": self._vault.blind("ticket", f"{purpose}:{code}"), "purpose": purpose}
            if self._add(tickets, {**row, "subject": subject, "expires_at": at + ttl}):
                return code

    def ticket_peek(self, ticket: str, at: datetime, purpose: str) -> Ticket | None:
        """What the ticket was made for, and it stays good: for the page that asks before it opens anything."""
        mine = self._blind_is(tickets.c.ticket_blind, "ticket", ticket)
        mine &= tickets.c.taken_at.is_(None) & (tickets.c.expires_at > at) & (tickets.c.purpose == purpose)
        row = self._one(select(tickets.c.purpose, tickets.c.subject).where(mine))
        return Ticket(row.purpose, row.subject) if row else None

    def refused(self, channel: str, sender: str, who: str, number: str, what: str, why: str, at: datetime) -> None:
        """Record that somebody was refused something. A stranger (`who` empty) is kept as a keyed hash alone."""
        blind = self._vault.blind("sender", sender) if sender else ""
        row = {"channel": channel, "who": who, "sender_blind": blind, "number": number[:32]}
        self._run(refusals.insert(), {**row, "what": what[:64], "why": why[:64], "at": at})

    def refusals(self, number: str | None = None, limit: int = 200) -> list[Refusal]:
        """What was refused on a case, or at all, the last first."""
        query = select(refusals).order_by(refusals.c.id.desc()).limit(limit)
        rows = self._rows(query if number is None else query.where(refusals.c.number == number))
        return [Refusal(row.channel, row.who, row.number, row.what, row.why, self._codec.local(row.at)) for row in rows]

    def refused_lately(self, sender: str, what: str, since: datetime) -> int:
        """How often this sender was refused that since a moment."""
        mine = self._blind_is(refusals.c.sender_blind, "sender", sender)
        query = select(func.count()).select_from(refusals)
        return int(self._run(query.where(mine, refusals.c.what == what, refusals.c.at >= since)).scalar_one())

    def leave(self, person: str, stand_in: str, until: datetime) -> None:
        """The person is away until a moment; the other acts in their place."""
        self._put(leaves, {"person": person, "stand_in": stand_in, "until": until})

    def back(self, person: str) -> bool:
        """The person is back; whether they were away."""
        return self._run(delete(leaves).where(leaves.c.person == person)).rowcount > 0

    def stand_in_of(self, person: str, at: datetime) -> str:
        """Who acts in the person's place now; "" if nobody."""
        row = self._one(STAND_IN, {"who": person, "at": at})
        return row.stand_in if row else ""

    def stands_in_for(self, person: str, at: datetime) -> list[str]:
        """In whose place the person acts now."""
        query = select(leaves.c.person).where(leaves.c.stand_in == person, leaves.c.until > at)
        return [row.person for row in self._rows(query.order_by(leaves.c.person))]

    def example_add(self, number: str, text: str, label: str, suggested: str, by: str, at: datetime) -> None:
        """Keep what a dispatcher decided, for the router's next training. The text comes covered and is sealed."""
        row = {"number": number, "label": label, "suggested": suggested, "by": by, "at": at}
        self._run(examples.insert(), {**row, "sealed": self._seal(text, "example", number)})

    def examples(self, limit: int = 10_000) -> list[Example]:
        """The dispatchers' latest decisions, oldest first; of a case decided anew only what was decided last."""
        last = select(func.max(examples.c.id)).group_by(examples.c.number).scalar_subquery()
        query = select(examples).where(examples.c.id.in_(last)).order_by(examples.c.id.desc()).limit(limit)
        return [
            Example(row.number, self._open(row.sealed, "example", row.number), row.label, row.suggested, row.by,
                    self._codec.local(row.at))
            for row in reversed(self._rows(query))
        ]  # fmt: skip

    def agreement(self, since: datetime, until: datetime) -> list[tuple[str, str, int]]:
        """(decided unit, unit the machine had put first or "", how many cases), the most first; as decided last."""
        last = select(func.max(examples.c.id)).where(examples.c.at.between(since, until)).group_by(examples.c.number)
        times = func.count().label("times")
        query = select(examples.c.label, examples.c.suggested, times).where(examples.c.id.in_(last.scalar_subquery()))
        query = query.group_by(examples.c.label, examples.c.suggested).order_by(times.desc(), examples.c.label)
        return [(row.label, row.suggested, int(row.times)) for row in self._rows(query)]

    def unbind_all(self, person: str) -> int:
        """Forget every account and chat bound to the person; how many there were."""
        accounts = self._run(delete(senders).where(senders.c.person == person)).rowcount
        return accounts + self._run(delete(chats).where(chats.c.address == person)).rowcount

    def bound(self) -> list[tuple[str, str]]:
        """(channel, address) of every bound account and group, for a list."""
        people = self._rows(select(senders.c.channel, senders.c.person.label("address")))
        groups = self._rows(select(chats.c.channel, chats.c.address))
        return sorted((row.channel, row.address) for row in (*people, *groups))

    def recent(self, unit: str | None, limit: int = 500) -> list[Case]:
        """Cases as they stand, the newest first, their histories left out: for looking through."""
        query = select(cases.c.number, cases.c.sealed).order_by(cases.c.filed_at.desc(), cases.c.number.desc())
        if unit is not None:
            query = query.where(cases.c.number.in_(select(case_units.c.number).where(case_units.c.unit == unit)))
        return [self._open(row.sealed, "case", row.number) for row in self._rows(query.limit(limit))]

"""The outbox: notices written with what they tell of, claimed and sent afterwards, each with its fate.

A recipient's notices go out in the order they were written: one that waits for another try holds back those behind it,
one that is only held back by its own `not_before` does not. A claimed row is leased; if its sender dies it comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.engine import Row

from casebook.case import Notice
from casebook.waited import REMINDING
from models.columns import among, constant
from models.ready import Ready
from models.records import OutboxRow
from models.tables import outbox
from models.unit_part import Part, insert_into

# Longer than any platform's timeout and its retries within one attempt; shorter than a person's patience.
LEASE = timedelta(seconds=60)
# From so many on, one statement for all of them is worth the putting together where each costs a journey.
MANY = 4
# Longer than any pause between two tries.
FARTHEST = timedelta(days=1)
OPEN = (constant("waiting"), constant("sending"))
# What people may still tell by telephone.
CALLABLE = and_(outbox.c.state == constant("failed"), outbox.c.to.like("citizen:%"), outbox.c.number.is_not(None))
NAMED = update(outbox).where(outbox.c.key == bindparam("which"))

NOW: Any = bindparam("now", type_=outbox.c.next_at.type)
UNTIL: Any = bindparam("until", type_=outbox.c.next_at.type)
HOLD = Ready(
    NAMED.where(outbox.c.state == constant("sending"), outbox.c.attempts == bindparam("count")).values(next_at=UNTIL)
)


def _is_open(table: Any) -> Any:
    return table.c.state.in_(OPEN)


def _waits_behind() -> Any:
    """Whether the recipient has an earlier row in line: asked of a few rows only."""
    other = outbox.alias("other")
    in_line = or_(other.c.next_at <= NOW, other.c.attempts > 0)
    return exists().where(_is_open(other), other.c.to == outbox.c.to, other.c.id < outbox.c.id, in_line)


def _first_in_line() -> Any:
    """The id of each recipient's first row that may go now or was tried before.

    One pass over what is open, whatever the planner believes: a lookup for each row is faster on a good day, and was
    seen to take a hundred times as long on a PostgreSQL whose statistics were behind.
    """
    other = outbox.alias("other")
    in_line = or_(other.c.next_at <= NOW, other.c.attempts > 0)
    return select(func.min(other.c.id)).where(_is_open(other), in_line).group_by(other.c.to)


MAY_GO = (_is_open(outbox), outbox.c.next_at <= NOW)
TURNS = select(outbox.c.id).where(*MAY_GO, outbox.c.id.in_(_first_in_line())).order_by(outbox.c.next_at, outbox.c.id)
PLAN = Ready(TURNS.limit(bindparam("most", type_=Integer)))


@cache
def _turns(dialect: str, locks: bool) -> Ready:
    due = select(outbox).where(*MAY_GO, among(dialect, outbox.c.id, "ids"), ~_waits_behind())
    due = due.order_by(outbox.c.next_at, outbox.c.id)
    return Ready(due.with_for_update(skip_locked=True, of=outbox) if locks else due)


@cache
def _take(dialect: str) -> Ready:
    mine = update(outbox).where(among(dialect, outbox.c.id, "ids"))
    return Ready(mine.values(state="sending", attempts=outbox.c.attempts + constant(1), next_at=UNTIL))


@cache
def _named(names: tuple[str, ...]) -> Ready:
    return Ready(NAMED, names)


@cache
def _post(dialect: str) -> Any:
    return insert_into(dialect, outbox).on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.key)


@cache
def _post_one(dialect: str, names: tuple[str, ...]) -> Ready:
    return Ready(_post(dialect), names)


class Outbox(Part):
    """Notices that wait, go and have gone."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._posted: list[Notice] = []

    def post(self, notices: Iterable[Notice]) -> None:
        """Write notices that belong to no step; those whose key exists are passed over."""
        wanted = {notice.key: notice for notice in notices}
        if not wanted:
            return
        rows = [self._notice_row(notice) for notice in wanted.values()]
        new = self._put_out(rows)
        self._posted += [notice for key, notice in wanted.items() if key in new]

    def _put_out(self, rows: Sequence[dict[str, Any]]) -> set[str]:
        """Which of them are new."""
        dialect = self._link.dialect.name
        if len(rows) > MANY and dialect != "sqlite":
            return set(self._run(_post(dialect), rows).scalars())
        one = _post_one(dialect, tuple(rows[0]))
        return {new.key for row in rows if (new := self._one(one, row))}

    def posted_in_this_unit(self) -> list[Notice]:
        """The notices that this transaction is the first to write."""
        return list(self._posted)

    def outbox_due(self, now: datetime, limit: int, lease: timedelta = LEASE) -> list[OutboxRow]:
        """The next notice of each recipient whose turn has come, oldest first, claimed for the time of `lease`.

        `attempts` counts this one in. A recipient's second notice comes when the first is settled: ask again.
        """
        return self.outbox_claim(self.outbox_plan(now, limit), now, lease)

    def outbox_plan(self, now: datetime, limit: int) -> list[int]:
        """The row of each recipient whose turn has come, oldest first, claimed by nobody: it may take long where much
        waits, and is asked for in a reading transaction then."""
        return [row.id for row in self._rows(PLAN, {"now": now, "most": limit})]

    def outbox_claim(self, ids: Sequence[int], now: datetime, lease: timedelta = LEASE) -> list[OutboxRow]:
        """Those of the plan whose turn it still is, claimed for the time of `lease`."""
        if not ids:
            return []
        dialect = self._link.dialect.name
        rows = self._rows(_turns(dialect, self._locks), {"ids": ids, "now": now})
        if rows:
            self._do(_take(dialect), {"ids": [row.id for row in rows], "until": now + lease})
        claimed = [self._outbox_row(row) for row in rows]
        return [replace(row, state="sending", attempts=row.attempts + 1, next_at=now + lease) for row in claimed]

    def outbox_hold(self, key: str, attempts: int, now: datetime, lease: timedelta = LEASE) -> bool:
        """Hold on to a claimed row for another lease; False where somebody claimed it anew meanwhile, or settled it.

        `attempts` is the claim's own count, and so says whose it is.
        """
        return bool(self._do(HOLD, {"which": key, "count": attempts, "until": now + lease}))

    def outbox_sent(self, key: str, at: datetime, channel: str, external_id: str = "", state: str = "sent") -> None:
        """It reached the platform (`sent`), or went along with an answer (`passive`)."""
        news: dict[str, Any] = {"state": state, "sent_at": at, "channel": channel, "why": ""}
        if not external_id:
            self._do(_named(tuple(news)), {"which": key, **news})
            return
        news["external_blind"] = self._vault.blind("message", external_id)
        news["external"] = self._seal(external_id, "external", key)
        self._do(_named(tuple(news)), {"which": key, **news})

    def outbox_failed(self, key: str, at: datetime, why: str, next_at: datetime | None) -> None:
        """It did not go: try again at `next_at`; without one it is given up."""
        state = "waiting" if next_at else "failed"
        news = {"state": state, "why": why.replace("\0", ""), "next_at": next_at or at}
        self._do(_named(tuple(news)), {"which": key, **news})

    def outbox_withdrawn(self, key: str, at: datetime) -> None:
        """It waited until it had become pointless: nobody is told."""
        news = {"state": "withdrawn", "why": "pointless by then", "next_at": at}
        self._run(update(outbox).where(outbox.c.key == key).values(news))

    def outbox_postponed(self, key: str, until: datetime) -> None:
        """Not before then, and meanwhile it holds back nobody's other notices."""
        self._run(update(outbox).where(outbox.c.key == key).values(state="waiting", attempts=0, next_at=until))

    def outbox_elsewhere(self, key: str, at: datetime, why: str, tried: Sequence[str]) -> None:
        """It did not go by the channels tried: at once by another."""
        news = {"state": "waiting", "why": why.replace("\0", ""), "next_at": at, "channel": ",".join(tried)}
        self._do(_named(tuple(news)), {"which": key, **news})

    def outbox_called(self, id: int, told: bool, by: str, at: datetime, most: int) -> bool:
        """Somebody telephoned about a notice that was given up: it was told, or nobody answered, for the last time
        the `most`th; whether it still stood on the call list."""
        row = self._one(select(outbox.c.calls).where(outbox.c.id == id, CALLABLE).with_for_update())
        if row is None:
            return False
        news: dict[str, Any] = {"calls": row.calls + 1}
        if told:
            news |= {"state": "sent", "sent_at": at, "channel": "phone", "why": by}
        elif row.calls + 1 >= most:
            news |= {"state": "unreachable", "why": by}
        self._run(update(outbox).where(outbox.c.id == id).values(news))
        return True

    def outbox_calls(self, limit: int = 200) -> list[OutboxRow]:
        """The call list: what a citizen should have heard of a case and could not be sent, longest waiting first."""
        rows = select(outbox).where(CALLABLE).order_by(outbox.c.next_at, outbox.c.id).limit(limit)
        return [self._outbox_row(row) for row in self._rows(rows)]

    def outbox_missed(self, to: str, since: datetime, limit: int = 5) -> list[OutboxRow]:
        """The recipient's notices that were given up since then, oldest first."""
        return self._outbox_rows(outbox.c.to == to, outbox.c.at >= since, outbox.c.state == "failed")[:limit]

    def outbox_thaw(self, now: datetime, opening: datetime) -> int:
        """Let go what a clock that ran ahead, and was put right, would hold back until its own time; how many.

        A pause between two tries and a lease are never longer than FARTHEST; nothing is written in the future; and a
        reminder is put off until the next `opening` of the office at most."""
        wrong = and_(outbox.c.next_at > now + FARTHEST, or_(outbox.c.attempts > 0, outbox.c.at > now + FARTHEST))
        put_off = and_(outbox.c.next_at > opening, outbox.c.attempts == 0, outbox.c.message.in_(REMINDING))
        return self._run(update(outbox).where(_is_open(outbox), or_(wrong, put_off)).values(next_at=now)).rowcount

    def outbox_of(self, case: str | None) -> list[OutboxRow]:
        """All notices of a case, in order, with their fate; of no case: None."""
        return self._outbox_rows(outbox.c.number == case)

    def outbox_row(self, key: str) -> OutboxRow | None:
        return next(iter(self._outbox_rows(outbox.c.key == key)), None)

    def outbox_by_message(self, channel: str, external_id: str) -> OutboxRow | None:
        """The notice that the platform knows by this id (what a person quotes when answering)."""
        known = self._blind_is(outbox.c.external_blind, "message", external_id)
        return next(iter(self._outbox_rows(outbox.c.channel == channel, known)), None)

    def outbox_failures(self, limit: int = 200) -> list[OutboxRow]:
        """Notices that were given up, newest last."""
        return self._outbox_rows(outbox.c.state == "failed")[-limit:]

    def outbox_unreached(self, limit: int = 200) -> list[str]:
        """The numbers of the cases on the call list, longest waiting first."""
        rows = self._rows(select(outbox.c.number).where(CALLABLE).order_by(outbox.c.next_at).limit(limit))
        return list(dict.fromkeys(row.number for row in rows))

    def outbox_silent(self, before: datetime) -> list[str]:
        """The rooms for which something has been waiting since before then."""
        waiting = select(outbox.c.to).where(_is_open(outbox), outbox.c.at < before, ~outbox.c.to.like("citizen:%"))
        return [row.to for row in self._rows(waiting.distinct().order_by(outbox.c.to))]

    def outbox_deaf(self, since: datetime) -> list[str]:
        """The groups to which something was given up since then, and nothing has gone after it."""
        later = outbox.alias("later")
        came = exists().where(later.c.to == outbox.c.to, later.c.id > outbox.c.id, later.c.state == constant("sent"))
        failed = and_(outbox.c.state == constant("failed"), outbox.c.next_at >= since, outbox.c.to.like("chat:%"))
        lost = select(outbox.c.to).where(failed, ~came)
        return [row.to for row in self._rows(lost.distinct().order_by(outbox.c.to))]

    def notices_for(self, to: str, since_id: int = 0, limit: int = 200) -> list[OutboxRow]:
        """A recipient's notices after a row id, whatever their fate."""
        return self._outbox_rows(outbox.c.to == to, outbox.c.id > since_id)[:limit]

    def next_outbox_at(self) -> datetime | None:
        """When the outbox next has something to do; None when it is empty."""
        row = self._one(select(func.min(outbox.c.next_at, type_=outbox.c.next_at.type)).where(_is_open(outbox)))
        return self._codec.maybe_local(row[0] if row else None)

    def outbox_waiting(self) -> int:
        """How many notices have not gone yet."""
        return int(self._run(select(func.count()).select_from(outbox).where(_is_open(outbox))).scalar_one())

    def _outbox_rows(self, *conditions: Any) -> list[OutboxRow]:
        return [self._outbox_row(row) for row in self._rows(select(outbox).where(*conditions).order_by(outbox.c.id))]

    def _notice_row(self, notice: Notice) -> dict[str, Any]:
        return {
            "key": notice.key,
            "to": notice.to,
            "message": notice.message,
            "number": notice.case,
            "at": notice.at,
            "facts": self._codec.dump(notice.facts),
            "sealed": self._seal(notice.private, "outbox", notice.key),
            "state": "waiting",
            "next_at": max(notice.at, notice.not_before or notice.at),
        }

    def _outbox_row(self, row: Row[Any]) -> OutboxRow:
        return OutboxRow(
            id=row.id,
            key=row.key,
            to=row.to,
            message=row.message,
            case=row.number,
            facts=self._codec.load(row.facts),
            private=self._open(row.sealed, "outbox", row.key),
            at=self._codec.local(row.at),
            attempts=row.attempts,
            state=row.state,
            next_at=self._codec.local(row.next_at),
            sent_at=self._codec.maybe_local(row.sent_at),
            channel=row.channel,
            external_id=self._open(row.external, "external", row.key) if row.external else "",
            why=row.why,
            calls=row.calls,
        )

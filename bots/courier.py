"""Which way a message may go now, and whether it went: the outbox, delivered.

A notice to an address is first resolved: a web chat or desk room takes it at once, in the transaction that claims it,
under its own key: exactly once. Groups bound to the address each get a copy of their own in the outbox, so that one
that is out of reach repeats for nobody else. What remains goes to a platform outside any transaction, and what became
of it is written down afterwards: at least once, and once if nothing dies between the platform's answer and our note.

Refusals for now are tried again with growing pauses, those for good lead to the next way (template, another channel,
the dispatchers' call list). Rows of one recipient keep their order; no row holds up another's.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bots.acts import TALK
from bots.budget import Budget
from bots.channels.errors import fault
from bots.channels.lines import OFFICE, replied
from bots.channels.sending import Later, Moved, Never, Outcome, Sender, Sent, TemplateSender
from bots.channels.wechat_window import NOTE, Window
from bots.errands import (
    WEB,
    Errand,
    Renew,
    Resume,
    Unwritable,
    addresses,
    as_heard,
    copy_for,
    next_try,
    next_way,
    not_reached,
    stand_in,
    to_citizen,
    wake,
)
from bots.given import Store
from bots.message import Reply
from bots.render import Renderer, Row

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]

# Few enough that even the slowest platform is through with them before the store's lease on them ends.
BATCH = 5
# How many turns are looked up at once.
PLAN = 100
EVERY = 1.0
# Whoever sets the office up may bind the group yet, however late.
UNBOUND = Later(0, "no room or group is bound to this address", blameless=True)


@dataclass
class _Round:
    """What one claim found: how many rows, and those that need a platform."""

    found: int = 0
    errands: list[Errand] = field(default_factory=list)


class Courier:
    """Delivers the outbox. `senders` by channel; `rooms` are the desk's addresses, empty when it is closed."""

    def __init__(
        self,
        store: Store,
        senders: Mapping[str, Sender],
        render: Renderer,
        rooms: Collection[str] = (),
        chance: random.Random | None = None,
        budget: Budget | None = None,
        resume: Resume = lambda unit, handle, now: (),
        renew: Renew = lambda unit, row, now: row,
        call_by: Callable[[datetime], datetime] = lambda at: at,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._senders = senders
        self._render = render
        self._rooms = frozenset(rooms)
        self._chance = chance or random.Random()
        self._budget = budget or Budget()
        self._resume, self._renew = resume, renew
        self._call_by = call_by
        self._seconds = seconds
        self._planned: deque[int] = deque()
        # Until when, and for how many seconds from when it was said, a whole platform wants to hear nothing.
        self._rests, self._rest = datetime.min.replace(tzinfo=UTC), 0.0
        self._bell = threading.Event()
        self._delivering = threading.Lock()

    def kick(self) -> None:
        """Something was just written to the outbox: look now."""
        self._bell.set()

    def run_forever(self, stop: threading.Event, clock: Callable[[], datetime]) -> None:
        """Deliver what is due, now and whenever something comes, until told to stop."""
        while not stop.is_set():
            self._bell.wait(min(EVERY, self._resting(clock()) or EVERY))
            self._bell.clear()
            try:
                # A few at a time: what is counted against a platform's limits is counted by a fresh clock.
                while self.deliver(clock(), BATCH) and not stop.is_set():
                    pass
            except Exception as error:
                log.error("courier: the outbox did not answer: %s", fault(error))

    def deliver(self, now: datetime, limit: int = 100) -> int:
        """Take up to `limit` due rows as far as they will go; how many were taken."""
        taken, at = 0, self._clock_from(now)
        with self._delivering:
            while taken < limit and not self._resting(at()) and (ids := self._next(now)):
                claimed = self._store.write(lambda unit, ids=ids: self._claim(unit, ids, at()))  # type: ignore[misc]
                for errand in claimed.errands:
                    self._attempt(errand, at)
                if not claimed.found:
                    self._planned.clear()
                    break
                taken += claimed.found
        return taken

    def _clock_from(self, now: datetime) -> Clock:
        """The time as it goes on, in whole seconds: a process may be halted anywhere, and a lease must not be stale."""
        began = self._seconds()
        return lambda: now + timedelta(seconds=int(self._seconds() - began))

    def _next(self, now: datetime) -> list[int]:
        """Whose turn it is: looked up for many at once, for where much waits that takes long."""
        if not self._planned:
            plan: list[int] = self._store.read(lambda unit: unit.outbox_plan(now, PLAN))
            self._planned.extend(plan)
        return [self._planned.popleft() for _ in range(min(BATCH, len(self._planned)))]

    def _claim(self, unit: Any, ids: list[int], now: datetime) -> _Round:
        claimed = _Round()
        for row in unit.outbox_claim(ids, now):
            claimed.found += 1
            try:
                errand = self._settle(unit, row, now)
            except Unwritable as error:
                log.error("courier: notice %s of case %s cannot be written: %s", row.message, row.case, error)
                self._fail(unit, row, now, Never(f"cannot be written: {error}"))
                continue
            if errand:
                claimed.errands.append(errand)
        return claimed

    def _settle(self, unit: Any, claimed: Row, now: datetime) -> Errand | None:
        """Deliver the row here and now if its way lies within the house; else the errand it makes."""
        row = self._renew(unit, claimed, now)
        if row is None:
            return None
        if row.to.startswith("citizen:"):
            return self._to_citizen(unit, row, now)
        if row.to.startswith("chat:"):
            _, channel, chat = row.to.split(":", 2)
            reply = self._written(as_heard(unit, row, channel, chat), channel)
            edit = unit.card_message(channel, chat, reply.card) if reply.card and row.message == "reply" else None
            return Errand(row, channel, chat, reply, edit or "")
        if row.to.startswith(TALK):
            wake(unit, row, now, self._resume)
        else:
            self._to_rooms(unit, row, now)
        return None

    def _to_citizen(self, unit: Any, row: Row, now: datetime) -> Errand | None:
        handle = row.to.partition(":")[2]
        contact = next_way(unit, row, handle, {WEB, *self._senders})
        if contact is None:
            self._fail(unit, row, now, Never("no chat with this person", "no_chat"))
            return None
        reply = self._written(row, contact.channel)
        if contact.channel == WEB:
            unit.add_line(handle, OFFICE, replied(reply), now, row.key)
            unit.outbox_sent(row.key, now, WEB)
            return None
        return to_citizen(row, reply, contact, unit.contact_notes(handle))

    def _to_rooms(self, unit: Any, row: Row, now: datetime) -> None:
        """A line in the address's desk room, a copy for each group bound to it."""
        for address in (*stand_in(unit, row.to, now), *addresses(row.to)):
            chats = [(channel, chat) for channel, chat in unit.chats_of(address) if channel in self._senders]
            if address in self._rooms:
                unit.add_line(address, OFFICE, replied(self._written(row, "desk")), now, row.key)
            unit.post(copy_for(row, channel, chat) for channel, chat in chats)
            if chats or address in self._rooms:
                unit.outbox_sent(row.key, now, "desk" if address in self._rooms else "groups")
                return
        self._later(unit, row, now, UNBOUND)

    def _written(self, row: Row, channel: str) -> Reply:
        """The notice as this channel's reply. A faulty sentence stops this row alone."""
        try:
            return self._render(row, channel)
        except Exception as error:
            raise Unwritable(fault(error)) from error

    def _attempt(self, errand: Errand, at: Clock) -> None:
        outcome = self._try(errand, at)
        if isinstance(outcome, Moved):
            old, errand = errand, Errand(errand.row, errand.channel, outcome.to, errand.reply)
            self._store.write(lambda unit: unit.rebind(old.channel, old.chat, errand.chat))
            outcome = self._try(errand, at)
        final: Sent | Later | Never = Later(0, "moved twice") if isinstance(outcome, Moved) else outcome
        self._store.write(lambda unit: self._note(unit, errand, final, at()))

    def _try(self, errand: Errand, at: Clock) -> Outcome:
        """One try by the best way open. A sender that raises is a fault of ours and counts as a failed try."""
        wait = self._wait(errand, at)
        if wait:
            return Later(wait, "our own budget", blameless=True)
        try:
            return self._by_best_way(errand, at())
        except Exception as error:
            log.error("courier: sending by %s failed: %s", errand.channel, fault(error))
            return Later(0, fault(error))

    def _wait(self, errand: Errand, at: Clock) -> float:
        """Seconds until the platform lets us speak; counted in the store, where other processes count too."""
        ask = errand.channel, errand.chat, not errand.handle

        def may_go(unit: Any) -> tuple[float, float]:
            now = at()
            # Whoever was held up longer than the lease may find it in another's hands: then it is not ours to send.
            if not unit.outbox_hold(errand.row.key, errand.row.attempts, now):
                return EVERY, 0.0
            wait = self._budget.wait(unit, *ask, now)
            return wait, self._budget.rest(unit, errand.channel, now) if wait else 0.0

        wait, rest = self._store.write(may_go)
        if rest:
            self._rests, self._rest = at() + timedelta(seconds=rest), rest
        return wait

    def _resting(self, now: datetime) -> float:
        """Seconds for which taking up more would only mean putting it off: a platform has heard all it wants for now.

        A moment at most, for every channel alike: putting off a long line row by row would cost each far more.
        """
        left = (self._rests - now).total_seconds()
        return left if 0 < left <= self._rest else 0.0

    def _by_best_way(self, errand: Errand, now: datetime) -> Outcome:
        sender, row = self._senders[errand.channel], errand.row
        if errand.channel != "wechat":
            return sender.send(errand.chat, errand.reply, row.key, errand.edit)
        outcome: Outcome = Never("wechat: nothing was said within 48 hours, or five messages went since", "window")
        if errand.window and errand.window.open(now):
            outcome = sender.send(errand.chat, errand.reply, row.key)
        may_template = isinstance(outcome, Never) and errand.templates
        if may_template and isinstance(sender, TemplateSender) and sender.has_template(row.message):
            return sender.send_template(errand.chat, row.message, self._render.values(row))
        return outcome

    def _note(self, unit: Any, errand: Errand, outcome: Sent | Later | Never, now: datetime) -> None:
        row = errand.row
        if not isinstance(outcome, Sent) and not unit.outbox_hold(row.key, row.attempts, now):
            return  # claimed anew while we were held up: what becomes of it is the other's to say
        if isinstance(outcome, Later):
            self._later(unit, row, now, outcome, errand)
            return
        if isinstance(outcome, Never):
            if errand.window and outcome.code == "window":
                unit.contact_note(errand.handle, NOTE, str(Window(errand.window.until, 0)))
            self._fail(unit, row, now, outcome, errand)
            return
        unit.outbox_sent(row.key, now, errand.channel, outcome.external_id)
        if errand.reply.card and outcome.external_id:
            unit.card_put(errand.channel, errand.chat, errand.reply.card, outcome.external_id, now)
        if errand.window and errand.window.open(now):
            unit.contact_note(errand.handle, NOTE, str(errand.window.after_one()))

    def _later(self, unit: Any, row: Row, now: datetime, outcome: Later, errand: Errand | None = None) -> None:
        next_at = next_try(row, outcome, now, self._chance)
        if next_at:
            unit.outbox_failed(row.key, now, outcome.why, next_at)
        else:
            why = f"given up after {row.attempts} tries: {outcome.why}"
            self._fail(unit, row, now, Never(why, "gave_up"), errand)

    def _fail(self, unit: Any, row: Row, now: datetime, outcome: Never, errand: Errand | None = None) -> None:
        """This way is closed: the next one, else none is left, and the dispatchers hear what a citizen should have."""
        tried = [*row.channel.split(","), errand.channel] if errand and errand.handle else []
        if errand and tried and next_way(unit, row, errand.handle, set(self._senders), tried):
            unit.outbox_elsewhere(row.key, now, outcome.why, [channel for channel in tried if channel])
            return
        log.warning("courier: %s of case %s will not arrive: %s", row.message, row.case, outcome.why)
        unit.outbox_failed(row.key, now, outcome.why, None)
        if row.to.startswith(("citizen:", "chat:")):
            shown = self._written(row, WEB) if errand else None
            unit.post(not_reached(unit, row, shown, outcome.code, now, self._call_by(now)))

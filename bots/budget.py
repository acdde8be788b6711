"""How often a platform lets us speak: sliding windows over the moments of what was sent.

The moments stand in the store, so that several processes together keep one budget (a platform's own 429 is obeyed
beside it).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Limit:
    """At most `most` messages in any `seconds`."""

    most: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """A platform's limits: for the whole account, for one person, for one group."""

    account: Limit
    person: Limit
    group: Limit


# Telegram: about 30 a second in all, one a second in a chat, 20 a minute in a group (its FAQ, PTB's constants).
# WeChat gives no rate for customer-service messages, only counts; a second's pause keeps their order.
LIMITS: Mapping[str, Limits] = {
    "telegram": Limits(Limit(30, 1), Limit(1, 1), Limit(20, 60)),
    "wechat": Limits(Limit(50, 1), Limit(2, 1), Limit(2, 1)),
    # WeCom drops the 31st message a minute to one member without an error; its push robots refuse the 21st.
    "wecom": Limits(Limit(150, 1), Limit(20, 60), Limit(20, 60)),
}


class Unit(Protocol):
    """The open transaction, as far as it is needed here."""

    def spoken(self, channel: str, chat: str) -> list[float]: ...
    def spoken_put(self, channel: str, chat: str, moments: list[float]) -> None: ...


class Budget:
    """Asks before each message, notes each that is tried."""

    def __init__(self, limits: Mapping[str, Limits] = LIMITS) -> None:
        self._limits = limits

    def limits(self, channel: str) -> bool:
        """Whether this channel has limits at all."""
        return channel in self._limits

    def wait(self, unit: Unit, channel: str, to: str, group: bool, now: datetime) -> float:
        """Seconds until one more may go; 0 if it may now, and then it is counted."""
        limits = self._limits.get(channel)
        if not limits:
            return 0.0
        # The account's row last: every message wants it, so it is held for the shortest time.
        asked = (to, limits.group if group else limits.person), ("", limits.account)
        windows = [(chat, limit, _recent(unit.spoken(channel, chat), limit, now)) for chat, limit in asked]
        waits = [_wait(limit, recent, now) for _, limit, recent in windows]
        if max(waits) > 0:
            return max(waits)
        for chat, _, recent in windows:
            unit.spoken_put(channel, chat, [*recent, now.timestamp()])
        return 0.0

    def rest(self, unit: Unit, channel: str, now: datetime) -> float:
        """Seconds until the account may speak to anybody at all; 0 if it may now."""
        limits = self._limits.get(channel)
        return _wait(limits.account, _recent(unit.spoken(channel, ""), limits.account, now), now) if limits else 0.0


def _recent(moments: list[float], limit: Limit, now: datetime) -> list[float]:
    """Those in the window. One ahead of our clock (it was set back) counts until its own window is over."""
    return [moment for moment in moments if abs(now.timestamp() - moment) < limit.seconds]


def _wait(limit: Limit, recent: list[float], now: datetime) -> float:
    if len(recent) < limit.most:
        return 0.0
    return round(limit.seconds - (now.timestamp() - sorted(recent)[-limit.most]), 3)

"""How often a platform lets us speak: sliding windows over the moments of what was sent.

Kept in memory, one for a process (Telegram's own 429 is obeyed beside it).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


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
}


class Budget:
    """Asks before each message, notes each that is tried."""

    def __init__(self, limits: Mapping[str, Limits] = LIMITS) -> None:
        self._limits = limits
        self._sent: dict[tuple[str, str], deque[datetime]] = {}

    def wait(self, channel: str, to: str, group: bool, now: datetime) -> float:
        """Seconds until one more may go; 0 if it may now, and then it is counted."""
        limits = self._limits.get(channel)
        if not limits:
            return 0.0
        own = (limits.group if group else limits.person, self._window(channel, to))
        both = [(limits.account, self._window(channel, "")), own]
        waits = [_wait(limit, window, now) for limit, window in both]
        if max(waits) > 0:
            return max(waits)
        for _, window in both:
            window.append(now)
        self._tidy(now)
        return 0.0

    def _window(self, channel: str, to: str) -> deque[datetime]:
        return self._sent.setdefault((channel, to), deque())

    def _tidy(self, now: datetime) -> None:
        """Forget chats that have been silent for longer than any limit looks back."""
        if len(self._sent) > 2000:
            old = now - timedelta(minutes=2)
            self._sent = {key: window for key, window in self._sent.items() if window and window[-1] > old}


def _wait(limit: Limit, window: deque[datetime], now: datetime) -> float:
    while window and (now - window[0]).total_seconds() >= limit.seconds:
        window.popleft()
    if len(window) < limit.most:
        return 0.0
    return limit.seconds - (now - window[0]).total_seconds()

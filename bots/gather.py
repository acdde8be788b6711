"""Fetches what people sent and the platforms only keep for a while: pictures, recordings, papers.

A message names a file by the platform's handle; the reception keeps that handle at once and the bytes come afterwards,
so that nobody waits for a download. What cannot be fetched for three days (WeChat keeps nothing longer) is given up and
stands in the case as a file without contents.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from bots.channels.errors import fault
from bots.given import Store

log = logging.getLogger(__name__)

PATIENCE = timedelta(days=3)
NOTHING = b""


@runtime_checkable
class Source(Protocol):
    """A platform that gives out files."""

    def fetch(self, id: str) -> bytes: ...


def gather(store: Store, sources: Mapping[str, Source], now: datetime, limit: int = 20) -> int:
    """Fetch up to `limit` files that are still to come; how many came."""
    came = 0
    for item in store.read(lambda unit: unit.media_missing(limit)):
        body = _fetched(sources, item, now)
        if body is not None:
            store.write(lambda unit, id=item.id, body=body: unit.media_fill(id, body))  # type: ignore[misc]
            came += bool(body)
    return came


def _fetched(sources: Mapping[str, Source], item: Any, now: datetime) -> bytes | None:
    """The file; nothing once it is too late; None to try again."""
    channel, _, id = item.source.partition(":")
    try:
        return sources[channel].fetch(id)
    except Exception as error:
        late = now - item.at > PATIENCE
        level = logging.WARNING if late else logging.DEBUG
        log.log(level, "gather: a file of case %s by %s did not come (%s)", item.case, channel, fault(error))
        return NOTHING if late else None

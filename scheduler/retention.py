"""The night's letting go: what has been kept long enough, a portion at a time, until all of it is done."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from casebook.keeping import Limits
from casebook.readings import Readings
from models.forget import Forgotten, forget
from models.store import Store
from scheduler.nightly import FROM_HOUR, UNTIL_HOUR

log = logging.getLogger(__name__)

# A portion in this many minutes, whichever scheduler comes first.
SLOT = 5


@dataclass(frozen=True)
class Retention:
    """Lets go in the night. `read` gives the office's readings as they are now."""

    store: Store
    read: Callable[[], Readings]

    def run(self, now: datetime) -> Forgotten | None:
        """Let go of a portion if it is night and there is some left; what was let go, None where it was not time."""
        night = f"retention/{now:%Y-%m-%d}"
        if not FROM_HOUR <= now.hour < UNTIL_HOUR or self.store.read(lambda unit: unit.is_done(night)):
            return None
        slot = f"{night}/{now:%H}{now.minute // SLOT * SLOT:02d}"
        if not self.store.write(lambda unit: unit.once(slot, now)):
            return None
        gone = forget(self.store, Limits.at(now, self.read()), now)
        if any(gone.counts.values()):
            log.info("let go after their time: %s", gone)
        if gone.finished:
            self.store.write(lambda unit: unit.once(night, now))
        return gone

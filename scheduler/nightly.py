"""The night's work: a copy of everything, once a night whichever scheduler comes first, the oldest copies let go."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from models.backup import BackupError, backup

log = logging.getLogger(__name__)
T = TypeVar("T")

# From this hour on, when the office sleeps; tried again every hour until there is one.
FROM_HOUR, UNTIL_HOUR = 2, 7
KEPT = 30
NAME = "huiying-%Y%m%d.backup"


class Store(Protocol):
    """The case book's keeper."""

    def write(self, fn: Callable[[Any], T]) -> T: ...


@dataclass(frozen=True)
class Nightly:
    """The copies of one database in one folder; without a folder nothing is done."""

    store: Store
    url: str
    folder: Path | None

    def run(self, now: datetime) -> Path | None:
        """Make tonight's copy if it is time and nobody has; the copy that was made."""
        if self.folder is None or not FROM_HOUR <= now.hour < UNTIL_HOUR:
            return None
        file = self.folder / f"{now:{NAME}}"
        if file.exists() or not self.store.write(lambda unit: unit.once(f"backup/{now:%Y-%m-%d/%H}", now)):
            return None
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            backup(self.url, file)
        except (BackupError, OSError) as error:
            log.error("tonight's backup failed, tried again in an hour: %s", error)
            return None
        log.info("backup written: %s", file.name)
        for old in sorted(self.folder.glob("huiying-*.backup"))[:-KEPT]:
            old.unlink()
        return file

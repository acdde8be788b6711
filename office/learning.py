"""The nightly lesson: dispatchers' decisions teach the city's router, in a process of its own.

Training needs a library that takes seconds and a hundred megabytes to load; the process that serves people never loads
it. Decisions go to the learner through a pipe, never to a file. Every process looks once a minute which model is in
force and takes it up.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from casebook.facts import part
from models.store import Store
from nlp.city import current, last_lesson, load_city
from nlp.model import ModelError
from nlp.reader import Reader

log = logging.getLogger(__name__)

NIGHT = range(2, 5)  # o'clock
LOOK_EVERY = 60.0  # seconds
LONGEST = 1800  # seconds
FRESH = timedelta(days=1)
# Alarm → the figures its sentence names.
ALARMS = {"agreement": ("agreed of late", "agreed earlier"), "words": ("new words of late", "new words before")}


class Learning:
    """Teaches and takes up what was learnt. `models`: the folder of this city's models."""

    def __init__(self, store: Store, reader: Reader, models: Path) -> None:
        self._store, self._reader, self._models = store, reader, models

    def nightly(self, now: datetime) -> bool:
        """The lesson, once a night whoever comes first; whether it was held."""
        if now.hour not in NIGHT:
            return False
        if not self._store.write(lambda unit: unit.once(f"lesson:{now:%Y-%m-%d}", now)):
            return False
        self.learn(now)
        return True

    def learn(self, now: datetime) -> bool:
        """Teach from all decisions; whether a new model is in force."""
        examples = self._store.read(lambda unit: unit.examples())
        if not examples:
            return False
        order = {
            "name": f"{now:%Y%m%d-%H%M%S}",
            "at": now.isoformat(timespec="seconds"),
            "models": str(self._models),
            "units": list(self._reader.router.units),
            "decisions": [(example.text, example.label, example.suggested) for example in examples],
        }
        done = subprocess.run(
            [sys.executable, "-m", "nlp", "learn"],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LONGEST,
            check=False,
        )
        if done.returncode not in (0, 1):
            log.error("lesson failed: %s", done.stderr.strip()[-300:])
            return False
        log.info("lesson from %d decisions: %s", len(examples), "promoted" if done.returncode == 0 else "not promoted")
        for remark in self.remarks(now):
            log.warning("router: %s", remark)
        return self.take_up() if done.returncode == 0 else False

    def remarks(self, now: datetime) -> list[str]:
        """What the morning sheet should say of the router: where the latest lesson gave an alarm."""
        lesson = last_lesson(self._models)
        moved: Mapping[str, Any] = lesson.get("drift", {})
        if not lesson.get("at") or now - datetime.fromisoformat(lesson["at"]) > FRESH:
            return []
        return [
            part(f"morning_router_{what}", **{name.replace(" ", "_"): f"{moved[name]:.0%}" for name in names})
            for what, names in ALARMS.items()
            if moved.get(f"{what} alarm")
        ]

    def take_up(self) -> bool:
        """Read with the model in force from now on; whether that is another one than before."""
        standing = self._reader.city.name if self._reader.city else ""
        if current(self._models) == standing:
            return False
        try:
            self._reader.city = load_city(self._models)
        except ModelError as error:
            log.error("the city's model stays as it was: %s", error)
            return False
        log.info("router %s in force", self._reader.city.name if self._reader.city else "of the first day")
        return True

    def watch_forever(self, stop: threading.Event) -> None:
        """Look again and again which model is in force."""
        self.take_up()
        while not stop.wait(LOOK_EVERY):
            self.take_up()

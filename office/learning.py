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
from datetime import datetime
from pathlib import Path
from typing import Any

from models.store import Store
from nlp.city import current, load_city
from nlp.model import ModelError
from nlp.reader import Reader

log = logging.getLogger(__name__)

NIGHT = range(2, 5)  # o'clock
LOOK_EVERY = 60.0  # seconds
LONGEST = 1800  # seconds


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
        self.learn(f"{now:%Y%m%d-%H%M%S}")
        return True

    def learn(self, name: str) -> bool:
        """Teach from all decisions; whether a new model is in force."""
        examples = self._store.read(lambda unit: unit.examples())
        if not examples:
            return False
        order: dict[str, Any] = {"name": name, "models": str(self._models), "units": list(self._reader.router.units)}
        order["decisions"] = [(example.text, example.label) for example in examples]
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
        if '"alarm": true' in done.stdout:
            log.warning("the router is right less often of late: look at the confusions in the model's card")
        return self.take_up() if done.returncode == 0 else False

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

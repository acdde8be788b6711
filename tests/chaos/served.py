"""The office as a process that serves, in a time of its own; a message may be poison to whoever handles it.

`python -m tests.chaos.served` is `python -m bots` on the morning of `LATER`. The words of `POISON` make the handling
never end or eat the memory, which no message is known to do. What becomes of officers' commands is noted (`steps.py`).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bots import reception
from bots.message import Message, Reply
from bots.overdue import Limit
from bots.reception import Reception
from office.office import Office
from office.running import run_bots
from tests.chaos.day import LATER
from tests.chaos.steps import Noting

ENDLESS, GREEDY = "没有底的话", "吃内存的话"
BEGAN = time.monotonic()


def now() -> datetime:
    """The morning of `LATER`, going on."""
    return LATER + timedelta(seconds=time.monotonic() - BEGAN)


def _endless() -> None:
    number = 0
    while True:
        number += 1


def _greedy() -> None:
    taken = []
    while True:
        taken.append(bytes(range(256)) * 4096)


POISON: dict[str, Callable[[], None]] = {ENDLESS: _endless, GREEDY: _greedy}


def main() -> int:
    usual = Reception._from_citizen

    def poisoned(self: Reception, unit: Any, message: Message) -> list[Reply]:
        POISON.get(message.text, lambda: None)()
        return usual(self, unit, message)

    Reception._from_citizen = poisoned  # type: ignore[method-assign]
    Office.now = lambda self: now()  # type: ignore[method-assign]
    if "CHAOS_LONGEST" in os.environ:
        reception.LIMIT = Limit(float(os.environ["CHAOS_LONGEST"]))
    Noting(Path(), int(os.environ.get("CHAOS_HOLD", "0"))).begin()
    return run_bots(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

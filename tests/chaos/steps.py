"""What becomes of an officer's command in a flood, step by step, by the office's own clock and its own count.

A flooder's turn is an answer that the office has given, not one that the harness has come to read: what the harness is
late with is no fault of the office. So the process that serves notes when a command came, when a thread and a
transaction took it up, when it was kept and answered, and how many of the flood it had answered by then. The clock is
one for all processes of a machine.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from bots.channels.deskroom import DeskRoom
from bots.channels.incoming import Incoming
from bots.channels.taking import _Taking

FILE = "steps.jsonl"
COMMANDS, FLOOD = "/desk/messages", "/wechat"
# At the door; in a thread's hands; in a transaction, once for each try; committed; the answer has left.
CAME, IN_HAND, BEGUN, KEPT, ANSWERED = "came", "in hand", "begun", "kept", "answered"


@dataclass(frozen=True)
class Step:
    """One step of one command, in seconds. `turns`: so many of the flood had been answered. `reckoned`, `starved`: how
    long the thread of this step has reckoned, and stood ready while the machine did something else."""

    command: int
    name: str
    at: float
    turns: int
    reckoned: float
    starved: float


def read_steps(folder: Path) -> Sequence[Step]:
    """What the office in that folder has noted so far, in its order."""
    file = folder / FILE
    whole = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    return [Step(**json.loads(line)) for line in whole if line.endswith("\n")]


class Noting:
    """Notes the steps of the process it is in, each as it is taken: the last tells where a command stands that is never
    done. `hold`: a control, broken on purpose; a command in hand waits for so many of the flood."""

    def __init__(self, folder: Path, hold: int = 0) -> None:
        self._file = (folder / FILE).open("a", encoding="utf-8", buffering=1)
        self._lock, self._turn = threading.Lock(), threading.Condition()
        self._command: ContextVar[int] = ContextVar("command")
        self._by_message: dict[str, int] = {}
        self._commands, self._turns, self._hold = 0, 0, hold

    def begin(self) -> None:
        """From now on."""
        self._watch_the_doors()
        take, handle = DeskRoom._take, _Taking.__call__

        def taken(desk: DeskRoom, room: Any, person: Any, incoming: Incoming) -> None:
            command = self._by_message[incoming.id] = self._command.get()
            self._note(IN_HAND, command)
            self._wait(self._turns + self._hold)
            take(desk, room, person, incoming)
            self._note(KEPT, command)

        def handled(taking: _Taking, unit: Any) -> str:
            # Perhaps in another's thread, which knows only the message.
            if (command := self._by_message.get(taking._incoming.id)) is not None:
                self._note(BEGUN, command)
            return handle(taking, unit)

        DeskRoom._take = taken  # type: ignore[assignment, method-assign]
        _Taking.__call__ = handled  # type: ignore[assignment, method-assign]

    def _watch_the_doors(self) -> None:
        serve = Starlette.__call__

        async def served(app: Starlette, scope: Any, receive: Any, send: Any) -> None:
            path, codes = scope.get("path"), []

            async def sent(message: Any) -> None:
                codes.append(message.get("status"))
                await send(message)

            if path == COMMANDS:
                self._command.set(self._commands)
                self._note(CAME, self._commands)
                self._commands += 1
            await serve(app, scope, receive, sent if path == FLOOD else send)
            if path == COMMANDS:
                self._note(ANSWERED, self._command.get())
            elif 200 in codes:
                self._have_turn()

        Starlette.__call__ = served  # type: ignore[assignment, method-assign]

    def _have_turn(self) -> None:
        with self._turn:
            self._turns += 1
            self._turn.notify_all()

    def _wait(self, turns: int) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._turns >= turns)

    def _note(self, name: str, command: int) -> None:
        step = Step(command, name, time.monotonic(), self._turns, *_of_thread())
        with self._lock:
            self._file.write(json.dumps(asdict(step)) + "\n")


def _of_thread() -> tuple[float, float]:
    """Seconds that this thread has reckoned, and stood ready without a processor; the latter where the system says."""
    try:
        reckoned, starved, _ = Path("/proc/thread-self/schedstat").read_text().split()
    except OSError:
        return time.thread_time(), 0.0
    return int(reckoned) / 1e9, int(starved) / 1e9

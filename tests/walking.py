"""A whole office as people meet it: the real process, spoken to over HTTP, killed and started again at will."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0
# A connection that rested for five seconds the office closes: one used at that moment would be answered by nobody.
IDLE = 2.0
FIRST_WORDS = "我上周三去市不动产登记中心3号窗口办证，材料齐全却不给受理，态度还很差"
UNIT, DISPATCHERS, SUPERVISORS = "unit:市自然资源局", "dispatchers", "supervisors"
ANSWER = (
    "调查核实：3号窗口当天没有收件。处理过程：已经道歉并收件。"
    "整改措施：培训全体窗口人员。整改结果：已经办好。认定：属实"
)
T = TypeVar("T")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def until(ask: Callable[[], T], what: str) -> T:
    """What `ask` says once it says something; asked again as long as real processes may need."""
    pause, waited = threading.Event(), 0.0
    while not (found := ask()):
        if waited > PATIENCE:
            raise AssertionError(f"waited in vain for {what}")
        pause.wait(0.05)
        waited += 0.05
    return found


class Running:
    """One office in a folder of its own. `environment` holds its settings besides the port."""

    def __init__(self, folder: Path, environment: Mapping[str, str], program: str = "bots") -> None:
        self._program = program
        self.folder, self.port = folder, free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("WECHAT", "WECOM", "TELEGRAM", "DATABASE"))
            },
            "PYTHONPATH": str(ROOT),
            "PORT": str(self.port),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None
        transport = httpx.HTTPTransport(retries=3, limits=httpx.Limits(keepalive_expiry=IDLE))
        self.http = httpx.Client(base_url=self.url, timeout=PATIENCE, transport=transport)
        self.http.headers.update({"accept": "application/json", "origin": self.url})

    def start(self) -> None:
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._program], cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        until(self._is_ready, f"the office to be ready:\n{self.log()[-2000:]}")

    def log(self) -> str:
        return (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")

    def _is_ready(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise AssertionError(f"the office ended:\n{self.log()[-3000:]}")
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """Pull the plug."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """As Ctrl-C does; the exit code."""
        return self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(timeout=PATIENCE)
        self._process = None
        return code

    def kilobytes(self) -> int:
        """The memory that the process holds."""
        assert self._process
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def verified(self) -> list[str]:
        """The faults that `casebook verify` finds."""
        done = subprocess.run(
            [sys.executable, "-m", "casebook", "verify", "--json"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        found: list[str] = json.loads(done.stdout)["faults"]
        return found

    # What people do.

    def says(self, text: str = "", data: str = "", id: str = "") -> str:
        """The citizen writes or taps in the web chat; all that stands there afterwards."""
        if "huiying" not in self.http.cookies:
            self.http.get("/chat")
        message = {"id": id or secrets.token_urlsafe(12), "text": text, "data": data, "after": 0}
        answer = self.http.post("/chat/messages", json={**message, "kind": "button" if data else "text"})
        assert answer.status_code == 200, answer.text
        return self.chat()

    def chat(self) -> str:
        """The citizen's whole chat as text."""
        return _text(self.http.get("/chat/lines", params={"after": 0}).json()["lines"])

    def desk(self, room: str, person: str, text: str = "", data: str = "") -> str:
        """Somebody of the office writes or taps in a room; all that stands there afterwards."""
        message = {"id": secrets.token_urlsafe(12), "text": text, "data": data, "after": 0, "room": room, "as": person}
        answer = self.http.post("/desk/messages", json={**message, "kind": "button" if data else "text"})
        assert answer.status_code == 200, answer.text
        return _text(answer.json()["lines"])

    def room(self, room: str) -> str:
        return _text(self.http.get("/desk/lines", params={"room": room, "after": 0}).json()["lines"])


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Running]:
    """A started office; ended at the end of the block, whatever state it is in."""
    office = Running(folder, environment)
    office.start()
    try:
        yield office
    finally:
        office.kill()
        office.http.close()


def _others_settings_out(environment: Mapping[str, str]) -> dict[str, str]:
    ours = ("WECHAT", "WECOM", "TELEGRAM", "DATABASE", "JURISDICTION", "SECRET_KEY", "HOST", "PUBLIC_URL", "DESK")
    return {name: value for name, value in environment.items() if not name.startswith(ours)}


def number_in(text: str) -> str:
    """The first case number in a text."""
    found = re.search(r"\d{8}-\d{5,}", text)
    assert found, text
    return found[0]


def _text(lines: list[dict[str, Any]]) -> str:
    return "\n".join(re.sub(r"<[^>]+>", "", line["html"]) for line in lines)

"""Runs a stand-in's application in a thread, on a port the system chose, and lets a test plan its faults."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp


@dataclass
class Fault:
    """The next `times` calls of a method are answered so."""

    method: str
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    times: int = 1


class Faults:
    """The plan: what goes wrong next."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, method: str, status: int = 200, answer: dict[str, Any] | None = None, times: int = 1) -> None:
        self._planned.append(Fault(method, status, answer or {}, times))

    def clear(self) -> None:
        self._planned.clear()

    def next(self, method: str) -> Response | None:
        for fault in self._planned:
            if fault.method == method and fault.times:
                fault.times -= 1
                return JSONResponse(fault.answer, fault.status)
        return None

    async def control(self, request: Request) -> Response:
        """POST /plan with the fields of a Fault: for stand-ins that run in a process of their own."""
        self.plan(**json.loads(await request.body()))
        return JSONResponse({"planned": True})


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """The application at the address this gives, until the end of the block."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def serve_here(app: ASGIApp) -> None:
    """The application in this process, on the port given as the first argument, until it is stopped."""
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")

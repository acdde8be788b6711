"""Figures of the web doors for Prometheus: how many requests, how long they took, how many streams are open."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The citizens' platforms give up after five seconds.
STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
DOORS = ("wechat", "wecom", "telegram", "chat", "desk", "console", "open311", "api", "notices", "static")


class Meter:
    """One application's figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        PlatformCollector(self.registry)
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "huiying_http_requests", "Requests answered", ["door", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "huiying_http_seconds", "Time until the answer began", ["door"], buckets=STEPS, registry=self.registry
        )

        self._counting: dict[tuple[str, str, int], tuple[Histogram, Counter]] = {}

    def watch(self, name: str, value: Callable[[], float]) -> None:
        """Show a value that somebody else keeps."""
        Gauge(f"huiying_{name}", f"Now: {name}", registry=self.registry).set_function(value)

    def exposition(self) -> bytes:
        return generate_latest(self.registry)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        async def measured(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            door, started = door_of(scope["path"]), perf_counter()

            async def counted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    seconds, requests = self._of(door, scope["method"], message["status"])
                    seconds.observe(perf_counter() - started)
                    requests.inc()
                await send(message)

            return await app(scope, receive, counted)

        return measured

    def _of(self, door: str, method: str, status: int) -> tuple[Histogram, Counter]:
        """What counts such an answer, looked up once: there are few of them."""
        found = self._counting.get((door, method, status))
        if found is None:
            found = self._seconds.labels(door), self._requests.labels(door, method, str(status))
            self._counting[door, method, status] = found
        return found


def door_of(path: str) -> str:
    """The first part of a path if it is a door; few names, so that the figures stay few whatever is asked for."""
    first = path.strip("/").partition("/")[0]
    return first if first in DOORS else "other"

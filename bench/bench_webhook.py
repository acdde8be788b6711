"""Messages a second of the whole WeChat path in safe mode, beside a bare wechatpy echo, in one run.

    python bench/bench_webhook.py [--quick] [--rate 50] [--werobot PYTHON]

Ours is `python -m bots --only web` as it is served: verify, open, deduplicate, read, converse, store durably, answer.
The peer is the same server (Starlette on uvicorn) with wechatpy's own calls: verify, open, parse, echo, seal; it keeps
nothing and answers a repeat twice. A third server is that echo with a durable unit as bare SQL: message, talk and
notice in SQLite, flushed before the answer. `--werobot` names an interpreter that has WeRoBot, cryptography and
gunicorn (ours has not): its echo with its SQLite session. All have the first core, the load the last where there is
more than one; rounds alternate, and what counts is the ratio. Every message is another one, from one of 500 people.
Saturation is 16 connections asking again as soon as they are answered; then the time of an answer at a steady rate,
counted from the moment the message was due.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time as clock
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.webhook_peers import peer, werobot
from tests.walking import free_port
from tests.wechat_pushes import AES_KEY, APP_ID, TOKEN, heard, push, text_xml

ROOT = Path(__file__).resolve().parent.parent
ZONE = ZoneInfo("Asia/Shanghai")
CONNECTIONS, PEOPLE, CHUNK = 16, 500, 400
SAYINGS = [
    "我要投诉不动产登记中心3号窗口，材料齐全却不给受理，态度还很差",
    "昨天去政务大厅办营业执照，排了一上午队，窗口中午关门没人管",
    "公积金窗口让我来回跑了四趟，每次要的材料都不一样",
    "社保卡补办说五个工作日，已经一个月了还没有消息",
    "我的进度",
    "你好",
]


@contextmanager
def served(command: list[str], port: int, folder: str, environment: dict[str, str]) -> Iterator[int]:
    """The server in a process of its own, on the first core."""
    with Path(folder, "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, stdout=log, stderr=log
        )
    try:
        if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(process.pid, {0})
        _wait_for(port, process, Path(folder, "log.txt"))
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            clock.sleep(0.05)
    raise SystemExit(f"it did not start:\n{log.read_text(errors='replace')[-2000:]}")


def requests(count: int, chance: random.Random, serial: Iterator[int]) -> list[bytes]:
    """So many deliveries, each of another message, as the platform would write them now."""
    made = []
    for _ in range(count):
        sender = f"oBenchUser{chance.randrange(PEOPLE):06d}"
        query, body = push(text_xml(chance.choice(SAYINGS), sender=sender, id=next(serial)), at=datetime.now(ZONE))
        head = f"POST /wechat?{urlencode(query)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        made.append(head.encode() + b"Content-Type: text/xml\r\n\r\n" + body)
    return made


class Line:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer. Raises where it is no 200."""
        if self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await self._reader.readexactly(length)
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"answered {head[:30]!r}")
        return body

    def close(self) -> None:
        if self._reader is not None:
            self._writer.close()


async def saturated(port: int, seconds: float, chance: random.Random, serial: Iterator[int]) -> float:
    """Answers a second with all connections busy. Making the messages is left out of the time."""
    lines = [Line(port) for _ in range(CONNECTIONS)]
    answered, spent = 0, 0.0
    while spent < seconds:
        waiting = iter(requests(CHUNK, chance, serial))

        async def keep_busy(line: Line, waiting: Iterator[bytes] = waiting) -> None:
            for request in waiting:
                await line.ask(request)

        began = clock.perf_counter()
        await asyncio.gather(*(keep_busy(line) for line in lines))
        spent += clock.perf_counter() - began
        answered += CHUNK
    for line in lines:
        line.close()
    return answered / spent


async def steady(port: int, rate: float, seconds: float, chance: random.Random, serial: Iterator[int]) -> list[float]:
    """How long each answer took in milliseconds, from the moment its message was due."""
    waiting = requests(int(rate * seconds), chance, serial)
    idle: list[Line] = [Line(port) for _ in range(CONNECTIONS)]
    took: list[float] = []

    async def one(request: bytes, due: float) -> None:
        line = idle.pop() if idle else Line(port)
        await line.ask(request)
        took.append((clock.perf_counter() - due) * 1000)
        idle.append(line)

    began, asking = clock.perf_counter() + 0.1, []
    for number, request in enumerate(waiting):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - clock.perf_counter()))
        asking.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*asking)
    for line in idle:
        line.close()
    return sorted(took)


def is_answered_once(port: int, chance: random.Random, serial: Iterator[int]) -> bool:
    """Whether a repeat gets the same bytes, and they are an answer."""

    async def twice() -> list[bytes]:
        (request,) = requests(1, chance, serial)
        line = Line(port)
        answers = [await line.ask(request), await line.ask(request)]
        line.close()
        return answers

    first, second = asyncio.run(twice())
    return first == second and bool(heard(first)["Content"])


def measure(ports: dict[str, int], rounds: int, seconds: float, rate: float) -> dict[str, dict[str, float]]:
    chance, serial = random.Random(7), itertools.count(10**16)
    if not is_answered_once(ports["ours"], chance, serial):
        raise SystemExit("a repeat was not answered with the same bytes")
    speeds: dict[str, list[float]] = {name: [] for name in ports}
    took: dict[str, list[float]] = {name: [] for name in ports}
    for port in ports.values():
        asyncio.run(saturated(port, 0.3, chance, serial))
    for _ in range(rounds):
        for name, port in ports.items():
            speeds[name].append(asyncio.run(saturated(port, seconds, chance, serial)))
    for name, port in ports.items():
        took[name] = asyncio.run(steady(port, rate, max(4.0, 2 * seconds), chance, serial))
    figures = {name: _figures(speeds[name], took[name]) for name in ports}
    for name in ports:
        ratios = [ours / other for ours, other in zip(speeds["ours"], speeds[name], strict=True)]
        figures[name]["ours_to_it"] = statistics.median(ratios)
        figures[name]["p99_ours_to_it"] = figures["ours"]["p99_ms"] / figures[name]["p99_ms"]
    return figures


def _figures(speeds: list[float], took: list[float]) -> dict[str, float]:
    return {
        "per_second": statistics.median(speeds),
        "lowest": min(speeds),
        "highest": max(speeds),
        "p50_ms": took[len(took) // 2],
        "p99_ms": took[int(len(took) * 0.99)],
        "worst_ms": took[-1],
    }


TITLES = {
    "ours": "ours: the whole path, durable",
    "bare": "wechatpy echo, keeps nothing",
    "raw": "wechatpy echo with a durable unit in SQL",
    "werobot": "WeRoBot echo with its SQLite session",
}


def settings(folder: str, port: int) -> dict[str, str]:
    return {
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder}/bench.db",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "WECHAT_APP_ID": APP_ID,
        "WECHAT_APP_SECRET": "bench-secret",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_AES_KEY": AES_KEY,
        "WECHAT_API_URL": "http://127.0.0.1:9",
        "LOG_LEVEL": "WARNING",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--rate", type=float, default=50, help="messages a second for the time of an answer")
    parser.add_argument("--werobot", help="an interpreter that has WeRoBot, cryptography and gunicorn")
    given = parser.parse_args()
    rounds, seconds = (2, 1.0) if given.quick else (7, 2.0)
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as bare:
        file = str(Path(__file__).resolve())
        commands = {
            "ours": lambda port: [sys.executable, "-m", "bots", "--only", "web"],
            "bare": lambda port: [sys.executable, file, "--peer", str(port)],
            "raw": lambda port: [sys.executable, file, "--peer", str(port), "keeps"],
        }
        if given.werobot:
            commands["werobot"] = lambda port: werobot(given.werobot, bare, port)
        if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
        ports = {name: free_port() for name in commands}
        with ExitStack() as stack:
            for name, port in ports.items():
                folder, environment = (ours, settings(ours, port)) if name == "ours" else (bare, {})
                stack.enter_context(served(commands[name](port), port, folder, environment))
            figures = measure(ports, rounds, seconds, given.rate)
    for name, row in figures.items():
        title = TITLES[name]
        times = f"p50 {row['p50_ms']:6.1f} ms   p99 {row['p99_ms']:6.1f} ms"
        ratios = f"ours to it {row['ours_to_it']:5.2f} x, p99 {row['p99_ours_to_it']:5.1f} x"
        print(f"  {title:42} {row['per_second']:8,.0f} a second   {times}   {ratios}")
    if not given.werobot:
        print("  WeRoBot: not run (name an interpreter that has it with --werobot)")
    out = Path(__file__).parent / "results" / ("webhook.quick.json" if given.quick else "webhook.json")
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        peer(int(sys.argv[2]), "keeps" in sys.argv)
    else:
        main()

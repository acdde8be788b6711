"""Messages a second of the whole WeChat path in safe mode, beside bare peers, in one run.

    python bench/bench_webhook.py [--quick] [--rate 50] [--connections new|kept] [--peers PYTHON] [--minute 60]
                                  [--flush 5]

Ours is `python -m bots --only web` as it is served: verify, open, deduplicate, read, converse, store durably, answer.
Beside it the same server (Starlette on uvicorn) with wechatpy's own calls: verify, open, parse, echo, seal; once
keeping nothing, once with a durable unit as bare SQL (message, talk and notice in SQLite, flushed before the answer).
`--peers` names an interpreter that has WeRoBot, Flask, wechatpy, cryptography and gunicorn (ours has not): WeRoBot's
echo with its SQLite session, and wechatpy's echo on Flask. All have the first core, the load the last where there is
more than one; rounds alternate, and what counts is the ratio. Every message is another one, from one of 500 people.
Saturation is 16 connections asking again as soon as they are answered, each on a new connection, as a reverse proxy
does by default, or on kept ones; then the time of an answer at a steady rate, counted from the moment the message was
due. At last twice what saturates is offered for a minute, repeated as the platform repeats: what was acknowledged must
stand in the inbox, once, and the memory must not grow. `--flush 5` serves all of them on a disk whose flush costs five
milliseconds more, as an ordinary one does (`slow_flush.c`, for which it needs a C compiler).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import secrets
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time as clock
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.slow_disk import run_on_slow_disk
from bench.webhook_peers import FLASK, WEROBOT, peer, under_gunicorn
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


Make = Callable[[int, random.Random, Iterator[int]], list[bytes]]


class Served:
    """A server in a process of its own, on the first core."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, started: float) -> None:
        self.process, self.port, self.started = process, port, started

    def tree(self) -> list[int]:
        """The process and its children (gunicorn's workers)."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def megabytes(self) -> float:
        pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.tree())
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def seconds(self) -> float:
        """Of processor time so far."""
        words = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.tree())
        return sum(int(word[11]) + int(word[12]) for word in words) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(
    command: list[str], port: int, folder: str, environment: dict[str, str], make: Make | None = None
) -> Iterator[Served]:
    """A server until the end of the block, from its first answer on; `make` writes what it understands."""
    began = clock.perf_counter()
    with Path(folder, "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, stdout=log, stderr=log
        )
    try:
        if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(process.pid, {0})
        _wait_for(port, process, Path(folder, "log.txt"), make or requests)
        yield Served(process, port, clock.perf_counter() - began)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path, make: Make) -> None:
    """Until it has taken in a delivery."""
    chance, serial = random.Random(), itertools.count(random.randrange(10**15))
    for _ in range(6000):
        try:
            asyncio.run(Line(port, kept=False).ask(next(iter(make(1, chance, serial)))))
            return
        except (OSError, asyncio.IncompleteReadError):
            if process.poll() is not None:
                break
            clock.sleep(0.01)
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
    """One connection, or one after the other."""

    def __init__(self, port: int, kept: bool) -> None:
        self._port, self._kept = port, kept
        self._reader: asyncio.StreamReader | None = None

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer. Raises where it is no 200."""
        if self._reader is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await self._reader.readexactly(length)
        if not self._kept:
            self.close()
            self._reader = None
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"answered {head[:30]!r}")
        return body

    def close(self) -> None:
        if self._reader is not None:
            self._writer.close()


async def saturated(port: int, kept: bool, seconds: float, chance: random.Random, serial: Iterator[int]) -> float:
    """Answers a second with all connections busy. Making the messages is left out of the time."""
    lines = [Line(port, kept) for _ in range(CONNECTIONS)]
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


async def steady(
    port: int, kept: bool, rate: float, seconds: float, chance: random.Random, serial: Iterator[int]
) -> list[float]:
    """How long each answer took in milliseconds, from the moment its message was due."""
    waiting = requests(int(rate * seconds), chance, serial)
    idle: list[Line] = [Line(port, kept) for _ in range(CONNECTIONS)]
    took: list[float] = []

    async def one(request: bytes, due: float) -> None:
        line = idle.pop() if idle else Line(port, kept)
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
        line = Line(port, kept=True)
        answers = [await line.ask(request), await line.ask(request)]
        line.close()
        return answers

    first, second = asyncio.run(twice())
    return first == second and bool(heard(first)["Content"])


def measure(
    servers: dict[str, Served], kept: bool, rounds: int, seconds: float, rate: float
) -> dict[str, dict[str, float]]:
    chance, serial = random.Random(7), itertools.count(10**16)
    if not is_answered_once(servers["ours"].port, chance, serial):
        raise SystemExit("a repeat was not answered with the same bytes")
    speeds: dict[str, list[float]] = {name: [] for name in servers}
    costs: dict[str, list[float]] = {name: [] for name in servers}
    took: dict[str, list[float]] = {name: [] for name in servers}
    for server in servers.values():
        asyncio.run(saturated(server.port, kept, 0.5, chance, serial))
    for _ in range(rounds):
        for name, server in servers.items():
            before, first = server.seconds(), next(serial)
            speeds[name].append(asyncio.run(saturated(server.port, kept, seconds, chance, serial)))
            costs[name].append((server.seconds() - before) / (next(serial) - first - 1) * 1e3)
    for name, server in servers.items():
        took[name] = asyncio.run(steady(server.port, kept, rate, max(4.0, 2 * seconds), chance, serial))
    figures = {name: _figures(speeds[name], took[name]) for name in servers}
    for name, server in servers.items():
        ratios = [ours / other for ours, other in zip(speeds["ours"], speeds[name], strict=True)]
        figures[name]["ours_to_it"] = statistics.median(ratios)
        figures[name]["p99_ours_to_it"] = figures["ours"]["p99_ms"] / figures[name]["p99_ms"]
        figures[name]["cpu_ms"] = statistics.median(costs[name])
        figures[name]["megabytes"] = server.megabytes()
        figures[name]["start_s"] = server.started
    return figures


def overloaded(server: Served, file: str, rate: float, seconds: float) -> dict[str, float]:
    """Offer so many messages a second, each up to three times as the platform does; what became of them."""
    chance, serial = random.Random(8), itertools.count(3 * 10**16)
    waiting, before = requests(int(rate * seconds), chance, serial), server.megabytes()
    stored = _taken_in(file)
    late, found = asyncio.run(_offered(server.port, waiting, rate, (server, [before])))
    settled = clock.perf_counter()
    while _pending(file) and clock.perf_counter() - settled < 600:
        clock.sleep(0.2)
    drained, more = clock.perf_counter() - settled, _taken_in(file) - stored
    print(f"  twice saturation: {rate:,.0f} a second for {seconds:.0f} s, {len(waiting):,} messages")
    print(f"    answered in time {found['taken']:,}, not taken in even at the third delivery {found['given_up']:,},")
    print(f"    in the inbox {more:,}; repeats {found['repeats']:,}; memory {before:.0f} → {late:.0f} MB;")
    print(f"    what was put aside was dealt with {drained:.0f} s later")
    if more < found["taken"]:
        raise SystemExit("a message was acknowledged and is not in the inbox")
    return {"rate": rate, "seconds": seconds, "before_mb": before, "most_mb": late, "drained_s": drained, **found}


async def _offered(
    port: int, waiting: list[bytes], rate: float, watched: tuple[Served, list[float]]
) -> tuple[float, dict[str, int]]:
    found, (server, sizes) = {"taken": 0, "given_up": 0, "repeats": 0}, watched

    async def delivered(request: bytes) -> None:
        for again in range(3):
            found["repeats"] += again > 0
            asked = clock.perf_counter()
            try:
                await asyncio.wait_for(Line(port, kept=False).ask(request), 5)
            except (OSError, TimeoutError, RuntimeError, asyncio.IncompleteReadError):
                # The platform asks again after five seconds, however soon it was refused.
                await asyncio.sleep(max(0.0, asked + 5 - clock.perf_counter()))
                continue
            found["taken"] += 1
            return
        found["given_up"] += 1

    began, asking = clock.perf_counter(), []
    for number, request in enumerate(waiting):
        await asyncio.sleep(max(0.0, began + number / rate - clock.perf_counter()))
        asking.append(asyncio.create_task(delivered(request)))
        if number % 500 == 0:
            sizes.append(server.megabytes())
    await asyncio.gather(*asking)
    return max(*sizes, server.megabytes()), found


def _taken_in(file: str) -> int:
    return _counted(file, "SELECT count(*) FROM inbox")


def _pending(file: str) -> int:
    return _counted(file, "SELECT count(*) FROM inbox WHERE state = 'pending'")


def _counted(file: str, query: str) -> int:
    link = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return int(link.execute(query).fetchone()[0])
    finally:
        link.close()


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
    "flask": "wechatpy + Flask echo, keeps nothing",
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


@contextmanager
def all_served(peers: str | None, kept: bool) -> Iterator[tuple[dict[str, Served], str]]:
    """Ours and the others, each on a port of its own; and the file that ours keeps everything in."""
    file = str(Path(__file__).resolve())
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as bare, ExitStack() as stack:
        ports = {name: free_port() for name in TITLES}
        commands = {
            "ours": [sys.executable, "-m", "bots", "--only", "web"],
            "raw": [sys.executable, file, "--peer", str(ports["raw"]), "keeps"],
            "bare": [sys.executable, file, "--peer", str(ports["bare"])],
        }
        if peers:
            commands["werobot"] = under_gunicorn(peers, bare, ports["werobot"], "robot", WEROBOT, kept)
            commands["flask"] = under_gunicorn(peers, bare, ports["flask"], "echo", FLASK, kept)
        # A release brings the tables up to date before it starts (see Procfile).
        migrating = {**os.environ, **settings(ours, ports["ours"]), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-m", "models", "migrate"], env=migrating, cwd=ours, check=True)
        servers = {}
        for name, command in commands.items():
            folder, environment = (ours, settings(ours, ports[name])) if name == "ours" else (bare, {})
            servers[name] = stack.enter_context(served(command, ports[name], folder, environment))
        yield servers, f"{ours}/bench.db"


def show(figures: dict[str, dict[str, float]], peers: str | None) -> None:
    for name, row in figures.items():
        times = f"p50 {row['p50_ms']:6.1f} ms   p99 {row['p99_ms']:6.1f} ms"
        costs = f"{row['cpu_ms']:6.2f} ms cpu   {row['megabytes']:4.0f} MB   start {row['start_s']:4.1f} s"
        ratios = f"ours to it {row['ours_to_it']:5.2f} x, p99 {row['p99_ours_to_it']:5.1f} x"
        print(f"  {TITLES[name]:41} {row['per_second']:7,.0f} a second   {times}   {costs}   {ratios}")
    if not peers:
        print("  WeRoBot and Flask: not run (name an interpreter that has them with --peers)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--rate", type=float, default=50, help="messages a second for the time of an answer")
    parser.add_argument("--connections", choices=("new", "kept"), default="new")
    parser.add_argument("--peers", help="an interpreter that has WeRoBot, Flask, wechatpy and gunicorn")
    parser.add_argument("--minute", type=float, help="how many seconds twice saturation lasts (60; 0: not at all)")
    parser.add_argument("--flush", type=float, default=0, help="milliseconds that a flush costs more")
    given = parser.parse_args()
    if given.flush and "FLUSH_US" not in os.environ:
        run_on_slow_disk(given.flush)
        return
    kept = given.connections == "kept"
    rounds, seconds = (2, 1.0) if given.quick else (7, 2.0)
    lasts = given.minute if given.minute is not None else (6.0 if given.quick else 60.0)
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
    with all_served(given.peers, kept) as (servers, file):
        figures = measure(servers, kept, rounds, seconds, given.rate)
        show(figures, given.peers)
        if lasts:
            figures["overload"] = overloaded(servers["ours"], file, 2 * figures["ours"]["per_second"], lasts)
    disk = f"-{given.flush:g}ms" if given.flush else ""
    name = f"webhook{'-kept' if kept else ''}{disk}{'.quick' if given.quick else ''}.json"
    out = Path(__file__).parent / "results" / name
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        peer(int(sys.argv[2]), "keeps" in sys.argv)
    else:
        main()

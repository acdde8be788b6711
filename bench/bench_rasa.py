"""Messages a second of the whole WeChat path beside a Rasa assistant that only tells what a message is and answers.

    python bench/bench_rasa.py --rasa PYTHON [--quick]

`--rasa` names an interpreter that has rasa 3.6 and jieba. The assistant is trained on the kinds of our own messages
(jieba, bag of words, logistic regression, one rule a kind) and keeps its talks in SQLite; it is asked over its REST
channel in the clear: no signatures, no sealing, no cases. Both are served on the first core, rounds alternate.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.bench_webhook import (
    CONNECTIONS,
    PEOPLE,
    ROOT,
    SAYINGS,
    Line,
    Make,
    Served,
    requests,
    served,
    settings,
)
from tests.walking import free_port

EXAMPLES = 60
CONFIG = """recipe: default.v1
language: zh
assistant_id: bench
pipeline:
- name: JiebaTokenizer
- name: CountVectorsFeaturizer
- name: LogisticRegressionClassifier
policies:
- name: RulePolicy
"""


def write_assistant(folder: Path) -> None:
    """A Rasa project that answers each kind of message with one sentence."""
    by_kind: dict[str, list[str]] = {}
    with (ROOT / "nlp/corpus/train.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["verdict"] == "accept" and not set("[]{}()") & set(row["text"]):
                by_kind.setdefault(row["kind"], []).append(" ".join(row["text"].split()))
    kinds = {kind: texts[:EXAMPLES] for kind, texts in by_kind.items() if len(texts) > 1}
    examples = [
        f"- intent: {kind}\n  examples: |\n" + "".join(f"    - {text}\n" for text in kinds[kind]) for kind in kinds
    ]
    rules = [f"- rule: {kind}\n  steps:\n  - intent: {kind}\n  - action: utter_{kind}\n" for kind in kinds]
    intents = "".join(f"- {kind}\n" for kind in kinds)
    answers = "".join(f"  utter_{kind}:\n  - text: 已收到\n" for kind in kinds)
    session = "session_config:\n  session_expiration_time: 60\n  carry_over_slots_to_new_session: true\n"
    (folder / "data").mkdir(parents=True)
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "data/nlu.yml").write_text("version: '3.1'\nnlu:\n" + "".join(examples), encoding="utf-8")
    (folder / "data/rules.yml").write_text("version: '3.1'\nrules:\n" + "".join(rules), encoding="utf-8")
    domain = f"version: '3.1'\nintents:\n{intents}responses:\n{answers}{session}"
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    tracker = f"tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: {folder}/tracker.db\n"
    (folder / "endpoints.yml").write_text(tracker, encoding="utf-8")


def asked_by_rest(count: int, chance: random.Random, serial: Iterator[int]) -> list[bytes]:
    """The same sayings from as many people, as Rasa's REST channel takes them."""
    made = []
    for _ in range(count):
        next(serial)
        body = json.dumps({"sender": f"u{chance.randrange(PEOPLE)}", "message": chance.choice(SAYINGS)}).encode()
        head = f"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        made.append(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
    return made


async def saturated(port: int, make: Make, count: int, chance: random.Random, serial: Iterator[int]) -> float:
    """Answers a second with all connections busy, a new one for each message."""
    lines, waiting = [Line(port, kept=False) for _ in range(CONNECTIONS)], iter(make(count, chance, serial))

    async def keep_busy(line: Line) -> None:
        for request in waiting:
            await line.ask(request)

    began = clock.perf_counter()
    await asyncio.gather(*(keep_busy(line) for line in lines))
    return count / (clock.perf_counter() - began)


@contextmanager
def both(rasa: str) -> Iterator[dict[str, tuple[Served, Make]]]:
    """Ours and the assistant, trained, each on a port of its own."""
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        project, mine, other = Path(theirs, "assistant"), free_port(), free_port()
        write_assistant(project)
        quiet = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
        subprocess.run([rasa, "-m", "rasa", "train", "--quiet"], cwd=project, env=quiet, check=True)
        migrating = {**os.environ, **settings(ours, mine), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-m", "models", "migrate"], env=migrating, cwd=ours, check=True)
        command = [sys.executable, "-m", "bots", "--only", "web"]
        serving = [rasa, "-m", "rasa", "run", "--port", str(other), "-i", "127.0.0.1", "--quiet"]
        with (
            served(command, mine, ours, settings(ours, mine)) as one,
            served(serving, other, str(project), quiet, asked_by_rest) as two,
        ):
            yield {"ours": (one, requests), "rasa": (two, asked_by_rest)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rasa", required=True, help="an interpreter that has rasa and jieba")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {(os.cpu_count() or 1) - 1})
    chance, serial = random.Random(7), itertools.count(10**16)
    with both(given.rasa) as servers:
        speeds: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(2 if given.quick else 5):
            for name, (server, make) in servers.items():
                count = 600 if name == "ours" else 100
                speeds[name].append(asyncio.run(saturated(server.port, make, count, chance, serial)))
        figures = {
            name: {
                "per_second": statistics.median(speeds[name]),
                "megabytes": server.megabytes(),
                "start_s": server.started,
            }
            for name, (server, _) in servers.items()
        }
    ratio = statistics.median(one / two for one, two in zip(speeds["ours"], speeds["rasa"], strict=True))
    for name, row in figures.items():
        size = f"{row['megabytes']:4.0f} MB   start {row['start_s']:5.1f} s"
        print(f"  {name:5} {row['per_second']:7,.0f} a second   {size}")
    print(f"  ours to Rasa {ratio:.1f} x")
    out = Path(__file__).parent / "results" / f"rasa{'.quick' if given.quick else ''}.json"
    out.write_text(json.dumps({**figures, "ours_to_it": ratio}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

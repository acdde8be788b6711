"""How fast one message is read, beside a plain scikit-learn pipeline and beside the cutting alone, in one run.

    python bench/bench_text.py [--quick]

The pipeline (jieba, TF-IDF, logistic regression over the same words and classes) answers one question; ours answers
four, finds the fields and names the unit. Both do so one message at a time, and sixty-four together. Ratios within a
run are what counts; where other work shares the machine, the processor's time of one message (its mean) says more than
the clock's. Cold start and memory are those of processes of their own; what is sent to hold a reader up has 20,000
characters each.
"""

from __future__ import annotations

import argparse
import base64
import json
import logging
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as it is served

from nlp.corpus_reading import CORPUS, read_examples, read_taught
from nlp.reader import Reader, Reading
from nlp.text import clean, cut, features

NOW = datetime.fromisoformat("2025-09-26T10:00:00+08:00")
TAUGHT = 4000

COLD = {
    "python alone": "",
    "numpy": "import numpy",
    "ours: the reader, first message read": (
        "from datetime import datetime; from nlp.reader import Reader;"
        "Reader.load().read('社保局三号窗口没人', datetime(2025, 9, 26, 10)).fields"
    ),
    "jieba, first cut": "import jieba; jieba.setLogLevel(60); jieba.lcut('社保局三号窗口没人')",
    "scikit-learn and jieba": (
        "import sklearn.pipeline, sklearn.linear_model, sklearn.feature_extraction.text, jieba;"
        "jieba.setLogLevel(60); jieba.initialize()"
    ),
}
# What a process says of itself: kilobytes resident, at its most (Linux), and seconds that it worked.
SAID = "\nimport time; print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0], time.process_time())"

# Messages read together.
LOT = 64
# Characters of what is sent to hold a reader up.
SIZE = 20_000
REPEATED = (
    "局",
    "，",
    "张三丰",
    "幸福路",
    "王主任",
    "昨天",
    "窗口",
    "3月5日",
    "13800000000 ",
    "人社局三号窗口",
    "？！",
)

PIPELINE, CUTTING, OURS = "scikit-learn pipeline, jieba, one question", "jieba.lcut alone", "ours: read, all asked for"
WORST = (PIPELINE, CUTTING, OURS)

Way = Callable[[str], object]


def ways() -> tuple[dict[str, Way], dict[str, Callable[[list[str]], object]]]:
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    taught = [example for part in read_taught() for example in part][:TAUGHT]
    cutting = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
    plain = make_pipeline(cutting, LogisticRegression(max_iter=300))
    plain.fit([example.text for example in taught], [example.ground or example.verdict for example in taught])
    reader = Reader.load()
    other = "我在社保局三号窗口办退休，工作人员态度恶劣，把材料扔了出来"

    def dot(text: str) -> object:
        return reader.model.answer("screen", reader.model.vector(features(cut(clean(text).text))))

    def whole(text: str) -> object:
        return asked_for(reader.read(text, NOW))

    def together(lot: list[str]) -> object:
        return [asked_for(reading) for reading in reader.read_each([(text, NOW) for text in lot])]

    one_by_one: dict[str, Way] = {
        PIPELINE: lambda text: plain.predict_proba([text]),
        CUTTING: jieba.lcut,
        "rjieba and sparse dot, one question": dot,
        OURS: whole,
        "ours: read, kind and verdict alone": lambda text: reader.read(text, NOW),
        "ours: compare with another": lambda text: reader.compare(text, other),
    }
    return one_by_one, {PIPELINE: plain.predict_proba, OURS: together}


def asked_for(reading: Reading) -> object:
    return reading.fields, reading.departments, reading.why


def rates(
    found: Mapping[str, Callable[[Any], object]], lots: Sequence[Any], rounds: int, seconds: float, size: int = 1
) -> dict[str, dict[str, float]]:
    """Messages a second (the median of rounds, the ways taking turns), and milliseconds of one: median and p99.

    `cpu_ms`: the processor's milliseconds of one, on the mean of the best round; `size`: messages of a lot.
    """
    speed: dict[str, list[float]] = {name: [] for name in found}
    worked: dict[str, list[float]] = {name: [] for name in found}
    taken: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, way in found.items():
            done, began, busy = 0, time.perf_counter(), time.process_time()
            while time.perf_counter() - began < seconds:
                started = time.perf_counter()
                way(lots[done % len(lots)])
                taken[name].append(1000 * (time.perf_counter() - started) / size)
                done += 1
            speed[name].append(size * done / (time.perf_counter() - began))
            worked[name].append(1000 * (time.process_time() - busy) / (size * done))
    return {
        name: {
            "per_second": round(statistics.median(speed[name]), 1),
            "p50_ms": round(statistics.median(taken[name]), 4),
            "p99_ms": round(statistics.quantiles(taken[name], n=100)[98], 4),
            "cpu_ms": round(min(worked[name]), 4),
        }
        for name in found
    }


def hostile(texts: list[str]) -> dict[str, str]:
    """What is sent to hold a reader up, by what it is."""
    chance = random.Random(1)
    whole = {
        "prose, all of it in Chinese": "。".join(texts * 10),
        "a file in base64": base64.b64encode(chance.randbytes(SIZE)).decode(),
        "scripts mixed": "办shi處กขالعربيةПривет日本" * SIZE,
        "any characters at all": "".join(map(chr, chance.choices(range(0xD800), k=SIZE))),
        "figures alone": "0123456789" * SIZE,
        **{f"{piece} again and again": piece * SIZE for piece in REPEATED},
    }
    return {name: text[:SIZE] for name, text in whole.items()}


def held_up(found: dict[str, Way], texts: dict[str, str], rounds: int) -> dict[str, dict[str, float]]:
    """Of each such text the processor's milliseconds (the least of some rounds, the ways taking turns)."""
    taken: dict[str, dict[str, float]] = {name: dict.fromkeys(found, float("inf")) for name in texts}
    for _ in range(rounds):
        for name, text in texts.items():
            for way, do in found.items():
                began = time.process_time()
                do(text)
                taken[name][way] = min(taken[name][way], round(1000 * (time.process_time() - began), 2))
    return taken


def starts(rounds: int) -> dict[str, dict[str, float]]:
    """Seconds until a fresh process has done it (the least of some, and the processor's), its megabytes at most."""
    found = {}
    for name, code in COLD.items():
        seconds, busy, megabytes = [], [], 0.0
        for _ in range(rounds):
            began = time.perf_counter()
            said = subprocess.run([sys.executable, "-c", code + SAID], cwd=ROOT, capture_output=True, check=True)
            seconds.append(time.perf_counter() - began)
            peak, worked = said.stdout.split()[-2:]
            megabytes = int(peak) / 1024
            busy.append(float(worked))
        found[name] = {
            "seconds": round(min(seconds), 3),
            "cpu_seconds": round(min(busy), 3),
            "megabytes": round(megabytes, 1),
        }
    return found


def print_all(
    texts: list[str],
    spoken: dict[str, dict[str, float]],
    together: dict[str, dict[str, float]],
    worst: dict[str, dict[str, float]],
    cold: dict[str, dict[str, float]],
) -> None:
    print(f"{len(texts)} messages, {sum(map(len, texts)) / len(texts):.0f} characters on the mean")
    for title, rows in (("one message at a time", spoken), (f"{LOT} together, a message", together)):
        print(f"{title:<46}{'per second':>12}{'× pipeline':>12}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}")
        for name, row in rows.items():
            ratio = row["per_second"] / rows[PIPELINE]["per_second"]
            times = "".join(f"{each:>9.3f}" for each in (row["p50_ms"], row["p99_ms"], row["cpu_ms"]))
            print(f"{name:<46}{row['per_second']:>12.0f}{ratio:>12.2f}{times}")
    print(f"\n{f'{SIZE} characters, CPU ms':<32}{'pipeline':>12}{'jieba':>12}{'ours':>12}")
    for name, taken in sorted(worst.items(), key=lambda pair: -pair[1][OURS]):
        print(f"{name:<32}" + "".join(f"{taken[way]:>12.1f}" for way in WORST))
    print(f"\n{'cold start':<46}{'seconds':>12}{'CPU seconds':>13}{'megabytes':>12}")
    for name, row in cold.items():
        print(f"{name:<46}{row['seconds']:>12.2f}{row['cpu_seconds']:>13.2f}{row['megabytes']:>12.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    texts = [example.text for name in ("test.csv", "test-hard.csv") for example in read_examples(CORPUS / name)]
    found, of_lots = ways()
    rounds, seconds = (2, 0.3) if given.quick else (7, 1.5)
    spoken = rates(found, texts, rounds, seconds)
    lots = [texts[start : start + LOT] for start in range(0, len(texts) - LOT + 1, LOT)]
    together = rates(of_lots, lots, rounds, seconds, LOT)
    worst = held_up(
        {name: found[name] for name in WORST},
        hostile([text for text in texts if len(text) > 30]),
        1 if given.quick else 5,
    )
    cold = starts(1 if given.quick else 5)
    print_all(texts, spoken, together, worst, cold)
    out = Path(__file__).parent / "results" / ("text.quick.json" if given.quick else "text.json")
    out.write_text(
        json.dumps(
            {"messages": spoken, "together": together, "worst": worst, "cold": cold}, indent=1, ensure_ascii=False
        )
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()

"""How fast one message is read, beside a plain scikit-learn pipeline and beside the cutting alone, in one run.

    python bench/bench_text.py [--quick]

The pipeline (jieba, TF-IDF, logistic regression over the same words and classes) answers one question; ours answers
four, finds the fields and names the unit. Ratios within a run are what counts. Cold start and memory are those of
processes of their own.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nlp.corpus_reading import CORPUS, read_examples
from nlp.reader import Reader
from nlp.text import clean, cut, features

NOW = datetime.fromisoformat("2025-09-26T10:00:00+08:00")
TAUGHT = 4000

COLD = {
    "python alone": "",
    "numpy": "import numpy",
    "ours: the reader, first message read": (
        "from datetime import datetime; from nlp.reader import Reader;"
        "Reader.load().read('社保局三号窗口没人', datetime(2025, 9, 26, 10))"
    ),
    "jieba, first cut": "import jieba; jieba.setLogLevel(60); jieba.lcut('社保局三号窗口没人')",
    "scikit-learn and jieba": (
        "import sklearn.pipeline, sklearn.linear_model, sklearn.feature_extraction.text, jieba;"
        "jieba.setLogLevel(60); jieba.initialize()"
    ),
}
# What a process says of itself: kilobytes resident, at its most (Linux).
PEAK = "\nprint(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"

Way = Callable[[str], object]


def ways() -> dict[str, Way]:
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    taught = [example for path in sorted(CORPUS.glob("train*.csv")) for example in read_examples(path)][:TAUGHT]
    cutting = TfidfVectorizer(tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
    plain = make_pipeline(cutting, LogisticRegression(max_iter=300))
    plain.fit([example.text for example in taught], [example.ground or example.verdict for example in taught])
    reader = Reader.load()
    other = "我在社保局三号窗口办退休，工作人员态度恶劣，把材料扔了出来"

    def dot(text: str) -> object:
        return reader.model.answer("screen", reader.model.vector(features(cut(clean(text).text))))

    return {
        "scikit-learn pipeline, jieba, one question": lambda text: plain.predict_proba([text]),
        "jieba.lcut alone": jieba.lcut,
        "rjieba and sparse dot, one question": dot,
        "ours: read, everything": lambda text: reader.read(text, NOW),
        "ours: compare with another": lambda text: reader.compare(text, other),
    }


def rates(found: dict[str, Way], texts: list[str], rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Messages a second (the median of rounds, the ways taking turns), and milliseconds of one: median and p99."""
    speed: dict[str, list[float]] = {name: [] for name in found}
    taken: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        for name, way in found.items():
            done, began = 0, time.perf_counter()
            while time.perf_counter() - began < seconds:
                started = time.perf_counter()
                way(texts[done % len(texts)])
                taken[name].append(1000 * (time.perf_counter() - started))
                done += 1
            speed[name].append(done / (time.perf_counter() - began))
    return {
        name: {
            "per_second": round(statistics.median(speed[name]), 1),
            "p50_ms": round(statistics.median(taken[name]), 4),
            "p99_ms": round(statistics.quantiles(taken[name], n=100)[98], 4),
        }
        for name in found
    }


def starts(rounds: int) -> dict[str, dict[str, float]]:
    """Seconds until a fresh process has done it (the least of some), and its megabytes at most."""
    found = {}
    for name, code in COLD.items():
        seconds, megabytes = [], 0.0
        for _ in range(rounds):
            began = time.perf_counter()
            said = subprocess.run([sys.executable, "-c", code + PEAK], cwd=ROOT, capture_output=True, check=True)
            seconds.append(time.perf_counter() - began)
            megabytes = int(said.stdout.split()[-1]) / 1024
        found[name] = {"seconds": round(min(seconds), 3), "megabytes": round(megabytes, 1)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    given = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    texts = [example.text for name in ("test.csv", "test-hard.csv") for example in read_examples(CORPUS / name)]
    spoken = rates(ways(), texts, 2 if given.quick else 7, 0.3 if given.quick else 1.5)
    cold = starts(1 if given.quick else 5)
    base = spoken["scikit-learn pipeline, jieba, one question"]["per_second"]
    print(f"{len(texts)} messages, {sum(map(len, texts)) / len(texts):.0f} characters on the mean")
    print(f"{'one message at a time':<46}{'per second':>12}{'× pipeline':>12}{'p50 ms':>9}{'p99 ms':>9}")
    for name, row in spoken.items():
        ratio = row["per_second"] / base
        print(f"{name:<46}{row['per_second']:>12.0f}{ratio:>12.2f}{row['p50_ms']:>9.3f}{row['p99_ms']:>9.3f}")
    print(f"\n{'cold start':<46}{'seconds':>12}{'megabytes':>12}")
    for name, row in cold.items():
        print(f"{name:<46}{row['seconds']:>12.2f}{row['megabytes']:>12.0f}")
    out = Path(__file__).parent / "results" / ("text.quick.json" if given.quick else "text.json")
    out.write_text(
        json.dumps({"messages": spoken, "cold": cold}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()

"""The file of results that the long tests add to: a row a fault class, its counts added up, and of which commits."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def add(file: Path, name: str, kind: str, counts: Mapping[str, int]) -> None:
    """Add these counts to the row of that name; `kind` is the short name of its class."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    before = kept.get(name, {})
    commits = sorted({*before.get("commits", []), commit()} - {""})
    added = {what: count + before.get(what, 0) for what, count in counts.items()}
    kept[name] = {"class": kind, "commits": commits, **added}
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def commit() -> str:
    """What was tested, by its short name; "" where that is not known."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()

"""Weeks of a city with faults denser than life: nobody is forgotten, nothing is said twice, a seed lives the same life.

The short form of `python -m tests.simulator`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from models.unit_outbox import Outbox
from tests.simulator.life import live
from tests.simulator.world import Odds

ROOT = Path(__file__).parent.parent


def test_a_week_of_a_city_lose_nothing_and_repeat_nothing_that_we_could_know(tmp_path):
    lived = live(1, 7, tmp_path)

    assert lived.violations == []
    assert lived.cases > 5
    assert lived.repeats <= sum(lived.faults.values())
    assert {"crash", "overtaken", "platform", "conflict", "disk"} <= lived.faults.keys()


def test_a_seed_lives_the_same_life_byte_for_byte_in_another_process(tmp_path):
    """Another process has other hashes of words, and another order of whatever hangs on them."""
    script = "import sys; from pathlib import Path; from tests.simulator.life import live;"
    script += "print(live(7, 2, Path(sys.argv[1])).digest)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "4711"}
    (tmp_path / "other").mkdir()
    command = [sys.executable, "-c", script, str(tmp_path / "other")]
    other = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)

    assert other.stdout.strip() == live(7, 2, tmp_path).digest


def test_the_judge_finds_an_office_that_forgets_what_it_sent(tmp_path, monkeypatch):
    note = Outbox.outbox_sent

    def forgets(unit, key, at, channel, *more, **named):
        if channel != "telegram":
            note(unit, key, at, channel, *more, **named)

    monkeypatch.setattr(Outbox, "outbox_sent", forgets)

    assert any("times" in fault for fault in live(3, 1, tmp_path).violations)


def test_the_judge_finds_a_courier_that_sends_what_is_no_longer_its_own(tmp_path, monkeypatch):
    """Halted past its lease between two messages, it wakes and goes on with what others have sent meanwhile."""
    halts = Odds(stopped=0.15, platform=0.05)

    assert _lived(tmp_path / "whole", 3, halts) == []

    monkeypatch.setattr(Outbox, "outbox_hold", lambda *claim, **lease: True)
    lives = (_lived(tmp_path / f"{seed}", seed, halts) for seed in range(3, 9))
    assert any("times" in fault for faults in lives for fault in faults)


def _lived(folder, seed, odds):
    folder.mkdir()
    return live(seed, 3, folder, odds).violations

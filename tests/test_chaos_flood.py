"""How the fault harness judges a flood: lost is what was lost, late is apart, and each says which promise it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.flood import Beat, Command, judge
from tests.chaos.harness import Tally
from tests.chaos.steps import ANSWERED, BEGUN, CAME, IN_HAND, KEPT, Step, read_steps

ALLOWED = 48
IN_TIME = 40


def steps(turns: int) -> Sequence[Step]:
    """A command that was in hand after one of the flood and answered after so many."""
    return (
        Step(0, CAME, 10.0, 5, 0.0, 0.0),
        Step(0, IN_HAND, 10.02, 6, 0.1, 0.2),
        Step(0, BEGUN, 10.03, 6, 0.1, 0.2),
        Step(0, KEPT, 10.5, 4 + turns, 0.13, 0.3),
        Step(0, ANSWERED, 10.6, 5 + turns, 0.0, 0.0),
    )


GOOD = Command("20260302-00001", steps(IN_TIME), seconds=0.7, read=45, late=0.03)


@pytest.mark.parametrize(
    ("command", "lost", "late", "said"),
    [
        (GOOD, 0, 0, ""),
        (replace(GOOD, steps=steps(2 * ALLOWED)), 0, 0, ""),
        (replace(GOOD, read=500, seconds=60.0, late=50.0), 0, 0, ""),
        (replace(GOOD, steps=steps(2 * ALLOWED + 1)), 0, 1, "was done after 97 of the flood, 96 are allowed"),
        (replace(GOOD, at_once=False), 0, 1, "was carried out after it was answered"),
        (replace(GOOD, at_once=False, at_last=False), 1, 0, "was answered and not carried out"),
        (replace(GOOD, at_once=False, at_last=False, why="KeyError"), 1, 0, "was answered and set aside: KeyError"),
        (replace(GOOD, at_once=False, failed="ReadTimeout"), 1, 0, "was carried out and not answered: ReadTimeout"),
        (
            replace(GOOD, steps=steps(900), at_once=False, at_last=False, failed="503"),
            1,
            0,
            "came in and was not answered: 503",
        ),
        (Command("x", failed="refused", at_once=False, at_last=False), 1, 0, "never came to the door: refused"),
    ],
    ids=[
        "in time",
        "one of bad luck",
        "a harness that was busy reads late what was answered in time",
        "too late",
        "put aside and done later",
        "answered with nothing done",
        "set aside",
        "no answer to what was done",
        "neither done nor answered",
        "not taken in",
    ],
)
def test_of_a_command_the_broken_promise_is_named(command: Command, lost: int, late: int, said: str) -> None:
    tally = Tally("flood")

    judge(tally, [GOOD, GOOD, command], ALLOWED)

    assert (tally.points, tally.lost, tally.late) == (3, lost, late)
    assert [f"for {command.number} {said} (" in remark for remark in tally.remarks[:-1]] == [True] * (lost + late)


def test_the_middle_command_may_not_have_bad_luck() -> None:
    unlucky, tally = replace(GOOD, steps=steps(ALLOWED + 1)), Tally("flood")

    judge(tally, [GOOD, unlucky, unlucky], ALLOWED)

    assert (tally.lost, tally.late) == (0, 1)
    assert tally.remarks[0] == "most commands were done after more than 48 of the flood: [40, 49, 49]"


def test_the_figures_say_where_a_command_waited_and_how_busy_the_machine_was() -> None:
    assert GOOD.figures() == (
        "in hand after 20 ms, 1; begun after 30 ms, 1; kept after 500 ms, 39; answered after 600 ms, 40; "
        "its thread reckoned 30 ms and was kept from a processor 100 ms; "
        "by the harness 700 ms, 45; which was up to 30 ms late itself"
    )


def test_of_the_harness_the_longest_delay_counts_that_fell_into_the_time() -> None:
    beat = Beat([(1.0, 0.9), (2.0, 0.3), (2.5, 0.1), (4.0, 1.2), (9.0, 5.0)])

    assert beat.latest(1.5, 2.9) == 1.2
    assert beat.latest(1.5, 2.6) == 0.3
    assert beat.latest(4.5, 4.6) == 5.0
    assert beat.latest(10.0, 11.0) == 0.0


def test_a_step_that_was_only_half_written_down_is_left_out(tmp_path: Path) -> None:
    line = '{"command": 0, "name": "came", "at": 1.0, "turns": 2, "reckoned": 0.0, "starved": 0.0}\n'
    (tmp_path / "steps.jsonl").write_text(line + line[:20], encoding="utf-8")

    assert read_steps(tmp_path) == [Step(0, CAME, 1.0, 2, 0.0, 0.0)]

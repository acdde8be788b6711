"""Sixty times the plug is pulled in the middle of a write, and a checker counts: nothing lost, nothing twice.

The short form of `make chaos`, which kills every point. Repeats that only the platform could have prevented (it took a
message, and we died before we could note it) are counted apart: there is one at most for a kill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests import postgres
from tests.chaos import classes, flood, serving
from tests.chaos.harness import CALLS, DISK, Tally, Town, has_strace
from tests.chaos.releases import migrations_killed

pytestmark = [
    pytest.mark.xdist_group("chaos"),
    pytest.mark.skipif(not has_strace(), reason="strace is not installed, or not allowed to trace"),
]
KILL = "signal=KILL"
# More of a flood than an officer's command on SQLite may wait for with bad luck.
HOLD = flood.TURNS["SQLite"] * flood.BAD_LUCK * flood.FLOODING + 1


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Iterator[Town]:
    with Town(tmp_path_factory.mktemp("town"), _sqlite_template).open() as opened:
        yield opened


def assert_whole(tally: Tally, points: int) -> None:
    assert tally.violations == []
    assert (tally.lost, tally.late, tally.repeated) == (0, 0, 0), tally.remarks
    assert tally.repeated_by_platform <= tally.points
    assert tally.points >= points


def test_forty_kills_in_a_day_lose_nothing_and_repeat_nothing(town: Town) -> None:
    order = town.order()
    tally = town.sweep("killed", order, KILL, town.points(order, CALLS, 40), town.undisturbed(order))

    assert_whole(tally, 40)
    assert tally.effect == tally.points


def test_a_disk_that_fails_once_costs_nothing_that_was_acknowledged(town: Town) -> None:
    order = town.order()

    assert_whole(town.sweep("EIO", order, "error=EIO", town.points(order, DISK, 6), town.undisturbed(order)), 6)


def test_three_schedulers_of_which_one_is_killed_tell_everything_once(town: Town) -> None:
    part = town.order(part="sweep")

    assert_whole(classes.schedulers(town, part, town.points(part, ("pwrite64", "fdatasync"), 8)), 8)


def test_a_courier_stopped_past_its_lease_repeats_at_most_the_one_message_in_its_hand(town: Town) -> None:
    tally = classes.stopped(town, town.order(), [("sendto", 5), ("sendto", 8), ("fdatasync", 2)])

    assert_whole(tally, 3)
    assert (tally.effect, tally.repeated_by_platform) == (3, 2)


def test_a_migration_killed_in_the_middle_of_a_filled_book_is_right_the_next_time(town: Town) -> None:
    assert_whole(migrations_killed(town, town.order(), DISK[:2], 20, 2), 4)


def test_what_is_delivered_again_and_by_two_processes_at_once_is_handled_once(town: Town) -> None:
    assert_whole(classes.delivered_again(town, town.order()), 3)


def test_a_clock_that_jumps_makes_nobody_hear_twice(town: Town) -> None:
    assert_whole(classes.clock_jumps(town, town.order()), 10)


def test_six_kills_on_postgresql_lose_nothing_and_repeat_nothing(town: Town, pg_url: str) -> None:
    order = town.order(url=pg_url)
    tally = town.sweep("killed", order, KILL, town.points(order, ("sendto", "write"), 6), town.undisturbed(order))

    assert_whole(tally, 6)


def test_a_handler_that_never_ends_is_broken_off_and_holds_up_nobody(town: Town) -> None:
    assert_whole(serving.poisoned(town, town.order(), "0.6"), 2)


def test_in_a_flood_an_officers_command_and_the_sweep_have_their_turn(town: Town) -> None:
    assert_whole(flood.flooded(town, town.order()), serving.DUE)


def test_a_command_that_is_kept_waiting_in_a_flood_is_found_late_and_not_lost(town: Town) -> None:
    tally = flood.flooded(town, town.order(), CHAOS_HOLD=str(HOLD))

    assert (tally.points, tally.lost, tally.late) == (serving.DUE, 0, serving.DUE + 1)
    assert tally.remarks[0].startswith("the command for ")
    assert "of the flood, 96 are allowed (in hand after " in tally.remarks[0]


@pytest.mark.skipif(bool(postgres.named_server()), reason="the server that is named is not ours to halt")
def test_a_halted_postgresql_delays_what_comes_and_costs_nothing(town: Town, pg_url: str) -> None:
    assert_whole(serving.halted(town, town.order(url=pg_url), pg_url, [0.5]), 1)


@pytest.mark.parametrize("control", ["ack_first", "split"])
def test_the_checker_finds_an_office_that_is_broken_on_purpose(control: str, town: Town) -> None:
    broken = replace(town.order(), control=control)
    usual = town.undisturbed(town.order() if control == "ack_first" else broken)
    points = town.points(broken, ("pwrite64", "fdatasync"), 14 if control == "ack_first" else 8)

    tally = town.sweep(control, broken, KILL, points, usual)

    assert tally.violations or tally.lost

"""Nobody is forgotten, nothing is said twice: what people hear in an office that lives through days and nights."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bots.channels.sending import Later
from casebook.case import Person
from models.store import Store
from tests.town import Town

BUSY = Later(1800, "busy")
ANSWER = {
    "findings": "3号窗口当天没有收件。",
    "process": "调取监控。",
    "measures": "约谈窗口人员。",
    "results": "已收件并办结。",
    "key_points": "已收件办结。",
    "verdict": "substantiated",
}


def answer(town: Town, number: str) -> None:
    """Answered as Henan's measures want it, and approved by the leader."""
    town.take(number, "resolve", **ANSWER)
    town.take(number, "approve", town.leader)


@pytest.mark.parametrize("others", [0, 1, 2])
def test_a_reminder_held_up_on_its_way_is_not_given_once_the_case_is_done(memory_store: Store, others: int) -> None:
    town = Town(memory_store, "henan", "2026-03-02 10:00")
    done, *rest = (town.dispatched(town.citizen(f"c{place}")) for place in range(others + 1))
    town.until("2026-03-05 18:00")
    town.telegram.gone[town.room] = BUSY
    town.until("2026-03-06 10:00")
    answer(town, done)
    town.telegram.gone.clear()
    town.until("2026-03-06 17:00")

    told = "\n".join(one.text for one in town.heard(town.room, "临期", "2026-03-06 09:00"))
    assert done not in told
    assert all(told.count(number) == 1 for number in rest)
    if not others:
        assert ("due_soon", "withdrawn") in {(row.message, row.state) for row in town.rows(done)}


def test_a_survey_reminder_held_up_is_not_sent_to_who_has_answered(memory_store: Store) -> None:
    town = Town(memory_store, "yunnan", "2026-03-02 10:00")
    citizen = town.citizen()
    number = town.dispatched(citizen)
    town.take(number, "accept", case_class="off_site")
    town.take(number, "resolve", **ANSWER)
    town.until("2026-03-03 18:00")
    town.telegram.gone["42"] = BUSY
    town.until("2026-03-04 10:00")
    town.take(number, "rate", Person("citizen", citizen), score=5)
    town.telegram.gone.clear()
    town.until("2026-03-04 17:00")

    assert not town.heard("42", "还没有收到您的评价")
    assert town.heard("42", "谢谢您的评价")


def test_an_order_waits_for_its_group_however_long_and_the_morning_sheet_says_who_hears_nothing(
    memory_store: Store,
) -> None:
    town = Town(memory_store, "shanghai", "2026-03-02 10:00")
    memory_store.write(lambda unit: unit.unbind_group("telegram", town.room))
    town.dispatched()
    for _ in range(200):
        town.now += timedelta(minutes=31)
        town.work.deliver()
    town.until("2026-03-09 10:00")
    [*_, sheet] = town.heard("supervisors", "晨报")

    assert f"通知积压、无人可收1件：{town.unit.name}" in sheet.text

    memory_store.write(lambda unit: unit.bind_group("telegram", town.room, town.room))
    town.until("2026-03-09 12:00")

    assert len(town.heard(town.room, "交办单")) == 1
    assert not town.heard(town.room, "请联系群众")  # long past: the list of what is late says it

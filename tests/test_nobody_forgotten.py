"""Nobody is forgotten, nothing is said twice: what people hear in an office that lives through days and nights."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bots.channels.sending import Later, Never
from casebook.case import Person
from models.store import Store
from tests.makers import moment
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


def test_a_reminder_held_up_until_the_office_closed_waits_for_the_opening_and_holds_back_no_order(
    memory_store: Store,
) -> None:
    town = Town(memory_store, "henan", "2026-03-02 10:00")
    town.dispatched(town.citizen("a"))
    town.until("2026-03-05 18:00")
    town.telegram.gone[town.room] = BUSY
    town.until("2026-03-06 19:00")  # a Friday
    town.telegram.gone.clear()
    town.at("2026-03-06 20:00")
    town.tick()
    urgent = town.dispatched(town.citizen("b"), urgent=True)
    town.until("2026-03-09 12:00")

    assert [one.at for one in town.heard(town.room, urgent) if "交办单" in one.text] == [moment("2026-03-06 20:00")]
    assert [one.at for one in town.heard(town.room, "临期")][:1] == [moment("2026-03-09 09:00")]


def test_an_order_says_its_date_and_no_reminder_of_the_past_comes_with_it(memory_store: Store) -> None:
    """Anyang counts from the filing: what is dispatched late is due soon, and was to be urged yesterday."""
    town = Town(memory_store, "anyang", "2026-03-02 09:00")
    number = town.file()
    town.until("2026-03-05 10:00")
    town.take(number, "dispatch", town.dispatcher, to=[town.unit.name])
    town.until("2026-03-05 11:00")

    assert ["交办单" in one.text for one in town.heard(town.room, number)] == [True]


def test_a_leader_hears_of_what_came_late_to_his_unit_a_working_day_after_it_came(memory_store: Store) -> None:
    town = Town(memory_store, "anyang", "2026-03-02 09:00")
    number = town.file()
    town.until("2026-03-09 10:00")  # due on the 5th
    town.take(number, "dispatch", town.dispatcher, to=[town.unit.name])
    town.until("2026-03-11 12:00")

    leader = town.heard(f"leader:{town.unit.leader}@{town.unit.name}", "办结答复")
    assert [one.at for one in leader] == [moment("2026-03-10 09:00")]
    assert len(town.heard("supervisors", "逾期升级】编号 " + number + "　办结答复")) == 1
    assert not town.heard(town.room, "催办")


@pytest.mark.parametrize("name", ["henan", "anyang", "suining", "yunnan", "shanghai"])
def test_a_case_that_nobody_dispatches_is_told_of_every_working_day(memory_store: Store, name: str) -> None:
    town = Town(memory_store, name, "2026-03-02 10:00")
    number = town.file()
    town.until("2026-03-10 10:00")

    assert town.heard("dispatchers", number, "2026-03-03 09:00")
    sheets = [one.at.day for one in town.heard("supervisors", "晨报") if number in one.text]
    assert sheets[-5:] == [4, 5, 6, 9, 10]


def test_nobody_decides_on_a_dissatisfied_citizen_and_the_sheet_says_so_until_somebody_does(
    memory_store: Store,
) -> None:
    town = Town(memory_store, "yunnan", "2026-03-02 10:00")
    citizen = town.citizen()
    number = town.dispatched(citizen)
    town.take(number, "accept", case_class="off_site")
    town.take(number, "resolve", **ANSWER)
    town.until("2026-03-03 10:00")
    town.take(number, "rate", Person("citizen", citizen), score=1)
    town.until("2026-03-06 10:00")
    town.take(number, "supervise", town.supervisor, text="请重新办理")
    town.until("2026-03-09 10:00")

    told = {one.at.day: "等待决定" in one.text for one in town.heard("supervisors", "晨报")}
    assert told == {2: False, 3: False, 4: False, 5: True, 6: True, 9: False}


def test_what_is_late_in_one_limit_is_still_at_risk_in_the_next(memory_store: Store) -> None:
    town = Town(memory_store, "shanghai", "2026-03-02 10:00")
    number = town.dispatched()
    town.until("2026-03-09 09:00")
    sheet = town.heard("supervisors", "晨报", "2026-03-09 09:00")[0].text
    lines = {line.partition("件")[0].rstrip("0123456789"): line for line in sheet.splitlines()}

    assert f"{number}（{town.unit.name}，办理中，先行联系2026年3月3日" in lines["已逾期"]
    assert f"{number}（{town.unit.name}，办理中，办结答复2026年3月9日" in lines["今日到期"]


def test_a_group_that_threw_the_bot_out_is_named_at_once_and_every_morning(memory_store: Store) -> None:
    town = Town(memory_store, "shanghai", "2026-03-02 10:00")
    town.telegram.gone[town.room] = Never("telegram: 403, blocked or not a member", "blocked")
    number = town.dispatched()
    town.tick()
    town.until("2026-03-03 10:00")

    told = town.heard("dispatchers", "收不到")
    assert f"{town.unit.name}的群" in told[0].text
    assert "交办单" in told[0].text
    assert number in told[0].text
    assert len(told) == 2  # its order, and once that reminders do not arrive
    assert f"无人可收1件：{town.unit.name}" in town.heard("supervisors", "晨报")[-1].text

    town.telegram.gone.clear()
    town.until("2026-03-05 10:00")
    assert "无人可收：无" in town.heard("supervisors", "晨报")[-1].text


def test_what_is_urgent_is_told_at_its_moment_and_the_rest_at_the_opening(memory_store: Store) -> None:
    town = Town(memory_store, "anyang", "2026-03-06 16:00")  # a Friday; contact within 24 hours
    calm, urgent = town.dispatched(town.citizen("a")), town.dispatched(town.citizen("b"), urgent=True)
    town.until("2026-03-09 12:00")

    def late(number: str) -> list[object]:
        return [one.at for one in town.heard(town.room, "逾期】编号 " + number)]

    assert late(urgent) == [moment("2026-03-07 16:00")]
    assert late(calm) == [moment("2026-03-09 09:00")]


def test_who_has_no_chat_is_told_of_every_promise_by_telephone_and_not_of_the_rest(memory_store: Store) -> None:
    town = Town(memory_store, "yunnan", "2026-03-02 10:00")
    number = town.dispatched("", channel="phone", by=town.dispatcher)
    town.take(number, "accept", case_class="off_site")
    town.until("2026-03-05 10:00")
    town.take(number, "extend", until="2026-03-20", reason="情况复杂")
    town.take(number, "resolve", **ANSWER)
    town.until("2026-03-12 10:00")

    calls = memory_store.read(lambda unit: unit.outbox_calls())
    assert [row.message for row in calls] == ["acceptance_notice", "extension_notice", "answer"]
    asked = town.heard("dispatchers", "无法送达")
    assert len(asked) == 3
    assert "请在 2026年3月6日（周五）17:30 前打" in asked[-1].text
    assert f"{number}" in town.heard("supervisors", "晨报")[-1].text.partition("没有送到群众")[2]


def test_a_second_dissatisfaction_goes_one_level_up(memory_store: Store) -> None:
    town = Town(memory_store, "yunnan", "2026-03-02 10:00")
    citizen = town.citizen()
    number = town.dispatched(citizen)
    town.take(number, "accept", case_class="off_site")
    leader = f"leader:{town.unit.leader}@{town.unit.name}"
    for day, score in (("03", 1), ("05", 2)):
        town.take(number, "resolve", **ANSWER)
        town.until(f"2026-03-{day} 10:00")
        town.take(number, "rate", Person("citizen", citizen), score=score)
        town.tick()
        assert len(town.heard(leader, "再次不满意")) == (score == 2)
        town.take(number, "supervise", town.supervisor, text="请重新办理")

    assert len(town.heard("supervisors", "群众不满意")) == 2
    assert len(town.heard("42", "这件事解决得怎么样")) == 2
    assert town.case(number).rework_count == 2


def test_a_revisit_not_made_in_its_time_stands_on_the_sheet_until_it_is_made(memory_store: Store) -> None:
    town = Town(memory_store, "shanghai", "2026-03-02 10:00")
    number = town.dispatched()
    town.take(number, "contact", text="已联系")
    town.take(number, "resolve", **ANSWER)
    town.until("2026-03-06 10:00")
    town.take(number, "revisit", town.dispatcher, reached=False)
    town.until("2026-03-11 10:00")
    town.take(number, "revisit", town.dispatcher, reached=True, score=4)
    town.until("2026-03-12 10:00")

    told = [one.at.day for one in town.heard("supervisors", "晨报") if "等待回访" in one.text]
    assert told == [10, 11]


def test_who_should_consent_to_an_extension_is_reminded_once_and_not_after_the_word(memory_store: Store) -> None:
    town = Town(memory_store, "shanghai", "2026-03-02 10:00")
    waits, decided = town.dispatched(), town.dispatched(town.citizen("b"))
    for number in (waits, decided):
        town.take(number, "contact", text="已联系")
        town.take(number, "extend", days=3, reason="情况复杂")
    town.until("2026-03-02 15:00")
    town.take(decided, "approve", town.dispatcher)
    town.until("2026-03-05 10:00")

    def reminded(number: str) -> list[object]:
        return [one.at for one in town.heard("dispatchers", "延期申请的答复") if number in one.text]

    assert reminded(waits) == [moment("2026-03-03 09:00")]
    assert reminded(decided) == []


def test_while_the_leader_has_it_he_is_reminded_and_the_unit_is_not(memory_store: Store) -> None:
    town = Town(memory_store, "henan", "2026-03-02 10:00")
    number = town.dispatched()
    town.until("2026-03-04 10:00")
    town.take(number, "resolve", **ANSWER)
    town.until("2026-03-06 14:00")
    leader = f"leader:{town.unit.leader}@{town.unit.name}"

    assert [one.at for one in town.heard(leader, "临期")] == [moment("2026-03-06 09:00")]
    assert not town.heard(town.room, "临期")

    town.take(number, "reject", town.leader, reason="请写明整改结果")
    town.until("2026-03-09 18:00")

    assert [one.at for one in town.heard(town.room, "逾期")] == [moment("2026-03-09 17:30")]
    # Sent back with its date after Friday's reminder was due: that one is not made up for.
    assert [one.at for one in town.heard(town.room, "临期")] == [moment("2026-03-09 09:00")]
    assert len(town.heard(town.room, "退回修改")) == 1


def test_a_mark_set_after_the_reminder_brings_no_second_one(memory_store: Store) -> None:
    town = Town(memory_store, "henan", "2026-03-02 10:00")
    number = town.dispatched()
    town.until("2026-03-06 12:00")
    town.take(number, "mark", town.dispatcher, marks=["urgent"])
    town.until("2026-03-06 18:00")

    assert len(town.heard(town.room, "临期")) == 1


def test_a_date_that_is_past_is_promised_to_nobody(memory_store: Store) -> None:
    town = Town(memory_store, "anyang", "2026-03-02 09:00")
    number = town.file()
    town.until("2026-03-09 10:00")  # due on the 5th
    town.take(number, "dispatch", town.dispatcher, to=[town.unit.name])
    town.tick()

    assert "最迟" not in town.heard("42")[-1].text

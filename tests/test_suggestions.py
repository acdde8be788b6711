"""What dispatchers decide teaches, through whichever door; how often they agreed with the machine can be read."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from casebook.wording import say
from console.suggestions import lines_of
from models.store import Store
from nlp.city import LESSON
from nlp.drift import Decided, drift
from nlp.reader import Reader
from office.learning import Learning
from scheduler.daily import Daily
from tests.makers import UNIT, moment
from tests.test_console import (
    DISPATCHER,
    OFFICER,
    SUPERVISOR,
    SignIn,
    TestOffice,
    address,
    office,
    page,
    post,
    sign_in,
)

__all__ = ["address", "office", "sign_in"]
OTHER = "市公安局"
RANKED = {"departments": [[OTHER, 0.7], [UNIT, 0.2]]}


def examples(office: TestOffice) -> list[tuple[str, str, str]]:
    kept = office.store.read(lambda unit: unit.examples())
    return [(example.number, example.label, example.suggested) for example in kept]


def test_a_dispatch_in_the_console_teaches_as_one_in_the_room_does(office: TestOffice, sign_in: SignIn) -> None:
    case = office.file(proposal=RANKED, text="我是张三丰，3号窗口不给受理，电话13800000000")
    post(sign_in(DISPATCHER), case, "dispatch", to=UNIT)

    assert examples(office) == [(case.number, UNIT, OTHER)]
    (kept,) = office.store.read(lambda unit: unit.examples())
    assert "13800000000" not in kept.text
    assert kept.by == str(DISPATCHER)


def test_a_refused_dispatch_teaches_nothing(office: TestOffice, sign_in: SignIn) -> None:
    case = office.file(proposal=RANKED)
    post(sign_in(DISPATCHER), case, "dispatch", to="没有这个单位")

    assert examples(office) == []


def test_of_a_case_decided_anew_only_the_last_decision_teaches(office: TestOffice) -> None:
    other = office.desk.law.jurisdiction.units[1].name
    case = office.take(office.file(proposal=RANKED), "dispatch", DISPATCHER, to=[UNIT])
    second = office.take(office.file(citizen="handle222222"), "dispatch", DISPATCHER, to=[UNIT])
    office.take(case, "hand_back", OFFICER, reason="不归我们管", suggest=other)
    office.take(case, "dispatch", DISPATCHER, to=[other])

    assert examples(office) == [(second.number, UNIT, ""), (case.number, other, OTHER)]


def test_the_latest_decisions_teach_when_there_are_too_many(office: TestOffice) -> None:
    numbers = [
        office.take(office.file(citizen=f"handle{index:06}"), "dispatch", DISPATCHER, to=[UNIT]).number
        for index in range(3)
    ]

    kept = office.store.read(lambda unit: unit.examples(limit=2))
    assert [example.number for example in kept] == numbers[1:]


def test_the_page_shows_unit_by_unit_what_was_suggested_instead(office: TestOffice, sign_in: SignIn) -> None:
    office.take(office.file(proposal=RANKED), "dispatch", DISPATCHER, to=[UNIT])
    office.take(
        office.file(citizen="handle222222", proposal={"departments": [[UNIT, 0.9]]}), "dispatch", DISPATCHER, to=[UNIT]
    )
    shown = page(sign_in(SUPERVISOR), "/console/suggestions?since=2026-03-01&until=2026-03-31")

    assert "派单 2　与建议一致 1（50%）" in shown
    assert f"{OTHER} 1" in shown
    assert "这些天没有派单" in page(sign_in(SUPERVISOR), "/console/suggestions?since=2026-02-01&until=2026-02-02")


def test_a_unit_does_not_see_how_others_were_suggested(sign_in: SignIn) -> None:
    assert sign_in(OFFICER).get("/console/suggestions").status_code == 403


def test_lines_count_what_was_wrongly_suggested_for_a_unit_nobody_decided_for() -> None:
    first, second = lines_of([("甲局", "甲局", 6), ("甲局", "乙局", 3), ("甲局", "", 1)])

    assert (first.unit, first.decided, first.agreed, first.unsaid) == ("甲局", 10, 6, 1)
    assert first.instead == (("乙局", 3),)
    assert (second.unit, second.decided, second.wrongly) == ("乙局", 0, 3)


def decided(count: int, suggested: str, text: str = "补办身份证要带什么") -> list[Decided]:
    return [Decided(text, OTHER, suggested)] * count


def test_falling_agreement_gives_an_alarm_and_silence_is_no_disagreement() -> None:
    fell = drift([*decided(400, OTHER), *decided(150, OTHER), *decided(50, UNIT)])
    silent = drift([*decided(400, OTHER), *decided(150, OTHER), *decided(50, "")])

    assert fell["agreement alarm"]
    assert (fell["agreed of late"], fell["agreed earlier"]) == (0.75, 1.0)
    assert not silent["agreement alarm"]


def test_new_words_give_an_alarm() -> None:
    old = [*decided(600, OTHER)]
    moved = drift([*old, *decided(100, OTHER), *decided(100, OTHER, "低空飞行器适航备案")])

    assert moved["words alarm"]
    assert not drift(old)["words alarm"]


def test_few_decisions_give_no_alarm() -> None:
    moved = drift([*decided(150, OTHER), *decided(150, UNIT)])

    assert not moved["agreement alarm"]
    assert not moved["words alarm"]


def test_supervisors_hear_of_an_alarm_in_the_morning_once(
    memory_store: Store, office: TestOffice, tmp_path: Path
) -> None:
    at = moment("2026-03-02 03:00")
    told = {"agreement alarm": True, "agreed of late": 0.71, "agreed earlier": 0.84, "words alarm": False}
    (tmp_path / LESSON).write_text(json.dumps({"at": at.isoformat(), "drift": told}), encoding="utf-8")
    learning = Learning(memory_store, Reader.load([(UNIT, "不动产登记")]), tmp_path)
    day = Daily(memory_store, office.desk, learning.remarks)

    assert day.morning(moment("2026-03-02 09:00"))
    rows = memory_store.read(lambda unit: unit.outbox_due(moment("2026-03-02 09:01"), 100))
    (sheet,) = [row for row in rows if row.message == "morning_sheet"]
    assert "近来71%与调度员的决定一致，此前84%" in say(sheet.message, sheet.facts)
    assert "来件用词" not in say(sheet.message, sheet.facts)
    assert learning.remarks(at + timedelta(days=2)) == []

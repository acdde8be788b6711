"""Makers of ordinary things: each test says only what is special about its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casebook.case import Case, ClockRun, Entry, Filing, Notice, Person, Timer, replay

ZONE = ZoneInfo("Asia/Shanghai")
SECRET = b"a secret for tests only, 32 bytes"
UNIT = "市自然资源局"


def moment(text: str) -> datetime:
    """The moment written as `2026-03-02 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def a_filing(**changes: Any) -> Filing:
    """An invented citizen's complaint."""
    filing = Filing(
        kind="complaint",
        text="上周三在3号窗口办证，材料齐全却不给受理",
        citizen="handle234567",
        respondent="市不动产登记中心3号窗口",
        name="张三丰",
        phone="13800000000",
        id_number="11010119900101001X",
        address="示例市示例区太极路99号紫霄宫",
    )
    return replace(filing, **changes)


def a_case(number: str = "20260302-00015", *, at: datetime | None = None, **changes: Any) -> Case:
    """A case just filed, its dispatch clock running for a day. `changes` change the filing."""
    filing = a_filing(**changes)
    start = at or moment("2026-03-02 09:00")
    run = ClockRun("dispatch", 1, start, start + timedelta(days=1), "第十一条", working_days=1)
    facts = {"rulebook": "yunnan"}
    by = Person("citizen", filing.citizen)
    return replay(number, [Entry(1, start, by, "file", "awaiting_dispatch", facts, {"filing": filing}, {}, (run,))])


def after(case: Case, step: str = "dispatch", **parts: Any) -> Case:
    """The case after one more entry; `parts` are the entry's own."""
    entry = {
        "seq": case.version + 1,
        "at": case.history[-1].at + timedelta(hours=1),
        "by": Person("dispatcher", "赵"),
        "state": "awaiting_acceptance",
    }
    return case.with_entry(Entry(step=step, **{**entry, **parts}))


def a_notice(key: str = "20260302-00015/receipt", **parts: Any) -> Notice:
    notice = Notice(key, "citizen:handle234567", "receipt", moment("2026-03-02 09:00"), "20260302-00015")
    return replace(notice, **parts)


def a_timer(case: Case, what: str = "due_soon", at: datetime | None = None, **parts: Any) -> Timer:
    """A reminder to the dispatchers of the case's first clock."""
    run = case.clocks[0]
    key = f"{case.number}/{run.clock}/{run.round}/{what}"
    return replace(Timer(key, case.number, at or run.due, what, "dispatchers", run.clock, run.round), **parts)


def filed(unit: Any, case: Case, notices: Any = (), timers: Any = None) -> Case:
    """Save a new case in an open transaction, with a timer for its clock unless others are given."""
    unit.save(None, case, notices, [a_timer(case)] if timers is None else timers)
    return case


def keep(store: Any, case: Case, **more: Any) -> Case:
    """Save a new case in a transaction of its own."""
    kept: Case = store.write(lambda unit: filed(unit, case, **more))
    return kept

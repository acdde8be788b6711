"""The morning: what each unit has open, who was not seen, what may be handed on; what an office's file must name."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from casebook.case import Command, Person
from casebook.desk import Desk
from casebook.errors import RulebookError
from casebook.jurisdiction import FOLDER, read_jurisdiction
from casebook.wording import say
from models.store import Store
from office.law import read_law
from scheduler.daily import Daily
from tests.makers import a_filing, moment

CITIZEN, DISPATCHER = Person("citizen", "handle234567"), Person("dispatcher", "赵调度")


class Morning:
    """An office whose mornings are looked at."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.desk = Desk(read_law(name))
        self.units = self.desk.law.jurisdiction.units

    def dispatched(self, at: str, unit: int = 0) -> str:
        when, to = moment(at), self.units[unit].name
        number = self.store.write(lambda book: self.desk.file(book, a_filing(), CITIZEN, when)).number
        self.take(number, "dispatch", DISPATCHER, when, to=[to])
        return number

    def take(self, number: str, step: str, by: Person, at: datetime, **facts: object) -> None:
        self.store.write(lambda book: self.desk.take(book, number, Command(step, by, at, facts)))

    def sheets(self, at: str) -> dict[str, str]:
        """The morning's messages by address."""
        now = moment(at)
        Daily(self.store, self.desk).morning(now)
        rooms = ["supervisors", *(f"unit:{unit.name}" for unit in self.units)]
        rows = self.store.read(lambda book: [row for room in rooms for row in book.notices_for(room, 0, 1000)])
        return {row.to: say(row.message, row.facts) for row in rows if row.message == "morning_sheet" and row.at == now}


def test_each_unit_with_open_cases_hears_of_them_on_working_days_make_up_days_too(store: Store) -> None:
    office = Morning(store, "henan")
    office.dispatched("2026-09-18 10:00")
    unit = f"unit:{office.units[0].name}"

    made_up = office.sheets("2026-09-20 09:00")  # 国庆节调休上班的周日
    holiday = office.sheets("2026-10-01 09:00")

    assert "在办 1 件" in made_up[unit]
    assert [room for room in made_up if room.startswith("unit:")] == [unit]
    assert holiday == {}


def test_a_unit_with_open_cases_that_nobody_looked_after_yesterday_is_named(store: Store) -> None:
    office = Morning(store, "henan")
    seen, unseen = (office.units[place].name for place in (0, 1))
    for place in (0, 1):
        office.dispatched("2026-03-05 10:00", place)
    store.write(lambda book: book.seen(seen, moment("2026-03-06 15:00")))

    told = office.sheets("2026-03-09 09:00")["supervisors"]
    line = next(line for line in told.splitlines() if line.startswith("上一工作日没有人来看过的单位"))

    assert unseen in line
    assert seen not in line


def test_where_no_regulation_asks_for_it_units_are_left_alone(store: Store) -> None:
    office = Morning(store, "yunnan")
    office.dispatched("2026-03-05 10:00")

    assert list(office.sheets("2026-03-09 09:00")) == ["supervisors"]


@pytest.mark.parametrize(
    ("at", "said", "proposed"),
    [
        ("2026-03-10 09:00", "", False),  # two working days over
        ("2026-03-11 09:00", "", True),
        ("2026-03-11 09:00", "officer", False),
        ("2026-03-11 09:00", "supervisor", False),
    ],
)
def test_a_late_case_without_a_word_is_proposed_to_be_handed_on(
    store: Store, at: str, said: str, proposed: bool
) -> None:
    office = Morning(store, "anyang")
    number = office.dispatched("2026-03-03 10:00")  # 三个工作日，3月6日到期
    unit = office.units[0]
    word = {"officer": ("contact", Person("officer", unit.officers[0], unit.name)),
            "supervisor": ("supervise", Person("supervisor", office.desk.law.jurisdiction.supervisors[0]))}  # fmt: skip
    if said:
        step, by = word[said]
        office.take(number, step, by, moment("2026-03-10 15:00"), text="正在等补测结果")

    told = office.sheets(at)["supervisors"]
    line = next(line for line in told.splitlines() if "建议转交市委市政府督查局" in line)

    assert (number in line) is proposed


def test_an_office_whose_regulation_wants_a_chief_in_every_unit_is_refused_without_one(tmp_path: Path) -> None:
    named = (FOLDER / "suining.toml").read_text(encoding="utf-8")
    file = tmp_path / "suining.toml"
    file.write_text(named.replace('chief    = "王代表"', 'chief    = ""'), encoding="utf-8")
    first = read_jurisdiction("suining").units[1].name

    with pytest.raises(RulebookError, match=f"unit {first} names no chief.*第三条"):
        read_law(str(file))
    file.write_text(named.replace('chief    = "王代表"', "").replace('"suining"', '"yunnan"'), encoding="utf-8")
    assert read_law(str(file)).rulebook.name == "yunnan"

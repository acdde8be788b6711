"""What the store keeps of staff: codes, leaves, refusals, examples. On both databases."""

from __future__ import annotations

from datetime import timedelta

from models.store import Store
from tests.makers import moment

NOW = moment("2026-11-23 09:00")
HOUR = timedelta(hours=1)


def test_a_joining_code_has_six_digits_and_opens_once_within_its_time(store: Store) -> None:
    code, late = store.write(lambda unit: (unit.code_make("join", "unit:甲", NOW, HOUR),
                                           unit.code_make("join", "unit:乙", NOW, HOUR)))  # fmt: skip

    assert code.isdigit()
    assert len(code) == 6
    taken = [store.write(lambda unit: unit.ticket_take(f"join:{code}", NOW, "join")) for _ in range(2)]
    assert [ticket and ticket.subject for ticket in taken] == ["unit:甲", None]
    assert store.write(lambda unit: unit.ticket_take(f"join:{late}", NOW + 2 * HOUR, "join")) is None


def test_a_ticket_can_be_looked_at_without_spending_it(store: Store) -> None:
    ticket = store.write(lambda unit: unit.ticket_make("private", "x", NOW, HOUR))

    assert store.read(lambda unit: unit.ticket_peek(ticket, NOW, "private")).subject == "x"
    assert store.read(lambda unit: unit.ticket_peek(ticket, NOW, "console")) is None
    assert store.write(lambda unit: unit.ticket_take(ticket, NOW, "private")) is not None
    assert store.read(lambda unit: unit.ticket_peek(ticket, NOW, "private")) is None


def test_refusals_are_kept_by_case_and_counted_by_sender(store: Store) -> None:
    def fill(unit: object) -> None:
        unit.refused("telegram", "42", "", "20261123-00010", "accept", "stranger", NOW)  # type: ignore[attr-defined]
        unit.refused("telegram", "42", "", "", "join", "no_code", NOW)  # type: ignore[attr-defined]

    store.write(fill)

    assert [row.what for row in store.read(lambda unit: unit.refusals("20261123-00010"))] == ["accept"]
    assert len(store.read(lambda unit: unit.refusals())) == 2
    assert store.read(lambda unit: unit.refused_lately("42", "join", NOW - HOUR)) == 1
    assert store.read(lambda unit: unit.refused_lately("43", "join", NOW - HOUR)) == 0


def test_a_stand_in_acts_until_the_leave_ends_or_is_ended(store: Store) -> None:
    away, other = "leader:马局长@市自然资源局", "officer:李经办@市自然资源局"
    store.write(lambda unit: unit.leave(away, other, NOW + HOUR))

    assert store.read(lambda unit: unit.stand_in_of(away, NOW)) == other
    assert store.read(lambda unit: unit.stands_in_for(other, NOW)) == [away]
    assert store.read(lambda unit: unit.stands_in_for(other, NOW + HOUR)) == []
    assert store.write(lambda unit: unit.back(away))
    assert store.read(lambda unit: unit.stand_in_of(away, NOW)) == ""


def test_what_a_dispatcher_taught_is_kept_sealed(store: Store) -> None:
    store.write(lambda unit: unit.example_add("20261123-00010", "公积金提取", "市公积金中心", "市住建局", "赵", NOW))

    (example,) = store.read(lambda unit: unit.examples())
    assert (example.text, example.label, example.suggested) == ("公积金提取", "市公积金中心", "市住建局")

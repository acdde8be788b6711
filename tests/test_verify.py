"""Whoever changes, removes, reorders or adds a line of the book behind its back is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from models.engine import address
from models.store import Store
from models.vault import Vault
from models.verify import verify
from tests.makers import SECRET, UNIT, a_case, a_timer, after, keep

NUMBER = "20260302-00015"


@pytest.fixture
def book(store):
    """Two sound cases of three entries each."""
    for number in (NUMBER, "20260302-00023"):
        case = keep(store, a_case(number))
        dispatched = after(case, changes={"lead_unit": UNIT}, private={"reason": "属地"})
        stopped = (replace(case.clocks[0], stopped=case.filed, stopped_by="dispatch"),)
        accepted = after(dispatched, "accept", state="handling", clocks=stopped)
        store.write(lambda unit, parts=(case, dispatched): unit.save(*parts, (), [a_timer(parts[0])]))
        store.write(lambda unit, parts=(dispatched, accepted): unit.save(*parts, (), ()))
    return store


def tamper(store: Store, *statements: str) -> None:
    """What somebody with the database's password, but not the vault's key, can do."""
    engine = create_engine(address(store.url.render_as_string(hide_password=False)), poolclass=NullPool)
    with engine.begin() as link:
        for statement in statements:
            assert link.execute(text(statement)).rowcount
    engine.dispose()


def test_a_sound_book_has_no_faults(book):
    counted = []

    assert verify(book, counted.append) == []
    assert counted == [2]


def entry(change: str, seq: int) -> str:
    return f"UPDATE entries SET {change} WHERE number = '{NUMBER}' AND seq = {seq}"


def of_entry(column: str, seq: int) -> str:
    return f"{column} = (SELECT {column} FROM entries other WHERE other.seq = {seq} AND other.number = '{NUMBER}')"


def of_case(change: str) -> str:
    return f"UPDATE cases SET {change} WHERE number = '{NUMBER}'"


def of_standing(change: str) -> str:
    return f"UPDATE standings SET {change} WHERE number = '{NUMBER}'"


OTHER_SNAPSHOT = f"sealed = (SELECT sealed FROM cases other WHERE other.number <> '{NUMBER}')"
OTHER_HEAD = f"head = (SELECT hash FROM entries WHERE seq = 2 AND number = '{NUMBER}')"
SWAP = (entry("seq = 9", 2), entry("seq = 2", 3), entry("seq = 3", 9))


@pytest.mark.parametrize(
    ("statements", "what", "because"),
    [
        ([entry("facts = '[]'", 2)], "chain", "a fact was changed"),
        ([entry("by = 'officer:李@甲局'", 2)], "chain", "somebody else is said to have done it"),
        ([entry("state = 'closed'", 3)], "chain", "a state was changed"),
        ([entry("clocks = '[]'", 1)], "chain", "a clock was taken out"),
        ([entry(of_entry("at", 1), 2)], "chain", "it is said to have been earlier"),
        ([f"DELETE FROM entries WHERE number = '{NUMBER}' AND seq = 2"], "chain", "removed from the middle"),
        ([f"DELETE FROM entries WHERE number = '{NUMBER}' AND seq = 3"], "chain", "the last one removed"),
        (SWAP, "chain", "two entries changed places"),
        ([entry(of_entry("sealed", 1), 2)], "sealed", "another entry's sealed part was put in"),
        ([entry(of_entry("digest", 1), 2)], "chain", "the digest was changed"),
        ([of_case(OTHER_HEAD)], "chain", "the head was moved"),
        ([of_case("state = 'closed'")], "column", "the queue shows another state"),
        ([of_case("next_due = filed_at")], "column", "the queue shows another due date"),
        ([of_standing("state = 'closed'")], "standing", "figures count it as over"),
        ([of_standing("answered = NOT answered")], "standing", "figures count it as answered"),
        ([f"DELETE FROM standings WHERE number = '{NUMBER}'"], "standing", "figures do not count it"),
        ([of_case(OTHER_SNAPSHOT)], "unreadable", "another case's snapshot was put in"),
    ],
)
def test_tampering_is_named_with_the_case(book, statements, what, because):
    tamper(book, *statements)

    faults = verify(book)

    assert {fault.number for fault in faults} == {NUMBER}, because
    assert what in {fault.what for fault in faults}, because


def test_a_case_that_was_removed_leaves_its_entries_behind(book):
    tamper(book, f"DELETE FROM cases WHERE number = '{NUMBER}'")

    assert {(fault.number, fault.what) for fault in verify(book)} == {(NUMBER, "entries")}


def test_a_snapshot_that_differs_from_its_entries_is_named(book):
    def forge(unit):
        case = unit.load(NUMBER)
        head = unit._stored_head(NUMBER).hash
        unit._write_snapshot(case, replace(case, rework_count=7), head, head)

    book.write(forge)

    assert [str(fault) for fault in verify(book)] == [f"{NUMBER}: snapshot: differs from its entries in rework_count"]


def test_a_running_clock_without_timers_is_named(store):
    case = keep(store, a_case(), timers=[])
    dispatched = after(case, changes={"lead_unit": UNIT})
    store.write(lambda unit: unit.save(case, dispatched, (), ()))

    assert [fault.what for fault in verify(store)] == ["timers"]


def test_a_clock_whose_reminders_have_all_fired_is_sound(store):
    case = a_case()
    timer = a_timer(case)
    keep(store, case, timers=[timer])
    dispatched = after(case, changes={"lead_unit": UNIT})
    store.write(lambda unit: (unit.fired(timer.key, timer.at), unit.save(case, dispatched, (), [timer])))

    assert verify(store) == []


def test_the_chain_holds_when_a_sealed_part_was_erased(book):
    tamper(book, f"UPDATE entries SET sealed = NULL WHERE number = '{NUMBER}'")

    assert verify(book) == []
    assert book.read(lambda unit: unit.load(NUMBER)).history[0].private["filing"].text == ""


def test_the_chain_holds_under_a_new_secret(book, database_url):
    newer = Store(database_url, Vault(b"the next secret, long enough too", former=[SECRET]))
    case = newer.read(lambda unit: unit.load(NUMBER))
    newer.write(lambda unit: unit.save(case, after(case, "resolve"), (), ()))

    assert verify(newer) == []
    newer.close()


def test_without_the_secret_everything_is_unreadable_and_nothing_crashes(book, database_url):
    stranger = Store(database_url, Vault(b"a secret that is another office's"))

    assert {fault.what for fault in verify(stranger)} == {"chain", "sealed"}
    stranger.close()

"""Two at once, and kill -9: nothing is lost, nothing happens twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from casebook.errors import Conflict, NotKept
from models.engine import MORE, POOL, SPARE
from models.together import MOST
from models.verify import verify
from tests.makers import a_case, a_notice, a_timer, after, keep, moment

ROOT = Path(__file__).parent.parent
NINE = moment("2026-03-02 09:00")


def together(count, work):
    """Run `work(0)`, `work(1)` … in threads that start at the same moment; what they return."""
    gate = threading.Barrier(count)

    def start(which):
        gate.wait()
        return work(which)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(start, range(count)))


def test_threads_racing_on_one_case_all_win_in_turn(open_store, database_url):
    """Each adds one entry to what it has read; whoever comes late reads again. No entry replaces another."""
    stores = [open_store(database_url), open_store(database_url)]
    case = keep(stores[0], a_case())

    def step(which):
        def take(unit):
            before = unit.load(case.number)
            unit.save(before, after(before, facts={"which": which}), [a_notice(f"n{which}")], ())

        return stores[which % 2].write(take)

    # As many as a write has tries: in the worst case the last one loses to each of the others once.
    together(3, step)

    found = stores[0].read(lambda unit: unit.load(case.number))
    assert sorted(entry.facts["which"] for entry in found.history[1:]) == [0, 1, 2]
    assert stores[0].read(lambda unit: unit.outbox_waiting()) == 3


def test_serials_taken_together_are_all_different(open_store, database_url):
    stores = [open_store(database_url), open_store(database_url)]

    taken = together(8, lambda which: stores[which % 2].write(lambda unit: unit.next_serial("day")))

    assert sorted(taken) == list(range(1, 9))


def test_one_contact_is_made_when_two_messages_come_together(open_store, database_url):
    stores = [open_store(database_url), open_store(database_url)]

    made = together(4, lambda which: stores[which % 2].write(lambda unit: unit.contact("wechat", "openid-1", "", NINE)))

    assert len({contact.handle for contact in made}) == 1


def test_much_brought_at_once_is_kept_in_its_order_beside_what_others_bring(open_store, database_url):
    """More than one lot holds, of three who come together; one piece fails alone, one is lost to a conflict once."""
    store, lost = open_store(database_url), []

    def piece(who, which):
        def keep_it(unit):
            unit.add_line(f"room-{who}", "office", {"text": str(which)}, NINE, f"{who}:{which}")
            if which == 1:
                raise ValueError("its own fault")
            if which == 2 and who not in lost:
                lost.append(who)
                raise Conflict("somebody was first")
            return which

        return keep_it

    def bring(who):
        return store.write_each([piece(who, which) for which in range(MOST)])

    for told in together(3, bring):
        assert [str(one) for one in told] == ["0", "its own fault", *map(str, range(2, MOST))]
    for who in range(3):
        said = [line.body["text"] for line in store.read(lambda unit, who=who: unit.lines(f"room-{who}", 0, MOST))]
        later = [text for text in said if text != "2"]
        assert later == [str(which) for which in range(MOST) if which not in (1, 2)]
        assert len(said) == MOST - 1


def test_a_message_delivered_twice_at_once_is_handled_once(open_store, database_url):
    stores = [open_store(database_url), open_store(database_url)]

    def take_in(which):
        def once(unit):
            seen = unit.inbox_seen("wechat", "m1")
            if seen is not None:
                return seen.reply
            reply = str(unit.next_serial("answers")).encode()
            unit.inbox_add("wechat", "m1", b"", NINE, "done", reply)
            return reply

        return stores[which % 2].write(once)

    assert together(4, take_in) == [b"1"] * 4


def test_two_sweepers_fire_each_timer_once(open_store, database_url):
    stores = [open_store(database_url), open_store(database_url)]
    case = a_case()
    wanted = [a_timer(case, at=NINE, key=f"t{number}") for number in range(40)]
    keep(stores[0], case, timers=wanted)

    def sweep(which):
        def some(unit):
            timers = unit.due_timers(NINE, 5)
            for timer in timers:
                unit.fired(timer.key, NINE)
            return [timer.key for timer in timers]

        fired = []
        while batch := stores[which].write(some):
            fired += batch
        return fired

    first, second = together(2, sweep)
    # SKIP LOCKED lets a sweeper see nothing while the other holds the last rows; whatever it left is taken now.
    rest = sweep(0)
    assert sorted(first + second + rest) == sorted(timer.key for timer in wanted)


def test_two_couriers_claim_each_notice_once(open_store, database_url):
    stores = [open_store(database_url), open_store(database_url)]
    keys = [f"n{number}" for number in range(40)]
    stores[0].write(lambda unit: unit.post([a_notice(key, to=f"citizen:{key}") for key in keys]))

    def deliver(which):
        claimed = []
        while rows := stores[which].write(lambda unit: unit.outbox_due(NINE, 5)):
            claimed += [row.key for row in rows]
        return claimed

    first, second = together(2, deliver)
    rest = deliver(0)
    assert sorted(first + second + rest) == sorted(keys)


def test_a_reader_sees_one_unmoving_view_while_others_write(open_store, database_url):
    store = open_store(database_url)
    keep(store, a_case("20260302-00015"))

    def look_twice(unit):
        before = unit.numbers()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(keep, store, a_case("20260302-00023")).result()
        return before, unit.numbers()

    before, later = store.read(look_twice)

    assert before == later == ["20260302-00015"]
    assert len(store.read(lambda unit: unit.numbers())) == 2


def test_a_connection_cut_before_the_commit_is_tried_again(open_store, pg_url):
    store = open_store(pg_url)
    tries = []

    def cut_once(unit):
        tries.append(1)
        serial = unit.next_serial("day")
        if len(tries) == 1:
            me = unit._link.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with open_store(pg_url).connection() as other:
                other.execute(text(f"SELECT pg_terminate_backend({me})"))
            unit.next_serial("day")
        return serial

    assert (store.write(cut_once), len(tries)) == (1, 2)


def test_where_no_connection_is_free_it_is_no_fault_of_what_was_to_be_kept(open_store, pg_url):
    store = open_store(pg_url)
    store._writing.pool._timeout = 0.01

    with ExitStack() as stack:
        for _ in range(POOL + MORE + SPARE):
            stack.enter_context(store._writing.connect())
        with pytest.raises(NotKept, match="connections are in use"):
            store.write(lambda unit: unit.next_serial("day"))

    assert store.write(lambda unit: unit.next_serial("day")) == 1


def test_a_deadlock_is_undone_and_tried_again(open_store, pg_url):
    store = open_store(pg_url)
    store.write(lambda unit: (unit.next_serial("a"), unit.next_serial("b")))
    met = threading.Barrier(2)

    def cross(which):
        waited = []

        def take(unit):
            unit.next_serial("ab"[which])
            if not waited:
                waited.append(1)
                met.wait()
            return unit.next_serial("ba"[which])

        return store.write(take)

    assert sorted(together(2, cross)) == [2, 3]


WRITER = """
import sys
from models.store import Store
from models.vault import Vault
from tests.makers import SECRET, a_case, a_notice, a_timer, after, filed

store = Store(sys.argv[1], Vault(SECRET))

def both(unit):
    number = f"20260302-{unit.next_serial('day'):05d}"
    case = a_case(number)
    filed(unit, case, [a_notice(f"{number}/receipt", case=number)])
    unit.save(case, after(case), [a_notice(f"{number}/order", case=number, to="unit:x")], [a_timer(case)])
    unit.inbox_add("web", number, b"", case.filed, "done", number.encode())
    return number

while True:
    print(store.write(both), flush=True)
"""


@pytest.mark.parametrize("answers", [1, 7, 40])
def test_what_was_acknowledged_survives_kill_9(open_store, database_url, answers):
    """A real process writes as fast as it can and says each number after its commit; it is killed in between."""
    command = [sys.executable, "-c", WRITER, database_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        acknowledged = [writer.stdout.readline().strip() for _ in range(answers)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.read().split()

    store = open_store(database_url)
    numbers = store.read(lambda unit: unit.numbers(limit=100_000))

    assert set(acknowledged) <= set(numbers)
    assert len(numbers) <= len(acknowledged) + 1
    assert verify(store) == []
    for number in numbers:
        assert [row.key for row in store.read(lambda unit, number=number: unit.outbox_of(number))] == [
            f"{number}/receipt",
            f"{number}/order",
        ]
        assert store.read(lambda unit, number=number: unit.inbox_seen("web", number)).reply == number.encode()
    # The next number follows on the last one: none was lost with the process.
    assert store.write(lambda unit: unit.next_serial("day")) == len(numbers) + 1

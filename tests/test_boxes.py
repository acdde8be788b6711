"""Inbox and outbox: what comes in is handled once, what goes out goes in order, and its fate is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casebook.errors import Conflict
from models.records import StoredReply
from tests.makers import a_case, a_notice, keep, moment

NINE = moment("2026-03-02 09:00")
MINUTE = timedelta(minutes=1)


def post(store, *notices):
    return store.write(lambda unit: (unit.post(notices), unit.posted_in_this_unit())[1])


def due(store, at=NINE, limit=10):
    return [row.key for row in store.write(lambda unit: unit.outbox_due(at, limit))]


def to(recipient, *keys, **parts):
    return [a_notice(key, to=recipient, **parts) for key in keys]


def test_a_notice_comes_back_whole(store):
    notice = a_notice(facts={"due": NINE}, private={"name": "张三丰"})
    post(store, notice)

    row = store.read(lambda unit: unit.outbox_row(notice.key))

    assert (row.to, row.message, row.case, row.at) == (notice.to, notice.message, notice.case, notice.at)
    assert (row.facts, row.private, row.state, row.attempts) == ({"due": NINE}, {"name": "张三丰"}, "waiting", 0)


def test_a_notice_asked_for_twice_exists_once(store):
    first = post(store, a_notice("a"), a_notice("a"), a_notice("b"))
    again = post(store, a_notice("b"), a_notice("c"))

    assert [notice.key for notice in first] == ["a", "b"]
    assert [notice.key for notice in again] == ["c"]
    assert store.read(lambda unit: unit.outbox_waiting()) == 3


def test_each_recipient_gets_one_notice_at_a_time_in_order(store):
    post(store, *to("citizen:a", "a1", "a2"), *to("citizen:b", "b1"))

    first = due(store)
    nothing = due(store)
    store.write(lambda unit: unit.outbox_sent("a1", NINE, "wechat"))

    assert (first, nothing, due(store)) == (["a1", "b1"], [], ["a2"])


def test_the_oldest_notices_go_first(store):
    post(store, *to("citizen:a", "1"), *to("citizen:b", "2"), *to("citizen:c", "3"))

    assert due(store, limit=2) == ["1", "2"]


def test_one_that_waits_for_another_try_holds_back_those_behind_it(store):
    post(store, *to("citizen:a", "a1", "a2"))
    due(store)
    store.write(lambda unit: unit.outbox_failed("a1", NINE, "429", NINE + 5 * MINUTE))

    assert due(store, NINE + MINUTE) == []
    assert due(store, NINE + 5 * MINUTE) == ["a1"]


def test_one_that_waits_for_office_hours_holds_back_nobody(store):
    morning = NINE + timedelta(days=1)
    post(store, *to("citizen:a", "later", not_before=morning), *to("citizen:a", "now"))

    assert due(store) == ["now"]
    assert store.read(lambda unit: unit.next_outbox_at()) <= morning
    store.write(lambda unit: unit.outbox_sent("now", NINE, "wechat"))
    assert due(store, morning) == ["later"]


def test_a_notice_given_up_makes_room_for_the_next_and_says_why(store):
    post(store, *to("citizen:a", "a1", "a2"))
    due(store)
    store.write(lambda unit: unit.outbox_failed("a1", NINE, "blocked by the user", None))

    assert due(store) == ["a2"]
    assert [(row.key, row.why) for row in store.read(lambda unit: unit.outbox_failures())] == [
        ("a1", "blocked by the user")
    ]


def test_a_notice_whose_sender_died_comes_again_after_its_lease(store):
    post(store, a_notice("a"))

    claimed = store.write(lambda unit: unit.outbox_due(NINE, 10, MINUTE))
    early, late = due(store, NINE + MINUTE / 2), due(store, NINE + MINUTE)

    assert ([row.attempts for row in claimed], early, late) == ([1], [], ["a"])
    assert store.read(lambda unit: unit.outbox_row("a")).attempts == 2


def test_a_notice_that_went_with_an_answer_is_not_sent_again(store):
    def answer(unit):
        unit.post([a_notice("a")])
        unit.outbox_sent("a", NINE, "wechat", state="passive")

    store.write(answer)

    assert due(store) == []
    assert store.read(lambda unit: unit.outbox_row("a")).state == "passive"


def test_a_quoted_message_leads_to_its_notice(store):
    post(store, a_notice("a"))
    store.write(lambda unit: unit.outbox_sent("a", NINE, "telegram", "-100777:42"))

    row = store.read(lambda unit: unit.outbox_by_message("telegram", "-100777:42"))

    assert (row.key, row.external_id, row.channel, row.sent_at) == ("a", "-100777:42", "telegram", NINE)
    assert store.read(lambda unit: unit.outbox_by_message("wechat", "-100777:42")) is None


def test_notices_of_a_case_and_for_a_recipient_are_listed_in_order(store):
    case = keep(store, a_case(), notices=[a_notice("a"), a_notice("b", to="dispatchers")])
    post(store, a_notice("c", case=None))

    assert [row.key for row in store.read(lambda unit: unit.outbox_of(case.number))] == ["a", "b"]
    first = store.read(lambda unit: unit.notices_for("citizen:handle234567"))
    assert [row.key for row in first] == ["a", "c"]
    assert [row.key for row in store.read(lambda unit: unit.notices_for("citizen:handle234567", first[0].id))] == ["c"]


def test_a_message_is_new_once_and_keeps_its_answer(store):
    before = store.read(lambda unit: unit.inbox_seen("wechat", "m1"))
    store.write(lambda unit: unit.inbox_add("wechat", "m1", b"<xml>\xff</xml>", NINE, "done", "答复".encode()))

    seen = store.read(lambda unit: unit.inbox_seen("wechat", "m1"))

    assert before is None
    assert (seen.reply.decode(), seen.state) == ("答复", "done")
    assert store.read(lambda unit: unit.inbox_seen("telegram", "m1")) is None


def test_how_a_message_stands_says_whether_others_of_its_channel_wait(store):
    def stands(id):
        return store.read(lambda unit: unit.inbox_stands("wechat", id))

    empty = stands("m1")
    store.write(lambda unit: unit.inbox_add("wechat", "m1", b"", NINE, "done", b"ok"))
    store.write(lambda unit: unit.inbox_add("telegram", "u1", b"", NINE, "pending"))
    alone = stands("m1")
    store.write(lambda unit: unit.inbox_add("wechat", "m2", b"", NINE, "pending"))
    seen, waits = stands("m2")

    assert (empty, alone) == ((None, False), (StoredReply(b"ok", "done"), False))
    assert (seen.state, seen.reply, waits) == ("pending", None, True)
    assert stands("m3") == (None, True)


def test_taking_a_message_in_twice_is_a_conflict(store):
    store.write(lambda unit: unit.inbox_add("wechat", "m1", b"", NINE, "done"))

    with pytest.raises(Conflict):
        store.write(lambda unit: unit.inbox_add("wechat", "m1", b"", NINE, "done"))


def test_pending_messages_wait_in_order_until_they_are_done_or_dead(store):
    for id in ("u1", "u2", "u3"):
        store.write(lambda unit, id=id: unit.inbox_add("telegram", id, id.encode() + b"\x00\xff", NINE, "pending"))
    pending = store.write(lambda unit: unit.inbox_pending("telegram", 2))

    store.write(lambda unit: unit.inbox_done("telegram", "u1", "done", reply=b"ok"))
    tries = [store.write(lambda unit: unit.inbox_tried("telegram", "u2", "unparsable")) for _ in range(2)]
    store.write(lambda unit: unit.inbox_done("telegram", "u2", "dead", "unparsable"))

    assert [(row.id, row.body, row.at) for row in pending] == [
        ("u1", b"u1\x00\xff", NINE),
        ("u2", b"u2\x00\xff", NINE),
    ]
    assert tries == [1, 2]
    assert [row.id for row in store.read(lambda unit: unit.inbox_pending("telegram", 9))] == ["u3"]
    assert store.read(lambda unit: unit.inbox_seen("telegram", "u1")).reply == b"ok"
    assert store.read(lambda unit: unit.inbox_seen("telegram", "u2")).state == "dead"

"""Contacts, talks, rooms, groups, tickets, papers and tokens: kept sealed, found again, and only where they belong."""

from __future__ import annotations

from datetime import timedelta

from casebook.case import Person
from tests.makers import moment

NINE = moment("2026-03-02 09:00")
HOUR = timedelta(hours=1)


def contact(store, external="openid-1", name="张三丰", channel="wechat"):
    return store.write(lambda unit: unit.contact(channel, external, name, NINE))


def test_a_contact_keeps_its_handle(store):
    first, again = contact(store), contact(store)

    assert first == again == store.read(lambda unit: unit.contact_of(first.handle))
    assert (first.external_id, first.name, len(first.handle)) == ("openid-1", "张三丰", 12)


def test_the_same_id_on_another_channel_is_somebody_else(store):
    assert contact(store).handle != contact(store, channel="telegram").handle


def test_a_contact_gets_a_new_name_but_never_loses_one(store):
    first = contact(store)

    assert contact(store, name="").handle == first.handle  # what it was called is not opened for that
    assert store.read(lambda unit: unit.contact_of(first.handle)).name == "张三丰"

    renamed = contact(store, name="张君宝")

    assert (renamed.name, renamed.handle) == ("张君宝", first.handle)
    assert store.read(lambda unit: unit.contact_of(first.handle)).name == "张君宝"


def test_nobody_has_an_unknown_handle(store):
    assert store.read(lambda unit: unit.contact_of("nobody")) is None


def test_notes_of_a_contact_are_replaced_and_struck_out(store):
    handle = contact(store).handle
    store.write(lambda unit: unit.contact_note(handle, "subscribed", True))
    store.write(lambda unit: unit.contact_note(handle, "last_seen", NINE))
    store.write(lambda unit: unit.contact_note(handle, "last_seen", NINE + HOUR))
    store.write(lambda unit: unit.contact_note(handle, "subscribed", None))

    assert store.read(lambda unit: unit.contact_notes(handle)) == {"last_seen": NINE + HOUR}


def test_what_is_known_of_a_contact_is_as_the_transaction_last_wrote_it(store):
    def seen(unit):
        return unit.contact_notes("h"), unit.talk("h")

    def change(unit):
        first = seen(unit)
        unit.save_talk("h", {"step": "asked"}, NINE)
        unit.contact_note("h", "subscribed", True)
        second = seen(unit)
        unit.save_talk("h", None, NINE)
        return first, second, seen(unit)

    assert store.write(change) == (({}, None), ({"subscribed": True}, {"step": "asked"}), ({"subscribed": True}, None))


def test_a_talk_is_kept_replaced_and_ended(store):
    none = store.read(lambda unit: unit.talk("h"))
    store.write(lambda unit: unit.save_talk("h", {"step": "asked", "text": "不受理"}, NINE))
    store.write(lambda unit: unit.save_talk("h", {"step": "card", "list": ["a", {"b": None}]}, NINE))
    kept = store.read(lambda unit: unit.talk("h"))
    store.write(lambda unit: unit.save_talk("h", None, NINE))

    assert (none, kept) == (None, {"step": "card", "list": ["a", {"b": None}]})
    assert store.read(lambda unit: unit.talk("h")) is None


def say(store, key, room="unit:甲局", text="好"):
    return store.write(lambda unit: unit.add_line(room, "officer:李@甲局", {"text": text}, NINE, key))


def test_lines_of_a_room_count_from_one_without_gaps(store):
    ids = [say(store, "a"), say(store, "b"), say(store, "c", room="dispatchers"), say(store, "d")]

    assert ids == [1, 2, 1, 3]
    assert [(line.id, line.key) for line in store.read(lambda unit: unit.lines("unit:甲局", 1))] == [(2, "b"), (3, "d")]
    assert [line.key for line in store.read(lambda unit: unit.last_lines("unit:甲局", 2))] == ["b", "d"]


def test_a_line_said_twice_stands_once(store):
    assert (say(store, "a"), say(store, "a", text="别的")) == (1, 1)
    assert [line.body for line in store.read(lambda unit: unit.lines("unit:甲局"))] == [{"text": "好"}]


def test_a_line_can_be_edited_and_is_seen_as_edited(store):
    say(store, "a")
    done = store.write(lambda unit: unit.edit_line("a", {"text": "改"}, NINE + HOUR))

    (line,) = store.read(lambda unit: unit.edited_lines("unit:甲局", NINE + HOUR))

    assert done
    assert (line.body, line.who, line.at, line.edited_at) == ({"text": "改"}, "officer:李@甲局", NINE, NINE + HOUR)
    assert not store.write(lambda unit: unit.edit_line("nothing", {}, NINE))


def test_a_group_is_the_room_of_one_address_at_a_time(store):
    store.write(lambda unit: unit.bind_group("telegram", "-5", "unit:甲局"))
    store.write(lambda unit: unit.bind_group("telegram", "-5", "unit:乙局"))
    store.write(lambda unit: unit.bind_group("wecom", "g", "unit:乙局"))

    assert store.read(lambda unit: unit.group_of("telegram", "-5")) == "unit:乙局"
    assert store.read(lambda unit: unit.chats_of("unit:甲局")) == []
    assert store.read(lambda unit: unit.chats_of("unit:乙局")) == [("telegram", "-5"), ("wecom", "g")]


def test_a_group_whose_id_changes_keeps_its_address(store):
    store.write(lambda unit: unit.bind_group("telegram", "-5", "unit:甲局"))
    store.write(lambda unit: unit.rebind("telegram", "-5", "-1005"))
    store.write(lambda unit: unit.rebind("telegram", "-6", "-1006"))

    assert store.read(lambda unit: unit.chats_of("unit:甲局")) == [("telegram", "-1005")]
    assert store.read(lambda unit: (unit.group_of("telegram", "-5"), unit.group_of("telegram", "-1006"))) == (
        None,
        None,
    )


def test_a_sender_is_the_person_bound_to_him_until_unbound(store):
    store.write(lambda unit: unit.bind_person("telegram", "77", "officer:李@甲局"))
    bound = store.read(lambda unit: (unit.person_of("telegram", "77"), unit.senders_of("officer:李@甲局")))
    store.write(lambda unit: unit.unbind_person("telegram", "77"))

    assert bound == (Person("officer", "李", "甲局"), [("telegram", "77")])
    assert store.read(lambda unit: unit.person_of("telegram", "77")) is None


def test_a_card_is_found_by_its_message_and_its_message_by_the_card(store):
    store.write(lambda unit: unit.card_put("telegram", "-5", "20260302-00015", "m1", NINE))
    store.write(lambda unit: unit.card_put("telegram", "-5", "20260302-00015", "m2", NINE + HOUR))

    assert store.read(lambda unit: unit.card_message("telegram", "-5", "20260302-00015")) == "m2"
    assert store.read(lambda unit: unit.card_of("telegram", "m1")) == "20260302-00015"
    assert store.read(lambda unit: unit.card_message("telegram", "-6", "20260302-00015")) is None


def test_a_ticket_opens_once_in_time_and_for_its_purpose(store):
    def make():
        return store.write(lambda unit: unit.ticket_make("login", "dispatcher:赵", NINE, HOUR))

    def take(ticket, at=NINE, purpose=None):
        return store.write(lambda unit: unit.ticket_take(ticket, at, purpose))

    good, late = make(), make()

    assert take(good, purpose="rating") is None
    assert take(good).subject == "dispatcher:赵"
    assert take(good) is None
    assert take(late, NINE + HOUR) is None
    assert take("guessed") is None


def test_expired_tickets_are_forgotten(store):
    store.write(lambda unit: unit.ticket_make("login", "dispatcher:赵", NINE, HOUR))

    assert store.write(lambda unit: unit.tickets_forget(NINE + 2 * HOUR)) == 1


def test_a_picture_is_fetched_later_and_belongs_to_its_case(store):
    id = store.write(lambda unit: unit.media_add("image", "现场.jpg", NINE, source="file-9"))
    missing = store.read(lambda unit: unit.media_missing())
    store.write(lambda unit: unit.media_fill(id, b"\x89PNG\x00"))
    store.write(lambda unit: unit.media_attach(id, "20260302-00015"))

    (paper,) = store.read(lambda unit: unit.media_of("20260302-00015"))

    assert [(found.id, found.source, found.body) for found in missing] == [(id, "file-9", None)]
    assert (paper.name, paper.kind, paper.body) == ("现场.jpg", "image", b"\x89PNG\x00")
    assert store.read(lambda unit: (unit.media_missing(), unit.media_get("nothing"))) == ([], None)


def test_an_access_token_lasts_until_it_expires(store):
    store.write(lambda unit: unit.token_put("wechat", "first", NINE + HOUR))
    store.write(lambda unit: unit.token_put("wechat", "second", NINE + 2 * HOUR))

    assert store.read(lambda unit: unit.token_get("wechat", NINE + HOUR)) == "second"
    assert store.read(lambda unit: unit.token_get("wechat", NINE + 2 * HOUR)) is None

"""SECRET_KEY is changed on a filled database: with the former one named all goes on, without it the start says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bots.paper_link import read, signed
from bots.settings import Settings, SettingsError, read_settings
from bots.signer import Signer
from casebook.case import Person
from models.keys import WrongKey, check_keys
from models.looking import look
from models.store import Store
from models.verify import verify
from office.book import case_book, signer, vault
from tests.makers import a_case, a_notice, after, keep, moment

FIRST, SECOND, THIRD = (f"the-{which}-key-long-enough-to-be-one" for which in ("first", "second", "third"))
NINE = moment("2026-03-02 09:00")
NUMBER = "20260302-00015"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Callable[..., Settings]:
    def made(key: str, *former: str) -> Settings:
        given = {"SECRET_KEY": key, "SECRET_KEY_FORMER": ", ".join(former)}
        return read_settings({"DATABASE_URL": database_url, **given}, tmp_path)

    return made


def fill(settings: Settings) -> None:
    """A case, its notice, a person, a group, an officer, a message, under the present key."""
    with case_book(settings) as store:
        keep(store, a_case(), notices=[a_notice(private={"who": "张三丰"})])

        def more(unit):
            unit.contact("webchat", "phone-1", "张三丰", NINE)
            unit.inbox_add("webchat", "m1", b"hello", NINE, "done", b"answer")
            unit.bind_group("wecom", "group-1", "dispatchers")
            unit.bind_person("wecom", "sender-1", "officer:李@市自然资源局")
            unit.media_add("image", "照片", NINE, body=b"photo", case=NUMBER)

        store.write(more)


def all_is_there(store: Store) -> None:
    opened = look(store, NUMBER, Person("dispatcher", "赵"), "identity", "回电话", NINE)
    assert opened["phone"] == "13800000000"

    def seen(unit):
        return (
            unit.numbers_by_phone("13800000000"),
            unit.contact_known("webchat", "phone-1").name,
            unit.inbox_seen("webchat", "m1").reply,
            unit.group_of("wecom", "group-1"),
            str(unit.person_of("wecom", "sender-1")),
            unit.media_of(NUMBER)[0].body,
            unit.outbox_of(NUMBER)[0].private,
        )

    assert store.read(seen) == (
        *([NUMBER], "张三丰", b"answer", "dispatchers", "officer:李@市自然资源局", b"photo", {"who": "张三丰"}),
    )
    assert verify(store) == []


def test_with_the_former_key_named_everything_opens_is_found_and_goes_on(settings):
    fill(settings(FIRST))

    with case_book(settings(SECOND, FIRST)) as store:
        all_is_there(store)
        case = store.read(lambda unit: unit.load(NUMBER))
        store.write(lambda unit: unit.save(case, after(case), (), ()))
        store.write(lambda unit: unit.contact("webchat", "phone-1", "张三丰", NINE))
        store.write(lambda unit: unit.bind_group("wecom", "group-1", "dispatchers"))
        assert store.read(lambda unit: unit.chats_of("dispatchers")) == [("wecom", "group-1")]
    with case_book(settings(THIRD, SECOND, FIRST)) as store:
        assert len(store.read(lambda unit: unit.load(NUMBER)).history) == 2
        all_is_there(store)


def test_without_it_the_start_says_so_in_one_sentence(settings):
    fill(settings(FIRST))

    with pytest.raises(WrongKey) as refusal, case_book(settings(SECOND)):
        pass

    assert "SECRET_KEY_FORMER" in str(refusal.value)
    assert str(refusal.value).count(".") == 1


def test_a_key_that_was_left_behind_is_missed_though_newer_rows_open(settings):
    fill(settings(FIRST))
    with case_book(settings(SECOND, FIRST)) as store:
        keep(store, a_case("20260303-00001"))

    with pytest.raises(WrongKey), case_book(settings(SECOND)):
        pass


def test_an_empty_book_takes_any_key(settings, memory_store):
    check_keys(memory_store)
    with case_book(settings(SECOND)):
        pass


def test_a_printed_code_and_a_paper_link_hold_after_a_change_of_key(settings):
    before, now = signer(settings(FIRST)), signer(settings(SECOND, FIRST))
    secret = signed(before, NUMBER, "accept", "citizen:handle234567", NINE)
    visitor = before.sign("visitor", "v1")

    assert now.is_notice_code(NUMBER, before.notice_code(NUMBER))
    assert read(now, secret) is not None
    assert now.read("visitor", visitor) == "v1"
    # What is signed from now on needs the former key no more.
    assert Signer(SECOND).is_notice_code(NUMBER, now.notice_code(NUMBER))
    assert Signer(SECOND).read("visitor", now.sign("visitor", "v2")) == "v2"
    # And a key that was never ours signs nothing.
    assert not now.is_notice_code(NUMBER, Signer(THIRD).notice_code(NUMBER))
    assert now.read("visitor", Signer(THIRD).sign("visitor", "v3")) is None


def test_a_former_key_that_is_too_short_is_named(settings):
    with pytest.raises(SettingsError, match=r"SECRET_KEY_FORMER .* number 2 has 5"):
        settings(SECOND, FIRST, "short")


def test_the_former_keys_stay_out_of_repr(settings):
    key = "a-former-key-that-is-long-enough"
    made = settings(SECOND, key)

    assert key not in repr(made)
    assert vault(made).blinds("phone", "1")[0] != vault(settings(key)).blinds("phone", "1")[0]

"""SECRET_KEY is changed on a filled database: with the former one named all goes on, without it the start says so."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bots.paper_link import read, signed
from bots.settings import Settings, SettingsError, read_settings
from bots.signer import Signer
from casebook.case import Person
from casebook.errors import Conflict
from models.forget import forget_case
from models.keys import WrongKey, check_keys
from models.looking import look
from models.reseal import reseal
from models.store import Store
from models.verify import verify
from office.book import case_book, signer, vault
from tests.makers import a_case, a_notice, after, keep, moment

ROOT = Path(__file__).parent.parent
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


def test_sealed_anew_everything_opens_without_the_former_key(settings):
    fill(settings(FIRST))
    with case_book(settings(SECOND, FIRST)) as store:
        keep(store, a_case("20260303-00001", text="没有人", phone="13900000000"))
        done = reseal(store)
        assert (done.left, reseal(store).counts["cases"]) == ((), 0)
    for name in ("outbox", "inbox", "contacts", "chats", "senders", "media", "cases"):
        assert done.counts[name] == 1, name

    with case_book(settings(SECOND)) as store:
        all_is_there(store)
        case = store.read(lambda unit: unit.load(NUMBER))
        store.write(lambda unit: unit.save(case, after(case), (), ()))
        assert verify(store) == []


def test_sealing_anew_hides_no_fault(settings):
    fill(settings(FIRST))
    with case_book(settings(SECOND, FIRST)) as store:
        store.write(lambda unit: unit._run(text("UPDATE entries SET state = 'closed'")))

        done = reseal(store)

        assert done.left == (f"cases {NUMBER}",)
        assert [fault.what for fault in verify(store)] == ["chain"]


def test_an_erased_case_is_signed_anew_too(settings):
    fill(settings(FIRST))
    with case_book(settings(SECOND, FIRST)) as store:
        case = store.read(lambda unit: unit.load(NUMBER))
        run = replace(case.clocks[0], stopped=NINE, stopped_by="withdraw")
        ended = after(case, "withdraw", state="withdrawn", clocks=(run,))
        store.write(lambda unit: unit.save(case, ended, (), ()))
        forget_case(store, NUMBER, Person("system", "管理员"), "本人申请", NINE + timedelta(days=1))
        assert reseal(store).left == ()
    with case_book(settings(SECOND)) as store:
        assert verify(store) == []


def test_a_step_read_before_a_case_was_signed_anew_is_taken_again(settings):
    fill(settings(FIRST))
    with case_book(settings(SECOND, FIRST)) as store:
        case = store.read(lambda unit: unit.load(NUMBER))

        def late(unit):
            unit.load(NUMBER)
            unit._heads[NUMBER] = replace(unit._heads[NUMBER], hash="what stood before")
            unit.save(case, after(case), (), ())

        with pytest.raises(Conflict):
            store.write(late)


def test_the_command_says_what_it_sealed_anew(settings, sqlite_url, tmp_path):
    given = {"DATABASE_URL": sqlite_url, "SECRET_KEY": FIRST}
    fill(read_settings(given, tmp_path))
    environment = {**os.environ, **given, "PYTHONPATH": str(ROOT), "SECRET_KEY": SECOND, "SECRET_KEY_FORMER": FIRST}
    command = [sys.executable, "-m", "models", "reseal"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "contacts       1" in done.stdout


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

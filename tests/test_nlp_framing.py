"""What stands around a matter is taken off, so that being polite changes nothing about what a message is."""

from __future__ import annotations

import pytest

from nlp.framing import frame
from nlp.marks import see
from nlp.text import clean, cut


@pytest.mark.parametrize(
    ("text", "matter", "does"),
    [
        ("你好，请问一下，办证要什么", "办证要什么", ("greets", "asks")),
        ("尊敬的领导：您好！我家停水三天，希望尽快解决，谢谢您", "我家停水三天", ("greets", "thanks", "pleads")),
        ("我要投诉，派出所不给办，求回复", "派出所不给办", ("complains", "pleads")),
        ("您好！是这样的，低保停了半年，怎么办？", "低保停了半年", ("greets", "opens", "despairs")),
        ("路灯坏了，急急急！！！", "路灯坏了", ("pleads",)),
        ("领导在开会不见我", "领导在开会不见我", ()),
        ("谢谢你们，办好了", "谢谢你们,办好了", ()),
        ("你好", "你好", ()),
        ("谢谢！", "谢谢!", ()),
        ("", "", ()),
    ],
)
def test_a_frame_is_told_from_the_matter_within(text, matter, does):
    cleaned = clean(text).text
    found = frame(cleaned)

    assert cleaned[found.start : found.end].strip(",。!?") == matter.strip(",。!?")
    assert found.does == does


@pytest.mark.parametrize("text", ["你好" * 10_000, "，谢谢" * 5_000, "。" * 20_000, "请" * 20_000, "希望尽快" * 5_000])
def test_a_hostile_text_has_a_frame_too(text):
    cleaned = clean(text).text
    found = frame(cleaned)

    assert 0 <= found.start <= found.end <= len(cleaned)


def test_a_courtesy_leaves_the_words_as_they_are():
    def said(text):
        cleaned = clean(text).text
        return see(cleaned, cut(cleaned), has_unit=False)[0]

    assert said("您好，低保停了半年没人管。谢谢！") == said("低保停了半年没人管")

"""Cleaning and cutting: nothing lost, nothing invented, the same in training and in service."""

from __future__ import annotations

import unicodedata
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.cutting import python_cutter, rust_cutter
from nlp.text import HEAD, PLAIN, TAIL, UNSEEN, clean, cut, lines


@pytest.mark.parametrize(
    ("raw", "cleaned", "because"),
    [
        ("３号窗口，ＡＰＰ", "3号窗口,APP", "full-width forms are folded"),
        ("不動產登記中心態度惡劣", "不动产登记中心态度恶劣", "traditional characters are written simply"),
        ("投\u200b诉\ufeff我\u202e", "投诉我", "what cannot be seen goes"),
        ("一\x00二\x07三", "一二三", "control characters go"),
        ("第一行\n第二行", "第一行\n第二行", "line breaks stay"),
        ("\ud800坏", "坏", "a lone surrogate goes"),
    ],
)
def test_cleaning(raw, cleaned, because):
    assert clean(raw).text == cleaned, because


def test_a_span_is_told_in_the_text_as_it_was_sent():
    raw = "我\u200b去３号窗口"
    cleaned = clean(raw)
    start = cleaned.text.index("3号窗口")

    first, last = cleaned.span(start, start + 4)

    assert raw[first:last] == "３号窗口"


def test_a_long_text_is_read_at_its_head_and_tail():
    cleaned = clean("头" + "中" * 50_000 + "尾")

    assert len(cleaned.text) == HEAD + TAIL
    assert cleaned.text[0] == "头"
    assert cleaned.text[-1] == "尾"


def test_blocks_that_are_taken_as_they_stand_can_be_seen_and_have_no_other_form():
    plain = [character for character in map(chr, range(0x30000)) if PLAIN.match(character)]

    assert len(plain) > 70_000
    assert unicodedata.is_normalized("NFKC", "".join(plain))
    assert not UNSEEN & set(map(unicodedata.category, plain))


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_cutting_loses_nothing(raw):
    cleaned = clean(raw).text

    assert "".join(word.text for word in cut(cleaned)) == cleaned


@cache
def cutters():
    own = lines("words.txt")
    return python_cutter(own), rust_cutter(own)


@given(st.text(alphabet=st.sampled_from("市不动产登记中心窗口号社保局的我去办理投诉受理AB 3１②。，！\n😀龘")))
@settings(max_examples=200, deadline=None)
def test_both_cutters_cut_alike(raw):
    cleaned = clean(raw).text

    assert cutters()[0](cleaned) == cutters()[1](cleaned)

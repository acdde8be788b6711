"""Whatever is sent is answered, and no pattern can be made to work without end."""

from __future__ import annotations

import base64
import importlib
import pkgutil
import random
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from types import FrameType
from typing import Any

import pytest

import nlp
from nlp.anchored import Anchored
from nlp.corpus_reading import CORPUS, read_examples
from nlp.reader import Reader
from nlp.text import HEAD, TAIL

pytestmark = pytest.mark.xdist_group("robust")

NOW = datetime.fromisoformat("2025-09-26T10:00:00+08:00")
SIZE = 20_000
# Calls of functions for a text however long. The most that was seen is 75,600 (局 without end, each grown to a name).
MOST_CALLS = 90_000

# Characters and words that the patterns look for, each alone without end.
REPEATED = (
    *(
        "a",
        "1",
        "一",
        "路",
        "局",
        "的",
        "号",
        "月",
        "上",
        "下",
        "区",
        "村",
        "镇",
        "-",
        ".",
        ":",
        " ",
        "😀",
        "\u200b",
        "\x00",
        "周",
        "住",
        "第",
    ),
    *(
        "我叫",
        "工号",
        "我姓",
        "编号",
        "窗口",
        "小区",
        "号线",
        "村委会",
        "不是",
        "更正",
        "小王说",
        "叫王",
        "科长",
        "电话是",
        "我是",
    ),
    *(
        "王家庄",
        "镇环保办",
        "的窗口",
        "我是王",
        "姓王叫王",
        "杏花弄1号",
        "到一段路",
        "节后第一",
        "人叫王",
        "那个",
        "一期",
        "贵局:",
    ),
    *("两天前", "1月", "10.", "傻 ", "栋1单元", "1-", "身份证1", "三块", "大年初", "上月十", "8点昨天", "立案那天"),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


@pytest.mark.parametrize("piece", REPEATED)
def test_a_piece_repeated_without_end_is_answered(reader: Reader, piece: str) -> None:
    reading = reader.read((piece * SIZE)[:SIZE], NOW)

    assert reading.verdict in {"accept", "clarify", "out_of_scope", "refuse"}
    assert 0 <= reader.compare((piece * SIZE)[:SIZE], "社保局三号窗口没人") <= 1


@pytest.mark.parametrize(
    ("text", "because"),
    [
        *(
            (piece * SIZE, "one piece")
            for piece in ("一", "1", "，", "？！", "s b ", "傻b", "0123456789", "110101199003077778 ", "13800000000 ")
        ),
        *((piece * SIZE, "names") for piece in ("张三丰", "王主任", "我是张三丰，", "小王说", "王主任小刘")),
        *(
            (piece * SIZE, "places")
            for piece in ("局", "窗口", "小区", "幸福路", "人社局三号窗口", "人社局，医保局，", "住在和平路3号楼2单元")
        ),
        *(
            (piece * SIZE, "days")
            for piece in ("昨天", "3月5日", "两天前", "8点昨天", "从五月到", "昨天不对", "更正昨天", "不是昨天是")
        ),
        ("办shi處กขالعربيةПривет日本" * SIZE, "scripts mixed"),
        (base64.b64encode(random.Random(1).randbytes(SIZE)).decode(), "a file in letters"),
        ("。".join(example.text for example in read_examples(CORPUS / "test-hard.csv")), "prose, all of it in Chinese"),
    ],
)
def test_the_work_on_a_long_text_grows_no_faster_than_what_is_read_of_it(
    reader: Reader, text: str, because: str
) -> None:
    assert _calls(reader, text[:SIZE]) <= MOST_CALLS, because


def test_work_that_grows_faster_is_seen(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.fields_place.MOST_NAMES", SIZE)  # as if no number of names were too many

    assert _calls(reader, "局" * SIZE) > MOST_CALLS


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "nothing"),
        ("😀👍🏽👨‍👩‍👧" * 3000, "pictures alone, joined by what is not seen"),
        ("".join(map(chr, range(32))) * 600, "control characters"),
        ("\ud800\udfff" * 5000, "halves of characters"),
        ("办shi處กขالعربيةПривет日本" * 900, "scripts mixed"),
        (base64.b64encode(random.Random(1).randbytes(15_000)).decode(), "a file in letters"),
        ("".join(map(chr, random.Random(2).choices(range(0x110000), k=SIZE))), "any characters at all"),
        ("我上周三去市不动产登记中心3号窗口办证，材料齐全却不给受理，电话13800000000。" * 600, "a long letter"),
    ],
)
def test_whatever_is_sent_is_answered_with_spans_inside_it(reader: Reader, text: str, because: str) -> None:
    reading = reader.read(text, NOW)

    assert all(0 <= start < end <= len(text) for start, end in reading.spans.values()), because
    assert set(reading.spans) == set(reading.fields) - {"id_number_valid", "event_time_text"}, because


@pytest.mark.parametrize("piece", ["局", "窗口", "人社局三号窗口"])
def test_no_field_reaches_over_what_was_left_out(reader: Reader, piece: str) -> None:
    reading = reader.read(piece * 5000, NOW)

    assert all(end - start <= HEAD for start, end in reading.spans.values())


def test_every_pattern_does_bounded_work_at_each_place() -> None:
    """No repetition without a bound, but for one that is the whole pattern or its end: then growth is linear."""
    unbounded = [f"{where}: {pattern.pattern}" for where, pattern in _patterns() if _is_unbounded(pattern)]

    assert unbounded == []


def test_a_pattern_of_unbounded_work_is_seen() -> None:
    assert _is_unbounded(re.compile(r"(?:ab*)*c"))
    assert _is_unbounded(re.compile(r"上+周"))
    assert not _is_unbounded(re.compile(r"[一-龥]+"))
    assert not _is_unbounded(re.compile(r"(?:上{1,3})?周"))


def test_only_a_bounded_part_of_a_text_is_read() -> None:
    assert HEAD + TAIL <= 4000


def _calls(reader: Reader, text: str) -> int:
    """How many functions are called while the text is read; what is made at first need is not counted."""
    reader.read(text, NOW)
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        reader.read(text, NOW)
    finally:
        sys.setprofile(before)
    return calls


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.iter_modules(nlp.__path__):
        if module.name != "__main__":
            for name, value in vars(importlib.import_module(f"nlp.{module.name}")).items():
                yield from ((f"{module.name}.{name}", pattern) for pattern in _inside(value))


def _inside(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Anchored):
        yield value.pattern
    elif isinstance(value, dict):
        yield from (pattern for each in value.values() for pattern in _inside(each))
    elif isinstance(value, tuple | list | frozenset):
        yield from (pattern for each in value for pattern in _inside(each))


def _is_unbounded(pattern: re.Pattern[str]) -> bool:
    parsed = list(re._parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))  # type: ignore[attr-defined]
    if len(parsed) == 1 and _repeats_one_sign(parsed[0]):
        return False
    return any(_has_endless(node) for node in parsed)


def _repeats_one_sign(node: Any) -> bool:
    operation, argument = str(node[0]), node[1]
    return operation == "MAX_REPEAT" and len(argument[2]) == 1 and str(argument[2][0][0]) in ("IN", "LITERAL")


def _has_endless(node: Any) -> bool:
    operation, argument = str(node[0]), node[1]
    if operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return argument[1] > 100 or any(_has_endless(each) for each in argument[2])
    return any(_has_endless(each) for each in _below(argument))


def _below(argument: Any) -> Iterator[Any]:
    """The nodes under one: groups, branches and looks ahead keep theirs in nested sequences."""
    for each in argument if isinstance(argument, tuple | list) else ():
        if isinstance(each, re._parser.SubPattern):  # type: ignore[attr-defined]
            yield from each
        elif isinstance(each, list):
            yield from _below(each)

"""Fields: what the text gives, where it stands, and nothing else."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from nlp.corpus_reading import CORPUS
from nlp.fields_person import is_valid_id
from nlp.fields_time import find_times
from nlp.reader import Reader

FRIDAY = datetime.fromisoformat("2025-09-26T10:00:00+08:00")


@pytest.fixture(scope="module")
def reader():
    return Reader.load()


@pytest.mark.parametrize("line", (CORPUS / "fields.jsonl").read_text(encoding="utf-8").splitlines())
def test_the_fields_of_a_message_are_found(reader, line):
    case = json.loads(line)

    assert dict(reader.read(case["text"], datetime.fromisoformat(case["now"])).fields) == case["fields"]


@pytest.mark.parametrize(
    ("said", "moment", "because"),
    [
        ("上周三", "2025-09-17", "weeks run from Monday"),
        ("周三", "2025-09-24", "a bare weekday is the last one"),
        ("周六去的", "2025-09-20", "not the one to come"),
        ("昨天下午3点半", "2025-09-25T15:30", "a clock time is told to the minute"),
        ("昨天下午", "2025-09-25", "the part of the day alone is a day"),
        ("前天晚上8点左右", "2025-09-24T20:00", "左右 counts as the hour said"),
        ("九月十五号", "2025-09-15", "Chinese figures"),
        ("12月5号", "2024-12-05", "a month far ahead was last year's"),
        ("昨天九点，前天也去了", "2025-09-25T09:00", "of several the first"),
        ("一周前", "2025-09-19", "counted back"),
    ],
)
def test_a_moment_is_resolved_against_now(said, moment, because):
    assert find_times(said, FRIDAY)[0].value == moment, because


@pytest.mark.parametrize(
    "said", ["9月30日前办结", "截止9月20日", "下周三再来", "明天", "每周三", "周一至周五上班", "3号窗口"]
)
def test_a_deadline_a_habit_and_a_day_to_come_are_no_event(said):
    assert [found.value for found in find_times(said, FRIDAY)] == []


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("11010519491231002X", True),
        ("110105194912310021", False),
        ("110105491231002", False),
        ("1101051949123100", False),
    ],
)
def test_an_identity_number_is_checked_by_its_last_digit(number, valid):
    assert is_valid_id(number) is valid


def test_each_field_tells_where_it_stood(reader):
    text = "我叫张三丰，电话１３８ 0000 0000，昨天去了市民政局"
    reading = reader.read(text, FRIDAY)

    assert {name: text[start:end] for name, (start, end) in reading.spans.items()} == {
        "name": "张三丰",
        "phone": "１３８ 0000 0000",
        "event_time": "昨天",
        "organisation": "市民政局",
    }

"""Fields: what the text gives, where it stands, and nothing else."""

from __future__ import annotations

import json
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.corpus_reading import CORPUS
from nlp.feasts import DAYS_OFF
from nlp.fields_person import is_valid_id
from nlp.fields_time import find_times
from nlp.lexicon_words import said_of
from nlp.reader import Reader

HOLIDAYS = Path(__file__).parents[1] / "casebook" / "holidays"
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
        ("昨儿后晌三点", "2025-09-25T15:00", "the afternoon in other words"),
        ("前天从上午九点一直打", "2025-09-24", "no minute"),
        ("3月4号下午两点前后", "2025-03-04T14:00", "前后 is no deadline"),
        ("大年三十", "2025-01-28", "the year's last day, be it the twenty-ninth"),
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


@pytest.mark.parametrize(
    ("said", "now", "day"),
    [
        ("节后第一天去的", "2025-10-10", "2025-10-09"),
        ("国庆后第二天", "2025-10-22", "2025-10-10"),
        ("国庆后第一个周一", "2025-11-12", "2025-10-13"),
        ("年后上班头一天", "2026-02-26", "2026-02-24"),
        ("放假前一天", "2025-10-10", "2025-09-30"),
        ("端午假期第一天", "2025-06-10", "2025-05-31"),
        ("大年初三", "2026-02-27", "2026-02-19"),
        ("重阳节那天", "2025-11-03", "2025-10-29"),
    ],
)
def test_a_day_is_counted_from_the_days_off(said, now, day):
    assert find_times(said, datetime.fromisoformat(f"{now}T10:00:00+08:00"))[0].value == day


def test_the_days_off_are_those_of_the_holiday_notices():
    for year, feasts in DAYS_OFF.items():
        notice = tomllib.loads((HOLIDAYS / f"{year}.toml").read_text(encoding="utf-8"))
        told = {((one["from"].month, one["from"].day), (one["to"].month, one["to"].day)) for one in notice["holiday"]}

        assert set(feasts.values()) == told, year


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("姓名：天山童姥\n电话：13900000204", "name", "天山童姥"),
        ("我姓邪，叫邪剑仙", "name", "邪剑仙"),
        ("我是学员沈轻虹，约不上考试", "name", "沈轻虹"),
        ("7号窗口的萧薇薇，特别慢", "staff_name", "萧薇薇"),
        ("保安高度紧张，不让进", "staff_name", None),
        ("去镇环保办说了三次", "organisation", "镇环保办"),
        ("跑了三次税务局", "organisation", "税务局"),
        ("先去房管局，房管局产权科说没收到", "organisation", "房管局产权科"),
        ("店在望江街道杏花弄18号", "place", "望江街道杏花弄18号"),
        ("坐12路车去的", "place", None),
        ("手机写成13800000520了，应该是13800000502", "phone", "13800000502"),
        ("查件：HZ202606170803", "receipt_number", "HZ202606170803"),
        ("单号EMS1200000000202", "receipt_number", None),
        ("给的单子号是扣字2024-0098", "receipt_number", "扣字2024-0098"),
        ("文件号：安政办〔2022〕19号，说要三分之二", "receipt_number", None),
        ("路灯编号LD-3307不亮", "receipt_number", None),
        ("GA-1207-15，身份证找到了，撤了吧", "receipt_number", "GA-1207-15"),
        ("HD240919-21，撤。", "receipt_number", "HD240919-21"),
        ("给2509-0441号投诉补充", "receipt_number", "2509-0441"),
        ("办件编号上写着户改（2026）第77号", "receipt_number", "户改（2026）第77号"),
        ("单号乙字第0000467号，麻烦撤单", "receipt_number", "乙字第0000467号"),
        ("条子上的号是“劳监登0000-38”", "receipt_number", "劳监登0000-38"),
        ("回执上写举字27-0531-06", "receipt_number", "举字27-0531-06"),
        ("豫政〔2021〕17号文还有效吗", "receipt_number", None),
        ("那位编号A0117的女警官", "receipt_number", None),
        ("充电扣款单号CD0000712", "receipt_number", None),
        ("项目代码2612-000000-04-01-0007", "receipt_number", "2612-000000-04-01-0007"),
        ("项目代码2612-000000-04-01-0007", "id_number", None),
        ("身份证上是53000019770615004", "id_number", "53000019770615004"),
        ("请回电0372-0000418", "phone", "0372-0000418"),
        ("请回电02400009090", "phone", "024-00009090"),
        ("电话零三七七零零零零三一八", "phone", "0377-0000318"),
        ("区质监站0372-0000318没人接，我的电话1380000 9051", "phone", "13800009051"),
        ("上午九点我在大厅，0372-0000119打的", "phone", None),
        ("我叫 Nguyễn Thị Hoa，想办永居", "name", "Nguyễn Thị Hoa"),
    ],
)
def test_a_field_is_found_by_what_stands_around_it(reader, text, field, value):
    assert reader.read(text, FRIDAY).fields.get(field) == value


def test_a_citys_own_units_are_found_by_name_and_alias():
    reader = Reader.load([("云水驿", "办事")], aliases=["帮您办"])

    assert reader.read("云水驿3号窗口的人不理我", FRIDAY).fields["organisation"] == "云水驿3号窗口"
    assert reader.read("我去帮您办问过了", FRIDAY).fields["organisation"] == "帮您办"


def test_a_citys_own_unit_is_named_whole():
    reader = Reader.load([("东区市场监督管理局", "办事")], aliases=["东区市场监管局"])
    text = "我要匿名举报东区市场监管局窗口的人上班时间打游戏"

    assert reader.read(text, FRIDAY).fields["organisation"] == "东区市场监管局窗口"


@given(
    st.lists(st.text("市区不动产登记中心局a", max_size=4), max_size=6), st.text("市区不动产登记中心局a", max_size=12)
)
def test_the_names_said_are_those_that_stand_in_the_text(names: list[str], text: str) -> None:
    assert said_of(text, names) == [name for name in names if name in text]


def test_values_are_told_in_the_signs_of_the_message(reader):
    said = "不動產登記中心３號窗口昨天不給受理，受理號​（2027）豫0502民初0318号"

    reading = reader.read(said, FRIDAY)

    assert reading.fields["organisation"] == "不動產登記中心３號窗口"
    assert reading.fields["receipt_number"] == "（2027）豫0502民初0318号"
    assert said[slice(*reading.spans["receipt_number"])] == "（2027）豫0502民初0318号"

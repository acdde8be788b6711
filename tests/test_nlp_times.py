"""Times that only a learnt choice can tell surely: each way of saying them is among those that it chooses from."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nlp.fields_calendar import last_day
from nlp.fields_time import read_times

# A Monday evening.
NOW = datetime.fromisoformat("2027-11-15T22:30:00+08:00")
AT_DAWN = datetime.fromisoformat("2027-11-15T06:58:00+08:00")
AT_TEN = datetime.fromisoformat("2027-11-15T10:00:00+08:00")


@pytest.mark.parametrize(
    "said",
    [
        *("五一后头", "端午前头", "国庆前这几天", "元旦前半个月", "五一三天", "清明前后这段", "清明那场雨", "霜降前后"),
        *("四月头上", "上个月头里", "四月间", "八月中", "七月半", "本月上旬", "上上个月", "十二月第一个礼拜"),
        *("五月十几号", "七月廿几", "八月二十几号", "25号前后", "大年初几", "年三十夜里"),
        *("去年3月到8月", "2023年7月到12月", "去年九月到腊月", "去年十一月、十二月"),
        *("去年雨季", "去年麦收那会儿", "去年小雪后头", "今年过年", "今年过寒衣节", "今年秋播", "2025年春上"),
        *("三伏天那阵", "情人节那阵子", "放暑假以后", "台风过后", "台风后第二天", "整个伏天", "一开春", "夏收后"),
        *("开学头一天", "开学前一天", "开学这几天", "坐月子时", "换届的时候", "交房前"),
        *("上个周末", "上上周末", "前阵", "头两天", "头一阵子", "上年", "前两年", "上个集", "街子天"),
        *("连着几晚", "好几个月", "好些日子", "这半个多月", "最近半个月", "这一个礼拜"),
        *(
            "从国庆到现在",
            "打五月起",
            "自暮春",
            "从夏天到现在",
            "从去年五月起",
            "入冬以来",
            "上个月开始",
            "从前年到如今",
        ),
        *("昨天或者前天", "那阵子"),
    ],
)
def test_a_vague_time_is_proposed_with_all_that_belongs_to_it(said: str) -> None:
    assert said in _vague(f"楼道{said}就没灯")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("住院那几天多记了药", "住院那几天"),
        ("我搬来那年说有分红", "搬来那年"),
        ("小学军训那周的饭有虫", "军训那周"),
        ("自立案那天起没露面", "立案那天"),
        ("从下暴雨那几天一直黄", "下暴雨那几天"),
        ("暖气试水那天漏了", "暖气试水那天"),
    ],
)
def test_what_was_going_on_tells_a_time(text: str, said: str) -> None:
    assert said in _vague(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("去年十一月一场大雨", "去年十一月"),
        ("充电桩上周一度电涨了", "上周"),
        ("去年腊月生的", "去年腊月"),
        ("入冬以来没热过", "入冬"),
    ],
)
def test_a_vague_time_ends_where_other_words_begin(text: str, said: str) -> None:
    assert said in _vague(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("十一点半才来", "十一"),
        ("十一月的事", "十一"),
        ("去年中秋前", "去年中"),
        ("中秋节前", "节前"),
        ("八月初八那天", "初八那天"),
    ],
)
def test_a_part_of_another_time_is_none(text: str, said: str) -> None:
    assert said not in _vague(text)


@pytest.mark.parametrize(
    ("said", "value", "because"),
    [
        ("昨黑", "2027-11-14", "last night in other words"),
        ("昨傍晚", "2027-11-14", "the same"),
        ("昨黑九点", "2027-11-14T21:00", "and its nine o'clock"),
        ("昨夜里十一点", "2027-11-14T23:00", "and its eleven"),
        ("昨晚一点多", "2027-11-15T01:00", "past midnight"),
        ("昨早上九点", "2027-11-14T09:00", "上 ends 早上 as well as 晚上"),
        ("昨下午六点", "2027-11-14T18:00", "the day's own word tells the part"),
        ("8月12日下午五点差十分", "2027-08-12T16:50", "less ten"),
        ("昨天下午五点欠五分", "2027-11-14T16:55", "less five"),
        ("昨天五点过三分", "2027-11-14T17:03", "and three"),
        ("昨天两点三刻", "2027-11-14T14:45", "three quarters"),
        ("昨天三点五分", "2027-11-14T15:05", "a figure alone with its 分"),
        ("前天半夜两点三辆大车", "2027-11-13T02:00", "three lorries are no minutes"),
        ("昨天下午三点12345", "2027-11-14T15:00", "the hotline's number is none"),
        ("短信半夜两点发,6月9日2点07分响的", "2027-06-09T02:07", "night was spoken of"),
        ("昨天六点", "2027-11-14T06:00", "either six: as it is written"),
        ("仲秋第二天", "2027-09-16", "another name of the feast"),
        ("端午前一天", "2027-06-08", "in a year without a notice of days off"),
        ("中秋前一天", "2027-09-14", "the day before the feast itself"),
        ("十月廿四", "2027-10-24", "廿 is said of the sun's days too: the later"),
        ("八月廿三", "2027-09-23", "the moon's is the later"),
    ],
)
def test_a_day_and_its_clock_are_told_surely(said: str, value: str, because: str) -> None:
    assert read_times(said, NOW)[0][0].value == value, because


@pytest.mark.parametrize(
    ("said", "now", "value", "because"),
    [
        ("今天五点五十天还没亮", AT_DAWN, "2027-11-15T05:50", "the afternoon is still to come"),
        ("大概四点半,面包车翻了", AT_DAWN, "2027-11-15T04:30", "the same without a day"),
        ("十点了还在打桩", NOW, "2027-11-15T22:00", "了 tells that it is now"),
        ("十点到的", NOW, "2027-11-15T10:00", "without it, as it is written"),
        ("08:30了", NOW, "2027-11-15T08:30", "written as of twenty-four hours"),
    ],
)
def test_a_clock_of_today_is_read_from_the_moment_of_writing(
    said: str, now: datetime, value: str, because: str
) -> None:
    assert value in [each.value for each in read_times(said, now)[1]], because


@pytest.mark.parametrize(
    ("said", "now"),
    [("牌子上写五点下班", AT_TEN), ("第三点意见", NOW), ("地上一点没滑", NOW), ("人在国外一时回不来", AT_TEN)],
)
def test_what_is_no_clock_of_today_is_not_proposed(said: str, now: datetime) -> None:
    assert read_times(said, now)[1] == []


@pytest.mark.parametrize(
    ("text", "said", "value"),
    [
        ("初八去卖玉米", "初八", "2027-11-05"),
        ("三十儿晚上没人拉", "三十儿", "2027-02-05"),
        ("年三十亮了", "年三十", "2027-02-05"),
        ("我男人上月十六走了", "上月十六", "2027-10-16"),
        ("上个月初九动的工", "上个月初九", "2027-10-09"),
        ("上月初三过世", "上月初三", "2027-10-03"),
        ("孩子上个月十八号出生", "上个月十八号", "2027-10-18"),
        ("元旦前三天挖的", "元旦前三天", "2026-12-29"),
        ("孩子9月29日出生", "9月29日", "2027-09-29"),
        ("10月13号生的", "10月13号", "2027-10-13"),
        ("证2月20日到期忘了换", "2月20日", "2027-02-20"),
        ("11月9号到期昨天还摆着", "昨天", "2027-11-14"),
        ("小票09-08 20:13", "09-08 20:13", "2027-09-08T20:13"),
        ("投诉过,17号一早热了", "17号", "2027-10-17"),
        ("520那天领证", "520", "2027-05-20"),
        ("等到十二点。10月24日,税务岗", "10月24日", "2027-10-24"),
    ],
)
def test_what_may_be_a_day_is_proposed(text: str, said: str, value: str) -> None:
    assert (said, value) in _days(text, NOW)


@pytest.mark.parametrize("text", ["初三学生", "升初二,初一年级", "上月十六块钱", "520元", "9月30日前办结"])
def test_what_is_no_day_is_not_proposed(text: str) -> None:
    assert _days(text, NOW) == []


@pytest.mark.parametrize(
    ("text", "value", "because"),
    [
        ("牌子写八点半,我九点五十到还锁着,昨天的事", "2027-11-14T09:50", "the second clock before the day"),
        ("末班写的21:30,前天我21:10到的", "2027-11-13T21:10", "the clock after, though one stands at the day"),
        ("第一回11月2日,第二回11月9日,都是早上6点20", "2027-11-02T06:20", "another day between"),
        ("大前天上午去打疫苗,墙上写着八点到十一点半,我十点十分到", "2027-11-12T10:10", "the third clock after"),
    ],
)
def test_each_clock_near_a_day_may_be_of_it(text: str, value: str, because: str) -> None:
    assert value in [each.value for each in read_times(text, NOW)[1]], because


def test_a_stretch_has_one_reading() -> None:
    times = read_times("端午前一天,上周末,国庆那天,昨天九点和十点,上个月底到现在,2月20日到期,去年清明", NOW)[1]
    spans = [(each.start, each.end) for each in times]

    assert spans == sorted(set(spans))


@pytest.mark.parametrize(
    ("month", "day", "found"),
    [
        (4, 24, date(2027, 4, 24)),
        (12, 24, date(2026, 12, 24)),
        (2, 30, None),
        (11, 16, date(2026, 11, 16)),
        (13, 1, None),
    ],
)
def test_the_last_such_day_of_the_sun(month: int, day: int, found: date | None) -> None:
    assert last_day(month, day, NOW.date()) == found


def _vague(text: str) -> list[str]:
    return [text[each.start : each.end] for each in read_times(text, NOW)[1] if each.value is None]


def _days(text: str, now: datetime) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.value) for each in read_times(text, now)[1] if each.value]

"""The ledger: a row from the first minute, in the form's columns, covered by default, and never a formula."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.case import Case, ClockRun, Entry, Filing, Person
from casebook.case_fields import fields
from casebook.errors import RulebookError
from casebook.form_layouts import read_layouts
from casebook.forms import printable
from casebook.ledger import row, workbook
from casebook.workbooks import CELL_LIMIT
from casebook.working_days import Calendar, read_notices

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar.of(read_notices())
LAYOUT = read_layouts("yunnan").ledger
assert LAYOUT is not None
TITLES = [column.title for column in LAYOUT.columns]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


ZHAO, LI, CITIZEN = Person("dispatcher", "赵"), Person("officer", "李", "市自然资源局"), Person("citizen", "c1")


class History:
    """A case grown entry by entry."""

    def __init__(self, **filing: Any) -> None:
        given: dict[str, Any] = {"name": "张三丰", "phone": "13800000000", "channel": "web", **filing}
        self.filing = Filing("complaint", "窗口不给受理，请回电13800000000，我是张三丰", **given)
        self.case = Case("20250926-00017", "yunnan", "complaint", "screening", moment("2025-09-26 09:05"), self.filing)
        self.add("2025-09-26 09:05", CITIZEN, "file", "awaiting_dispatch", private={"filing": self.filing})

    def add(self, at: str, by: Person, step: str, state: str, **parts: Any) -> History:
        self.case = self.case.with_entry(Entry(self.case.version + 1, moment(at), by, step, state, **parts))
        return self


def run(due: str, stopped: str | None = None, **more: Any) -> ClockRun:
    ended = moment(stopped) if stopped else None
    return ClockRun(
        "resolution", 1, moment("2025-09-29 10:00"), moment(due), "第十三条", working_days=10, stopped=ended, **more
    )


def handled() -> History:
    """From filing to rating, as the register wants it."""
    answer = {"findings": "材料确已齐全", "process": "当日约谈", "measures": "窗口培训", "results": "已补办"}
    return (
        History()
        .add("2025-09-26 15:00", ZHAO, "dispatch", "awaiting_acceptance", changes={"lead_unit": "市自然资源局"})
        .add("2025-09-29 10:00", LI, "accept", "handling", facts={"class": "off_site"},
             changes={"case_class": "off_site", "officer": "李"}, clocks=(run("2025-10-20 17:30"),))
        .add("2025-10-13 10:00", LI, "extend", "handling", facts={"until": "2025-10-30T17:30:00+08:00"},
             private={"reason": "情况复杂"}, clocks=(run("2025-10-30 17:30"),))
        .add("2025-10-28 16:00", LI, "resolve", "answered", facts={"verdict": "unverifiable"}, private=answer,
             changes={"verdict": "unverifiable"}, clocks=(run("2025-10-30 17:30", "2025-10-28 16:00"),))
        .add("2025-10-29 09:00", CITIZEN, "rate", "closed", facts={"score": 4}, changes={"score": 4})
    )  # fmt: skip


def test_a_case_has_a_row_from_the_minute_it_is_filed() -> None:
    line = row(History().case, CALENDAR, moment("2025-09-26 09:05"), LAYOUT)

    assert list(line) == TITLES
    assert line["编号"] == "20250926-00017"
    assert line["投诉时间"] == "2025-09-26 09:05"
    assert line["投诉方式"] == "网上"
    assert line["投诉类别"] == line["受理情况"] == line["处理结果"] == line["备注"] == ""
    assert line["办理状态"] == "待交办"


def test_a_handled_case_fills_the_registers_columns() -> None:
    line = row(handled().case, CALENDAR, moment("2025-11-03 09:00"), LAYOUT, personal=True)

    assert line["填报单位"] == "市自然资源局"
    assert line["投诉类别"] == "非现场处理类"
    assert line["受理情况"] == "受理  2025-09-29 10:00  通知书编号20250926-00017-1"
    assert line["办结期限"] == "2025-10-30 17:30"
    assert line["调查核实情况"] == "材料确已齐全"
    assert line["处理过程"] == "当日约谈"
    assert line["处理结果"] == "无法核实（无效投诉）  已补办"
    assert line["整改措施"] == "窗口培训"
    assert line["反馈时间、方式"] == "2025-10-28 16:00  网上"
    assert line["延期告知"] == "2025-10-13 10:00告知  延至2025-10-30 17:30"
    assert line["回访及满意情况"] == "满意  2025-10-29 09:00"
    assert line["联系电话"] == "13800000000"
    assert line["备注"] == ""


def test_personal_data_is_covered_unless_asked_for() -> None:
    line = row(handled().case, CALENDAR, moment("2025-11-03 09:00"), LAYOUT)

    assert line["投诉人"] == "张**"
    assert line["联系电话"] == "138****0000"
    assert line["投诉事实、理由及证明材料"] == "窗口不给受理，请回电138****0000，我是张**"
    assert not [cell for cell in line.values() if "13800000000" in cell or "张三丰" in cell]


def test_a_declined_case_names_the_clause() -> None:
    case = (
        History()
        .add("2025-09-26 15:00", ZHAO, "dispatch", "awaiting_acceptance", changes={"lead_unit": "市自然资源局"})
        .add(
            "2025-09-29 10:00",
            LI,
            "decline",
            "declined",
            facts={"cites": "第八条（二）"},
            private={"reason": "已在办理"},
        )
        .case
    )

    assert row(case, CALENDAR, moment("2025-09-30 09:00"), LAYOUT)["受理情况"] == (
        "不予受理  2025-09-29 10:00  通知书编号20250926-00017-1  第八条（二）"
    )


@pytest.mark.parametrize(
    ("now", "remark"),
    [
        ("2025-10-20 17:30", ""),
        ("2025-10-20 17:31", "超期"),
        ("2025-10-21 08:00", "超期  办结超期1个工作日"),
        ("2025-10-25 08:00", "超期  办结超期4个工作日"),
        ("2025-10-27 08:00", "超期  办结超期5个工作日"),
    ],
)
def test_lateness_counts_up_each_working_day(now: str, remark: str) -> None:
    late = History().add("2025-09-29 10:00", LI, "accept", "handling", clocks=(run("2025-10-20 17:30"),)).case

    assert row(late, CALENDAR, moment(now), LAYOUT)["备注"] == remark


def test_lateness_stops_with_the_clock() -> None:
    clocks = (run("2025-10-20 17:30", "2025-10-22 09:00"),)
    case = History().add("2025-10-22 09:00", LI, "resolve", "answered", clocks=clocks).case

    assert row(case, CALENDAR, moment("2026-05-01 09:00"), LAYOUT)["备注"] == "超期  办结超期2个工作日"


def test_remarks_tell_anonymous_confidential_and_merged() -> None:
    case = (
        History(name="", anonymous=True, confidential=True)
        .add("2025-09-27 10:00", ZHAO, "merge", "merged", changes={"merged_into": "20250920-00003"})
        .case
    )

    line = row(case, CALENDAR, moment("2025-09-30 09:00"), LAYOUT)

    assert line["备注"] == "合并、匿名、要求不公开  并入20250920-00003"
    assert line["投诉人"] == "匿名"


def test_an_extension_that_still_waits_for_consent_is_no_extension() -> None:
    case = (
        History().add("2025-10-13 10:00", LI, "extend", "handling", facts={"until": "2025-10-30", "asked": True}).case
    )

    assert row(case, CALENDAR, moment("2025-10-14 09:00"), LAYOUT)["延期告知"] == ""


def test_what_other_regulations_ledgers_ask_for_is_there_too() -> None:
    """Urged, supervised, sent back, revisited: columns that a region's own file names."""
    history = handled()
    history.case = replace(history.case, state="answered")
    case = (
        history.add("2025-10-30 09:00", ZHAO, "urge", "answered")
        .add("2025-10-30 10:00", Person("supervisor", "孙"), "supervise", "handling", facts={"rework": True})
        .add("2025-10-31 10:00", Person("inspector", "钱"), "fail_check", "handling", private={"reason": "不清楚"})
        .add("2025-11-03 10:00", LI, "revisit", "closed", facts={"reached": False},
             changes={"closed": moment("2025-11-03 10:00")})
        .case
    )  # fmt: skip

    values = fields(case, CALENDAR, moment("2025-11-04 09:00"))

    assert values["urged_at"] == (moment("2025-10-30 09:00"),)
    assert values["supervised_at"] == (moment("2025-10-30 10:00"),)
    assert values["reworked_at"] == (moment("2025-10-30 10:00"), moment("2025-10-31 10:00"))
    assert values["reached"] == "no"
    assert values["closed_at"] == moment("2025-11-03 10:00")
    assert values["on_time"] == "on_time"


# The workbook


def opened(document: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(document)).active
    assert sheet is not None
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
    assert lines.pop()[0] == LAYOUT.note
    return lines


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.invalid")', "http://example.invalid", "\t=1", "007"],
)
def test_what_people_write_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    document = workbook([dict.fromkeys(TITLES, text)], LAYOUT)
    sheet = openpyxl.load_workbook(io.BytesIO(document)).active
    assert sheet is not None
    cells = [cell for line in sheet.iter_rows(min_row=3, max_row=3) for cell in line]

    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.value for cell in cells} == {text}
    assert all(cell.hyperlink is None for cell in cells)
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(document)).read("xl/worksheets/sheet1.xml")


def test_the_workbook_has_the_titles_and_the_rows_in_order() -> None:
    lines = [{**dict.fromkeys(TITLES, ""), "编号": str(number)} for number in range(5)]

    table = opened(workbook(iter(lines), LAYOUT))

    assert table[0] == TITLES
    assert [line[0] for line in table[1:]] == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("text", ["长" * 40_000, "😀" * 20_000, "a" + "😀" * 20_000])
def test_a_text_longer_than_a_cell_says_that_it_is_cut(text: str) -> None:
    cell = opened(workbook([{"编号": text}], LAYOUT))[1][0]

    assert CELL_LIMIT - 1 <= len(cell.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert cell.endswith("……（原文过长，见案卷）")
    assert text.startswith(cell.removesuffix("……（原文过长，见案卷）"))


@pytest.mark.parametrize("text", ["长" * CELL_LIMIT, "😀" * (CELL_LIMIT // 2)])
def test_a_text_that_just_fits_a_cell_is_whole(text: str) -> None:
    assert opened(workbook([{"编号": text}], LAYOUT))[1][0] == text


def test_the_same_rows_are_the_same_bytes() -> None:
    assert workbook([{"编号": "1"}], LAYOUT) == workbook([{"编号": "1"}], LAYOUT)


@settings(max_examples=50)
@given(st.text())
def test_any_text_survives_the_workbook(text: str) -> None:
    case = History(request=text, name="").case
    line = row(case, CALENDAR, moment("2025-09-26 10:00"), LAYOUT, personal=True)

    assert (opened(workbook([line], LAYOUT))[1][TITLES.index("投诉请求")] or "") == printable(text).strip()


def test_two_columns_of_one_name_are_refused(tmp_path: Any) -> None:
    text = (
        'title = "x"\nmoment = "m"\n[ledger]\ntitle = "t"\nsheet = "s"\ncut = "c"\nmoment = "m"\n'
        'columns = [{ title = "甲", show = "" }, { title = "甲", show = "" }]'
    )
    (tmp_path / "f.toml").write_text(text, encoding="utf-8")

    with pytest.raises(RulebookError, match="two columns are called 甲"):
        read_layouts(str(tmp_path / "f.toml"))

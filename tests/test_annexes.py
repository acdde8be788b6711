"""The papers of five regulations: laid out as the annexes have them, filled from a case that the desk handled, blank,
numbered without gaps, and found by their Chinese names."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from casebook.case import Case, Command, Filing, Person
from casebook.case_fields import fields
from casebook.desk import Desk
from casebook.errors import NotAllowed
from casebook.form_docx import docx_bytes
from casebook.form_grid import WIDTH, grid
from casebook.form_layouts import read_layouts
from casebook.form_pdf import pdf_bytes
from casebook.forms import FilledForm, fill
from casebook.issued import issued
from casebook.law import Law
from casebook.ledger import row, workbook
from casebook.rulebook_file import read_rulebook, shipped
from models.store import Store
from office.law import read_law
from tests.makers import moment
from tests.test_forms import needs_poppler, paper, pdf_text

ANYANG = read_layouts("anyang")
STANDING = (
    "请于24小时内与来电人取得联系（匿名除外），并于3个工作日内将办理情况反馈来电人，并将办理结果报市长便民公开电话"
    "受理中心，同时做好来电人信息保密工作。（若超期将进行通报；若无故不回复，将转交市委市政府督查局。）"
)
BLANK_STANDING = STANDING.replace("24", "＿＿").replace("于3个", "于＿＿个")
COLUMNS = (
    "序号 类别 反映人及电话 受理时间 反映事项 诉求来源 政务服务责任部门及牵头部门 要求办理时限 是否催办及时间 "
    "是否督办及时间 是否退回重办及时间 实际办结时间 处理结果 回访情况及满意度 备注"
).split()
EVERY_FORM = [(name, form) for name in shipped() for form in read_layouts(name).forms]


class Office:
    """A whole office of that region on a store in memory."""

    def __init__(self, store: Store, name: str) -> None:
        self.store, self.law = store, read_law(name)
        self.desk = Desk(self.law)
        self.units = [unit.name for unit in self.law.jurisdiction.units if not unit.central][:2]
        self.officer = Person("officer", "李经办", self.units[0])

    def file(self, at: str, **changes: Any) -> str:
        given = {"name": "张三丰", "phone": "13800000000", "channel": "hotline", "citizen": "h1", **changes}
        filing = Filing("complaint", "3号窗口材料齐全却不给受理。", **given)
        by = Person("dispatcher", "赵调度")
        return self.store.write(lambda unit: self.desk.file(unit, filing, by, moment(at))).number

    def take(self, number: str, step: str, by: Person, at: str, **facts: Any) -> Case:
        command = Command(step, by, moment(at), facts)
        return self.store.write(lambda unit: self.desk.take(unit, number, command))

    def dispatched(self, at: str, units: int = 1, **changes: Any) -> str:
        number = self.file(at, **changes)
        self.take(number, "dispatch", Person("dispatcher", "赵调度"), at, to=self.units[:units])
        return number

    def case(self, number: str) -> Case:
        return self.store.read(lambda unit: unit.load(number))

    def form(self, number: str, name: str, now: str) -> FilledForm:
        values = fields(self.case(number), self.law.calendar, moment(now), self.law.jurisdiction)
        return fill(read_layouts(self.law.rulebook.name).forms[name], values)

    def ledger(self, number: str, now: str) -> dict[str, str]:
        return ledger_row(self.case(number), self.law, moment(now))


def ledger_row(case: Case, law: Law, now: datetime) -> dict[str, str]:
    layout = read_layouts(law.rulebook.name).ledger
    assert layout is not None
    return row(case, law.calendar, now, layout, personal=True, office=law.jurisdiction, serial=1)


@pytest.fixture
def anyang(memory_store: Store) -> Office:
    return Office(memory_store, "anyang")


def answered(office: Office) -> str:
    """A hotline case handled by two units, sent back once, answered and rated."""
    number = office.dispatched("2025-09-26 09:05", units=2)
    answer = {"findings": "经查材料齐全", "process": "已约谈", "measures": "已培训", "results": "已补办受理"}
    inspector = Person("inspector", office.law.jurisdiction.inspectors[0])
    office.take(number, "contact", office.officer, "2025-09-26 10:00", text="已电话核实")
    office.take(number, "resolve", office.officer, "2025-09-28 10:00", **answer)
    office.take(number, "fail_check", inspector, "2025-09-28 11:00", reason="没有写清楚")
    office.take(number, "resolve", office.officer, "2025-09-29 10:00", **answer)
    office.take(number, "pass_check", inspector, "2025-09-29 11:00")
    office.take(number, "rate", Person("citizen", "h1"), "2025-09-29 12:00", score=5)
    return number


def test_the_hotlines_order_is_laid_out_as_annex_1(anyang: Office) -> None:
    number = anyang.dispatched("2025-09-26 09:05")

    document = docx_bytes(anyang.form(number, "dispatch_order", "2025-09-26 12:00"))
    rows = paper(document)

    assert [cell for cell in rows[0] if cell in ("事项编号", "工单来源", "办理时限", "联系电话")] == [
        "事项编号", "工单来源", "办理时限", "联系电话"]  # fmt: skip
    assert [cell for cell in rows[1] if cell in ("签收时间", "受理时间", "来电人")] == [
        "签收时间",
        "受理时间",
        "来电人",
    ]
    assert [line[0] for line in rows[2:]] == [
        "事项区域", "内容摘要", "主办单位", "调度意见", "承办意见", "领导批示", "处理结果"]  # fmt: skip
    assert rows[0][1] == number
    assert rows[0][3] == "12345热线"
    assert rows[4] == ["主办单位", anyang.units[0], "协办单位", ""]
    foot = [text.text for text in docx.Document(io.BytesIO(document)).paragraphs][-1]
    assert foot.split() == [f"联系电话：{anyang.law.jurisdiction.phone}", "审核员：", "调度员：赵调度"]


def test_the_standing_sentence_is_word_for_word_with_its_two_blanks_filled(anyang: Office) -> None:
    number = anyang.dispatched("2025-09-26 09:05")

    assert paper(docx_bytes(anyang.form(number, "dispatch_order", "2025-09-26 12:00")))[5][1] == STANDING
    assert paper(docx_bytes(fill(ANYANG.forms["dispatch_order"], {})))[5][1] == BLANK_STANDING


def test_nobody_promises_to_call_an_anonymous_caller(anyang: Office) -> None:
    number = anyang.dispatched("2025-09-26 09:05", anonymous=True, name="", phone="")

    said = paper(docx_bytes(anyang.form(number, "dispatch_order", "2025-09-26 12:00")))[5][1]

    assert said == STANDING.replace("24", "＿＿")


def test_the_work_order_is_laid_out_as_annex_2(anyang: Office) -> None:
    number = anyang.dispatched("2025-09-26 09:05", units=2)
    filled = anyang.form(number, "work_order", "2025-09-26 12:00")

    rows = paper(docx_bytes(filled))

    assert filled.number == "2025年 第1号"
    assert rows[0] == ["单位名称", "", "联系人", "张三丰", "联系电话", "13800000000"]
    assert [rows[1][0], rows[1][2], rows[1][4]] == ["反映时间", "反映类别", "诉求来源"]
    assert rows[2][0] == "诉求\n主要内容"
    assert rows[2][2:] == ["政务服务\n责任部门及\n牵头部门", f"牵头：{anyang.units[0]}  {anyang.units[1]}"]
    assert rows[3][2] == "完成时限"
    assert filled.foot == ("注：1. 公民个人反映问题的可不填写“单位名称”。", "2. 仅涉及多个政务服务部门的需明确牵头部门")


def test_a_lead_is_named_only_where_there_are_several(anyang: Office) -> None:
    number = anyang.dispatched("2025-09-26 09:05")

    assert anyang.ledger(number, "2025-09-26 12:00")["政务服务责任部门及牵头部门"] == anyang.units[0]


def test_the_blank_work_order_leaves_its_number_open() -> None:
    assert fill(ANYANG.forms["work_order"], {}).number == "＿＿年 第＿＿号"


def test_the_ledger_has_annex_3s_columns_in_their_order() -> None:
    assert ANYANG.ledger is not None
    assert [column.title for column in ANYANG.ledger.columns] == COLUMNS
    assert ANYANG.ledger.note == "注: 1. 仅涉及多个政务服务部门的需明确牵头部门。 2. “备注”栏标明“是否超期及超期时间”。"


def test_a_row_stands_from_the_minute_of_filing(anyang: Office) -> None:
    number = anyang.file("2025-09-26 09:05")

    line = anyang.ledger(number, "2025-09-26 09:05")

    assert (line["序号"], line["类别"], line["诉求来源"]) == ("1", "投诉", "12345热线")
    assert line["反映人及电话"] == "张三丰  13800000000"
    assert (line["是否催办及时间"], line["是否督办及时间"], line["是否退回重办及时间"]) == ("否", "否", "否")
    assert line["实际办结时间"] == line["处理结果"] == ""
    assert line["备注"] == "未超期"


def test_the_row_follows_everything_that_happens(anyang: Office) -> None:
    number = answered(anyang)

    line = anyang.ledger(number, "2025-09-30 09:00")

    assert line["是否退回重办及时间"] == "是  2025-09-28 11:00"
    assert line["实际办结时间"] == "2025-09-29 10:00"
    assert line["处理结果"] == "已补办受理"
    assert line["回访情况及满意度"] == "线上评价  非常满意"
    assert line["备注"] == "未超期  已销号2025-09-29 12:00"


@pytest.mark.parametrize(
    ("now", "remark"),
    [("2025-09-30 17:30", "未超期"), ("2025-10-09 09:00", "超期1个工作日"), ("2025-10-11 09:00", "超期3个工作日")],
)
def test_an_open_case_counts_up_each_working_day_it_is_late(anyang: Office, now: str, remark: str) -> None:
    number = anyang.dispatched("2025-09-26 09:05")

    assert anyang.ledger(number, now)["备注"] == remark


def test_a_blank_ledger_has_numbered_rows_and_the_notes() -> None:
    assert ANYANG.ledger is not None
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([], ANYANG.ledger))).active
    assert sheet is not None

    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]

    assert lines[0] == COLUMNS
    assert [line[0] for line in lines[1:4]] == ["1", "2", "3"]
    assert lines[4][0] == ANYANG.ledger.note


# Numbers


def test_orders_are_numbered_without_gaps_and_begin_again_each_year(anyang: Office) -> None:
    numbers = [anyang.dispatched(at) for at in ("2025-12-30 10:00", "2025-12-31 10:00", "2026-01-04 10:00")]

    said = [anyang.form(number, "work_order", "2026-01-05 09:00").number for number in numbers]

    assert said == ["2025年 第1号", "2025年 第2号", "2026年 第1号"]


def test_a_refused_step_takes_no_number(anyang: Office) -> None:
    number = anyang.file("2025-09-26 09:05")
    with pytest.raises(NotAllowed):
        anyang.take(number, "dispatch", Person("dispatcher", "赵调度"), "2025-09-26 09:10", to=["没有的单位"])

    other = anyang.dispatched("2025-09-26 10:00")

    assert issued(anyang.case(other))[0].number == "2025-00001"


def test_an_order_that_was_taken_back_keeps_its_number_as_void(anyang: Office) -> None:
    number = anyang.dispatched("2025-09-26 09:05")
    anyang.take(number, "hand_back", anyang.officer, "2025-09-26 10:00", reason="不归我们管")
    void = anyang.form(number, "work_order", "2025-09-26 10:30").number
    anyang.take(number, "dispatch", Person("dispatcher", "赵调度"), "2025-09-26 11:00", to=[anyang.units[1]])

    papers = issued(anyang.case(number))

    assert void == "2025年 第1号（已作废）"
    assert [(paper.number, paper.void) for paper in papers] == [("2025-00001", True), ("2025-00002", False)]
    assert anyang.form(number, "work_order", "2025-09-26 12:00").number == "2025年 第2号"
    assert "2025-00001" in fields(anyang.case(number), anyang.law.calendar, moment("2025-09-26 12:00"))["void_orders"]


def test_each_unit_numbers_its_own_notices_and_paper_and_message_name_the_same(memory_store: Store) -> None:
    office = Office(memory_store, "yunnan")
    other = Person("officer", "王经办", office.units[1])
    first, second = office.dispatched("2025-09-26 09:05"), office.file("2025-09-26 09:30")
    office.take(second, "dispatch", Person("dispatcher", "赵调度"), "2025-09-26 09:40", to=[office.units[1]])
    office.take(first, "accept", office.officer, "2025-09-26 10:00")
    office.take(second, "accept", other, "2025-09-26 10:00")

    forms = [office.form(number, "acceptance_notice", "2025-09-26 12:00") for number in (first, second)]
    told = [row for row in memory_store.read(lambda unit: unit.outbox_of(first)) if row.message == "acceptance_notice"]

    assert [form.number for form in forms] == ["编号：2025-00001", "编号：2025-00001"]
    assert [issued(office.case(number))[-1].office for number in (first, second)] == office.units
    assert told[0].facts["paper"] == "2025-00001"


# Every region


@pytest.mark.parametrize(("name", "form"), EVERY_FORM)
def test_every_form_of_every_region_is_printed_blank_in_both_kinds(name: str, form: str) -> None:
    filled = fill(read_layouts(name).forms[form], {})

    assert pdf_bytes(filled).startswith(b"%PDF")
    assert "{" not in "".join(filled.texts())
    assert len(paper(docx_bytes(filled))) == len(filled.rows)


@pytest.mark.parametrize(("name", "form"), EVERY_FORM)
def test_a_grid_covers_the_sheet_once_and_leaves_no_hole(name: str, form: str) -> None:
    laid = grid(fill(read_layouts(name).forms[form], {}))
    covered = [
        (line, column)
        for box in laid.boxes
        for line in range(box.row, box.row + box.rows)
        for column in range(box.column, box.column + box.columns)
    ]

    assert sum(laid.widths) == WIDTH
    assert sorted(covered) == [(line, column) for line in range(len(laid.lines)) for column in range(len(laid.widths))]


@needs_poppler
@pytest.mark.parametrize("form", ["dispatch_order", "work_order"])
def test_anyangs_pdfs_hold_every_text(anyang: Office, form: str, tmp_path: Path) -> None:
    filled = anyang.form(answered(anyang), form, "2025-09-30 09:00")

    said = pdf_text(pdf_bytes(filled), tmp_path)

    for text in filled.texts():
        assert "".join(text.split())[:6] in said


@pytest.mark.parametrize("name", shipped())
def test_every_region_has_a_ledger_and_every_form_its_rulebook_names(name: str) -> None:
    layouts = read_layouts(name)
    named = {rule.form for rule in read_rulebook(name).forms} - {"ledger"}

    assert layouts.ledger is not None
    assert named == set(layouts.forms)


@pytest.mark.parametrize(
    ("name", "word", "form"),
    [
        ("anyang", "交办单", "dispatch_order"),
        ("anyang", "工作单", "work_order"),
        ("anyang", "安阳市 12345 政务服务热线交办单", "dispatch_order"),
        ("suining", "交办单", "dispatch_order"),
        ("yunnan", "登记表", "register"),
        ("yunnan", "受理通知书", "acceptance_notice"),
        ("shanghai", "办结报告", "closing_report"),
        ("shanghai", "答复要点", "key_points"),
        ("shanghai", "退单", "return_slip"),
        ("henan", "回复", "reply"),
    ],
)
def test_a_form_is_found_by_the_name_people_use(name: str, word: str, form: str) -> None:
    assert [found.name for found in read_layouts(name).called(word)] == [form]


def test_a_name_that_means_two_forms_finds_both() -> None:
    found = read_layouts("yunnan").called("受理/不予受理通知书")

    assert [form.name for form in found] == ["acceptance_notice", "decline_notice"]


def test_a_notice_that_the_clock_issues_is_numbered_too(memory_store: Store) -> None:
    office = Office(memory_store, "yunnan")
    law = replace(office.law, read=replace(office.law.read, deemed_accept_on_lapse=True))
    office.desk = Desk(law)
    number = office.dispatched("2025-09-26 09:05")

    memory_store.write(lambda unit: office.desk.sweep(unit, moment("2025-10-10 09:00")))

    assert [(paper.step, paper.number, paper.office) for paper in issued(office.case(number))] == [
        ("dispatch", "2025-00001", law.jurisdiction.body),
        ("accept", "2025-00001", office.units[0]),
    ]

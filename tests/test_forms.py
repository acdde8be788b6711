"""Forms: every field lands where it belongs, what people write stays text, and no character becomes a box."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from casebook.case import Case, ClockRun, Entry, Filing, Person
from casebook.case_fields import fields
from casebook.errors import RulebookError
from casebook.form_docx import docx_bytes
from casebook.form_layouts import FOLDER, fields_of, flow_chart, put, read_layouts
from casebook.form_pdf import missing_characters, pdf_bytes
from casebook.forms import FormError, fill, printable
from casebook.working_days import Calendar, read_notices

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar.of(read_notices())
YUNNAN = read_layouts("yunnan")
FORMS = sorted(YUNNAN.forms)
HOSTILE = (
    '<w:p>a<b&c</w:p> {{7*7}} {% raw %} {name} #eval("1") *粗* $x$ \\ ]]> =1+1 \x00\x08\x1b \u202e反\u200b\ufeff\ud800'
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def values() -> dict[str, object]:
    return {
        "order_number": "20250926-00017-1",
        "body": "市政务服务管理局",
        "body_phone": "0871-00000000",
        "dispatched_at": moment("2025-09-26 15:00"),
        "dispatched_by": "赵调度",
        "lead_unit": "市自然资源局",
        "filed_at": moment("2025-09-26 09:05"),
        "channel": "wechat",
        "name": "张三丰",
        "phone": "13800000000",
        "respondent": "市不动产登记中心3号窗口",
        "text": "材料齐全却不给受理。\n态度还很差。",
        "confidential": "confidential",
    }


def paper(document: bytes) -> list[list[str]]:
    """The texts of the grid, row by row, each joined cell once."""
    rows = []
    for row in docx.Document(io.BytesIO(document)).tables[0].rows:
        cells = list(dict.fromkeys(cell._tc for cell in row.cells))
        rows.append(["\n".join(p.text for p in docx.table._Cell(cell, row).paragraphs) for cell in cells])
    return rows


def all_text(document: bytes) -> str:
    opened = docx.Document(io.BytesIO(document))
    return "\n".join([*(p.text for p in opened.paragraphs), *("\t".join(row) for row in paper(document))])


def pdf_text(document: bytes, tmp_path: Path) -> str:
    (tmp_path / "form.pdf").write_bytes(document)
    said = subprocess.run(["pdftotext", "-raw", tmp_path / "form.pdf", "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s", "", said.stdout)


def test_a_dispatch_order_says_who_what_and_by_when() -> None:
    rows = paper(docx_bytes(fill(YUNNAN.forms["dispatch_order"], values())))

    assert rows[0] == ["交办部门", "市政务服务管理局", "交办时间", "2025年09月26日 15:00"]
    assert rows[3] == ["接收时间", "2025年09月26日 09:05", "投诉方式", "□现场 □电话 ■网上 □信函"]
    assert rows[4] == ["投诉人", "姓名／单位名称", "张三丰", "身份证件号码／统一社会信用代码", ""]
    assert rows[8] == ["投诉事实、理由", "材料齐全却不给受理。\n态度还很差。"]
    assert rows[13] == ["保密要求", "投诉人要求不公开，请做好保密工作（第九条）"]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_filled_from_nothing_is_the_blank_print(name: str) -> None:
    document = docx_bytes(fill(YUNNAN.forms[name], {}))

    assert "（参考模板）" in all_text(document)
    assert "编号：" in all_text(document)
    assert "样式据正文重建" in all_text(document)
    assert "None" not in all_text(document)
    assert "{" not in all_text(document)


@pytest.mark.parametrize("name", FORMS)
def test_hostile_text_stays_text_in_every_field_of_every_form(name: str) -> None:
    form = YUNNAN.forms[name]
    names = {field for row in form.rows for cell in row.cells for field in fields_of(cell.show)}

    document = docx_bytes(fill(form, dict.fromkeys(names, HOSTILE)))

    assert printable(HOSTILE) in all_text(document)
    assert "{{7*7}}" in all_text(document)
    assert "49" not in all_text(document)


def test_a_citizens_braces_are_not_filled_in() -> None:
    document = docx_bytes(fill(YUNNAN.forms["register"], {"name": "{phone}", "phone": "13800000000", "text": "{name}"}))

    assert "{phone}" in all_text(document)
    assert all_text(document).count("13800000000") == 1


def test_a_word_document_names_its_chinese_font() -> None:
    opened = docx.Document(io.BytesIO(docx_bytes(fill(YUNNAN.forms["register"], values()))))
    runs = [run for p in opened.paragraphs for run in p.runs]
    runs += [run for cell in opened.tables[0]._cells for p in cell.paragraphs for run in p.runs]

    assert {run._element.rPr.rFonts.get(qn("w:eastAsia")) for run in runs} == {"SimSun", "SimHei"}


@pytest.mark.parametrize("make", [docx_bytes, pdf_bytes])
def test_the_same_form_is_the_same_bytes(make: object) -> None:
    assert callable(make)
    form = fill(YUNNAN.forms["register"], values())

    assert make(form) == make(form)


@given(st.text())
def test_anything_at_all_can_be_printed_in_word(text: str) -> None:
    document = docx_bytes(fill(YUNNAN.forms["acceptance_notice"], {"text": text}))

    assert printable(text) == printable(printable(text))
    assert printable(text) in all_text(document)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("a\x00b\x1bc\x7fd", "abcd"),
        ("前\u202e反\u2066后\u200b零\ufeff", "前反后零"),
        ("䶮㛃𠮷🙂", "䶮㛃𠮷🙂"),
        ("列\t列", "列  列"),
    ],
)
def test_only_what_cannot_be_seen_is_left_out(text: str, printed: str) -> None:
    assert printable(text) == printed


# PDF


needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")


@needs_poppler
@pytest.mark.parametrize("name", FORMS)
def test_a_pdf_holds_every_text_of_the_form(name: str, tmp_path: Path) -> None:
    form = fill(YUNNAN.forms[name], values())

    said = pdf_text(pdf_bytes(form), tmp_path)

    for text in form.texts():
        for line in text.splitlines():
            assert re.sub(r"\s", "", line)[:8] in said


@needs_poppler
def test_typst_marks_in_a_citizens_words_stay_words(tmp_path: Path) -> None:
    said = pdf_text(pdf_bytes(fill(YUNNAN.forms["acceptance_notice"], {"text": HOSTILE})), tmp_path)

    assert '{{7*7}}{%raw%}{name}#eval("1")*粗*$x$\\]]>=1+1反' in said.replace("“", '"').replace("”", '"')


@needs_poppler
def test_a_long_text_goes_on_over_the_pages_and_nothing_is_cut_off(tmp_path: Path) -> None:
    text = "\n".join(f"第{number}行：窗口不给受理。" for number in range(1500))

    said = pdf_text(pdf_bytes(fill(YUNNAN.forms["register"], {"text": text, "findings": text})), tmp_path)

    assert [said.count(f"第{number}行：") for number in range(1500)] == [2] * 1500


def test_a_character_no_font_has_is_an_error_and_never_a_box() -> None:
    with pytest.raises(
        FormError, match=r"no font has 𠮷 \(U\+20BB7\), 🙂 \(U\+1F642\); use the Word document"
    ) as error:
        pdf_bytes(fill(YUNNAN.forms["register"], {"name": "张𠮷🙂"}))

    assert error.value.characters == ("𠮷", "🙂")


def test_the_fonts_that_travel_with_us_have_all_our_own_words() -> None:
    for form in YUNNAN.forms.values():
        pdf_bytes(fill(form, {}))


def test_a_character_is_missing_only_when_no_font_has_it() -> None:
    import pylopdf_fonts_zh_cn

    assert missing_characters(["王䶮\n a"], [pylopdf_fonts_zh_cn.serif_path()]) == []


# From a case


def a_case() -> Case:
    filing = Filing(
        "complaint", "材料齐全却不给受理", name="张三丰", phone="13800000000", confidential=True, channel="web"
    )
    case = Case("20250926-00017", "yunnan", "complaint", "awaiting_dispatch", moment("2025-09-26 09:05"), filing)
    zhao, li = Person("dispatcher", "赵"), Person("officer", "李", "市自然资源局")
    entries = [
        Entry(1, case.filed, Person("citizen", "c1"), "file", "awaiting_dispatch", {}, {"filing": filing}),
        Entry(2, moment("2025-09-26 15:00"), zhao, "dispatch", "awaiting_acceptance", {}, {"text": "请快办"},
              {"lead_unit": "市自然资源局", "co_units": ("市住房和城乡建设局",)}),
        Entry(3, moment("2025-09-29 10:00"), li, "decline", "declined", {"clause": "8.2", "cites": "第八条（二）"},
              {"reason": "已在办理"}),
    ]  # fmt: skip
    for entry in entries:
        case = case.with_entry(entry)
    return case


def test_a_decline_notice_filled_from_a_case_cites_the_clause() -> None:
    given_values = fields(a_case(), CALENDAR, moment("2025-09-30 09:00"))

    rows = paper(docx_bytes(fill(YUNNAN.forms["decline_notice"], given_values)))

    assert rows[0][:2] == ["投诉人", "张三丰"]
    assert rows[3] == ["依据", "《云南省政务服务投诉处理办法（试行）》  第八条（二）"]
    assert rows[4] == ["理由", "已在办理"]
    assert rows[5][1] == "市自然资源局  协办：市住房和城乡建设局"


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_every_field_a_layout_names_is_one_a_case_has(name: str) -> None:
    layouts = read_layouts(name)
    known = {*fields(a_case(), CALENDAR, moment("2025-09-30 09:00")), "serial"}
    shows = [cell.show for form in layouts.forms.values() for row in form.rows for cell in row.cells]
    shows += [(form.number, *form.signs, *form.foot) for form in layouts.forms.values()]
    shows += [column.show for column in layouts.ledger.columns] if layouts.ledger else []

    assert {field for show in shows for field in fields_of(show)} <= known


def test_a_notice_printed_again_after_an_extension_still_says_what_was_decided() -> None:
    case = a_case()
    first = ClockRun("resolution", 1, moment("2025-09-29 10:00"), moment("2025-10-20 17:30"), "第十三条")
    moved = replace(first, due=moment("2025-10-30 17:30"))
    li = Person("officer", "李", "市自然资源局")
    for entry in (
        Entry(4, moment("2025-09-29 10:00"), li, "accept", "handling", {"paper": "2025-00003"}, clocks=(first,)),
        Entry(5, moment("2025-10-13 10:00"), li, "extend", "handling", {"until": "2025-10-30"}, clocks=(moved,)),
    ):
        case = case.with_entry(entry)

    text = all_text(
        docx_bytes(fill(YUNNAN.forms["acceptance_notice"], fields(case, CALENDAR, moment("2025-11-03 09:00"))))
    )

    assert "编号：2025-00003" in text
    assert "2025年10月20日 17:30前" in text
    assert "10月30日" not in text


# Layouts


def test_the_flow_chart_is_a_drawing_in_characters() -> None:
    assert "3个工作日内决定" in flow_chart("yunnan")
    assert flow_chart("nowhere") == ""


def test_a_placeholder_takes_its_word_from_the_named_table() -> None:
    words = {"way": {"web": "网上", "phone": "电话"}}

    assert put("{channel:way}", {"channel": "web"}, words, "{0:%H}") == "网上"
    assert put("{channel:way!}", {"channel": "phone"}, words, "{0:%H}") == "□网上 ■电话"
    assert (
        put("{channel:way}/{at}", {"channel": "new", "at": moment("2026-01-01 08:00")}, words, "{0:%H}点") == "new/08点"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('title = "x"', "f.toml: a file needs 'moment'"),
        ('title = "x"\nmoment = "m"\nfrom = 1', "f.toml: unknown key 'from' of a file"),
        ('title = "x"\nmoment = "m"\n[[form]]\nname = "a"\ntitle = "t"', r"f.toml, form 1 \(a\): a form needs 'rows'"),
        (
            'title = "x"\nmoment = "m"\n[[form]]\nname = "a"\ntitle = "t"\nrows = [[{label = "l", show = "{a:nope}"}]]',
            r"f.toml, form 1 \(a\), l: no words table 'nope'",
        ),
        (
            'title = "x"\nmoment = "m"\n[[form]]\nname = "a"\ntitle = "t"\nrows = [[{label = "l", show = "{a"}]]',
            r"f.toml, form 1 \(a\), l: '{a' has a brace that is no",
        ),
        (
            'title = "x"\nmoment = "m"\n[[form]]\nname = "a"\ntitle = "t"\nrows = [[]]',
            "a row has one to 4 cells, not 0",
        ),
        ("title = ", "f.toml: Invalid value"),
    ],
)
def test_a_faulty_layout_is_refused_with_file_and_place(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "f.toml").write_text(text, encoding="utf-8")

    with pytest.raises(RulebookError, match=says):
        read_layouts(str(tmp_path / "f.toml"))


def test_an_unknown_rulebook_has_no_forms_and_is_told_which_have() -> None:
    with pytest.raises(RulebookError, match=r"no forms for 'atlantis'; these ship: .*yunnan"):
        read_layouts("atlantis")

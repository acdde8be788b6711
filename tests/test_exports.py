"""Papers, ledgers, figures and lists from the command line: opened and read, by the names that people use."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from bots.signer import Signer
from casebook.case import Person
from models.migrate import migrate
from models.store import Store
from models.vault import Vault
from office.casebook_commands import main
from office.holidays import law_in_force
from tests.acting import SUPERVISOR, Acting
from tests.makers import UNIT, moment
from tests.test_casebook_commands import NOTICE
from tests.test_forms import needs_poppler, pdf_text

KEY = "a key for tests, long enough to be one"
Command = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The case book that the commands find configured, and the folder they run in."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("PUBLIC_URL", "https://example.invalid")
    migrate(url)
    opened = Store(url, Vault(KEY.encode()))
    yield opened
    opened.close()


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command; its JSON, or its one line of refusal."""

    def ran(*words: str, code: int = 0) -> Any:
        assert main([*words, "--json"]) == code
        said = capsys.readouterr()
        return json.loads(said.out) if code == 0 else said.err

    return ran


def text_of(path: Path) -> str:
    """All texts of a Word document."""
    opened = docx.Document(str(path))
    rows = [cell.text for row in opened.tables[0].rows for cell in row.cells]
    return "\n".join([*(line.text for line in opened.paragraphs), *rows])


def cells(path: Path, sheet: int = 0) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return [[cell.value for cell in line] for line in book.worksheets[sheet].iter_rows()]


def test_a_paper_is_found_by_its_chinese_name(store: Store, run: Command, tmp_path: Path) -> None:
    number = Acting(store).accepted("2026-03-02 10:00")

    run("export", "case", number, "--form", "交办单", "--out", "a.docx")
    run("export", "case", number, "--form", "受理/不予受理通知书", "--out", "b.docx")

    assert "政务服务投诉交办单" in text_of(tmp_path / "a.docx")
    assert "编号：2026-00001" in text_of(tmp_path / "a.docx")
    assert "决定予以受理" in text_of(tmp_path / "b.docx")


def test_a_notice_carries_its_number_and_where_to_check_it(store: Store, run: Command, tmp_path: Path) -> None:
    number = Acting(store).accepted("2026-03-02 10:00")
    code = Signer(KEY).notice_code(number)

    run("export", "case", number, "--form", "受理通知书", "--out", "a.docx")

    text = text_of(tmp_path / "a.docx")
    assert f"案件编号 {number}" in text
    assert f"核对码 {code}" in text
    assert f"https://example.invalid/notices/{number}?code={code}" in text


@needs_poppler
def test_the_same_stands_in_the_pdf(store: Store, run: Command, tmp_path: Path) -> None:
    number = Acting(store).accepted("2026-03-02 10:00")

    run("export", "case", number, "--form", "受理通知书", "--out", "a.pdf")

    said = subprocess.run(["pdftotext", "-raw", "a.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Signer(KEY).notice_code(number) in said.stdout


def test_personal_data_is_covered_unless_asked_for_and_then_recorded(
    store: Store, run: Command, tmp_path: Path
) -> None:
    number = Acting(store).accepted("2026-03-02 10:00")

    run("export", "case", number, "--form", "登记表", "--out", "a.docx")
    before = store.read(lambda unit: unit.looks(number))
    run("export", "case", number, "--form", "登记表", "--out", "b.docx", "--personal")

    assert "13800000000" not in text_of(tmp_path / "a.docx")
    assert "13800000000" in text_of(tmp_path / "b.docx")
    assert before == []
    assert [look.what for look in store.read(lambda unit: unit.looks(number))] == ["register"]


def test_a_cases_ledger_row_and_blank_prints_are_to_be_had(store: Store, run: Command, tmp_path: Path) -> None:
    number = Acting(store).accepted("2026-03-02 10:00")

    run("export", "case", number, "--form", "台账", "--out", "a.xlsx")
    run("export", "ledger", "--blank", "--out", "b.xlsx")
    run("export", "form", "--form", "交办单", "--out", "c.docx")

    assert cells(tmp_path / "a.xlsx")[2][0] == number
    assert number not in str(cells(tmp_path / "b.xlsx"))
    assert "编号：\n" in text_of(tmp_path / "c.docx") + "\n"


def test_a_ledger_of_some_days_has_all_their_cases_and_no_others(
    store: Store, run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("office.exports.LOT", 2)
    acting = Acting(store)
    february, march, *rest, april = [
        acting.accepted(at, citizen=f"h{place}")
        for place, at in enumerate(
            ["2026-02-28 23:59", "2026-03-01 00:00", "2026-03-02 10:00", "2026-03-31 23:59", "2026-04-01 00:00"]
        )
    ]

    told = run("export", "ledger", "--from", "2026-03-01", "--to", "2026-03-31", "--out", "a.xlsx", "--personal")
    run("export", "ledger", "--out", "b.xlsx")

    assert told["rows"] == 3
    assert [line[0] for line in cells(tmp_path / "a.xlsx")[2:5]] == [march, *rest]
    assert [line[0] for line in cells(tmp_path / "b.xlsx")[2:7]] == [february, march, *rest, april]
    assert [bool(store.read(lambda unit, of=of: unit.looks(of))) for of in (february, march, april)] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "case", "1", "--form", "通知", "--out", "a.docx"), "no such case"),
        (("export", "form", "--form", "通知书", "--out", "a.docx"), "means 2 forms"),
        (("export", "form", "--form", "诗", "--out", "a.docx"), "no form '诗'"),
        (("export", "form", "--form", "交办单", "--out", "a.txt"), "must end in .docx or .pdf"),
        (("export", "statistics", "--unit", "天庭"), "no unit '天庭'"),
        (("export", "major", "--from", "gestern"), "is not a day"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run: Command, words: tuple[str, ...], said: str) -> None:
    line = run(*words, code=2)

    assert said in line
    assert line.count("\n") == 1


# Figures


def test_services_are_taken_in_and_give_the_complaint_rate(store: Store, run: Command, tmp_path: Path) -> None:
    number = Acting(store).answered("2026-03-02 10:00")
    (tmp_path / "s.csv").write_text(f"单位,月份,办件量\n{UNIT},2026-03,400\n", encoding="utf-8-sig")

    rows = run("import", "services", "s.csv")
    found = run("export", "statistics", "--from", "2026-03-01", "--to", "2026-03-31", "--unit", UNIT)

    rate = next(row for row in found["figures"] if row["figure"] == "complaint_rate")
    assert rows == {"rows": 1}
    assert (rate["numerator"], rate["denominator"], rate["rate"]) == (1, 400, 1 / 400)
    assert rate["cases"]["numerator"] == [number]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("单位,月份\n", "the columns must be 单位,月份,办件量"),
        (f"单位,月份,办件量\n{UNIT},2026-13,1\n", "line 2: '2026-13' is not a month"),
        (f"单位,月份,办件量\n{UNIT},2026-03,1\n天庭,2026-03,1\n", "line 3: no unit '天庭'"),
        (f"单位,月份,办件量\n{UNIT},2026-03,-1\n", "line 2: '-1' is not a number"),
    ],
)
def test_a_faulty_file_of_services_names_its_line_and_changes_nothing(
    store: Store, run: Command, tmp_path: Path, body: str, said: str
) -> None:
    (tmp_path / "s.csv").write_text(body, encoding="utf-8")

    assert said in run("import", "services", "s.csv", code=2)
    assert store.read(lambda unit: unit.services(["2026-03"])) == {}


def test_statistics_are_a_workbook_where_the_file_is_one(store: Store, run: Command, tmp_path: Path) -> None:
    number = Acting(store).answered("2026-03-02 10:00")

    run("export", "statistics", "--from", "2026-03-01", "--to", "2026-03-31", "--out", "a.xlsx")

    assert ["按期办结率", 1, 1, "100%", ""] in cells(tmp_path / "a.xlsx")
    assert ["按期办结率", "分子", number, ""] in cells(tmp_path / "a.xlsx", 1)
    assert UNIT in [line[0] for line in cells(tmp_path / "a.xlsx", 2)]


def test_an_assessment_year_is_the_default_where_the_regulation_has_one(
    run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JURISDICTION", "shanghai")

    found = run("export", "statistics")

    assert (found["since"][5:], found["until"][5:]) == ("11-01", "10-31")


# Lists


def test_lists_name_their_cases(store: Store, run: Command, tmp_path: Path) -> None:
    acting = Acting(store)
    numbers = [acting.answered("2026-03-02 10:00", citizen=f"h{place}") for place in range(5)]
    acting.take(numbers[0], "supervise", SUPERVISOR, "2026-03-03 10:00", text="请重新核实")

    assert run("export", "key-objects") == [{"what": "单位", "name": UNIT, "count": 5, "cases": numbers}]
    assert run("export", "hotspots")[0]["cases"] == numbers
    assert run("export", "repeats") == run("export", "major") == []
    drawn = [row["number"] for row in run("export", "spot-check", "--most", "2", "--seed", "x")]
    assert len(drawn) == 2
    assert drawn == [row["number"] for row in run("export", "spot-check", "--most", "2", "--seed", "x")]


def test_every_number_given_out_stands_in_the_list_of_papers(store: Store, run: Command, tmp_path: Path) -> None:
    number = Acting(store).accepted("2026-03-02 10:00")

    run("export", "papers", "--out", "a.xlsx")

    said = [line[:4] for line in cells(tmp_path / "a.xlsx")[2:]]
    assert said == [["市政务服务管理局", "2026-00001", "交办", number], [UNIT, "2026-00001", "受理", number]]


def test_a_volume_binds_all_papers_of_the_cases_concluded_in_a_period(
    store: Store, run: Command, tmp_path: Path
) -> None:
    acting = Acting(store)
    march, april = acting.answered("2026-03-02 10:00"), acting.answered("2026-04-07 10:00")
    handled = acting.accepted("2026-03-02 11:00")

    told = run("export", "volume", "--from", "2026-03-01", "--to", "2026-03-31", "--out", "a.docx")

    volume = docx.Document(str(tmp_path / "a.docx"))
    said = "\n".join(line.text for line in volume.paragraphs)
    tables = "\n".join(cell.text for table in volume.tables for row in table.rows for cell in row.cells)
    assert told["cases"] == 1
    assert all(title in said for title in ("交办单", "受理通知书", "登记表", "办理过程"))
    assert march in tables
    assert april not in said + tables
    assert handled not in said + tables
    assert "13800000000" not in tables


@needs_poppler
def test_a_volume_is_printed_too_and_an_empty_one_says_so(store: Store, run: Command, tmp_path: Path) -> None:
    number = Acting(store).answered("2026-03-02 10:00")

    run("export", "volume", "--out", "a.pdf")
    run("export", "volume", "--from", "2025-01-01", "--to", "2025-12-31", "--out", "b.pdf")

    assert number in pdf_text((tmp_path / "a.pdf").read_bytes(), tmp_path)
    assert "没有办结的件" in pdf_text((tmp_path / "b.pdf").read_bytes(), tmp_path)


def test_a_summary_for_the_public_names_no_case_and_nobody(store: Store, run: Command) -> None:
    number = Acting(store).answered("2026-03-02 10:00")

    told = run("export", "summary")

    assert {row["figure"] for row in told} >= {"按期办结率", "满意率"}
    assert number not in json.dumps(told, ensure_ascii=False)


def test_ratings_are_handed_on_with_what_was_made_of_them(store: Store, run: Command) -> None:
    acting = Acting(store)
    number = acting.answered("2026-03-02 10:00")
    acting.take(number, "rate", Person("citizen", acting.case(number).filing.citizen), "2026-03-03 09:00", score=4)

    (row,) = run("export", "ratings")

    assert (row["number"], row["score"], row["adopted"]) == (number, 4, "采纳")
    assert acting.case(number).filing.phone not in row["text"]


def test_what_is_printed_counts_by_the_notices_that_were_loaded(store: Store) -> None:
    last_day = date(2027, 12, 31)
    assert not law_in_force("yunnan", store).calendar.covers(last_day)

    store.write(lambda unit: unit.holiday_put(2027, "2027.toml", NOTICE, moment("2026-11-20 09:00")))

    assert law_in_force("yunnan", store).calendar.covers(last_day)

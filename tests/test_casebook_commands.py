"""`python -m casebook`, each command as a process: its JSON, its exit code, one line on stderr for bad input."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from casebook.numbers import is_number
from casebook.rulebook_file import shipped
from models.migrate import migrate
from models.store import Store
from models.vault import Vault
from office.casebook_commands import main
from tests.acting import Acting
from tests.makers import moment

ROOT = Path(__file__).parent.parent
KEY = "a key for tests only, long enough"
REHEARSALS = ROOT / "tests" / "rehearsals" / "yunnan"
WHOLE = REHEARSALS / "17-a-whole-case-for-the-register.toml"
START = '{ at = "2026-03-02 10:00", by = "citizen:张三丰", do = "file", kind = "complaint", text = "窗口不给受理。" }'
NOTICE = """
year = 2027
title = "臆造的2027年放假通知"
document = "臆造〔2026〕1号"
issued = 2026-11-20
source = "测试"

[[holiday]]
name = "元旦"
from = 2027-01-01
to = 2027-01-04
days = 4
"""


class Shell:
    """A folder to run commands in, with a case book of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'book.db'}"
        unset = ("DATABASE_URL", "SECRET_KEY", "WECHAT", "TELEGRAM", "WECOM", "JURISDICTION")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
        self.environment = {**kept, "PYTHONPATH": str(ROOT), "DATABASE_URL": self.url, "SECRET_KEY": KEY}

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "casebook", *words],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The same without a process of its own, for what is refused before anything is opened."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), chdir(self.folder):
            try:
                code = main(words)
            except SystemExit as end:
                code = int(end.code or 0)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def json(self, *words: str, code: int = 0) -> Any:
        """The one document on stdout."""
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def store(self) -> Store:
        migrate(self.url)
        return Store(self.url, Vault(KEY.encode()))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def filled(shell: Shell) -> tuple[Shell, str]:
    """A case book with one case, accepted on 28 December 2026."""
    store = shell.store()
    number = Acting(store).accepted("2026-12-28 10:00")
    store.close()
    return shell, number


def rehearsal(*steps: str, more: str = "") -> str:
    return f'rulebook = "yunnan"\nsteps = [{", ".join(steps)}]\n{more}'


def test_due_explains_the_date_day_by_day(shell: Shell) -> None:
    found = shell.json("due", "yunnan", "resolution", "--from", "2025-09-26 16:00", "--class", "off_site")
    assert set(found) == {"clock", "from", "due", "working_days", "provisional", "days", "cites"}
    assert found["clock"] == "resolution"
    assert found["from"] == "2025-09-26T16:00:00+08:00"
    assert found["due"] == "2025-10-16T17:30:00+08:00"
    assert (found["working_days"], found["provisional"], found["cites"]) == (10, False, "第十三条（二）")
    days = {day["date"]: day for day in found["days"]}
    assert all({"date", "working", "because"} <= set(day) for day in found["days"])
    assert sum(day["working"] for day in found["days"]) == 10
    assert days["2025-09-26"]["working"] is False
    assert days["2025-09-28"]["working"] is True
    assert "国办发明电〔2024〕12号" in days["2025-09-28"]["because"]
    assert days["2025-10-08"]["working"] is False
    assert list(days)[-1] == "2025-10-16"


@pytest.mark.parametrize(
    ("words", "due"),
    [
        (["dispatch", "--from", "2026-03-02 10:00"], "2026-03-04T17:30:00+08:00"),
        (["acceptance", "--from", "2026-03-02 10:00"], "2026-03-05T17:30:00+08:00"),
        (["resolution", "--from", "2026-03-02 10:00"], "2026-03-16T17:30:00+08:00"),
        (["resolution", "--from", "2026-03-02 10:00", "--extended"], "2026-03-30T17:30:00+08:00"),
        (["resolution", "--from", "2026-03-06 19:00", "--class", "on_site"], "2026-03-09T17:30:00+08:00"),
        (["resolution", "--from", "2026-12-28 10:00"], "2027-01-12T17:30:00+08:00"),
    ],
)
def test_due_knows_every_clock_of_the_rulebook(shell: Shell, words: list[str], due: str) -> None:
    found = shell.json("due", "yunnan", *words)
    assert found["due"] == due
    assert found["days"][-1]["date"] == due[:10]
    assert found["provisional"] is due.startswith("2027")


def test_due_is_told_to_people_too(shell: Shell) -> None:
    done = shell.run("due", "yunnan", "acceptance", "--from", "2025-09-29 09:00")
    assert done.returncode == 0
    assert done.stdout.startswith("2025年10月10日（周五）17:30  第十一条\n")
    assert "2025-10-01" in done.stdout


def test_the_rulebook_is_printed_with_every_article(shell: Shell) -> None:
    found = shell.json("rulebook", "yunnan")
    assert found["rulebook"] == "yunnan"
    assert found["title"] == "云南省政务服务投诉处理办法（试行）"
    assert [article["article"] for article in found["articles"]][:3] == ["第一条", "第二条", "第三条"]
    assert len(found["articles"]) == 19
    done = shell.run("rulebook", "yunnan")
    assert done.returncode == 0
    assert "应当自收到投诉事项之日起3个工作日内决定是否受理" in done.stdout


@pytest.mark.parametrize("name", shipped())
def test_every_rulebook_that_ships_is_printed_in_plain_words(shell: Shell, name: str) -> None:
    done = shell.ask("rulebook", name)
    assert done.returncode == 0
    assert "下班前check" not in done.stdout
    assert re.search("负责|内部目标", done.stdout)


def test_a_rehearsal_is_played_and_its_whole_outcome_printed(shell: Shell) -> None:
    found = shell.json("rehearse", str(WHOLE))
    assert {"rulebook", "cases", "messages", "rejected", "expectations"} <= set(found)
    (case,) = found["cases"]
    wanted = "case number kind stream state lead_unit co_units class verdict rework_count score anonymous confidential"
    assert set(wanted.split()) | {"fields", "clocks", "ledger"} <= set(case)
    assert is_number(case["number"])
    assert (case["kind"], case["state"], case["stream"]) == ("complaint", "closed", None)
    assert {key: case["fields"][key] for key in ("name", "phone")} == {"name": "王芳", "phone": "13800000000"}
    assert [run["clock"] for run in case["clocks"]] == ["dispatch", "acceptance", "resolution"]
    for run in case["clocks"]:
        assert {"clock", "round", "started", "due", "stopped", "overdue", "cites"} <= set(run)
    assert case["clocks"][0]["started"] == "2026-03-02T10:00:00+08:00"
    assert all(set(sent) == {"at", "to", "case", "message", "text"} for sent in found["messages"])
    first = found["messages"][0]
    assert (first["at"], first["to"], first["case"], first["message"]) == (
        "2026-03-02T10:00:00+08:00",
        "citizen:王芳",
        1,
        "receipt",
    )
    assert found["expectations"] == [{"expect": 1, "held": True, "found": found["expectations"][0]["found"]}]


def test_several_rehearsals_are_one_document(shell: Shell) -> None:
    found = shell.json("rehearse", str(WHOLE), str(REHEARSALS / "08-not-ours-is-handed-back.toml"))
    assert len(found) == 2
    assert [set(item) >= {"step", "why", "cites"} for item in found[1]["rejected"]] == [True] * 3
    assert [item["step"] for item in found[1]["rejected"]] == [3, 4, 5]


def test_an_expectation_that_fails_is_a_no(shell: Shell) -> None:
    file = shell.file("wrong.toml", rehearsal(START, more='[[expect]]\ncase = 1\nstate = "closed"\n'))
    found = shell.json("rehearse", file, code=1)
    assert found["expectations"] == [{"expect": 1, "held": False, "found": "awaiting_dispatch"}]
    done = shell.run("rehearse", file)
    assert done.returncode == 1
    assert "× expect 1: awaiting_dispatch" in done.stdout


def test_a_rehearsal_leaves_the_case_book_alone(shell: Shell) -> None:
    shell.json("rehearse", str(WHOLE))
    assert not (shell.folder / "book.db").exists()


def test_verify_finds_nothing_in_an_honest_book(filled: tuple[Shell, str]) -> None:
    shell, _ = filled
    assert shell.json("verify") == {"faults": []}
    assert shell.run("verify").stdout == "no fault found\n"


def test_verify_says_no_and_which_case_where_a_row_was_changed(filled: tuple[Shell, str]) -> None:
    shell, number = filled
    store = shell.store()
    store.write(lambda unit: unit._run(_forge(number)))
    store.close()
    found = shell.json("verify", code=1)
    assert found["faults"]
    assert all(number in fault for fault in found["faults"])


def _forge(number: str) -> Any:
    from sqlalchemy import update

    from models.tables import entries

    return update(entries).where(entries.c.number == number, entries.c.seq == 2).values(step="refuse")


def test_the_ledger_is_exported_with_personal_data_covered(filled: tuple[Shell, str]) -> None:
    shell, _ = filled
    assert shell.json("export", "ledger", "--out", "ledger.xlsx") == {"out": "ledger.xlsx", "rows": 1}
    covered = cells(shell.folder / "ledger.xlsx")
    assert "张三丰" not in covered
    assert "13800000000" not in covered
    assert shell.json("export", "ledger", "--out", "open.xlsx", "--personal")["rows"] == 1
    assert "张三丰" in cells(shell.folder / "open.xlsx")
    none = shell.json("export", "ledger", "--out", "none.xlsx", "--from", "2027-01-01", "--to", "2027-01-31")
    assert none["rows"] == 0
    assert shell.json("export", "ledger", "--out", "other.xlsx", "--unit", "市公安局")["rows"] == 0


def cells(file: Path) -> str:
    sheet = load_workbook(file).active
    assert sheet is not None
    return " ".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def test_statistics_are_exported(filled: tuple[Shell, str]) -> None:
    shell, _ = filled
    found = shell.json("export", "statistics")
    assert (found["cases"], found["from"], found["to"], found["unit"]) == (1, None, None, None)
    assert found["figures"]


@pytest.mark.parametrize(("form", "out"), [("register", "paper.docx"), ("acceptance_notice", "paper.pdf")])
def test_a_paper_of_one_case_is_exported(filled: tuple[Shell, str], form: str, out: str) -> None:
    shell, number = filled
    assert shell.json("export", "case", number, "--form", form, "--out", out) == {"out": out}
    start = (shell.folder / out).read_bytes()[:4]
    assert start in (b"PK\x03\x04", b"%PDF")


def test_a_holiday_notice_is_loaded_and_moves_what_was_provisional(filled: tuple[Shell, str]) -> None:
    shell, number = filled
    file = shell.file("2027.toml", NOTICE)
    assert shell.json("holidays", "load", file) == {"changed": [number]}
    assert shell.json("holidays", "load", file) == {"changed": []}
    store = shell.store()
    run = store.read(lambda unit: unit.load(number)).run("resolution")
    store.close()
    assert run is not None
    assert (run.due, run.provisional) == (moment("2027-01-13 17:30"), False)


def test_due_counts_by_the_notices_that_were_loaded_into_the_book(filled: tuple[Shell, str]) -> None:
    shell, _ = filled
    asked = ("due", "yunnan", "resolution", "--from", "2026-12-28 10:00")
    before = shell.json(*asked)
    shell.json("holidays", "load", shell.file("2027.toml", NOTICE))
    after = shell.json(*asked)
    assert (before["due"][:10], before["provisional"]) == ("2027-01-12", True)
    assert (after["due"][:10], after["provisional"]) == ("2027-01-13", False)


def test_asking_for_a_due_date_makes_no_book(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert shell.json("due", "yunnan", "dispatch", "--from", "2026-03-02 10:00")["working_days"] == 2
    assert list(tmp_path.iterdir()) == []


def test_every_command_has_help(shell: Shell) -> None:
    for command in ([], ["due"], ["rulebook"], ["rehearse"], ["export"], ["verify"], ["holidays"]):
        done = shell.run(*command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith("usage: python -m casebook")
        assert not done.stderr


FROM = ("--from", "2026-03-02 10:00")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ["COMMAND"]),
        (["dew"], ["dew", "due"]),
        (["due", "yunnan"], ["clock", "--from"]),
        (["due", "atlantis", "dispatch", *FROM], ["atlantis", "yunnan"]),
        (["due", "yunnan", "rectification", *FROM], ["rectification", "dispatch, acceptance, resolution"]),
        (["due", "yunnan", "resolution", *FROM, "--class", "simple"], ["simple", "on_site, off_site"]),
        (["due", "yunnan", "resolution", *FROM, "--stream", "local"], ["local"]),
        (["due", "yunnan", "dispatch", *FROM, "--extended"], ["dispatch", "extension"]),
        (["due", "yunnan", "dispatch", "--from", "gestern"], ["gestern", "2025-09-26 16:00"]),
        (["due", "yunnan", "dispatch", "--from", "2026-02-30 10:00"], ["2026-02-30 10:00"]),
        (["rulebook", "atlantis"], ["atlantis", "yunnan"]),
        (["rehearse", "none.toml"], ["none.toml"]),
        (["rehearse"], ["file"]),
        (["export", "ledger"], ["--out"]),
        (["export", "ledger", "--out", "none/l.xlsx"], ["none/l.xlsx"]),
        (["export", "ledger", "--out", "l.xlsx", "--from", "gestern"], ["gestern"]),
        (["export", "case", "20260302-00018", "--form", "poem", "--out", "p.docx"], ["register"]),
        (["export", "case", "20260302-00018", "--form", "register", "--out", "p.docx"], ["20260302-00018"]),
        (["holidays", "load", "none.toml"], ["none.toml"]),
    ],
)
def test_bad_input_is_one_line_that_says_what_and_where(shell: Shell, words: list[str], said: list[str]) -> None:
    opens_the_book = words[:1] in (["export"], ["holidays"])
    refused(shell.run(*words) if opens_the_book else shell.ask(*words), *said)


def test_a_process_ends_with_the_code_for_bad_input(shell: Shell) -> None:
    refused(shell.run("due", "yunnan", "lunch", *FROM), "lunch")
    refused(shell.run("rehearse", str(WHOLE), shell.file("day.toml", "")), "day.toml")


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.endswith("\n")
    for words in said:
        assert words in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rulebook = "yunnan', ["day.toml", "Unterminated"]),
        ("about = 'x'\nsteps = []", ["day.toml", "rulebook"]),
        ('rulebook = "yunnan"', ["day.toml", "no steps"]),
        ('rulebook = "atlantis"\nsteps = [ { at = "2026-03-02 10:00", by = "clock" } ]', ["atlantis"]),
        (
            rehearsal(START, '{ at = "2026-03-02 11:00", by = "citizen:张三丰", do = "fly" }'),
            ["day.toml, step 2", "fly", "withdraw"],
        ),
        (rehearsal(START, '{ at = "11 Uhr", by = "clock" }'), ["day.toml, step 2", "11 Uhr", "2025-09-26 09:05"]),
        (rehearsal(START, '{ at = "2026-03-02 09:00", by = "clock" }'), ["day.toml, step 2", "before"]),
        (rehearsal(START, '{ at = "2026-03-02 11:00", by = "king:张三丰" }'), ["day.toml, step 2", "king", "citizen"]),
        (
            rehearsal(START, '{ at = "2026-03-02 11:00", by = "officer:李", do = "accept", case = 1 }'),
            ["day.toml, step 2", "UNIT"],
        ),
        (
            rehearsal(START, '{ at = "2026-03-02 11:00", by = "citizen:张三丰", do = "withdraw" }'),
            ["day.toml, step 2", "case"],
        ),
        (
            rehearsal(START, '{ at = "2026-03-02 11:00", by = "citizen:张三丰", do = "rate", case = 1, stars = 5 }'),
            ["day.toml, step 2", "stars", "score"],
        ),
        (rehearsal(START, more='[[expect]]\ncase = 1\nstate = "open"\n'), ["day.toml, expect 1", "open"]),
        (rehearsal(START, more='[[expect]]\ncase = 1\nclock = "lunch"\n'), ["day.toml, expect 1", "lunch"]),
        (rehearsal(START, more='[[expect]]\nstate = "closed"\n'), ["day.toml, expect 1"]),
        (
            rehearsal(START, '{ at = "2026-03-02 11:00", by = "dispatcher:赵", do = "dispach", case = 1 }'),
            ["day.toml, step 2 (line 2)", "did you mean 'dispatch'?"],
        ),
        (
            rehearsal(
                START, '{ at = "2026-03-02 11:00", by = "dispatcher:赵", do = "dispatch", case = 1, to = ["局"] }'
            ),
            ["day.toml, step 2 (line 2)", "unit '局'", "市自然资源局"],
        ),
        (
            rehearsal(START, '{ at = "2026-03-02 11:00", by = "citizen:张三丰", do = "rate", case = 1, score = "5" }'),
            ["day.toml, step 2 (line 2)", "score = '5'", "whole number"],
        ),
        (
            rehearsal(START, '{ at = "2026-03-02 11:00", by = "clock", do = "accept", case = 1 }'),
            ["day.toml, step 2 (line 2)", "time pass"],
        ),
    ],
)
def test_a_faulty_rehearsal_is_refused_with_file_step_and_what_was_meant(
    shell: Shell, text: str, said: list[str]
) -> None:
    refused(shell.ask("rehearse", shell.file("day.toml", text)), *said)


def test_a_wrong_setting_is_named(shell: Shell) -> None:
    refused(shell.run("verify", JURISDICTION="atlantis"), "JURISDICTION", "atlantis")


def test_a_faulty_holiday_notice_changes_nothing(filled: tuple[Shell, str]) -> None:
    shell, _ = filled
    wrong = NOTICE.replace("days = 4", "days = 5")
    refused(shell.run("holidays", "load", shell.file("2027.toml", wrong)), "2027.toml", "元旦")
    assert shell.json("holidays", "load", shell.file("2027.toml", NOTICE))["changed"]

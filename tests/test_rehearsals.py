"""Every rehearsal under tests/rehearsals is played on the real code: what it expects holds, nothing else is refused.

A rehearsal is named after the article it shows. What a rehearsal cannot say of itself (the words that were sent, the
articles quoted, the row of the register) stands here, by the rehearsal's name.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from casebook.rulebook_file import read_rulebook
from office.rehearsing import rehearse

pytestmark = pytest.mark.xdist_group("rehearsals")

FOLDER = Path(__file__).parent / "rehearsals"
FILES = sorted(FOLDER.rglob("*.toml"))
OPEN_PLACE = re.compile(r"\{\w+\}|\bNone\b")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAME, PHONE = "王芳", "13800000000"


def name(file: Path) -> str:
    return str(file.relative_to(FOLDER).with_suffix(""))


@cache
def played(file: str) -> dict[str, Any]:
    """The document of the rehearsal of that name."""
    one = rehearse(FOLDER / f"{file}.toml")
    return {**one.document(), "expect": one.rehearsal.expect}


def texts(document: dict[str, Any], message: str) -> list[str]:
    return [sent["text"] for sent in document["messages"] if sent["message"] == message]


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_rehearsal_comes_out_as_it_expects(file: Path) -> None:
    document = played(name(file))
    expected = document["expect"]
    assert expected, "a rehearsal without [[expect]] shows nothing"
    assert CHINESE.search(document["about"]), "`about` says in Chinese what is shown"
    wrong = [
        f"{dict(expected[one['expect'] - 1])}, found {one['found']}"
        for one in document["expectations"]
        if not one["held"]
    ]
    assert not wrong, "\n".join(wrong)
    refused = {one["step"]: one["why"] for one in document["rejected"]}
    unexpected = set(refused) - {row["rejected"] for row in expected if "rejected" in row}
    assert not unexpected, f"refused, and no [[expect]] says so: { {step: refused[step] for step in unexpected} }"


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_sentence_sent_is_whole(file: Path) -> None:
    document = played(name(file))
    said = [sent["text"] for sent in document["messages"]] + [one["why"] for one in document["rejected"]]
    assert all(text.strip() for text in said)
    assert not [text for text in said if OPEN_PLACE.search(text)]


def test_every_article_with_rules_has_a_rehearsal() -> None:
    numbers = {int(file.name[:2]) for file in FILES if file.parent.name == "yunnan"}
    for article in read_rulebook("yunnan").articles:
        about_cases = [rule for rule in article.rules if not hasattr(rule, "report")]
        assert not about_cases or article.number in numbers, article.label


def test_a_rehearsal_played_twice_comes_out_the_same() -> None:
    file = "yunnan/17-a-whole-case-for-the-register"
    again = rehearse(FOLDER / f"{file}.toml").document()
    assert again == {key: value for key, value in played(file).items() if key != "expect"}


def test_a_decline_on_another_ground_is_refused_by_article_eight() -> None:
    document = played("yunnan/08-not-ours-is-handed-back")
    assert [one["cites"] for one in document["rejected"]] == ["第八条"] * 3


def test_a_notice_names_the_clause_and_the_reason() -> None:
    document = played("yunnan/08-4-concluded-and-nothing-new")
    (text,) = texts(document, "decline_notice")
    for words in ("第八条（四）", "已经办结，无新证明材料对同一事项重复投诉的", "已于去年办结"):
        assert words in text


@pytest.mark.parametrize(
    ("file", "step", "cites"),
    [
        ("02-central-unit-is-told-its-own-way", 2, "第二条"),
        ("11-handing-back-needs-a-reason", 3, "第十一条"),
        ("13-2-not-beyond-twenty-days", 4, "第十三条（二）"),
        ("13-2-not-after-it-is-due", 6, "第十三条（二）"),
        ("13-1-reclassified-too-late", 4, "第十二条（二）"),
    ],
)
def test_a_refusal_quotes_the_article_it_rests_on(file: str, step: int, cites: str) -> None:
    document = played(f"yunnan/{file}")
    (one,) = [one for one in document["rejected"] if one["step"] == step]
    assert one["cites"] == cites
    assert cites in one["why"]


def test_a_central_units_own_telephone_is_named() -> None:
    document = played("yunnan/02-central-unit-is-told-its-own-way")
    assert all("12366" in one["why"] for one in document["rejected"])
    assert "12366" in texts(document, "redirected")[0]


def test_who_asked_for_secrecy_is_named_to_nobody_but_himself() -> None:
    document = played("yunnan/09-confidential-hides-who")
    to_others = [sent for sent in document["messages"] if not sent["to"].startswith("citizen:")]
    assert to_others
    for sent in to_others:
        assert NAME not in sent["text"], sent
        assert PHONE not in sent["text"], sent
    orders = texts(document, "dispatch_order")
    assert all("要求保密" in order and "注意保密" in order for order in orders)
    assert document["cases"][0]["confidential"] is True


def test_an_anonymous_complaint_is_marked_so_in_the_group() -> None:
    document = played("yunnan/07-anonymous-is-taken")
    assert document["cases"][0]["anonymous"] is True
    assert all("匿名" in text for text in texts(document, "dispatch_order"))


@pytest.mark.parametrize("verdict", ["unsubstantiated", "unverifiable"])
def test_the_answer_to_an_invalid_complaint_says_that_it_is_one(verdict: str) -> None:
    document = played(f"yunnan/14-{verdict}-is-answered-all-the-same")
    assert "无效投诉" in texts(document, "answer")[0]


def test_the_answer_to_a_founded_complaint_does_not_call_it_invalid() -> None:
    document = played("yunnan/17-a-whole-case-for-the-register")
    (answer,) = texts(document, "answer")
    assert "无效投诉" not in answer
    for words in ("窗口当天没有收件。", "已道歉并收件。", "培训窗口人员。", "证已办好。", "属实"):
        assert words in answer


def test_a_date_in_a_year_not_announced_is_called_provisional() -> None:
    document = played("yunnan/00-due-in-a-year-not-announced")
    (run,) = [run for run in document["cases"][0]["clocks"] if run["clock"] == "resolution"]
    assert run["provisional"] is True
    assert "暂按周末推算" in texts(document, "acceptance_notice")[0]


def test_a_consultation_and_a_direct_filing_have_no_dispatch_clock() -> None:
    consultation = played("yunnan/02-consultation-opens-no-clock")["cases"][0]
    assert consultation["clocks"] == []
    direct = played("yunnan/04-filed-at-the-unit")["cases"][0]
    assert [run["clock"] for run in direct["clocks"]] == ["acceptance"]


def test_the_extension_notice_names_the_new_date_and_the_reason() -> None:
    (text,) = texts(played("yunnan/13-2-extended-and-told-at-once"), "extension_notice")
    assert "2026年3月30日（周一）17:30" in text
    assert "要向省级部门调取档案" in text
    assert "第十三条（二）" in text


def test_the_register_has_a_row_for_the_whole_case() -> None:
    row = played("yunnan/17-a-whole-case-for-the-register")["cases"][0]["ledger"]
    filled = " ".join(row.values())
    for words in ("3号窗口", NAME, "市自然资源局", "2026"):
        assert words in filled, row

"""Rulebooks: the five that ship are whole, and a faulty file is refused with its line, its article and the reason."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from casebook import lifecycle
from casebook.errors import RulebookError
from casebook.jurisdiction import FOLDER as JURISDICTIONS
from casebook.jurisdiction import read_jurisdiction
from casebook.rulebook_file import read_rulebook, shipped
from casebook.steps import DECIDE
from office.law import read_law

ARTICLES = {"henan": 12, "anyang": 13, "suining": 22, "yunnan": 19, "shanghai": 12}
CLOCKS = {
    "henan": {"first_contact", "resolution"},
    "anyang": {"first_contact", "resolution"},
    "suining": {"dispatch", "acceptance", "resolution", "rectification", "revisit"},
    "yunnan": {"dispatch", "acceptance", "resolution"},
    "shanghai": {"send_back", "first_contact", "resolution", "rating_appeal", "responsibility"},
}
CLASSES = {
    "henan": ("simple", ["simple", "complex"]),
    "anyang": ("simple", ["on_the_spot", "simple", "complex"]),
    "suining": ("dispatched", ["on_the_spot", "dispatched", "intervention"]),
    "yunnan": ("off_site", ["on_site", "off_site"]),
    "shanghai": ("simple", ["simple", "complex"]),
}
WHOLE = """
[regulation]
name     = "town"
title    = "某镇投诉办法"
document = "某政〔2024〕1号"
in_force = 2024-01-01
articles = 2

[flow]
dispatch = "handling"

[[article]]
number = 1
quote = "第一条原文"
by_people = "由人办理。"

[[article]]
number = 2
quote = "第二条原文"
classes = [{ name = "plain", title = "一般", default = true }]
clocks = [{ clock = "resolution", starts = ["dispatch"], stops = ["resolve"], working_days = 3, classes = ["plain"] }]
"""
FAULTS = [
    ("no regulation", "[regulation]", "[regulations]", r"no \[regulation\] table"),
    ("a missing title", 'title    = "某镇投诉办法"\n', "", r"no 'title'"),
    ("an unknown key of the head", "articles = 2", "articles = 2\ntown = 1", r"unknown key 'town'"),
    ("a skipped article", "number = 2", "number = 3", r"line 17: article 3 stands where 2 should"),
    ("a wrong count", "articles = 2", "articles = 3", r"articles = 3, but the file has 2"),
    ("an empty quote", 'quote = "第一条原文"', 'quote = " "', r"line 12 \(第一条\): no quote"),
    (
        "an article that says nothing",
        'by_people = "由人办理。"\n',
        "",
        r"line 12 \(第一条\): neither rules nor by_people",
    ),
    (
        "an unknown key of an article",
        "by_people =",
        "by_peeple =",
        r"line 15 \(第一条\): unknown key 'by_peeple'; did you mean 'by_people'\?",
    ),
    (
        "an unknown clock",
        'clock = "resolution"',
        'clock = "resolutoin"',
        r"line 21 \(第二条\), clocks: unknown clock 'resolutoin'; did you mean 'resolution'\?",
    ),
    (
        "an unknown start",
        '["dispatch"], stops',
        '["dispach"], stops',
        r"line 21 .*: unknown starts 'dispach'; did you mean 'dispatch'\?",
    ),
    ("no stop", 'stops = ["resolve"]', "stops = []", r"must say what starts and what stops it"),
    ("no length", "working_days = 3, ", "", r"needs just one of working_days, hours, same_day"),
    ("two lengths", "working_days = 3", "working_days = 3, hours = 4", r"needs just one of"),
    (
        "an unknown class",
        'classes = ["plain"]',
        'classes = ["fancy"]',
        r"line 21 \(第二条\): class 'fancy' is not one of plain",
    ),
    ("an unknown stream", 'classes = ["plain"]', 'streams = ["river"]', r"stream 'river' is not one of none"),
    ("an unknown key of a rule", "working_days = 3", "workdays = 3", r"unknown key 'workdays'"),
    ("an unknown step of the flow", 'dispatch = "handling"', 'accept = "handling"', r"'accept' leaves no choice"),
    ("an arrow that is not drawn", '"handling"', '"closed"', r"dispatch may not lead to 'closed'"),
    ("an unknown state", '"handling"', '"handeling"', r"may not lead to 'handeling'"),
    ("an unknown table", "[flow]", "[flows]", r"line 9: unknown table 'flows'; did you mean 'flow'\?"),
    ("broken TOML", "articles = 2", "articles = = 2", r"town\.toml: "),
    ("an unknown reading", "[flow]", "[readings]\nsunday = true\n[flow]", r"\[readings\]: unknown key 'sunday'"),
    (
        "a text for a number",
        "working_days = 3",
        'working_days = "3"',
        r"line 21 .*working_days = '3' is not a whole number",
    ),
    (
        "a day that is none",
        "[flow]",
        '[readings]\nday_end = "noon"\n[flow]',
        r"line 10 \[readings\]: unknown day_end 'noon'",
    ),
    ("a rule without its name", '{ name = "plain", ', "{ ", r"classes: no 'name'"),
    (
        "an inheritance from nowhere",
        "classes = [{",
        'inherits = [{ rulebook = "mars", articles = [1], why = "x" }]\nclasses = [{',
        r"inherits 'mars'",
    ),
    (
        "an inherited article that is not there",
        "classes = [{",
        'inherits = [{ rulebook = "henan", articles = [99], why = "x" }]\nclasses = [{',
        r"inherits article 99",
    ),
]


def written(tmp_path: Path, text: str) -> str:
    file = tmp_path / "town.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_the_model_of_a_faultless_file_is_read(tmp_path: Path) -> None:
    book = read_rulebook(written(tmp_path, WHOLE))

    assert [article.label for article in book.articles] == ["第一条", "第二条"]
    assert book.clocks[0].cites == "第二条"


@pytest.mark.parametrize(("fault", "old", "new", "said"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_faulty_file_is_refused_with_place_and_reason(
    tmp_path: Path, fault: str, old: str, new: str, said: str
) -> None:
    assert old in WHOLE

    with pytest.raises(RulebookError, match=said) as refused:
        read_rulebook(written(tmp_path, WHOLE.replace(old, new, 1)))

    assert "\n" not in str(refused.value)


def test_a_name_that_does_not_ship_lists_those_that_do() -> None:
    with pytest.raises(RulebookError, match="anyang, henan, shanghai, suining, yunnan"):
        read_rulebook("atlantis")


def test_the_five_ship() -> None:
    assert set(shipped()) == set(ARTICLES)


@pytest.mark.parametrize("name", ARTICLES)
def test_no_article_is_left_out(name: str) -> None:
    book = read_rulebook(name)

    assert len(book.articles) == ARTICLES[name]
    assert all(article.quote.strip() for article in book.articles)
    assert all(article.rules or article.by_people or article.reads for article in book.articles)


@pytest.mark.parametrize("name", CLOCKS)
def test_a_rulebook_has_the_clocks_of_its_regulation_and_no_others(name: str) -> None:
    assert {clock.clock for clock in read_rulebook(name).clocks if not clock.target} == CLOCKS[name]


@pytest.mark.parametrize("name", CLASSES)
def test_a_rulebook_has_its_own_classes(name: str) -> None:
    book = read_rulebook(name)

    assert (book.default_class, [item.name for item in book.classes]) == CLASSES[name]


@pytest.mark.parametrize("name", ARTICLES)
def test_every_word_of_a_clause_and_class_is_the_regulations(name: str) -> None:
    """What a citizen is told to be the ground of a refusal stands in the article it is said to stand in."""
    book = read_rulebook(name)
    text = re.sub(r"\s", "", "".join(article.quote for article in book.articles))
    for clause in book.clauses:
        words = re.sub(r"\s", "", clause.words)
        assert words in text or clause.clause == "2", clause


@pytest.mark.parametrize("name", ARTICLES)
def test_every_step_with_a_basis_can_be_decided(name: str) -> None:
    book = read_rulebook(name)
    named = {rule.step for rule in book.steps} | {step for clause in book.clauses for step in clause.steps}

    assert named <= set(DECIDE)
    assert named <= set(lifecycle.TABLE)


@pytest.mark.parametrize("name", ARTICLES)
def test_each_has_an_office_to_try_it_in(name: str) -> None:
    law = read_law(name)

    assert law.rulebook.name == name
    assert law.jurisdiction.units
    assert law.jurisdiction.dispatchers
    assert law.jurisdiction.supervisors
    assert law.jurisdiction.inspectors or not law.has("pass_check")
    assert all(unit.leader for unit in law.jurisdiction.units) or not law.has("approve")


def test_a_rulebook_may_run_out_and_say_so() -> None:
    book = read_rulebook("suining")

    assert not book.expired(date(2025, 9, 30))
    assert book.expired(date(2025, 10, 1))
    assert not read_rulebook("yunnan").expired(date(2099, 1, 1))


def test_a_local_rulebook_falls_back_on_the_provincial_one() -> None:
    inherited = read_rulebook("anyang").inherited

    assert len(inherited) == 3
    assert all(article.label.startswith("《") and article.quote for article in inherited)


def test_a_setting_of_the_office_changes_the_length_of_a_clock(tmp_path: Path) -> None:
    text = (JURISDICTIONS / "anyang.toml").read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(text.replace("[redirects]", "[settings]\ncontact_hours = 2\n\n[redirects]", 1), encoding="utf-8")
    assert read_jurisdiction(str(file)).settings["contact_hours"] == 2

    (clock,) = [clock for clock in read_law(str(file)).rulebook.clocks if clock.clock == "first_contact"]

    assert clock.hours == 2

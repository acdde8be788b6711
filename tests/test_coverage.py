"""Every obligation has an answer, every answer names what there is, and every rehearsal named is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from casebook import comparison
from casebook.coverage import SORTS, coverage, entries, text
from casebook.errors import RulebookError
from casebook.rulebook_file import read_rulebook, shipped
from casebook.terms import CLOCKS, MESSAGES, STEPS

REHEARSALS = Path(__file__).parent / "rehearsals"
# Where the list of obligations lies when it lies beside the project.
LIST = Path(__file__).parents[2] / "shared" / "seeds" / "obligations.csv"


def test_every_obligation_is_answered_by_what_there_is_or_says_what_is_missing() -> None:
    for entry in entries().values():
        assert entry.answered or entry.missing, entry.id
        assert not entry.by or entry.by in SORTS, entry.id
        assert entry.rulebook in shipped(), entry.id


def test_every_rehearsal_named_is_there() -> None:
    named = {name for entry in entries().values() for name in entry.shown}

    assert [name for name in sorted(named) if not (REHEARSALS / f"{name}.toml").is_file()] == []


@pytest.mark.parametrize(("sort", "known"), [("clock", {*CLOCKS}), ("message", {*MESSAGES}), ("step", {*STEPS})])
def test_a_carrier_begins_with_something_the_program_has(sort: str, known: set[str]) -> None:
    """The first word of a clock, message or step is the name of one; words after it explain."""
    of_sort = [entry for entry in entries().values() if entry.by == sort]
    named = [entry for entry in of_sort if entry.carrier.replace(",", " ").replace(":", " ").split()[0] in known]

    assert of_sort
    assert len(named) >= len(of_sort) * 0.75, sorted({entry.id for entry in of_sort} - {entry.id for entry in named})


@pytest.mark.parametrize("name", shipped())
def test_a_clause_that_carries_an_obligation_stands_in_the_rulebook(name: str) -> None:
    known = read_rulebook(name).by_clause
    for entry in entries().values():
        first = entry.carrier.replace(",", " ").replace(";", " ").split()[:1]
        if entry.rulebook == name and entry.by == "clause" and first and first[0][0].isdigit():
            assert first[0] in known, entry.id


def test_an_obligation_without_an_entry_is_said_to_have_none() -> None:
    rows = coverage("id,source,chinese\nHN-02-1,henan,7×24小时接收\nXX-1,henan,没有的\n")

    assert [(row["id"], bool(row["missing"])) for row in rows] == [("HN-02-1", False), ("XX-1", True)]
    assert "XX-1" in text(rows)


def test_a_list_without_ids_is_refused() -> None:
    with pytest.raises(RulebookError, match="no column 'id'"):
        coverage("number,words\n1,x\n")


def test_the_obligations_of_one_rulebook_alone() -> None:
    assert {row["rulebook"] for row in coverage(None, "suining")} == {"suining"}
    with pytest.raises(RulebookError, match="no obligations of 'mars'"):
        coverage(None, "mars")


@pytest.mark.skipif(not LIST.is_file(), reason="the list of obligations is not beside the project")
def test_no_obligation_of_the_list_is_without_an_entry() -> None:
    rows = coverage(LIST.read_text(encoding="utf-8"))

    assert [row["id"] for row in rows if row["missing"].startswith("no entry")] == []
    assert {row["id"] for row in rows} == set(entries())


def test_the_comparison_has_a_column_a_rulebook_and_a_row_a_clock_and_step() -> None:
    table = comparison.comparison([read_rulebook(name) for name in shipped()])

    assert [row["name"] for row in table["clocks"]] == list(CLOCKS)
    assert all(set(row["in"]) == set(shipped()) for row in (*table["clocks"], *table["steps"]))
    cells = {row["name"]: row["in"] for row in (*table["clocks"], *table["steps"])}
    assert cells["acceptance"]["yunnan"].startswith("3个工作日")
    assert cells["acceptance"]["henan"] == comparison.NONE
    assert cells["rectify"]["suining"] == "第十五条"
    assert "第十三条（二）" in table["extension"]["yunnan"]
    assert comparison.text(table).count("\n| ") > len(CLOCKS)

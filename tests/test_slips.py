"""A slip in a file that a person wrote is named by its line and by what was probably meant."""

from __future__ import annotations

from datetime import date

import pytest

from casebook.slips import Place, fits, line_with, sort_of, table_lines, unknown

DAY = """
rulebook = "yunnan"   # { not a table }
about = "{ nor this, [ nor that"
units = ["市自然资源局"]
steps = [
  { at = "2026-03-02 09:00", by = "clock" }, { at = "2026-03-02 09:01", by = "clock" },

  { at = "2026-03-02 10:00", by = "citizen:王芳",
    do = "file", evidence = ["a", "b"] },
]

[[expect]]
case = 1
"""


def test_every_table_of_a_list_is_found_on_its_own_line() -> None:
    assert table_lines(DAY, "steps") == [6, 6, 8]
    assert table_lines(DAY, "expect") == [12]
    assert table_lines(DAY, "units") == []


def test_what_was_probably_meant_comes_before_what_there_is() -> None:
    assert unknown("do", "dispach", ["dispatch", "decline"]) == (
        "unknown do 'dispach'; did you mean 'dispatch'? known are dispatch, decline"
    )
    assert "did you mean" not in unknown("do", "fly", ["dispatch", "decline"])
    assert unknown("stream", "local", []).endswith("known are none")


def test_a_word_is_found_whole_and_within_its_part_of_the_file() -> None:
    text = "clock_rate = 1\nclock = 2\n[[article]]\nclock = 3"
    assert line_with(text, "clock") == 2
    assert line_with(text, "clock", first=3) == 4
    assert line_with(text, "clock", first=3, last=3) == 3
    assert Place("a.toml", text, 3, 4, " (第一条)").of("clock") == "a.toml, line 4 (第一条)"


@pytest.mark.parametrize(
    ("value", "hint", "sort"),
    [
        ("two", int | None, "a whole number"),
        (True, int, "a whole number"),
        (1, bool, "true or false"),
        ("2026", date, "a date"),
        ("dispatch", tuple[str, ...], "a list"),
        ([1], tuple[str, ...], "a list"),
        (5, str, "a text"),
    ],
)
def test_a_value_of_another_sort_is_told_apart_and_called_by_the_sort_it_should_be(
    value: object, hint: object, sort: str
) -> None:
    assert not fits(value, hint)
    assert sort_of(hint) == sort


def test_a_value_of_its_sort_fits() -> None:
    assert fits(None, int | None)
    assert fits(["a"], tuple[str, ...])
    assert fits(date(2026, 3, 2), date)
    assert fits(3, int | str)

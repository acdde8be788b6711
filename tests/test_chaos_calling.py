"""How the fault harness judges the call list: a way that is lawful, and no cover for what is lost or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from models.tables import lines, outbox
from tests.chaos.calling import Call, Letter, by_telephone
from tests.chaos.checking import Found
from tests.chaos.classes import opened
from tests.chaos.day import CITIZENS
from tests.chaos.harness import Tally, Town

pytestmark = pytest.mark.xdist_group("chaos")
WHO = CITIZENS[0]
SURVEY, ENTRY = (WHO, "这件事解决得怎么样？"), ("dispatchers", "“请评价”发不到群众，请电话告知")
CALL = Call((SURVEY,), ENTRY)


@pytest.mark.parametrize(
    ("calls", "refused", "lost", "more", "remains", "because"),
    [
        ([CALL], [WHO], [SURVEY], [ENTRY], ([], []), "the call list has what the platform would not take"),
        ([], [WHO], [SURVEY], [], ([SURVEY], []), "it stands nowhere"),
        ([], [WHO], [SURVEY], [ENTRY], ([SURVEY], [ENTRY]), "the line is there, and the call list does not have it"),
        ([CALL], [WHO], [SURVEY], [], ([SURVEY], []), "nobody was told of the call"),
        ([CALL], [WHO], [SURVEY], [ENTRY, ENTRY], ([], [ENTRY]), "the dispatchers were told twice"),
        ([CALL], [], [SURVEY], [ENTRY], ([SURVEY], [ENTRY]), "the platform would have taken it"),
        ([CALL], [WHO], [], [ENTRY], ([], [SURVEY]), "who has read it is called all the same"),
        ([CALL], [WHO], [SURVEY, SURVEY], [ENTRY], ([SURVEY], []), "one call tells it once"),
    ],
)
def test_a_call_excuses_what_it_tells_and_nothing_else(
    calls: Sequence[Call],
    refused: Sequence[str],
    lost: Sequence[Letter],
    more: Sequence[Letter],
    remains: tuple[list[Letter], list[Letter]],
    because: str,
) -> None:
    still_lost, still_more = by_telephone(calls, refused, Counter(lost), Counter(more))

    assert (list(still_lost.elements()), list(still_more.elements())) == remains, because


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Iterator[Town]:
    with Town(tmp_path_factory.mktemp("town"), _sqlite_template).open() as opened:
        yield opened


@pytest.fixture(scope="module")
def usual(town: Town) -> Found:
    return lived(town)


def lived(town: Town, counted: int = 0) -> Found:
    """What is said, then delivered, where the platform has `counted` so many messages that we did not send."""
    town.fresh(town.order())
    town.platform.followers[WHO].sent = counted
    assert [town.live(town.order(part=part)) for part in ("unsent", "delivery")] == [0, 0]
    return town.found(town.order())


def judged_after(town: Town, usual: Found, spoil: Callable[[Any], object] = lambda unit: None) -> tuple[int, int, int]:
    """Lost, repeated, repeated at the platform, where the survey is the sixth message; `spoil` is done at the end."""
    tally = Tally("two counted that we did not send")
    lived(town, counted=2)
    with opened(town.order()) as store:
        store.write(spoil)
    town.judge(tally, "", usual, town.order())
    return tally.lost, tally.repeated, tally.repeated_by_platform


def entry(unit: Any) -> Any:
    """The line by which the dispatchers were told to call."""
    (key,) = (row.key for row in unit._rows(select(outbox.c.key).where(outbox.c.key.like("%/unreachable"))))
    (line,) = (line for line in unit.lines("dispatchers", 0, 1000) if line.key == key)
    return line


def test_a_survey_on_the_call_list_is_neither_lost_nor_repeated(town: Town, usual: Found) -> None:
    assert judged_after(town, usual) == (0, 0, 0)


def test_a_survey_that_nobody_was_told_to_call_about_is_lost(town: Town, usual: Found) -> None:
    def spoil(unit: Any) -> None:
        unit._run(delete(lines).where(lines.c.key == entry(unit).key))

    assert judged_after(town, usual, spoil) == (1, 0, 0)


def test_a_survey_that_left_the_call_list_untold_is_lost(town: Town, usual: Found) -> None:
    def spoil(unit: Any) -> None:
        unit._run(update(outbox).where(outbox.c.state == "failed").values(state="withdrawn"))

    assert judged_after(town, usual, spoil) == (1, 1, 0)


def test_a_call_that_the_dispatchers_are_told_of_twice_is_repeated(town: Town, usual: Found) -> None:
    def spoil(unit: Any) -> None:
        line = entry(unit)
        unit.add_line(line.room, line.who, line.body, line.at, f"{line.key}/again")

    assert judged_after(town, usual, spoil) == (0, 1, 0)


def test_of_two_messages_that_came_twice_one_is_repeated_by_us_whatever_is_called_about(
    town: Town, usual: Found
) -> None:
    def spoil(unit: Any) -> None:
        town.platform.delivered += [item for item in town.platform.delivered if item["to"] == WHO][:2]

    assert judged_after(town, usual, spoil) == (0, 1, 1)

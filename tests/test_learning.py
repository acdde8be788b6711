"""The learning loop: decisions teach, a worse model never comes in force, one step leads back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from models.store import Store
from nlp.__main__ import main
from nlp.city import current, load_city, roll_back
from nlp.drift import Decided
from nlp.learning import _against, _figures, learn
from nlp.model import ModelError, load_model
from nlp.reader import Reader
from office.learning import Learning
from tests.makers import ZONE

UNITS = [("市公安局", "户籍、身份证"), ("市税务局", "发票、契税"), ("市特别办", "杂项")]
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=ZONE)


def decisions(odd_to: str = "市特别办", many: int = 60) -> list[Decided]:
    """A city where one word of its own means one unit."""
    odd = [Decided(f"丙字第{number}号蓝皮书今年还要不要换", odd_to) for number in range(many)]
    return [*odd, *[Decided(f"第{number}次来补办身份证", "市公安局") for number in range(many)]]


@pytest.fixture
def reader() -> Reader:
    return Reader.load(UNITS)


def test_decisions_teach_what_the_first_day_could_not_know(reader: Reader, tmp_path: Path) -> None:
    said = "我的蓝皮书要不要换"
    assert reader.first_day(said)[0][0] != "市特别办"

    lesson = learn(decisions(), reader, tmp_path, "night-1")

    assert lesson.promoted, lesson.why
    city = load_city(tmp_path)
    assert city is not None
    assert city.blend(said, reader.first_day(said))[0][0] == "市特别办"
    assert "蓝皮" in "".join(city.reasons(said, "市特别办"))
    assert lesson.figures["figures"]["units"]["市特别办"]["right"] > 0


def test_decisions_weigh_fully_where_the_first_day_has_nobody_to_suggest(reader: Reader, tmp_path: Path) -> None:
    learn(decisions(), reader, tmp_path, "night-1")
    city = load_city(tmp_path)
    assert city is not None
    unsure = city.blend("我的蓝皮书要不要换", [("市公安局", 0.02), ("市特别办", 0.01)])

    assert unsure[0][0] == "市特别办"
    assert unsure[0][1] > 0.5


def test_a_worse_model_never_comes_in_force(reader: Reader, tmp_path: Path) -> None:
    learn(decisions(), reader, tmp_path, "night-1")
    good = decisions()
    poisoned = [each if index % 5 == 0 else replace(each, unit="市税务局") for index, each in enumerate(good)]

    lesson = learn([*poisoned, *good[:30]], reader, tmp_path, "night-2")

    assert current(tmp_path) == ("night-2" if lesson.promoted else "night-1")
    figures = lesson.figures["figures"]
    assert lesson.promoted == (figures["right"] >= figures["right before"]) or not lesson.promoted


def test_a_unit_that_loses_keeps_the_model_out_however_good_the_whole_is() -> None:
    kept = [("甲", "甲局")] * 10 + [("乙", "乙局")] * 90
    old = {"甲": ("甲局", 0.9), "乙": ("丙局", 0.9)}
    new = {"甲": ("乙局", 0.9), "乙": ("乙局", 0.9)}
    figures = _figures(kept, new.__getitem__, old.__getitem__)

    assert figures["right"] > figures["right before"]
    assert _against(figures).startswith("甲局: 0 of 10 right, before 10")
    assert figures["confused"] == [["甲局", "乙局", 10]]


def test_the_card_tells_what_taught_it_and_what_it_confuses(
    reader: Reader, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learn(decisions(), reader, tmp_path, "night-1", "2026-03-02T03:00:00+08:00")

    assert main(["card", "--models", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    card = load_model(tmp_path / "night-1").card
    assert "in force: night-1, learnt 2026-03-02T03:00:00+08:00" in told
    assert "市特别办" in told
    assert "latest lesson: night-1, promoted" in told
    assert {
        "learnt at",
        "versions",
        "thresholds",
        "fingerprint of the texts",
        "figures",
        "drift",
        "taught",
    } <= card.keys()


def test_few_decisions_teach_nothing(reader: Reader, tmp_path: Path) -> None:
    assert not learn(decisions(many=5), reader, tmp_path, "night-1").promoted
    assert current(tmp_path) == ""


def test_one_step_leads_back(reader: Reader, tmp_path: Path) -> None:
    learn(decisions(), reader, tmp_path, "night-1")
    learn(decisions(many=70), reader, tmp_path, "night-2")

    assert roll_back(tmp_path) == "night-1"
    assert roll_back(tmp_path) == ""
    assert load_city(tmp_path) is None
    with pytest.raises(ModelError):
        roll_back(tmp_path)


def test_the_nightly_lesson_is_held_once_and_taken_up(store: Store, reader: Reader, tmp_path: Path) -> None:
    for number, each in enumerate(decisions()):
        store.write(
            lambda book, each=each, number=number: book.example_add(
                f"20260302-{number:05}", each.text, each.unit, "", "dispatcher:赵调度", NOW
            )
        )
    learning = Learning(store, reader, tmp_path)

    assert not learning.nightly(NOW.replace(hour=12))
    assert learning.nightly(NOW)
    assert not learning.nightly(NOW)
    assert reader.city is not None
    assert reader.read("投诉户籍窗口不给换蓝皮书，第三次来了", NOW).departments

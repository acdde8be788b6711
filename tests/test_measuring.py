"""The table behind `make evaluate`: public texts are measured where they are, and named where they are not."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from nlp.corpus_reading import CORPUS, HANDS, CorpusError, read_examples, read_taught
from nlp.figures import calibration_error, error_by_chance, share
from nlp.measure_public import offensive, public_figures, seven_classes
from nlp.measure_routing import routing_figures
from nlp.reader import Reader
from tests.makers import ZONE

pytestmark = pytest.mark.xdist_group("measuring")

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZONE)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def write(path: Path, names: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    return path


def test_public_texts_that_are_not_there_are_named_and_nothing_else_is_said(reader: Reader, tmp_path: Path) -> None:
    table = public_figures(reader, tmp_path, NOW)

    assert len(table) == 3
    assert set(table.values()) == {"not there, not measured"}


def test_a_router_is_measured_by_cross_validation_beside_a_plain_pipeline(tmp_path: Path) -> None:
    rows = [(f"第{number}路公交等不到\n站台旁等了{number}分钟车", "交通") for number in range(15)]
    rows += [(f"第{number}栋物业乱收费\n停车费涨了{number}元没公示", "住建") for number in range(15)]
    rows += [(f"第{number}小学补课\n每人收费{number}百元", "教育") for number in range(15)]

    table = seven_classes(write(tmp_path / "texts.csv", ("text", "label"), rows))

    assert table["TipDM, macro F1 by cross-validation"].startswith("1.000 [1.000-1.000] of 45")
    assert set(table) >= {"TipDM, plain pipeline", "TipDM, routed alone at 95 % precision", "TipDM, calibration error"}


def test_insults_are_learnt_from_one_part_and_judged_on_the_other(tmp_path: Path) -> None:
    rows = [(f"你就是个蠢货{number}", "offensive", part) for number in range(6) for part in ("train", "dev")]
    rows += [(f"今天天气不错{number}", "safe", part) for number in range(6) for part in ("train", "dev")]
    names = ("text", "label", "official_split")

    assert offensive(write(tmp_path / "posts.csv", names, rows))["COLD, macro F1"].startswith("1.000")
    with pytest.raises(CorpusError, match="no rows of train and dev"):
        offensive(write(tmp_path / "none.csv", names, [("好", "safe", "train")]))


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ('{"text": "路灯不亮", "kind": "complaint", "verdict": "accept", "ground": ""}', "line 2: no 'department'"),
        ('{"text": "路灯不亮"', "line 2: "),
    ],
)
def test_a_faulty_line_of_a_hand_is_named(tmp_path: Path, line: str, because: str) -> None:
    whole = '{"text": "好", "kind": "praise", "verdict": "clarify", "ground": "chitchat", "department": ""}'
    (tmp_path / HANDS).write_text(f"{whole}\n{line}\n", encoding="utf-8")

    with pytest.raises(CorpusError, match=f"{HANDS}, {because}"):
        read_taught(tmp_path)


def test_routing_is_measured_under_our_names_under_others_and_beside_a_plain_pipeline(reader: Reader) -> None:
    table = routing_figures("few", read_examples(CORPUS / "test.csv")[:60], reader)

    assert [name for name in table if name.endswith("top 1")] == [
        "few: router, top 1",
        "few: router, other names and borders, top 1",
        "few: router, plain pipeline, top 1",
    ]
    assert "honest ones would show" in table["few: router, calibration error"]
    assert routing_figures("none", [], reader) == {}


def test_honest_probabilities_show_more_error_on_few_texts_than_on_many() -> None:
    few, many = np.full(50, 0.8), np.full(5000, 0.8)

    assert error_by_chance(few) > 3 * error_by_chance(many)
    assert calibration_error(np.array([True] * 8 + [False] * 2), np.full(10, 0.8)) < 1e-9
    assert share([]) == "none"

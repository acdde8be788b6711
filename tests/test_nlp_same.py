"""The same matter? And which matters are told by many. On frozen families, and on what each measure stands for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nlp.alike import alike
from nlp.gist import gist, gists, load_gists, points_of, save_gists, untaught
from nlp.gist_training import Told, train_gists
from nlp.meaning import STEPS, in_bytes, load_meanings, nearness
from nlp.model import ModelError
from nlp.reader import Reader
from nlp.same import MEASURES, WEIGHTS, load_net, measures
from nlp.same_training import FIRST_SIGHT, KEPT_APART, TAUGHT, best_line, even_f1, f1, read_families, written_pairs

TOLD = "9月3日在市民之家3号窗口办社保转移，工作人员把材料扔了出来"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        (TOLD, TOLD, "the same words"),
        (TOLD, f"你好，{TOLD}，请尽快处理，谢谢", "the same with courtesy"),
        (TOLD, "市民之家3号窗口，9月3日，转社保的材料被工作人员往外扔", "other words"),
        ("幸福路88号门口的路灯坏了一个多月", "我家门口（幸福路八十八号）路灯不亮，什么时候修", "figures written out"),
        (
            "我上周三去市不动产登记中心3号窗口办证，材料齐全却不给受理，态度还很差",
            "上次我去市不动产登记中心3号窗口办证，材料齐全不给受理，今天去还是这样",
            "said again by the same person",
        ),
        ("我们翠竹苑二期电梯又把人关里头", "翠竹苑二期电梯困人三次了，物业不修", "what means the same"),
    ],
)
def test_one_matter_in_two_tellings_is_seen(reader: Reader, one: str, other: str, because: str) -> None:
    assert reader.compare(one, other) > 0.5, because


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        (TOLD, TOLD.replace("9月3日", "9月17日"), "another day"),
        (TOLD, TOLD.replace("3号窗口", "5号窗口"), "another window"),
        ("湖滨路39号违建加盖三层", "湖滨路49号违建加盖三层", "another house"),
        ("翠竹苑一期电梯困人，物业不修", "翠竹苑二期电梯困人，物业不修", "another part of the estate"),
        ("青年公园厕所五点就锁门", "青年公园健身器材坏了", "the same place, another trouble"),
        ("工号0452的人对老人大吼", "工号0425的人对老人大吼", "another person"),
        ("受理编号20250828001至今没答复", "受理编号20250828010至今没答复", "another case"),
        ("社保卡丢了去哪里补", "楼下烧烤油烟太大", "nothing in common"),
        ("", "社保卡丢了去哪里补", "nothing at all"),
    ],
)
def test_two_matters_in_like_words_are_kept_apart(reader: Reader, one: str, other: str, because: str) -> None:
    assert reader.compare(one, other) < 0.5, because


def test_it_does_not_matter_which_text_comes_first(reader: Reader) -> None:
    for pair in written_pairs(read_families(TAUGHT))[:60]:
        assert reader.compare(pair.one, pair.other) == pytest.approx(reader.compare(pair.other, pair.one))


@pytest.mark.parametrize(("path", "even", "whole"), [(KEPT_APART, 0.85, 0.72), (FIRST_SIGHT, 0.83, 0.67)])
def test_frozen_families_are_told_apart_as_well_as_they_were(
    reader: Reader, path: Path, even: float, whole: float
) -> None:
    """Three of four of these pairs are the nearest neighbours there are; the floor lies under what was measured."""
    pairs = written_pairs(read_families(path))
    truth = np.array([pair.is_same for pair in pairs])
    chances = np.array([reader.compare(pair.one, pair.other) for pair in pairs])

    assert even_f1(truth, chances) > even
    assert f1(truth, chances) > whole


@pytest.mark.parametrize("path", [KEPT_APART, FIRST_SIGHT])
def test_no_frozen_telling_is_learnt_from(path: Path) -> None:
    taught, kept = ({telling.text for family in read_families(file) for telling in family} for file in (TAUGHT, path))

    assert not taught & kept


def test_the_weights_are_of_the_measures_there_are(tmp_path: Path) -> None:
    assert load_net(WEIGHTS).hidden.shape[0] == len(MEASURES)
    of_others = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    of_others["measures"][0] = "another"
    broken = tmp_path / "same.json"
    for written in (json.dumps(of_others), '{"bias": 0, "mean": []}', "nothing"):
        broken.write_text(written, encoding="utf-8")
        with pytest.raises(ModelError, match="no usable weights"):
            load_net(broken)


# The gist, and words for one thing


def test_a_thing_goes_by_many_names() -> None:
    assert alike().rows["卫生间"] & alike().rows["厕所"]
    assert not alike().rows["卫生间"] & alike().rows["电梯"]


def test_what_the_lexicons_have_as_one_is_seen_whole(reader: Reader) -> None:
    sketch = reader._sketch("材料寄出去两个月，没收到")

    assert "没收到" in sketch.words
    assert len(sketch.words) == len(sketch.vectors) == len(sketch.rarity) == len(sketch.alike)


def test_the_gist_leaves_the_place_and_keeps_the_trouble(reader: Reader) -> None:
    told = [
        reader._sketch(text).gist.whole
        for text in ("金水小区电梯又把人困里面了", "电梯关人，金水小区的物业不修", "金水小区门口的路灯不亮")
    ]

    assert told[0] @ told[1] > told[0] @ told[2] + 0.2


@pytest.mark.parametrize("telling", [0, 1])
def test_families_teach_which_word_tells_their_matters_apart(telling: int) -> None:
    meanings = load_meanings()
    three = (["甲乙", "丙丁"], ["甲乙", "戊己"], ["庚辛", "丙丁"])
    told = [Told(points_of(words, "".join(words)), family, words[telling]) for family in range(40) for words in three]
    taught = train_gists(told, meanings)

    both, first_shared, second_shared = (gist(each.points, taught, meanings).whole for each in told[:3])
    nearer, farther = (first_shared, second_shared) if telling == 0 else (second_shared, first_shared)
    assert both @ nearer > both @ farther


def test_a_point_counts_for_what_the_families_taught_it() -> None:
    meanings = load_meanings()
    heavy = gists(
        np.eye(meanings.size, dtype=np.float32), ["停水"], meanings.of([meanings.rows["停水"]]), np.float32([2])
    )

    told = gist(points_of(["停水", "小区"], "停水小区"), heavy, meanings)
    assert told.weight[0] > 2 * told.weight[1]
    assert told.weight.sum() == pytest.approx(1)
    assert np.allclose(np.linalg.norm(told.points[:2] / STEPS, axis=1), 1, atol=0.02)


def test_only_what_several_tell_keeps_a_vector_of_its_own() -> None:
    meanings = load_meanings()
    words = [["停水", "丙丁"], ["停水", "戊己"], ["停电", "庚辛"], ["停电", "壬癸"]]
    told = [Told(points_of(each, "".join(each)), 0, each[0]) for each in words]

    taught = train_gists(told, meanings)
    assert {"停水", "停电"} <= taught.rows.keys()
    assert not {"丙丁", "戊己", "庚辛", "壬癸"} & taught.rows.keys()


def test_what_is_kept_in_bytes_is_as_near_as_it_was() -> None:
    meanings = load_meanings()
    vectors = meanings.of([meanings.rows[word] for word in ("停水", "停电", "护照")])

    assert np.allclose(nearness(in_bytes(vectors), in_bytes(vectors)), vectors @ vectors.T, atol=0.02)


def test_the_line_lies_where_both_counts_are_best() -> None:
    """Nine pairs apart at 0.4 cost more than the one alike at 0.3 is worth."""
    truth = np.array([True] * 3 + [True] + [False] * 10)
    chances = np.array([0.9] * 3 + [0.3] + [0.4] * 9 + [0.1])

    assert 0.4 < best_line(truth, chances) <= 0.9


def test_a_text_of_unknown_words_has_no_gist() -> None:
    meanings = load_meanings()

    assert not gist((), untaught(meanings), meanings).whole.any()
    assert not gist(points_of(["🙂"], "🙂"), untaught(meanings), meanings).whole.any()


def test_gists_are_kept_as_they_were(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    vectors, heft = chance.normal(size=(2, 4)).astype(np.float32), chance.normal(size=2).astype(np.float32)
    save_gists(tmp_path / "gists.npz", gists(np.eye(4, dtype=np.float32), ["停水", "c:水"], vectors, heft))

    kept = load_gists(tmp_path / "gists.npz")
    assert kept.rows == {"停水": 0, "c:水": 1}
    assert np.allclose(kept.moved([0, 1]), vectors, atol=0.02)
    assert np.allclose(kept.heft, heft)


def test_gists_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    broken = tmp_path / "gists.npz"
    broken.write_text("no gists", encoding="utf-8")
    with pytest.raises(ModelError, match="no usable gists"):
        load_gists(broken)


@pytest.mark.parametrize(
    ("one", "other", "measure", "because"),
    [
        ("十三号我去的，没人", "9月13日没人", "days agree", "a day written out is a day"),
        ("13窗没人", "13号窗口没人", "numbers agree", "窗 is 窗口"),
        ("车牌尾号7K2被拍了", "尾号7K2罚错了", "numbers agree", "the end of a number plate"),
        ("车牌尾号7K2被拍了", "尾号3D1罚错了", "numbers differ", "another plate"),
        ("青桥区政务大厅机器黑屏", "枫林区政务大厅机器黑屏", "names of both unshared", "another district"),
        ("我叫杨过，档案丢了", "杨过的档案还没找到", "signed alike", "whose matter it is"),
        ("我叫杨过，档案丢了", "我叫郭靖，档案丢了", "signed apart", "another's matter"),
    ],
)
def test_what_is_named_is_held_side_by_side(reader: Reader, one: str, other: str, measure: str, because: str) -> None:
    found = dict(zip(MEASURES, measures(reader._sketch(one), reader._sketch(other)), strict=True))
    the_same = dict(zip(MEASURES, measures(reader._sketch(one), reader._sketch(one)), strict=True))

    assert found[measure] == 1, because
    if measure.endswith(("differ", "apart", "unshared")):
        assert the_same[measure] == 0, because


# Hot matters


def test_what_many_tell_is_gathered_under_a_name_of_its_own_words(reader: Reader) -> None:
    texts = [
        "丽景小区旁边的搅拌站半夜轰隆隆，没法睡",
        "社保卡丢了去哪里补",
        "投诉丽景小区附近搅拌站噪音扰民",
        "我们丽景小区挨着一个搅拌站，粉尘噪音太大，谁批的",
        "公积金提取要多久",
        "丽景小区搅拌站夜里施工，噪音吵得孩子睡不着",
    ]

    (name, places), *others = reader.gather(texts)

    assert places == (0, 2, 3, 5)
    assert "丽景小区" in name
    assert "搅拌站" in name
    assert others == []


def test_groups_of_a_week_are_mostly_of_one_matter(reader: Reader) -> None:
    told = [
        (number, telling.matter, telling.text)
        for number, family in enumerate(read_families(KEPT_APART))
        for telling in family
    ]

    groups = reader.gather([text for *_, text in told])

    pure = sum(Counter(told[place][:2] for place in places).most_common(1)[0][1] for _, places in groups)
    assert pure / sum(len(places) for _, places in groups) > 0.85


def test_nothing_is_gathered_from_nothing(reader: Reader) -> None:
    assert reader.gather([]) == reader.gather(["", ""]) == reader.gather(["路灯坏了"]) == []

"""Which unit leads: another city's names and borders, shared places, how sure, and which words spoke for it."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from bots.citizen.statement import proposal
from nlp.corpus_reading import CORPUS, read_columns
from nlp.fitting import Labelled, fit, folds_of, see_topic
from nlp.reader import Reader
from nlp.route import Router, subjects, trusted
from nlp.text import clean, cut, features
from nlp.topic import BLOCKS, topic_features
from nlp.twin_texts import groups_of
from tests.makers import ZONE

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZONE)
UNITS = [
    ("市公安局", "户籍、身份证、治安"),
    ("市公安局交警支队", "车辆上牌过户、驾驶证、交通违法"),
    ("市税务局", "发票、契税"),
    ("市政务服务中心", "办事大厅、窗口秩序、叫号、政务服务网"),
    ("市低空办", "无人机适飞空域、飞行计划报备、低空物流"),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(UNITS)


def first(reader: Reader, text: str) -> str:
    return reader.first_day(text)[0][0]


def test_units_that_share_a_subject_divide_it_by_their_duty_lines(reader: Reader) -> None:
    assert first(reader, "驾驶证丢了去哪里补，交通违法要先处理吗") == "市公安局交警支队"
    assert first(reader, "户籍窗口不给办身份证，说照片不行") == "市公安局"


def test_a_unit_no_city_had_before_is_found_by_its_duty_line(reader: Reader) -> None:
    assert first(reader, "无人机飞行计划报备以后多久批适飞空域") == "市低空办"


def test_a_unit_nothing_speaks_for_is_not_put_first(reader: Reader) -> None:
    assert first(reader, "这个东西什么时候能弄好") != "市低空办"


@pytest.mark.parametrize(
    "text",
    [
        "政务大厅税务窗口的人一直玩手机，喊了三遍不抬头",
        "在政务服务中心办车辆过户，叫号机坏了没人管",
        "政务服务网登录一直转圈，开票申请交不上去",
    ],
)
def test_a_shared_place_s_own_trouble_goes_to_whoever_runs_it(reader: Reader, text: str) -> None:
    assert first(reader, text) == "市政务服务中心"


def test_a_matter_at_a_shared_place_stays_with_its_unit(reader: Reader) -> None:
    assert first(reader, "在市民中心问契税税率多少，发票能不能补开") == "市税务局"


def test_the_first_three_units_each_say_which_words_spoke_for_them(reader: Reader) -> None:
    reading = reader.read("投诉政务大厅税务窗口，契税发票开错了还不给改，态度很差", NOW)
    told = [why for why in reading.why if why.startswith("route ")]

    assert [line.split()[1] for line in told] == [name for name, _ in reading.departments[:3]]
    assert any("契税" in line or "发票" in line for line in told)


def test_where_no_unit_answers_for_it_the_suggestion_stays_weak(reader: Reader) -> None:
    routed = reader.first_day("养猪场的粪水直排河里，臭得睡不着")

    assert routed[0][1] < 0.35
    assert sum(chance for _, chance in routed) < 0.7


def test_no_message_kept_apart_teaches_routing() -> None:
    def bare(text: str) -> str:
        return "".join(sign for sign in text if sign.isalnum())

    kept = {bare(text) for path in CORPUS.glob("test*.csv") for (text,) in read_columns(path, ("text",))}
    assert not kept & {bare(text) for (text,) in read_columns(CORPUS / "route.csv", ("text",))}


def test_the_dispatcher_reads_the_words_of_each_suggested_unit(reader: Reader) -> None:
    reading = reader.read("投诉政务大厅税务窗口，契税发票开错了还不给改，态度很差", NOW)
    told = str(proposal(reading)["why"])

    assert len(told.split("；")) == len(reading.departments[:3])
    assert f"；{reading.departments[1][0]}：" in told
    assert "route" not in told


def test_trust_shrinks_the_first_and_leaves_the_others_their_shares_and_order() -> None:
    routed = trusted([("甲", 0.9), ("乙", 0.08), ("丙", 0.02)], (0.0, 0.5))

    assert routed[0][1] / (1 - routed[0][1]) == pytest.approx((0.9 / 0.08) ** 0.5)
    assert routed[1][1] / routed[2][1] == pytest.approx(4.0)
    assert sum(chance for _, chance in routed) == pytest.approx(1.0)
    assert trusted([("甲", 0.4), ("乙", 0.35)], (-3.0, 1.0))[0][0] == "甲"
    assert trusted([], (0.0, 1.0)) == []


def test_a_close_second_lessens_trust() -> None:
    alone, close = [("甲", 0.6), ("乙", 0.2), ("丙", 0.2)], [("甲", 0.6), ("乙", 0.4), ("丙", 0.0)]

    assert trusted(alone, (0.0, 1.0))[0][1] > trusted(close, (0.0, 1.0))[0][1]


def test_of_two_centres_the_one_named_leads() -> None:
    router = Router([("市政务服务中心", "大厅、窗口、叫号"), ("东县政务服务中心", "大厅、窗口、叫号")])
    text = "东县政务服务中心综合窗口的人十一点就不办了"

    assert router.route(text, features(cut(text)), {"service_centre": 1.0})[0][0] == "东县政务服务中心"


def test_every_message_that_teaches_routing_names_a_subject_there_is() -> None:
    names = {subject.name for subject in subjects()}
    taught = [unit for _, unit in read_columns(CORPUS / "route.csv", ("text", "department"))]
    told = [each for (row,) in read_columns(CORPUS / "other-units.csv", ("subjects",)) for each in row.split()]

    assert set(taught) == set(told) == names


def test_every_unit_of_another_city_is_tied_to_what_it_does() -> None:
    rows = read_columns(CORPUS / "other-units.csv", ("department", "duties", "subjects"))
    router = Router([(name, duties) for name, duties, _ in rows])
    wrong = [name for name, _, told in rows if router.subject_of(name) not in told.split()]

    assert wrong == []


def test_a_learnt_model_answers_as_scikit_learn_does_block_by_block() -> None:
    texts = [f"关于第{number}路公交改线\n站台太远，等车{number}分钟" for number in range(20)]
    texts += [f"小区物业乱收费\n第{number}栋停车费涨价没公示" for number in range(20)]
    texts += [f"学校第{number}次补课收费" for number in range(20)]
    labels = ["交通"] * 20 + ["住建"] * 20 + ["教育"] * 20
    material = Labelled(range(60), labels, c=3.0, log_ratios=0.5, complement=0.3)
    fitted = fit(texts, {"label": material}, see_topic, blocks=BLOCKS)

    unseen = [*texts[::7], "改线", "", "没见过的词\n也没见过的标题"]
    expected = fitted.twins["label"].predict_proba(fitted.vectorizer.transform(unseen))
    served = [fitted.model.heads["label"].probabilities(fitted.model.vector(topic_features(text))) for text in unseen]
    np.testing.assert_allclose(np.array(served), expected, atol=1e-9)


def test_copies_of_a_text_are_judged_together() -> None:
    body = "小区门口的路灯坏了三个月，晚上老人孩子都不敢出门，物业说归城管，城管说归物业，请尽快修好"
    texts = [f"路灯\n{body}", f"请修路灯\n{body}谢谢领导", "公交改线了\n等车太久", "路灯"]
    groups = groups_of(texts)

    assert groups[0] == groups[1]
    assert len(set(groups)) == 3


def test_folds_keep_copies_together_and_every_label_in_each() -> None:
    labels = ["甲", "乙"] * 20
    together = [row // 4 for row in range(40)]
    for taught, kept in folds_of(labels, together):
        assert not {together[row] for row in taught} & {together[row] for row in kept}
        assert {labels[row] for row in kept} == {"甲", "乙"}


def test_words_of_a_unit_are_those_of_its_own_line() -> None:
    router = Router(UNITS)
    said = features(cut(clean("飞行计划报备要几天").text))

    assert "报备" in "".join(router.reasons("市低空办", said))
    assert router.subject_of("市税务局") == "tax"

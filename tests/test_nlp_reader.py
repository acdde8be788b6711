"""The reader as a whole: what it answers, and that nothing a person sends makes it fail."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.corpus_reading import CORPUS, HANDS, read_examples, read_taught
from nlp.deciding import GROUNDS
from nlp.fitting import analyse, fit
from nlp.kind import tell_kind
from nlp.lexicon_words import word_list
from nlp.measure import KEPT_APART
from nlp.measure_exam import EXAMS
from nlp.model import ModelError
from nlp.net import load_net, save_net
from nlp.net_training import fit_net
from nlp.reader import Reader
from nlp.route import Router, subjects, ties
from nlp.screen import RULEBOOKS, clauses
from nlp.text import Said
from nlp.train import reader_material

NOW = datetime.fromisoformat("2025-09-26T10:00:00+08:00")
WALK = "我上周三去市不动产登记中心3号窗口办证，材料齐全却不给受理，态度还很差"
UNITS = [
    ("市自然资源局", "不动产登记、土地供应、规划许可"),
    ("市公安局", "户籍、身份证、出入境、机动车"),
    ("市政务服务管理局", "政务大厅秩序、叫号、导办、热线"),
    ("市人力资源和社会保障局", "养老、工伤、失业保险，社会保障卡"),
]


@pytest.fixture(scope="module")
def reader():
    return Reader.load(UNITS)


def test_the_walk_is_read_right(reader):
    reading = reader.read(WALK, NOW)

    assert (reading.kind, reading.verdict, reading.ground, reading.clause) == ("complaint", "accept", None, None)
    assert reading.fields == {"organisation": "市不动产登记中心3号窗口", "event_time": "2025-09-17"}
    assert reading.departments[0][0] == "市自然资源局"
    assert reading.departments[0][1] > 0.6
    assert reading.why


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我的进度", "progress_query"),
        ("受理编号20261121-00017办得怎么样了", "progress_query"),
        ("转人工", "human_agent"),
        ("撤回", "withdraw"),
        ("事情解决了，我要撤回投诉", "withdraw"),
        ("不对，是8号窗口", "supplement"),
        ("补充一下，我有录音", "supplement"),
        ("派出所叫我撤回投诉，不然不给我办户口", "complaint"),
        ("建议大厅多放几把椅子", "suggestion"),
        ("综合窗口08号服务态度非常好，五星好评", "praise"),
        ("请问二手房过户需要带哪些东西", "consultation"),
        ("我想投诉住建局，老旧小区加装电梯的补贴一年没发", "complaint"),
        ("老旧小区加装电梯的补贴一年没发", "complaint"),
        ("建议加装电梯的补贴一年没发的别再让人重新申请", "suggestion"),
        ("教育局教师资格证换证一直不发", "complaint"),
        ("城管局路灯不亮", "complaint"),
        ("您好，打扰了，辛苦了！想反映下服务中心的自助机打不出回单", "complaint"),
        ("社保卡一直没发怎么办", "consultation"),
    ],
)
def test_what_a_message_does(reader, text, kind):
    assert reader.read(text, NOW).kind == kind


@pytest.mark.parametrize(
    ("text", "verdict", "because"),
    [
        ("你们这群狗东西，营业执照办了两个月还不下来", "accept", "a matter wins over rudeness"),
        ("窗口让我给他买条烟才肯办营业执照", "accept", "a favour asked at a window is ours"),
        ("社保局窗口的人骂我“滚回农村去”，我的退休审批到现在没办", "accept", "an insult quoted is not one given"),
        ("我跟窗口说要信访她就笑，不动产证还是没给我", "accept", "a petition in passing"),
        ("你们全是狗东西，死全家", "refuse", "no matter at all"),
        ("我不想活了", "out_of_scope", "danger to life comes first"),
        ("低保的事不问了，没意思，娃托给我姐了，以后不用再拖累谁", "out_of_scope", "a farewell that names nothing"),
        ("社保卡密码留在窗口桌上让人看见了，社保局不当回事", "accept", "no farewell"),
        ("跳楼摔伤的医保报不报，孩子已经出院了", "accept", "a danger only told of beside a matter"),
        ("社保局门口有人落水了，快来人", "out_of_scope", "danger now, whatever office is named"),
        ("您好，打扰了，低保停了半年没人管，盼复，谢谢", "accept", "polite, and still a matter"),
        ("您好，请问一下，红烧肉怎么做，麻烦了，谢谢", "out_of_scope", "polite, and still not ours"),
        ("对市监局的处罚决定不服，我要申请行政复议", "out_of_scope", "reconsideration has its own way"),
        ("你好", "clarify", "a greeting"),
        ("我要投诉", "clarify", "nothing in it yet"),
        ("", "clarify", "empty"),
        ("😊😊", "clarify", "signs only"),
    ],
)
def test_whether_it_is_ours(reader, text, verdict, because):
    assert reader.read(text, NOW).verdict == verdict, because


def test_danger_is_heard_in_the_middle_of_a_very_long_text(reader):
    story = "办证的事跑了很多趟。" * 200

    assert reader.read(f"{story}我不想活了。{story}", NOW).ground == "emergency"


def test_a_ground_has_the_clause_of_its_rulebook():
    insult = "你们全是狗东西，死全家"

    found = {rulebook: Reader.load(UNITS, rulebook).read(insult, NOW).clause for rulebook in RULEBOOKS}

    assert found == {"henan": "5.2", "anyang": None, "suining": None, "yunnan": None, "shanghai": None}


TEXTS = [example.text for example in read_examples(CORPUS / "test-fresh.csv")]
ODD = ["", "\u200b", "😀" * 5, "局", "no", "社保局，" * 400, WALK, "\x00", "前王卫生室打针收了八十"]


@given(st.lists(st.sampled_from([*TEXTS, *ODD]) | st.text(max_size=40), max_size=40))
@settings(max_examples=60, deadline=None)
def test_texts_read_together_say_what_each_says_by_itself(texts):
    reader = the_reader()

    together = reader.read_each([(text, NOW) for text in texts])

    assert list(map(all_of, together)) == [all_of(reader.read(text, NOW)) for text in texts]


def all_of(reading):
    return (
        *(reading.kind, reading.verdict, reading.ground, reading.clause),
        *(reading.fields, reading.spans, [name for name, _ in reading.departments], reading.why[:2]),
    )


@pytest.mark.parametrize("rulebook", RULEBOOKS)
def test_clauses_are_of_known_grounds(rulebook):
    assert set(clauses(rulebook)) <= {ground for grounds in GROUNDS.values() for ground in grounds}


@cache
def the_reader():
    return Reader.load(UNITS)


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_string_is_read(text):
    reading = the_reader().read(text, NOW)

    assert reading.kind
    assert (reading.ground is None) == (reading.verdict == "accept")
    assert all(0 <= start < end <= len(text) for start, end in reading.spans.values())


@pytest.mark.parametrize(
    "text",
    [
        "办" * 20_000,
        "3号" * 10_000,
        "\x00\u200b" * 10_000,
        "1" * 20_000,
        "一" * 20_000,
        "不是" * 10_000,
        "aGVsbG8gd29ybGQ=" * 1_200,
    ],
)
def test_a_hostile_text_is_read(reader, text):
    assert reader.read(text, NOW).verdict


def test_reading_needs_no_scikit_learn():
    program = (
        "import sys, nlp.reader; nlp.reader.Reader.load(); sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_served_probabilities_are_those_of_scikit_learn():
    examples = read_examples(CORPUS / "train.csv")[:400]
    texts, heads = reader_material(examples)
    fitted = fit(texts, {"subject": heads["subject"]})

    matrix = fitted.vectorizer.transform(texts)
    expected = fitted.twins["subject"].predict_proba(matrix)
    served = [fitted.model.heads["subject"].probabilities(fitted.model.vector(*analyse(text))) for text in texts]

    np.testing.assert_allclose(np.array(served), expected, atol=1e-9)


def test_the_net_served_is_the_one_of_scikit_learn(tmp_path):
    texts, heads = reader_material(read_examples(CORPUS / "train.csv")[:400])
    fitted = fit(texts, {"kind": heads["kind"]})
    matrix = fitted.vectorizer.transform(texts)[list(heads["kind"].rows)]

    learnt = fit_net(matrix, fitted.model.names, heads["kind"])
    save_net(learnt.net, tmp_path)
    vectors = [fitted.model.vector(*analyse(texts[row])) for row in heads["kind"].rows]
    served = load_net(tmp_path).chances(vectors)

    np.testing.assert_allclose(served, learnt.twin.predict_proba(matrix), atol=1e-9)
    with pytest.raises(ModelError, match="no usable net"):
        load_net(tmp_path / "elsewhere")


def test_every_subject_finds_its_unit_under_its_own_name():
    units = [(subject.called[0] + "局", subject.duties) for subject in subjects()]

    tied = ties(units)

    assert all(tied.get((subject.name, subject.called[0] + "局"), 0) > 0.9 for subject in subjects())


def test_what_no_unit_answers_for_stays_unassigned():
    router = Router([("市公安局", "户籍、身份证")])

    answer = router.route("", Said({}), {"tax": 1.0})

    assert answer[0][1] < 0.5


def test_the_same_matter_in_other_words_is_likelier_than_another_at_the_same_window(reader):
    told = "昨天在社保局3号窗口办退休审批，材料齐全不给受理"
    again = "投诉社保局3号窗口，退休审批材料齐全，昨天去了就是不受理"
    another = "昨天在社保局3号窗口咨询失业金怎么领，排了很久"

    assert reader.compare(told, again) > 0.5 > reader.compare(told, another)
    assert reader.compare(told, told) > 0.95


def test_no_word_that_tells_nothing_speaks_for_a_unit(reader):
    reading = reader.read("我们昨天下午去不动产登记中心，一个窗口说系统坏了，过户还是没办成", NOW)
    told = {word for line in reading.why if line.startswith("route") for word in line.partition(": ")[2].split("、")}

    assert "过户" in told
    assert told & word_list("no_reasons.txt") == set()


def test_no_message_kept_apart_is_learnt():
    def bare(examples):
        return {"".join(sign for sign in example.text if sign.isalnum()) for example in examples}

    kept = {text for name in KEPT_APART for text in bare(read_examples(CORPUS / name))}

    assert [taught for taught in read_taught() if bare(taught) & kept] == []


def test_no_message_of_an_exam_teaches():
    def bare(text):
        return "".join(sign for sign in text if sign.isalnum())

    def told(path):
        if path.suffix == ".csv":
            return {bare(example.text) for example in read_examples(path)}
        return {bare(json.loads(line)["text"]) for line in path.read_text(encoding="utf-8").splitlines()}

    # 转人工, 我要投诉: everybody says the shortest in the same words.
    exams = {text for path in CORPUS.glob(EXAMS) for text in told(path) if len(text) > 6}

    assert len(exams) > 850
    teaching = [*CORPUS.glob("train*.csv"), *CORPUS.glob("fields*.jsonl"), CORPUS / HANDS]
    assert {path.name: told(path) & exams for path in teaching if told(path) & exams} == {}


@pytest.mark.parametrize(
    "piece", ["1 ", "13", "(0871)", "姓马的", "周三", "我叫", "号窗口", "小时前", "·龙", "20250101-", "每个", "身份证1"]
)
def test_a_long_run_of_what_the_patterns_look_for_is_read(reader, piece):
    assert reader.read(piece * (20_000 // len(piece)), NOW).kind


def test_departments_and_reasons_are_left_until_asked_for_and_are_those_of_the_reading(reader, monkeypatch):
    class Elsewhere:
        """A city that was taken up after the reading."""

        def blend(self, text: str, routed: object) -> object:
            raise AssertionError("the reading was made before")

    text, asked = "我要投诉不动产登记中心3号窗口，材料齐全却不给受理", []
    before, route = reader.read(text, NOW), reader.router.route
    assert before.departments
    assert before.why
    monkeypatch.setattr(reader.router, "route", lambda *given: asked.append(1) or route(*given))
    reading = reader.read(text, NOW)
    assert asked == []

    monkeypatch.setattr(reader, "city", Elsewhere())
    assert reading.departments == before.departments
    assert reading.why[2].startswith(f"route {reading.departments[0][0]} ")
    assert asked == [1]
    assert reading == before
    with pytest.raises(AttributeError):
        reading.verdicts  # noqa: B018


def test_whoever_names_a_unit_is_not_asked_whom_it_is_about(reader):
    said = "窗口的人态度太差了，让我排了两个小时又说不办，希望道歉"

    assert reader.read(said, NOW).ground == "no_respondent"
    assert reader.read(f"{said}，就那个医保局的", NOW).verdict == "accept"


def test_who_reports_and_thanks_for_nothing_does_not_praise():
    learnt = {"praise": 0.5, "complaint": 0.4}

    assert tell_kind("替我妈反映个事,希望恢复发放", learnt).kind == "complaint"
    assert tell_kind("替我妈反映个事,谢谢你们,真暖心", learnt).kind == "praise"

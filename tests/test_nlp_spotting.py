"""Spotting: the best stretch is found, the learning goes downhill, what is learnt from is labelled rightly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import combinations

import numpy as np
import pytest

from nlp import spotting_pupil, spotting_training
from nlp.corpus_reading import CORPUS, HANDS
from nlp.fields import find_fields
from nlp.fields_time import read_times
from nlp.moon import YEARS, last_day_of_any_month, last_moon_day, moon_day, term, years_last_day
from nlp.spotting import COUNT, Spotter, load_spotter, save_spotter, spotters_card
from nlp.spotting_called import called
from nlp.spotting_features import BITS, FIELDS, TIME, Asked, Sorts, columns
from nlp.spotting_known import Known
from nlp.spotting_messages import message_of, read_messages
from nlp.spotting_pupil import Pupil
from nlp.spotting_training import _batch, _in_steps, _pulls, lesson_of
from nlp.text import clean, cut

NOW = datetime.fromisoformat("2027-11-15T10:00:00+08:00")
# Weights are kept by these rows: where the sum changes, all must be learnt anew.
FEATURES = 4_303_242
MESSAGES = list(read_messages(CORPUS / "fields-fifth.jsonl"))[:200]


def a_spotter(worth: np.ndarray) -> Spotter:
    """One to whom the characters are worth just that, whatever the text."""

    class Told(Spotter):
        def worths(self, asked):
            return [worth]

    return Told(None, np.zeros(1, np.uint16), np.zeros(COUNT), np.zeros(COUNT), {})


@pytest.mark.parametrize("seed", range(20))
def test_the_stretch_that_is_worth_the_most_is_found(seed):
    worth = np.random.default_rng(seed).normal(size=(9, 3 * COUNT))
    text = "甲乙丙丁戊己庚辛壬"
    best = {}
    for field in range(COUNT - 1):
        for start, end in combinations(range(10), 2):
            within = worth[start:end, COUNT + field].sum()
            whole = worth[start, field] + within + worth[end - 1, 2 * COUNT + field]
            best[field] = max(best.get(field, (-99.0, 0, 0)), (whole, start, end))
    first = max(best.values())

    found = a_spotter(worth).spot(Asked(text, cut(text), {}, []))

    assert (found[0].start, found[0].end) == first[1:]
    assert all(one.end <= other.start or other.end <= one.start for one, other in combinations(found, 2))


def test_nothing_is_spotted_where_none_is_worth_more():
    worth = np.full((4, 3 * COUNT), -1.0)

    assert a_spotter(worth).spot(Asked("甲乙丙丁", cut("甲乙丙丁"), {}, [])) == []


@pytest.fixture
def learning(monkeypatch):
    """A batch with nothing hidden, and who learns from it."""
    monkeypatch.setattr(spotting_training, "HIDDEN", 0.0)
    monkeypatch.setattr(spotting_training, "UNTOLD", 0.0)
    monkeypatch.setattr(spotting_pupil, "DROPPED", 0.0)
    chance = np.random.default_rng(1)
    lessons = [lesson_of(message, Sorts(Known.of({}))) for message in MESSAGES[:6]]
    return _batch(lessons, 1 << BITS, chance), Pupil(1 << BITS, chance)


def test_learning_goes_downhill(learning):
    """The slope of a weight is how the surprise at the labels changes with it."""
    batch, pupil = learning
    worth, seen = pupil.worth(batch.features, ~batch.beyond)
    pull, none_pull = _pulls(batch, worth, np.ones(COUNT))
    slopes, rows = pupil.slopes(seen, pull)

    for name, slope in slopes.items():
        touched = rows if name == "inputs" else slice(None)
        step, kept = slope / np.linalg.norm(slope), pupil.weights[name].copy()

        def surprise(far, name=name, touched=touched, step=step, kept=kept):
            pupil.weights[name] = kept.copy()
            pupil.weights[name][touched] += np.float32(far) * step
            return _surprise(batch, pupil.worth(batch.features, ~batch.beyond)[0].astype(np.float64), np.ones(COUNT))

        measured = (surprise(1e-3) - surprise(-1e-3)) / 2e-3
        assert (slope * step).sum() == pytest.approx(measured, rel=0.02), name
        pupil.weights[name] = kept

    def lifted(one):
        return (_surprise(batch, worth, np.ones(COUNT) + one) - _surprise(batch, worth, np.ones(COUNT) - one)) / 2e-3

    assert none_pull == pytest.approx([lifted(1e-3 * one) for one in np.eye(COUNT)], rel=1e-3, abs=1e-4)


def test_what_is_served_is_what_was_learnt(learning):
    """Rows of features to half a step, all else to the last figures."""
    batch, pupil = learning
    spotter = _in_steps(np.arange(1 << BITS), pupil.weights, Known.of({}))
    (inputs,), (scale,) = spotter.layers.inputs, spotter.layers.scale
    kept = (inputs[1:] * scale).astype(np.float32)
    assert (abs(kept - pupil.weights["inputs"]) <= scale * 0.501).all()
    pupil.weights["inputs"] = kept
    worth, _ = pupil.worth(batch.features, ~batch.beyond)

    for line, lesson in enumerate(batch.lessons):
        served = spotter.layers.worth(spotter.index.take(lesson.rows.T))
        assert served == pytest.approx(worth[line, : len(served)], abs=1e-4)


def _surprise(batch, worth, none):
    """Told plainly: every stretch summed up, one after the other."""
    total = 0.0
    for lesson, own in zip(batch.lessons, worth, strict=True):
        size, message = len(lesson.rows), lesson.message
        for field in range(COUNT):
            spans = [*combinations(range(size + 1), 2)]
            if FIELDS[field] == "event_time":
                spans = [(each.start, each.end) for each in message.times]
            told = {
                (start, end): own[start, field] + own[start:end, COUNT + field].sum() + own[end - 1, 2 * COUNT + field]
                for start, end in spans
            }
            whole = np.logaddexp.reduce([*told.values(), none[field]])
            right = [told[span] for span in message.spans[field]] or [none[field]]
            total += (whole - np.logaddexp.reduce(right)) * message.told[field]
    return total


def test_what_is_learnt_is_kept_as_it_was(tmp_path):
    spotter = load_spotter()
    save_spotter(tmp_path / "spots.npz", spotter, {"": {"": 0.5}})
    kept = load_spotter(tmp_path / "spots.npz")

    assert (kept.index == spotter.index).all()
    assert (kept.layers.inputs == spotter.layers.inputs).all()
    assert all((one[0] == other[0]).all() for one, other in zip(kept.layers.hidden, spotter.layers.hidden, strict=True))
    assert kept.known.get("窗口") == spotter.known.get("窗口")
    assert kept.known.get("窗口") is not None
    assert kept.known.get("从没有人说过的词") is None
    assert spotters_card(tmp_path / "spots.npz") == {"": {"": 0.5}}


def test_what_is_labelled_stands_in_the_text():
    messages = list(read_messages(CORPUS / HANDS))

    assert len({message.set_name for message in messages}) >= 16
    for message in messages:
        for place, field in enumerate(FIELDS[:TIME]):
            assert message.told[place], (field, message.text, message.fields)


def test_a_name_is_found_that_no_lexicon_knows():
    message = message_of("我叫禤犇,户口本上写错了", NOW, {"name": "禤犇"}, "")

    assert message.spans[0] == ((2, 4),)


@pytest.mark.parametrize("message", MESSAGES[:60], ids=lambda message: message.text[:12])
def test_no_two_fields_share_a_character(message):
    found = find_fields(message.text, message.words, message.now)
    told = [each for each in found if each.name in FIELDS[:TIME]]

    assert all(one.end <= other.start or other.end <= one.start for one, other in combinations(told, 2))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("问那个巫专管员", ["巫专管员"]),
        ("医保窗口小应", ["小应"]),
        ("导诊台的小苗老师", ["小苗老师"]),
        ("小区的老人", []),
    ],
)
def test_who_may_be_called_so_is_seen(said, told):
    assert [said[start:end] for _, start, end in called(said)] == told


def test_the_same_text_has_the_same_features_wherever_it_is_read():
    text = clean("昨天在3号窗口").text
    rows = columns(Asked(text, cut(text), {}, []), Sorts(Known.of({})))

    assert rows.shape[1] == len(text)
    assert int(rows.max()) < 1 << BITS
    assert int(rows.sum()) == FEATURES


def test_a_year_of_the_moon_ends_where_the_next_begins():
    for year in sorted(YEARS)[:-1]:
        last = years_last_day(year + 1)
        months = [moon_day(year, month, day) for month in range(1, 13) for day in (29, 30)]

        assert max(each for each in months if each) == last, year


@pytest.mark.parametrize(
    ("found", "day"),
    [
        (moon_day(2025, 8, 15), date(2025, 10, 6)),
        (moon_day(2026, 5, 5), date(2026, 6, 19)),
        (moon_day(2027, 9, 9), date(2027, 10, 8)),
        (moon_day(2025, 6, 10, True), date(2025, 8, 3)),
        (moon_day(2040, 1, 1), None),
        (last_moon_day(12, 23, date(2025, 3, 11), years_back=1), date(2025, 1, 22)),
        (last_day_of_any_month(7, date(2026, 2, 24)), date(2026, 2, 23)),
        (term("清明", 2025), date(2025, 4, 4)),
        (term("冬至", 2026), date(2026, 12, 22)),
        (term("立秋", 2027), date(2027, 8, 8)),
    ],
)
def test_a_day_of_the_moon_and_a_term_of_the_sun(found, day):
    assert found == day


@pytest.mark.parametrize(
    ("said", "value", "because"),
    [
        ("腊月廿三", "2027-01-30", "the last such day of the moon"),
        ("十月十五下元节", "2027-11-12", "the feast tells that it is the moon's"),
        ("五月十七", "2027-05-17", "nothing tells that it is the moon's"),
        ("五月十七(阴历)", "2027-06-21", "it is told"),
        ("三月廿九号", "2027-03-29", "号 is of the sun"),
        ("夜里十一点二十,前天夜里", "2027-11-13T23:20", "a clock may be told before its day"),
        ("今儿一早(六点)", "2027-11-15T06:00", "or in brackets"),
        ("母亲节那天", "2027-05-09", "the second Sunday of May"),
        ("去年芒种那天", "2026-06-05", "a term of the sun"),
        ("3月10日,不,3月11日", "2027-03-10", "which of the two, a correction tells"),
    ],
)
def test_a_day_is_read_as_people_say_it(said, value, because):
    assert read_times(said, NOW)[0][0].value == value, because


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("早上七点就来排队", ["2027-11-15T07:00"]),
        ("重阳节发的", ["2027-10-08"]),
        ("下午三点关门", []),
        ("电话零零六一", []),
        ("上午那个人挂我电话", ["2027-11-15"]),
        ("申请6.20 已提交", ["2027-06-20"]),
    ],
)
def test_a_clock_or_a_feast_alone_may_be_the_time(said, values):
    ruled, times = read_times(said, NOW)

    assert ruled == []
    assert [each.value for each in times] == values


def test_a_clock_before_the_day_may_be_of_it():
    times = read_times("从早上9点排到现在,3月24号的事", NOW)[1]

    assert "2027-03-24T09:00" in [each.value for each in times]


@pytest.mark.parametrize(
    "said",
    [
        "三月",
        "2027年元月",
        "一九九八年",
        "九二年",
        "上学期",
        "入冬以来",
        "过完年以后",
        "今年清明前后",
        "暑假里",
        "前几天半夜",
    ],
)
def test_what_may_be_a_vague_time_is_weighed(said):
    times = read_times(f"楼道{said}就没灯", NOW)[1]

    assert said in [f"楼道{said}就没灯"[each.start : each.end] for each in times if each.value is None]


def test_no_more_than_none_is_asked_of_a_surer_spotter():
    message = MESSAGES[0]
    surer = replace(load_spotter(), none=np.full(COUNT, 1e6))

    assert surer.spot(message.asked) == []


def test_what_characters_of_a_text_are_worth_no_other_text_changes():
    asked = [each.asked for each in MESSAGES[:60]] + [Asked(text, cut(text), {}, []) for text in ("", "局", "没人")]
    spotter = load_spotter()

    for together, each in zip(spotter.worths(asked), asked, strict=True):
        np.testing.assert_allclose(together, spotter.worths([each])[0], atol=1e-4)

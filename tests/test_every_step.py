"""等一下, 帮助, 转人工, a side question, 返回 and 取消 at every step: answered, and nothing is lost by it."""

from __future__ import annotations

from functools import cache

import pytest

from bots.knowledge import Knowledge, read_knowledge
from bots.talk import AskHuman, CaseView, Here, Supplement, Talk, Withdraw
from bots.thinking import Thinking
from tests.talking import MATTER, MORNING, here, reader, talked

pytestmark = pytest.mark.xdist_group("steps")

ALL = "希望马上办理，张三丰 13800000000"
OPEN = CaseView(
    "20261120-00018",
    "handling",
    summary="社保局窗口不给办退休，材料齐全还让跑了三趟",
    steps=frozenset({"supplement", "withdraw"}),
)
ANSWERED = CaseView(
    "20261119-00018",
    "answered",
    summary="公积金中心不给提取公积金",
    open=False,
    answer="已办",
    steps=frozenset({"rate"}),
)
# How each step is reached.
STEPS = {
    "gathering": [MATTER],
    "confirming": [MATTER, ALL],
    "editing": [MATTER, ALL, "修改"],
    "editing the telephone": [MATTER, ALL, "改电话"],
    "redirected": ["法院已经立案了的那个案子你们管不管，正在打官司"],
    "withdrawing": ["撤回"],
    "supplementing": ["补充"],
    "rated": ["!rate:20261119-00018:1"],
    "holding": ["#p1"],
    "splitting": ["我要反映两件事：一是市不动产登记中心3号窗口不给受理，二是车管所换驾照排队三小时"],
    "consulted": ["营业执照怎么注销？"],
    "repeating": ["公积金中心不给我提取公积金"],
    "adding": [MATTER, ALL, "还有一件事，医保局报销三个月没到账没人管"],
}


@cache
def known() -> Here:
    knowledge = Knowledge(read_knowledge("yunnan"))
    return here(OPEN, ANSWERED, mind=Thinking(reader(), knowledge, MORNING))


@cache
def at(step: str) -> Talk:
    return talked(*STEPS[step], known=known()).talk


def test_the_steps_are_what_they_are_called() -> None:
    assert {step: at(step).stage for step in STEPS} == {step: step.split()[0] for step in STEPS}


@pytest.mark.parametrize("words", ["等一下", "帮助", "转人工", "要多久？"])
@pytest.mark.parametrize("step", STEPS)
def test_a_word_in_between_is_answered_and_the_place_is_kept(step: str, words: str) -> None:
    before, told = at(step), talked(words, known=known(), talk=at(step))
    place = (told.talk.stage, told.talk.draft, told.talk.held, told.talk.number)

    assert told.text
    assert not [act for act in told.acts if isinstance(act, Supplement | Withdraw)]
    if (step, words) != ("consulted", "要多久？"):  # asked after an answer, it is the next question
        assert place == (before.stage, before.draft, before.held, before.number)
    assert bool([act for act in told.acts if isinstance(act, AskHuman)]) is (words == "转人工")


@pytest.mark.parametrize("words", ["返回", "取消"])
@pytest.mark.parametrize("step", STEPS)
def test_going_back_or_calling_it_off_is_never_taken_for_an_answer(step: str, words: str) -> None:
    told = talked(words, known=known(), talk=at(step))

    assert told.text
    assert "位数" not in told.text
    assert told.acts == ()


@pytest.mark.parametrize("step", ["confirming", "editing", "redirected", "splitting", "adding"])
def test_a_numbered_choice_is_still_open_after_a_word_in_between(step: str) -> None:
    asked = talked("帮助", known=known(), talk=at(step))

    assert asked.talk.choices == at(step).choices != ()

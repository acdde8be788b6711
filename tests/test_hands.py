"""A door's hands: whatever waits is taken up together, in order, and each hears its own answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from bots.hands import Hands


class Slow:
    """Answers with the same in capitals, once it is let; keeps what it was given in one go."""

    def __init__(self) -> None:
        self.lots: list[list[str]] = []
        self.let = threading.Semaphore(0)

    def __call__(self, asked: Sequence[str]) -> list[str]:
        self.lots.append(list(asked))
        self.let.acquire()
        if "x" in asked:
            raise ValueError("x")
        return [word.upper() for word in asked]


async def ask(hands: Hands[str, str], slow: Slow, words: str) -> list[str | BaseException]:
    """All asked one after the other while none is answered yet; what each was answered."""
    asking = [asyncio.create_task(hands.answer(word)) for word in words]
    await asyncio.sleep(0)
    slow.let.release(len(words))
    return await asyncio.gather(*asking, return_exceptions=True)


@pytest.mark.parametrize(
    ("hands", "lots"),
    [
        ((1, 9), [["a"], ["b", "c", "d", "e"]]),
        ((1, 2), [["a"], ["b", "c"], ["d", "e"]]),
        ((2, 9), [["a"], ["b"], ["c", "d", "e"]]),
    ],
    ids=["all that waits", "no more than so many", "another helps"],
)
def test_a_free_hand_takes_all_that_waits(hands: tuple[int, int], lots: list[list[str]]) -> None:
    slow = Slow()

    answers = asyncio.run(ask(Hands(slow, *hands), slow, "abcde"))

    assert answers == ["A", "B", "C", "D", "E"]
    assert sorted(slow.lots) == lots


def test_a_fault_reaches_those_it_struck_and_the_hand_goes_on() -> None:
    slow = Slow()

    answers = asyncio.run(ask(Hands(slow, 1, 1), slow, "axb"))

    assert [str(answer) for answer in answers] == ["A", "x", "B"]


def test_who_no_longer_waits_holds_up_nobody() -> None:
    async def two() -> str:
        hands = Hands(slow, 1, 9)
        gone, left = (asyncio.create_task(hands.answer(word)) for word in "ab")
        await asyncio.sleep(0)
        gone.cancel()
        slow.let.release(2)
        return await left

    slow = Slow()

    assert asyncio.run(two()) == "B"

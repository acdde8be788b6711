"""Weighing: opinions become one verdict and one kind, as far as each was found to be right."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.deciding import NET, ON_KIND, ON_VERDICT, VERDICTS, Decision, Weigher
from nlp.weighing import Opinion, find_decision

GROUNDS = ("accept", "chitchat", "civil", "spam")  # one of each verdict
KINDS = ("complaint", "consultation", "praise")
WHOLE = tuple(f"{ground} {kind}" for ground in GROUNDS for kind in KINDS)
CLASSES = {"kind": KINDS, "screen": GROUNDS, "verdict": VERDICTS, "whole": WHOLE, NET: WHOLE}
LABELS = [(whose, label) for whose, classes in CLASSES.items() for label in classes]


def opinions(truth: list[int], kinds: list[int], chance: np.random.Generator, knows: dict[str, float]):
    """What each says of the texts: the right answer with the share that it knows, else any."""
    found = {}
    for whose, classes in CLASSES.items():
        answers = {"kind": kinds, "screen": truth, "verdict": truth}.get(whose)
        answers = answers or [len(KINDS) * ground + kind for ground, kind in zip(truth, kinds, strict=True)]
        said = [right if chance.random() < knows[whose] else chance.integers(len(classes)) for right in answers]
        rows = np.full((len(said), len(classes)), 0.1 / len(classes))
        rows[np.arange(len(said)), said] += 0.9
        found[whose] = Opinion(classes, rows)
    return found


@pytest.fixture
def material():
    chance = np.random.default_rng(3)
    truth, kinds = chance.integers(4, size=1200).tolist(), chance.integers(3, size=1200).tolist()
    knows = {"kind": 0.5, "screen": 0.6, "verdict": 0.9, "whole": 0.5, NET: 0.3}
    return truth, kinds, opinions(truth, kinds, chance, knows)


def judged(decision: Decision, said: dict[str, Opinion], row: int):
    chances = np.concatenate([said[whose].chances[row] for whose in CLASSES])
    return Weigher(decision, LABELS).weigh(chances[None])[0]


def likeliest(chances):
    return max(chances, key=chances.get)


def right(decision, material):
    truth, kinds, said = material
    verdicts = [likeliest(judged(decision, said, row).verdicts) == VERDICTS[truth[row]] for row in range(400)]
    told = [likeliest(judged(decision, said, row).kinds) == KINDS[kinds[row]] for row in range(400)]
    return np.mean(verdicts), np.mean(told)


def test_a_judge_knows_whom_to_believe(material):
    truth, kinds, said = material
    decision, figures = find_decision(said, [VERDICTS[each] for each in truth], [KINDS[each] for each in kinds])

    found, even = right(decision, material), right(Decision(), material)

    assert found[0] >= even[0]
    assert found[1] >= even[1]
    assert found[0] > 0.9
    assert figures["verdict"] == pytest.approx(found[0], abs=0.05)


def test_without_a_judge_all_count_alike():
    """Three who say one thing outvote one who says another."""
    rows = {
        whose: Opinion(classes, np.full((1, len(classes)), 0.1 / len(classes))) for whose, classes in CLASSES.items()
    }
    for whose, label in (("screen", "civil"), ("verdict", "out_of_scope"), ("whole", "civil complaint")):
        rows[whose].chances[0, CLASSES[whose].index(label)] += 0.9
    rows[NET].chances[0, WHOLE.index("spam consultation")] += 0.9
    rows["kind"].chances[0, KINDS.index("complaint")] += 0.9

    weighed = judged(Decision(), rows, 0)

    assert likeliest(weighed.verdicts) == "out_of_scope"
    assert likeliest(weighed.kinds) == "complaint"
    assert sum(weighed.verdicts.values()) == pytest.approx(1)


def test_a_decision_is_read_from_its_card_as_it_was_found(material):
    truth, kinds, said = material
    decision, _ = find_decision(said, [VERDICTS[each] for each in truth], [KINDS[each] for each in kinds])

    kept = Decision.of_card({"decision": decision.as_document()})

    assert kept == decision
    assert len(decision.on_verdict.weights) == len(ON_VERDICT) * len(VERDICTS) + len(GROUNDS)
    assert len(decision.on_kind.weights) == len(ON_KIND) * len(KINDS)

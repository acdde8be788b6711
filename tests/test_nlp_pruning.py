"""What decides least is left out; what is kept says the same as before."""

from __future__ import annotations

import numpy as np

from nlp.model import Head, Model
from nlp.net import Net
from nlp.pruning import pruned
from nlp.vocabulary import Vocabulary

NAMES = ("t:ask", "w:窗口", "w:的", "w:谢谢", "m:polite")
# A row a feature: the third says the same of both classes, the last next to nothing.
WEIGHTS = np.array([[1, 0], [90, -90], [60, 60], [-40, 50], [2, 1]], dtype=np.int8)


def a_model() -> tuple[Model, Net]:
    head = Head(("complaint", "praise"), WEIGHTS, np.array([0.1, 0.1]), np.zeros(2))
    inner = np.array([[0], [5]], dtype=np.int8)
    net = Net(
        ("a",), np.array([0, 1, 0, 1, 0], dtype=np.int32), inner, np.ones(1), np.zeros(1), np.ones((1, 1)), np.zeros(1)
    )
    return Model(Vocabulary(NAMES), np.ones(len(NAMES)), {"kind": head}), net


def test_what_tells_no_class_from_another_goes_first() -> None:
    model, net = pruned(*a_model(), 4)

    assert model.names == ("t:ask", "w:窗口", "w:谢谢", "m:polite")
    assert net.rows.tolist() == [0, 1, 1, 0]


def test_what_rules_make_stays_however_little_it_says() -> None:
    model, _ = pruned(*a_model(), 3)

    assert model.names == ("t:ask", "w:窗口", "m:polite")


def test_a_feature_that_stays_keeps_its_weights_and_its_rarity() -> None:
    whole, net = a_model()
    model, _ = pruned(whole, net, 4)

    assert model.heads["kind"].weights.tolist() == WEIGHTS[[0, 1, 3, 4]].tolist()
    assert model.rarity.tolist() == [1.0] * 4


def test_a_model_of_few_features_stays_as_it_is() -> None:
    model, net = pruned(*a_model(), 50)

    assert model.names == NAMES
    assert net.rows.tolist() == [0, 1, 0, 1, 0]

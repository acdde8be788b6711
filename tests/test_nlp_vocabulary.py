"""A vocabulary kept as numbers finds the very features that one of words finds."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp.marks import see
from nlp.model import WORDS, load_model
from nlp.reader import WEIGHTS
from nlp.text import Said, clean, cut, features
from nlp.vocabulary import Numbered, Vocabulary

NAMES: list[str] = json.loads((WEIGHTS / WORDS).read_text(encoding="utf-8"))
WORDS_OF = {sort: sorted(those) for sort, those in Vocabulary(NAMES).sorts.items()}
MATTER = features(cut(clean("昨天去政务大厅办营业执照，排了一上午队").text))
WHOLE, NUMBERED = Vocabulary(NAMES), Numbered(NAMES, lambda: NAMES)


@given(st.text(st.sampled_from("我要投诉不动产登记中心3号窗口材料no潮zz空abAB，。 :\n"), max_size=60))
@example("no")
@example("我要投诉不动产登记中心3号窗口，材料齐全却不给受理")
def test_the_columns_of_a_text_are_those_of_the_words(text: str) -> None:
    said, _ = see(clean(text).text, cut(clean(text).text), False)

    assert sorted(NUMBERED.places([said])) == sorted(WHOLE.places([said]))
    assert sorted(NUMBERED.places([said, MATTER, said])) == sorted(WHOLE.places([said, MATTER, said]))


@given(st.dictionaries(st.sampled_from([*WORDS_OF, "x"]), st.lists(st.text(max_size=3), max_size=5)), st.data())
def test_so_it_is_with_any_features(sorts: dict[str, list[str]], data: st.DataObject) -> None:
    for sort in sorts.keys() & WORDS_OF.keys():
        sorts[sort].append(data.draw(st.sampled_from(WORDS_OF[sort])))
    said = Said(sorts)

    assert sorted(NUMBERED.places([said])) == sorted(WHOLE.places([said]))
    assert sorted(NUMBERED.places([MATTER, said])) == sorted(WHOLE.places([MATTER, said]))


@pytest.mark.parametrize(("one", "other"), [("no", "潮"), ("zz", "空"), ("ab", "扡")])
def test_words_of_the_same_bytes_are_told_apart(one: str, other: str) -> None:
    """Python's hash sees the bytes alone, which of "no" are those of "潮"."""
    assert hash(one) == hash(other)

    numbered = Numbered([f"w:{other}"], list)
    assert numbered.places([Said({"w": [one]})]).tolist() == []
    assert numbered.places([Said({"w": [other]})]).tolist() == [0]


def test_what_is_kept_besides_the_numbers_is_the_same() -> None:
    assert len(NUMBERED) == len(WHOLE)
    assert NUMBERED.names == WHOLE.names
    assert {sort: [*NUMBERED.columns_of(sort)] for sort in WHOLE.sorts} == {
        sort: [*WHOLE.columns_of(sort)] for sort in WHOLE.sorts
    }
    assert [NUMBERED.of(sort) for sort in ("w", "m")] == [WHOLE.of(sort) for sort in ("w", "m")]


def test_a_model_weighs_alike_by_either() -> None:
    model = load_model(WEIGHTS)
    words = type(model)(WHOLE, model.rarity, model.heads, model.card, model.blocks)
    assert model.vector(MATTER, ["m:unit"]).columns.tolist() == words.vector(MATTER, ["m:unit"]).columns.tolist()
    assert model.vector(MATTER, ["m:unit"]).values.tolist() == words.vector(MATTER, ["m:unit"]).values.tolist()


@pytest.mark.parametrize("blocks", [{}, {sort: 1.0 + place for place, sort in enumerate(WHOLE.sorts) if sort != "m"}])
def test_texts_weighed_together_weigh_what_each_does_by_itself(blocks: dict[str, float]) -> None:
    """Some have no features, some no marks; one is there twice."""
    model = replace(load_model(WEIGHTS), blocks=blocks)
    other = features(cut(clean("公积金窗口让我来回跑了四趟，四趟").text))
    seen = [(MATTER, ["m:unit"]), (Said({}), []), (other, []), (Said({}), ["m:asks"]), (MATTER, ["m:unit"])]

    for vector, (said, marks) in zip(model.vectors(seen), seen, strict=True):
        alone = model.vector(said, marks)
        assert vector.columns.tolist() == alone.columns.tolist()
        np.testing.assert_allclose(vector.values, alone.values, rtol=1e-12)

"""The same matter, reported twice? A weighing of what agrees and what contradicts between two texts.

What is named (place, unit, person, number, day) and what is spoken of are measured apart: the words of the one found
again, nearly or exactly, in the other; and the weights of all that are learnt from pairs (`same_training.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nlp import same_named as named
from nlp.gist import Gist
from nlp.meaning import nearness
from nlp.model import ModelError, Numbers
from nlp.sketch import Sketch

WEIGHTS = Path(__file__).with_name("weights") / "same.json"

# Two words as near as this are half alike; nearness below says nothing.
NEAR, FAR = 1.0, 0.35
SHARES_A_SIGN = 0.55
# Different words for one thing are as good as the same.
ALIKE, SAID = 0.9, 0.999
MOST_UNSAID = 0.99
# Words that stand in most texts do not count when what is unmatched is looked for.
TELLING = 0.45
# A measure farther from its mean than so many spreads says no more.
MOST_APART = 4.0
ARRAYS = ("mean", "spread", "hidden", "lean", "out")


@dataclass(frozen=True)
class Net:
    """What weighs the measures (in the order of MEASURES): each put to its `mean` and `spread`, then a hidden layer."""

    mean: Numbers
    spread: Numbers
    hidden: Numbers
    lean: Numbers
    out: Numbers
    bias: float

    def score(self, found: Sequence[float]) -> float:
        """Above nothing: rather the same."""
        known = np.clip((np.array(found) - self.mean) / self.spread, -MOST_APART, MOST_APART)
        return float(np.maximum(known @ self.hidden + self.lean, 0.0) @ self.out) + self.bias


@cache
def load_net(path: Path = WEIGHTS) -> Net:
    """What was learnt. Raises ModelError where it cannot be read or is of other measures."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["measures"] != list(MEASURES):
            raise ValueError("other measures")
        arrays = {name: np.array(document[name], dtype=np.float64) for name in ARRAYS}
        return Net(**arrays, bias=float(document["bias"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"no usable weights in {path}: {error!r}") from error


def same(one: Sketch, other: Sketch) -> float:
    """The probability that both tell of one matter, where as many pairs are of one matter as are not."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, load_net().score(measures(one, other))))))


def measures(one: Sketch, other: Sketch) -> list[float]:
    """Every measure of the pair, in the order of MEASURES; the same whichever text comes first."""
    found = _covering(one, other)
    return [float(measure(one, other, found)) for measure in MEASURES.values()]


@dataclass(frozen=True)
class _Covering:
    """How much of each text's matter the other has, the lesser and the greater: nearly (`covered`), by words of the
    lexicons alone (`known`), in other words (`reworded`), how much that is (`found`); what is left, the most telling
    word (`left`) and all of it (`unsaid`); `exact` and `pairs`: in so many words, in so many signs.
    """

    covered: tuple[float, float]
    known: tuple[float, float]
    reworded: tuple[float, float]
    found: tuple[float, float]
    left: tuple[float, float]
    unsaid: tuple[float, float]
    exact: float
    pairs: float
    contained: float
    aligned: tuple[float, float]
    astray: tuple[float, float]


def _covering(one: Sketch, other: Sketch) -> _Covering:
    here, there = _best(one, other)
    mine, theirs = one.rarity**2, other.rarity**2
    weights, bare = (one.weight, other.weight), (mine, theirs)
    nears = (here, there)
    shared = len(one.pairs & other.pairs)
    exact = [near >= SAID for near in nears]
    return _Covering(
        _ordered(near @ weight for near, weight in zip(nears, weights, strict=True)),
        _ordered(_known(near, of) for near, of in ((here, one), (there, other))),
        _ordered((near * ~said) @ weight for near, said, weight in zip(nears, exact, weights, strict=True)),
        _ordered(near @ weight for near, weight in zip(nears, bare, strict=True)),
        _ordered(_unmatched(near, of) for near, of in ((here, one), (there, other))),
        _ordered((1 - near) @ weight for near, weight in zip(nears, bare, strict=True)),
        max(float(said @ weight) for said, weight in zip(exact, weights, strict=True)),
        2 * shared / max(1, len(one.pairs) + len(other.pairs)),
        shared / max(1, min(len(one.pairs), len(other.pairs))),
        *_aligned(one.gist, other.gist),
    )


def _aligned(one: Gist, other: Gist) -> tuple[tuple[float, float], tuple[float, float]]:
    """How near the points of each lie to the nearest of the other, by weight; and what lies farthest, by weight."""
    if not len(one.points) or not len(other.points):
        return (0.0, 0.0), (0.0, 0.0)
    near = nearness(one.points, other.points)
    here, there = near.max(axis=1), near.max(axis=0)
    return (
        _ordered((here @ one.weight, there @ other.weight)),
        _ordered((((1 - here) * one.weight).max(), ((1 - there) * other.weight).max())),
    )


def _ordered(values: Iterable[Any]) -> tuple[float, float]:
    less, more = sorted(float(value) for value in values)
    return less, more


def _best(one: Sketch, other: Sketch) -> tuple[Numbers, Numbers]:
    """For each word of either how near the nearest word of the other is, 0 to 1."""
    if not one.words or not other.words:
        return np.zeros(len(one.words)), np.zeros(len(other.words))
    near = (nearness(one.vectors, other.vectors).astype(np.float64) - FAR) / (NEAR - FAR)
    return _said(near.max(axis=1), one, other), _said(near.max(axis=0), other, one)


def _said(near: Numbers, one: Sketch, other: Sketch) -> Numbers:
    """The nearness by vectors, mended by what is said, known or spelt alike."""
    found = []
    for place, (word, rows, nearest) in enumerate(zip(one.words, one.alike, near.tolist(), strict=True)):
        value = min(max(nearest, 0.0), MOST_UNSAID)
        if word in other.said:
            value = 1.0
        elif not rows.isdisjoint(other.all_alike):
            value = max(value, ALIKE)
        elif other.things and one.own_things[place]:
            value = 0.0  # a thing of its own: 身份证 is near 护照 and not the same
        elif value < SHARES_A_SIGN and len(word) > 1 and sum(sign in other.signs for sign in word) * 2 >= len(word):
            value = SHARES_A_SIGN
        found.append(value)
    return np.array(found)


def _known(near: Numbers, of: Sketch) -> float:
    """What is covered of the words that stand in the lexicons; half where there are none."""
    return float((near >= ALIKE) @ of.known_weight) if of.known_weight.any() else 0.5


def _unmatched(near: Numbers, of: Sketch) -> float:
    """The most telling word that the other has nothing like."""
    return float(((1 - near) * of.rarity * (of.rarity > TELLING)).max(initial=0.0))


def _swapped(one: Sketch, other: Sketch, found: _Covering) -> float:
    """Nearly the same words but for one or two on each side: the sentence of another matter."""
    mine, theirs = one.all_words - other.all_words, other.all_words - one.all_words
    left = min(len(mine), len(theirs)) / max(1, len(one.all_words | other.all_words))
    return found.pairs**2 * float(bool(mine) and bool(theirs)) * (1 + left)


Measure = Callable[[Sketch, Sketch, _Covering], float]
MEASURES: dict[str, Measure] = {
    "the poorer covering": lambda _one, _other, found: found.covered[0],
    "the better covering": lambda _one, _other, found: found.covered[1],
    "both coverings": lambda _one, _other, found: found.covered[0] * found.covered[1],
    "words covered exactly": lambda _one, _other, found: found.exact,
    "known things covered": lambda _one, _other, found: found.known[0],
    "known things covered, the better": lambda _one, _other, found: found.known[1],
    "said in other words": lambda _one, _other, found: found.reworded[0],
    "said in other words, the better": lambda _one, _other, found: found.reworded[1],
    "found in the other": lambda _one, _other, found: found.found[0],
    "found in the other, the more": lambda _one, _other, found: found.found[1],
    "gist": lambda one, other, _found: float(one.gist.whole @ other.gist.whole),
    "aligned, the poorer": lambda _one, _other, found: found.aligned[0],
    "aligned, the better": lambda _one, _other, found: found.aligned[1],
    "aligned, both": lambda _one, _other, found: found.aligned[0] * found.aligned[1],
    "farthest astray": lambda _one, _other, found: found.astray[0],
    "farthest astray, the more": lambda _one, _other, found: found.astray[1],
    "meaning": lambda one, other, _found: float(one.meaning @ other.meaning),
    "pairs of signs": lambda _one, _other, found: found.pairs,
    "pairs contained": lambda _one, _other, found: found.contained,
    "left over": lambda _one, _other, found: found.left[0],
    "left over, the more": lambda _one, _other, found: found.left[1],
    "not said by the other": lambda _one, _other, found: found.unsaid[0],
    "not said by the other, the more": lambda _one, _other, found: found.unsaid[1],
    "left over in like words": lambda _one, _other, found: found.left[0] * found.pairs,
    "subject": lambda one, other, _found: float(np.sqrt(one.subject * other.subject).sum()),
    "kind": lambda one, other, _found: float(np.sqrt(one.kind * other.kind).sum()),
    "place agrees": lambda one, other, _found: named.place_agrees(one, other),
    "place differs": lambda one, other, _found: named.place_differs(one, other),
    "names unshared": lambda one, other, _found: named.names_unshared(one, other),
    "names of both unshared": lambda one, other, _found: float(named.names_unshared(one, other) == 2),
    "signed alike": lambda one, other, _found: named.signed_alike(one, other),
    "signed apart": lambda one, other, _found: named.signed_apart(one, other),
    "place agrees, words too": lambda one, other, found: named.place_agrees(one, other) * found.covered[1],
    "named alike": lambda one, other, _found: named.named_alike(one, other),
    "named apart": lambda one, other, _found: named.named_apart(one, other),
    "things shared": lambda one, other, _found: named.shared(one.things, other.things),
    "things differ": lambda one, other, _found: named.disjoint(one.things, other.things),
    "each has things of its own": lambda one, other, _found: named.each_has_its_own(one.things, other.things),
    "swapped": _swapped,
    "place agrees, things too": lambda one, other, _found: (
        named.place_agrees(one, other) * named.shared(one.things, other.things)
    ),
    "things in other words": lambda one, other, found: named.shared(one.things, other.things) * (1 - found.pairs),
    "manners shared": lambda one, other, _found: named.shared(one.manners, other.manners),
    "manners differ": lambda one, other, _found: named.disjoint(one.manners, other.manners),
    "troubles shared": lambda one, other, _found: named.shared(one.troubles, other.troubles),
    "troubles differ": lambda one, other, _found: named.disjoint(one.troubles, other.troubles),
    "each has troubles of its own": lambda one, other, _found: named.each_has_its_own(one.troubles, other.troubles),
    "unit agrees": lambda one, other, _found: float(named.agrees(one.units, other.units)),
    "unit differs": lambda one, other, _found: float(
        bool(one.units and other.units) and not named.agrees(one.units, other.units)
    ),
    "person agrees": lambda one, other, _found: float(named.agrees(one.people, other.people)),
    "person differs": lambda one, other, _found: float(
        bool(one.people and other.people) and not named.agrees(one.people, other.people)
    ),
    "numbers agree": lambda one, other, _found: named.numbers_agree(one, other),
    "numbers differ": lambda one, other, _found: named.numbers_differ(one, other),
    "long numbers agree": lambda one, other, _found: float(bool(one.long_numbers & other.long_numbers)),
    "long numbers differ": lambda one, other, _found: named.disjoint(one.long_numbers, other.long_numbers),
    "amounts agree": lambda one, other, _found: float(bool(one.amounts & other.amounts)),
    "days agree": lambda one, other, _found: float(named.share_a_day(one, other)),
    "days differ": lambda one, other, _found: named.days_differ(one, other),
    "length apart": lambda one, other, _found: abs(math.log((1 + len(one.text)) / (1 + len(other.text)))),
}

"""How well the parts of reading do beside the verdict: the same matter, hot matters, fields, insults in hiding.

Each on a file of its own that nothing is learnt from. What is in brackets is a 95 % interval: of F1 by drawing the
families anew a thousand times, since the pairs of one family stand or fall together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nlp.corpus_reading import CORPUS, read_columns
from nlp.disguise import undisguise
from nlp.figures import share as _share
from nlp.measure_fields import measure_fields
from nlp.reader import Reader
from nlp.same_training import FIRST_SIGHT, KEPT_APART, Pair, even_f1, f1, read_families, written_pairs
from nlp.text import clean

DRAWN, SEED = 1000, 7
# The second written in other voices before the gists were; the weights before them had 0.789 and 0.642 on it.
SAME = {KEPT_APART: "", FIRST_SIGHT: " (same-unseen.csv)"}
LINE = 0.5


def measure_parts(reader: Reader) -> dict[str, Any]:
    """The rows of the table, by name."""
    return {**measure_fields(), **_same(reader), **_hot(reader), **_hidden()}


def _same(reader: Reader) -> dict[str, str]:
    rows: dict[str, str] = {}
    for path, about in SAME.items():
        pairs = written_pairs(read_families(path))
        chances = np.array([reader.compare(pair.one, pair.other) for pair in pairs])
        truth = np.array([pair.is_same for pair in pairs])
        rows |= {
            f"same matter{about}, F1, as many pairs apart as alike": _between(even_f1, pairs, truth, chances),
            f"same matter{about}, F1, all pairs (three of four are near neighbours)": _between(
                f1, pairs, truth, chances
            ),
            f"same matter{about}, of what is the same, seen": _share((chances[truth] >= LINE).tolist()),
            f"same matter{about}, of what is said to be the same, rightly": _share(truth[chances >= LINE].tolist()),
        }
    return rows


def _between(measure: Any, pairs: Sequence[Pair], truth: Any, chances: Any) -> str:
    rows: Mapping[int, list[int]] = defaultdict(list)
    for row, pair in enumerate(pairs):
        rows[pair.family].append(row)
    families, chance, drawn = list(rows), np.random.default_rng(SEED), []
    for _ in range(DRAWN):
        taken = np.concatenate([rows[families[at]] for at in chance.integers(len(families), size=len(families))])
        drawn.append(measure(truth[taken], chances[taken]))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{measure(truth, chances):.3f} [{low:.3f}-{high:.3f}] of {len(pairs)} pairs in {len(families)} families"


def _hot(reader: Reader) -> dict[str, str]:
    """The frozen families as one week: how much of a group is of one matter."""
    told = [
        (number, telling.matter, telling.text)
        for number, family in enumerate(read_families(KEPT_APART))
        for telling in family
    ]
    groups = reader.gather([text for _, _, text in told])
    pure = sum(Counter(told[place][:2] for place in places).most_common(1)[0][1] for _, places in groups)
    gathered = sum(len(places) for _, places in groups)
    return {"hot matters, purity of groups": f"{pure / max(1, gathered):.3f} of {gathered} gathered of {len(told)}"}


def _hidden() -> dict[str, str]:
    found = missed = wrong = plain = 0
    for text, hidden in read_columns(CORPUS / "disguised.csv", ("text", "hidden")):
        cleaned = clean(text)
        seen = undisguise(cleaned)
        if hidden:
            hit = any(insult in seen.text for insult in hidden.split("|"))
            found, missed = found + hit, missed + (not hit)
        else:
            wrong, plain = wrong + (seen is not cleaned), plain + 1
    return {"insults in hiding, seen": f"{found} of {found + missed}; wrongly seen: {wrong} of {plain}"}

"""Fits the weights of `same.py` on families of matters: each told several times, beside its nearest neighbours.

A family's tellings of one matter are pairs that agree, all others pairs that do not. Details swapped by rule (3号 for
4号, 南门 for 北门) teach that a number that differs outweighs a sentence that agrees.
"""

from __future__ import annotations

import json
import random
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby
from pathlib import Path
from typing import Any

import numpy as np

from nlp.corpus_reading import CORPUS, read_columns
from nlp.gist import Gists, gist, save_gists, untaught
from nlp.gist_training import Told, train_gists
from nlp.meaning import load_meanings
from nlp.model import Model, Numbers
from nlp.same import MEASURES, MOST_APART, WEIGHTS, Net, measures
from nlp.sketch import points as points_in
from nlp.sketch import sketch

TAUGHT, KEPT_APART = CORPUS / "same.csv", CORPUS / "same-test.csv"
# Written before the gists were, in other voices, and never tuned on.
FIRST_SIGHT = CORPUS / "same-unseen.csv"

# Found by cross-validation over families.
FOLDS, GIST_FOLDS = 5, 5
NETS, HIDDEN, SHRINKING, ROUNDS, STEP = 6, 12, 1.0, 25, 2e-3
DETAIL = re.compile(
    r"(?<![0-9])[0-9]{1,3}(?=号|栋|楼|路|期|组|中|小|单元)|(?<=[0-9]月)[0-9]{1,2}|(?<![0-9])[0-9]{4,20}(?![0-9元块年])"
    r"|(?<=[路区苑园])[东南西北](?=门)"
)
CLAUSE = re.compile(r"[，。！？,!?]+")
AGAIN = ("上次我反映", "您好，", "我又来问了，", "还是上次那件事，", "")
WAITING = (
    "到今天还是这样",
    "没有人管",
    "今天又去了一趟，一点没变",
    "再等就要出事了",
    "态度也很差",
    "什么时候能解决",
    "请尽快处理",
)
TURNED = {"东": "西", "西": "南", "南": "北", "北": "东"}


@dataclass(frozen=True)
class Telling:
    """One text of a family, and which of its matters it tells."""

    matter: str
    text: str


@dataclass(frozen=True)
class Pair:
    """Two texts of a family; `written` is False for pairs that a rule made."""

    one: str
    other: str
    is_same: bool
    family: int
    written: bool = True


def read_families(path: Path) -> list[list[Telling]]:
    """The families of a file, each its tellings in order. Raises CorpusError."""
    rows = read_columns(path, ("family", "matter", "text"))
    return [
        [Telling(matter, text) for _, matter, text in family] for _, family in groupby(rows, key=lambda row: row[0])
    ]


def written_pairs(families: Sequence[Sequence[Telling]]) -> list[Pair]:
    """Every two tellings of a family, and of each the first two with the next family's."""
    found = []
    for number, family in enumerate(families):
        following = families[(number + 1) % len(families)]
        for one, other in combinations(family, 2):
            found.append(Pair(one.text, other.text, one.matter == other.matter, number))
        found += [Pair(family[at].text, following[2 * at].text, False, number) for at in (0, 1)]
    return found


def train_same(model: Model, out: Path = WEIGHTS) -> dict[str, float]:
    """Fit and write the weights; their figures, cross-validated over families."""
    families = read_families(TAUGHT)
    pairs = [*written_pairs(families), *_made_pairs(families)]
    table, gists = _table_of(model, pairs, families)
    again = _said_again(families)
    pairs += again
    table = np.vstack([table, _measured(model, again, gists)])
    truth = np.array([pair.is_same for pair in pairs])
    written = np.array([pair.written for pair in pairs])
    unseen = _judged_unseen(table, truth, [pair.family for pair in pairs])
    sharpness, line = _calibrated(truth[written], unseen[written])
    chances = 1 / (1 + np.exp(line - sharpness * unseen[written]))
    figures = {
        "f1, all written pairs": round(f1(truth[written], chances), 4),
        "f1, as many apart as alike": round(even_f1(truth[written], chances), 4),
    }
    net = _net(table, truth)
    net = replace(net, out=net.out * sharpness, bias=net.bias * sharpness - line)
    document = {name: np.round(value, 5).tolist() for name, value in vars(net).items()}
    document |= {"measures": list(MEASURES), "cross-validated": figures, "pairs": len(pairs)}
    out.write_text(json.dumps(document, ensure_ascii=False) + "\n", encoding="utf-8")
    save_gists(out.with_name("gists.npz"), gists)
    return figures


def _judged_unseen(table: Numbers, truth: Any, families: Sequence[int]) -> Numbers:
    """The score of each pair by a net that its family did not teach."""
    from sklearn.model_selection import GroupKFold

    scores = np.zeros(len(truth))
    for taught, judged in GroupKFold(FOLDS).split(table, truth, families):
        net = _net(table[taught], truth[taught])
        scores[judged] = [net.score(row) for row in table[judged]]
    return scores


def _calibrated(truth: Any, scores: Numbers) -> tuple[float, float]:
    """How far a score is to be trusted, as many apart as alike; and the one from which on F1 is best, so trusted."""
    from sklearn.linear_model import LogisticRegression

    learner = LogisticRegression(C=1e6, class_weight="balanced").fit(scores[:, None], truth)
    sharpness = float(learner.coef_[0, 0])
    line = best_line(truth, 1 / (1 + np.exp(-sharpness * scores)))
    return sharpness, float(np.log(line / (1 - line)))


def _net(table: Numbers, truth: Any) -> Net:
    """Several nets from other beginnings, side by side as one."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    mean, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    known = np.clip((table - mean) / spread, -MOST_APART, MOST_APART)
    share = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    machines = []
    for seed in range(NETS):
        machine = MLPClassifier((HIDDEN,), alpha=SHRINKING, max_iter=ROUNDS, learning_rate_init=STEP, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped early on purpose
            machines.append(machine.fit(known, truth, sample_weight=share))
    return Net(
        mean,
        spread,
        np.hstack([machine.coefs_[0] for machine in machines]),
        np.concatenate([machine.intercepts_[0] for machine in machines]),
        np.concatenate([machine.coefs_[1][:, 0] for machine in machines]) / NETS,
        float(np.mean([machine.intercepts_[1][0] for machine in machines])),
    )


def _table_of(model: Model, pairs: Sequence[Pair], families: Sequence[Sequence[Telling]]) -> tuple[Numbers, Gists]:
    """A row a pair, a column a measure, the gists by families that the pair is not of; and the gists of all."""
    meanings = load_meanings()
    plain = untaught(meanings)
    sketches = {
        text: sketch(model, meanings, plain, text)
        for text in {text for pair in pairs for text in (pair.one, pair.other)}
    }
    points = {text: points_in(text) for text in sketches}
    told = [
        Told(points[telling.text], number, telling.matter)
        for number, family in enumerate(families)
        for telling in family
    ]
    table = np.zeros((len(pairs), len(MEASURES)))
    for fold in range(GIST_FOLDS):
        gists = train_gists([each for each in told if each.family % GIST_FOLDS != fold], meanings)
        seen = {text: replace(each, gist=gist(points[text], gists, meanings)) for text, each in sketches.items()}
        for row, pair in enumerate(pairs):
            if pair.family % GIST_FOLDS == fold:
                table[row] = measures(seen[pair.one], seen[pair.other])
    return table, train_gists(told, meanings)


def _said_again(families: Sequence[Sequence[Telling]]) -> list[Pair]:
    """What people send a second time in their own words of before: the last clause left out, and that they still wait.

    No writer of families copies himself, so that like words would come to speak against one matter.
    """
    found = []
    for number, family in enumerate(families):
        clauses = CLAUSE.split(family[0].text)
        if len(clauses) > 2:
            text = f"{AGAIN[number % len(AGAIN)]}{'，'.join(clauses[:-1])}，{WAITING[number % len(WAITING)]}"
            found.append(Pair(family[0].text, text, True, number, written=False))
    return found


def _measured(model: Model, pairs: Sequence[Pair], gists: Gists) -> Numbers:
    """A row a pair; for near copies, that lie near by whatever gist."""
    meanings = load_meanings()
    return np.array(
        [measures(*(sketch(model, meanings, gists, text) for text in (pair.one, pair.other))) for pair in pairs]
    )


def best_line(truth: Any, chances: Any) -> float:
    """The probability from which on F1 is best: where as many are apart as alike, by a third of all pairs as well."""
    lines = np.arange(0.05, 0.95, 0.01)
    worth = [2 * even_f1(truth, chances, line) + f1(truth, chances, line) for line in lines]
    return float(lines[int(np.argmax(worth))])


def f1(truth: Any, chances: Any, line: float = 0.5) -> float:
    """Of the pairs that are the same matter."""
    said = chances >= line
    return float(2 * (said & truth).sum() / max(1, said.sum() + truth.sum()))


def even_f1(truth: Any, chances: Any, line: float = 0.5) -> float:
    """The same, pairs apart weighed down to as many as are alike."""
    said, weight = chances >= line, truth.sum() / max(1, (~truth).sum())
    hit = (said & truth).sum()
    return float(2 * hit / max(1, hit + weight * (said & ~truth).sum() + truth.sum()))


def _made_pairs(families: Sequence[Sequence[Telling]]) -> Iterator[Pair]:
    for number, family in enumerate(families):
        first = family[0].text
        yield Pair(first, first, True, number, written=False)
        yield Pair(first, f"你好，{first}，请尽快处理，谢谢", True, number, written=False)
        for telling in family:
            twin = _with_a_detail_changed(telling.text)
            if twin:
                alike = [one.text for one in family if one.matter == telling.matter]
                yield from (Pair(text, twin, False, number, written=False) for text in alike)


def _with_a_detail_changed(text: str) -> str:
    found = DETAIL.search(text)
    if found is None:
        return ""
    said = found.group()
    chance = random.Random(text)
    if said in TURNED:
        changed = TURNED[said]
    elif len(said) < 3:
        changed = str((int(said) + chance.randint(1, 27)) % 28 + 1)
    else:
        changed = f"{said[:-2]}{(int(said[-2:]) + chance.randint(1, 99)) % 100:02}"
    return "" if changed == said else text[: found.start()] + changed + text[found.end() :]

"""Fitting a linear model with scikit-learn, so that serving needs none of it.

A linear machine a class (`nlp/machines.py`) separates short Chinese texts best; its scores become probabilities by one
temperature or by a logistic regression of all classes' scores, either found on scores of texts the model had not seen,
and folded into the weights. The scikit-learn twin with the very same numbers is kept for the test that both answer
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags_array, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict

from nlp.fields_place import find_organisations
from nlp.machines import Machine
from nlp.marks import see as see_message
from nlp.marks import worth
from nlp.model import Head, Model, Numbers, lengths_of
from nlp.text import Said, clean, cut
from nlp.topic import topic_features
from nlp.vocabulary import Vocabulary

FOLDS = 5
SEED = 20261121
STEPS = 127  # of a signed byte
# The judge: a second, small model that reads all classes' scores of a text together.
JUDGE_C, JUDGE_ROUNDS = 3.0, 1000

Seen = tuple[Said, Sequence[str]]


@dataclass(frozen=True)
class Labelled:
    """Texts (by place in the whole list) and their labels: the material of one head.

    `groups`: which belong in one fold; `c`, `log_ratios`, `complement`: the machine's (`nlp/machines.py`);
    `judged`: a logistic regression of all classes' scores makes them probabilities, for which it takes many texts.
    """

    rows: Sequence[int]
    labels: Sequence[str]
    groups: Sequence[int] | None = None
    c: float = 1.0
    log_ratios: float = 0.0
    complement: float = 0.0
    judged: bool = False


@dataclass(frozen=True)
class Fitted:
    """The model to serve, its scikit-learn twin, and the probabilities given to texts while unseen, by head."""

    model: Model
    vectorizer: Vectorizer
    twins: Mapping[str, LogisticRegression]
    unseen: Mapping[str, Numbers]


class Vectorizer:
    """scikit-learn's own vectorizers: TF-IDF of what a text says, block by block, and beside it the marks."""

    def __init__(self, see: Callable[[str], Seen], min_df: int, blocks: Mapping[str, float] | None = None) -> None:
        self._see = see
        self.blocks = dict(blocks or {})
        analysers: list[Callable[[Seen], Sequence[str]]] = [partial(_of_block, name) for name in self.blocks]
        self._words = [
            TfidfVectorizer(analyzer=each, sublinear_tf=True, min_df=min_df) for each in analysers or [_first]
        ]
        self._lengths = lengths_of(self.blocks) if self.blocks else np.ones(1)
        self._marks = CountVectorizer(analyzer=_second, binary=True)
        self._marked = False

    def fit_transform(self, texts: Sequence[str], copies: Container[int] = ()) -> csr_matrix:
        """The texts' matrix; the vocabulary is theirs, but for those that are `copies` of others. A block that none of
        them has is left out."""
        seen = [self._see(text) for text in texts]
        own = [each for row, each in enumerate(seen) if row not in copies]
        kept = [place for place, machine in enumerate(self._words) if _fits(machine, own)]
        self._words = [self._words[place] for place in kept]
        self._lengths = self._lengths[kept]
        self._marked = any(marked for _, marked in own)
        if self._marked:
            self._marks.fit(own)
        return self._matrix(seen)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """The texts' matrix."""
        return self._matrix([self._see(text) for text in texts])

    def _matrix(self, seen: Sequence[Seen]) -> csr_matrix:
        words = [machine.transform(seen) for machine in self._words]
        return self._beside(words, self._marks.transform(seen) if self._marked else None)

    def vocabulary(self) -> Vocabulary:
        """Feature → column."""
        tables = [machine.vocabulary_ for machine in self._words] + ([self._marks.vocabulary_] if self._marked else [])
        return Vocabulary(str(word) for table in tables for word in sorted(table, key=table.__getitem__))

    def rarity(self) -> Numbers:
        """A column each; of marks what they are worth."""
        return np.concatenate(
            [*(np.asarray(machine.idf_, dtype=np.float64) for machine in self._words), self._worths()]
        )

    def _beside(self, words: Sequence[Any], marked: Any) -> csr_matrix:
        scaled = [length * matrix for length, matrix in zip(self._lengths, words, strict=True)]
        return csr_matrix(hstack(scaled if marked is None else [*scaled, marked @ diags_array(self._worths())]))

    def _worths(self) -> Numbers:
        names = self._marks.get_feature_names_out() if self._marked else ()
        return np.array([worth(str(name)) for name in names], dtype=np.float64)


def _fits(machine: TfidfVectorizer, seen: Sequence[Seen]) -> bool:
    """Whether the machine could learn a vocabulary of them."""
    try:
        machine.fit(seen)
    except ValueError:  # scikit-learn's word for an empty vocabulary
        return False
    return True


def analyse(text: str) -> Seen:
    """What the reader's models see of a raw text: features and marks."""
    cleaned = clean(text).text
    words = cut(cleaned)
    return see_message(cleaned, words, bool(find_organisations(cleaned, words)))


def see_topic(text: str) -> Seen:
    """What a router's model sees of a raw text."""
    return topic_features(text), ()


def fit(
    texts: Sequence[str],
    heads: Mapping[str, Labelled],
    see: Callable[[str], Seen] = analyse,
    min_df: int = 2,
    blocks: Mapping[str, float] | None = None,
    copies: Container[int] = (),
) -> Fitted:
    """One vocabulary over all texts but `copies` of others (rows), a head for each question. `blocks`: see `Model`."""
    vectorizer = Vectorizer(see, min_df, blocks)
    matrix = vectorizer.fit_transform(texts, copies)
    twins, unseen, served = {}, {}, {}
    for name, material in heads.items():
        head, unseen[name] = _fit_head(matrix[list(material.rows)], material)
        served[name], twins[name] = head, _twin(head)
    model = Model(vectorizer.vocabulary(), vectorizer.rarity(), served, blocks=vectorizer.blocks)
    return Fitted(model, vectorizer, twins, unseen)


def _first(seen: Seen) -> Sequence[str]:
    return [*seen[0]]


def _of_block(name: str, seen: Seen) -> Sequence[str]:
    return [f"{name}:{each}" for each in seen[0].of(name)]


def _second(seen: Seen) -> Sequence[str]:
    return seen[1]


def _fit_head(matrix: csr_matrix, material: Labelled) -> tuple[Head, Numbers]:
    labels = list(material.labels)
    machine = Machine(material.c, material.log_ratios, material.complement, SEED)
    folds = folds_of(labels, material.groups)
    scores = _columns(np.asarray(cross_val_predict(machine, matrix, labels, cv=folds, method="decision_function")))
    machine.fit(matrix, labels)
    classes = tuple(str(label) for label in machine.classes_)
    truth = np.array([classes.index(label) for label in labels])
    weights, bias = _weights(machine)
    if material.judged and len(classes) > 2:
        judge = LogisticRegression(C=JUDGE_C, max_iter=JUDGE_ROUNDS)
        unseen = np.asarray(cross_val_predict(judge, scores, truth, cv=folds, method="predict_proba"))
        judge.fit(scores, truth)
        return _head(classes, weights @ judge.coef_.T, bias @ judge.coef_.T + judge.intercept_), unseen
    warmth = warmth_of(scores, truth)
    return _head(classes, weights * warmth, bias * warmth), softmax(scores * warmth)


def folds_of(labels: Sequence[str], groups: Sequence[int] | None) -> list[tuple[Any, Any]]:
    """Each label in every fold, as far as its groups allow; what belongs together stays together."""
    told = np.array(labels)
    together = np.array(groups if groups is not None else range(len(labels)))
    apart = min(len(np.unique(together[told == label])) for label in np.unique(told))
    # With too few groups of a label it is better that every fold teaches it; without groups nothing need stay together.
    if apart < FOLDS or len(np.unique(together)) == len(together):
        return list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(told, told))
    return list(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(told, told, together))


def warmth_of(scores: Numbers, truth: np.ndarray[Any, Any]) -> float:
    """The factor that makes probabilities mean what they say: least surprise on texts unseen."""

    def surprise(logarithm: float) -> float:
        chances = softmax(scores * np.exp(logarithm))[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(chances, 1e-12, 1)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-2.0, 4.0), method="bounded").x))


def _weights(machine: Machine) -> tuple[Numbers, Numbers]:
    """A column a class; with two classes the machine keeps one row: the first class is then the zero column."""
    weights, bias = machine.coef_.T, np.atleast_1d(machine.intercept_)
    if len(machine.classes_) == 2:
        return np.hstack([np.zeros_like(weights), weights]), np.array([0.0, float(bias[0])])
    return weights, bias


def _head(classes: tuple[str, ...], weights: Numbers, bias: Numbers) -> Head:
    """The weights in bytes."""
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / STEPS
    return Head(classes, np.rint(weights / scale).astype(np.int8), scale, bias)


def _twin(head: Head) -> LogisticRegression:
    """A LogisticRegression with the numbers that are served."""
    twin = LogisticRegression()
    twin.classes_ = np.array(head.classes)
    weights, bias = (head.weights * head.scale).T, head.bias
    if len(head.classes) == 2:
        weights, bias = weights[1:], bias[1:]
    twin.coef_, twin.intercept_, twin.n_features_in_ = weights, bias, weights.shape[1]
    return twin


def _columns(scores: Numbers) -> Numbers:
    return np.stack([np.zeros_like(scores), scores], axis=1) if scores.ndim == 1 else scores


def softmax(scores: Numbers) -> Numbers:
    """Scores as probabilities, row by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    answer: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return answer

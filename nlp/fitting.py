"""Fitting a linear model with scikit-learn, so that serving needs none of it.

A linear SVM a class separates short Chinese texts best; its scores become probabilities by one temperature, found on
scores of texts the model had not seen, and folded into the weights. The scikit-learn twin with the very same numbers
is kept for the test that both answer alike.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags_array, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit, StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from nlp.fields_place import find_organisations
from nlp.marks import see as see_message
from nlp.marks import worth
from nlp.model import Head, Model, Numbers
from nlp.text import clean, cut
from nlp.topic import topic_features

FOLDS = 5
SEED = 20261121
STEPS = 127  # of a signed byte

Seen = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True)
class Labelled:
    """Texts (by place in the whole list) and their labels: the material of one head.

    `groups`: which belong in one fold; `c`: how closely it is fitted.
    """

    rows: Sequence[int]
    labels: Sequence[str]
    groups: Sequence[int] | None = None
    c: float = 1.0


@dataclass(frozen=True)
class Fitted:
    """The model to serve, its scikit-learn twin, and the probabilities given to texts while unseen, by head."""

    model: Model
    vectorizer: Vectorizer
    twins: Mapping[str, LogisticRegression]
    unseen: Mapping[str, Numbers]


class Vectorizer:
    """scikit-learn's own vectorizers: TF-IDF of what a text says, and beside it the marks."""

    def __init__(self, see: Callable[[str], Seen], min_df: int) -> None:
        self._see = see
        self._words = TfidfVectorizer(analyzer=_first, sublinear_tf=True, min_df=min_df)
        self._marks = CountVectorizer(analyzer=_second, binary=True)
        self._marked = False

    def fit_transform(self, texts: Sequence[str], copies: Container[int] = ()) -> csr_matrix:
        """The texts' matrix; the vocabulary is theirs, but for those that are `copies` of others."""
        seen = [self._see(text) for text in texts]
        own = [each for row, each in enumerate(seen) if row not in copies]
        self._words.fit(own)
        self._marked = any(marked for _, marked in own)
        if self._marked:
            self._marks.fit(own)
        return self._matrix(seen)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """The texts' matrix."""
        return self._matrix([self._see(text) for text in texts])

    def _matrix(self, seen: Sequence[Seen]) -> csr_matrix:
        return self._beside(self._words.transform(seen), self._marks.transform(seen) if self._marked else None)

    def vocabulary(self) -> dict[str, int]:
        """Feature → column."""
        words = {str(word): int(column) for word, column in self._words.vocabulary_.items()}
        marked = self._marks.vocabulary_.items() if self._marked else ()
        return words | {str(mark): len(words) + int(column) for mark, column in marked}

    def rarity(self) -> Numbers:
        """A column each; of marks what they are worth."""
        return np.concatenate([np.asarray(self._words.idf_, dtype=np.float64), self._worths()])

    def _beside(self, words: Any, marked: Any) -> csr_matrix:
        return csr_matrix(words if marked is None else hstack([words, marked @ diags_array(self._worths())]))

    def _worths(self) -> Numbers:
        names = self._marks.get_feature_names_out() if self._marked else ()
        return np.array([worth(str(name)) for name in names], dtype=np.float64)


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
    copies: Container[int] = (),
) -> Fitted:
    """One vocabulary over all texts but `copies` of others (rows), a head for each question."""
    vectorizer = Vectorizer(see, min_df)
    matrix = vectorizer.fit_transform(texts, copies)
    twins, unseen, served = {}, {}, {}
    for name, material in heads.items():
        head, unseen[name] = _fit_head(matrix[list(material.rows)], material)
        served[name], twins[name] = head, _twin(head)
    return Fitted(Model(vectorizer.vocabulary(), vectorizer.rarity(), served), vectorizer, twins, unseen)


def _first(seen: Seen) -> Sequence[str]:
    return seen[0]


def _second(seen: Seen) -> Sequence[str]:
    return seen[1]


def _fit_head(matrix: csr_matrix, material: Labelled) -> tuple[Head, Numbers]:
    labels = list(material.labels)
    machine = LinearSVC(C=material.c, class_weight="balanced", random_state=SEED)
    groups = material.groups if material.groups is not None else range(len(labels))
    chance = np.random.default_rng(SEED).permutation(max(groups) + 1) % FOLDS
    folds = (
        PredefinedSplit(chance[list(groups)])
        if material.groups
        else StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    )
    scores = _columns(np.asarray(cross_val_predict(machine, matrix, labels, cv=folds, method="decision_function")))
    machine.fit(matrix, labels)
    classes = tuple(str(label) for label in machine.classes_)
    truth = np.array([classes.index(label) for label in labels])
    warmth = warmth_of(scores, truth)
    return _head(classes, machine, warmth), softmax(scores * warmth)


def warmth_of(scores: Numbers, truth: np.ndarray[Any, Any]) -> float:
    """The factor that makes probabilities mean what they say: least surprise on texts unseen."""

    def surprise(logarithm: float) -> float:
        chances = softmax(scores * np.exp(logarithm))[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(chances, 1e-12, 1)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-2.0, 4.0), method="bounded").x))


def _head(classes: tuple[str, ...], machine: LinearSVC, warmth: float) -> Head:
    """The machine's weights in bytes. With two classes it keeps one row: the first class is then the zero column."""
    weights, bias = machine.coef_.T * warmth, np.atleast_1d(machine.intercept_) * warmth
    if len(classes) == 2:
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.array([0.0, float(bias[0])])
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

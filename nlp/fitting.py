"""Fitting a linear model with scikit-learn, so that serving needs none of it.

A linear SVM a class separates short Chinese texts best; its scores become probabilities by one temperature, found on
scores of texts the model had not seen, and folded into the weights. The scikit-learn twin with the very same numbers
is kept for the test that both answer alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from nlp.model import Head, Model, Numbers
from nlp.text import clean, cut, features

FOLDS = 5
SEED = 20261121


@dataclass(frozen=True)
class Labelled:
    """Texts (by place in the whole list) and their labels: the material of one head."""

    rows: Sequence[int]
    labels: Sequence[str]
    weights: Sequence[float] | None = None


@dataclass(frozen=True)
class Fitted:
    """The model to serve, its scikit-learn twin, and the probabilities given to texts while unseen, by head."""

    model: Model
    vectorizer: TfidfVectorizer
    twins: Mapping[str, LogisticRegression]
    unseen: Mapping[str, Numbers]


def analyse(text: str) -> list[str]:
    """A raw text's features: what the vectorizer calls."""
    return features(cut(clean(text).text))


def fit(texts: Sequence[str], heads: Mapping[str, Labelled], min_df: int = 2, c: float = 1.0) -> Fitted:
    """One vocabulary over all texts, a head for each question."""
    vectorizer = TfidfVectorizer(analyzer=analyse, sublinear_tf=True, min_df=min_df)
    matrix = csr_matrix(vectorizer.fit_transform(texts))
    twins, unseen, served = {}, {}, {}
    for name, material in heads.items():
        twins[name], unseen[name] = _fit_head(matrix[list(material.rows)], list(material.labels), c)
        served[name] = _served(twins[name])
    words = {str(word): int(column) for word, column in vectorizer.vocabulary_.items()}
    return Fitted(Model(words, np.asarray(vectorizer.idf_, dtype=np.float64), served), vectorizer, twins, unseen)


def _fit_head(matrix: csr_matrix, labels: list[str], c: float) -> tuple[LogisticRegression, Numbers]:
    machine = LinearSVC(C=c, class_weight="balanced", random_state=SEED)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    scores = _columns(np.asarray(cross_val_predict(machine, matrix, labels, cv=folds, method="decision_function")))
    machine.fit(matrix, labels)
    classes = [str(label) for label in machine.classes_]
    truth = np.array([classes.index(label) for label in labels])
    warmth = _warmth(scores, truth)
    return _twin(machine, warmth), _softmax(scores * warmth)


def _warmth(scores: Numbers, truth: np.ndarray[Any, Any]) -> float:
    """The factor that makes probabilities mean what they say: least surprise on texts unseen."""

    def surprise(logarithm: float) -> float:
        chances = _softmax(scores * np.exp(logarithm))[np.arange(len(truth)), truth]
        return float(-np.log(np.clip(chances, 1e-12, 1)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-2.0, 4.0), method="bounded").x))


def _twin(machine: LinearSVC, warmth: float) -> LogisticRegression:
    """A LogisticRegression with the machine's weights, rounded to what is stored."""
    twin = LogisticRegression()
    twin.classes_ = machine.classes_
    twin.coef_ = (machine.coef_ * warmth).astype(np.float16).astype(np.float64)
    twin.intercept_ = np.atleast_1d(machine.intercept_ * warmth)
    twin.n_features_in_ = machine.coef_.shape[1]
    return twin


def _served(twin: LogisticRegression) -> Head:
    """With two classes scikit-learn keeps one row of weights: the first class is then the zero column."""
    weights, bias = twin.coef_.T, twin.intercept_
    if len(twin.classes_) == 2:
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.array([0.0, float(bias[0])])
    return Head(tuple(str(label) for label in twin.classes_), weights, bias)


def _columns(scores: Numbers) -> Numbers:
    return np.stack([np.zeros_like(scores), scores], axis=1) if scores.ndim == 1 else scores


def _softmax(scores: Numbers) -> Numbers:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    answer: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return answer

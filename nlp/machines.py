"""The classifier behind every head: a linear SVM a class, helped by counts, and in the end one row of weights a class.

`log_ratios`: each feature is first scaled by how differently the class and the rest use it (its log-count ratio to that
power), after Wang & Manning, “Baselines and Bigrams” (ACL 2012); 0 leaves the features as they are. `complement`: so
much of complement naive Bayes (Rennie et al., ICML 2003) is added, which is steadier where a class has few examples.
All of it is linear in the features, so that serving needs to know of none of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from nlp.model import Numbers

SMOOTHING = 0.3  # of complement naive Bayes


class Machine(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """`coef_` and `intercept_`: a row a class, but one alone, that of the second class, where there are two."""

    def __init__(self, c: float = 1.0, log_ratios: float = 0.0, complement: float = 0.0, seed: int = 0) -> None:
        self.c, self.log_ratios, self.complement, self.seed = c, log_ratios, complement, seed

    def fit(self, matrix: csr_matrix, labels: Any) -> Machine:
        """Learn; itself."""
        labels = np.asarray(labels)
        self.classes_ = np.unique(labels)
        if self.log_ratios:
            told = self.classes_[1:] if len(self.classes_) == 2 else self.classes_
            rows = [self._against_the_rest(matrix, labels == label) for label in told]
            self.coef_ = np.array([weights for weights, _ in rows])
            self.intercept_ = np.array([bias for _, bias in rows])
        else:
            machine = self._svm().fit(matrix, labels)
            self.coef_, self.intercept_ = machine.coef_, np.atleast_1d(machine.intercept_)
        if self.complement and len(self.classes_) > 2:
            counted = ComplementNB(alpha=SMOOTHING).fit(matrix, labels).feature_log_prob_
            self.coef_ = self.coef_ + self.complement * (counted - counted.mean(axis=0))
        return self

    def decision_function(self, matrix: csr_matrix) -> Numbers:
        """Scores, a row a text; of two classes the second's alone."""
        scores: Numbers = matrix @ self.coef_.T + self.intercept_
        return scores.ravel() if len(self.classes_) == 2 else scores

    def predict(self, matrix: csr_matrix) -> Any:
        """The likeliest label of each text."""
        scores = self.decision_function(matrix)
        return self.classes_[(scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)]

    def _svm(self) -> LinearSVC:
        return LinearSVC(C=self.c, class_weight="balanced", random_state=self.seed)

    def _against_the_rest(self, matrix: csr_matrix, inside: Any) -> tuple[Numbers, float]:
        ratios = log_ratios(matrix, inside) ** self.log_ratios
        machine = self._svm().fit(csr_matrix(matrix @ diags(ratios)), inside)
        return machine.coef_[0] * ratios, float(machine.intercept_[0])


def log_ratios(matrix: csr_matrix, inside: Any) -> Numbers:
    """How differently the texts inside and outside use each feature: the size of its log-count ratio."""
    seen = csr_matrix(matrix > 0)
    within, without = (np.asarray(seen[rows].sum(axis=0)).ravel() + 1.0 for rows in (inside, ~inside))
    answer: Numbers = np.abs(np.log((within / within.sum()) / (without / without.sum())))
    return answer

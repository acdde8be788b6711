"""How well it does on texts that nobody wrote for us: public data beside the project, never part of it.

Where the folder is absent the table says so. Intervals of a macro F1 are of 300 resamplings of the texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

from nlp.corpus_reading import CORPUS, CorpusError, read_columns
from nlp.figures import calibration_error, coverage, macro_f1
from nlp.fitting import SEED, Vectorizer, folds_of, see_topic
from nlp.machines import Machine
from nlp.measure_routing import weak_figures
from nlp.model import Numbers
from nlp.reader import Reader
from nlp.text import clean, cut
from nlp.topic import BLOCKS
from nlp.train import ROUTER_HEAD, ROUTER_LOG_RATIOS, fit_router
from nlp.twin_texts import groups_of

TIPDM = Path("tipdm2020c-7class") / "public.csv"
WEAK = Path("department-weak") / "public.csv"
COLD = Path("cold") / "public.csv"
ANOTHER_CITY = CORPUS / "another-city.csv"
RESAMPLED = 300
# Short posts, many of them: fitted less closely than a city's letters.
COLD_C, COLD_RAREST = 0.3, 3


def public_figures(reader: Reader, folder: Path, now: datetime) -> dict[str, str]:
    """Rows of the table. A file that is not there is named."""
    table: dict[str, str] = {}
    for name, make in (
        (TIPDM, lambda path: {**turned_away(reader, path, now), **seven_classes(path)}),
        (WEAK, lambda path: weak_figures(path, ANOTHER_CITY)),
        (COLD, offensive),
    ):
        table |= make(folder / name) if (folder / name).is_file() else {f"public {name}": "not there, not measured"}
    return table


def turned_away(reader: Reader, path: Path, now: datetime) -> dict[str, str]:
    """Real messages of a public platform: nobody should be refused."""
    verdicts = Counter(reader.read(text, now).verdict for (text,) in read_columns(path, ("text",)))
    whole = sum(verdicts.values())
    return {
        f"public messages, {verdict}": f"{count / whole:.4f} ({count} of {whole})"
        for verdict, count in sorted(verdicts.items())
    }


def seven_classes(path: Path) -> dict[str, str]:
    """A city's router, cross-validated, copies of a text kept together, beside a plain pipeline on the same folds."""
    rows = read_columns(path, ("text", "label"))
    texts, labels = [text for text, _ in rows], [label for _, label in rows]
    fitted = fit_router(texts, labels)
    classes = fitted.model.heads[ROUTER_HEAD].classes
    truth = np.array([classes.index(label) for label in labels])
    ours = fitted.unseen[ROUTER_HEAD]
    plain = _plain(texts, labels, groups_of(texts))
    right, sure = ours.argmax(axis=1) == truth, ours.max(axis=1)
    return {
        "TipDM, macro F1 by cross-validation": _interval(truth, ours.argmax(axis=1)),
        "TipDM, plain pipeline": _interval(truth, plain.argmax(axis=1)),
        "TipDM, routed alone at 95 % precision": f"{coverage(right, sure):.3f}",
        "TipDM, plain pipeline so": f"{coverage(plain.argmax(axis=1) == truth, _margin(plain)):.3f}",
        "TipDM, calibration error": f"{calibration_error(right, sure):.3f}",
    }


def _plain(texts: Sequence[str], labels: Sequence[str], groups: Sequence[int]) -> Numbers:
    """TF-IDF of words and of two or three characters, a linear SVM a class: scores of texts unseen."""

    def words(text: str) -> list[str]:
        return [word.text for word in cut(clean(text).text) if word.text.strip()]

    seen = make_union(
        TfidfVectorizer(analyzer=words, sublinear_tf=True, min_df=2),
        TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True, min_df=3),
    )
    machine = make_pipeline(seen, LinearSVC(random_state=SEED))
    answer: Numbers = cross_val_predict(
        machine, np.array(texts, dtype=object), labels, cv=folds_of(labels, groups), method="decision_function"
    )
    return answer


def offensive(path: Path) -> dict[str, str]:
    """Offensive or not: taught by the train part, judged on the dev part, as the authors of the data split it."""
    rows = read_columns(path, ("text", "label", "official_split"))
    taught = [(text, label) for text, label, part in rows if part == "train"]
    kept = [(text, label) for text, label, part in rows if part == "dev"]
    if not taught or not kept:
        raise CorpusError(f"{path.name}: no rows of train and dev")
    truth = np.array([label for _, label in kept])
    seen = Vectorizer(see_topic, COLD_RAREST, BLOCKS)
    matrix = seen.fit_transform([text for text, _ in taught])
    machine = Machine(COLD_C, ROUTER_LOG_RATIOS, seed=SEED).fit(matrix, [label for _, label in taught])
    plain = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), LinearSVC())
    plain.fit([text for text, _ in taught], [label for _, label in taught])
    return {
        "COLD, macro F1": _interval(truth, machine.predict(seen.transform([text for text, _ in kept]))),
        "COLD, plain pipeline": _interval(truth, plain.predict([text for text, _ in kept])),
    }


def _margin(scores: Numbers) -> Numbers:
    ordered = np.sort(scores, axis=1)
    answer: Numbers = ordered[:, -1] - ordered[:, -2]
    return answer


def _interval(truth: Numbers, guessed: Numbers) -> str:
    chance = np.random.default_rng(SEED)
    drawn = [chance.integers(0, len(truth), len(truth)) for _ in range(RESAMPLED)]
    low, high = np.percentile([macro_f1(truth[rows], guessed[rows]) for rows in drawn], [2.5, 97.5])
    return f"{macro_f1(truth, guessed):.3f} [{low:.3f}-{high:.3f}] of {len(truth)}"

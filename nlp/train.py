"""The whole training, top to bottom: our own reader's models, and a city's router from its dispatch decisions.

A city's model is written only where it is not worse than the one that stands there: a bad month of labels must not
undo a good year.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp.corpus_reading import CORPUS, HANDS, CorpusError, Example, read_columns, read_taught
from nlp.deciding import ACCEPT, BETWEEN, NET
from nlp.figures import figures_of
from nlp.fitting import FOLDS, SEED, Fitted, Labelled, fit, see_topic
from nlp.kind import COMPLAINT
from nlp.model import Model, ModelError, load_model, save_model
from nlp.net import save_net
from nlp.net_training import fit_net
from nlp.pruning import pruned
from nlp.reader import WEIGHTS
from nlp.route import subjects
from nlp.text import lines
from nlp.topic import BLOCKS
from nlp.trusting import find_trust
from nlp.twin_texts import groups_of
from nlp.weighing import Opinion, find_decision

# A label needs one example in each fold; rarer ones cannot be learnt, only guessed.
LEAST_OF_A_LABEL = FOLDS
# A ground and a kind that come together less often than this are learnt as the ground's commonest kind: the kind has a
# head of its own.
LEAST_OF_A_PAIR = 20
# What fewer texts say is left out: on hands that did not teach all heads then do as well or better.
SAID_BY = 8
# Of the features that are left so many are kept, those that tell the most: on hands that did not teach as good as all.
FEATURES = 75_000

ROUTER_HEAD = "label"
# The heads whose opinions are weighed into a verdict and a kind.
OPINIONS = ("kind", "screen", "verdict", "whole")

# Found by cross-validation on public texts; of many texts, what stands in two alone is left out.
ROUTER_C, ROUTER_LOG_RATIOS, ROUTER_COMPLEMENT = 3.0, 0.5, 0.15
MANY = 2000

# Messages that only teach which unit leads, with none of the other labels.
ROUTES = "route.csv"
# Found by cross-validation: the first three units gain most from it.
SUBJECT_COMPLEMENT = 0.6
# What a message does is told best by these on hands that did not teach; what it is about is not.
KIND = {"c": 0.5, "log_ratios": 0.3, "complement": 0.3}

# Each message of the house counts so many times: three in four are by other hands, and its hard cases would drown.
OWN = 4

# So many complaints are learnt a second time with an insult at their side.
RUDE, LONGEST_INSULT = 300, 24
# So many are learnt again with something said in passing, and with a courtesy.
PASSING, COURTEOUS = 500, 300

_DUTY_ENDS = re.compile(r"[、,，]")


class WorseModelError(Exception):
    """The new model is worse than the one in its place, which stays."""


def train_reader(folder: Path = WEIGHTS, corpus: Path = CORPUS) -> Fitted:
    """The reader's heads from our corpus' training part; written with their card."""
    own, hands = read_taught(corpus)
    examples = [*own, *hands]
    texts, heads = reader_material(examples, [OWN] * len(own))
    fitted = fit(texts, heads, min_df=SAID_BY, copies=range(len(examples), len(texts)))
    figures = {name: figures_of(_truth(head, fitted, name), fitted.unseen[name]) for name, head in heads.items()}
    matrix = fitted.vectorizer.transform([texts[row] for row in heads["whole"].rows])
    small = fit_net(matrix, fitted.model.names, heads["whole"])
    opinions = {name: Opinion(fitted.model.heads[name].classes, fitted.unseen[name]) for name in OPINIONS}
    opinions[NET] = Opinion(small.net.classes, small.unseen)
    decision, decided = find_decision(opinions, heads["verdict"].labels, heads["kind"].labels, heads["verdict"].groups)
    subject = heads["subject"]
    # How far a probability can be trusted, hands tell who were asked for a second unit too.
    told = [
        row for row, place in enumerate(subject.rows) if place < len(examples) and examples[place].second is not None
    ]
    trust, routing = find_trust(
        [texts[subject.rows[row]] for row in told],
        [examples[subject.rows[row]].units for row in told],
        fitted.unseen["subject"][told],
        fitted.model.heads["subject"].classes,
    )
    card = {
        "what": "reads citizens' messages about government services: kind, verdict, ground, subject",
        "made of": f"nlp/corpus/train*.csv and {HANDS}, {len(examples)} invented messages; subjects.toml's duty lines",
        "how": "TF-IDF of words, word pairs, runs of 1-3 characters; marks; a linear SVM a class, a temperature "
        "a head; a net of one hidden layer",
        "seed": SEED,
        "decision": decision.as_document(),
        "trust": trust,
        "cross-validated": {**figures, "decided": decided, "routed": routing},
        "limits": "trained on invented messages; it suggests, a person decides",
    }
    model, net = pruned(replace(fitted.model, card=card), small.net, FEATURES)
    save_model(model, folder)
    save_net(net, folder)
    return replace(fitted, model=model)


def reader_material(examples: Sequence[Example], times: Sequence[int] = ()) -> tuple[list[str], dict[str, Labelled]]:
    """Texts and, for each question, which of them teach it what; a text made of another stays in the other's fold, and
    so do the messages of one hand: whoever writes next is a stranger too.

    `times`: how often each example teaches; once where none is given.
    """
    texts = [example.text for example in examples]
    kinds = [example.kind for example in examples]
    grounds = [example.ground or example.verdict for example in examples]
    verdicts = [example.verdict for example in examples]
    groups = _by_hand(examples)
    for row, text in (*_rude_but_real(examples), *_in_passing(examples), *_courteous(examples)):
        groups.append(groups[row])
        texts.append(text)
        kinds.append(kinds[row])
        grounds.append(grounds[row])
        verdicts.append(verdicts[row])
    taught = [row for row in range(len(texts)) for _ in range(times[row] if row < len(times) else 1)]
    routed, labels = _routed(examples, texts)

    def told(labels: Sequence[str], c: float = 1.0, log_ratios: float = 0.0, complement: float = 0.0) -> Labelled:
        each, together = [labels[row] for row in taught], [groups[row] for row in taught]
        return Labelled(taught, each, together, c, log_ratios, complement)

    heads = {
        "kind": told(kinds, **KIND),
        "screen": told(grounds, c=2.0),
        "verdict": told(verdicts),
        "whole": told(_whole(grounds, kinds)),
        "subject": Labelled(
            routed, labels, [groups[row] if row < len(groups) else row for row in routed], complement=SUBJECT_COMPLEMENT
        ),
    }
    return texts, heads


def _by_hand(examples: Sequence[Example]) -> list[int]:
    """Of each the first row of its hand; its own where it is of the house."""
    first: dict[str, int] = {}
    return [first.setdefault(each.hand, row) if each.hand else row for row, each in enumerate(examples)]


def _whole(grounds: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """Ground and kind as one label; a pair too rare to learn under the ground's commonest kind."""
    counts = Counter(zip(grounds, kinds, strict=True))
    commonest = {ground: kind for (ground, kind), _ in sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))}
    return [
        f"{ground}{BETWEEN}{kind if counts[ground, kind] >= LEAST_OF_A_PAIR else commonest[ground]}"
        for ground, kind in zip(grounds, kinds, strict=True)
    ]


def _routed(examples: Sequence[Example], texts: list[str]) -> tuple[list[int], list[str]]:
    """Rows that teach the subject, with theirs; the duty lines of subjects are added to the texts."""
    routed = [row for row, example in enumerate(examples) if example.department]
    labels = [examples[row].department for row in routed]
    for text, label in read_columns(CORPUS / ROUTES, ("text", "department")):
        routed.append(len(texts))
        labels.append(label)
        texts.append(text)
    for subject in subjects():
        for duty in _DUTY_ENDS.split(subject.duties):
            routed.append(len(texts))
            labels.append(subject.name)
            texts.append(duty)
    return routed, labels


def _rude_but_real(examples: Sequence[Example]) -> list[tuple[int, str]]:
    """Real complaints with an insult before or behind: a matter in bad words is a matter. Each with its row."""
    chance = random.Random(SEED)
    insults = [
        example.text for example in examples if example.ground == "abuse" and len(example.text) <= LONGEST_INSULT
    ]
    real = [
        row
        for row, example in enumerate(examples)
        if example.verdict == ACCEPT and example.kind == COMPLAINT and example.department
    ]
    if not insults:
        return []
    pairs = [(row, chance.choice(insults)) for row in chance.sample(real, min(RUDE, len(real)))]
    return [
        (row, f"{insult}，{examples[row].text}" if chance.random() < 0.6 else f"{examples[row].text}，{insult}")
        for row, insult in pairs
    ]


def _in_passing(examples: Sequence[Example]) -> list[tuple[int, str]]:
    """Real matters with a petition, a court, a temple or a temper mentioned beside them."""
    return _with("passing.txt", PASSING, examples, [row for row, each in enumerate(examples) if each.department])


def _courteous(examples: Sequence[Example]) -> list[tuple[int, str]]:
    """Messages of every sort with a courtesy: being polite makes none of them ours, nor idle talk."""
    rows = [row for row, example in enumerate(examples) if example.ground not in ("chitchat", "lacks_content")]
    return _with("polite.txt", COURTEOUS, examples, rows)


def _with(name: str, most: int, examples: Sequence[Example], rows: Sequence[int]) -> list[tuple[int, str]]:
    """Some of those messages, each with its row, beside a clause of that file; one that begins with a comma last."""
    chance = random.Random(SEED)
    clauses = lines(name)
    pairs = [(row, chance.choice(clauses)) for row in chance.sample(rows, min(most, len(rows)))]
    return [
        (row, examples[row].text + clause if clause[0] == "，" else clause + examples[row].text)
        for row, clause in pairs
    ]


def train_router(texts: Path, folder: Path, units: Sequence[tuple[str, str]] | None = None) -> dict[str, Any]:
    """A model of `text,label` rows; its cross-validated figures on them. Raises WorseModelError, CorpusError.

    `units`: names and duty lines; the duties of units that are labels are learnt besides.
    """
    rows = [(text, label) for text, label in read_columns(texts, ("text", "label")) if text.strip() and label.strip()]
    counts = Counter(label for _, label in rows)
    kept = [(text, label) for text, label in rows if counts[label] >= LEAST_OF_A_LABEL]
    if len({label for _, label in kept}) < 2:
        raise CorpusError(f"{texts.name}: needs two labels with at least {LEAST_OF_A_LABEL} texts each")
    learnt = [*kept, *_duties(units or (), counts)]
    labels = [label for _, label in learnt]
    fitted = fit_router([text for text, _ in learnt], labels)
    material = Labelled(range(len(learnt)), labels)
    decided = len(kept)  # figures are of decisions only, duty lines being too easy
    figures = figures_of(_truth(material, fitted, ROUTER_HEAD)[:decided], fitted.unseen[ROUTER_HEAD][:decided])
    left_out = sorted(label for label, count in counts.items() if count < LEAST_OF_A_LABEL)
    card = {
        "what": "routes texts to labels",
        "texts": len(kept),
        "left out": left_out,
        "seed": SEED,
        "cross-validated": figures,
    }
    _refuse_worse(folder, figures)
    save_model(replace(fitted.model, card=card), folder)
    return figures


def fit_router(texts: Sequence[str], labels: Sequence[str]) -> Fitted:
    """A router's model, its one head, and what it said of texts unseen; copies of a text are judged together."""
    many = len(texts) >= MANY
    complement = ROUTER_COMPLEMENT if many else 0.0
    settings = {"c": ROUTER_C, "log_ratios": ROUTER_LOG_RATIOS, "complement": complement}
    material = Labelled(range(len(texts)), labels, groups_of(texts), **settings, judged=many)
    return fit(texts, {ROUTER_HEAD: material}, see_topic, 3 if many else 2, BLOCKS)


def _duties(units: Sequence[tuple[str, str]], labels: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(duty, name) for name, line in units if labels.get(name) for duty in _DUTY_ENDS.split(line) if duty]


def _refuse_worse(folder: Path, figures: Mapping[str, Any]) -> None:
    try:
        standing: Model = load_model(folder)
    except ModelError:
        return
    before = standing.card.get("cross-validated", {}).get("macro_f1")
    if isinstance(before, (int, float)) and figures["macro_f1"] < before:
        raise WorseModelError(f"macro F1 {figures['macro_f1']} is below the standing model's {before}: it stays")


def _truth(material: Labelled, fitted: Fitted, head: str) -> np.ndarray[Any, Any]:
    classes = fitted.model.heads[head].classes
    return np.array([classes.index(label) for label in material.labels])

"""Learns what words mean: how much oftener than by chance two words stand near each other, in few dimensions.

Positive pointwise mutual information of words at most WINDOW apart, factored by SVD (Levy and Goldberg 2014): on some
ten thousand letters as good as a network, and the same numbers each time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.corpus_reading import CORPUS, read_columns, read_taught
from nlp.meaning import MEANINGS, save_meanings
from nlp.text import clean, cut

# Public letters to cities that the vectors are learnt from besides our corpus; they stay outside the project.
PUBLIC = (
    "tipdm2020c-7class/public.csv",
    "tipdm2020c-unlabelled/messages.csv",
    "tipdm2020c-hotspot/messages.csv",
    "department-weak/public.csv",
)
OWN = ("route.csv", "same.csv")

WINDOW, DIMENSIONS = 5, 128
LEAST_OFTEN, LEAST_TEXTS, MOST_WORDS = 8, 5, 12_000
LONGEST = 1500
# The usual damping of rare neighbours.
SMOOTHING = 0.75

WORD = re.compile(r"[一-龥]+")
NAME = re.compile(r"[一-龥]{2,12}(?:路|街|巷|村|镇|乡|县|区|市|省|府|湾|洲|山|城|苑|桥|站|江|河|湖|园)")


def train_meanings(public: Path, out: Path = MEANINGS) -> dict[str, int]:
    """Learn and write the vectors; how many texts and words they are of."""
    texts = [_words(text) for text in _texts(public)]
    words, often = _vocabulary(texts)
    vectors = _factored(_neighbours(texts, words), len(words))
    rarity = np.log(len(texts) / (1 + np.array([often[word] for word in words]))) / np.log(len(texts))
    save_meanings(out, list(words), vectors, np.clip(rarity, 0, 1))
    return {"texts": len(texts), "words": len(words)}


def _texts(public: Path) -> Iterable[str]:
    own = {example.text for taught in read_taught() for example in taught}
    own |= {text for name in OWN for (text,) in read_columns(CORPUS / name, ("text",))}
    others = {text[:LONGEST] for name in PUBLIC for (text,) in read_columns(public / name, ("text",))}
    return sorted(own | others)


def _words(text: str) -> list[str]:
    return [word.text for word in cut(clean(text).text) if WORD.fullmatch(word.text)]


def _vocabulary(texts: Sequence[Sequence[str]]) -> tuple[dict[str, int], Counter[str]]:
    """The commonest words, each with its row; and in how many texts each stands."""
    uses = Counter(word for text in texts for word in text)
    often = Counter(word for text in texts for word in set(text))
    kept = [
        word
        for word, count in sorted(uses.items(), key=lambda pair: (-pair[1], pair[0]))
        if count >= LEAST_OFTEN and often[word] >= LEAST_TEXTS and not NAME.fullmatch(word)
    ]
    return {word: row for row, word in enumerate(kept[:MOST_WORDS])}, often


def _neighbours(texts: Sequence[Sequence[str]], rows: dict[str, int]) -> Any:
    """How often two words stand near each other, the nearer the more."""
    from scipy.sparse import coo_matrix

    ones, others, weights = [], [], []
    for text in texts:
        known = np.array([rows[word] for word in text if word in rows], dtype=np.int32)
        for apart in range(1, min(WINDOW + 1, len(known))):
            ones.append(known[:-apart])
            others.append(known[apart:])
            weights.append(np.full(len(known) - apart, apart**-0.5))
    one, other, weight = np.concatenate(ones), np.concatenate(others), np.concatenate(weights)
    both = (np.concatenate([one, other]), np.concatenate([other, one]))
    return coo_matrix((np.concatenate([weight, weight]), both), shape=(len(rows), len(rows))).tocsr().tocoo()


def _factored(near: Any, size: int) -> Any:
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import svds

    uses = np.bincount(near.row, weights=near.data, minlength=size)
    chance = uses**SMOOTHING / (uses**SMOOTHING).sum()
    surprise = np.log(near.data / (uses[near.row] * chance[near.col]))
    kept = surprise > 0
    table = coo_matrix((surprise[kept], (near.row[kept], near.col[kept])), shape=(size, size)).tocsr()
    left, strength, _ = svds(table, k=DIMENSIONS, v0=np.ones(size), solver="arpack")
    vectors = left * np.sqrt(strength)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

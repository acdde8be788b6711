"""The features that a model knows, and where their numbers stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from nlp.text import Said

NOWHERE = -1


class Vocabulary(Mapping[str, int]):
    """Feature → column, kept sort by sort: what a text says is looked up without writing the sort before each."""

    def __init__(self, names: Iterable[str]) -> None:
        """`names`: the features in the order of their columns."""
        self.sorts: dict[str, dict[str, int]] = {}
        for column, name in enumerate(names):
            sort, _, rest = name.partition(":")
            self.sorts.setdefault(sort, {})[rest] = column

    def __getitem__(self, feature: str) -> int:
        sort, _, rest = feature.partition(":")
        return self.sorts[sort][rest]

    def __iter__(self) -> Iterator[str]:
        return (f"{sort}:{rest}" for sort, columns in self.sorts.items() for rest in columns)

    def __len__(self) -> int:
        return sum(map(len, self.sorts.values()))

    def columns(self, said: Said) -> Iterator[int]:
        """The column of each feature; NOWHERE where there is none."""
        known = self.sorts
        found = (map(known[sort].get, those, repeat(NOWHERE)) for sort, those in said.sorts.items() if sort in known)
        return chain.from_iterable(found)


@dataclass(frozen=True)
class Shown:
    """Words of two characters or more: what can be shown to a person. `row_of`: of each column, -1 where no word."""

    words: Sequence[str]
    columns: NDArray[np.intp]
    row_of: NDArray[np.int32]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Shown:
        """Those of a vocabulary."""
        words = {word: column for word, column in vocabulary.sorts.get("w", {}).items() if len(word) > 1}
        columns = np.array([*words.values()], dtype=np.intp)
        row_of = np.full(len(vocabulary), -1, dtype=np.int32)
        row_of[columns] = np.arange(len(words))
        return cls([*words], columns, row_of)

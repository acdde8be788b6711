"""The features that a model knows, and where their numbers stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, groupby, repeat

import numpy as np
from numpy.typing import NDArray

from nlp.lexicon_words import word_list
from nlp.text import Said

NOWHERE = -1
# Sorts of which the words themselves are needed: to be shown, or to be looked up one by one.
KEPT = ("w", "m")
# A number's first 16 bits are its shelf's, which holds no other or a few.
SHELVES, SHELF = 1 << 16, np.uint64(64 - 16)
# Orders of sorts whose keys are remembered; texts all have the same one.
ORDERS = 16

# A place is a text's number above, a column below.
BELOW = 32

Places = NDArray[np.int64]


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

    def places(self, said: Sequence[Said]) -> Places:
        """The text and, in the last bits, the column of each feature that is known, in no order; what is said twice
        stands twice."""
        found = [(row, column) for row, each in enumerate(said) for column in self.columns(each) if column != NOWHERE]
        return np.array([row << BELOW | column for row, column in found], dtype=np.int64)

    def of(self, sort: str) -> Mapping[str, int]:
        """The features of that sort, without its name → their columns."""
        return self.sorts.get(sort, {})

    def columns_of(self, sort: str) -> Sequence[int]:
        """The columns of that sort."""
        return [*self.of(sort).values()]

    @property
    def names(self) -> tuple[str, ...]:
        """The features, by column."""
        return tuple(sorted(self, key=self.__getitem__))


class Numbered:
    """A vocabulary of which only a number of 64 bits each is kept, in rising order: ninety thousand words and the
    tables to find them take twenty megabytes, their numbers one.

    The number is made of Python's own hash, which differs from process to process, and of the word's length: the hash
    is of the bytes alone, which of "no" are those of "潮". That a word which is not in the vocabulary has the number of
    one that is happens once in 10¹⁴ words, in no two processes with the same.
    """

    def __init__(self, names: Sequence[str], again: Callable[[], Sequence[str]]) -> None:
        """`names`: the features in the order of their columns; `again` gives them once more, for they are not kept."""
        numbers = np.empty(len(names), dtype=np.int64)
        found: dict[str, list[NDArray[np.intp]]] = {}
        self._kept: dict[str, dict[str, int]] = {sort: {} for sort in KEPT}
        start = 0
        for sort, those in groupby(names, _sort_of):
            rests = [name[len(sort) + 1 :] for name in those]
            columns = np.arange(start, start + len(rests))
            numbers[columns] = _numbers_of(rests, np.int64(_key(sort)))
            found.setdefault(sort, []).append(columns)
            if sort in KEPT:
                self._kept[sort].update(zip(rests, columns.tolist(), strict=True))
            start += len(rests)
        self.sorts = {sort: np.concatenate(columns).astype(np.int32) for sort, columns in found.items()}
        told = numbers.view(np.uint64)
        order = told.argsort()
        shelves = (told >> SHELF).astype(np.intp)
        # Where each shelf begins; how far the fullest one reaches, which is beyond the end of the last.
        self._begins = shelves[order].searchsorted(np.arange(SHELVES)).astype(np.int32)
        self._reach = np.arange(np.bincount(shelves).max(initial=1))
        self._numbers = np.append(told[order], np.zeros(len(self._reach), np.uint64))
        self._columns = order.astype(np.int32)
        self._again = again

    def __len__(self) -> int:
        return len(self._columns)

    def places(self, said: Sequence[Said]) -> Places:
        """The text and, in the last bits, the column of each feature that is known, in no order; what is said twice
        stands twice."""
        sorts = [those for each in said for those in each.sorts.values()]
        sizes = [*map(len, sorts)]
        keys = np.concatenate([_keys(tuple(each.sorts)) for each in said]).repeat(sizes)
        told = _numbers_of([*chain.from_iterable(sorts)], keys).view(np.uint64)
        begins = self._begins.take((told >> SHELF).view(np.int64))
        found, steps = (self._numbers.take(begins[:, None] + self._reach) == told[:, None]).nonzero()
        places: Places = self._columns.take(begins.take(found) + steps).astype(np.int64)
        if len(said) > 1:
            rows = np.arange(len(said)).repeat([len(each.sorts) for each in said]).repeat(sizes)
            places |= rows.take(found) << BELOW
        return places

    def of(self, sort: str) -> Mapping[str, int]:
        """The features of that sort, which is one of KEPT, without its name → their columns."""
        return self._kept[sort]

    def columns_of(self, sort: str) -> Sequence[int]:
        """The columns of that sort."""
        found: list[int] = self.sorts[sort].tolist() if sort in self.sorts else []
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """The features, by column."""
        return tuple(self._again())


def _key(sort: str) -> int:
    """What makes the same word of another sort another number."""
    return hash(("a sort of features", sort))


def _sort_of(name: str) -> str:
    return name[: name.index(":")]


def _numbers_of(words: Sequence[str], keys: NDArray[np.int64] | np.int64) -> NDArray[np.int64]:
    numbers = np.fromiter(map(hash, words), np.int64, len(words))
    numbers ^= keys
    numbers += np.fromiter(map(len, words), np.int64, len(words))
    return numbers


@lru_cache(ORDERS)
def _keys(sorts: tuple[str, ...]) -> NDArray[np.int64]:
    return np.array([*map(_key, sorts)], dtype=np.int64)


@dataclass(frozen=True)
class Shown:
    """Words of two characters or more that tell something: what can be shown to a person.

    `row_of`: of each column, -1 where no word.
    """

    words: Sequence[str]
    columns: NDArray[np.intp]
    row_of: NDArray[np.int32]

    @classmethod
    def of(cls, vocabulary: Vocabulary | Numbered) -> Shown:
        """Those of a vocabulary."""
        idle = word_list("no_reasons.txt")
        words = {word: column for word, column in vocabulary.of("w").items() if len(word) > 1 and word not in idle}
        columns = np.array([*words.values()], dtype=np.intp)
        row_of = np.full(len(vocabulary), -1, dtype=np.int32)
        row_of[columns] = np.arange(len(words))
        return cls([*words], columns, row_of)

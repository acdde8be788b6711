"""Words that the spotter knows: of what sort each is, and what it is like.

Kept by a hash of each word: forty thousand strings would take ten megabytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OFFSET, PRIME, WHOLE = 2166136261, 16777619, (1 << 32) - 1


def number(word: str) -> int:
    """The same on every machine (FNV-1a, 32 bits)."""
    hashed = OFFSET
    for sign in word:
        hashed = ((hashed ^ ord(sign)) * PRIME) & WHOLE
    return hashed


@dataclass(frozen=True)
class Known:
    """`numbers`: of the words, rising; `sorts`: what the dictionary calls each; `likes`: the group of words like it
    (0: none)."""

    numbers: NDArray[np.uint32]
    sorts: NDArray[np.uint8]
    likes: NDArray[np.uint8]

    @classmethod
    def of(cls, words: Mapping[str, tuple[int, int]]) -> Known:
        """Of two words with one number the later."""
        table = {number(word): told for word, told in words.items()}
        numbers = sorted(table)
        told = np.array([table[each] for each in numbers], dtype=np.uint8).reshape(-1, 2)
        return cls(np.array(numbers, dtype=np.uint32), told[:, 0].copy(), told[:, 1].copy())

    def get(self, word: str) -> tuple[int, int] | None:
        """Its sort and what it is like; None of a word that is not known."""
        wanted = number(word)
        place = int(np.searchsorted(self.numbers, np.uint32(wanted)))
        if place == len(self.numbers) or int(self.numbers[place]) != wanted:
            return None
        return int(self.sorts[place]), int(self.likes[place])

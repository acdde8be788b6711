"""How alike two texts are: the share of their pairs of neighbouring letters that stand in both."""

from __future__ import annotations

import re

# Blanks, punctuation and figures say nothing about the matter.
LETTERS = re.compile(r"[^\W\d_]+")


def pairs(text: str) -> frozenset[str]:
    """Every two letters that stand side by side."""
    return frozenset(run[at : at + 2] for run in LETTERS.findall(text) for at in range(len(run) - 1))


def likeness(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (the same)."""
    mine, theirs = pairs(one), pairs(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def covered(part: str, whole: str) -> float:
    """How much of the one stands in the other, from 0 to 1; 1 for a part too short to tell."""
    mine = pairs(part)
    return len(mine & pairs(whole)) / len(mine) if mine else 1.0

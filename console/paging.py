"""A long list in pages: which page is asked for, and what stands on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Leaf:
    """One page of a list of `total`: page `at` of `pages`."""

    shown: Sequence[Any]
    total: int
    at: int
    pages: int


def leaf(lines: Sequence[Any], asked: str, size: int) -> Leaf:
    """The page asked for."""
    pages = pages_of(len(lines), size)
    at = page_asked(asked, pages)
    return Leaf(lines[(at - 1) * size : at * size], len(lines), at, pages)


def addresses(path: str, query: str, parts: Mapping[str, Leaf]) -> dict[str, str]:
    """For each part of a page where its other leaves are, but for the number: the other parts stay where they are
    turned to."""
    turned = {name: f"{name}={part.at}" for name, part in parts.items() if part.at > 1}
    return {name: f"{path}?" + "&".join(filter(None, (query, *_without(turned, name), f"{name}="))) for name in parts}


def pages_of(total: int, size: int) -> int:
    """How many pages hold so many; an empty list has one."""
    return max(1, -(-total // size))


def page_asked(asked: str, pages: int) -> int:
    """The page of that number: the first where it is no number, the last where there are not so many."""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    return min(max(number, 1), pages)


def _without(turned: Mapping[str, str], name: str) -> list[str]:
    return [at for other, at in turned.items() if other != name]

"""No match can do without its anchor, and no lookahead that opens a pattern is narrower than the pattern."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

import nlp
from nlp.anchored import FIGURES, Anchored, anchored

parse = re._parser.parse  # type: ignore[attr-defined]
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def test_every_pattern_needs_its_anchor() -> None:
    found = dict(_anchored())

    assert len(found) > 20
    assert [name for name, each in found.items() if not _needs(each)] == []


@pytest.mark.parametrize(
    ("anchor", "pattern", "needed"),
    [
        ("b", "ab?c", False),
        ("b", "ab+c", True),
        ("b", "a(?:b|c)", False),
        ("b|c", "a(?:b|c)", True),
        ("bc", "abcd", True),
        ("bc", "ab(?:c|d)", False),
        (FIGURES, "a[0-9]{2,3}", True),
        (FIGURES, "a[0-9x]", False),
        ("b", "(?=b)a", False),
        ("b", "(?<!b)a", False),
        ("day", "(?i:sun)day", True),
        ("sun", "(?i:sun)day", False),
    ],
)
def test_what_needs_an_anchor_is_told_apart(anchor: str, pattern: str, needed: bool) -> None:
    assert _needs(anchored(anchor, pattern)) == needed


def test_an_anchor_spares_the_search() -> None:
    each = anchored("b", "b+")

    assert each.search("aaa") is None
    assert list(each.finditer("aaa")) == []
    assert [match.group() for match in each.finditer("abba b")] == ["bb", "b"]


def test_what_a_pattern_may_begin_with_is_what_its_opening_lookahead_lets_pass() -> None:
    opened = {name: each for name, each in _anchored() if each.pattern.pattern.startswith("(?=")}

    assert len(opened) >= 2
    assert {name: missing for name, each in opened.items() if (missing := _missing(each.pattern.pattern))} == {}


def test_a_lookahead_that_is_too_narrow_is_seen() -> None:
    assert _missing("(?=[ab])(?:ax|b?cx)") == {"c"}
    assert _missing("(?=[abc])(?:ax|(?<!d)b?c{1,2}x)") == set()


def _anchored() -> Iterator[tuple[str, Anchored]]:
    for module in pkgutil.iter_modules(nlp.__path__):
        if module.name != "__main__":
            for name, value in vars(importlib.import_module(f"nlp.{module.name}")).items():
                for place, each in enumerate(_inside(value)):
                    yield f"{module.name}.{name}[{place}]", each


def _inside(value: Any) -> Iterator[Anchored]:
    if isinstance(value, Anchored):
        yield value
    elif isinstance(value, tuple | list):
        yield from (each for part in value for each in _inside(part))


def _needs(each: Anchored) -> bool:
    """Does every match hold the anchor?"""
    return not each.pattern.flags & re.IGNORECASE and _holds(list(parse(each.pattern.pattern)), each.words)


def _holds(nodes: Sequence[Any], anchors: Sequence[str]) -> bool:
    run = ""
    for operation, argument in ((str(node[0]), node[1]) for node in nodes):
        run = run + chr(argument) if operation == "LITERAL" else ""
        if any(anchor in run for anchor in anchors) or _node_holds(operation, argument, anchors):
            return True
    return False


def _node_holds(operation: str, argument: Any, anchors: Sequence[str]) -> bool:
    if operation == "IN":
        signs = _of_set(argument)
        return bool(signs) and signs <= set(anchors)
    if operation == "SUBPATTERN":
        return not argument[1] & re.IGNORECASE and _holds(list(argument[3]), anchors)
    if operation == "BRANCH":
        return all(_holds(list(each), anchors) for each in argument[1])
    return operation in REPEATS and argument[0] > 0 and _holds(list(argument[2]), anchors)


def _of_set(items: Sequence[Any]) -> set[str]:
    """The characters of a set; none where it is told by what is not in it or by a class other than blanks."""
    found: set[str] = set()
    for operation, argument in ((str(item[0]), item[1]) for item in items):
        if operation == "LITERAL":
            found.add(chr(argument))
        elif operation == "RANGE":
            found |= set(map(chr, range(argument[0], argument[1] + 1)))
        elif operation == "CATEGORY" and str(argument) == "CATEGORY_SPACE":
            found |= set(string.whitespace)
        else:
            return set()
    return found


def _missing(pattern: str) -> set[str]:
    """What the pattern may begin with but its opening lookahead does not let pass."""
    lookahead, *rest = parse(pattern)
    allowed, _ = _firsts(list(lookahead[1][1]))
    begins, may_be_empty = _firsts(rest)
    assert not may_be_empty
    return begins - allowed


def _firsts(nodes: Sequence[Any]) -> tuple[set[str], bool]:
    """The characters that may come first, and whether there may be none."""
    found: set[str] = set()
    for operation, argument in ((str(node[0]), node[1]) for node in nodes):
        begins, may_be_empty = _first_of(operation, argument)
        found |= begins
        if not may_be_empty:
            return found, False
    return found, True


def _first_of(operation: str, argument: Any) -> tuple[set[str], bool]:
    if operation == "LITERAL":
        return {chr(argument)}, False
    if operation == "IN":
        assert _of_set(argument)
        return _of_set(argument), False
    if operation == "SUBPATTERN":
        return _firsts(list(argument[3]))
    if operation == "BRANCH":
        each = [_firsts(list(alternative)) for alternative in argument[1]]
        return set().union(*(begins for begins, _ in each)), any(empty for _, empty in each)
    if operation in REPEATS:
        begins, may_be_empty = _firsts(list(argument[2]))
        return begins, may_be_empty or argument[0] == 0
    assert operation in ("ASSERT", "ASSERT_NOT", "AT"), operation  # these take no character
    return set(), True

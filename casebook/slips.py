"""Slips in a file that a person wrote: which line it is, and what was probably meant."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Union, get_args, get_origin

# What a TOML file is made of, as far as its tables can be told apart: text and comments are skipped whole.
_PIECE = re.compile(
    r'"""(?:.|\n)*?"""|\'\'\'(?:.|\n)*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|\#[^\n]*'
    r"|(?m:^[ \t]*\[\[[ \t]*(?P<table>[\w-]+)[ \t]*\]\])"
    r"|(?m:^[ \t]*(?P<key>[\w-]+)[ \t]*=)"
    r"|(?P<mark>[\[\]{}])"
)


def unknown(what: str, given: object, known: Iterable[str]) -> str:
    """The sentence for a word that is not one of these: what was probably meant, and what there is."""
    listed = list(known)
    close = difflib.get_close_matches(str(given), listed, n=1)
    meant = f"did you mean {close[0]!r}? " if close else ""
    return f"unknown {what} {given!r}; {meant}known are {', '.join(listed) or 'none'}"


def table_lines(text: str, key: str) -> list[int]:
    """The lines, from 1, at which the tables of that list start, written as `key = [{…}]` or as `[[key]]`."""
    return list(_starts(text, key))


def _starts(text: str, key: str) -> Iterator[int]:
    name, depth = "", 0
    for piece in _PIECE.finditer(text):
        line = text.count("\n", 0, piece.start()) + 1
        if piece["table"]:
            if piece["table"] == key:
                yield text.count("\n", 0, piece.start("table")) + 1
        elif piece["key"]:
            name = piece["key"] if depth == 0 else name
        elif piece["mark"]:
            if piece["mark"] == "{" and depth == 1 and name == key:
                yield line
            depth += 1 if piece["mark"] in "[{" else -1


def line_with(text: str, word: str, first: int = 1, last: int | None = None) -> int:
    """The first line between these that holds the word by itself, else the first of them."""
    whole = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    lines = text.splitlines()
    for number in range(first, min(last or len(lines), len(lines)) + 1):
        if whole.search(lines[number - 1]):
            return number
    return first


@dataclass(frozen=True)
class Place:
    """A part of a file, from one line to another, and what it is called. `of(word)` names the line of that word."""

    file: str
    text: str
    first: int = 1
    last: int | None = None
    called: str = ""

    def of(self, word: str = "") -> str:
        """Where it is, for the start of a sentence: "suining.toml, line 98 (第八条), steps"."""
        line = line_with(self.text, word, self.first, self.last) if word else self.first
        return f"{self.file}, line {line}{self.called}"


SORTS = {str: "a text", int: "a whole number", bool: "true or false", date: "a date", tuple: "a list"}


def fits(value: Any, hint: Any) -> bool:
    """Whether a value from a TOML file is of the sort that an attribute of that type takes."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in get_args(hint))
    if origin is tuple:
        return isinstance(value, list | tuple) and all(fits(one, get_args(hint)[0]) for one in value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, hint) if isinstance(hint, type) and hint is not Any else True


def sort_of(hint: Any) -> str:
    """What a value of that type is called in a sentence."""
    parts = [one for one in get_args(hint) if one is not type(None)] or [hint]
    found = tuple if get_origin(hint) is tuple else parts[0]
    return SORTS.get(found, getattr(found, "__name__", str(found)))

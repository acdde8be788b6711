"""What an officer's words give of the steps on the way: what was looked into, material asked for and given, a limit of
its own, a kind put right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bots.officer.said_parts import DATE, units_in, until_in
from bots.wording import load_phrases
from casebook.terms import KINDS

# "核查记录，调取监控：当天没有收件": the way, then what was found.
WAY = re.compile(r"^([^：:，,。；;]{2,20})[：:，,]\s*(.+)$", re.S)
CITES = re.compile(r"(?:依据|根据)[：:]?\s*([^，,。；;\s]+)")
BEFORE = re.compile(r"\s*(?:之?前|以前|为止)?\s*(?:提供|交来|送来)?\s*[：:，,]?\s*")


def _investigate(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    found = WAY.match(rest)
    return {"way": found[1].strip(), "text": found[2].strip()} if found else {"text": rest.strip()}


def _request(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    """Whom, by which day, and what: the words left when both are taken out."""
    date = DATE.search(rest)
    before, after = (rest[: date.start()], rest[date.end() :]) if date else (rest, "")
    named = units_in(before or rest, units, aliases)
    left = BEFORE.sub("", after, count=1) if date else ""
    return {"to": named, **until_in(rest), "text": left.strip(" ，,。：:；;")}


def _limit(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    cites = CITES.search(rest)
    return {**until_in(rest), "cites": cites[1] if cites else ""}


def _correct(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    kinds = load_phrases()["kinds"]
    named = {**{title: kind for kind, title in KINDS.items()}, **{word: kind for kind in kinds for word in kinds[kind]}}
    return {"kind": next((kind for word, kind in named.items() if word in rest and kind != "rating"), "")}


def _convene(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {"members": [each for each in re.split(r"[、，,；;\s]+", rest) if each]}


def _text(rest: str, units: tuple[str, ...], aliases: Mapping[str, str]) -> dict[str, Any]:
    return {"text": rest.strip()}


INQUIRY: dict[str, Callable[[str, tuple[str, ...], Mapping[str, str]], dict[str, Any]]] = {
    "investigate": _investigate,
    "request_material": _request,
    "give_material": _text,
    "limit": _limit,
    "correct": _correct,
    "convene": _convene,
}

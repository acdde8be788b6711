"""The labelled messages that the spotter learns from: where each field stands, and what the rules propose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nlp.corpus_reading import read_lines
from nlp.fields import propose
from nlp.found import Found
from nlp.spotting_features import FIELDS, TIME, Asked, Proposals
from nlp.text import Word, clean, cut

Span = tuple[int, int]


@dataclass(frozen=True)
class Message:
    """`spans`: of each of FIELDS where it may stand (none: the text gives none); `told`: whether that is known.

    `fields`: as labelled; `set_name`: who wrote it, `now` when.
    """

    text: str
    words: tuple[Word, ...]
    proposals: Proposals
    times: list[Found]
    spans: tuple[tuple[Span, ...], ...]
    told: tuple[bool, ...]
    fields: Mapping[str, Any]
    set_name: str
    now: datetime

    @property
    def asked(self) -> Asked:
        """As a spotter is asked."""
        return Asked(self.text, self.words, self.proposals, self.times)


def read_messages(path: Path) -> Iterator[Message]:
    """Those of a file, in order; the set is the file where a line names none."""
    for case in read_lines(path):
        now = datetime.fromisoformat(case["now"])
        yield message_of(case["text"], now, case["fields"], case.get("set", path.stem))


def message_of(raw: str, now: datetime, fields: Mapping[str, Any], set_name: str) -> Message:
    """A message with its labels."""
    text = clean(raw).text
    words = cut(text)
    proposed = propose(text, words, now)
    spans, told = [], []
    for place, field in enumerate(FIELDS):
        label = fields.get(field, fields.get(f"{field}_text"))
        if place == TIME:
            found = _spans_of_time(text, fields, proposed.times)
        else:
            found = _spans_of(text, label, proposed.fields.get(place, ()))
        spans.append(found)
        told.append(bool(found) or label is None)
    return Message(text, words, proposed.fields, proposed.times, tuple(spans), tuple(told), fields, set_name, now)


def _spans_of(text: str, label: str | None, proposed: Sequence[Found]) -> tuple[Span, ...]:
    if label is None:
        return ()
    value = clean(label).text
    alone = "(?<=姓)" if len(value) == 1 else ""
    spans = [match.span() for match in re.finditer(alone + re.escape(value), text)]
    spans += [(each.start, each.end) for each in proposed if each.value == value]
    if not spans:  # 冯 锡 范
        spans = [match.span() for match in re.finditer(r"\s*".join(map(re.escape, value)), text)]
    return tuple(dict.fromkeys(spans))


def _spans_of_time(text: str, fields: Mapping[str, Any], times: Sequence[Found]) -> tuple[Span, ...]:
    if "event_time" not in fields:
        return ()
    day, words = fields["event_time"], clean(fields.get("event_time_text") or "").text
    return tuple(
        (each.start, each.end)
        for each in times
        if each.value == day and (day is not None or text[each.start : each.end] == words)
    )

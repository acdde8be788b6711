"""Standings as rows: those of a case's new entries, and those of a whole book that was kept before there were any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.engine import Row as Found

from casebook.case import Case, Entry, Filing, Person, replay
from casebook.standing import standing
from casebook.terms import FINAL
from models.codec import Codec
from models.ready import Ready
from models.standing_tables import standings
from models.tables import cases, entries

Row = dict[str, Any]
DayOf = Callable[[datetime], date]
# How many cases are held in memory at a time.
BATCH = 500
PLAIN = ("number", "seq", "at", "by", "step", "state", "facts", "changes", "clocks")


def row_of(case: Case) -> Row:
    """How the case stands, as the row that has no end yet."""
    return {**vars(standing(case)), "until": None, "over": is_over(case)}


def is_over(case: Case) -> bool:
    """Whether nothing more is to be done, as far as is known."""
    return case.state in FINAL


def rows_of(versions: Iterable[Case], day_of: DayOf) -> list[Row]:
    """The rows of a case's versions, one after the other: of each day the last, up to the next one's beginning.

    A figure asks how a case stood as a day ended, so what stood for a part of a day is not kept. An entry that a clock
    put back dates before the one it follows belongs to that one's day.
    """
    rows: list[Row] = []
    for case in versions:
        row = row_of(case)
        if rows and day_of(row["since"]) <= day_of(rows[-1]["since"]):
            rows[-1] = {**row, "since": rows[-1]["since"]}
            continue
        if rows:
            rows[-1]["until"] = row["since"]
        rows.append(row)
    return rows


def versions(number: str, history: Sequence[Entry], filing: Filing) -> Iterator[Case]:
    """The case after each of its entries. Of the filing only what is counted by need be known."""
    case = replay(number, [replace(history[0], private={"filing": filing})])
    yield case
    for entry in history[1:]:
        case = case.with_entry(entry)
        yield case


def fill(link: Connection) -> None:
    """Write the standings of every case, in batches. Plain columns say all of it, so no key is needed, and cases whose
    person was let go have theirs too."""
    codec, put = Codec(UTC), Ready(standings.insert(), [column.name for column in standings.columns])
    plain: Any = link.connection.driver_connection
    last = ""
    while found := link.execute(_cases_after(last)).all():
        here = and_(entries.c.number > last, entries.c.number <= found[-1].number)
        query = select(*(entries.c[name] for name in PLAIN)).where(here).order_by(entries.c.number, entries.c.seq)
        histories = {number: list(rows) for number, rows in groupby(link.execute(query), lambda row: row.number)}
        rows = [row for case in found for row in _rows_before(case, histories.get(case.number, []), codec)]
        if rows:
            put.do_each(link, plain, rows)
        last = found[-1].number


def _cases_after(last: str) -> Any:
    query = select(cases.c.number, cases.c.kind, cases.c.channel).where(cases.c.number > last)
    return query.order_by(cases.c.number).limit(BATCH)


def _rows_before(case: Found[Any], rows: Sequence[Found[Any]], codec: Codec) -> list[Row]:
    history = [_entry(row, codec) for row in rows]
    if not history:  # a damaged case, which `verify` names
        return []
    facts, score = history[0].facts, history[0].changes.get("score")
    filing = Filing(facts.get("kind") or case.kind, "", channel=facts.get("channel") or case.channel, score=score)
    # Every moment its own day: which zone the office's days are in is not known here.
    return rows_of(versions(case.number, history, filing), lambda moment: moment)


def _entry(row: Found[Any], codec: Codec) -> Entry:
    """The plain part of an entry."""
    facts, changes, clocks = (codec.load(text) for text in (row.facts, row.changes, row.clocks))
    by = Person.read(row.by)
    return Entry(row.seq, row.at, by, row.step, row.state, facts, changes=changes, clocks=tuple(clocks))

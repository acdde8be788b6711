"""A book of very many cases, made in a minute or two: rows of real life cycles, copied under other numbers.

A handful of cases is really lived (filed, dispatched, … rated) in the store; their rows in `cases`, `case_units`,
`entries`, `standings`, `timers` and `outbox` are then copied by the database itself, spread evenly over the years
before. The copies have rows of the true size and shape, true keys, days, units and states, one in thirty is still open
and due in a year. What is sealed in them opens only under its first number, so they can be counted, listed past and
searched, but not opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Index, create_engine, inspect, text

from models.standing_tables import standings
from models.store import Store
from models.tables import case_units, cases, entries, outbox, timers

# One in so many copies is open.
OPEN = 30
COPIED = (cases, case_units, entries, standings, timers, outbox)
# What happened on the day of the case that is copied, and to its copy on its own.
MOMENTS = (
    *("at", "filed_at", "closed_at", "fired_at", "sent_at"),
    *("since", "until", "filed", "rated", "revisited", "reached", "resolved", "stopped", "late"),
    *("reworked", "urged", "supervised"),
)
# The copies are filed evenly over the eleven hundred days from here on, before anything that is measured.
DAY = {
    "sqlite": "date('2023-01-01', '+' || (n * 1100 / :most) || ' days')",
    "postgresql": "to_char(date '2023-01-01' + (n::bigint * 1100 / :most)::int, 'YYYY-MM-DD')",
}
TEXT = {"sqlite": "printf('%08d', n)", "postgresql": "lpad(n::text, 8, '0')"}
COUNTED = {
    "sqlite": "WITH RECURSIVE c(n) AS (SELECT :low UNION ALL SELECT n + 1 FROM c WHERE n < :high - 1) SELECT n FROM c",
    "postgresql": "SELECT generate_series(CAST(:low AS int), CAST(:high AS int) - 1) AS n",
}
# How many copies a statement makes: what it holds in memory stays small.
STRETCH = 50_000


def fill(store: Store, closed: str, open: str, most: int) -> None:
    """Copy the two cases, one that is over and one that is not, until there are `most` more cases."""
    store.close()  # SQLite lets go of its log only where nobody else looks on; the store opens anew by itself
    lite, engine = store.url.get_backend_name() == "sqlite", create_engine(store.url)
    with engine.connect() as link:
        if lite:
            # Nothing of it must outlive a power loss: no log beside the book, which would be as large as the book.
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
                link.exec_driver_sql(f"PRAGMA {pragma}")
        for table in COPIED:
            _take_out(link, table, (open, closed))
        with _without_indexes(link):
            for low in range(0, most, STRETCH):
                values = {"low": low, "high": min(low + STRETCH, most), "most": most, "closed": closed, "open": open}
                _number(link, values)
                for table in COPIED:
                    link.execute(text(_copying(table, lite)), values)
        link.commit()
        link.exec_driver_sql("ANALYZE")
        link.commit()
        if lite:
            link.exec_driver_sql("PRAGMA journal_mode=WAL")
    engine.dispose()


def _take_out(link: Connection, table: Any, numbers: tuple[str, str]) -> None:
    """The rows that are copied, apart: looked for in the table itself they would be looked for among their copies."""
    order = "id" if table is outbox else "number"
    which = text(
        f"CREATE TEMP TABLE of_{table.name} AS SELECT * FROM {table.name} WHERE number IN {numbers} ORDER BY {order}"
    )
    link.execute(which)
    link.exec_driver_sql(f"CREATE INDEX of_{table.name}_number ON of_{table.name} (number)")


def _number(link: Connection, values: dict[str, Any]) -> None:
    """The copies of one stretch: each one's number, day, and which case it is a copy of."""
    name = link.dialect.name
    link.exec_driver_sql("DROP TABLE IF EXISTS k")
    days = f"SELECT n, {DAY[name]} AS day, {TEXT[name]} AS digits FROM ({COUNTED[name]}) AS counted"
    which = f"CASE WHEN n % {OPEN} = 0 THEN :open ELSE :closed END"
    numbered = f"SELECT *, replace(day, '-', '') || '-' || digits AS number, {which} AS which FROM ({days}) AS dated"
    link.execute(text(f"CREATE TEMP TABLE k AS {numbered} ORDER BY n"), values)


def _copying(table: Any, lite: bool) -> str:
    changed = {
        "number": "k.number",
        "key": "k.number || substr(t.key, length(t.number) + 1)",
        "citizen": "'c' || k.digits",
    }
    changed["unit"] = changed["lead_unit"] = "CASE WHEN t.{name} IS NULL THEN NULL ELSE '第' || (k.n % 60) || '局' END"
    changed["phone_blind"] = changed["text_blind"] = "'b' || k.digits"
    for name in MOMENTS:
        changed[name] = _moved(name, lite)
    for name in ("due", "next_due"):
        changed[name] = (
            f"""CASE WHEN t.{name} IS NULL THEN NULL ELSE '2027' || substr(t.{name}, 5) END"""
            if lite
            else f"t.{name} + interval '1 year'"
        )
    if table is outbox:
        # The platform's id is another for each; all of them have gone.
        changed["external_blind"] = "CASE WHEN t.external_blind = '' THEN '' ELSE 'x' || k.digits END"
        changed["state"] = "'sent'"
    columns = [column.name for column in table.columns if not (table is outbox and column.name == "id")]
    if table is timers:
        # What is still to come is far away: nothing falls due while it is measured.
        changed["at"] = "CASE WHEN t.state = 'pending' THEN t.at ELSE " + changed["at"] + " END"
    chosen = ", ".join(changed.get(name, f't."{name}"').replace("{name}", name) for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    copied = f"INSERT INTO {table.name} ({names}) SELECT {chosen} FROM k"
    if lite:  # in this order, and so already sorted
        return f"{copied} CROSS JOIN of_{table.name} AS t WHERE t.number = k.which"
    return f"{copied} JOIN of_{table.name} AS t ON t.number = k.which ORDER BY k.n{', t.id' * (table is outbox)}"


def _moved(name: str, lite: bool) -> str:
    """The same time of day on the copy's day."""
    if lite:
        return f'CASE WHEN t."{name}" IS NULL THEN NULL ELSE k.day || substr(t."{name}", 11) END'
    return f"CAST(k.day || substr(CAST(t.\"{name}\" AT TIME ZONE 'UTC' AS text), 11) || '+00' AS timestamptz)"


@contextmanager
def _without_indexes(link: Connection) -> Iterator[None]:
    """Rows first, indexes afterwards: each is built in one sorted pass."""
    kept: list[Index] = [index for table in COPIED for index in table.indexes]
    there = {found["name"] for table in COPIED for found in inspect(link).get_indexes(table.name)}
    for index in kept:
        if index.name in there:
            index.drop(link)
    yield
    for index in kept:
        index.create(link)

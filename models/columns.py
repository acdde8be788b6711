"""Kinds of columns that the tables are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Integer,
    String,
    Text,
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy import literal_column as literal
from sqlalchemy import text as sql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class Moment(TypeDecorator[datetime]):
    """An aware moment: a timestamp with zone where the database has one, else UTC text of fixed width, which sorts."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone cannot be kept: {value}")
        moment = value.astimezone(UTC)
        if dialect.name != "sqlite":
            return moment
        return moment.isoformat(timespec="microseconds")[:-6] + "Z"  # for +00:00

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


class Many(TypeDecorator[Sequence[Any]]):
    """Many values of one kind as one: an array where the database has one, else JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: TypeEngine[Any]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.kind))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        return json.dumps(list(value or ())) if dialect.name == "sqlite" else list(value or ())


# SQLite counts rows only in an INTEGER key.
RowId = BigInteger().with_variant(Integer(), "sqlite")


def words(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="", **options)


def count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=sql("false"))


def must(name: str, kind: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **options)


def constant(value: str | int) -> Any:
    """A word written into the statement itself: a partial index is only used where its condition is read off it."""
    if isinstance(value, str) and not value.replace("_", "").isalpha() and value:
        raise ValueError(f"{value!r} is not a word to write into a statement")
    return literal(f"'{value}'" if isinstance(value, str) else str(int(value)))


def among(dialect: str, column: Column[Any], name: str) -> ColumnElement[bool]:
    """Whether the column holds one of the values given under the name, however many: one statement for any number."""
    given = bindparam(name, type_=Many(column.type))
    if dialect == "postgresql":
        return column == any_(given)
    return column.in_(select(func.json_each(given, type_=Text).table_valued("value").c.value))


@cache
def blind_is(column: Column[str], keys: int) -> ColumnElement[bool]:
    """Whether a column holds one of the keyed hashes given as `blinds(…)`; there are as many as the vault has keys."""
    same = or_(*[column == bindparam(f"blind_{key}", type_=Text) for key in range(keys)])
    # "Not empty" says nothing new, but lets the index be used that leaves the empty ones out.
    return and_(same, column != constant(""))


def blinds(values: Sequence[str]) -> dict[str, str]:
    """The parameters for `blind_is`."""
    return {f"blind_{key}": value for key, value in enumerate(values)}


def where(condition: str) -> dict[str, Any]:
    """The condition of a partial index. On PostgreSQL only the migrations make any; to name it here would load all of
    that dialect into every process."""
    return {"sqlite_where": sql(condition)}

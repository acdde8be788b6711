"""What the parts of a Unit share: the open connection, the vault, the codec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, Executable, Table, and_
from sqlalchemy.engine import Row

from casebook.case import Filing
from models.codec import Codec
from models.columns import constant
from models.ready import Ready
from models.vault import Vault


class Part:
    """One open transaction and the means to write in it. `writing` is False in a reading one."""

    def __init__(self, link: Connection, vault: Vault, codec: Codec, writing: bool) -> None:
        self._link = link
        self._vault = vault
        self._codec = codec
        self._locks = writing and link.dialect.name == "postgresql"
        self._plain: Any = link.connection.driver_connection

    def _run(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return self._link.execute(statement, values)

    def _rows(self, statement: Executable | Ready, values: Any = None) -> Sequence[Row[Any]]:
        if isinstance(statement, Ready):
            return statement.all(self._link, self._plain, values)
        return self._link.execute(statement, values).all()

    def _one(self, statement: Executable | Ready, values: Any = None) -> Row[Any] | None:
        if isinstance(statement, Ready):
            found: Row[Any] | None = statement.one(self._link, self._plain, values)
            return found
        return self._link.execute(statement, values).first()

    def _do(self, statement: Ready, values: Mapping[str, Any]) -> int:
        """Run it; how many rows it changed."""
        return statement.do(self._link, self._plain, values)

    def _do_each(self, statement: Ready, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each of the rows."""
        statement.do_each(self._link, self._plain, rows)

    def _insert(self, table: Table) -> Any:
        """An INSERT of this database, which both spell alike but SQLAlchemy keeps apart."""
        return insert_into(self._link.dialect.name, table)

    def _add(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Insert unless the key exists; whether it was inserted."""
        return self._one(_add(self._link.dialect.name, table, tuple(row)), row) is not None

    def _put(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert, or replace what stands under the same primary key."""
        self._do(_put(self._link.dialect.name, table, tuple(row)), row)

    def _seal(self, value: Any, *place: str) -> bytes:
        return self._vault.seal(self._codec.dump(value).encode(), _aad(place))

    def _open(self, sealed: bytes, *place: str) -> Any:
        return self._codec.load(self._vault.unseal(sealed, _aad(place)))

    def _open_filing(self, sealed: bytes, number: str) -> Filing:
        """The filing alone of a case's snapshot."""
        return self._codec.filing(self._vault.unseal(sealed, _aad(("case", number))))

    def _blind_is(self, column: ColumnElement[str], kind: str, value: str) -> ColumnElement[bool]:
        """Whether the column holds the keyed hash of the value, under the present key or a former one."""
        # "Not empty" says nothing new, but lets the index be used that leaves the empty ones out.
        return and_(column.in_(self._vault.blinds(kind, value)), column != constant(""))


# Statements are built once: building one costs more than running it.
@cache
def insert_into(dialect: str, table: Table) -> Any:
    # Each weighs some megabytes, and a process speaks to one kind of database.
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


@cache
def insert_new(dialect: str, table: Table, names: tuple[str, ...]) -> Ready:
    """An INSERT that passes over what is there already."""
    return Ready(insert_into(dialect, table).on_conflict_do_nothing(), names)


@cache
def _add(dialect: str, table: Table, names: tuple[str, ...]) -> Ready:
    return Ready(insert_into(dialect, table).on_conflict_do_nothing().returning(*table.primary_key), names)


@cache
def _put(dialect: str, table: Table, names: tuple[str, ...]) -> Ready:
    keys, insert = [column.name for column in table.primary_key], insert_into(dialect, table)
    news = {name: insert.excluded[name] for name in names if name not in keys}
    return Ready(insert.on_conflict_do_update(index_elements=keys, set_=news), names)


def _aad(place: tuple[str, ...]) -> bytes:
    return "\0".join(place).encode("utf-8", "surrogatepass")

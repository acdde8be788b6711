"""Statements made ready once: SQLAlchemy writes them, the driver runs them.

Running a statement through SQLAlchemy costs some ten times what SQLite needs for it. What runs with every message or
every step of a case is therefore put into the database's own words once for each kind of database, with the functions
that carry values in and out, and given to the driver as it is. The transaction, the pool and the errors stay
SQLAlchemy's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError, StatementError

Carry = Callable[[Any], Any]
Values = Mapping[str, Any]


class Ready:
    """One statement for every kind of database. What varies stands in it as `bindparam`s or as an INSERT's columns.

    It is kept for ever, so it must be one of a few: made where a module is loaded, or by a cached function.
    """

    def __init__(self, statement: Any, columns: Iterable[str] = ()) -> None:
        self._statement = statement
        self._columns = list(columns) or None
        self._forms: dict[str, _Form] = {}

    def all(self, link: Connection, plain: Any, values: Values) -> list[Any]:
        """The rows it gives."""
        form = self._form(link.dialect)
        return form.rows(run(link, plain.execute, form.words, form.values(values)))

    def one(self, link: Connection, plain: Any, values: Values) -> Any:
        """The first row it gives, or None."""
        form = self._form(link.dialect)
        row = run(link, plain.execute, form.words, form.values(values)).fetchone()
        return None if row is None else form.row(row)

    def do(self, link: Connection, plain: Any, values: Values) -> int:
        """How many rows it changed."""
        form = self._form(link.dialect)
        return int(run(link, plain.execute, form.words, form.values(values)).rowcount)

    def do_each(self, link: Connection, plain: Any, rows: Sequence[Values]) -> None:
        """Run it once for each of the rows, which give the same names."""
        form = self._form(link.dialect)
        values = [form.values(row) for row in rows]
        if len(values) == 1:  # psycopg makes a pipeline of a list, however short
            run(link, plain.execute, form.words, values[0])
        else:
            run(link, plain.cursor().executemany, form.words, values)

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self._statement, self._columns, dialect)
        return form


class _Form:
    """The statement as one kind of database takes it."""

    def __init__(self, statement: Any, columns: list[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self.words = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
        types = {name: bound.type.dialect_impl(dialect) for name, bound in compiled.binds.items()}
        carried = ((name, kind.bind_processor(dialect)) for name, kind in types.items())
        self._in: dict[str, Carry] = {name: carry for name, carry in carried if carry}
        self._order = compiled.positiontup
        given = list(getattr(statement, "exported_columns", ()))
        self._row = partial(tuple.__new__, _shape([column.key for column in given]))
        out = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in given)
        self._out = [(place, carry) for place, carry in enumerate(out) if carry]

    def values(self, given: Values) -> Any:
        """The values as the driver takes them. Raises StatementError where one is missing or cannot be kept."""
        whole = {**self._fixed, **given}
        try:
            for name, carry in self._in.items():
                whole[name] = carry(whole[name])
            return whole if self._order is None else [whole[name] for name in self._order]
        except (KeyError, ValueError) as error:
            raise StatementError(str(error), self.words, None, error, hide_parameters=True) from error

    def row(self, values: Sequence[Any]) -> Any:
        if self._out:
            values = list(values)
            for place, carry in self._out:
                values[place] = carry(values[place])
        return self._row(values)

    def rows(self, cursor: Any) -> list[Any]:
        return [self.row(row) for row in cursor.fetchall()]


# mypy wants the names of a namedtuple written down; these are the statement's.
_shape: Any = partial(namedtuple, "Row", rename=True)


def run(link: Connection, do: Callable[[str, Any], Any], words: str, values: Any) -> Any:
    """What the driver gives; its errors as SQLAlchemy's, and a broken connection given up as SQLAlchemy would."""
    try:
        return do(words, values)
    except link.dialect.loaded_dbapi.Error as error:
        broken = link.dialect.is_disconnect(error, link.connection.driver_connection, None)
        if broken:
            link.invalidate(error)
        kind = link.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(
            words, None, error, kind, hide_parameters=True, connection_invalidated=broken, dialect=link.dialect
        ) from error

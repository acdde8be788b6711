"""A look into a database that may not be there: nothing is made, moved or written for it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, inspect, select
from sqlalchemy.pool import NullPool

from models.engine import address, in_memory
from models.keep_tables import holiday_notices


def loaded_notices(url: str) -> list[tuple[str, str]]:
    """Name and text of every holiday notice that was loaded there, by year; none where there is no case book.

    Raises sqlalchemy.exc.OperationalError where a server cannot be reached.
    """
    parsed = address(url)
    if in_memory(parsed):
        return []
    if parsed.get_backend_name() == "sqlite":
        file = Path(str(parsed.database))
        if not file.is_file():
            return []
        parsed = parsed.set(database=f"file:{file}").update_query_dict({"mode": "ro", "uri": "true"})
    engine = create_engine(parsed, hide_parameters=True, poolclass=NullPool)
    try:
        with engine.connect() as link:
            if not inspect(link).has_table(holiday_notices.name):
                return []
            query = select(holiday_notices.c.name, holiday_notices.c.body).order_by(holiday_notices.c.year)
            return [(row.name, row.body) for row in link.execute(query)]
    finally:
        engine.dispose()

"""Runs the steps on the connection that `models.migrate` gives; there is no other way to run them."""

from alembic import context
from sqlalchemy import text

from models.tables import metadata

# Any number that no other program takes: it keeps two migrations of one database apart.
LOCK = 4_858_595_847

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite cannot alter a column: the table is made anew and its rows are carried over.
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()

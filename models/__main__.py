"""`python -m models`: bring the tables up to date; copy everything, or put it back; let go what is past its time."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from datetime import datetime
from pathlib import Path

from bots.settings import Settings, SettingsError, read_settings
from casebook.case import Person
from casebook.errors import CasebookError
from casebook.keeping import Limits
from models.backup import BackupError, backup, restore
from models.forget import forget, forget_case, would_go
from models.migrate import migrate
from models.reseal import NotResealed, reseal
from models.store import Store
from office.book import case_book
from office.law import read_law


def main(arguments: list[str]) -> int:
    """0 when it is done; 2 where a setting is wrong, or it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m models", description="The tables behind the case book.")
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("migrate", help="bring the tables of DATABASE_URL up to date")
    for name, what in (
        ("backup", "write a whole copy to a new file, while the office works"),
        ("restore", "put a copy into a new database, and bring its tables up to date"),
    ):
        commands.add_parser(name, help=what).add_argument("file", type=Path)
    _forget_parser(commands.add_parser("forget", help="let go what is past its time, as every night"))
    commands.add_parser("reseal", help="seal everything anew under SECRET_KEY, after a change of key")
    given = parser.parse_args(arguments)
    if given.what == "forget" and bool(given.case) != bool(given.reason):
        parser.error("--case and --reason go together: why is the person of this case let go before its time?")
    try:
        _carry_out(given, read_settings())
    except (SettingsError, BackupError, CasebookError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _forget_parser(parser: argparse.ArgumentParser) -> None:
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--dry-run", action="store_true", help="say what would go; nothing is changed")
    only.add_argument("--case", metavar="NUMBER", help="the person of this concluded case alone, before its time")
    parser.add_argument("--reason", help="why; it is recorded with the case")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _carry_out(given: argparse.Namespace, settings: Settings) -> None:
    if given.what == "forget":
        with case_book(settings) as store:
            _forget(given, settings, store)
        return
    if given.what == "reseal":
        with case_book(settings) as store:
            _reseal(store)
        return
    if given.what == "backup":
        backup(settings.database_url, given.file)
        return
    if given.what == "restore":
        restore(settings.database_url, given.file)
    migrate(settings.database_url)


def _forget(given: argparse.Namespace, settings: Settings, store: Store) -> None:
    now = datetime.now(settings.zone)
    if given.case:
        forget_case(store, given.case, Person("system", getpass.getuser()), given.reason, now)
        counts = {"persons": 1}
    else:
        limits = Limits.at(now, read_law(settings.jurisdiction, settings.zone).read)
        counts = dict(would_go(store, limits)) if given.dry_run else _all(store, limits, now)
    text = json.dumps(counts) if given.json else "\n".join(f"{name:<10} {count}" for name, count in counts.items())
    sys.stdout.write(f"{text}\n")


def _reseal(store: Store) -> None:
    done = reseal(store)
    sys.stdout.write("".join(f"{name:<14} {count}\n" for name, count in done.counts.items()))
    if done.left:
        raise NotResealed(f"{len(done.left)} could not be opened and stand as they were: {'; '.join(done.left[:10])}")


def _all(store: Store, limits: Limits, now: datetime) -> dict[str, int]:
    """Portion after portion, until there is nothing left."""
    counts: dict[str, int] = {}
    while True:
        gone = forget(store, limits, now)
        counts = {name: counts.get(name, 0) + count for name, count in gone.counts.items()}
        # A row that cannot be let go (damaged) would be found for ever.
        if gone.finished or not any(gone.counts.values()):
            return counts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m models`: bring the tables up to date; copy everything while the office works; put a copy back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bots.settings import SettingsError, read_settings
from models.backup import BackupError, backup, restore
from models.migrate import migrate


def main(arguments: list[str]) -> int:
    """0 when it is done; 2 where a setting is wrong or a copy could not be made."""
    parser = argparse.ArgumentParser(prog="python -m models", description="The tables behind the case book.")
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("migrate", help="bring the tables of DATABASE_URL up to date")
    for name, what in (
        ("backup", "write a whole copy to a new file, while the office works"),
        ("restore", "put a copy into a new database, and bring its tables up to date"),
    ):
        commands.add_parser(name, help=what).add_argument("file", type=Path)
    given = parser.parse_args(arguments)
    try:
        _carry_out(given, read_settings().database_url)
    except (SettingsError, BackupError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _carry_out(given: argparse.Namespace, url: str) -> None:
    if given.what == "backup":
        backup(url, given.file)
        return
    if given.what == "restore":
        restore(url, given.file)
    migrate(url)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

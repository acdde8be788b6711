"""`python -m models migrate`: bring the tables up to date, before the processes of a new version start."""

from __future__ import annotations

import argparse
import sys

from bots.settings import SettingsError, read_settings
from models.migrate import migrate


def main(arguments: list[str]) -> int:
    """0 when the tables are up to date; 2 where a setting is wrong."""
    parser = argparse.ArgumentParser(prog="python -m models", description="The tables behind the case book.")
    parser.add_argument("what", choices=["migrate"], help="bring the tables of DATABASE_URL up to date")
    parser.parse_args(arguments)
    try:
        migrate(read_settings().database_url)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

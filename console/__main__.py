"""`python -m console link supervisor:NAME`: a one-time sign-in link, for an administrator to hand out."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timedelta

from bots.settings import Settings, SettingsError, read_settings
from casebook.case import Person
from casebook.errors import CasebookError
from casebook.jurisdiction import read_jurisdiction
from console.session import PURPOSE, is_on_staff
from models.store import Store
from models.vault import Vault


def main(arguments: list[str]) -> int:
    """0 with the link on stdout; 2 where a setting is wrong or nobody on the staff list has that name and role."""
    parser = argparse.ArgumentParser(prog="python -m console", description="Sign-in links for the console.")
    parser.add_argument("what", choices=["link"])
    parser.add_argument("person", help="supervisor:NAME, dispatcher:NAME, inspector:NAME, officer:NAME@UNIT, leader:…")
    parser.add_argument("--hours", type=int, default=12, help="how long the link stays good (12)")
    asked = parser.parse_args(arguments)
    try:
        settings = read_settings()
        staff = read_jurisdiction(settings.jurisdiction)
    except (SettingsError, CasebookError) as error:
        return _refused(str(error))
    person = Person.read(asked.person)
    if not is_on_staff(person, staff):
        return _refused(f"{asked.person!r} is not on the staff list of {staff.name}")
    sys.stdout.write(f"{_link(settings, person, timedelta(hours=asked.hours))}\n")
    return 0


def _link(settings: Settings, person: Person, ttl: timedelta) -> str:
    store = Store(settings.database_url, Vault(settings.secret_key.encode()), settings.zone)
    now = datetime.now(settings.zone)
    try:
        ticket = store.write(lambda unit: unit.ticket_make(PURPOSE, str(person), now, ttl))
    finally:
        store.close()
    return f"{settings.public_url}/console/login?ticket={ticket}"


def _refused(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m console`: what an administrator hands out or takes back from the command line.

link      a one-time sign-in link for a person
invite    a six-digit code by which a group becomes a room, or an account a person ("绑定 123456")
remove    everything bound to a person or room is forgotten, at once
group     a WeCom group of the app's with these members, bound to a room
hook      a WeCom push robot's key, bound to a room
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bots.channels.wechat_client import ApiError, StoreTokens
from bots.channels.wecom_client import WeComClient
from bots.channels.wecom_sender import WeComSender
from bots.settings import Settings, SettingsError, read_settings
from casebook.case import Person
from casebook.errors import CasebookError
from casebook.jurisdiction import Jurisdiction, read_jurisdiction
from casebook.staff import is_on_staff, is_room
from console.people import PURPOSE as JOINING
from console.session import PURPOSE
from models.store import Store
from models.vault import Vault


class Wrong(Exception):
    """What was asked cannot be done; the message says why."""


def main(arguments: list[str]) -> int:
    """0 with the answer on stdout; 2 where a setting is wrong or nobody and nothing has that name."""
    asked = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        staff = read_jurisdiction(settings.jurisdiction)
        sys.stdout.write(f"{asked.do(asked, settings, staff)}\n")
    except (SettingsError, CasebookError, Wrong) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m console", description="Links, codes and bindings of the staff.")
    what = parser.add_subparsers(dest="what", required=True)
    person = "supervisor:NAME, dispatcher:NAME, inspector:NAME, officer:NAME@UNIT, leader:…"
    room = "unit:UNIT, dispatchers, supervisors, inspectors, or a person's address"

    def command(name: str, about: str, asks: str, means: str, do: Callable[..., str]) -> argparse.ArgumentParser:
        made = what.add_parser(name, help=about, description=about)
        made.add_argument(asks, help=means)
        made.set_defaults(do=do)
        return made

    link = command("link", "a one-time sign-in link", "person", person, _link)
    link.add_argument("--hours", type=int, default=12, help="how long the link stays good (12)")
    invite = command("invite", "a six-digit joining code", "address", room, _invite)
    invite.add_argument("--hours", type=int, default=24, help="how long the code stays good (24)")
    command("remove", "forget everything bound to an address", "address", room, _remove)
    group = command("group", "make a WeCom group and bind it", "address", room, _group)
    group.add_argument("--members", required=True, help="WeCom member ids with commas between; the first owns it")
    hook = command("hook", "bind a WeCom push robot", "address", room, _hook)
    hook.add_argument("key", help="the key in the robot's webhook address")
    return parser


def _link(asked: Any, settings: Settings, staff: Jurisdiction) -> str:
    person = Person.read(asked.person)
    if not is_on_staff(person, staff):
        raise Wrong(f"{asked.person!r} is not on the staff list of {staff.name}")
    ttl = timedelta(hours=asked.hours)
    ticket = _written(settings, lambda unit, now: unit.ticket_make(PURPOSE, str(person), now, ttl))
    return f"{settings.public_url}/console/login?ticket={ticket}"


def _invite(asked: Any, settings: Settings, staff: Jurisdiction) -> str:
    _check(asked.address, staff)
    ttl = timedelta(hours=asked.hours)
    return str(_written(settings, lambda unit, now: unit.code_make(JOINING, asked.address, now, ttl)))


def _remove(asked: Any, settings: Settings, staff: Jurisdiction) -> str:
    count = _written(settings, lambda unit, now: unit.unbind_all(asked.address))
    if not count:
        raise Wrong(f"nothing is bound to {asked.address!r}")
    return f"{count} bindings removed"


def _group(asked: Any, settings: Settings, staff: Jurisdiction) -> str:
    _check(asked.address, staff)
    if settings.wecom is None:
        raise Wrong("WECOM_CORP_ID is missing: a group needs the app")
    members = [member.strip() for member in asked.members.split(",") if member.strip()]
    store = _store(settings)
    try:
        client = WeComClient(settings.wecom, StoreTokens(store), lambda: datetime.now(settings.zone))
        chat = WeComSender(client).make_group(asked.address.removeprefix("unit:"), members)
        store.write(lambda unit: unit.bind_group("wecom", f"chat:{chat}", asked.address))
    except ApiError as error:
        raise Wrong(f"WeCom made no group: {error}") from error
    finally:
        store.close()
    return chat


def _hook(asked: Any, settings: Settings, staff: Jurisdiction) -> str:
    _check(asked.address, staff)
    _written(settings, lambda unit, now: unit.bind_group("wecom", f"hook:{asked.key}", asked.address))
    return f"bound to {asked.address}"


def _check(address: str, staff: Jurisdiction) -> None:
    if not is_room(address, staff):
        raise Wrong(f"{address!r} is no room and nobody on the staff list of {staff.name}")


def _store(settings: Settings) -> Store:
    return Store(settings.database_url, _vault(settings), settings.zone)


def _vault(settings: Settings) -> Vault:
    return Vault(settings.secret_key.encode(), former=[key.encode() for key in settings.secret_key_former])


def _written(settings: Settings, do: Callable[[Any, datetime], Any]) -> Any:
    store, now = _store(settings), datetime.now(settings.zone)
    try:
        return store.write(lambda unit: do(unit, now))
    finally:
        store.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The office: units, people, hours, telephone numbers; which rulebook it works by.

The law is in `rulebooks/`, the staff list here (`jurisdictions/NAME.toml`), so that each is checked against its own
source. A faulty file is refused with its name and what was meant.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import time
from pathlib import Path
from typing import Any

from casebook.errors import RulebookError

FOLDER = Path(__file__).with_name("jurisdictions")
UNIT_KINDS = ("institution", "window")


@dataclass(frozen=True)
class Unit:
    """One handling unit. `kind` is institution (实施机构) or window (窗口服务单位); `central` marks units under
    central management, whose own decisions are outside the regulation. `officers` are names; at least one.
    `chief` is its 首席事务代表, `level` its 层级, `authority` its 主管部门, which reviews appeals and objections."""

    name: str
    duties: str = ""
    kind: str = "institution"
    officers: tuple[str, ...] = ()
    leader: str = ""
    chief: str = ""
    level: str = ""
    authority: str = ""
    phone: str = ""
    central: bool = False
    aliases: tuple[str, ...] = ()
    redirect: str = ""


@dataclass(frozen=True)
class Jurisdiction:
    """One office. `opens`/`closes` are its hours, `phone` what citizens may call, `redirects` where to go with what
    is not ours (by ground: petition, litigation …), `channels` every other way of reaching it, as its regulation lists
    them, told to whoever greets or asks for help, `overlay` the name of its own holidays' file, "" for none.
    An inspector in `inspector_levels` checks the units of that level only, and nobody else checks those. `last_word`
    are those of the centre who alone decide what the rulebook reserves (a second objection)."""

    name: str
    title: str
    rulebook: str
    body: str
    phone: str
    units: tuple[Unit, ...]
    dispatchers: tuple[str, ...]
    supervisors: tuple[str, ...]
    inspectors: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    last_word: tuple[str, ...] = ()
    inspector_levels: Mapping[str, str] = field(default_factory=dict)
    opens: time = time(9, 0)
    closes: time = time(17, 30)
    overlay: str = ""
    prefix: str = ""
    redirects: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def unit(self, name: str) -> Unit | None:
        """The unit of that name or alias; None if there is none."""
        return next((unit for unit in self.units if name == unit.name or name in unit.aliases), None)

    def reviewer_of(self, name: str | None) -> str:
        """Who reviews that unit's appeals and objections: its 主管部门, the unit itself where none is named."""
        unit = self.unit(name or "")
        return (unit.authority if unit else "") or (name or "")

    def may_review(self, reviewer: str, name: str | None) -> bool:
        """Whether a body may review that unit's matters. Another unit, or another's 主管部门, may not."""
        if reviewer in (name, self.reviewer_of(name)):
            return True
        others = {unit.name for unit in self.units} | {unit.authority for unit in self.units}
        return reviewer not in others

    def with_units(self, names: tuple[str, ...]) -> Jurisdiction:
        """The same office with just these units (a rehearsal's own list)."""
        known = {unit.name: unit for unit in self.units}
        return replace(self, units=tuple(known.get(name) or _unnamed(name) for name in names))


def _unnamed(name: str) -> Unit:
    """A unit of which only the name is known, with people called by their office."""
    return Unit(name, officers=("经办员",), leader="主管领导", kind="window" if "窗口" in name else "institution")


def read_jurisdiction(name_or_path: str) -> Jurisdiction:
    """The office of that name (one that ships) or in that file. Raises RulebookError with file and reason."""
    path = Path(name_or_path) if name_or_path.endswith(".toml") else FOLDER / f"{name_or_path}.toml"
    try:
        return _jurisdiction(tomllib.loads(path.read_text(encoding="utf-8")), path)
    except FileNotFoundError as error:
        ships = "、".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise RulebookError(f"no jurisdiction {name_or_path!r}; these ship: {ships}") from error
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{path.name}: {error}") from error


def _jurisdiction(table: dict[str, Any], path: Path) -> Jurisdiction:
    rows = enumerate(table.pop("unit", []), 1)
    units = tuple(_make(Unit, unit, f"{path.name}, unit {number}") for number, unit in rows)
    office: Jurisdiction = _make(
        Jurisdiction, {**table, "units": units, "name": table.get("name", path.stem)}, path.name
    )
    if not office.units:
        raise RulebookError(f"{path.name}: no [[unit]]; an office needs at least one handling unit")
    for unit in office.units:
        if not unit.officers:
            raise RulebookError(f"{path.name}: unit {unit.name} names no officer; name at least one (专人负责)")
        if unit.kind not in UNIT_KINDS:
            raise RulebookError(f"{path.name}: unit {unit.name}: kind {unit.kind!r} is not one of {UNIT_KINDS}")
    return office


def _make(shape: type[Any], table: dict[str, Any], where: str) -> Any:
    known = {item.name for item in fields(shape)}
    unknown = sorted(set(table) - known)
    if unknown:
        raise RulebookError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    try:
        return shape(**{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()})
    except TypeError as error:
        raise RulebookError(f"{where}: {str(error).split(') ')[-1]}") from error

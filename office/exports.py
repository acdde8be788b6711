"""`casebook export`: the ledger, the figures, one case's paper. Personal data is covered unless asked for, and then
the asking is recorded."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from bots.settings import Settings, read_settings
from casebook import case_fields
from casebook.case import Case
from casebook.errors import RulebookError
from casebook.figures import figures, table
from casebook.form_docx import docx_bytes
from casebook.form_layouts import read_layouts
from casebook.form_pdf import pdf_bytes
from casebook.forms import fill
from casebook.law import Law
from casebook.ledger import row, write_workbook
from models.store import Store
from models.unit import Unit
from office.book import case_book
from office.law import read_law

OPERATOR = "command line"


def export(given: argparse.Namespace) -> int:
    """Write what was asked for. Raises RulebookError for a form, day or file that is wrong."""
    settings = read_settings()
    law = read_law(settings.jurisdiction, settings.zone)
    with case_book(settings) as store:
        return WHAT[given.what](given, settings, law, store)


def _ledger(given: argparse.Namespace, settings: Settings, law: Law, store: Store) -> int:
    layout = read_layouts(law.rulebook.name).ledger
    if layout is None:
        raise RulebookError(f"{law.rulebook.name} has no ledger layout")
    out, now = _out(given), datetime.now(settings.zone)
    cases = list(_cases(given, law, store))
    if given.personal:
        store.write(lambda unit: _look_at(unit, cases, now))
    rows = (
        row(case, law.calendar, now, layout, personal=given.personal, office=law.jurisdiction, serial=number)
        for number, case in enumerate(cases, 1)
    )
    with out.open("wb") as file:
        write_workbook(file, rows, layout)
    _say(given, {"out": str(out), "rows": len(cases)})
    return 0


def _look_at(unit: Unit, cases: Iterable[Case], now: datetime) -> None:
    for case in cases:
        unit.looked(case.number, OPERATOR, "ledger", "export", now)


def _statistics(given: argparse.Namespace, settings: Settings, law: Law, store: Store) -> int:
    cases = list(_cases(given, law, store))
    found = table(figures(cases, law.rulebook, datetime.now(settings.zone)))
    document = {"from": given.since, "to": given.until, "unit": given.unit, "cases": len(cases), "figures": found}
    text = json.dumps(document, ensure_ascii=False, indent=2)
    if given.out:
        given.out.write_text(text + "\n", encoding="utf-8")
    else:
        sys.stdout.write(text + "\n")
    return 0


def _case(given: argparse.Namespace, settings: Settings, law: Law, store: Store) -> int:
    forms = read_layouts(law.rulebook.name).forms
    if not given.number or given.form not in forms:
        raise RulebookError(f"export case NUMBER --form NAME; forms of {law.rulebook.name}: {', '.join(forms)}")
    out, now = _out(given), datetime.now(settings.zone)
    case = store.read(lambda unit: unit.load(given.number))
    values = case_fields.fields(case, law.calendar, now, law.jurisdiction)
    if given.personal:
        store.write(lambda unit: unit.looked(case.number, OPERATOR, given.form, "export", now))
    else:
        values = case_fields.covered(values)
    filled = fill(forms[given.form], values)
    out.write_bytes(pdf_bytes(filled) if out.suffix == ".pdf" else docx_bytes(filled))
    _say(given, {"out": str(out)})
    return 0


def _cases(given: argparse.Namespace, law: Law, store: Store) -> Iterator[Case]:
    """The cases filed within the days asked for, of the unit asked for, oldest first."""
    since, until = _day(given.since, date.min), _day(given.until, date.max)

    def read(unit: Unit) -> list[Case]:
        numbers = sorted(unit.numbers(unit=given.unit, limit=1_000_000))
        return [case for number in numbers if since <= (case := unit.load(number)).filed.date() <= until]

    yield from store.read(read)


def _day(text: str | None, other: date) -> date:
    try:
        return date.fromisoformat(text) if text else other
    except ValueError as error:
        raise RulebookError(f"{text!r} is not a day; write 2026-11-21") from error


def _out(given: argparse.Namespace) -> Path:
    if given.out is None:
        raise RulebookError("--out FILE is missing")
    return Path(given.out)


def _say(given: argparse.Namespace, what: dict[str, object]) -> None:
    text = (
        json.dumps(what, ensure_ascii=False)
        if given.json
        else "  ".join(f"{key} {value}" for key, value in what.items())
    )
    sys.stdout.write(text + "\n")


WHAT = {"ledger": _ledger, "statistics": _statistics, "case": _case}

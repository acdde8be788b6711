"""What `python -m casebook` does, a function a command. Output to stdout; a fault is one line on stderr.

Exit codes: 0 done; 1 the answer is 'no' (an expectation failed, a fault was found); 2 bad input.

Each command loads its own parts when it is asked: a date must be there at once, without the reader's model.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from bots.settings import SettingsError, read_settings
from casebook.errors import CasebookError, NoSuchCase

Run = Callable[[argparse.Namespace], int]

EXPORTS = (
    *("ledger", "statistics", "case", "form", "volume"),
    *("major", "key-objects", "hotspots", "repeats", "spot-check", "papers", "ratings", "summary"),
)


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line; its exit code."""
    given = _parser().parse_args(arguments)
    run: Run = given.run
    try:
        return run(given)
    except NoSuchCase as error:
        sys.stderr.write(f"no such case: {error}\n")
    except (CasebookError, SettingsError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n".replace("\n", " ").strip() + "\n")
    return 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other fault is said."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; --help tells more\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m casebook", description="The rules, the book, the papers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _due_parser(_command(commands, "due", _due, "when a clock falls due, and why"))
    _rulebook_parser(_command(commands, "rulebook", _rulebook, "the rulebook for a reader"))
    rehearsing = _command(commands, "rehearse", _rehearse, "play rehearsals on the real code")
    rehearsing.add_argument("file", nargs="+", type=Path)
    _export_parser(_command(commands, "export", _export, "ledger, statistics or a paper of one case"))
    importing = _command(commands, "import", _import, "take in how many services were handled (单位,月份,办件量)")
    importing.add_argument("what", choices=["services"])
    importing.add_argument("file", type=Path)
    _command(commands, "verify", _verify, "check the stored case book")
    loading = _command(commands, "holidays", _holidays, "load a holiday notice; moved due dates are told again")
    loading.add_argument("action", choices=["load"])
    loading.add_argument("file", type=Path)
    return parser


def _command(commands: Any, name: str, run: Run, what: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=what, description=what)
    command.add_argument("--json", action="store_true", help="one JSON document on stdout, nothing else there")
    command.set_defaults(run=run)
    return command


def _due_parser(command: argparse.ArgumentParser) -> None:
    command.add_argument("rulebook")
    command.add_argument("clock")
    command.add_argument("--from", dest="start", required=True, help='the moment it starts, as "2025-09-26 16:00"')
    command.add_argument("--class", dest="case_class", help="the rulebook's own class; its default without it")
    command.add_argument("--stream")
    command.add_argument("--extended", action="store_true", help="as far as an extension may go")


def _rulebook_parser(command: argparse.ArgumentParser) -> None:
    command.add_argument("rulebook", nargs="?", help="without it, all side by side")
    command.add_argument("--coverage", action="store_true", help="which obligations are carried out, and by what")
    command.add_argument("--obligations", type=Path, help="the obligations as CSV, beside the ones that ship")


def _export_parser(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=EXPORTS)
    command.add_argument("number", nargs="?", help="the case, for `case`")
    command.add_argument("--form", help="the form by name or Chinese title, for `case`; for `form` a blank print")
    command.add_argument("--blank", action="store_true", help="an empty ledger")
    command.add_argument("--most", type=int, default=10, help="how many, for `spot-check` (10)")
    command.add_argument("--seed", help="of the lot, for `spot-check`: the same seed draws the same cases")
    command.add_argument("--out", type=Path, help="where to write")
    command.add_argument("--from", dest="since", help="from this day on, YYYY-MM-DD")
    command.add_argument("--to", dest="until", help="to this day, included")
    command.add_argument("--unit")
    command.add_argument("--personal", action="store_true", help="with personal data uncovered; recorded")


def _due(given: argparse.Namespace) -> int:
    from office import dues

    found = dues.due(given.rulebook, given.clock, given.start, given.case_class, given.stream, given.extended)
    _print(found if given.json else dues.as_text(found))
    return 0


def _rulebook(given: argparse.Namespace) -> int:
    from casebook import sheet
    from casebook.rulebook_file import read_rulebook
    from office import prints

    if given.coverage:
        found = prints.coverage(given.rulebook, given.obligations)
        _print(found if given.json else prints.coverage_text(found))
        return 0
    if given.rulebook is None:
        table = prints.comparison()
        _print(table if given.json else prints.comparison_text(table))
        return 0
    book = read_rulebook(given.rulebook)
    if book.expired(datetime.now(read_settings({}).zone).date()):
        sys.stderr.write(f"{book.name}: ran out on {book.valid_until}; check whether it was renewed\n")
    _print(sheet.document(book) if given.json else sheet.text(book))
    return 0


def _rehearse(given: argparse.Namespace) -> int:
    from office import prints
    from office.rehearsing import rehearse

    played = [rehearse(path) for path in given.file]
    documents = [item.document() for item in played]
    if given.json:
        _print(documents[0] if len(documents) == 1 else documents)
    else:
        _print("\n\n".join(prints.rehearsal_text(document) for document in documents))
    held = all(item["held"] for document in documents for item in document["expectations"])
    return 0 if held else 1


def _export(given: argparse.Namespace) -> int:
    from office import exports

    return exports.export(given)


def _import(given: argparse.Namespace) -> int:
    from office.book import case_book
    from office.imports import import_services
    from office.law import read_law

    settings = read_settings()
    law = read_law(settings.jurisdiction, settings.zone)
    with case_book(settings) as store:
        rows = import_services(given.file, store, law, datetime.now(settings.zone))
    _print({"rows": rows} if given.json else f"{given.file.name}: {rows} rows kept")
    return 0


def _verify(given: argparse.Namespace) -> int:
    from models.verify import verify
    from office.book import case_book

    with case_book(read_settings()) as store:
        faults = verify(store)
    words = [str(fault) for fault in faults]
    if given.json:
        _print({"faults": words})
    else:
        _print("\n".join(words) or "no fault found")
    return 1 if faults else 0


def _holidays(given: argparse.Namespace) -> int:
    from office import holidays
    from office.book import case_book
    from office.law import read_law

    settings = read_settings()
    law = read_law(settings.jurisdiction, settings.zone)
    with case_book(settings) as store:
        changed = holidays.load(given.file, store, law, datetime.now(settings.zone))
    _print(
        {"changed": list(changed)} if given.json else f"{given.file.name} loaded; {len(changed)} cases counted again"
    )
    return 0


def _print(what: Any) -> None:
    text = what if isinstance(what, str) else json.dumps(what, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write(text.rstrip("\n") + "\n")

"""Forms and ledgers as data: which labels stand where, and which fields fill them.

One TOML file a regulation (`forms/yunnan.toml`). A cell's `show` is a text with `{field}` in it; `{field:words}` puts
the file's own words for a code (`[words.way]`), `{field:words!}` prints all of them as boxes with the right one filled,
`{field?}` leaves a line to write on where there is nothing yet. A list of texts is joined, and one whose fields are all
empty is left out. Filling is a single pass: what a citizen
wrote is never read as a placeholder.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from casebook.errors import RulebookError
from casebook.terms import CHANNELS, KINDS, SCORES, STATES, STEPS, VERDICTS

FOLDER = Path(__file__).with_name("forms")
PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+)(!?))?(\??)\}")
EMPTY_BOX, FILLED_BOX, LINE_TO_WRITE_ON = "□", "■", "＿＿"
MOST_CELLS = 4  # side by side on A4
OUR_WORDS: Mapping[str, Mapping[str, str]] = {
    "channel": CHANNELS,
    "kind": KINDS,
    "state": STATES,
    "step": STEPS,
    "verdict": VERDICTS,
    "score": {str(score): word for score, word in SCORES.items()},
}
KEYS = {
    "file": ({"title", "moment", "words", "form", "ledger"}, {"title", "moment"}),
    "form": ({"name", "title", "aliases", "note", "rows", "foot", "number", "signs"}, {"name", "title", "rows"}),
    "group": ({"group", "rows"}, {"group", "rows"}),
    "cell": ({"label", "show", "lines", "rows"}, {"label", "show"}),
    "ledger": ({"title", "sheet", "note", "cut", "moment", "columns"}, {"title", "sheet", "cut", "moment", "columns"}),
    "column": ({"title", "show", "width"}, {"title", "show"}),
}


@dataclass(frozen=True)
class Cell:
    """A label and what stands beside it. `lines` is the least height, for writing by hand; `rows` how many rows it
    covers, the cells of the next row standing to its right."""

    label: str
    show: tuple[str, ...]
    lines: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Row:
    """One to four cells side by side; rows of one `group` share its label on the left."""

    cells: tuple[Cell, ...]
    group: str = ""


@dataclass(frozen=True)
class Form:
    """One paper. `number` stands above the grid, `foot` and `note` under it, `signs` where it is signed and sealed.

    `aliases` are what people call it besides its name and title.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    words: Mapping[str, Mapping[str, str]]
    moment: str
    number: str = ""
    note: str = ""
    foot: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def called(self, word: str) -> bool:
        """Whether people mean this paper by the word."""
        return word in (self.name, self.title, *self.aliases)


@dataclass(frozen=True)
class Column:
    """One column of a ledger; `width` in characters."""

    title: str
    show: tuple[str, ...]
    width: int = 16


@dataclass(frozen=True)
class LedgerLayout:
    """A ledger's columns, in order. `sheet` names its page; `cut` ends a text that is too long for a cell."""

    title: str
    sheet: str
    cut: str
    moment: str
    columns: tuple[Column, ...]
    words: Mapping[str, Mapping[str, str]]
    note: str = ""


@dataclass(frozen=True)
class Layouts:
    """All papers of one regulation."""

    forms: Mapping[str, Form] = field(default_factory=dict)
    ledger: LedgerLayout | None = None

    def called(self, word: str) -> tuple[Form, ...]:
        """The papers meant by a name, a Chinese title, or a piece of one that no other paper has."""
        exact = tuple(form for form in self.forms.values() if form.called(word))
        return exact or tuple(form for form in self.forms.values() if word and word in form.title)


def read_layouts(name_or_path: str) -> Layouts:
    """The papers of that rulebook, or in that file. Raises RulebookError naming file and place."""
    path = Path(name_or_path) if name_or_path.endswith(".toml") else FOLDER / f"{name_or_path}.toml"
    try:
        return _layouts(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    except FileNotFoundError as error:
        ships = ", ".join(sorted(file.stem for file in FOLDER.glob("*.toml")))
        raise RulebookError(f"no forms for {name_or_path!r}; these ship: {ships}") from error
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{path.name}: {error}") from error


def flow_chart(name: str) -> str:
    """The regulation's course of handling as a drawing in characters; "" where it has none."""
    path = FOLDER / f"{name}-flow.txt"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def placed(show: Sequence[str], values: Mapping[str, Any], words: Mapping[str, Mapping[str, str]], moment: str) -> str:
    """A cell's text. `moment` is how moments are written: "{0:%Y-%m-%d}"."""
    kept = [part for part in show if _is_said(part, values)]
    return "  ".join(put(part, values, words, moment) for part in kept)


def put(part: str, values: Mapping[str, Any], words: Mapping[str, Mapping[str, str]], moment: str) -> str:
    """One text with its fields put in; what is empty leaves its place empty."""

    def said(found: re.Match[str]) -> str:
        value, table = values.get(found[1], ""), words.get(found[2] or "", {})
        text = _boxes(value, table) if found[3] else _said(value, table, moment)
        return text or (LINE_TO_WRITE_ON if found[4] else "")

    return PLACEHOLDER.sub(said, part)


def fields_of(show: Sequence[str]) -> frozenset[str]:
    """The names of the fields a cell shows."""
    return frozenset(name for part in show for name, _, _ in _of(part))


def _of(part: str) -> list[tuple[str, str, bool]]:
    """Name, table, and whether it is printed even where it is empty."""
    return [(found[1], found[2] or "", bool(found[3] or found[4])) for found in PLACEHOLDER.finditer(part)]


def _is_said(part: str, values: Mapping[str, Any]) -> bool:
    """Whether anything of it can be said: boxes, a line to write on, a field that is not empty, or no field at all."""
    fields = _of(part)
    return not fields or any(always or values.get(name) for name, _, always in fields)


def _boxes(value: Any, table: Mapping[str, str]) -> str:
    chosen = table.get(str(value), "")
    return " ".join(f"{FILLED_BOX if word == chosen else EMPTY_BOX}{word}" for word in dict.fromkeys(table.values()))


def _said(value: Any, table: Mapping[str, str], moment: str) -> str:
    if isinstance(value, datetime):
        return moment.format(value)
    if isinstance(value, tuple | list):
        return "、".join(_said(one, table, moment) for one in value)
    return table.get(str(value), str(value))


def _layouts(table: dict[str, Any], name: str) -> Layouts:
    _check("file", table, name)
    words = {**OUR_WORDS, **table.get("words", {})}
    forms = [
        _form(form, table["moment"], words, f"{name}, form {order}")
        for order, form in enumerate(table.get("form", []), 1)
    ]
    ledger = _ledger(table["ledger"], words, f"{name}, ledger") if "ledger" in table else None
    return Layouts(MappingProxyType({form.name: form for form in forms}), ledger)


def _form(table: dict[str, Any], moment: str, words: Mapping[str, Mapping[str, str]], where: str) -> Form:
    where = f"{where} ({table.get('name', '')})"
    _check("form", table, where)
    rows: list[Row] = []
    for row in table["rows"]:
        if isinstance(row, dict):
            _check("group", row, where)
            rows += [_row(cells, words, where, row["group"]) for cells in row["rows"]]
        else:
            rows.append(_row(row, words, where))
    return Form(
        table["name"],
        table["title"],
        tuple(rows),
        words,
        moment,
        table.get("number", ""),
        table.get("note", ""),
        tuple(table.get("foot", ())),
        tuple(table.get("signs", ())),
        tuple(table.get("aliases", ())),
    )


def _row(cells: list[dict[str, Any]], words: Mapping[str, Mapping[str, str]], where: str, group: str = "") -> Row:
    if not 1 <= len(cells) <= MOST_CELLS:
        raise RulebookError(f"{where}: a row has one to {MOST_CELLS} cells, not {len(cells)}")
    made = []
    for cell in cells:
        _check("cell", cell, where)
        show = _show(cell, words, f"{where}, {cell['label']}")
        made.append(Cell(cell["label"], show, cell.get("lines", 1), cell.get("rows", 1)))
    return Row(tuple(made), group)


def _ledger(table: dict[str, Any], words: Mapping[str, Mapping[str, str]], where: str) -> LedgerLayout:
    _check("ledger", table, where)
    columns = []
    for column in table["columns"]:
        _check("column", column, where)
        show = _show(column, words, f"{where}, {column['title']}")
        columns.append(Column(column["title"], show, column.get("width", 16)))
    titles = [column.title for column in columns]
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice:
        raise RulebookError(f"{where}: two columns are called {twice}")
    plain = {key: table[key] for key in ("title", "sheet", "cut", "moment")}
    return LedgerLayout(**plain, columns=tuple(columns), words=words, note=table.get("note", ""))


def _show(table: dict[str, Any], words: Mapping[str, Mapping[str, str]], where: str) -> tuple[str, ...]:
    show = table["show"]
    parts = (show,) if isinstance(show, str) else tuple(show)
    for part in parts:
        for _, name, _ in _of(part):
            if name and name not in words:
                raise RulebookError(f"{where}: no words table {name!r}; known are {', '.join(sorted(words))}")
        if re.search(r"[{}]", PLACEHOLDER.sub("", part)):
            raise RulebookError(
                f"{where}: {part!r} has a brace that is no {{field}}, {{field:words}}, {{field:words!}} or {{field?}}"
            )
    return parts


def _check(what: str, table: Mapping[str, Any], where: str) -> None:
    known, needed = KEYS[what]
    for key in table:
        if key not in known:
            raise RulebookError(f"{where}: unknown key {key!r} of a {what}; known are {', '.join(sorted(known))}")
    for key in sorted(needed):
        if key not in table:
            raise RulebookError(f"{where}: a {what} needs {key!r}")

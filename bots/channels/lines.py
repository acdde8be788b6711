"""Lines of a room: what is kept of a bubble, and how it is drawn for whoever looks.

One template draws a line for the first page, the live updates and the visitor without scripts alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bots.channels.incoming import Incoming
from bots.given import Line
from bots.message import Button, Media, Reply
from bots.signer import Signer
from bots.wording import load_words
from casebook.case import Person
from casebook.terms import ROLES

PAGES = Path(__file__).parent.parent / "pages"
CITIZEN, OFFICE = "citizen", "office"
# What a browser may show in the page itself; everything else is offered for saving.
SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
ADDRESS = re.compile(r"https?://[^\s<>\"'，。；、）】]+")
ROW = re.compile(r"^[·\-•\s]*(?!https?:)([^：:\s，。；]{1,12})[：:]\s*(\S.*)$")
ROWS_OF_A_CARD = 3


def said(incoming: Incoming, media: Sequence[Media], label: str) -> dict[str, Any]:
    """The body of a line that a person wrote; of a pressed button, `label` is what stood on it."""
    return {
        "text": incoming.text or label,
        "data": incoming.data,
        "media": [_medium(item) for item in media],
        "quotes": incoming.quotes,
        "client": incoming.id,
    }


def label_of(buttons: Iterable[Iterable[Mapping[str, str]]], data: str) -> str:
    """What stands on the button with that value; "" when none has it."""
    return next((button["label"] for row in buttons for button in row if button.get("data") == data), "")


def replied(reply: Reply) -> dict[str, Any]:
    """The body of a line that a reply becomes."""
    return {
        "text": reply.text,
        "buttons": [[_button(button) for button in row] for row in reply.buttons],
        "card": reply.card,
        "media": [_medium(item) for item in reply.media],
    }


def _button(button: Button) -> dict[str, str]:
    return {"label": button.label, "data": button.data, "url": button.url}


def _medium(item: Media) -> dict[str, str]:
    return {"kind": item.kind, "id": item.id, "name": item.name, "url": item.url}


@dataclass(frozen=True)
class View:
    """Who looks, and in which room. `mine` are the writers whose lines stand on the right; `named`: addresses of files
    say the room, because the one who looks may be in several."""

    room: str
    mine: frozenset[str]
    base: str
    named: bool = False


class Pages:
    """The templates, and the drawing of lines."""

    def __init__(self, zone: ZoneInfo, signer: Signer, version: str) -> None:
        self._zone = zone
        self._signer = signer
        self.words = load_words(PAGES / "labels.toml")
        self._templates = Environment(
            loader=FileSystemLoader(PAGES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(words=self.words, version=version)
        self._templates.filters.update(linked=linked)

    def page(self, name: str, **facts: Any) -> str:
        return self._templates.get_template(name).render(**facts)

    def line(self, line: Line, view: View) -> str:
        """One bubble as HTML."""
        body = line.body
        quoted, drawn = str(body.get("quotes") or ""), is_drawn_as_card(line)
        return self.page(
            "line.html",
            id=line.id,
            mine=line.who in view.mine,
            by=self.name(line.who),
            role=self.role(line.who),
            at=line.at.astimezone(self._zone),
            card=str(body.get("card") or ""),
            parts=parts_of(str(body.get("text") or ""), drawn),
            drawn_as_card=drawn,
            buttons=body.get("buttons") or [],
            media=[self._shown(item, view) for item in body.get("media") or []],
            quotes=quoted if quoted.isdigit() else "",
            pressed=str(body.get("data") or ""),
            client=str(body.get("client") or "") if line.who in view.mine else "",
            base=view.base,
        )

    def told(self, line: Line, view: View) -> dict[str, Any]:
        """The same for a script: what it needs to place the bubble, and the bubble."""
        return {"id": line.id, "card": str(line.body.get("card") or ""), "html": self.line(line, view)}

    def day(self, at: datetime) -> str:
        """A date as a paper has it."""
        day = at.astimezone(self._zone)
        return self.words("who.day", year=day.year, month=day.month, day=day.day)

    def name(self, who: str) -> str:
        """What stands above a bubble."""
        if who in (CITIZEN, OFFICE):
            return self.words(f"who.{who}")
        return Person.read(who).name or self.role(who)

    def role(self, who: str) -> str:
        return "" if who in (CITIZEN, OFFICE) else ROLES.get(Person.read(who).role, "")

    def _shown(self, item: Mapping[str, Any], view: View) -> dict[str, Any]:
        id = str(item.get("id", ""))
        asked = {"seal": self._signer.seal("media", f"{view.room}|{id}"), **({"room": view.room} if view.named else {})}
        url = str(item.get("url") or "") or f"{view.base}/media/{quote(id, safe='')}?{urlencode(asked)}"
        return {"kind": item.get("kind", "file"), "name": item.get("name") or self.words("who.file"), "url": url}


def parts_of(text: str, is_card: bool) -> list[dict[str, str]]:
    """A text in the parts a bubble shows: a card's first line is its title, its `name：value` lines are rows."""
    if not is_card:
        return [{"kind": "text", "text": text}]
    title, *rest = text.strip().split("\n")
    parts = [{"kind": "title", "text": title.rstrip("：:")}]
    for line in filter(str.strip, rest):
        row = ROW.match(line)
        parts.append({"kind": "row", "name": row[1], "text": row[2]} if row else {"kind": "text", "text": line})
    return parts


def is_drawn_as_card(line: Line) -> bool:
    """Whether it is the card of a case, or of ours and made of rows like one."""
    if line.body.get("card"):
        return True
    rows = sum(bool(ROW.match(row)) for row in str(line.body.get("text") or "").split("\n")[1:])
    return line.who == OFFICE and rows >= ROWS_OF_A_CARD


def linked(text: str) -> Markup:
    """The text escaped, its addresses made links."""
    result, end = Markup(""), 0
    for found in ADDRESS.finditer(text):
        address = escape(found[0])
        result += escape(text[end : found.start()])
        result += Markup('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>').format(address)
        end = found.end()
    return result + escape(text[end:])

"""Pages from templates: everything escaped, every name known, and headers that let nobody run or frame anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from casebook.terms import MESSAGES, STATES, STEPS
from console.labels import FATES, PARTS, address, moment, person, who

HERE = Path(__file__).parent
# No scripts at all: the pages are forms and links.
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def _environment() -> Environment:
    loader = FileSystemLoader(HERE / "pages")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters.update(moment=moment, person=person, address=address, who=who)
    pages.globals.update(STATES=STATES, STEPS=STEPS, MESSAGES=MESSAGES, FATES=FATES, PARTS=PARTS)
    return pages


PAGES = _environment()


def page(name: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """The page of that name, filled."""
    return HTMLResponse(PAGES.get_template(f"{name}.html").render(**facts), status, HEADERS)

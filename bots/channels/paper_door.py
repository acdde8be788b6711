"""`/papers/<secret>`: a citizen's own notice of acceptance or refusal, read or saved without logging in.

Looking at the address shows nothing of anybody (chat servers fetch every link they see); pressing the button opens the
paper and is recorded like every look. Whoever joined the case later sees it with the filer's data covered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bots import paper_link
from bots.channels.lines import Pages
from bots.gate import Buckets
from bots.given import Office
from bots.paper_link import PaperLink
from casebook import case_fields
from casebook.addressing import citizens
from casebook.case import Case
from casebook.errors import CasebookError
from casebook.form_layouts import read_layouts
from casebook.forms import FilledForm, FormError, fill

PER_ADDRESS = (20, 0.1)
# Under "no-referrer" a browser sends its own form with an origin of "null", which the gate refuses.
HEADERS = {"cache-control": "no-store", "referrer-policy": "same-origin", "x-robots-tag": "noindex"}

layouts = cache(read_layouts)


@dataclass(frozen=True)
class _Opened:
    """A paper ready to be shown, and what it is called as a file."""

    form: FilledForm
    file: str


class PaperDoor:
    """The page before the paper, the paper, and its PDF."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages
        self._buckets = Buckets(*PER_ADDRESS)

    def routes(self) -> list[Route]:
        return [Route("/papers/{secret}", self.paper, methods=["GET", "POST"])]

    async def paper(self, request: Request) -> Response:
        """What the address is good for; the paper itself once asked for."""
        if self._buckets.wait(request.client.host if request.client else ""):
            return self._page("too_fast", 429)
        link = self._link(request.path_params["secret"])
        if link is None:
            return self._page("gone", 410)
        if request.method != "POST":
            return self._page("closed", link=link)
        async with request.form() as asked:
            as_pdf = asked.get("as") == "pdf"
        opened = await run_in_threadpool(self._open, link, self._office.now())
        if opened is None:
            return self._page("gone", 410)
        return await run_in_threadpool(self._file, opened) if as_pdf else self._page("open", form=opened.form)

    def _link(self, secret: str) -> PaperLink | None:
        link = paper_link.read(self._office.signer, secret)
        return link if link and self._office.now().date() <= link.until else None

    def _open(self, link: PaperLink, now: datetime) -> _Opened | None:
        """The paper, its look recorded first; None where the case has none or it is not this person's."""

        def opened(unit: Any) -> _Opened | None:
            case: Case = unit.load(link.number)
            form = _form_of(case, link.step, self._office)
            if form is None or f"citizen:{link.handle}" not in citizens(case):
                return None
            unit.looked(link.number, f"citizen:{link.handle}", "paper", self._pages.words("paper.look"), now)
            return _Opened(fill(form, self._values(case, link, now)), f"{form.title}-{link.number}.pdf")

        try:
            made: _Opened | None = self._office.store.write(opened)
        except CasebookError:
            return None
        return made

    def _values(self, case: Case, link: PaperLink, now: datetime) -> Mapping[str, Any]:
        law = self._office.law
        values = case_fields.fields(case, law.calendar, now, law.jurisdiction)
        own = link.handle == case.filing.citizen
        return {**(values if own else case_fields.covered(values)), **self._office.checking(case.number)}

    def _file(self, opened: _Opened) -> Response:
        # What sets papers weighs more than all the pages together; it is loaded for the first paper asked for.
        from casebook.form_pdf import pdf_bytes

        try:
            body = pdf_bytes(opened.form)
        except FormError:
            return self._page("no_pdf", 422)
        name = f"inline; filename*=UTF-8''{quote(opened.file)}"
        return Response(body, media_type="application/pdf", headers={**HEADERS, "content-disposition": name})

    def _page(self, outcome: str, status: int = 200, **more: Any) -> Response:
        facts = {"link": None, "form": None, **more}
        html = self._pages.page("paper.html", office=self._office.jurisdiction, outcome=outcome, **facts)
        return HTMLResponse(html, status, HEADERS)


def _form_of(case: Case, step: str, office: Office) -> Any | None:
    """The layout of that step's paper; None where the step was not taken or its regulation has no such paper."""
    named = [rule.form for rule in office.law.rulebook.forms if rule.step == step]
    forms = layouts(case.rulebook).forms
    taken = any(entry.step == step for entry in case.history)
    return next((forms[name] for name in named if name in forms), None) if taken else None

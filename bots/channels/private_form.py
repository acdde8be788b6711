"""`/chat/private/<ticket>`: the one-time form for what must not pass through a chat abroad, identity numbers above all.

The address is the secret: it opens once, for an hour, for one draft. Looking at the page spends nothing (chat servers
fetch every link they see); only a complete answer does. Nothing that was typed is shown again or logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bots.channels.lines import Pages
from bots.citizen.private import FIELDS, checked
from bots.gate import Buckets
from bots.given import Office
from bots.packing import reply_notices

PURPOSE = "private"
PER_ADDRESS = (20, 0.1)
# Under "no-referrer" a browser sends its own form with an origin of "null", which the gate refuses.
HEADERS = {"cache-control": "no-store", "referrer-policy": "same-origin"}


class PrivateForm:
    """The form's two routes."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages
        self._buckets = Buckets(*PER_ADDRESS)

    def routes(self) -> list[Route]:
        return [Route("/chat/private/{ticket}", self.form, methods=["GET", "POST"])]

    async def form(self, request: Request) -> Response:
        """The empty form, or what became of it."""
        if request.method != "POST":
            return self._page("")
        if self._buckets.wait(request.client.host if request.client else ""):
            return self._page("too_fast", 429)
        async with request.form() as typed:
            values = checked({name: str(typed.get(name, "")) for name in FIELDS})
        if values is None:
            return self._page("wrong", 422)
        ticket = request.path_params["ticket"]
        kept = await run_in_threadpool(self._office.store.write, lambda unit: self._keep(unit, ticket, values))
        return self._page("kept" if kept else "gone", 200 if kept else 410)

    def _keep(self, unit: Any, ticket: str, values: Mapping[str, str]) -> bool:
        now: datetime = self._office.now()
        spent = unit.ticket_take(ticket, now, PURPOSE)
        if spent is None:
            return False
        handle, _, serial = spent.subject.rpartition("|")
        replies = self._office.reception.take_private(unit, handle, int(serial), values, now)
        if replies is None:
            return False
        unit.post(reply_notices(f"private/{handle}/{now.timestamp():.3f}", f"citizen:{handle}", replies, now))
        return True

    def _page(self, outcome: str, status: int = 200) -> Response:
        html = self._pages.page("private.html", office=self._office.jurisdiction, outcome=outcome)
        return HTMLResponse(html, status, HEADERS)

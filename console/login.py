"""Signing in with a one-time link, and out.

The link works once. Programs that look at links in chats before people do would spend it, so these are shown the
page's button instead.
"""

from __future__ import annotations

import logging
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from casebook.case import Person
from console.door import Visit
from console.given import Office
from console.labels import said
from console.render import page
from console.session import PURPOSE, Sessions, is_on_staff
from models.unit import Unit

log = logging.getLogger(__name__)

LOOKERS = ("bot", "preview", "spider", "crawler")


class Login:
    """The door in and out."""

    def __init__(self, office: Office, sessions: Sessions) -> None:
        self._office = office
        self._sessions = sessions

    async def enter(self, request: Request) -> Response:
        """Spend the ticket of the link and start a session."""
        ticket = request.query_params.get("ticket", "")
        agent = request.headers.get("user-agent", "").lower()
        if not ticket or request.method == "HEAD" or any(word in agent for word in LOOKERS):
            return page("sign_in", words=said("sign_in"), ticket=ticket)
        person = await run_in_threadpool(self._take, ticket)
        if person is None:
            return page("sign_in", 403, words=said("ticket_gone"), ticket="")
        response = RedirectResponse("/console", 303)
        self._sessions.start(response, person)
        log.info("console: %s signed in", person.role)
        return response

    def leave(self, visit: Visit) -> Response:
        """End the session in this browser."""
        response = RedirectResponse("/console/login", 303)
        self._sessions.end(response)
        return response

    def _take(self, ticket: str) -> Person | None:
        now = self._office.now()
        return self._office.store.write(lambda unit: self._of_staff(unit, ticket, now))

    def _of_staff(self, unit: Unit, ticket: str, now: datetime) -> Person | None:
        taken = unit.ticket_take(ticket, now, PURPOSE)
        person = Person.read(taken.subject) if taken else None
        if person is None or not is_on_staff(person, self._office.desk.law.jurisdiction):
            return None
        if person.unit:
            unit.seen(person.unit, now)
        return person

"""What every page passes first: a session, a form's token, a body that is a form; then the handler, off the loop.

A handler is given a `Visit` and answers with a response, or raises: `NotThere` (one page for what is not there and what
is not yours), `NotShown` (personal data) or `Refused` (a sentence).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from casebook.case import Person
from console.given import Office
from console.labels import said
from console.render import page
from console.seeing import NotShown, NotThere
from console.session import Session, Sessions

# The longest form is an answer with four parts; files do not come through the console.
MOST_FIELDS = 200
BODY_CAP = 256 * 1024


class Refused(Exception):
    """What was asked cannot be done. `words` is the sentence shown."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.words = words
        self.status = status


@dataclass(frozen=True)
class Visit:
    """One request of a signed-in person."""

    office: Office
    session: Session
    path: Mapping[str, Any]
    query: Mapping[str, str]
    form: FormData
    now: datetime

    @property
    def person(self) -> Person:
        return self.session.person

    @property
    def reason(self) -> str:
        """Why the visitor wants to see what is covered."""
        return str(self.form.get("reason") or "").strip()

    def page(self, name: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """A page with the visitor's name on it."""
        title = self.office.desk.law.jurisdiction.title
        return page(name, status, me=self.person, token=self.session.token, office=title, **facts)


Handler = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def signed_in(office: Office, sessions: Sessions, handler: Handler) -> Endpoint:
    """The endpoint that lets only a signed-in person through to the handler."""

    async def endpoint(request: Request) -> Response:
        session = sessions.of(request, office.desk.law.jurisdiction)
        if session is None:
            return page("sign_in", 401, words=said("sign_in"), ticket="")
        form = await form_in(request)
        visit = Visit(office, session, request.path_params, request.query_params, form, office.now())
        if request.method == "POST" and not sessions.is_form_of(session, str(form.get("token") or "")):
            return visit.page("refused", 403, words=said("stale_form"))
        return await run_in_threadpool(_answer, handler, visit)

    return endpoint


async def form_in(request: Request) -> FormData:
    """The form of a request; an empty one where there is none, or one too large."""
    if request.method != "POST" or int(request.headers.get("content-length") or 0) > BODY_CAP:
        return FormData()
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return FormData()
    return await request.form(max_files=0, max_fields=MOST_FIELDS)


def _answer(handler: Handler, visit: Visit) -> Response:
    try:
        return handler(visit)
    except NotThere:
        return visit.page("refused", 404, words=said("not_there"))
    except NotShown as hidden:
        return visit.page("refused", 403, words=said(hidden.code))
    except Refused as refused:
        return visit.page("refused", refused.status, words=refused.words)

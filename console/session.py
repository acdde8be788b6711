"""Who is signed in: a one-time ticket becomes a signed cookie for a working day, and each form carries its token.

The cookie holds the person and a random id, nothing else. Whoever leaves the staff list is signed out at the next page.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from casebook.case import Person
from casebook.jurisdiction import Jurisdiction
from casebook.staff import is_on_staff

__all__ = ["PURPOSE", "Session", "Sessions", "is_on_staff"]

COOKIE = "huiying_console"
PURPOSE = "console"
# A working day with its overtime; tomorrow needs a new link.
LASTS = 12 * 60 * 60


@dataclass(frozen=True)
class Session:
    """A signed-in person. `token` must come back with every form."""

    person: Person
    token: str


class Sessions:
    """Makes and reads the cookie."""

    def __init__(self, secret_key: str, https: bool) -> None:
        self._cookies = URLSafeTimedSerializer(secret_key, salt="huiying.console")
        self._key = hmac.digest(secret_key.encode(), b"huiying.console.form", "sha256")
        self._https = https

    def start(self, response: Response, person: Person) -> None:
        value = self._cookies.dumps([str(person), secrets.token_urlsafe(16)])
        response.set_cookie(COOKIE, value, LASTS, path="/console", secure=self._https, httponly=True, samesite="lax")

    def end(self, response: Response) -> None:
        response.delete_cookie(COOKIE, path="/console", secure=self._https, httponly=True, samesite="lax")

    def of(self, request: Request, office: Jurisdiction) -> Session | None:
        """The session of a request; None when there is none, it is old or forged, or the person is not on the staff."""
        try:
            address, identity = self._cookies.loads(request.cookies.get(COOKIE, ""), max_age=LASTS)
        except (BadSignature, ValueError):
            return None
        person = Person.read(address)
        token = hmac.digest(self._key, identity.encode(), "sha256").hex()
        return Session(person, token) if is_on_staff(person, office) else None

    @staticmethod
    def is_form_of(session: Session, token: str) -> bool:
        """Whether the form was made for this session."""
        return hmac.compare_digest(session.token.encode(), token.encode())

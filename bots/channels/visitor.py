"""Who writes in the web chat: a visitor known by a signed mark, kept in a cookie.

The mark is a random id and proves nothing but "the same browser as before". Inside another site's page a browser may
keep no cookie; then the page asks for the mark once (`/chat/session`) and sends it as a header.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bots.settings import Settings
from bots.signer import Signer

COOKIE, HEADER = "huiying", "x-chat-session"
# A case may take months; a visitor should find the talk again at its end.
LIFETIME = 400 * 24 * 3600


@dataclass(frozen=True)
class Visitor:
    """One browser. `known` is False when it brought no mark of ours."""

    id: str
    known: bool


class Visitors:
    """Knows visitors by their mark and gives new ones theirs."""

    def __init__(self, signer: Signer, settings: Settings) -> None:
        self._signer = signer
        self._https = settings.https

    def of(self, request: Request) -> Visitor:
        """The visitor whose mark the request brings, or a new one."""
        signed = request.cookies.get(COOKIE) or request.headers.get(HEADER) or ""
        id = self._signer.read("visitor", signed, LIFETIME) if signed else None
        return Visitor(id, True) if id else Visitor(secrets.token_urlsafe(18), False)

    def mark(self, visitor: Visitor) -> str:
        return self._signer.sign("visitor", visitor.id)

    def remember(self, response: Response, visitor: Visitor) -> None:
        """Set the cookie. Over https it may travel inside another site's page, kept apart for each such site."""
        self._set(response, self.mark(visitor), LIFETIME)

    def forget(self, response: Response) -> None:
        self._set(response, "", 0)

    def _set(self, response: Response, value: str, seconds: int) -> None:
        response.set_cookie(
            COOKIE,
            value,
            max_age=seconds,
            path="/chat",
            httponly=True,
            secure=self._https,
            samesite="none" if self._https else "lax",
        )
        if self._https:
            name, cookie = response.raw_headers[-1]
            response.raw_headers[-1] = (name, cookie + b"; Partitioned")

"""What every request passes before a route sees it: size, origin, headers; and the buckets that keep one noisy
visitor from taking everybody's place.

Plain ASGI, so that a body is refused while it arrives and a stream is never buffered.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bots.channels.errors import fault

log = logging.getLogger(__name__)

KIB, MIB = 1024, 1024 * 1024
DEFAULT_CAP = 64 * KIB
FILE_CAP = 8 * MIB
# A file's part comes with its own headers and the form's other fields.
CAPS: tuple[tuple[str, int], ...] = (
    # Twenty thousand Chinese characters, sealed.
    ("/wechat", 128 * KIB),
    ("/telegram", MIB),
    ("/chat/messages", FILE_CAP + 64 * KIB),
    ("/desk/messages", FILE_CAP + 64 * KIB),
    ("/open311", MIB),
    ("/api", MIB),
    ("/console", FILE_CAP + 64 * KIB),
)
# Platforms and other systems prove who they are by signature or key, and send no Origin.
SIGNED_DOORS = ("/wechat", "/wecom", "/telegram", "/open311", "/api")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; manifest-src 'self'; frame-ancestors {ancestors}"
)
FIXED_HEADERS: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "geolocation=(), microphone=(), camera=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


class Failures:
    """Answers 500 for what nobody foresaw, and logs its kind and place: not its message, which may quote a person."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except HTTPException:
            raise
        except Exception as error:
            log.error("%s failed: %s", scope.get("path", "")[:40], fault(error))
            if not begun:
                await PlainTextResponse("internal error", 500)(scope, receive, send)


class BodyCap:
    """Refuses a body that is larger than its door takes, before it is read into memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        cap = cap_of(scope["path"])
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdigit() or int(length) > cap:
            return await PlainTextResponse("body too large", 413, {"connection": "close"})(scope, receive, send)
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > cap:
                raise HTTPException(413, "body too large", {"connection": "close"})
            return message

        return await self._app(scope, counted, send)


class SameOrigin:
    """Refuses a change asked for by another site's page. What came without any word of its origin is let through:
    browsers always say it, and a program that does not has no visitor's cookie to misuse."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._public = origin_of(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_fine(scope):
            return await PlainTextResponse("cross-site request refused", 403)(scope, receive, send)
        return await self._app(scope, receive, send)

    def _is_fine(self, scope: Scope) -> bool:
        if scope["method"] in SAFE_METHODS or is_under(scope["path"], SIGNED_DOORS):
            return True
        headers = Headers(scope=scope)
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        return origin is None or origin == self._public or urlsplit(origin).netloc == headers.get("host")


class SafeHeaders:
    """Adds the headers that make a browser careful. Only `/chat` may stand inside the listed sites' pages."""

    def __init__(self, app: ASGIApp, ancestors: tuple[str, ...], https: bool) -> None:
        self._app = app
        usual = {**FIXED_HEADERS, "cache-control": "no-store"}
        if https:
            usual["strict-transport-security"] = "max-age=31536000"
        self._chat = _raw({**usual, "content-security-policy": _policy("'self'", *ancestors)})
        own = {"content-security-policy": _policy("'none'"), "x-frame-options": "DENY"}
        self._other = _raw({**usual, **own})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        wanted = self._chat if is_under(scope["path"], ("/chat",)) else self._other

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in wanted if pair[0] not in held)]
            await send(message)

        return await self._app(scope, receive, with_headers)


def _policy(*ancestors: str) -> str:
    return CONTENT_POLICY.format(ancestors=" ".join(ancestors))


def _raw(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())


def cap_of(path: str) -> int:
    return next((cap for door, cap in CAPS if is_under(path, (door,))), DEFAULT_CAP)


def is_under(path: str, doors: tuple[str, ...]) -> bool:
    return any(path == door or path.startswith(f"{door}/") for door in doors)


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """A token bucket for each key, the longest unused forgotten first."""

    def __init__(self, size: float, per_second: float, keys: int = 20_000) -> None:
        self._size, self._rate, self._keys = size, per_second, keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, key: str, now: float | None = None) -> float:
        """Take one token: 0.0 when there was one, else the seconds until there is one (and none is taken)."""
        now = monotonic() if now is None else now
        bucket = self._buckets.pop(key, None) or _Bucket(self._size, now)
        bucket.tokens = min(self._size, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets[key] = bucket
        while len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._rate
        bucket.tokens -= 1
        return 0.0

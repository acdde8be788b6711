"""The web doors, a few lines each: platforms' pushes, the citizens' chat, the officers' rooms, health and figures.

`create_app(office)` makes the application of one wired office. Other folders' routes (console, exchange) are handed in
by the wiring.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from ipaddress import ip_address
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bots.channels.deskroom import DeskRoom
from bots.channels.errors import fault
from bots.channels.lines import PAGES, Pages
from bots.channels.paper_door import PaperDoor
from bots.channels.private_form import PrivateForm
from bots.channels.webchat import WebChat
from bots.crowd import Crowd
from bots.gate import BodyCap, Buckets, Failures, SafeHeaders, SameOrigin
from bots.given import Office
from bots.hands import Hands
from bots.live import Live
from bots.meter import Meter
from bots.settings import LOOPBACK
from bots.wechat_door import Answer, Delivery, answer_each
from bots.wecom_routes import wecom_routes
from casebook.case import Case
from casebook.errors import CasebookError

log = logging.getLogger(__name__)

# Guessing a notice's code: a person checks one paper at a time.
CHECKS_PER_ADDRESS = (30, 0.2)
# Hands, and what one takes. Where all that waits is written together one hand takes as many as a lot holds: a second
# would take half, and have its turn no sooner. Else (PostgreSQL) as its pool has connections.
TOGETHER, ALONE = (1, 64), (16, 1)
DECISIONS = ("accept", "decline")


def create_app(office: Office, more: Sequence[BaseRoute] = ()) -> Starlette:
    """The web application of one office; `more` are routes of other folders."""
    live, meter, crowd = Live(office.store), Meter(), Crowd()
    pages = Pages(office.settings.zone, office.signer, _version())
    has_console = any(str(getattr(route, "path", "")).startswith("/console") for route in more)
    doors = Doors(office, pages, meter, crowd, has_console)
    routes: list[BaseRoute] = [
        *doors.routes(),
        *wecom_routes(office),
        *PrivateForm(office, pages).routes(),
        *PaperDoor(office, pages).routes(),
        *WebChat(office, pages, live).routes(),
        *(
            [_desk_only_here(route, office) for route in DeskRoom(office, pages, live).routes()]
            if office.settings.desk
            else []
        ),
        Mount("/static", _Static(directory=PAGES / "static"), name="static"),
        *more,
    ]
    meter.watch("streams", lambda: live.streams)
    meter.watch("wechat_waiting", lambda: crowd.waiting)
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(meter.middleware),
            Middleware(SafeHeaders, office.settings.chat_frame_ancestors, office.settings.https),
            Middleware(Failures),
            Middleware(BodyCap),
            Middleware(SameOrigin, office.settings.public_url),
        ],
    )
    app.state.live, app.state.crowd = live, crowd
    return app


class Doors:
    """The routes that are one answer each."""

    def __init__(self, office: Office, pages: Pages, meter: Meter, crowd: Crowd, console: bool) -> None:
        self._office = office
        self._pages = pages
        self._meter = meter
        self._console = console
        self._checks = Buckets(*CHECKS_PER_ADDRESS)
        self._crowd = crowd
        hands = TOGETHER if office.store.writes_together else ALONE
        self._hands = Hands[Delivery, Answer](self._wechat_answers, *hands, "wechat")

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.start),
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.figures),
            Route("/wechat", self.wechat, methods=["GET", "POST"]),
            Route("/telegram", self.telegram, methods=["POST"]),
            Route("/notices", self.notices),
            Route("/notices/{number}", self.notice),
        ]

    async def start(self, request: Request) -> Response:
        """What there is, for whoever opens the bare address."""
        settings, office = self._office.settings, self._office.jurisdiction
        return HTMLResponse(self._pages.page("start.html", office=office, desk=settings.desk, console=self._console))

    async def alive(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(self, request: Request) -> Response:
        """Whether everything that is needed answers; each check by its name."""
        found = {name: await run_in_threadpool(self._holds, name) for name in self._office.checks}
        return JSONResponse({"ready": all(found.values()), "checks": found}, 200 if all(found.values()) else 503)

    def _holds(self, name: str) -> bool:
        try:
            return bool(self._office.checks[name]())
        except Exception as error:
            log.warning("not ready: %s: %s", name, fault(error))
            return False

    async def figures(self, request: Request) -> Response:
        """Figures for Prometheus; only from this machine and its own network."""
        if not _is_near(request):
            return Response(status_code=404)
        return Response(self._meter.exposition(), media_type=CONTENT_TYPE_LATEST)

    async def wechat(self, request: Request) -> Response:
        """The official account's pushes, and its verification of this address."""
        office, door = self._office, self._office.wechat
        if door is None:
            return Response(status_code=404)
        if self._crowd.full:
            # Not taken in: the platform asks again in five seconds, twice.
            return Response(status_code=503)
        query = dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))
        body = await request.body()
        delivery = Delivery(query, body, office.now(), crowded=self._crowd.waits_long)
        with self._crowd:
            status, reply = await self._hands.answer(delivery)
        kind = "application/xml" if reply.startswith(b"<") else "text/plain"
        return Response(reply, status, media_type=kind)

    def _wechat_answers(self, deliveries: Sequence[Delivery]) -> Sequence[Answer]:
        office = self._office
        assert office.wechat
        return answer_each(office.store, office.reception, office.wechat, deliveries)

    async def telegram(self, request: Request) -> Response:
        """The Telegram bot's updates, when they come by webhook."""
        door = self._office.telegram_door
        if door is None:
            return Response(status_code=404)
        secret = request.headers.get("x-telegram-bot-api-secret-token", "")
        body = await request.body()
        status = await run_in_threadpool(door.push, secret, body, self._office.now())
        return Response(status_code=status)

    async def notices(self, request: Request) -> Response:
        """Where the number and code of a printed notice are typed."""
        number, code = request.query_params.get("number", "").strip(), request.query_params.get("code", "").strip()
        if number:
            return RedirectResponse(f"/notices/{quote(number, safe='')}?{urlencode({'code': code})}", 303)
        return self._checked(None, "", "")

    async def notice(self, request: Request) -> Response:
        """Whether a notice of acceptance or refusal is ours: its date and decision, and nothing about anybody."""
        number, code = request.path_params["number"], request.query_params.get("code", "")
        if self._checks.wait(request.client.host if request.client else ""):
            return PlainTextResponse(self._pages.words("refused.too_fast"), 429)
        found = await run_in_threadpool(self._decision, number) if self._is_code(number, code) else None
        return self._checked(found, number, code)

    def _is_code(self, number: str, code: str) -> bool:
        return bool(code) and self._office.signer.is_notice_code(number, code)

    def _decision(self, number: str) -> dict[str, str] | None:
        try:
            case: Case = self._office.store.read(lambda unit: unit.load(number))
        except CasebookError:
            return None
        made = [entry for entry in case.history if entry.step in DECISIONS]
        if not made:
            return None
        facts = made[-1].facts
        paper, issuer = str(facts.get("paper", "")), str(facts.get("office", ""))
        return {"step": made[-1].step, "day": self._pages.day(made[-1].at), "paper": paper, "issuer": issuer}

    def _checked(self, found: dict[str, str] | None, number: str, code: str) -> Response:
        asked = bool(number and code)
        html = self._pages.page(
            "notice.html", office=self._office.jurisdiction, found=found, number=number, code=code, asked=asked
        )
        return HTMLResponse(html, 404 if asked and not found else 200)


class _Static(StaticFiles):
    """Our own files; their addresses carry a version, so they may be kept."""

    def file_response(self, *args: object, **named: object) -> Response:
        response = super().file_response(*args, **named)  # type: ignore[arg-type]
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _version() -> str:
    """Changes whenever a static file does."""
    digest = blake2b(digest_size=6)
    for path in sorted((PAGES / "static").iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _desk_only_here(route: Route, office: Office) -> Route:
    """The route, open to this machine alone unless the settings say otherwise: a page elsewhere that points its own
    name at this machine is no visitor of ours."""

    async def guarded(request: Request) -> Response:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
        if office.settings.desk_anywhere or (host in LOOPBACK and _is_here(request)):
            response: Response = await route.endpoint(request)
            return response
        return Response(status_code=404)

    return Route(route.path, guarded, methods=sorted(route.methods or {"GET"}))


def _is_here(request: Request) -> bool:
    with suppress(ValueError):
        return ip_address(request.client.host if request.client else "").is_loopback
    return False


def _is_near(request: Request) -> bool:
    with suppress(ValueError):
        return ip_address(request.client.host if request.client else "").is_private
    return False

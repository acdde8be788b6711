"""The two addresses WeCom speaks to: `/wecom` for the app, `/wecom/bot` for the group bot."""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.given import Office


def wecom_routes(office: Office) -> list[Route]:
    """Both doors; 404 where no company is configured."""

    async def app(request: Request) -> Response:
        return await _answer(office, request, bot=False)

    async def bot(request: Request) -> Response:
        return await _answer(office, request, bot=True)

    methods = ["GET", "POST"]
    return [Route("/wecom", app, methods=methods), Route("/wecom/bot", bot, methods=methods)]


async def _answer(office: Office, request: Request, bot: bool) -> Response:
    door = office.wecom_door
    if door is None:
        return Response(status_code=404)
    query = dict(request.query_params)
    if request.method == "GET":
        status, answer = await run_in_threadpool(door.verify, query, bot)
    else:
        handle = partial(door.bot if bot else door.app, query, await request.body(), office.now())
        status, answer = await run_in_threadpool(handle)
    return Response(answer, status, media_type="text/plain")

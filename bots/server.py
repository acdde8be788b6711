"""Serves the web doors until told to stop, and stops cleanly: open streams end first, running requests finish."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette

# A transaction takes milliseconds; what is not done after this will not be.
PATIENCE = 5


class Server(uvicorn.Server):
    """uvicorn, but the app's live streams end before it waits for connections to close."""

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        live = getattr(getattr(self.config.app, "state", None), "live", None)
        if live is not None:
            live.close()
        await super().shutdown(sockets)  # type: ignore[arg-type]
        # uvicorn would now raise the signal that stopped it once more, and nobody after it could tidy up.
        self._captured_signals.clear()


def server(app: Starlette, host: str, port: int) -> Server:
    """A server that is not started yet: `await server.serve()` within a loop, `server.run()` without one."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
        proxy_headers=True,
        # Nothing here speaks it, and its library is not light.
        ws="none",
    )
    return Server(config)


def serve(app: Starlette, host: str, port: int) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    server(app, host, port).run()

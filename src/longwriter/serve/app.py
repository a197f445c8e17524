"""The server: all routes behind the guard, and the run of it from start to end."""

import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from longwriter.errors import CeilingReached, EditConflict, InputError, LongWriterError, ModelError, RunError
from longwriter.serve.connections import ImpatientProtocol, allow_files
from longwriter.serve.desk import Desk
from longwriter.serve.guard import LOGIN, Guard
from longwriter.serve.keys import ClientKeys, same
from longwriter.serve.page.routes import routes as page_routes
from longwriter.serve.queue import QueueFull
from longwriter.serve.settings import ServeSettings
from longwriter.serve.v1.routes import routes as api_routes

SHUTDOWN_S = 3
"""How long answers may take to come to their end when the server ends."""
KEEP_OPEN_S = 75
"""How long a connection without a request stays open: longer than clients (5 s) and nginx (60 s) keep theirs, since one that
is closed as it is used again fails a request."""
STATUS: tuple[tuple[type[LongWriterError], int], ...] = (
    (QueueFull, 429), (CeilingReached, 429), (EditConflict, 409), (InputError, 400), (RunError, 409), (ModelError, 502),
)  # fmt: skip
"""What an error of ours is over HTTP; the first that fits."""


def application(desk: Desk, token: str = "", keys: ClientKeys | None = None, rooms: "Rooms | None" = None) -> Starlette:
    """All of the server. It opens the desk when it starts and closes it when it ends.

    `token`: "" for none. `rooms`: what is served; None: the page, the API, and MCP where its package is.
    """
    routes, running = (rooms or all_rooms)(desk)
    guard = Middleware(Guard, host=desk.settings.host, names=desk.settings.names, token=token, keys=keys)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(desk)
            for enter in running:
                await stack.enter_async_context(enter())
            yield

    return Starlette(
        routes=[_login(token), *routes],
        middleware=[guard],
        exception_handlers={LongWriterError: refused, HTTPException: not_there},
        lifespan=lifespan,
    )


Running = Callable[[], AbstractAsyncContextManager[None]]
Rooms = Callable[[Desk], tuple[list[BaseRoute], list[Running]]]
"""Routes, and what runs beside them."""


def all_rooms(desk: Desk) -> tuple[list[BaseRoute], list[Running]]:
    """The routes of all rooms that are there, and what runs beside them. MCP is there where its package is."""
    routes = [*api_routes(desk), *page_routes(desk)]
    if find_spec("mcp") is None:
        return routes, []
    mounted = import_module("longwriter.serve.mcp.http").mounted(desk)
    return [mounted.route, *routes], [mounted.running]


def _login(token: str) -> Route:
    """A browser gives the token and gets a cookie."""

    async def login(request: Request) -> Response:
        try:
            told = await request.json()
        except (ValueError, RecursionError):
            told = None
        given = told.get("token") if isinstance(told, dict) else None
        if not token:
            return Response(status_code=204)
        if not isinstance(given, str) or not same(given, token):
            return error_response(401, "that is not the token", "Unauthorized")
        return Response(status_code=204, headers={"set-cookie": request.scope["cookie"]})

    return Route(LOGIN, login, methods=["POST"])


async def refused(_: Request, error: Exception) -> Response:
    """The answer for an error of ours."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    headers = {"retry-after": str(error.retry_s)} if isinstance(error, QueueFull) else None
    return error_response(status, str(error), type(error).__name__, headers)


async def not_there(_: Request, error: Exception) -> Response:
    """The answer where there is no such path or method."""
    assert isinstance(error, HTTPException)
    return error_response(error.status_code, str(error.detail), "InputError", error.headers)


def error_response(status: int, message: str, kind: str, headers: Any = None) -> JSONResponse:  # noqa: ANN401 - as the library
    """An error as pages and OpenAI's clients read it."""
    error = {"message": message, "type": kind, "code": None, "param": None}
    return JSONResponse({"error": error}, status_code=status, headers=headers)


class _Server(uvicorn.Server):
    """Tells the desk that the end is near, so that streams end in time."""

    desk: Desk

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came."""
        self.desk.leave_soon()
        super().handle_exit(sig, frame)


def _listening(settings: ServeSettings) -> socket.socket:
    """The socket. Raises InputError where the address cannot be had."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family, backlog=1024)
    except OSError as error:
        raise InputError(
            f"cannot listen at {settings.host}:{settings.port}: {error.strerror}; choose another --port or --host"
        ) from error


def serve(
    home: Path, settings: ServeSettings, token: str, on_start: Callable[[str], None], rooms: Rooms | None = None
) -> None:
    """Serve until a signal ends it. Raises InputError for a file of keys that is none, and where the port is taken.

    `token`: as `checked_token` gave it. `on_start`: told the address. `rooms`: as for `application`.
    """
    desk = Desk(home, settings)
    keys = ClientKeys(settings.keys) if settings.keys else None
    config = uvicorn.Config(
        application(desk, token, keys, rooms), host=settings.host, port=settings.port, access_log=False, log_level="warning",
        ws="none", server_header=False, timeout_graceful_shutdown=SHUTDOWN_S, timeout_keep_alive=KEEP_OPEN_S,
        lifespan="on", proxy_headers=True, http=ImpatientProtocol,
    )  # fmt: skip
    logging.getLogger("longwriter").setLevel(logging.INFO)
    allow_files()
    server = _Server(config)
    server.desk = desk
    sock = _listening(settings)
    host, port = sock.getsockname()[:2]
    on_start(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    before = signal.getsignal(signal.SIGHUP)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, server.handle_exit)
    try:
        server.run(sockets=[sock])
    finally:
        signal.signal(signal.SIGHUP, before)

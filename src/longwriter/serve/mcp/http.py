"""The protocol over HTTP: one route, beside the page or alone."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NamedTuple

from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import BaseRoute

from longwriter.serve.desk import Desk
from longwriter.serve.mcp.server import LongwriterServer

PATH = "/mcp"


class Mounted(NamedTuple):
    """A route, and what has to be entered while it is served."""

    route: BaseRoute
    running: Callable[[], AbstractAsyncContextManager[None]]


def mounted(desk: Desk, *, max_cost: float | None = None, files: Path | None = None) -> Mounted:
    """The place of the protocol in an app. Whoever asks has been let in: hosts, origins and tokens are the app's to check.

    `max_cost`, `files`: as `LongwriterServer` takes them. Raises InputError.
    """
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    server = LongwriterServer(desk, max_cost=max_cost, files=files)
    app = server.streamable_http_app(streamable_http_path=PATH, transport_security=unguarded)
    return Mounted(app.routes[0], server.session_manager.run)

"""The protocol over HTTP: one route, beside the page or alone."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import BaseRoute

from longwriter.serve.desk import Desk
from longwriter.serve.mcp.server import server

PATH = "/mcp"


class Mounted(NamedTuple):
    """A route, and what has to be entered while it is served."""

    route: BaseRoute
    running: Callable[[], AbstractAsyncContextManager[None]]


def mounted(desk: Desk, *, read_only: bool = False, max_cost: float | None = None) -> Mounted:
    """The place of the protocol in an app. Whoever asks has been let in: hosts, origins and tokens are the app's to check.

    `max_cost`: US dollars of all that clients begin while the server runs. Raises InputError.
    """
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    made = server(desk, read_only=read_only, max_cost=max_cost)
    app = made.streamable_http_app(streamable_http_path=PATH, transport_security=unguarded)
    return Mounted(app.routes[0], made.session_manager.run)

"""The addresses of the page."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from longwriter.serve.desk import Desk
from longwriter.serve.page import outlines, revisions, runs, sections
from longwriter.serve.page.starting import Starting
from longwriter.serve.page.static import asset, view
from longwriter.serve.page.streams import ListWatch, watch_run
from longwriter.serve.sse import EventStream

Handler = Callable[[Request, Desk], Awaitable[Response]]
VIEWS = ("/", "/new", "/runs/{run}", "/runs/{run}/outline", "/runs/{run}/sections/{section:int}", "/runs/{run}/report")
RUN = "/api/runs/{run}"
SECTION = RUN + "/sections/{section:int}"
TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/me", runs.me),
    ("GET", "/api/runs", runs.listed),
    ("POST", "/api/undo", runs.undo),
    ("POST", "/api/outline/parse", outlines.parsed),
    ("GET", RUN, runs.one),
    ("DELETE", RUN, runs.delete),
    ("GET", RUN + "/text", sections.texts),
    ("GET", RUN + "/events", watch_run),
    ("POST", RUN + "/go", runs.go),
    ("POST", RUN + "/pause", runs.acting(Desk.pause)),
    ("POST", RUN + "/after", runs.acting(Desk.after_section)),
    ("POST", RUN + "/permit", runs.acting(Desk.permit)),
    ("POST", RUN + "/approve", runs.acting(Desk.approve)),
    ("POST", RUN + "/review", runs.review),
    ("POST", RUN + "/outline/preview", outlines.preview),
    ("PUT", RUN + "/outline", outlines.follow),
    ("GET", RUN + "/snapshots", runs.snapshots),
    ("POST", RUN + "/snapshots", runs.snapshot),
    ("POST", RUN + "/snapshots/{entry:int}/restore", runs.restore),
    ("GET", RUN + "/ledger", runs.ledger),
    ("PUT", RUN + "/ledger", runs.say_facts),
    ("GET", RUN + "/revision", revisions.revision),
    ("POST", RUN + "/revision", revisions.mend),
    ("POST", RUN + "/revision/back", revisions.back),
    ("POST", RUN + "/dismissed", revisions.dismissed),
    ("POST", RUN + "/redo-stale", sections.redo_stale),
    ("GET", RUN + "/export/{form}", runs.export),
    ("PUT", SECTION, sections.edit),
    ("GET", SECTION + "/versions", sections.all_versions),
    ("GET", SECTION + "/versions/{entry:int}", sections.one_version),
    ("GET", SECTION + "/diff", sections.difference),
    ("POST", SECTION + "/drafts", sections.drafts),
    ("POST", SECTION + "/redo", sections.redo),
    ("POST", SECTION + "/accept", sections.accept),
)
"""Every address that needs nothing but the desk."""


def routes(desk: Desk) -> list[BaseRoute]:
    """The page's routes: its JSON, its streams, its own files."""
    starting, reports, watch = Starting(desk), runs.Reports(desk), ListWatch(desk)

    async def watch_list(_: Request) -> Response:
        return EventStream(watch.events())

    own: list[BaseRoute] = [
        Route("/api/models", starting.models),
        Route("/api/estimate", starting.estimate, methods=["POST"]),
        Route("/api/runs", starting.begin, methods=["POST"]),
        Route("/api/import", starting.draft, methods=["POST"]),
        Route("/api/events", watch_list),
        Route(RUN + "/report", reports.report),
        Route("/assets/{name}", asset),
        *(Route(path, view) for path in VIEWS),
    ]
    return [*(_route(desk, method, path, handler) for method, path, handler in TABLE), *own]


def _route(desk: Desk, method: str, path: str, handler: Handler) -> BaseRoute:
    async def handle(request: Request) -> Response:
        return await handler(request, desk)

    return Route(path, handle, methods=[method])

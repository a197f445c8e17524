"""The page's own files: one HTML page for every view, its scripts and styles, each with a tag by which a browser keeps it."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MEDIA = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}
"""What is served; no other file is."""


class _Asset(NamedTuple):
    body: bytes
    media: str
    tag: str


@cache
def _assets() -> dict[str, _Asset]:
    """The files by name, read once: no name of a request reaches the file system."""
    found = {}
    for file in (files("longwriter.serve.page") / "assets").iterdir():
        media = MEDIA.get(file.name.rpartition(".")[2])
        if media is not None and file.is_file():
            body = file.read_bytes()
            found[file.name] = _Asset(body, media, f'"{hashlib.sha256(body).hexdigest()[:24]}"')
    return found


def _answer(request: Request, name: str) -> Response:
    asset = _assets().get(name)
    if asset is None:
        raise HTTPException(404, "no such file")
    headers = {
        "etag": asset.tag,
        "cache-control": "no-cache",
    }  # kept, and asked about each time: an update is seen at once
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if asset.tag in known:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media, headers=headers)


async def asset(request: Request) -> Response:
    """A file of the page."""
    return _answer(request, request.path_params["name"])


async def view(request: Request) -> Response:
    """The page; which view it shows is in the path, and its script's business."""
    return _answer(request, "index.html")

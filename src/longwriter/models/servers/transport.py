"""The HTTP client under the `openai` package: stays at its host, and unpacks and reads no more than it should.

1. A redirect is followed on the same host alone: the request holds the user's text and key. 2. Bodies are asked for
uncompressed; what comes compressed is unpacked piece by piece. 3. Of a refusal only the beginning is read.
Headers are bounded by the HTTP library (100 KiB).
"""

import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2

from longwriter.models.servers.sse import MOST_BODY, TooMuch

MOST_REFUSAL = 2**18
"""Bytes of a refusal that are read."""
PIECE = 2**16
HOPS = 5


class Redirected(Exception):  # noqa: N818 - a state of the server
    """The server points elsewhere; the message says where."""


class BoundedClient(httpx2.AsyncClient):
    """An HTTP client that stays at its host and bounds what it reads."""

    own: Mapping[str, str | None] = {}
    """Headers that replace those of the package; None: it is not sent."""

    async def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """Send a request. Raises Redirected or TooMuch, besides what the library raises."""
        options["follow_redirects"] = False
        for name, value in self.own.items():
            request.headers.pop(name, None)
            if value is not None:
                request.headers[name] = value
        response = await super().send(request, stream=True, **options)
        for _ in range(HOPS):
            following = response.next_request
            if following is None:
                break
            await response.aclose()
            if following.method != request.method or not _same_host(request.url, following.url):
                raise Redirected(f"the server redirects to {following.url.copy_with(query=None)}")
            response = await super().send(following, stream=True, **options)
        refused = response.status_code >= 300
        packed = response.headers.pop("content-encoding", "identity").lower()
        response.stream = _Bounded(
            response.stream, packed, MOST_REFUSAL if refused else 0 if stream else MOST_BODY, refused
        )
        if not stream:
            try:
                await response.aread()
            finally:
                await response.aclose()
        return response


class _Bounded(httpx2.AsyncByteStream):
    """Unpacked bytes of a body; beyond `most` (0: no bound) they are left out, or a TooMuch."""

    def __init__(self, inner: object, packed: str, most: int, leave_out: bool) -> None:
        assert isinstance(inner, httpx2.AsyncByteStream)
        self._inner, self._packed, self._most, self._leave_out = inner, packed, most, leave_out

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        pieces = self._inner.__aiter__() if self._packed in ("identity", "") else self._unpacked()
        async for piece in pieces:
            size += len(piece)
            if self._most and size > self._most:
                if self._leave_out:
                    return
                raise TooMuch(f"the body is longer than {self._most >> 20} MiB")
            yield piece

    async def _unpacked(self) -> AsyncIterator[bytes]:
        if self._packed not in ("gzip", "x-gzip", "deflate"):
            raise httpx2.DecodingError(f"the answer is packed as {self._packed[:20]}, which was not asked for")
        inflate = zlib.decompressobj(47)  # gzip or zlib, as the head says
        try:
            async for piece in self._inner:
                while piece:
                    yield inflate.decompress(piece, PIECE)
                    piece = inflate.unconsumed_tail
        except zlib.error as error:
            raise httpx2.DecodingError(f"the answer is packed badly: {error}") from None

    async def aclose(self) -> None:
        await self._inner.aclose()


def _same_host(one: httpx2.URL, other: httpx2.URL) -> bool:
    """The same server, or its encrypted door."""
    if one.host != other.host:
        return False
    return (one.scheme, one.port) == (other.scheme, other.port) or (one.scheme, other.scheme) == ("http", "https")

"""Connections of clients that ask for nothing: each holds a descriptor, and without one no run can write its journal."""

import asyncio
import resource
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

MOST = 1000
"""Connections at a time; a further one is closed as it comes."""
HEAD_S = 20.0
"""How long a new connection may take to send the head of its first request."""
FILES = 2 * MOST + 500
"""Descriptors: a connection may hold one to the model's server, too."""

if TYPE_CHECKING:
    Protocol = Any
else:
    Protocol = AutoHTTPProtocol


class ImpatientProtocol(Protocol):  # type: ignore[misc, unused-ignore]  # which class it is, uvicorn decides
    """HTTP as uvicorn speaks it, with an end to waiting and to the number of those that wait."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """A client connects."""
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
        else:
            self._patience = self.loop.call_later(HEAD_S, self._give_up)

    def _give_up(self) -> None:
        """Nothing was asked in time."""
        if self.cycle is None:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client leaves."""
        if self._patience is not None:
            self._patience.cancel()
        super().connection_lost(exc)


def allow_files() -> None:
    """Let this process open as many files as `MOST` connections and the runs need, as far as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

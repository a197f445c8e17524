"""A call as the run's watcher sees it: what it waits for, what is heard of it, and its end, as `events`."""

from longwriter.models.base import Listener, Pause, tell_pause
from longwriter.types import Reply
from longwriter.writer.events import CallEnded, CallHeard, CallPaused, CallStarted, OnEvent


class Told:
    """A listener for one call that tells the run's watcher what it hears, and passes it on."""

    def __init__(self, call: int, step: str, listener: Listener | None, on_event: OnEvent) -> None:
        """`listener` None: nobody else listens."""
        self._call, self._step, self._listener, self._on_event = call, step, listener, on_event
        on_event(CallStarted(call, step))

    def begin(self) -> None:
        """A try begins."""
        self._on_event(CallStarted(self._call, self._step))
        if self._listener is not None:
            self._listener.begin()

    def hear(self, piece: str) -> bool:
        """The next piece."""
        self._on_event(CallHeard(self._call, piece))
        return self._listener is not None and self._listener.hear(piece)

    def wait(self, pause: Pause) -> None:
        """No text for now."""
        self._on_event(CallPaused(self._call, pause))
        tell_pause(self._listener, pause)

    def end(self, reply: Reply | None) -> None:
        """The call has its reply, or failed."""
        counted = None if reply is None or reply.thinking else reply.usage.completion_tokens
        self._on_event(CallEnded(self._call, counted))

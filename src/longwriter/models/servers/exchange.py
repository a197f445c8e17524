"""One request and its answer, read as it comes and bounded in every way.

Bounds: bytes; time without progress (text, thinking or an end), whatever else trickles in; time in all; text and thinking
far beyond the tokens asked for. The connection is closed at once when a bound is passed, the listener has enough, or the
task is cancelled.
"""

import asyncio
from contextlib import aclosing

import httpx2
from openai import AsyncOpenAI

from longwriter.models.base import Listener, Pause, tell_pause
from longwriter.models.servers.answers import ServerAnswer
from longwriter.models.servers.refusals import words_of
from longwriter.models.servers.sse import Events, Malformed

TOKEN_S = 2.0
"""Longest mean time of a token, for the time that a whole answer may take."""
TOKENS_UNASKED = 65_536
"""Where a request sets no limit, an answer is bounded as if it had asked for so many."""
LONGEST_UNASKED_S = 4 * 3600.0
MOST_BYTES, BYTES_A_TOKEN = 2**26, 2**12
"""Bounds of a streamed answer; an event with all that servers put around a token has 300 to 1,000 bytes."""
AFTER_FINISH_S = 5.0
"""Wait for what follows the end of the text, such as usage."""
RAW = {"X-Stainless-Raw-Response": "stream"}
"""Tells the package to leave the body unread: its own reading costs more CPU a piece than ours, and has no bounds."""


class Exchange:
    """Asks once; `answer` is what came, `left` whether it was left before its end."""

    def __init__(
        self, timeout_s: float, most_tokens: int | None, listener: Listener | None, *, by_line: bool = False
    ) -> None:
        """`timeout_s`: longest time without progress. `most_tokens`: asked for; None: no limit was. `by_line`: see `Events`."""
        tokens = TOKENS_UNASKED if most_tokens is None else most_tokens
        self.answer, self.left = ServerAnswer(tokens), False
        self._events = Events(MOST_BYTES + BYTES_A_TOKEN * tokens, by_line=by_line)
        self._timeout_s, self._listener = timeout_s, listener
        self._longest_s = timeout_s + (LONGEST_UNASKED_S if most_tokens is None else TOKEN_S * tokens)

    async def run(self, client: AsyncOpenAI, body: dict[str, object], path: str = "/chat/completions") -> None:
        """Raises what the package, `sse`, `answers` and `transport` raise; httpx2.TransportError for a cut or slow answer."""
        deadline = asyncio.get_running_loop().time() + self._longest_s
        fault: httpx2.TransportError | None = None
        try:
            async with asyncio.timeout(self._timeout_s) as clock:
                response = await client.post(path, cast_to=httpx2.Response, body=body, options={"headers": RAW})
                try:
                    await self._read(response, clock, deadline)
                finally:
                    await response.aclose()
        except TimeoutError:
            late = asyncio.get_running_loop().time() >= deadline
            fault = httpx2.ReadTimeout(
                "the answer took too long" if late else f"no text came for {self._timeout_s:g} s"
            )
        except (httpx2.TransportError, httpx2.StreamError) as error:
            fault = httpx2.ReadError(f"{type(error).__name__} {error}")
        if not self.left:
            self._end(fault)

    async def _read(self, response: httpx2.Response, clock: asyncio.Timeout, deadline: float) -> None:
        now, answer, events = asyncio.get_running_loop().time, self.answer, self._events
        async with aclosing(response.aiter_bytes()) as chunks:
            async for chunk in chunks:
                moved = events.whole and not chunk.isspace()
                for event in events.feed(chunk):
                    shown, went_on = answer.take(event)
                    moved = moved or went_on
                    if answer.silent:
                        tell_pause(self._listener, Pause("thinking"))
                    enough = bool(shown) and self._listener is not None and self._listener.hear(shown)
                    if enough or answer.over:
                        self.left = True
                        return
                if events.done:
                    return
                if moved:
                    wait_s = min(AFTER_FINISH_S, self._timeout_s) if answer.finish else self._timeout_s
                    clock.reschedule(min(now() + wait_s, deadline))

    def _end(self, fault: httpx2.TransportError | None) -> None:
        """Take what the last bytes hold. Raises `fault`, or that the answer is cut, where it is not complete."""
        answer, events, shown, broken = self.answer, self._events, "", None
        try:
            shown = "".join([answer.take(event)[0] for event in events.close()])
        except Malformed as error:
            broken = error
        complete = answer.finish is not None or (events.whole and answer.begun)
        if events.whole and not answer.met and not fault:
            broken = broken or Malformed(f"no choices: {words_of(answer.stray) or 'nothing'}")
        problem = fault or broken
        if problem and not complete:
            raise problem
        if not complete and not (events.done or events.whole):  # a proxy may end a cut stream in good form
            raise httpx2.ReadError("the stream ended before the reply did")
        shown += answer.close()
        if shown and self._listener is not None:
            self._listener.hear(shown)

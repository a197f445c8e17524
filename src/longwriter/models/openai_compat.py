"""Any server that speaks OpenAI's chat protocol: vLLM, SGLang, llama.cpp, Ollama, hosted ones.

1. The `openai` package sends, over a client that stays at its host (`transport`); the bytes of the answer are read by
`exchange`, event by event (`sse`, `answers`), so that odd servers are understood and memory stays flat. 2. Every reply
streams, unless the server refuses that; it is bounded in bytes, in time, in time without progress, and in text far beyond
what was asked for. 3. What a server refuses by name is left out from then on (`refusals`). 4. Retries follow
`retry.Backoff`; every other failure is a SetupError that says what to do. 5. The key is read from the environment, and is
masked in all that servers say.
Left out: prefilled replies (few servers continue them), tools.
"""

import asyncio
import os
from typing import NamedTuple

import httpx2
import openai
from openai import AsyncOpenAI
from pydantic import HttpUrl, TypeAdapter, ValidationError

from longwriter.characters import printable
from longwriter.config import fault
from longwriter.errors import EmptyReply, InputError, PromptTooLong, Refused, SetupError, Unavailable
from longwriter.models.answers import Answer, Failed, ending
from longwriter.models.base import Listener, Listens, ModelConfig, Pause, listening, tell_pause
from longwriter.models.caching import Hints
from longwriter.models.exchange import Exchange
from longwriter.models.listing import Entry, entries
from longwriter.models.prices import is_local
from longwriter.models.refusals import PASSING, Quirks, too_long, words_of
from longwriter.models.retry import Backoff, asked_wait
from longwriter.models.sse import Malformed, TooMuch, decoded, parsed
from longwriter.models.transport import BoundedClient, Redirected
from longwriter.text import counted
from longwriter.types import Reply, Request

DEFAULT_URL = "https://api.openai.com/v1"
NO_KEY = "none"
"""Sent to local servers without a key; the client insists on some text."""
CONNECT_S = 10.0
FIRST_CONTACT_S = 10.0
"""Retry budget for a server that never answered: it is more likely down or misspelt than busy."""
LISTING_S = 10.0
MOST_EMPTY = 3
SAID_CHARS = 300
OFFERED = 8

BROKEN = (TooMuch, openai.APIError, httpx2.HTTPError, httpx2.StreamError)


class _Fault(NamedTuple):
    """A failure worth another try."""

    message: str
    asked_s: float | None = None
    """What `Retry-After` asked for."""
    unreached: bool = False
    """No OpenAI-compatible server was met at the address."""
    empty: bool = False
    """The answer was in good form, but held no text."""


class _Refusal(NamedTuple):
    """An answer that is an error, in the status line or in a body."""

    status: int
    code: str
    said: str
    asked_s: float | None = None


class OpenAICompatible:
    """A model at an OpenAI-compatible endpoint. One instance serves one event loop, with any number of calls at once.

    The client keeps up to 1000 connections, 100 of them open between calls.
    """

    prefill = False

    def __init__(self, config: ModelConfig, rest: str) -> None:
        if not rest.strip():
            raise InputError("the model's name is empty; use --model NAME")
        self.name = rest
        self._config = config
        url = config.base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_URL
        self._shown_url = _checked(url)
        self._key = _key(config.key_env, url)
        self._quirks, self._hints = Quirks(rest), Hints(url, rest)
        self._met = False
        self._listing: tuple[Entry, ...] | None = None
        self._listing_lock = asyncio.Lock()
        timeout = openai.Timeout(config.timeout_s, connect=min(CONNECT_S, config.timeout_s))
        http = BoundedClient(timeout=timeout, limits=openai.DEFAULT_CONNECTION_LIMITS)
        self._client = AsyncOpenAI(
            api_key=self._key,
            base_url=url,
            max_retries=0,
            timeout=timeout,
            http_client=http,
            default_headers={"Accept-Encoding": "identity"},
        )

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        """Answer. Raises Refused, besides what every model raises."""
        listener = listening(listener)
        backoff = Backoff(self._config.retry_s)
        empties = 0
        while True:
            if listener is not None:
                listener.begin()
            heard = await self._attempt(request, listener)
            if heard is None:
                continue  # the server refused a field, which is left out from now on
            if isinstance(heard, Reply):
                return heard
            empties = empties + 1 if heard.empty else empties
            wait = backoff.next_wait(heard.asked_s, FIRST_CONTACT_S if heard.unreached else None)
            if heard.empty and (wait is None or empties == MOST_EMPTY):
                raise EmptyReply(
                    f"{self.name} answered without text, {counted(empties, 'time')} in a row{heard.message}"
                )
            if wait is None:
                raise Unavailable(self._gave_up(heard, backoff))
            most = MOST_EMPTY - 1 if heard.empty else backoff.most(heard.asked_s)
            tell_pause(listener, Pause("retry", None, wait, backoff.tries, most, heard.message))
            await asyncio.sleep(wait)

    async def window(self) -> int | None:
        """Context window in tokens as /models tells it; None where it does not."""
        listed = await self._entries()
        named = [e for e in listed if e.id == self.name] or list(listed if len(listed) == 1 else ())
        return named[0].window if named else None

    def count_tokens(self, text: str) -> int | None:  # noqa: ARG002 - the protocol's signature
        """None: only the server has the vocabulary."""
        return None

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.close()

    async def _attempt(self, request: Request, listener: Listener | None) -> Reply | _Fault | None:
        """One try. None: a field was refused and will be left out. Raises SetupError for what no retry mends.

        Errors are raised outside of the handlers: the client's own carry request headers, the key among them.
        """
        body = self._hints.add(self._quirks.body(request), request)
        exchange = Exchange(self._config.timeout_s, request.max_tokens, listener)
        try:
            await exchange.run(self._client, body)
        except openai.APIStatusError as error:
            self._met = True
            said = words_of(error.response.text) or error.message
            refusal = _Refusal(
                error.status_code, f"{error.code} {error.type}", said, asked_wait(error.response.headers)
            )
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            # By name, because the openai package has changed its HTTP library between versions.
            name = type(cause).__name__
            return _Fault(self._clean(f"{name} {cause}"), unreached=not self._met and name.startswith("Connect"))
        except Failed as error:
            self._met = True
            if error.status is None:
                return _Fault(self._clean(error.said))
            refusal = _Refusal(error.status, "", error.said)
        except Redirected as error:
            refusal = _Refusal(307, "", str(error))
        except Malformed as error:
            said = f"the answer is not what the OpenAI protocol prescribes ({error})"
            return _Fault(self._clean(said), unreached=not self._met)
        except BROKEN as error:
            return _Fault(self._clean(str(error) or type(error).__name__))
        else:
            self._met = True
            return self._judged(exchange.answer, exchange.left, request)
        return await self._refused(refusal, body)

    def _judged(self, answer: Answer, left: bool, request: Request) -> Reply | _Fault:
        """The reply, or why it is none. Raises EmptyReply for what another try would only repeat."""
        text, finish = answer.filter.text, ending(answer.finish)
        if left:
            finish = "stop" if answer.filter.ended else "cut"  # type: ignore[assignment]
        if finish == "again":
            broken = f" after {len(text)} characters" if text else ""
            return _Fault(self._clean(f"the answer broke off{broken}: finish_reason {answer.finish!r}"))
        if text.strip():
            return Reply(text=text, finish=finish, usage=answer.usage, thinking=answer.thinking)
        if answer.refusal.strip():
            raise Refused(f"{self.name} refuses: {self._clean(answer.refusal)}")
        if finish == "filter":
            raise EmptyReply(
                f"{self.name}: refused by the provider's content filter (finish_reason {self._clean(str(answer.finish))!r})"
            )
        if left and not answer.filter.ended:
            raise EmptyReply(
                f"{self.name} went on for {answer.unseen} characters of thinking or blanks without a word of text"
            )
        if finish == "length" and answer.thinking:
            spent = answer.usage.completion_tokens or request.max_tokens or "its"
            raise EmptyReply(f"{self.name} spent all {spent} tokens on thinking; raise --max-section-tokens")
        mark = answer.filter.ended
        return _Fault(f"; the first thing written is {mark}: is this a chat model?" if mark else "", empty=True)

    async def _refused(self, refusal: _Refusal, body: dict[str, object]) -> _Fault | None:
        """None: something changed, so ask again. Raises SetupError for what no retry mends."""
        status, said = refusal.status, self._clean(refusal.said)
        busy = (
            status in (408, 409, 425, 429)
            or status >= 500
            or (status == 400 and PASSING.search(said.lower()) is not None)
        )
        if not (busy and status != 500) and (
            self._hints.adapt(status, said, body) or self._quirks.adapt(status, said, body)
        ):
            return None
        spent = f"{status} {refusal.code} {said}".lower()
        if busy and "insufficient_quota" not in spent and "exceeded your current quota" not in spent:
            return _Fault(f"{status} {said}", asked_s=refusal.asked_s)
        advice = await self._advice(status, refusal.code, said)
        raise PromptTooLong(advice, said) if too_long(said) else SetupError(advice)

    async def _advice(self, status: int, code: str, said: str) -> str:
        lower, at, env = said.lower(), f"{self._shown_url} ({status}: {said})", self._config.key_env
        if too_long(said):
            return (
                f"the prompt does not fit the context window of {self.name}; set --window N to its size in tokens: {at}"
            )
        if status == 307:
            return f"{said}, to which neither the text nor the key is sent; use --base-url with the address itself"
        if status == 404 or "model_not_found" in code or ("model" in lower and "does not exist" in lower):
            offered = [e.id for e in await self._entries()]
            if not offered:
                return f"no model {self.name!r} here, or no such address; most base URLs end in /v1: {at}"
            names = self._clean(", ".join(offered[:OFFERED])) + (", ..." if len(offered) > OFFERED else "")
            return f"no model {self.name!r} here; use --model with one of: {names}: {at}"
        if status == 401:
            missing = self._key == NO_KEY
            return f"the server wants a key; set {env}: {at}" if missing else f"the key in {env} is not accepted: {at}"
        if status == 403:
            return f"the key in {env} has no access to {self.name}: {at}"
        if status in (402, 429):
            return f"the account behind {env} has no credit left: {at}"
        return f"the server refuses the request: {at}"

    def _gave_up(self, fault: _Fault, backoff: Backoff) -> str:
        tries = f"gave up after {counted(backoff.tries, 'try', 'tries')} in {backoff.spent_s:.0f} s"
        if fault.unreached:
            hint = "is the server running, and is its base URL complete, most often with /v1 at the end?"
            return f"cannot reach a model at {self._shown_url}: {hint} ({tries}: {fault.message})"
        return f"{self._shown_url} {tries}: {fault.message}; the same command goes on from here"

    async def _entries(self) -> tuple[Entry, ...]:
        """What /models lists, asked once; nothing where it is not to be had."""
        async with self._listing_lock:
            if self._listing is None:
                try:
                    async with asyncio.timeout(LISTING_S):
                        listed = await self._client.get("/models", cast_to=httpx2.Response)
                    self._listing = entries(parsed(decoded(listed.content)))
                except (TimeoutError, Malformed, Redirected, *BROKEN):
                    self._listing = ()
            return self._listing

    def _clean(self, text: str) -> str:
        """What a server said, on one line, fit for a terminal, cut, without the key."""
        text = " ".join(printable(text).split())
        return (text if self._key == NO_KEY else text.replace(self._key, "***"))[:SAID_CHARS]


def _checked(url: str) -> str:
    """The URL as it may be shown: no user, password or query. Raises SetupError if it is none."""
    try:
        parts = TypeAdapter(HttpUrl).validate_python(url)
    except ValidationError as error:
        raise SetupError(
            f"the base URL is not usable ({fault(error)[1]}); it looks like http://localhost:8000/v1"
        ) from None
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    return f"{parts.scheme}://{parts.host}{port}{(parts.path or '').rstrip('/')}"


def _key(env: str, url: str) -> str:
    """The key; local servers get along without. Raises SetupError if it is missing or cannot be one."""
    key = os.environ.get(env, "").strip()
    if not key and is_local(url):
        return NO_KEY
    if not key:
        raise SetupError(f"no key: set {env}, or pass --base-url for a local server")
    if not (key.isascii() and key.isprintable()):
        raise SetupError(f"{env} holds characters that no key has; was it pasted whole and alone?")
    return key

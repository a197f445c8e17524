"""Any server that speaks OpenAI's chat protocol: vLLM, SGLang, llama.cpp, hosted ones; and Ollama in its own (`ollama`).

Which server a name means, and what is known of it, says `providers`. 1. The `openai` package sends, over a client that
stays at its host (`transport`); the bytes of the answer are read by `exchange`, event by event (`sse`, `answers`), so that
odd servers are understood and memory stays flat. 2. Every reply streams, unless the server refuses that; it is bounded in
bytes, in time, in time without progress, and in text far beyond what was asked for. 3. What a server refuses by name is
left out from then on (`refusals`). 4. Retries follow `retry.Backoff`; every other failure is a SetupError that says what to
do. 5. Key and headers are read from the environment, and are masked in all that servers say.
Left out: prefilled replies (few servers continue them), tools.
"""

import asyncio
import os
from collections.abc import Sequence
from typing import NamedTuple

import httpx2
import openai
from openai import AsyncOpenAI
from pydantic import HttpUrl, TypeAdapter, ValidationError

from longwriter.characters import printable
from longwriter.config import fault
from longwriter.errors import EmptyReply, InputError, PromptTooLong, Refused, SetupError, Unavailable
from longwriter.models.base import Listener, Listens, ModelConfig, Pause, listening, tell_pause
from longwriter.models.headers import revealed, secrets
from longwriter.models.prices import is_local
from longwriter.models.servers import ollama
from longwriter.models.servers.answers import Failed, ServerAnswer, ending
from longwriter.models.servers.caching import Hints
from longwriter.models.servers.exchange import RAW, Exchange
from longwriter.models.servers.listing import ListedModel, entries
from longwriter.models.servers.providers import Route, route
from longwriter.models.servers.refusals import PASSING, RATE, SPENT, Quirks, expanded, laid, too_long, words_of
from longwriter.models.servers.retry import Backoff, asked_wait, said_wait
from longwriter.models.servers.sse import Malformed, TooMuch, decoded, parsed
from longwriter.models.servers.transport import BoundedClient, Redirected
from longwriter.models.servers.windows import Lookup, look_up
from longwriter.text import counted
from longwriter.types import Reply, Request

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
    """What the server asked for."""
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
    by_time: bool = False
    """Its words name a wait, so it is no lack of money."""


class OpenAICompatible:
    """A model at an OpenAI-compatible endpoint. One instance serves one event loop, with any number of calls at once.

    The client keeps up to 1000 connections, 100 of them open between calls.
    """

    prefill = False

    def __init__(self, config: ModelConfig, rest: str) -> None:
        if not rest.strip():
            raise InputError("the model's name is empty; use --model NAME")
        self._config = config
        self._route = where = route(config)
        self.name, url = where.name, where.url
        self._shown_url = _checked(url)
        own = revealed(config.headers)
        self._env, self._key = _key(where, keyless=any(name.lower() == "authorization" for name in own))
        self._secrets = secrets([*own.values(), *([] if self._key == NO_KEY else [self._key])])
        self._quirks, self._hints = _known(where, config), Hints(url, self.name)
        self._met = False
        self._listing: tuple[ListedModel, ...] | None = None
        self._window: int | None = None
        self._looked_up = False
        self._num_ctx = 0
        self._listing_lock = asyncio.Lock()
        timeout = openai.Timeout(config.timeout_s, connect=min(CONNECT_S, config.timeout_s))
        http = BoundedClient(timeout=timeout, limits=openai.DEFAULT_CONNECTION_LIMITS)
        key_header = where.provider.key_header
        http.own = ({"Authorization": None, key_header: self._key} if key_header else {}) | own
        self._client = AsyncOpenAI(
            api_key=self._key,
            base_url=url,
            max_retries=0,
            timeout=timeout,
            http_client=http,
            default_query=where.query,
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
        """Context window in tokens as the server tells it, else as it is known of such models; None where neither is."""
        if not self._looked_up:
            self._window = await self._told_window()
            self._looked_up = True
        return self._window

    async def _told_window(self) -> int | None:
        way, kind = self._route.provider.window, self._route.kind
        found = Lookup(None)
        if way not in ("models", "none"):
            found = await look_up(way, self._fetch, self._route.url, self.name)
        if way == "ollama":
            own = self._config.extra_body.get("options")
            stated = own.get("num_ctx") if isinstance(own, dict) else None
            if isinstance(stated, int):
                return stated
            return found.window if found.chosen or not found.window else min(found.window, ollama.MOST)
        if found.window is None and way != "none":
            listed = await self._entries()
            named = [e for e in listed if e.id == self.name] or list(listed if len(listed) == 1 else ())
            found = Lookup(named[0].window if named else None)
            if named and named[0].owner == "llamacpp" and way == "models":
                found = Lookup((await look_up("props", self._fetch, self._route.url, self.name)).window or found.window)
        return found.window or (kind.window if kind else None)

    def count_tokens(self, text: str) -> int | None:  # noqa: ARG002 - the protocol's signature
        """None: only the server has the vocabulary."""
        return None

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.close()

    async def listed(self) -> tuple[ListedModel, ...]:
        """What the server lists now; nothing where that is not to be had."""
        return entries(await self._fetch("/models"))

    async def forward(self, path: str, body: dict[str, object]) -> httpx2.Response:
        """The server's own answer to a request as somebody else made it, of this model; refusals too.

        The body of a good answer is unread: close it. Raises Unavailable.
        """
        asked = laid({**body, "model": self.name}, self._config.extra_body)
        try:
            return await self._client.post(path, cast_to=httpx2.Response, body=asked, options={"headers": RAW})
        except openai.APIStatusError as error:
            return error.response
        except (Redirected, *BROKEN) as error:
            fault = self._clean(f"{type(error).__name__} {error}")
        raise Unavailable(f"cannot reach a model at {self._shown_url}: {fault}")

    def cleaned(self, said: str) -> str:
        """What the server said in a refusal, as it may be shown: its sentence on one line, without keys."""
        return self._clean(words_of(said))

    async def _attempt(self, request: Request, listener: Listener | None) -> Reply | _Fault | None:
        """One try. None: a field was refused and will be left out. Raises SetupError for what no retry mends.

        Errors are raised outside of the handlers: the client's own carry request headers, the key among them.
        """
        body = self._hints.add(self._quirks.body(request), request)
        native = self._route.provider.prefix == "ollama"
        exchange = Exchange(self._config.timeout_s, request.max_tokens, listener, by_line=native)
        try:
            if native:
                await exchange.run(self._client, await self._native(body, request), ollama.address(self._route.url))
            else:
                await exchange.run(self._client, body)
        except openai.APIStatusError as error:
            self._met = True
            text = error.response.text
            header_s, words_s = asked_wait(error.response.headers), said_wait(text)
            refusal = _Refusal(
                error.status_code,
                f"{error.code} {error.type}",
                words_of(text) or error.message,
                words_s if header_s is None else header_s,
                words_s is not None,
            )
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            # By name, because the openai package has changed its HTTP library between versions.
            name = type(cause).__name__
            return _Fault(self._clean(f"{name} {cause}"), unreached=not self._met and name.startswith("Connect"))
        except Failed as error:
            self._met = True
            if error.status is None and not SPENT.search(error.said.lower()):
                return _Fault(self._clean(error.said), error.asked_s)
            refusal = _Refusal(error.status or 429, "", error.said, error.asked_s, error.asked_s is not None)
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

    def _judged(self, answer: ServerAnswer, left: bool, request: Request) -> Reply | _Fault:
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
                f"{self.name} went on for {answer.unseen} characters of thinking or whitespace without a word of text"
            )
        if finish == "length" and answer.thinking:
            spent = answer.usage.completion_tokens or request.max_tokens or "its"
            raise EmptyReply(f"{self.name} spent all {spent} tokens on thinking; raise --max-section-tokens")
        mark = answer.filter.ended
        return _Fault(f"; the first thing written is {mark}: is this a chat model?" if mark else "", empty=True)

    async def _refused(self, refusal: _Refusal, body: dict[str, object]) -> _Fault | None:
        """None: something changed, so ask again. Raises SetupError for what no retry mends."""
        status, said = refusal.status, self._clean(refusal.said)
        lower = f"{refusal.code} {said}".lower()
        busy = (
            status in (408, 409, 425, 429)
            or (status >= 500 and status != 501)
            or (status == 400 and PASSING.search(lower) is not None)
            or (status == 403 and RATE.search(lower) is not None)
        )
        if not (busy and status != 500) and (
            self._hints.adapt(status, said, body) or self._quirks.adapt(status, said, body)
        ):
            return None
        if busy and (refusal.by_time or RATE.search(lower) or not SPENT.search(lower)):
            return _Fault(f"{status} {said}", asked_s=refusal.asked_s)
        advice = await self._advice(status, refusal.code, said)
        raise PromptTooLong(advice, said) if too_long(said) else SetupError(advice)

    async def _advice(self, status: int, code: str, said: str) -> str:
        lower, at, env = said.lower(), f"{self._shown_url} ({status}: {said})", self._env
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
        if status in (402, 429) or SPENT.search(f"{code} {lower}".lower()):
            return f"the account behind {env} has no credit left: {at}"
        if status == 403:
            return f"the key in {env} has no access to {self.name}: {at}"
        return f"the server refuses the request: {at}"

    def _gave_up(self, fault: _Fault, backoff: Backoff) -> str:
        tries = f"gave up after {counted(backoff.tries, 'try', 'tries')} in {backoff.spent_s:.0f} s"
        if fault.unreached:
            hint = "is the server running, and is its base URL complete, most often with /v1 at the end?"
            return f"cannot reach a model at {self._shown_url}: {hint} ({tries}: {fault.message})"
        longer = ""
        if fault.asked_s is not None and fault.asked_s > backoff.budget_s - backoff.spent_s:
            longer = f"; it asks for a wait of {fault.asked_s:,.0f} s, --retry allows {backoff.budget_s:,.0f} s"
        return f"{self._shown_url} {tries}: {fault.message}{longer}; the same command goes on from here"

    async def _entries(self) -> tuple[ListedModel, ...]:
        """What /models lists, asked once; nothing where it is not to be had."""
        async with self._listing_lock:
            if self._listing is None:
                self._listing = entries(await self._fetch("/models"))
            return self._listing

    async def _fetch(self, address: str, body: dict[str, object] | None = None) -> object:
        """What an address answers, by POST where there is a body; None where it is not to be had, or no JSON."""
        try:
            async with asyncio.timeout(LISTING_S):
                if body is None:
                    answer = await self._client.get(address, cast_to=httpx2.Response)
                else:
                    answer = await self._client.post(address, cast_to=httpx2.Response, body=body)
            return parsed(decoded(answer.content))
        except (TimeoutError, Malformed, Redirected, *BROKEN):
            return None

    async def _native(self, body: dict[str, object], request: Request) -> dict[str, object]:
        """The body in Ollama's own form, with a window that never shrinks."""
        most = await self.window() or ollama.MOST
        text = "\n".join(m.content for m in request.messages)
        self._num_ctx = max(self._num_ctx, ollama.window_for(text, request.max_tokens, most))
        return ollama.native(body, self._num_ctx)

    def _clean(self, text: str) -> str:
        """What a server said, on one line, fit for a terminal, cut, without the key and the headers of the user's own."""
        text = " ".join(printable(text).split())
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text[:SAID_CHARS]


def _known(where: Route, config: ModelConfig) -> Quirks:
    """What is known in advance of the server and of such models."""
    facts = [where.provider, *([where.kind] if where.kind else [])]
    left_out = expanded(name for known in facts for name in known.left_out)
    renamed = {old: new for known in facts for old, new in known.renamed.items()}
    return Quirks(where.name, left_out, renamed, config.extra_body, folded=any(known.folded for known in facts))


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


def _key(where: Route, *, keyless: bool) -> tuple[str, str]:
    """(the variable, the key); local servers get along without. Raises SetupError if it is missing or cannot be one."""
    set_ = [env for env in where.key_env if os.environ.get(env, "").strip()]
    env = (set_ or [*where.key_env, "--key-env"])[0]
    key = os.environ.get(env, "").strip() if set_ else ""
    if not key and (keyless or is_local(where.url)):
        return env, NO_KEY
    if not key:
        raise SetupError(
            f"no key: set {_either(where.key_env)}, or pass --base-url for a local server; "
            "longwriter models shows what can be used from here"
        )
    if not (key.isascii() and key.isprintable()):
        raise SetupError(f"{env} holds characters that no key has; was it pasted whole and alone?")
    return env, key


def _either(names: Sequence[str]) -> str:
    return " or ".join(names)

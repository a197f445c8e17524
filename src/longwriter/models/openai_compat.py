"""Any server that speaks OpenAI's chat protocol: vLLM, SGLang, llama.cpp, Ollama, hosted ones.

1. The `openai` package sends; its answers are taken as plain JSON and read by the small records below, so that odd
   servers fail by name and streamed pieces stay cheap. 2. What a server refuses by name (a schema, a sampling setting,
   the old name of the token limit) is left out from then on. 3. Retries follow `retry.Backoff`; every other failure is
   a SetupError that says what to do. 4. The key is read from the environment, and is masked in all that servers say.
Left out: prefilled replies (the protocol has none), content in parts, tools.
"""

import asyncio
import json
import logging
import os
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream
from pydantic import BaseModel, HttpUrl, TypeAdapter, ValidationError

from longwriter.errors import EmptyReply, InputError, PromptTooLong, SetupError, Unavailable
from longwriter.models.base import Listener, ModelConfig
from longwriter.models.prices import is_local
from longwriter.models.retry import Backoff, asked_wait
from longwriter.models.thinking import ThinkFilter, split
from longwriter.types import Reply, Request, Usage

log = logging.getLogger(__name__)

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

REFUSED = ("unsupported", "not support", "unrecognized", "unknown", "not permitted", "extra inputs", "unexpected")
TOO_LONG = (
    "context length",
    "context_length",
    "context window",
    "maximum context",
    "context size",
    "prompt is too long",
    "maximum model length",
)
"""Of refusals, in lower case: what was asked does not fit the model's window."""
MALFORMED = (json.JSONDecodeError, UnicodeDecodeError, ValidationError)


class _Details(BaseModel):
    cached_tokens: int | None = None


class _Counts(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: int | None = None  # DeepSeek

    def usage(self) -> Usage:
        details = self.prompt_tokens_details
        cached = self.prompt_cache_hit_tokens if details is None else details.cached_tokens
        return Usage(prompt_tokens=self.prompt_tokens, completion_tokens=self.completion_tokens, cached_tokens=cached)


class _Said(BaseModel):
    """A message, or a streamed piece of one."""

    content: str | None = None
    reasoning_content: str | None = None  # vLLM, SGLang, llama.cpp, DeepSeek
    reasoning: str | None = None  # OpenRouter, Ollama


class _Choice(BaseModel):
    message: _Said = _Said()
    delta: _Said = _Said()
    finish_reason: str | None = None


class _Failure(BaseModel):
    message: str = ""


class _Answer(BaseModel):
    """A reply, or one event of a stream."""

    choices: list[_Choice] = []
    usage: _Counts | None = None
    error: _Failure | None = None


class _Meta(BaseModel):
    n_ctx: int | None = None
    n_ctx_train: int | None = None


class _Entry(BaseModel):
    id: str
    max_model_len: int | None = None  # vLLM, SGLang
    context_length: int | None = None  # OpenRouter
    meta: _Meta | None = None  # llama.cpp

    def window(self) -> int | None:
        meta = self.meta or _Meta()
        return self.max_model_len or self.context_length or meta.n_ctx or meta.n_ctx_train or None


class _Listing(BaseModel):
    data: list[_Entry]


class _Heard(NamedTuple):
    """One complete answer, thinking separated."""

    text: str
    thinking: str
    finish: str | None
    usage: Usage


class _Fault(NamedTuple):
    """A failure worth another try."""

    message: str
    asked_s: float | None = None
    """What `Retry-After` asked for."""
    unreached: bool = False
    """No OpenAI-compatible server was met at the address."""


class _NoAnswer(Exception):  # noqa: N818 - a state of the server
    """The server closed the exchange without a usable answer."""


@dataclass
class _Quirks:
    """What this server has refused so far."""

    left_out: set[str] = field(default_factory=set)
    limit_name: str = "max_tokens"


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
        self._quirks = _Quirks()
        self._met = False
        self._listing: tuple[_Entry, ...] | None = None
        self._listing_lock = asyncio.Lock()
        timeout = openai.Timeout(config.timeout_s, connect=min(CONNECT_S, config.timeout_s))
        self._client = AsyncOpenAI(api_key=self._key, base_url=url, max_retries=0, timeout=timeout)

    async def reply(self, request: Request, listener: Listener | None = None) -> Reply:
        """Answer; streams only if someone listens, because every streamed piece costs CPU."""
        backoff = Backoff(self._config.retry_s)
        empties = 0
        while True:
            heard = await self._attempt(request, listener)
            if heard is None:
                continue  # the server refused a field, which is left out from now on
            if isinstance(heard, _Heard):
                self._met = True
                if heard.text.strip():
                    finish: Literal["stop", "length"] = "length" if heard.finish == "length" else "stop"
                    return Reply(text=heard.text, finish=finish, usage=heard.usage, thinking=heard.thinking)
                empties += 1
                self._check_empty(heard, request)
            fault = _Fault("the reply is empty") if isinstance(heard, _Heard) else heard
            wait = backoff.next_wait(fault.asked_s, FIRST_CONTACT_S if fault.unreached else None)
            if isinstance(heard, _Heard) and (wait is None or empties == MOST_EMPTY):
                raise EmptyReply(f"{self.name} answered without text, {empties} times in a row")
            if wait is None:
                raise Unavailable(self._gave_up(fault, backoff))
            await asyncio.sleep(wait)

    async def window(self) -> int | None:
        """Context window in tokens as /models tells it; None where it does not."""
        entries = await self._entries()
        named = [e for e in entries if e.id == self.name] or list(entries if len(entries) == 1 else ())
        return named[0].window() if named else None

    def count_tokens(self, text: str) -> int | None:  # noqa: ARG002 - the protocol's signature
        """None: only the server has the vocabulary."""
        return None

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.close()

    async def _attempt(self, request: Request, listener: Listener | None) -> _Heard | _Fault | None:
        """One try. None: a field was refused and will be left out. Raises SetupError for what no retry mends.

        Errors are raised outside of the handlers: the client's own carry request headers, the key among them.
        """
        body = self._body(request, streamed=listener is not None)
        try:
            return await (self._whole(body) if listener is None else self._streamed(body, listener))
        except openai.APIStatusError as error:
            status = error
        except openai.APIConnectionError as error:
            cause = error.__cause__ or error
            return self._unconnected(f"{type(cause).__name__} {cause}")
        except (openai.APIError, httpx2.HTTPError, _NoAnswer) as error:  # within a stream, or instead of an answer
            return _Fault(self._clean(str(error)))
        except MALFORMED:
            return _Fault("the answer is not what the OpenAI protocol prescribes", unreached=not self._met)
        self._met = True
        said = self._clean(_message(status))
        if self._adapt(status.status_code, said.lower(), body):
            return None
        if status.status_code in (408, 409, 425, 429) or status.status_code >= 500:
            spent = f"{status.code} {status.type} {said}".lower()
            if "insufficient_quota" not in spent and "exceeded your current quota" not in spent:
                return _Fault(f"{status.status_code} {said}", asked_s=asked_wait(status.response.headers))
        advice = await self._advice(status.status_code, status.code, said)
        raise PromptTooLong(advice, said) if _too_long(said) else SetupError(advice)

    def _body(self, request: Request, streamed: bool) -> dict[str, object]:
        body: dict[str, object] = {
            "model": self.name,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        }
        wanted: dict[str, object] = {
            self._quirks.limit_name: request.max_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "seed": request.seed,
        }
        if request.json_schema is not None:
            schema = {"name": "reply", "schema": request.json_schema, "strict": False}
            wanted["response_format"] = {"type": "json_schema", "json_schema": schema}
        if streamed:
            body["stream"] = True
            wanted["stream_options"] = {"include_usage": True}
        return body | {k: v for k, v in wanted.items() if v is not None and k not in self._quirks.left_out}

    async def _whole(self, body: dict[str, object]) -> _Heard:
        # cast_to=object: the parsed JSON as it is, or a str where the server sent something else
        answer = _Answer.model_validate(await self._client.post("/chat/completions", cast_to=object, body=body))
        if not answer.choices:
            raise _NoAnswer(answer.error.message if answer.error else "the answer holds no choices")
        choice = answer.choices[0]
        text, thinking = split(choice.message.content or "")
        reasoning = choice.message.reasoning_content or choice.message.reasoning or ""
        usage = answer.usage.usage() if answer.usage else Usage()
        return _Heard(text, reasoning + thinking, choice.finish_reason, usage)

    async def _streamed(self, body: dict[str, object], listener: Listener) -> _Heard:
        stream: AsyncStream[object] = await self._client.post(
            "/chat/completions", cast_to=object, body=body, stream=True, stream_cls=AsyncStream[object]
        )
        visible, reasoning, usage, finish = ThinkFilter(), [], Usage(), None
        async with stream:
            async for event in stream:
                piece = _Answer.model_validate(event)
                usage = piece.usage.usage() if piece.usage else usage
                for choice in piece.choices[:1]:
                    finish = choice.finish_reason or finish
                    reasoning.append(choice.delta.reasoning_content or choice.delta.reasoning or "")
                    shown = visible.feed(choice.delta.content or "")
                    if shown:
                        listener.hear(shown)
        if finish is None:  # a proxy may end a cut stream in good form
            raise _NoAnswer("the stream ended before the reply did")
        shown = visible.close()
        if shown:
            listener.hear(shown)
        return _Heard(visible.text, "".join(reasoning) + visible.thinking, finish, usage)

    def _check_empty(self, heard: _Heard, request: Request) -> None:
        """Raise for empty replies that another try would only repeat."""
        if heard.finish == "content_filter":
            raise EmptyReply(f"{self.name}: refused by the provider's content filter")
        if heard.finish == "length" and heard.thinking:
            spent = heard.usage.completion_tokens or request.max_tokens or "its"
            raise EmptyReply(f"{self.name} spent all {spent} tokens on thinking; raise --max-section-tokens")

    def _adapt(self, status: int, said: str, body: dict[str, object]) -> bool:
        """Leave out, from now on, the field that a refusal names. True: something changed, so ask again."""
        if status not in (400, 422) or _too_long(said):
            return False
        refused = any(sign in said for sign in REFUSED)
        if "stream_options" in body and "stream_options" in said:
            self._quirks.left_out.add("stream_options")
        elif "max_tokens" in body and "max_completion_tokens" in said:
            self._quirks.limit_name = "max_completion_tokens"
        elif refused and (named := [n for n in ("temperature", "top_p", "seed") if n in body and n in said]):
            self._quirks.left_out.update(named)
            log.warning("%s does not accept %s; going on without", self.name, ", ".join(named))
        elif "response_format" in body:  # servers without schemas rarely say so, and the caller parses anyway
            self._quirks.left_out.add("response_format")
        else:
            return False
        return True

    async def _advice(self, status: int, code: str | None, said: str) -> str:
        lower, at, env = said.lower(), f"{self._shown_url} ({status}: {said})", self._config.key_env
        if _too_long(said):
            return (
                f"the prompt does not fit the context window of {self.name}; set --window N to its size in tokens: {at}"
            )
        if status == 404 or code == "model_not_found" or ("model" in lower and "does not exist" in lower):
            offered = [e.id for e in await self._entries()]
            if not offered:
                return f"no model {self.name!r} here, or no such address; most base URLs end in /v1: {at}"
            names = ", ".join(offered[:OFFERED]) + (", ..." if len(offered) > OFFERED else "")
            return f"no model {self.name!r} here; use --model with one of: {names}: {at}"
        if status == 401:
            missing = self._key == NO_KEY
            return f"the server wants a key; set {env}: {at}" if missing else f"the key in {env} is not accepted: {at}"
        if status == 403:
            return f"the key in {env} has no access to {self.name}: {at}"
        if status in (402, 429):
            return f"the account behind {env} has no credit left: {at}"
        return f"the server refuses the request: {at}"

    def _unconnected(self, detail: str) -> _Fault:
        # By name, because the openai package has changed its HTTP library between versions.
        unreached = not self._met and detail.startswith("Connect")
        return _Fault(self._clean(detail), unreached=unreached)

    def _gave_up(self, fault: _Fault, backoff: Backoff) -> str:
        tries = f"gave up after {backoff.tries} {'try' if backoff.tries == 1 else 'tries'} in {backoff.spent_s:.0f} s"
        if fault.unreached:
            hint = "is the server running, and is its base URL complete, most often with /v1 at the end?"
            return f"cannot reach a model at {self._shown_url}: {hint} ({tries}: {fault.message})"
        return f"{self._shown_url} {tries}: {fault.message}; the same command goes on from here"

    async def _entries(self) -> tuple[_Entry, ...]:
        """What /models lists, asked once; nothing where it is not to be had."""
        async with self._listing_lock:
            if self._listing is None:
                try:
                    raw = await self._client.get("/models", cast_to=object, options={"timeout": LISTING_S})
                    self._listing = tuple(_Listing.model_validate(raw).data)
                except (openai.APIError, *MALFORMED):
                    self._listing = ()
            return self._listing

    def _clean(self, text: str) -> str:
        """What a server said, on one line, cut, without the key."""
        if self._key != NO_KEY:
            text = text.replace(self._key, "***")
        return " ".join(text.split())[:SAID_CHARS]


def _too_long(said: str) -> bool:
    return any(sign in said.lower() for sign in TOO_LONG)


def _checked(url: str) -> str:
    """The URL as it may be shown: no user, password or query. Raises SetupError if it is none."""
    try:
        parts = TypeAdapter(HttpUrl).validate_python(url)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        raise SetupError(f"the base URL is not usable ({reason}); it looks like http://localhost:8000/v1") from None
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


def _message(error: openai.APIStatusError) -> str:
    """The sentence of an error body, whichever server's form it has."""
    if isinstance(error.body, dict):
        for name in ("message", "detail", "error"):
            if isinstance(error.body.get(name), str):
                return str(error.body[name])
    return error.message

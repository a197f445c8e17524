"""The models behind the server, and requests that go straight to one of them: titles, tags, tools, JSON modes, short wants.

At a server, the request goes there as it came, with the server's key in place of the client's, and the answer comes back as
it is. A model of this process answers in Chat Completions' and Completions' form alone, text without tools.
"""

import json
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import httpx2

from longwriter.api.settings import write_settings
from longwriter.errors import SetupError
from longwriter.models.base import ModelConfig, at_a_server, open_model
from longwriter.models.servers.openai_compat import OpenAICompatible
from longwriter.models.servers.providers import named, route
from longwriter.serve.v1.answers.usage import Took
from longwriter.serve.v1.problems import ApiProblem, problem_of
from longwriter.serve.v1.request.body import ApiRequest
from longwriter.serve.v1.request.routing import LONG
from longwriter.types import Message, Request

LISTED_S = 60.0
"""How long a listing holds."""
PATHS = {"chat": "/chat/completions", "completion": "/completions", "response": "/responses"}
CHARS_PER_TOKEN = 4
"""Of an answer that does not say what it took, because the client hung up or did not ask: English, roughly."""
CLIENTS_OWN = frozenset({400, 404, 413, 415, 422, 429})
"""Refusals that are about the request; others are about this server's settings."""


class Upstream:
    """The model that the server was started with, and the others of its server. Belongs to the server's loop."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """`options`: as `longwriter.write` has them. Raises InputError."""
        self.config = write_settings("any", options).writer
        self.remote = at_a_server(self.config)
        self.name = route(self.config).name if self.remote else self.config.model
        self._clients: dict[str, OpenAICompatible] = {}
        self._listed: tuple[float, tuple[str, ...]] = (-LISTED_S, ())

    async def names(self) -> tuple[str, ...]:
        """The models, that of the settings first."""
        if not self.remote:
            return (self.name,)
        at, names = self._listed
        if time.monotonic() - at >= LISTED_S:
            names = tuple(entry.id for entry in await self._client(self.config).listed()) or names
            self._listed = time.monotonic(), names
        return tuple(dict.fromkeys((self.name, *names)))

    async def listing(self) -> dict[str, object]:
        """OpenAI's list of models: each by its name, and by the name that always gives a run."""
        names = [shown for name in await self.names() for shown in (name, f"{name}{LONG}")]
        rows = [{"id": name, "object": "model", "created": 0, "owned_by": "longwriter"} for name in names]
        return {"object": "list", "data": rows}

    async def config_of(self, name: str) -> ModelConfig:
        """The settings of a model by its name here. Raises ApiProblem for one that is not there."""
        if name in (self.name, self.config.model):
            return self.config
        if name not in await self.names():
            shown = ", ".join((await self.names())[:8])
            raise ApiProblem(404, f"no model {name!r} here; there are: {shown}", code="model_not_found", param="model")
        own = self.config.model
        prefix = f"{own.partition('/')[0]}/" if self.name != own and named(own) else "openai:"
        # with its scheme, so that no name which the server lists can be that of a file or a package here
        return self.config.model_copy(update={"model": f"{prefix}{name}"})

    def _client(self, config: ModelConfig) -> OpenAICompatible:
        if config.model not in self._clients:
            client = open_model(config)
            assert isinstance(client, OpenAICompatible)
            self._clients[config.model] = client
        return self._clients[config.model]

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()

    async def forward(self, request: ApiRequest, config: ModelConfig) -> "Forwarded":
        """The server's answer, whose body is to be read or closed. Raises ApiProblem for a refusal."""
        client = self._client(config)
        response = await client.forward(PATHS[request.kind], request.body)
        if response.status_code < 300:
            return Forwarded(response, sum(len(message.text) for message in request.messages) // CHARS_PER_TOKEN)
        said = client.cleaned(response.text)
        status = response.status_code if response.status_code in CLIENTS_OWN else 502
        wait = response.headers.get("retry-after")
        headers = {"retry-after": wait} if wait and status == 429 else {}
        if status == 502 and response.status_code < 500:
            raise problem_of(SetupError(f"the model behind this server refuses it ({response.status_code})"))
        raise ApiProblem(
            status, said or f"the model answered {response.status_code}", code="upstream_refused", headers=headers
        )


class Forwarded:
    """A good answer of the server, on its way to the client."""

    def __init__(self, response: httpx2.Response, prompt: int = 0) -> None:
        """`response`: its body unread. `prompt`: tokens of the request, roughly."""
        self._response = response
        self._told = False
        self.took = Took(calls=1, prompt=prompt, cost=None)
        """As the answer says it; until it does, roughly."""

    @property
    def streams(self) -> bool:
        """Whether it is a stream of events."""
        return "text/event-stream" in self._response.headers.get("content-type", "")

    async def whole(self) -> bytes:
        """The body. Raises ApiProblem where it breaks off."""
        try:
            body = await self._response.aread()
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise self._broken(error) from None
        finally:
            await self._response.aclose()
        self._count(body)
        if not self._told:
            self._add(len(body) // CHARS_PER_TOKEN)
        return body

    async def events(self) -> AsyncGenerator[bytes, None]:
        """The events, each whole: what is said in between never stands within one. Raises ApiProblem as `whole`."""
        rest = b""
        try:
            async for piece in self._response.aiter_bytes():
                *whole, rest = (rest + piece.replace(b"\r\n", b"\n")).split(b"\n\n")
                for found in whole:
                    if b'_tokens"' in found:
                        self._count(found.removeprefix(b"data: "))
                    if not self._told:
                        self._add(1)
                    yield found + b"\n\n"
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise self._broken(error) from None
        finally:
            await self._response.aclose()
        if rest.strip():
            yield rest + b"\n\n"

    def _broken(self, error: Exception) -> ApiProblem:
        return ApiProblem(502, f"the model's answer broke off: {type(error).__name__}", code="upstream_failed")

    def _add(self, tokens: int) -> None:
        self.took = self.took._replace(completion=self.took.completion + tokens)

    def _count(self, body: bytes) -> None:
        try:
            usage = json.loads(body)["usage"]
            prompt = usage.get("prompt_tokens") or usage.get("input_tokens") or 0
            completion = usage.get("completion_tokens") or usage.get("output_tokens") or 0
            self.took, self._told = Took(1, int(prompt), int(completion), cost=None), True
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # it says nothing of them
            return


def local_request(request: ApiRequest) -> Request:
    """A request to a model of this process. Raises ApiProblem for what that cannot honour."""
    odd = request.unfit or request.unknown or next(iter(request.laid), "") or ("stop" if request.stop else "")
    if odd or request.n > 1:
        raise ApiProblem(
            400, f"{odd or 'n'}: the model here cannot do that", code="unsupported_parameter", param=odd or "n"
        )
    messages = tuple(Message(role=m.role, content=m.text) for m in request.messages)
    return Request(
        messages=messages, max_tokens=request.limit, temperature=request.temperature, top_p=request.top_p or None,
        seed=request.seed,
    )  # fmt: skip

"""The bodies of the three kinds of request, read and checked into one record.

A parameter is read, or changes nothing at its present value, or is laid on every call of the run, or is one that a run
cannot honour (`unfit`): such a request goes to the model itself, or is refused. What is not known by name is `unknown`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import JsonValue

from longwriter.characters import whole
from longwriter.serve.v1.problems import ApiProblem, bad

Kind = Literal["chat", "completion", "response"]
Speaker = Literal["system", "user", "assistant"]
ROLES: dict[object, Speaker] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
MOST_CHOICES = 16
MOST_STOPS = 4
MOST_MESSAGES = 10_000
"""Of a conversation; to look through 200,000 takes four seconds."""
READ = {
    "chat": {"messages", "max_tokens", "max_completion_tokens", "stop", "seed", "n", "stream_options"},
    "completion": {"prompt", "max_tokens", "stop", "seed", "n", "stream_options"},
    "response": {"input", "instructions", "max_output_tokens", "background", "previous_response_id", "stream_options"},
}
ALWAYS_READ = {"model", "stream", "temperature", "top_p", "store"}
HARMLESS = {
    *("user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "service_tier"),
    *("parallel_tool_calls", "tool_choice", "max_tool_calls", "function_call", "truncation"),
}
"""What says nothing about the text, or nothing where there are no tools."""
LAID: dict[str, object] = {
    "presence_penalty": 0, "frequency_penalty": 0, "logit_bias": {}, "reasoning_effort": None, "verbosity": None,
    "top_k": None, "min_p": None, "repetition_penalty": 1, "repeat_penalty": 1, "chat_template_kwargs": {},
}  # fmt: skip
"""Sampling that the model's server may know, laid on every call of a run, and the value that is none."""
UNFIT: dict[str, Callable[[Any], bool]] = {
    "tools": bool, "functions": bool, "audio": bool, "prediction": bool, "web_search_options": bool, "include": bool,
    "conversation": bool, "logprobs": lambda v: v not in (None, False), "top_logprobs": bool, "suffix": bool, "echo": bool,
    "prompt_template": bool,
    "response_format": lambda v: v is not None and _kind(v) != "text",
    "text": lambda v: isinstance(v, dict) and "format" in v and _kind(v["format"]) != "text",
    "modalities": lambda v: v not in (None, ["text"]),
    "best_of": lambda v: v not in (None, 1),
}  # fmt: skip
"""What a run cannot honour: whether a value asks for it."""


def _kind(value: object) -> object:
    return value.get("type") if isinstance(value, dict) else None


@dataclass(frozen=True)
class ApiMessage:
    """One message's text."""

    role: Speaker
    text: str


@dataclass(frozen=True)
class ApiRequest:
    """A request, checked."""

    kind: Kind
    body: dict[str, Any] = field(repr=False)
    model: str
    messages: tuple[ApiMessage, ...]
    stream: bool = False
    include_usage: bool = False
    limit: int | None = None
    """Most tokens of the answer."""
    n: int = 1
    stop: tuple[str, ...] = ()
    seed: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    laid: Mapping[str, JsonValue] = field(default_factory=dict)
    unfit: str = ""
    """The first parameter that a run cannot honour."""
    unknown: str = ""
    """The first parameter that is not known."""
    store: bool = True
    background: bool = False
    previous: str | None = None
    """Id of the response that this one follows."""

    def last(self, role: str = "user") -> str:
        """The last message of a role; "" for none."""
        return next((m.text for m in reversed(self.messages) if m.role == role), "")


def read_json(raw: bytes) -> dict[str, Any]:
    """A request's body. Raises ApiProblem."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise ApiProblem(400, "the body is no JSON", code="invalid_json") from None
    if not isinstance(found, dict):
        raise ApiProblem(400, "the body is no JSON object", code="invalid_json")
    return found


def read_request(kind: Kind, body: dict[str, Any]) -> ApiRequest:
    """A checked request. Raises ApiProblem naming the parameter."""
    model = body.get("model")
    if not isinstance(model, str) or not model.strip():
        raise bad("model", "the name of a model, as GET /v1/models lists them")
    messages, odd = _messages(kind, body)
    names = ("max_completion_tokens", "max_tokens", "max_output_tokens")
    limit = next((_integer(body, name, 1, 10**9) for name in names if body.get(name) is not None), None)
    options = body.get("stream_options")
    if options is not None and not isinstance(options, dict):
        raise bad("stream_options", "an object")
    known = (
        READ[kind]
        | ALWAYS_READ
        | HARMLESS
        | LAID.keys()
        | UNFIT.keys()
        | ({"reasoning"} if kind == "response" else set())
    )
    return ApiRequest(
        kind, body, model.strip(), messages,
        stream=_truth(body, "stream"),
        include_usage=bool((options or {}).get("include_usage")),
        limit=limit,
        n=_integer(body, "n", 1, MOST_CHOICES) or 1 if kind != "response" else 1,
        stop=_stops(body.get("stop")) if kind != "response" else (),
        seed=_integer(body, "seed", -(2**63), 2**63 - 1) if kind != "response" else None,
        temperature=_number(body, "temperature", 0, 2),
        top_p=_number(body, "top_p", 0, 1),
        laid=_laid(body),
        unfit=next((name for name, asks in UNFIT.items() if name in body and asks(body[name])), odd),
        unknown=next((name for name in body if name not in known), ""),
        store=body.get("store") is not False,
        background=_truth(body, "background"),
        previous=_text_or_none(body, "previous_response_id"),
    )  # fmt: skip


def _laid(body: Mapping[str, Any]) -> dict[str, JsonValue]:
    found = {name: body[name] for name, none in LAID.items() if name in body and body[name] not in (None, none)}
    effort = body.get("reasoning")
    if isinstance(effort, dict) and effort.get("effort") is not None:
        found["reasoning_effort"] = effort["effort"]
    text = body.get("text")
    if isinstance(text, dict) and text.get("verbosity") is not None:
        found["verbosity"] = text["verbosity"]
    return found


def _truth(body: Mapping[str, Any], name: str) -> bool:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise bad(name, "true or false")
    return bool(value)


def _text_or_none(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise bad(name, "a string")
    return value


def _integer(body: Mapping[str, Any], name: str, low: int, high: int) -> int | None:
    value = body.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high):
        raise bad(name, f"a whole number from {low} to {high}")
    return value


def _number(body: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    value = body.get(name)
    if value is not None and (
        not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high
    ):
        raise bad(name, f"a number from {low} to {high}")
    return value


def _stops(value: object) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value if value is not None else []
    if not isinstance(found, list) or not all(isinstance(s, str) and s for s in found) or len(found) > MOST_STOPS:
        raise bad("stop", f"a string, or up to {MOST_STOPS} of them")
    return tuple(found)


def _messages(kind: Kind, body: Mapping[str, Any]) -> tuple[tuple[ApiMessage, ...], str]:
    """The messages, and the parameter that holds what is no text."""
    if kind == "completion":
        prompt = body.get("prompt")
        if isinstance(prompt, list) and len(prompt) == 1:
            prompt = prompt[0]
        if not isinstance(prompt, str) or not prompt.strip():
            raise bad("prompt", "one string; lists and tokens are not read")
        return (ApiMessage("user", whole(prompt)),), ""
    if kind == "chat":
        rows, name = body.get("messages"), "messages"
    else:
        rows, name = body.get("input"), "input"
        rows = [{"role": "user", "content": rows}] if isinstance(rows, str) else rows
    if not isinstance(rows, list) or not rows:
        raise bad(name, "a list of messages" + (", or a string" if kind == "response" else ""))
    if len(rows) > MOST_MESSAGES:
        raise bad(name, f"{MOST_MESSAGES} messages at most")
    found, odd = list[ApiMessage](), ""
    said = _text_or_none(body, "instructions") if kind == "response" else None
    if said and said.strip():
        found.append(ApiMessage("system", whole(said)))
    for i, row in enumerate(rows):
        message, fit = _message(row, f"{name}[{i}]")
        odd = odd or ("" if fit else name)
        found += [message] if message else []
    if not any(m.text.strip() for m in found):
        raise bad(name, "no text in it")
    return tuple(found), odd


def _message(row: object, where: str) -> tuple[ApiMessage | None, bool]:
    """One message, None for what is none; and whether a run could take it."""
    if not isinstance(row, dict):
        raise bad(where, "a message is an object with role and content")
    if row.get("type") not in (None, "message"):
        return None, row.get("type") == "reasoning"  # a function's call, a reference; reasoning of ours comes back
    role = row.get("role")
    if role in ("tool", "function"):
        return None, False
    if not isinstance(role, str) or role not in ROLES:
        raise bad(f"{where}.role", "system, developer, user, assistant or tool")
    content, fit = row.get("content"), not row.get("tool_calls") and not row.get("function_call")
    if content is None and role == "assistant":
        content = ""
    if isinstance(content, list):
        parts = [p for p in content if isinstance(p, dict) and isinstance(p.get("text"), str)]
        fit = fit and len(parts) == len(content)
        content = "\n".join(p["text"] for p in parts)
    if not isinstance(content, str):
        raise bad(f"{where}.content", "a string or a list of parts")
    return ApiMessage(ROLES[role], whole(content)), fit

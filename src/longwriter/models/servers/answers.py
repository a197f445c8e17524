"""What an answer of the OpenAI protocol holds, event by event, whatever dialect it speaks.

Read from plain dicts: a type check a streamed piece would cost more than all else. Content is text or a list of parts;
thinking comes as `reasoning_content` (vLLM, SGLang, llama.cpp, DeepSeek), `reasoning` (OpenRouter, Ollama), `thinking`,
parts, or in the text's own marks. What has an unknown form is ignored; only an error is never. Pure.
"""

import json
import re
from typing import Literal

from longwriter.characters import Joiner
from longwriter.models.servers.refusals import words_of
from longwriter.models.servers.retry import said_wait
from longwriter.models.thinking import ThinkFilter
from longwriter.types import Usage

Ending = Literal["stop", "length", "filter", "again"]

STOPS = re.compile(r"|(?:eos|end|stop|complete|finish|done|normal|success|natural).*|im_end|tool.*|function.*")
"""Reasons to end, in lower case, that mean: by itself. Tool calls too: what they say beside it is text."""
LENGTHS = re.compile(
    r".*(?:length|tokens?_?limit|max_?\w*token|max_?len|truncat|context_window|token_budget|incomplete).*"
)
FILTERS = re.compile(
    r".*(?:filter|safety|recitation|sensitive|block|prohibit|spii|refus|moderat|guardrail|violat|policy|censor).*"
)
"""Providers' names for a filter of theirs."""
CHARS_A_TOKEN = 32
"""More than any tokenizer's mean, whitespace aside: beyond it the server does not keep the limit."""
SLACK = 8192
CACHED = ("cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens")
CACHE_WRITTEN = ("cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens")
"""Servers' names for prompt tokens read from the prefix cache, and written to it."""
BEYOND = 4000
"""Characters behind the mark that ended a text before the stream is left: usage comes soon after most ends."""


class Failed(Exception):  # noqa: N818 - a state of the server
    """The answer is an error."""

    def __init__(self, said: str, status: int | None = None, asked_s: float | None = None) -> None:
        """`said`: the server's words. `status`: the HTTP status that it means by them. `asked_s`: the wait in them."""
        super().__init__(said)
        self.said, self.status, self.asked_s = said, status, asked_s


class ServerAnswer:
    """Gathers one answer."""

    def __init__(self, most_tokens: int) -> None:
        """`most_tokens`: asked for; a stream far beyond them is `over`."""
        self.filter = ThinkFilter()
        self.finish: str | None = None
        """As the server says it."""
        self.usage = Usage()
        self.refusal = ""
        self.begun = False
        """Text has come."""
        self.met = False
        """A choice has come, be it empty."""
        self.stray: dict[str, object] = {}
        """The last event before that."""
        self._most = CHARS_A_TOKEN * most_tokens + SLACK
        self._reasoning: list[str] = []
        self._joiner = Joiner()
        self._visible = self.unseen = 0
        """Characters of text, and of thinking, whitespace and marks."""

    @property
    def over(self) -> bool:
        """Whether nothing more is wanted: it goes on without end, or has ended and the model does not stop."""
        return max(self._visible, self.unseen) > self._most or self.filter.beyond > BEYOND

    @property
    def silent(self) -> bool:
        """Whether thinking or whitespace has come, and no text."""
        return not self._visible and self.unseen > 0

    @property
    def thinking(self) -> str:
        """All of it."""
        return "".join(self._reasoning) + self.filter.thinking

    def take(self, event: dict[str, object]) -> tuple[str, bool]:
        """(what became visible, whether the answer went on at all). Raises Failed."""
        counted = event.get("usage")
        if isinstance(counted, dict):
            self.usage = _usage(counted)
        elif "eval_count" in event:  # Ollama's own form
            counts = event.get("prompt_eval_count"), event.get("eval_count")
            self.usage = Usage(prompt_tokens=_count(counts[0]), completion_tokens=_count(counts[1]))
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else _lone(event)
        if not isinstance(choice, dict):
            choice = {}
        _check(event, choice, self.begun)
        self.met = self.met or bool(choice)
        if not self.met:
            self.stray = event
        said = choice.get("delta")
        if not isinstance(said, dict) or (not said and not self.begun):
            said = choice.get("message")
            if not isinstance(said, dict) or self.begun:
                said = {"content": choice["text"]} if isinstance(choice.get("text"), str) else {}
        finish = choice.get("finish_reason") or choice.get("done_reason")
        if finish is not None or "finish_reason" in choice:
            self.finish = str(finish) if finish else self.finish
        return self._said(said, bool(finish))

    def close(self) -> str:
        """No more comes; what becomes visible by that."""
        self._reasoning.append(self._joiner.close())
        return self.filter.close()

    def _said(self, said: dict[str, object], moved: bool) -> tuple[str, bool]:
        content = said.get("content")
        thought = said.get("reasoning_content") or said.get("reasoning") or said.get("thinking")
        if content is not None and not isinstance(content, str):
            content, more = _parts(content)
            thought = thought or more
        refusal = said.get("refusal")
        if isinstance(refusal, str):
            self.refusal = (self.refusal + refusal)[:SLACK]
        if thought or "reasoning_details" in said:
            thought = thought if isinstance(thought, str) else _texts(thought or said["reasoning_details"])
            self._reasoning.append(self._joiner.feed(thought))
            self.unseen += len(thought)
            moved = moved or not thought.isspace()
        if not content:
            return "", moved
        self.begun = True
        shown = self.filter.feed(content)
        self._visible += len(shown)
        self.unseen += max(len(content) - len(shown), 0)
        return shown, moved or not content.isspace()


def _lone(event: dict[str, object]) -> dict[str, object]:
    """A choice that stands without a list, as in Ollama's own form, where each message is a piece."""
    message = event.get("message")
    if not isinstance(message, dict) or "content" not in message:
        return {}
    return event | {"delta": message} if "done" in event else event


def ending(reason: str | None) -> Ending:
    """What a `finish_reason` means; "again": the answer broke off. None is an end in good form."""
    name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", reason or "").lower()).strip("_")
    if name and LENGTHS.fullmatch(name):
        return "length"
    if name and FILTERS.fullmatch(name):
        return "filter"
    return "stop" if STOPS.fullmatch(name) else "again"


def _check(event: dict[str, object], choice: dict[str, object], begun: bool) -> None:
    """Raise Failed for an error in any of the places where servers put one; after text it says nothing of the request."""
    error = event.get("error") or choice.get("error")
    base = event.get("base_resp")  # MiniMax
    if not error and isinstance(base, dict) and base.get("status_code"):
        error = base
    if not error and not choice and not event.get("choices") and not event.get("usage"):
        named = event.get("object") == "error" or event.get("type") == "error"
        if named or event.get("choices", 0) is None or "detail" in event or ("message" in event and "code" in event):
            error = event
    if not error:
        return
    code = error.get("code", error.get("status")) if isinstance(error, dict) else None
    digits = str(code) if isinstance(code, int | str) else ""
    status = int(digits) if re.fullmatch("[45][0-9]{2}", digits) and not begun else None
    asked_s = said_wait(error if isinstance(error, str) else json.dumps(error))
    raise Failed(words_of(error) or "an error without words", status, asked_s)


def _parts(content: object) -> tuple[str, str]:
    """(text, thinking) of content in parts."""
    text, thought = [], []
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            text.append(part)
        elif isinstance(part, dict):
            kind = str(part.get("type", "text"))
            if "text" in kind and "reason" not in kind:
                text.append(_texts(part.get("text")))
            elif "think" in kind or "reason" in kind:
                thought.append(_texts(part.get("thinking") or part.get("reasoning") or part))
    return "".join(text), "".join(thought)


def _texts(value: object) -> str:
    """Text of thinking in an odd form; "" where it is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_texts(part) for part in value if not isinstance(part, list))
    if isinstance(value, dict):
        for name in ("text", "content", "thinking", "summary"):
            if isinstance(value.get(name), str):
                return str(value[name])
    return ""


def _count(value: object) -> int | None:
    """A count of tokens; None for what is none, such as a negative or a bool."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def _usage(counted: dict[str, object]) -> Usage:
    details = counted.get("prompt_tokens_details")
    places = [details if isinstance(details, dict) else {}, counted]
    return Usage(
        prompt_tokens=_count(counted.get("prompt_tokens")),
        completion_tokens=_count(counted.get("completion_tokens")),
        cached_tokens=_first(places, CACHED),
        cache_write_tokens=_first(places, CACHE_WRITTEN),
    )


def _first(places: list[dict[str, object]], names: tuple[str, ...]) -> int | None:
    """The first count under one of these names."""
    found = (_count(place.get(name)) for place in places for name in names)
    return next((n for n in found if n is not None), None)

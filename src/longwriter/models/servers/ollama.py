"""Ollama's own chat interface: the same request and answer in its own form, with a window that fits.

Its OpenAI-compatible endpoint takes no `num_ctx`, loads a model with the server's default (4,096 tokens on most machines),
and cuts longer prompts without a word. Here each request asks for the window that it needs, so that memory is not spent
on more; it never shrinks, because a change loads the model again. `truncate` and `shift` say that nothing may be cut
(older servers do not know them, and cut; `models/tokens.py` notices that by the counts).
Answers are lines of JSON.
"""

from longwriter.models.servers.refusals import EXTRAS
from longwriter.models.tokens import estimate_tokens

MOST = 32_768
"""Tokens of a window that nobody chose: with all that models are made for, a laptop's memory is spent."""
LEAST = 8_192
MARGIN, TEMPLATE = 1.25, 256
"""The server's count is not known: times the estimate, and tokens of the chat template."""
OPTIONS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "min_p": "min_p",
    "seed": "seed",
    "max_tokens": "num_predict",
    "repeat_penalty": "repeat_penalty",
    "repeat_last_n": "repeat_last_n",
}
"""Names of the OpenAI protocol, and theirs."""


def address(url: str) -> str:
    """Address of the chat interface, by that of the OpenAI-compatible endpoint."""
    return url.rstrip("/").removesuffix("/v1") + "/api/chat"


def window_for(text: str, max_tokens: int | None, most: int) -> int:
    """Tokens that a prompt and its reply need, in powers of 2 from `LEAST`; `most` where a reply has no limit."""
    if max_tokens is None:
        return most
    need = estimate_tokens(text) * MARGIN + TEMPLATE + max_tokens
    size = LEAST
    while size < need:
        size *= 2
    return min(size, most)


def native(body: dict[str, object], num_ctx: int) -> dict[str, object]:
    """A body of the OpenAI protocol in Ollama's form. What a user laid on it as `options` goes before ours."""
    options: dict[str, object] = {"num_ctx": num_ctx}
    options |= {theirs: body[ours] for ours, theirs in OPTIONS.items() if ours in body}
    out: dict[str, object] = {"truncate": False, "shift": False}
    for name, value in body.items():
        if name in OPTIONS or name in EXTRAS or name in ("stream_options", "options", "response_format"):
            continue
        out[name] = value
    wanted = body.get("response_format")
    if isinstance(wanted, dict):
        schema = wanted.get("json_schema")
        out["format"] = schema["schema"] if isinstance(schema, dict) else "json"
    own = body.get("options")
    return out | {"options": options | (own if isinstance(own, dict) else {})}

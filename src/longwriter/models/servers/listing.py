"""What a server's /models says about its models: names, context windows, who serves them."""

from typing import NamedTuple

WINDOWS = (
    *("max_model_len", "context_length", "loaded_context_length", "max_context_length", "context_window"),
    *("max_input_tokens", "n_ctx", "n_ctx_train"),
)
"""Fields in order of trust: vLLM and SGLang, OpenRouter, LM Studio (Mistral: the third), Groq, llama.cpp (in `meta`)."""


class ListedModel(NamedTuple):
    """One model."""

    id: str
    window: int | None
    """Tokens of prompt and reply together; None where it is not told."""
    owner: str = ""
    """`llamacpp` continues a last message of role assistant, and repeats it in replies that do not stream."""


def entries(listed: object) -> tuple[ListedModel, ...]:
    """The models of a listing; what has another form is left out."""
    rows = listed.get("data") if isinstance(listed, dict) else listed
    found = []
    for row in rows if isinstance(rows, list) else ():
        name = (row.get("id") or row.get("name")) if isinstance(row, dict) else None
        if isinstance(name, str):
            found.append(ListedModel(name, _window(row), str(row.get("owned_by") or "")))
    return tuple(found)


def _window(row: dict[str, object]) -> int | None:
    meta = row.get("meta")
    told = (meta if isinstance(meta, dict) else {}) | row
    for name in WINDOWS:
        value = told.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None

"""The chat of a row: as messages, as ShareGPT's turns, or as Alpaca's instruction with what belongs to it.

1. `messages`, `conversations` or `conversation`: a list of {role, content} or {from, value}; a content may be a list of
   parts of text.
2. Else the user's prompt under a usual name. Alpaca's `input` (Dolly's `context`) follows its instruction on a new line, as
   LLaMA-Factory joins them; `history` stands before it, `system` before all. Then the reply, where there is one.

What cannot be taken over as a whole is an InputError that names the field: no part of a request is left out.
"""

from longwriter.data.dataset import Row
from longwriter.errors import InputError

Chat = list[dict[str, str]]

CHATS = ("messages", "conversations", "conversation")
PROMPTS = ("prompt", "instruction", "query")
INPUTS = ("input", "context")
REPLIES = ("response", "output", "completion", "text")
ROLES = {
    "user": ("user", "human"),
    "assistant": ("assistant", "gpt", "chatgpt", "bing", "bard", "claude", "model", "bot", "ai"),
    "system": ("system", "developer"),
}
_ROLE = {name: role for role, names in ROLES.items() for name in names}


def as_messages(row: Row) -> Chat:
    """The chat of a row, its roles user, assistant and system. Raises InputError naming field and message."""
    chat = next((name for name in CHATS if row.get(name) is not None), None)
    if chat is not None:
        return _with_system(_chat(_list(row[chat], chat), chat, "user"), row)
    name = next((n for n in PROMPTS if row.get(n) is not None), None)
    if name is None:
        raise InputError(f"no column messages, {' or '.join(PROMPTS)}; there are {', '.join(map(str, row))}")
    asked = (
        [{"role": "user", "content": _request(row)}] if isinstance(row[name], str) else _chat(row[name], name, "user")
    )
    reply = next((n for n in REPLIES if row.get(n) is not None), None)
    answered = [] if reply is None else _chat(row[reply], reply, "assistant")
    return _with_system(_history(row) + asked + answered, row)


def _request(row: Row) -> str:
    """Prompt or instruction with the text that it is about. Raises InputError."""
    said = [(name, _text_of(row, name)) for name in PROMPTS]
    said = [(name, text) for name, text in said if text.strip()]
    name, request = said[0] if said else (PROMPTS[0], "")
    for other, text in said[1:]:
        if text not in request:
            raise InputError(f"{name} and {other} say different things; leave one of them, or put both into messages")
    about = [text for text in (_text_of(row, name) for name in INPUTS) if text.strip()]
    if any(
        text != request for _, text in said[1:]
    ):  # a template, filled in: the instruction and what it is about stand in it
        about = [text for text in about if text not in request]
    return "\n".join([request, *about] if request else about)


def _text_of(row: Row, name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{name}: expected a text, got {str(value)[:60]!r}")
    return value


def _history(row: Row) -> Chat:
    """Alpaca's earlier turns: pairs of what was asked and answered. Raises InputError."""
    history = row.get("history")
    out: Chat = []
    for number, pair in enumerate(_list(history, "history") if history is not None else (), 1):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
            raise InputError(f"history {number}: expected a pair of texts, got {str(pair)[:60]!r}")
        out += [{"role": "user", "content": pair[0]}, {"role": "assistant", "content": pair[1]}]
    return out


def _with_system(chat: Chat, row: Row) -> Chat:
    """The chat after what stands under `system`. Raises InputError."""
    told = _text_of(row, "system")
    if not told.strip() or any(message == {"role": "system", "content": told} for message in chat):
        return chat
    return [{"role": "system", "content": told}, *chat]


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise InputError(f"{name}: expected a list, got {str(value)[:60]!r}")
    return value


def _chat(value: object, name: str, role: str) -> Chat:
    """A text as one message of a role, or the messages of a list. Raises InputError naming the message."""
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    messages = [value] if isinstance(value, dict) else _list(value, name)
    return [_message(message, f"{name} {number}", role) for number, message in enumerate(messages, 1)]


def _message(message: object, where: str, role: str) -> dict[str, str]:
    for who, what in (("role", "content"), ("from", "value")):
        if isinstance(message, dict) and message.get(what) is not None:
            given = message.get(who)
            known = role if given is None else _ROLE.get(str(given).lower())
            if known is None:
                raise InputError(f"{where}: {who} {given!r} is none of {', '.join(_ROLE)}")
            return {"role": known, "content": _content(message[what], f"{where}: {what}")}
    raise InputError(
        f'{where}: expected messages such as {{"role": "user", "content": "..."}}, got {str(message)[:60]!r}'
    )


def _content(value: object, where: str) -> str:
    """A text, or parts of text joined by blank lines. Raises InputError for a picture and for whatever else is no text."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value:
        raise InputError(f"{where}: expected a text, or parts of text, got {str(value)[:60]!r}")
    texts = []
    for part in value:
        text = part.get("text") if isinstance(part, dict) and str(part.get("type") or "text").endswith("text") else part
        if not isinstance(text, str):
            raise InputError(f"{where}: a part that is no text: {str(part)[:60]!r}")
        texts.append(text)
    return "\n\n".join(texts)

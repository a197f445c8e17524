"""What hosted servers are told so that they keep the beginning of a prompt, and read it again at a fraction of the price.

Most keep prompts by themselves; two kinds want help (`caching.toml` says which). `prompt_cache_key` sends alike requests to
the machine that has their beginning. Breakpoints (`cache_control`, Claude's) name the places up to which a prompt is kept;
the message's text is then sent in parts, whose sum is the text. Both are hints: what refuses them is asked without.
"""

import logging
import re
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from longwriter.models.servers.refusals import REFUSED
from longwriter.types import Record, Request

log = logging.getLogger(__name__)

TABLE = Path(__file__).with_name("caching.toml")
MARK = {"type": "ephemeral"}
"""Kept for five minutes, and for five more each time that it is read."""
MOST_MARKS = 4
"""Claude takes no more."""
KEY = re.compile(r"prompt[ _-]?cache[ _-]?key")
PARTS = re.compile(r"cache[ _-]?control|content.{0,60}(?:\bstr\b|string)|(?:\bstr\b|string).{0,60}content", re.DOTALL)
"""A refusal of breakpoints, or of a text in parts."""


class Server(Record):
    """An entry of `caching.toml`."""

    host: str
    model: str = "*"
    key: bool = False
    breakpoints: bool = False
    caches: bool = True
    source: str = ""


@lru_cache
def servers() -> tuple[Server, ...]:
    """All entries."""
    return tuple(Server.model_validate(entry) for entry in tomllib.loads(TABLE.read_text("utf-8"))["server"])


def server_of(url: str, model: str) -> Server:
    """What is known of a model at an address; of most, nothing."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:  # not a URL; the backend says so
        host = ""
    found = (s for s in servers() if fnmatchcase(host, s.host) and fnmatchcase(model.lower(), s.model))
    return next(found, Server(host=host))


def never_caches(url: str, model: str) -> bool:
    """Whether a server is known to read every prompt from its beginning."""
    return not server_of(url, model).caches


class Hints:
    """What one server is told of its cache."""

    def __init__(self, url: str, model: str) -> None:
        """`url`: of the endpoint."""
        known = server_of(url, model)
        self._model, self.key, self.breakpoints = model, known.key, known.breakpoints

    def add(self, body: dict[str, object], request: Request) -> dict[str, object]:
        """The request's body with the hints that this server takes."""
        if self.key and request.cache_key:
            body = body | {"prompt_cache_key": request.cache_key}
        if self.breakpoints and request.settled:
            body = body | {"messages": _marked(body["messages"], request)}
        return body

    def adapt(self, status: int, said: str, body: dict[str, object]) -> bool:
        """Leave out from now on what a refusal of `body` names. True: something changed, so ask again."""
        lower = said.lower()
        if status not in (400, 422):
            return False
        unnamed = REFUSED.search(lower) is not None and not any(name in lower for name in body)
        if "prompt_cache_key" in body and self.key and (KEY.search(lower) or unnamed):
            self.key = False
        elif self.breakpoints and _in_parts(body["messages"]) and (PARTS.search(lower) or unnamed):
            self.breakpoints = False
        else:
            return False
        log.warning("%s takes no hint about its cache; going on without: %s", self._model, said)
        return True


def _marked(messages: object, request: Request) -> object:
    """The messages with the user's last one in parts, marked where the first settled part and the last two end.

    The mark before the last is where the request before this one ended: that is what can be read now.
    """
    assert isinstance(messages, list)
    place = next((i for i in reversed(range(len(messages))) if messages[i]["role"] == "user"), None)
    asked = next((m.content for m in reversed(request.messages) if m.role == "user"), "")
    if place is None or not str(messages[place]["content"]).endswith(asked):
        return messages
    content = str(messages[place]["content"])
    shift = len(content) - len(asked)  # a server without a system role gets its text before the user's
    ends = [shift + end for end in request.settled]
    marks = {ends[0], *ends[-2:]}
    assert len(marks) < MOST_MARKS
    parts = [
        {"type": "text", "text": content[start:end]} | ({"cache_control": MARK} if end in marks else {})
        for start, end in _spans(ends, len(content))
    ]
    return [*messages[:place], messages[place] | {"content": parts}, *messages[place + 1 :]]


def _spans(ends: Sequence[int], length: int) -> list[tuple[int, int]]:
    """Stretches from 0 to `length`, none empty."""
    bounds = sorted({0, length, *(e for e in ends if 0 < e < length)})
    return list(pairwise(bounds))


def _in_parts(messages: object) -> bool:
    return isinstance(messages, list) and any(isinstance(m["content"], list) for m in messages)

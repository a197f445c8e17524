"""What servers say when they refuse, in whatever form, and what can be left out or changed so that they do not.

`words_of` finds the server's sentence. `Quirks` is what one server is known to refuse (`providers.toml`) and has refused
so far: `body` writes a request that leaves it out, `adapt` learns from a refusal. Pure.
"""

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from longwriter.models.servers.sse import Malformed, parsed
from longwriter.types import Request

log = logging.getLogger(__name__)

TOO_LONG = (
    "context length",
    "context_length",
    "context window",
    "maximum context",
    "context size",
    "prompt is too long",
    "prompt too long",
    "maximum model length",
    "input token count",
    "range of input length",
    "exceeds max length",
    "input is too long",
    "too many tokens",
    "inputs` tokens",
    "reduce the length of the messages",
    "length of prompt_tokens",
)
"""Parts of refusals, in lower case: what was asked does not fit the model's window."""
REFUSED = re.compile(
    r"unsupported|not support|n't support|unrecognized|unknown|not permitted|extra inputs|extra fields|unexpected|not allowed"
    r"|forbidden|not accept|invalid (?:field|argument|param)|not a valid|cannot find field|additional propert|no such"
    r"|unavailable|not available|not implement|n't implement|deprecated|不支持|不允许"
)
OUT_OF_RANGE = re.compile(
    r"between|less than|below|greater|above|at most|at least|\brange|no more|exceed|larger|smaller|minimum|maximum"
    r"|positive|[<>≤≥]"
)
SYSTEM = re.compile(
    r"system.{0,30}(?:role|message|prompt|instruction)|role.{0,30}system|developer instruction|roles must alternate"
    r"|only.{0,20}user.{0,20}assistant|first message must be.{0,20}user|system.{0,20}角色|角色.{0,20}system"
)
LIMIT = r"max_?(?:completion_|new_|output_?)?tokens|maximum.{0,20}(?:output|completion) tokens|completion tokens"
TOO_LARGE = re.compile(
    rf"(?:{LIMIT}).{{0,80}}(?:too (?:large|high|big)|less than|at most|exceed|must be|should be|between|<=|≤|larger|greater"
    rf"|maximum|supports)|(?:at most|maximum of|up to|exceed\w*|too (?:large|high)|invalid).{{0,60}}(?:{LIMIT})",
    re.DOTALL,
)
TOO_SMALL = re.compile(
    rf"(?:{LIMIT}).{{0,80}}(?:at least|greater|larger than|minimum|above|>=|≥)|(?:at least|minimum).{{0,60}}(?:{LIMIT})",
    re.DOTALL,
)
ONE_OF_BOTH = re.compile(
    r"temperature.{0,30}top_p.{0,60}(?:both|same time|together|only one)|both.{0,30}temperature.{0,30}top_p", re.DOTALL
)
NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?![\w-])")
NO_STREAM = re.compile(r"\bstream(?:ing|ed)?\b")
PASSING = re.compile(r"retry later|try again|overload|concurren|too many requests|rate limit|temporar")
"""A 400 that says so is no refusal."""
RATE = re.compile(
    r"per[ _-]?(?:second|minute|hour)|rate[ _-]?(?:limit|quota|exceed|increase)|too many requests|throttl|burst|\b[rt]p[ms]\b"
    r"|token-limit|try again in|retry in|请求过于频繁|频率|限流|并发"
)
"""Words of a limit that time alone lifts, whatever else is said of a quota."""
SPENT = re.compile(
    r"insufficient[ _](?:quota|balance|credit|fund)|exceeded[ _](?:your[ _])?current[ _]quota|billing hard limit"
    r"|credit balance is too low|credits? (?:are|is) depleted|balance is insufficient"
    r"|out of credits?|no credits? (?:left|remaining)|balance is not enough|arrear"
    r"|余额不足|欠费|请充值"
)
"""Words of an account without money: no wait helps."""

KEYS = (
    *("message", "detail", "details", "msg", "error", "errors", "status_msg", "error_msg", "error_description"),
    *("reason", "title"),
)
DEEPEST = 6
SAMPLING = (
    "temperature",
    "top_p",
    "seed",
    "min_p",
    "repeat_penalty",
    "repetition_penalty",
    "repeat_last_n",
    "logit_bias",
)
MOST_LEAST = 4096
"""Tokens: what asks for more than this of the shortest reply is read wrongly."""
DRY = {"dry_multiplier": 0.0, "dry_base": 1.75, "dry_allowed_length": 3, "dry_penalty_last_n": 1024}
"""llama.cpp's fields; it refuses -1 (all) for the last."""
EXTRAS = ("min_p", "repeat_penalty", "repetition_penalty", "repeat_last_n", "logit_bias", *DRY)
"""Not of OpenAI: left out where a refusal names nothing."""


def words_of(value: object, depth: int = 0) -> str:
    """The server's sentence in an error body, whichever form it has; "" where it says nothing."""
    if isinstance(value, str):
        return _plain(value, depth)
    if depth > DEEPEST:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, (words_of(item, depth + 1) for item in value[:4])))
    if not isinstance(value, dict):
        return ""
    said = next(filter(None, (words_of(value.get(key), depth + 1) for key in KEYS)), "")
    place = value.get("loc")
    if said and isinstance(place, list):
        named = ".".join(str(part) for part in place if part != "body")
        said = f"{named}: {said}" if named else said
    more = value.get("metadata")  # OpenRouter: the provider's own words
    if isinstance(more, dict) and isinstance(more.get("raw"), str):
        said = f"{said} ({words_of(more['raw'], depth + 1)})"
    if said and isinstance(value.get("param"), str) and value["param"] not in said:
        said = f"{said} ({value['param']})"
    return said or (json.dumps(value, ensure_ascii=False)[:300] if depth == 0 and value else "")


def _plain(text: str, depth: int) -> str:
    """Text, of JSON or HTML in it what it says."""
    text = text.strip()
    if text[:1] in ("{", "[") and depth < DEEPEST:
        try:
            return words_of(parsed(text), depth + 1) or text
        except Malformed:
            return text
    if re.match(r"<(?:!doctype|html|head|body|\?xml|h1|center)\b", text, re.IGNORECASE):
        title = re.search(r"<title>([^<]{1,300})", text[:20_000], re.IGNORECASE)
        return title[1].strip() if title else " ".join(re.sub(r"<[^<>]{0,500}>", " ", text[:20_000]).split())
    return text


def too_long(said: str) -> bool:
    """Whether a refusal says that a prompt does not fit the window."""
    return any(sign in said.lower() for sign in TOO_LONG)


def expanded(names: Iterable[str]) -> set[str]:
    """Names of fields, `extras` among them for all of `EXTRAS`."""
    return {field for name in names for field in (EXTRAS if name == "extras" else (name,))}


@dataclass
class Quirks:
    """What a server is known to refuse, and what it has refused so far."""

    model: str
    left_out: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    """Fields that it knows by another name."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """The user's own, laid on every body; what is refused of it is the user's to mend."""
    cap: int | None = None
    """The most tokens of a reply that it allows."""
    least: int = 0
    """The fewest that may be asked for."""
    folded: bool = False
    """The system's text opens the user's."""
    no_thinking: bool = False
    """It wants to be told not to think."""
    _told: set[str] = field(default_factory=set)

    @property
    def limit_name(self) -> str:
        """The name that the server takes for the limit on a reply's tokens."""
        return self.renamed.get("max_tokens", "max_tokens")

    def body(self, request: Request) -> dict[str, object]:
        """The request as this server takes it. Prefilled replies are the last message."""
        wanted: dict[str, object] = {
            "stream": True,
            "stream_options": {"include_usage": True} if "stream" not in self.left_out else None,
            "max_tokens": self._limited(request.max_tokens),
            "temperature": request.temperature,
            "top_p": request.top_p,
            "seed": request.seed,
            "logit_bias": [[f" {word}", bias] for word, bias in request.favour.items()] or None,  # llama.cpp's form
            "min_p": request.min_p,
            "repeat_penalty": request.repeat_penalty,
            "repetition_penalty": request.repeat_penalty,  # vLLM's name
            "repeat_last_n": request.repeat_last_n,
            "enable_thinking": False if self.no_thinking else None,
        }
        if request.dry is not None:
            wanted |= DRY | {"dry_multiplier": request.dry}
        if request.json_schema is not None:
            schema = {"name": "reply", "schema": request.json_schema, "strict": False}
            wanted["response_format"] = {"type": "json_schema", "json_schema": schema}
        self._tell(wanted)
        sent = {self.renamed.get(k, k): v for k, v in wanted.items() if v is not None and k not in self.left_out}
        return laid({"model": self.model, "messages": self._messages(request), **sent}, self.extra)

    def _limited(self, tokens: int | None) -> int | None:
        if tokens is None:
            return self.cap
        return max(tokens if self.cap is None else min(tokens, self.cap), self.least)

    def _tell(self, wanted: dict[str, object]) -> None:
        """Say once which of the user's own settings a known server does not take."""
        unread = {n for n in ("temperature", "top_p") if n in self.left_out and wanted[n] is not None} - self._told
        if unread:
            log.warning("%s does not accept %s; going on without", self.model, ", ".join(sorted(unread)))
        self._told |= unread

    def _messages(self, request: Request) -> list[dict[str, str]]:
        messages = [{"role": m.role, "content": m.content} for m in request.messages]
        if not self.folded:
            return messages
        system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
        rest = [m for m in messages if m["role"] != "system"]
        if system and rest and rest[0]["role"] == "user":
            rest[0]["content"] = f"{system}\n\n{rest[0]['content']}"
        elif system:
            rest.insert(0, {"role": "user", "content": system})
        return rest

    def adapt(self, status: int, said: str, body: dict[str, object]) -> bool:
        """Change, from now on, what a refusal of `body` names. True: something changed, so ask again."""
        lower = said.lower()
        body = {name: value for name, value in body.items() if name not in self.extra}
        if status in (400, 422, 500, 501) and self._fold(lower, body):  # 500: llama.cpp, whose template fails
            return True
        if status not in (400, 405, 422, 500, 501) or too_long(said):
            return False
        if status == 500 and not REFUSED.search(lower):  # most of them pass
            return False
        return self._no_stream(lower, body) or (
            status != 405
            and (
                self._limit(said, body)
                or self._think(lower)
                or self._sampling(lower, body, named_alone=status >= 500)
                or ((status < 500 or "response_format" in lower or "json_schema" in lower) and self._schema(body))
            )
        )

    def _fold(self, said: str, body: dict[str, object]) -> bool:
        messages = body["messages"]
        if self.folded or not isinstance(messages, list) or not SYSTEM.search(said):
            return False
        self.folded = any(m["role"] == "system" for m in messages)
        return self.folded

    def _no_stream(self, said: str, body: dict[str, object]) -> bool:
        if "stream_options" in body and "stream_options" in said:
            self.left_out.add("stream_options")
        elif "stream" in body and NO_STREAM.search(said):
            self.left_out.add("stream")
        else:
            return False
        return True

    def _limit(self, said: str, body: dict[str, object]) -> bool:
        lower, sent = said.lower(), body.get(self.limit_name)
        other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}.get(self.limit_name, "")
        if self.limit_name in body and not TOO_LARGE.search(lower) and self._renamed(other, lower):
            return True
        if not isinstance(sent, int) or not TOO_LARGE.search(lower):
            return False
        if TOO_SMALL.search(lower):
            wanted = [
                n for n in (int(found.replace(",", "")) for found in NUMBER.findall(said)) if sent < n <= MOST_LEAST
            ]
            if wanted:
                self.least = min(wanted)
                return True
        allowed = [n for n in (int(found.replace(",", "")) for found in NUMBER.findall(said)) if 16 <= n < sent]
        if allowed:
            self.cap = max(allowed)
            log.warning("%s allows %d tokens a reply; going on with that: %s", self.model, self.cap, said)
        else:
            self.left_out.add("max_tokens")
            log.warning("%s does not accept %s=%d; going on without: %s", self.model, self.limit_name, sent, said)
        return True

    def _renamed(self, other: str, said: str) -> bool:
        """Whether a refusal of the limit's name is mended by the other name, which is tried once."""
        mine = self.limit_name
        asked_for = other == "max_completion_tokens" and other in said
        unknown = mine == "max_completion_tokens" and mine in said and REFUSED.search(said) is not None
        if not (asked_for or unknown) or other in self._told:
            return False
        self._told.add(mine)
        self.renamed["max_tokens"] = other
        return True

    def _think(self, said: str) -> bool:
        if "enable_thinking" not in said or self.no_thinking:
            return False
        self.no_thinking = True
        return True

    def _sampling(self, said: str, body: dict[str, object], *, named_alone: bool) -> bool:
        """A field that is refused is left out; one whose value is out of range is the user's to mend."""
        refused = REFUSED.search(said) is not None
        ours = {self.renamed.get(n, n): n for n in (*SAMPLING, *DRY, "max_tokens")}
        named = {n for sent, n in ours.items() if sent in body and re.search(_pattern(sent), said)}
        if {"temperature", "top_p"} <= named and ONE_OF_BOTH.search(said):
            named = {"top_p"}
            refused = True
        if not named and refused and not named_alone and "response_format" not in said and "schema" not in said:
            named = {n for n in EXTRAS if n in body}
        if not refused and OUT_OF_RANGE.search(said):
            named &= set(EXTRAS)  # nobody set them, and vLLM wants logit_bias in another form
        if not named:
            return False
        if named & DRY.keys():
            named |= DRY.keys()
        if new := named - self.left_out:  # of requests side by side the first one tells
            log.warning("%s does not accept %s; going on without", self.model, ", ".join(sorted(new)))
        self.left_out |= named
        self._told |= named
        return True

    def _schema(self, body: dict[str, object]) -> bool:
        if "response_format" not in body:  # servers without schemas rarely say so, and the caller parses anyway
            return False
        self.left_out.add("response_format")
        return True


def laid(body: dict[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """`over` laid on a body, table by table; a None in it takes a field away."""
    out = dict(body)
    for name, value in over.items():
        below = out.get(name)
        if value is None:
            out.pop(name, None)
        else:
            out[name] = laid(below if isinstance(below, dict) else {}, value) if isinstance(value, dict) else value
    return out


def _pattern(name: str) -> str:
    """A field's name in words and in camel case, alone."""
    return rf"(?<![a-z]){name.replace('_', '[_ -]?')}(?![a-z])"

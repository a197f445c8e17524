"""A real local server that speaks the OpenAI protocol, and misbehaves on request.

    with Server(ratio=0.9, faults=["429", "cut"]) as server:      # in a thread of the test process
        ... base_url=server.url ...; server.requests; server.completed
    python tests/helpers/server.py --port 0 --ttft-s 0.1 --log done.jsonl   # its own process; the first line is the port

What it answers is a pure function of the request's messages and seed, also across restarts: a JSON plan if a schema is
given (or the prompt says "JSON"), else prose of as many words as the last number before "words" or "字" asks for. One
token is one word, or one Chinese character. Sampling settings other than the seed are ignored.
"""

import argparse
import asyncio
import hashlib
import json
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise, takewhile
from pathlib import Path
from random import Random
from typing import Any, Self

UNITS = re.compile(r"[㐀-鿿]|[^\s㐀-鿿]+")  # one token each
ASKED = re.compile(r"(\d[\d,]*)\s*(?:words?\b|字)")
COUNT = re.compile(r"(\d+)\s*(?:sections?\b|chapters?\b|[个個]?[节節章])")
WORDS = """river stone lantern winter morning harbour letter window garden silence captain market shadow bridge
mountain story orchard engine village summer copper mirror thunder paper island forest candle journey machine anchor
meadow signal winding quiet golden distant hollow patient bitter gentle narrow broken silver restless early sudden
walked carried watched answered gathered followed remembered opened turned waited listened promised crossed vanished
across beneath against without toward beyond because though every another several neither slowly always rarely almost
together perhaps again still once never the a his her their its old new two three""".split()  # noqa: SIM905
SIGNS = "天地人山水风雨花月日夜春秋江河湖海石木林舟桥城门灯火书信旧新远近高低长短来去看听说走坐立思念忘记等望渡过归"


@dataclass(frozen=True)
class Script:
    """How the server behaves. Seconds and tokens; None switches a limit off."""

    ratio: float = 1.0  # words written / words asked
    cut_tokens: int | None = None  # replies end here with finish_reason "length"
    think: str = ""  # "tags", "field" (reasoning_content), "orphan" (closing tag alone) or "unclosed"
    num_ctx: int | None = None  # reads only the last so many tokens of the prompt, and reports no more
    usage_factor: float = 1.0  # reported prompt tokens / real ones
    usage: bool = True
    cache: bool = False  # counts the tokens that an earlier prompt began with, from 64 on, in steps of 16
    ttft_s: float = 0.0
    per_token_s: float = 0.0
    chunk_tokens: int = 8  # tokens of one streamed chunk
    retry_after: str = "0.05"  # header of 429 and 503; "" leaves it out
    refuse: tuple[str, ...] = ()  # request fields that are answered with 400, naming the field
    key: str = ""  # the only key accepted; "": any
    models: tuple[str, ...] = ()  # what /models lists; other names get 404. (): any name
    window: int | None = None  # told by /models
    window_field: str = "max_model_len"
    faults: Sequence[str] = ()  # what goes wrong, one per request in order of arrival
    fault_rate: float = 0.0  # probability of one of fault_kinds per request, once the queue is empty
    fault_kinds: tuple[str, ...] = ("429", "500", "cut", "empty")
    fault_seed: int = 0
    log: str = ""  # file that gets one JSON line for each completed answer


Speak = Callable[[dict[str, Any], Script], str]  # request body -> reply, uncut


@dataclass
class Answer:
    """One accepted request on its way out."""

    body: dict[str, Any]
    fault: str
    text: str
    prompt_tokens: int
    finish: str | None = "stop"
    extra: dict[str, str] = field(default_factory=dict)  # fields beside `content`
    cached_tokens: int = 0

    @property
    def tokens(self) -> int:
        return count_units(self.text) + count_units(self.extra.get("reasoning_content", ""))


def count_units(text: str) -> int:
    return len(text.split()) if text.isascii() else len(UNITS.findall(text))


def cut_units(text: str, limit: int) -> str:
    return text[: next((unit.start() for n, unit in enumerate(UNITS.finditer(text)) if n == limit), None)]


def whole(body: dict[str, Any]) -> dict[str, Any]:
    """The body with content in parts put together."""
    texts = [
        m["content"] if isinstance(m["content"], str) else "".join(p["text"] for p in m["content"])
        for m in body["messages"]
    ]
    return body | {"messages": [m | {"content": t} for m, t in zip(body["messages"], texts, strict=True)]}


def digest(body: dict[str, Any]) -> str:
    """Identity of a request: its messages, 16 hex digits."""
    return hashlib.sha256(json.dumps(body.get("messages"), sort_keys=True).encode()).hexdigest()[:16]


def prose(rng: Random, words: int, chinese: bool = False) -> str:
    """Exactly so many words (or characters), in sentences and paragraphs."""
    blank, stop, pool = ("", "。", SIGNS) if chinese else (" ", ".", WORDS)
    paragraphs, sentences = list[str](), list[str]()
    while words > 0:
        n = min(words, rng.randint(8, 19))
        words -= n
        sentences.append(blank.join(rng.choices(pool, k=n)).capitalize() + stop)
        if words <= 0 or rng.random() < 0.2:
            paragraphs.append(blank.join(sentences))
            sentences.clear()
    return "\n\n".join(paragraphs)


def fill(schema: dict[str, Any], rng: Random, words: int, items: int, defs: dict[str, Any]) -> Any:
    """A value of a JSON schema; integers named `words` share out the words asked for."""
    if "$ref" in schema:
        schema = defs[schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: fill(sub, rng, words, items, defs) for name, sub in schema.get("properties", {}).items()}
    if kind == "array":
        n = items or min(max(round(words / 500), 1), 60)
        n = min(max(n, schema.get("minItems", 1)), schema.get("maxItems", n))
        return [fill(schema["items"], rng, round(words / n * rng.uniform(0.9, 1.1)), 0, defs) for _ in range(n)]
    if kind in ("integer", "number"):
        return max(min(words, schema.get("maximum", words)), schema.get("minimum", 1))
    return kind == "boolean" or " ".join(rng.sample(WORDS, 4)).capitalize()


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
SECTION = {"properties": {"title": TEXT, "point": TEXT, "words": NUMBER}}
PLAN = {"properties": {"title": TEXT, "sections": {"type": "array", "items": SECTION}}}


def write(body: dict[str, Any], script: Script) -> str:
    """What the model would say, uncut."""
    messages = body["messages"]
    rng = Random(f"{digest(body)} {body.get('seed')}")
    heard = "\n".join(m["content"] for m in messages if m["role"] != "assistant")
    asked = [int(n.replace(",", "")) for n in ASKED.findall(heard)]
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
    if schema or "JSON" in heard:
        count = [int(n) for n in COUNT.findall(heard)]
        form = schema or PLAN
        plan = fill(form, rng, asked[-1] if asked else 2000, count[-1] if count else 0, form.get("$defs", {}))
        text = json.dumps(plan, ensure_ascii=False, indent=1)
        return text if schema else f"Here is the plan.\n```json\n{text}\n```"
    words = round((asked[-1] if asked else 100) * script.ratio)
    if not ASKED.search(messages[-1]["content"]):  # a continuation: what the reply so far holds is done
        words = max(words - sum(count_units(m["content"]) for m in messages if m["role"] == "assistant"), 20)
    return prose(rng, words, chinese="字" in heard)


def answer(body: dict[str, Any], script: Script, fault: str, speak: Speak) -> Answer:
    """The reply, cut and dressed as the script and the fault say."""
    prompt = sum(count_units(m["content"]) for m in body["messages"])
    if script.num_ctx is not None and prompt > script.num_ctx:
        last = body["messages"][-1]
        kept = " ".join(last["content"].split()[-script.num_ctx :])[-10 * script.num_ctx :]  # the end alone is read
        body, prompt = body | {"messages": [last | {"content": kept}]}, script.num_ctx
    prompt = 7 if fault == "wrong_usage" else round(prompt * script.usage_factor)
    reply = Answer(body, fault, speak(body, script), prompt)
    limits = [n for n in (script.cut_tokens, *map(body.get, ("max_tokens", "max_completion_tokens"))) if n is not None]
    if fault == "length":
        limits.append(count_units(reply.text) // 2)
    think = {"think": "tags", "think_only": "think_only"}.get(fault, script.think)
    thoughts = prose(Random(reply.text), 30) if think else ""
    limit = min(limits, default=10**9)
    if thoughts and think != "field" and limit <= 30:
        reply.text, reply.finish = "<think>\n" * (think != "orphan") + cut_units(thoughts, limit - 1), "length"
        return reply
    room = limit - count_units(thoughts)
    if count_units(reply.text) > room:
        reply.text, reply.finish = cut_units(reply.text, max(room, 0)), "length"
    if think == "field":
        reply.extra = {"reasoning_content": cut_units(thoughts, limit)}
    elif think in ("tags", "orphan"):
        reply.text = "<think>\n" * (think == "tags") + f"{thoughts}\n</think>\n\n{reply.text}"
    elif think:
        reply.text = f"<think>\n{thoughts}"
        reply.finish = "length" if think == "think_only" else "stop"
    if fault == "empty":
        reply.text = ""
    reply.finish = {"filter": "content_filter", "no_finish": None}.get(fault, reply.finish)
    return reply


REFUSALS = {  # fault -> status, code, message
    "429": (429, "rate_limit_exceeded", "Rate limit reached"),
    "quota": (429, "insufficient_quota", "You exceeded your current quota"),
    "500": (500, "server_error", "The server had an error"),
    "503": (503, "overloaded", "Overloaded"),
    "400": (400, "invalid_request", "The request is not acceptable for reasons of its own"),
    "context": (400, "context_length_exceeded", "This model's maximum context length is 4096 tokens, not 9000"),
    "401": (401, "invalid_api_key", "Incorrect API key provided"),
    "402": (402, "no_credit", "Insufficient balance"),
    "403": (403, "forbidden", "Your plan does not include this model"),
    "404": (404, "model_not_found", "The model does not exist"),
    "422": (422, "unprocessable", "Unprocessable"),
    "no_schema": (400, "invalid_request", "response_format json_schema is not supported by this server"),
}
FAULTS = """cut bad_chunk empty length think think_only slow hang wrong_usage filter no_finish html""".split()  # noqa: SIM905
FAULTS += REFUSALS
Sent = tuple[int, dict[str, str], bytes]


class Server:
    """Serves on 127.0.0.1 from `with` to its end; takes Script's fields by keyword.

    `requests` holds the bodies received and `headers` theirs (not if `keep` is False), `completed` the digests of the
    answers sent to their last byte.
    """

    def __init__(self, speak: Speak = write, port: int = 0, keep: bool = True, **script: Any) -> None:
        self.script = Script(**script)
        self.faults = deque(self.script.faults)
        assert {*self.faults, *self.script.fault_kinds} <= {*FAULTS}
        self.speak = speak
        self.port, self.keep = port, keep
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.raw: list[bytes] = []  # bodies as they came
        self._kept: list[list[str]] = []
        self.completed: list[str] = []
        self._seen: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve(lambda _: ready.set())), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def serve(self, on_ready: Callable[[int], None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        listener = await asyncio.start_server(self._connection, "127.0.0.1", self.port, backlog=512)
        self.port = listener.sockets[0].getsockname()[1]
        on_ready(self.port)
        await self._stop.wait()
        listener.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer. False: the connection is to be closed."""
        start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = start.split(" ", 2)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", 0)))
        allowed = not self.script.key or headers.get("authorization") == f"Bearer {self.script.key}"
        if (method, path) == ("GET", "/v1/models"):
            return self._send(writer, self._models() if allowed else self._error(*REFUSALS["401"]))
        if (method, path) != ("POST", "/v1/chat/completions"):
            return self._send(writer, (404, {}, b'{"detail": "Not Found"}'))
        body: dict[str, Any] = json.loads(raw)
        self.requests += [body] * self.keep
        self.raw += [raw] * self.keep
        self.headers += [headers] * self.keep
        fault = self._fault(body)
        refusal = self._error(*REFUSALS["401"]) if not allowed else self._refuse(body, fault)
        if refusal:
            return self._send(writer, refusal)
        if fault == "hang":
            await asyncio.wait_for(reader.read(1), 30)
            return False
        body = whole(body)
        reply = answer(body, self.script, fault, self.speak)
        reply.cached_tokens = self._cached(body) if self.script.cache else 0
        sent = await (self._stream if body.get("stream") else self._whole)(reader, writer, reply)
        if sent and fault not in ("bad_chunk", "empty", "filter", "no_finish", "think_only"):
            self._record(digest(body), reply)
        return sent

    def _models(self) -> Sent:
        told: dict[str, Any] = {self.script.window_field: self.script.window}
        if self.script.window_field.startswith("n_ctx"):
            told = {"meta": told}
        return 200, {}, json.dumps({"data": [{"id": n} | told for n in self.script.models or ("local",)]}).encode()

    def _fault(self, body: dict[str, Any]) -> str:
        """The next fault; drawn ones depend on the request and how often it came, not on what else is going on."""
        name = digest(body)
        self._seen[name] += 1
        if self.faults:
            return self.faults.popleft()
        rng = Random(f"{self.script.fault_seed} {name} {self._seen[name]}")
        return rng.choice(self.script.fault_kinds) if rng.random() < self.script.fault_rate else ""

    def _refuse(self, body: dict[str, Any], fault: str) -> Sent | None:
        for name in (n for n in self.script.refuse if n in body):
            instead = " Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
            return self._error(400, "unsupported_parameter", f"Unsupported parameter: '{name}' is not known.{instead}")
        if "cache_control" in self.script.refuse and whole(body) != body:
            where = "messages.1.content.0.cache_control"
            return self._error(400, "invalid_request", f"{where}: Extra inputs are not permitted")
        if self.script.models and body["model"] not in self.script.models:
            return self._error(*REFUSALS["404"])
        if fault == "html":
            return 200, {"Content-Type": "text/html"}, b"<html>hello</html>"
        if fault == "no_schema" and "response_format" not in body:
            return None
        return self._error(*REFUSALS[fault]) if fault in REFUSALS else None

    def _error(self, status: int, code: str, message: str) -> Sent:
        wait = {"Retry-After": self.script.retry_after} if status in (429, 503) and self.script.retry_after else {}
        return status, wait, json.dumps({"error": {"message": message, "type": code, "code": code}}).encode()

    def _send(self, writer: asyncio.StreamWriter, sent: Sent, share: float = 1.0) -> bool:
        status, extra, data = sent
        writer.write(head_of(status, extra, len(data)) + data[: int(len(data) * share)])
        return share == 1.0

    def _usage(self, reply: Answer) -> dict[str, Any]:
        usage = {"prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.tokens}
        details = {"cached_tokens": reply.cached_tokens}
        return usage | {"total_tokens": sum(usage.values()), "prompt_tokens_details": details}

    def _cached(self, body: dict[str, Any]) -> int:
        """Units that this prompt begins with like an earlier one."""
        prompt = UNITS.findall("\n".join(m["content"] for m in body["messages"]))
        shared = max(
            (sum(1 for _ in takewhile(lambda p: p[0] == p[1], zip(prompt, kept, strict=False))) for kept in self._kept),
            default=0,
        )
        self._kept.append(prompt)
        return shared // 16 * 16 if shared >= 64 else 0

    async def _whole(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Answer) -> bool:
        await asyncio.sleep(self.script.ttft_s + self.script.per_token_s * reply.tokens)
        if reader.at_eof():
            return False
        message = {"role": "assistant", "content": reply.text} | reply.extra
        choice = {"index": 0, "message": message, "finish_reason": reply.finish}
        usage = {"usage": self._usage(reply)} if self.script.usage else {}
        data = json.dumps({"id": "c-1", "model": reply.body["model"], "choices": [choice]} | usage).encode()
        if reply.fault == "bad_chunk":
            data = data[:-20]
        if reply.fault != "slow":
            return self._send(writer, (200, {}, data), share=0.5 if reply.fault == "cut" else 1.0)
        writer.write(head_of(200, {}, len(data)))
        for start in range(0, len(data), 50):
            await asyncio.sleep(0.02)
            writer.write(data[start : start + 50])
        await writer.drain()
        return True

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Answer) -> bool:
        writer.write(head_of(200, {"Content-Type": "text/event-stream"}, None))
        await asyncio.sleep(self.script.ttft_s)
        events = self._events(reply)
        for n, (event, tokens) in enumerate(events):
            if n >= len(events) // 2 and reply.fault == "cut":
                return False
            broken = n >= len(events) // 2 and reply.fault == "bad_chunk"
            if self.script.per_token_s or reply.fault == "slow":
                await asyncio.sleep(self.script.per_token_s * tokens + 0.01 * (reply.fault == "slow"))
            if reader.at_eof():
                return False
            data = b"data: " + event.encode()[: -5 if broken else None] + b"\n\n"
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        return True

    def _events(self, reply: Answer) -> list[tuple[str, int]]:
        """Streamed events (JSON, tokens in it), the closing [DONE] included."""
        pieces: list[tuple[dict[str, str], int]] = []
        for name, text in [*reply.extra.items(), ("content", reply.text)]:
            starts = [m.start() for m in UNITS.finditer(text)][:: self.script.chunk_tokens]
            bounds = [0, *starts[1:], len(text)]
            pieces += [({name: text[a:b]}, self.script.chunk_tokens) for a, b in pairwise(bounds)]
        base = {"id": "c-1", "object": "chat.completion.chunk", "created": 0, "model": reply.body["model"]}
        chunks = [(base | {"choices": [{"index": 0, "delta": d, "finish_reason": None}]}, n) for d, n in pieces]
        chunks.append((base | {"choices": [{"index": 0, "delta": {}, "finish_reason": reply.finish}]}, 0))
        if self.script.usage and reply.body.get("stream_options", {}).get("include_usage"):
            chunks.append((base | {"choices": [], "usage": self._usage(reply)}, 0))
        return [(json.dumps(c), n) for c, n in chunks] + [("[DONE]", 0)]

    def _record(self, name: str, reply: Answer) -> None:
        self.completed.append(name)
        if self.script.log:
            line = {"hash": name, "seed": reply.body.get("seed"), "tokens": reply.tokens, "finish": reply.finish}
            with Path(self.script.log).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def head_of(status: int, headers: dict[str, str], length: int | None) -> bytes:
    """Status line and headers; length None: chunked."""
    size = {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": str(length)}
    lines = [f"{k}: {v}\r\n" for k, v in ({"Content-Type": "application/json"} | size | headers).items()]
    return f"HTTP/1.1 {status} X\r\n{''.join(lines)}\r\n".encode()


def main() -> None:
    parser = argparse.ArgumentParser(description="Every field of Script is a flag; lists are comma-separated.")
    parser.add_argument("--port", type=int, default=0)
    kinds: dict[Any, Any] = {float: float, int: int, int | None: int, bool: json.loads, str: str}
    for option in fields(Script):
        kind = kinds.get(option.type, lambda text: tuple(filter(None, text.split(","))))
        parser.add_argument("--" + option.name.replace("_", "-"), type=kind, default=option.default)
    server = Server(keep=False, **vars(parser.parse_args()))
    asyncio.run(server.serve(lambda port: print(port, flush=True)))  # noqa: T201 - the port is this program's output


if __name__ == "__main__":
    main()

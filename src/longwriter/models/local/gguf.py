"""A GGUF file in this process: `gguf:NAME`, of what `longwriter pull` has fetched, or `gguf:PATH.gguf`.

A LoRA adapter may be laid on either: `gguf:NAME+ADAPTER.gguf` (adapted.py). Needs the extra `gguf`: llama.cpp as
`xllamacpp`. The file's head is read at once, the weights at the first reply. Calls run side by side in the engine's
slots; each has the whole window. The model's own chat template is used, a JSON schema becomes a grammar, and what a
prompt shares with an earlier one is not read again.
"""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import count
from typing import Any, Literal

from longwriter.checks.phrases import Phrases
from longwriter.errors import EmptyReply, InputError, PromptTooLong, SetupError, Unavailable
from longwriter.models.base import Listener, Listens, ModelConfig, Pause, listening, tell_pause
from longwriter.models.cards import card_of
from longwriter.models.local.adapted import located, parts
from longwriter.models.local.ban.ban import Back, Ban, begun
from longwriter.models.local.llama import LlamaEngine, room
from longwriter.models.thinking import ThinkFilter
from longwriter.types import Message, Reply, Request, Usage

log = logging.getLogger(__name__)

DRY = {"dry_base": 1.75, "dry_allowed_length": 3, "dry_penalty_last_n": 1024}
SEEDS = 2**32 - 1
"""The engine's seeds are 32 bits wide; the largest asks for a random one."""
SEED_STEP = 2_654_435_761
"""Between the seeds of two requests for one reply; far from the steps of those who count seeds up."""
CHARACTER = 4
"""Most tokens of one character."""


class Gguf:
    """One file's model."""

    prefill = True
    seeded = True
    bans = True

    def __init__(self, config: ModelConfig, rest: str) -> None:
        """`rest`: name or path. Raises InputError, and SetupError for a file that cannot be used or is not there."""
        if not rest.strip():
            raise InputError("gguf: needs a name or a file, such as gguf:smollm2 or gguf:./model.gguf")
        self.name = f"gguf:{parts(rest).name}"
        path, header, adapter = located(rest)
        if not header.text("tokenizer.chat_template"):
            raise SetupError(f"{self.name} has no chat template: it completes text but does not follow instructions")
        card = card_of(self.name, config.card)
        self._room = room(header, card.window, several=card.candidates > 1)
        self._engine = LlamaEngine(path, header, self._room, adapter=adapter)
        self._threads = ThreadPoolExecutor(self._room.at_once, thread_name_prefix="gguf")
        self._counted = lru_cache(maxsize=64)(self._engine.tokens)
        self._phrases = lru_cache(maxsize=4)(Phrases)

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        """Answer. Raises SetupError where the weights cannot be loaded, PromptTooLong, Unavailable or EmptyReply."""
        heard = listening(listener)
        answer = _Answer(heard)
        if request.ban and request.json_schema is None:
            answer.ban = Ban(self._phrases(request.ban), begun(request))
            await self._ask_banning(request, answer, answer.ban)
        else:
            await self._ask(_body(request, schema=True), answer)
        if answer.error and request.json_schema is not None and not answer.too_long:
            log.warning("%s: the schema was refused (%s); going on without", self.name, answer.error)
            answer = _Answer(heard)
            await self._ask(_body(request, schema=False), answer)
        if answer.error:
            said = f"{self.name}: {answer.error}"
            if answer.too_long:
                raise PromptTooLong(f"the prompt does not fit the {self._room.window} tokens of {said}", answer.error)
            raise SetupError(said) if answer.code < 500 else Unavailable(said)
        reply = answer.reply()
        if reply is None:
            raise Unavailable(f"{self.name}: the engine stopped in the middle of a reply")
        if not reply.text.strip():
            raise EmptyReply(f"{self.name} answered without text" + " outside its thinking" * bool(reply.thinking))
        return reply

    async def window(self) -> int | None:
        """Tokens of prompt and reply: the model's positions, as far as its card and the memory allow."""
        return self._room.window

    def count_tokens(self, text: str) -> int | None:
        """Exact, without the chat template's own tokens; 0.2 ms, and the weights are read the first time."""
        return self._counted(text) if text else 0

    async def aclose(self) -> None:
        """Let go of the weights."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.close()

    async def _ask_banning(self, request: Request, answer: "_Answer", ban: Ban) -> None:
        """Ask; where a phrase is found, ask for one token that is not ruled out, then go on from there.

        The server keeps what it has read, so that each of these costs little more than its tokens. A model that has thought
        goes on from its text alone.
        """
        ruled_out: tuple[str, ...] = ()
        most: int | None = None
        for asked in count():
            left = None if request.max_tokens is None else request.max_tokens - ban.tokens
            if left is not None and left <= 0:
                answer.finish = "length"
                break
            before = ban.tokens
            await self._ask(_body(_from(request, ban.text, most or left, asked), ruled_out=ruled_out), answer)
            if answer.error or (answer.finish in (None, "cut") and answer.back is None):
                return
            back = answer.back or (ban.close() if answer.finish == "stop" else None)
            if back is None and (not ruled_out or answer.finish == "stop"):
                break
            answer.go_on()
            if back is not None:
                ruled_out, most = back.ruled_out, 1
            elif ban.tokens == before and most == 1:
                most = CHARACTER  # the token is the first part of a character, which comes when it is whole
            else:
                ruled_out, most = (), None
        answer.close()

    async def _ask(self, body: dict[str, object], answer: "_Answer") -> None:
        """Run one request in a thread, and read what comes here. Cancelled: it ends with the next token."""
        loop, stop = asyncio.get_running_loop(), threading.Event()
        events = asyncio.Queue[dict[str, Any] | None]()

        def hear(event: dict[str, Any]) -> bool:
            loop.call_soon_threadsafe(events.put_nowait, event)
            return stop.is_set()

        def work() -> None:
            loop.call_soon_threadsafe(answer.wait, Pause("prompt"))
            try:
                answer.lane = self._engine.chat(body, hear, answer.lane)
            finally:
                loop.call_soon_threadsafe(events.put_nowait, None)

        answer.wait(Pause("slot"))
        running, failed = self._threads.submit(work), None
        try:
            while (event := await events.get()) is not None:
                if answer.feed(event):
                    break
        finally:
            stop.set()
            if not running.cancel():
                ended = asyncio.wrap_future(running)
                await asyncio.wait([ended])
                failed = ended.exception()
        if failed is not None:
            raise failed


def _from(request: Request, text: str, most: int | None, asked: int) -> Request:
    """A request that goes on from `text`, the reply so far. `asked`: how often it was asked before; each draws anew."""
    if not asked:
        return request
    start = begun(request)
    messages = request.messages[:-1] if start else request.messages
    if start + text:
        messages = (*messages, Message(role="assistant", content=start + text))
    seed = None if request.seed is None else request.seed + asked * SEED_STEP
    return request.model_copy(update={"messages": messages, "max_tokens": most, "seed": seed})


def _body(request: Request, *, schema: bool = False, ruled_out: tuple[str, ...] = ()) -> dict[str, object]:
    favoured = [[f" {word}", bias] for word, bias in request.favour.items()]
    wanted: dict[str, object] = {
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "min_p": request.min_p,
        "repeat_penalty": request.repeat_penalty,
        "repeat_last_n": request.repeat_last_n,
        "logit_bias": [*favoured, *([text, False] for text in ruled_out)] or None,
        "seed": None if request.seed is None else request.seed % SEEDS,
    }
    if request.dry:
        wanted |= {"dry_multiplier": request.dry, **DRY}
    if schema and request.json_schema is not None:
        form = {"name": "reply", "schema": request.json_schema, "strict": True}
        wanted["response_format"] = {"type": "json_schema", "json_schema": form}
    if request.messages[-1].role == "assistant":  # a model that thinks would begin with that
        wanted["chat_template_kwargs"] = {"enable_thinking": False}
    return {
        "messages": [m.model_dump() for m in request.messages],
        "cache_prompt": True,
        "stream": True,  # also where nobody listens: a reply that is not streamed cannot be stopped
        "stream_options": {"include_usage": True},
        "timings_per_token": True,  # so that a reply that was cut is counted too
        "return_progress": True,  # events while the prompt is read, at each of which it may be stopped
    } | {name: value for name, value in wanted.items() if value is not None}


class _Answer:
    """A reply as it arrives."""

    def __init__(self, listener: Listener | None) -> None:
        self.listener = listener
        self.visible, self.reasoning = ThinkFilter(), list[str]()
        self.heard = list[str]()
        self.finish: Literal["stop", "length", "cut"] | None = None
        self.usage = Usage()
        self.error, self.code, self.too_long = "", 0, False
        self.lane: int | None = None
        """Of the engine: which one has read the prompt."""
        self.ban: Ban | None = None
        self.back: Back | None = None
        """A phrase was found."""
        self._counted = 0  # tokens of this request that were seen
        self._earlier: Usage | None = None  # of the requests before this one
        if listener is not None:
            listener.begin()

    def wait(self, pause: Pause) -> None:
        """No text for now."""
        if self._earlier is None:
            tell_pause(self.listener, pause)

    def feed(self, event: dict[str, Any]) -> bool:
        """Take one event of the stream. True: enough."""
        if read := event.get("prompt_progress"):
            self.wait(Pause("prompt", read["processed"] / max(1, read["total"])))
        if "error" in event:
            said = event["error"]
            self.error, self.code = " ".join(str(said["message"]).split()), int(said["code"])
            self.too_long = said["type"] == "exceed_context_size_error"
            return False
        if timings := event.get("timings"):
            read, new = timings["cache_n"] + timings["prompt_n"], timings["predicted_n"]
            self.usage = Usage(prompt_tokens=read, completion_tokens=new, cached_tokens=timings["cache_n"])
        if usage := event.get("usage"):
            cached = usage["prompt_tokens_details"]["cached_tokens"]
            read, new = usage["prompt_tokens"], usage["completion_tokens"]
            self.usage = Usage(prompt_tokens=read, completion_tokens=new, cached_tokens=cached)
        for choice in event["choices"][:1]:
            if self._show(self.visible.feed(self._allowed(choice["delta"].get("content") or ""))):
                self.finish = "cut"
                return True
            if self.back is not None:
                return True
            self.reasoning.append(choice["delta"].get("reasoning_content") or "")
            if choice["finish_reason"] is not None:
                self.finish = "length" if choice["finish_reason"] == "length" else "stop"
                if self.ban is None:
                    self._show(self.visible.close())
        return False

    def go_on(self) -> None:
        """Another request takes the reply up."""
        first = self._earlier or self.usage
        spent = (first.completion_tokens or 0) * (self._earlier is not None) + (self.usage.completion_tokens or 0)
        self._earlier = first.model_copy(update={"completion_tokens": spent})
        self.usage, self.back, self.finish, self._counted = Usage(), None, None, 0

    def close(self) -> None:
        """The reply is over; what a ban held back is shown."""
        if self.ban is not None:
            self._show(self.visible.feed(self.ban.rest()) + self.visible.close())

    def _allowed(self, piece: str) -> str:
        """What may be shown of a piece and of what was held back."""
        if self.ban is None or not piece:
            return piece
        tokens, self._counted = (self.usage.completion_tokens or 0) - self._counted, self.usage.completion_tokens or 0
        self.back = self.ban.take(piece, tokens)
        return "" if self.back else self.ban.ready()

    def _show(self, piece: str) -> bool:
        return bool(piece) and self.listener is not None and self.listener.hear(piece)

    def reply(self) -> Reply | None:
        """What came; None where it has no end."""
        if self.finish is None:
            return None
        thinking = "".join(self.reasoning) + self.visible.thinking
        reply = Reply(text=self.visible.text, finish=self.finish, usage=self.usage, thinking=thinking)
        if self.ban is None:
            return reply
        usage = self._earlier or self.usage
        if self._earlier is not None:
            spent = (usage.completion_tokens or 0) + (self.usage.completion_tokens or 0)
            usage = usage.model_copy(update={"completion_tokens": spent})
        return reply.model_copy(
            update={"usage": usage, "avoided": self.ban.avoided, "let_through": self.ban.let_through}
        )

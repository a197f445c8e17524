"""nano as a `Model`: a small language model that ships with the package, for a first try and for tests. No network.

It was trained on one form of chat: what is asked, then the text. All messages before the reply are therefore one
request, and the prompts of `writer/prompts/nano` are the only ones that it knows well. Leaves out: thinking, tools.
"""

import asyncio
import codecs
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from longwriter.errors import EmptyReply, SetupError
from longwriter.models.base import ModelConfig, OnText
from longwriter.models.nano.constrain import Guide
from longwriter.models.nano.engine import Engine, State
from longwriter.models.nano.sampling import Sampler
from longwriter.models.nano.threads import one_thread
from longwriter.models.nano.vocabulary import Vocabulary
from longwriter.types import Reply, Request, Usage

WEIGHTS = Path(__file__).parent / "weights"
LEAST_REPLY = 32  # tokens; a prompt that leaves fewer is refused, because what fits is not a sentence


class Nano:
    """`nano`, or `nano:FOLDER` for weights of one's own."""

    name = "nano"
    prefill = True
    prompts = "nano"

    def __init__(self, config: ModelConfig, rest: str) -> None:  # noqa: ARG002 - every backend is made with both
        """`rest`: a folder with config.json, model.safetensors and tokenizer.json; "": the shipped one."""
        folder = Path(rest) if rest else WEIGHTS
        self.vocabulary = Vocabulary(folder / "tokenizer.json")
        self.engine = Engine(folder)
        self.state = State(self.engine.shape)
        if self.engine.shape.vocab != self.vocabulary.size:
            raise SetupError(f"{folder}: the tokenizer and the weights are of different vocabularies")

    async def reply(self, request: Request, on_text: OnText | None = None) -> Reply:
        """Answer, in a thread of its own; a cancelled call ends it within one token.

        Raises SetupError for a prompt that leaves too little of the window, or a schema that cannot be met;
        EmptyReply for a reply of nothing but blanks.
        """
        loop, stop = asyncio.get_running_loop(), threading.Event()

        def show(text: str) -> None:
            if on_text is not None:
                loop.call_soon_threadsafe(on_text, text)

        try:
            return await asyncio.to_thread(self._reply, request, show, stop)
        finally:
            stop.set()

    async def window(self) -> int | None:
        """Tokens, prompt and reply together."""
        return self.engine.shape.context

    def count_tokens(self, text: str) -> int | None:
        """Tokens of a plain text."""
        return len(self.vocabulary.encode(text))

    async def aclose(self) -> None:
        """Nothing is open."""

    def _reply(self, request: Request, show: Callable[[str], None], stop: threading.Event) -> Reply:
        """The whole reply, on the calling thread."""
        if not request.messages:
            raise SetupError("a request without messages")
        asked, begun = self.vocabulary.prompt(request.messages)
        prompt, context = asked + begun, self.engine.shape.context
        room = context - len(prompt)
        if room < LEAST_REPLY:
            raise SetupError(
                f"prompt too long for nano's {context}-token window: its {len(prompt)} tokens leave fewer than "
                f"{LEAST_REPLY} for the reply; shorten the instruction or choose another --model"
            )
        limit = room if request.max_tokens is None else min(room, request.max_tokens)
        schema = request.json_schema
        guide = None if schema is None else Guide(self.vocabulary, schema, begun)
        if guide is not None and guide.done:
            raise EmptyReply("the beginning of the reply is complete JSON already")
        sampler = Sampler(self.vocabulary, request, asked, begun)
        decoder = codecs.getincrementaldecoder("utf-8")("ignore")  # a torn last character is left out
        text, count, finished = "", 0, False
        with one_thread():
            for tokens in self._tokens(prompt, limit, sampler, guide):
                count += len(tokens)
                finished = tokens[-1] == self.vocabulary.end or (guide is not None and guide.done)
                new = decoder.decode(b"".join(self.vocabulary.pieces[t] for t in tokens if t != self.vocabulary.end))
                text += new
                if new:
                    show(new)
                if finished or stop.is_set():
                    break
        if not text.strip():
            raise EmptyReply("nano wrote nothing; another seed or a plainer instruction may help")
        usage = Usage(prompt_tokens=len(prompt), completion_tokens=count)
        return Reply(text=text, finish="stop" if finished else "length", usage=usage)

    def _tokens(self, prompt: list[int], limit: int, sampler: Sampler, guide: Guide | None) -> Iterator[list[int]]:
        """The reply, one or more tokens at a time, `limit` in all; the caller stops where it is complete."""
        logits = self.engine.prompt(self.state, prompt)
        while True:
            tokens = [] if guide is None else guide.forced(limit)
            if not tokens:
                tokens = [sampler.draw(logits, None if guide is None else guide.allowed())]
            if guide is not None:
                guide.take(tokens)
            limit -= len(tokens)
            yield tokens
            if not limit:
                return
            logits = self.engine.extend(self.state, tokens)

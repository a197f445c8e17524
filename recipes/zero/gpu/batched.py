"""The sampler as a model of longwriter: calls of many runs that wait at the same time are answered as one batch.

`longwriter` with it: python recipes/zero/gpu/batched.py data agentwrite ... --model graph:FOLDER --concurrency 128
Leaves out: grammars, favoured words, seeds.
"""

import asyncio
import sys
from pathlib import Path

import torch
from sampler import Sampler
from transformers import AutoModelForCausalLM, AutoTokenizer

from longwriter.cli.main import main
from longwriter.errors import EmptyReply
from longwriter.models.base import BACKENDS, Listener, Listens, ModelConfig, listening
from longwriter.types import Reply, Request, Usage

ROWS, ROOM, MOST = 128, 1536, 700
GATHER_S = 0.03
"""How long the first caller waits for others."""


class Batched:
    """A folder of weights behind one queue."""

    prefill = False

    def __init__(self, config: ModelConfig, folder: str) -> None:
        """Opens the weights on the GPU."""
        del config
        self.name = f"graph:{folder}"
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).to(device)
        self.sampler = Sampler(model, ROWS if device == "cuda" else 64, ROOM, self.tokenizer.eos_token_id, quick=True)
        self.waiting: list[tuple[Request, asyncio.Future[Reply]]] = []
        self.busy = False

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        """Answer with the next batch."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        self.waiting.append((request, future))
        if not self.busy:
            self.busy = True
            loop.create_task(self._work())  # noqa: RUF006  it ends with the queue
        return heard(await future, listening(listener))

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(GATHER_S)
            batch, self.waiting = self.waiting[: self.sampler.rows], self.waiting[self.sampler.rows :]
            if not batch:
                self.busy = False
                return
            (replies,) = await asyncio.gather(
                asyncio.to_thread(self._answer, [r for r, _ in batch]), return_exceptions=True
            )
            for number, (_, future) in enumerate(batch):
                if isinstance(replies, BaseException):  # every caller is told
                    future.set_exception(RuntimeError(str(replies)))
                elif not future.cancelled():
                    future.set_result(replies[number])

    def _answer(self, requests: list[Request]) -> list[Reply]:
        ids = [
            self.tokenizer.apply_chat_template(
                [m.model_dump(include={"role", "content"}) for m in r.messages], add_generation_prompt=True,
                return_dict=False,
            )
            for r in requests
        ]  # fmt: skip
        ids = [row[-(ROOM - MOST) :] for row in ids]
        limits = [min(r.max_tokens or MOST, MOST) for r in requests]
        first = requests[0]
        found = self.sampler(
            ids, max(limits), first.temperature or 0.8, first.min_p or 0.0, first.repeat_penalty or 1.0
        )
        out = []
        for row, most, prompt in zip(found, limits, ids, strict=True):
            ended = len(row) <= most and row[-1] == self.tokenizer.eos_token_id
            text = self.tokenizer.decode(row[:-1] if ended else row[:most])
            usage = Usage(prompt_tokens=len(prompt), completion_tokens=min(len(row), most))
            out.append(Reply.model_construct(text=text, finish="stop" if ended else "length", usage=usage, thinking=""))
        return out

    async def window(self) -> int | None:
        """Tokens of prompt and reply."""
        return ROOM

    def count_tokens(self, text: str) -> int | None:
        """In the model's vocabulary."""
        return len(self.tokenizer(text)["input_ids"])

    async def aclose(self) -> None:
        """Nothing to close."""


def heard(reply: Reply, listener: Listener | None) -> Reply:
    """The reply as far as its listener wants it. Raises EmptyReply for one without text."""
    if not reply.text.strip():
        raise EmptyReply("the model ended at once")
    if listener is None:
        return Reply.model_validate(reply.model_dump())
    listener.begin()
    text, pieces = "", reply.text.split(" ")
    for number, piece in enumerate(pieces):
        piece = piece if number == len(pieces) - 1 else piece + " "
        text += piece
        if listener.hear(piece):
            return Reply(text=text, finish="cut", usage=reply.usage)
    return Reply(text=text, finish=reply.finish, usage=reply.usage)


if __name__ == "__main__":
    BACKENDS["graph"] = "batched:Batched"
    sys.path.insert(0, str(Path(__file__).parent))
    sys.modules["batched"] = sys.modules["__main__"]
    main()

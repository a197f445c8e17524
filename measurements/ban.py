"""What a ban of phrases takes and gives: the model in this process writes the same requests with and without one, in turn.

Run: python measurements/ban.py [NAME-or-PATH] [--ban FILE|slop]; needs the extra gguf and, without an argument,
`longwriter pull smollm2`. `hf:FOLDER` measures transformers. Without --ban two lists are measured: "slop", and "long", 2,500
phrases: all of the shipped list, single words too, filled up with runs of four words of the model's own texts of one seed; the
requests are those of the other seed. Prints JSON for each list: phrases per 1,000 words without and with it, places avoided and
phrases let through, at how many of the places how many tries were made, and the ratio of the text's tokens per second, by the
clock and by the processor's time, which other work on the machine disturbs less; medians over the pairs. Aim: ratio >= 0.90.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections import Counter
from itertools import product
from typing import Any, NamedTuple

from longwriter.checks.phrases import Phrases
from longwriter.checks.slop.banned import phrases_named
from longwriter.checks.slop.stock import shipped
from longwriter.models.base import Model, ModelConfig, open_model
from longwriter.models.local import gguf, hf
from longwriter.models.local.ban.ban import Ban
from longwriter.models.local.gguf import Gguf
from longwriter.models.local.gguf_file import read_header
from longwriter.models.local.library import locate
from longwriter.models.local.llama import LlamaEngine, room
from longwriter.text import count_words
from longwriter.types import Message, Request

SEEDS, TOKENS, LONG_LIST = 2, 400, 2500
ASKED = (
    "Write a story about a lighthouse keeper who finds a letter in a bottle.",
    "Write a chapter of a fantasy novel in which a young healer enters an old city.",
    "Write a love story between two scientists who work on the same discovery.",
    "Write a detective story set in a small town in winter.",
    "Write an essay about what cities can learn from forests.",
    "Write a travel report about a week in the mountains.",
    "Write a short biography of an inventor who never sold anything.",
    "Write a science fiction story about the last library on Mars.",
)
SAMPLING: dict[str, Any] = {"temperature": 0.8, "min_p": 0.05, "repeat_penalty": 1.1, "repeat_last_n": 256}


class Written(NamedTuple):
    """One reply."""

    text: str
    tokens: int
    clock_s: float
    processor_s: float
    avoided: int
    let_through: int


async def written(model: Model, ask: str, seed: int, phrases: tuple[str, ...]) -> Written:
    """One reply, heard by a listener; prompts are read before the clock starts."""
    messages = (Message(role="user", content=ask),)
    await model.reply(Request(messages=messages, max_tokens=1, seed=seed, **SAMPLING))
    clock, processor = time.perf_counter(), time.process_time()
    request = Request(messages=messages, max_tokens=TOKENS, seed=seed, ban=phrases, **SAMPLING)
    reply = await model.reply(request, lambda _: None)
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    tokens = model.count_tokens(reply.text) or 0
    return Written(reply.text, tokens, clock, processor, reply.avoided, reply.let_through)


def long_list(texts: list[str]) -> tuple[str, ...]:
    """The shipped list, and runs of four words of texts, the commonest first."""
    stock = shipped("en")
    assert stock is not None
    runs = Counter[str]()
    for text in texts:
        words = text.split()
        runs.update({" ".join(words[i : i + 4]).strip(".,;:!?\"'") for i in range(len(words) - 3)})
    return tuple([*stock.phrases, *(run for run, _ in runs.most_common())][:LONG_LIST])


def per_1000(texts: list[str], phrases: tuple[str, ...]) -> float:
    """Phrases per 1,000 words."""
    words = sum(map(count_words, texts))
    return 1000 * sum(len(Phrases(phrases).find(text)) for text in texts) / words


async def against(model: Model, plain: dict[tuple[str, int], Written], phrases: tuple[str, ...]) -> dict[str, object]:
    """All requests again with the ban, each beside one without."""
    await written(model, ASKED[0], 0, phrases)  # builds the automaton
    clock, processor, held = list[float](), list[float](), list[Written]()
    for ask, seed in plain:
        with_it = await written(model, ask, seed, phrases)
        without = await written(model, ask, seed, ())
        held.append(with_it)
        clock.append(with_it.tokens / with_it.clock_s / (without.tokens / without.clock_s))
        processor.append(with_it.tokens / with_it.processor_s / (without.tokens / without.processor_s))
    before, after = [w.text for w in plain.values()], [w.text for w in held]
    return {
        "phrases": len(phrases),
        "words": sum(map(count_words, before)),
        "per_1000_without": round(per_1000(before, phrases), 2),
        "per_1000_with": round(per_1000(after, phrases), 2),
        "avoided": sum(w.avoided for w in held),
        "let_through": sum(w.let_through for w in held),
        "tries": dict(sorted(TRIED.items())),
        "ratio_clock": round(statistics.median(clock), 3),
        "ratio_processor": round(statistics.median(processor), 3),
        "worst_processor": round(min(processor), 3),
    }


TRIED = Counter[int]()
"""Tries -> places."""


class Counted(Ban):
    """Notes how often each place was tried when its reply is over."""

    def rest(self) -> str:
        """What a reply asks for at its end."""
        TRIED.update(self._tries.values())
        return super().rest()


async def measure(name: str, named: str | None) -> None:
    """Print what was found."""
    model = open_model(ModelConfig(model=name if name.startswith("hf:") else f"gguf:{name}"))
    if isinstance(model, Gguf):  # one thread, so that the processor's time is that of the work
        path = locate(name)
        model._engine = LlamaEngine(path, read_header(path), room(read_header(path), 4096), 1)
    plain = {(ask, seed): await written(model, ask, seed, ()) for seed, ask in product(range(SEEDS), ASKED)}
    measured = {named: (plain, phrases_named(named))} if named else {"slop": (plain, phrases_named("slop"))}
    if not named:
        others = [w.text for (_, seed), w in plain.items() if seed == 0]
        measured["long"] = {key: w for key, w in plain.items() if key[1] > 0}, long_list(others)
    for what, (texts, phrases) in measured.items():
        TRIED.clear()
        print(json.dumps({"list": what} | await against(model, texts, phrases)), flush=True)
    await model.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model", nargs="?", default="smollm2")
    parser.add_argument("--ban")
    given = parser.parse_args()
    gguf.Ban = hf.Ban = Counted  # type: ignore[attr-defined]
    asyncio.run(measure(given.model, given.ban))

"""What is measured: a model, AgentWrite over a model, or texts written elsewhere.

    MODEL             asked plainly, with the item's prompt and nothing else
    agentwrite:MODEL  plans and writes section by section (`writer.session.write`) in RUN/runs/ID, told the prompt alone
    texts:FILE.jsonl  rows with an id (id, index, idx) or the prompt, and text, response or output; also FILE.jsonl.
                      Where a row has both and they name two items, the prompt decides

A system that answers nothing, or whose AgentWrite cannot plan, wrote an empty text: that is its result, and scores 0 in
length. A server that could not be reached is no result: the item is a failure, and the same command tries it again.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from longwriter.bench.benchmarks.files import FileRow, read_rows
from longwriter.bench.records import BenchItem, Response
from longwriter.bench.settings import BenchSettings
from longwriter.config import build
from longwriter.errors import EmptyReply, InputError, PlanError, RunError
from longwriter.models.base import ModelConfig
from longwriter.models.cards import card_of
from longwriter.models.limits import token_limit, within_window
from longwriter.models.prices import load_prices
from longwriter.models.thinking import split
from longwriter.steps.step import Item, Result
from longwriter.steps.workers import WithModel, WithoutModel, seed_of
from longwriter.types import Message, Request
from longwriter.writer.session import Options, write
from longwriter.writer.settings import WriteSettings

AGENTWRITE, TEXTS = "agentwrite:", "texts:"
RUNS = "runs"
UNASKED_WORDS = 5000
"""Words of an item that names no length; times `SLACK`, more than any model writes to WritingBench's requests."""
SLACK = 4.0
"""From four times the length on S_l is 0, so that no score depends on where a longer text is cut."""
IDS = ("id", "index", "idx")
PROMPTS = ("prompt", "question", "query", "instruction")
REPLIES = ("text", "response", "output", "completion", "generated_story")
Kind = Literal["plain", "agentwrite", "texts"]


class SystemName(NamedTuple):
    """What was asked for, in parts."""

    kind: Kind
    name: str
    """Model, or file."""


def parse(system: str) -> SystemName:
    """The parts of a system's name. Raises InputError for an empty name."""
    kind: Kind = "plain"
    name = system.strip()
    if name.startswith(AGENTWRITE):
        kind, name = "agentwrite", name.removeprefix(AGENTWRITE)
    elif name.startswith(TEXTS) or name.lower().endswith(".jsonl"):
        kind, name = "texts", name.removeprefix(TEXTS)
    if not name:
        raise InputError(f"--system {system!r}: give MODEL, agentwrite:MODEL or texts:FILE.jsonl")
    return SystemName(kind, name)


class PlainSystem(WithModel):
    """A model with the bare prompt. See `steps.step.Worker`."""

    def __init__(self, settings: BenchSettings, items: dict[str, BenchItem], prices: Path | None = None) -> None:
        """`items`: by id, with their prompts."""
        assert settings.model is not None
        super().__init__(settings.model)
        self.settings, self.items = settings, items
        self.price = load_prices(prices).price_for(settings.model)

    async def __call__(self, item: Item) -> Result:
        """A `Response`, with the thinking that was taken off."""
        name, started = str(item["id"]), time.monotonic()
        messages = (Message(role="user", content=self.items[name].prompt),)
        words = self.items[name].required or UNASKED_WORDS
        limit = self.settings.max_tokens or token_limit(words, card_of(self.config.model, self.config.card), SLACK)
        request = Request(
            messages=messages,
            max_tokens=await within_window(limit, self.model, messages),
            temperature=self.settings.temperature,
            top_p=self.settings.top_p,
            seed=seed_of(self.settings.seed, name),
        )
        try:
            reply = await self.model.reply(request)
        except EmptyReply as error:
            return result(Response(id=name, calls=1, seconds=_since(started)), note=str(error))
        response = Response(
            id=name,
            text=reply.text.strip(),
            finish=reply.finish,
            seconds=_since(started),
            calls=1,
            prompt_tokens=reply.usage.prompt_tokens,
            completion_tokens=reply.usage.completion_tokens,
            cost=None if self.price is None else self.price.cost(reply.usage),
        )
        return result(response, thinking=reply.thinking)


class AgentWriteSystem(WithModel):
    """Plans and writes in a run folder of its own. See `steps.step.Worker`."""

    def __init__(
        self, settings: BenchSettings, items: dict[str, BenchItem], folder: Path, prices: Path | None = None
    ) -> None:
        """`folder`: of the benchmark's run. Raises RunError where none can be made in it."""
        assert settings.model is not None
        super().__init__(settings.model)
        self.settings, self.items, self.home = settings, items, folder / RUNS
        self.options = Options(prices=prices)
        try:
            self.home.mkdir(exist_ok=True)
        except OSError as error:
            raise RunError(f"cannot make {self.home}: {error.strerror}") from error

    async def __call__(self, item: Item) -> Result:
        """A `Response`; the tokens are those of all calls."""
        name, started = str(item["id"]), time.monotonic()
        s, models = self.settings, {"writer": self.model, "planner": self.model}
        own = {
            "instruction": self.items[name].prompt,
            "writer": self.config.model_dump(),
            "seed": seed_of(s.seed, name),
            "temperature": s.temperature,
            "top_p": s.top_p,
            "max_section_tokens": s.max_tokens,
        }
        try:
            written = await write(build(WriteSettings, own, name), self.home / name, self.options, models)
        except (PlanError, EmptyReply) as error:
            return result(Response(id=name, seconds=_since(started)), note=str(error))
        report = written.report
        response = Response(
            id=name,
            text=written.text.strip(),
            finish="stop",
            seconds=_since(started),
            calls=report.calls,
            prompt_tokens=report.prompt_tokens,
            completion_tokens=report.completion_tokens,
            cost=report.cost,
        )
        return result(response)


class TextsSystem(WithoutModel):
    """Texts of a file. See `steps.step.Worker`."""

    def __init__(self, path: Path, items: dict[str, BenchItem]) -> None:
        """Raises InputError: rows without text, an id or prompt twice, or no row that is about any item."""
        self.path, self.items = path, items
        self.texts = _read(path, items)

    async def __call__(self, item: Item) -> Result:
        """A failure where the file has no text for the item."""
        name = str(item["id"])
        if name not in self.texts:
            return result(Response(id=name, failure=f"{self.path.name} has no text for this item", cost=0.0))
        text, thinking = split(self.texts[name])
        return result(Response(id=name, text=text.strip(), calls=0, cost=0.0), thinking=thinking)


def _read(path: Path, items: dict[str, BenchItem]) -> dict[str, str]:
    """Texts by item."""
    by_prompt = {" ".join(item.prompt.split()): item.id for item in items.values()}
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    for line, name, text in _named(path, items, by_prompt):
        if name is None:
            continue
        if name in found:
            raise InputError(f"{line.where}: a second text for item {name}, after {places[name]}")
        found[name], places[name] = text, line.where
    if not found:
        ids = ", ".join(list(items)[:3])
        raise InputError(f"{path}: none of its rows has an id ({ids} ...) or a prompt of this benchmark")
    return found


def _named(
    path: Path, items: dict[str, BenchItem], by_prompt: dict[str, str]
) -> Iterator[tuple[FileRow, str | None, str]]:
    for line in read_rows(path):
        text, name, prompt = line.first(REPLIES), line.first(IDS), line.first(PROMPTS)
        if not isinstance(text, str):
            raise InputError(f"{line.where}: no {', '.join(REPLIES[:3])} in this row; it has {', '.join(line.row)}")
        if name is None and prompt is None:
            raise InputError(f"{line.where}: no {IDS[0]} and no {PROMPTS[0]} in this row; it has {', '.join(line.row)}")
        asked = "" if prompt is None else " ".join(str(prompt).split())
        own = items.get(str(name))
        if asked in by_prompt and (own is None or " ".join(own.prompt.split()) != asked):
            yield line, by_prompt[asked], text  # other numbers than ours, such as from 0
        else:
            yield line, (own.id if own else None), text


def result(response: Response, *, thinking: str = "", note: str = "") -> Result:
    """What the journal keeps: the response, the thinking that was taken off, and why a text is empty."""
    return response.model_dump() | {"thinking": thinking, "note": note}


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def open_system(
    settings: BenchSettings, items: dict[str, BenchItem], folder: Path, prices: Path | None = None
) -> PlainSystem | AgentWriteSystem | TextsSystem:
    """The worker of a run. Raises InputError for a file of texts that does not fit."""
    kind, name = parse(settings.system)
    if kind == "texts":
        return TextsSystem(Path(name), items)
    return (
        PlainSystem(settings, items, prices) if kind == "plain" else AgentWriteSystem(settings, items, folder, prices)
    )


def model_of(system: str, reach: dict[str, object]) -> ModelConfig | None:
    """The model of a system, reached as given; None for texts."""
    kind, name = parse(system)
    return None if kind == "texts" else build(ModelConfig, {"model": name} | reach, "--system")

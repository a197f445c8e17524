"""Several answers to each request, each from a seed of its own, kept as files so that scoring can be done again.

DIR/samples/ID.N.txt  the text of sample N      DIR/runs/ID.N  AgentWrite's own run, where it wrote the sample
"""

from pathlib import Path
from typing import cast

from longwriter.config import Tree, build
from longwriter.data.agentwriter import WithModels
from longwriter.data.filters.cleanup import tidy
from longwriter.data.instructions import Instruction
from longwriter.errors import EmptyReply, PlanError, RunError
from longwriter.length.target import read_target
from longwriter.models.cards import card_of
from longwriter.models.limits import token_limit, within_window
from longwriter.runs.folders import write_file
from longwriter.steps.step import Item, Result
from longwriter.steps.workers import seed_of
from longwriter.text import count_words, language
from longwriter.types import Message, Record, Request
from longwriter.writer.records.written import SectionRecord
from longwriter.writer.session import Options, Session, write
from longwriter.writer.settings import WriteSettings
from longwriter.writer.stored import stored

SAMPLES, RUNS = "samples", "runs"
ENDED = "stop"
"""How a reply ended that is whole."""
UNASKED_WORDS = 5000
"""Where neither the request nor its row names a length: more than models write that were not taught to."""


def sample_id(name: str, number: int) -> str:
    """The id of one sample of a request."""
    return f"{name}.{number}"


def sample_file(folder: Path, sample: str) -> Path:
    """The file of a sample's text."""
    return folder / SAMPLES / f"{sample}.txt"


def items_of(instructions: list[Instruction], k: int) -> list[Item]:
    """What `Sampler` works on: samples 0 to k - 1 of each request."""
    return [{"id": sample_id(i.id, n), "prompt": i.prompt, "words": i.words} for i in instructions for n in range(k)]


class SampleResult(Record):
    """What is known of a sample; its text is in its file."""

    words: int = 0
    finish: str = ""
    prompts: str = ""
    """The writer's prompt set; empty for a direct reply."""
    missing: str | None = None
    """Why the model gave no text."""


class Sampler(WithModels):
    """Writes one sample, directly or by AgentWrite. See `steps.Worker`."""

    def __init__(self, settings: WriteSettings, folder: Path, *, direct: bool) -> None:
        """`settings`: of all samples; instruction, length and seed are each sample's own."""
        super().__init__(settings)
        self.folder, self.direct = folder.resolve(), direct

    async def __call__(self, item: Item) -> Result:
        """A `SampleResult`."""
        name = str(item["id"])
        try:
            text, finish = await (self._reply(item) if self.direct else self._agentwrite(item))
        except (EmptyReply, PlanError) as failure:
            return {"missing": str(failure)}
        write_file(sample_file(self.folder, name), text)
        prompts = self.settings.language or language(str(item["prompt"]))
        return {"words": count_words(text), "finish": finish, "prompts": "" if self.direct else prompts}

    async def _reply(self, item: Item) -> tuple[str, str]:
        """The model's reply to the bare request."""
        s, model = self.settings, self.models["writer"]
        messages = (Message(role="user", content=str(item["prompt"])),)
        target = read_target(str(item["prompt"]))
        words = cast(int | None, item["words"]) or (target.aim if target else UNASKED_WORDS)
        limit = s.max_section_tokens or token_limit(words, card_of(s.writer.model, s.writer.card))
        request = Request(
            messages=messages,
            max_tokens=await within_window(limit, model, messages),
            temperature=s.temperature,
            top_p=s.top_p,
            seed=seed_of(s.seed, str(item["id"])),
        )
        reply = await model.reply(request)
        if reply.finish == "filter":
            raise EmptyReply(f"{model.name}: ended by the provider's filter in the middle of the text")
        return reply.text.strip(), reply.finish

    async def _agentwrite(self, item: Item) -> tuple[str, str]:
        name = str(item["id"])
        own: Tree = {"instruction": item["prompt"], "seed": seed_of(self.settings.seed, name)}
        own |= {"words": item["words"]} if item["words"] else {}
        settings = build(WriteSettings, self.settings.model_dump() | own, name)
        folder = self.folder / RUNS / name
        result = await write(settings, folder, Options(), self.models)
        session = stored(folder)
        assert session is not None  # it was just written
        broken = any(finding.kind == "ending" and not finding.ok for finding in result.verdict)
        return tidy(result.text, session.manuscript.plan.sections), "cut" if broken or _filtered(session) else ENDED


def _filtered(session: Session) -> bool:
    """Whether the provider's filter ended a section of a written text."""
    manuscript = session.manuscript
    records = [final.held.record for i in range(len(manuscript.ids)) if (final := manuscript.final(i))]
    return any(session.document.replies(r)[-1].finish == "filter" for r in records if isinstance(r, SectionRecord))


def make_folders(folder: Path) -> None:
    """Where samples and runs go. Raises RunError."""
    for name in (SAMPLES, RUNS):
        try:
            (folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"cannot make {folder / name}: {error.strerror}") from error

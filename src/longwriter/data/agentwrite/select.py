"""Which requests are worth answering: no harm, no harvesting, no repeats, no benchmarks, and long answers alone.

Rules decide what they can; what names no length is put to a model, which answers true or false. A reply that is neither is
asked for again, three times in all, and then counts as undecided: the request is left out, and the report says so.
"""

from collections.abc import Sequence
from typing import NamedTuple

from longwriter.data.filters.audit import DroppedOutput
from longwriter.data.filters.blocklist import rules
from longwriter.data.filters.contamination import Benchmarks
from longwriter.data.filters.near_duplicates import NearDuplicates
from longwriter.data.instructions import Instruction
from longwriter.data.prompts import HERE
from longwriter.length.target import read_target
from longwriter.models.base import ModelConfig
from longwriter.prompts import prompt_set
from longwriter.steps.ask import Asker, answer_schema, read_yes_or_no
from longwriter.steps.step import Item, Result
from longwriter.text import language
from longwriter.types import Record

ANSWER = "long"


class SelectedRequests(NamedTuple):
    """Requests as the rules sort them."""

    long: list[Instruction]
    """They name a length that is enough."""
    open: list[Instruction]
    """They name none: for the judge."""
    dropped: list[DroppedOutput]


def by_rules(
    instructions: Sequence[Instruction], benchmarks: Benchmarks, least_words: int, overlap: float, near: float
) -> SelectedRequests:
    """Sort requests by rules alone.

    `overlap`: least share of a benchmark prompt that makes a request one of it. `near`: least Jaccard similarity (word
    5-grams) of near duplicates; the earlier one stays.
    """
    with NearDuplicates(near) as repeats:
        return _sorted(instructions, benchmarks, least_words, overlap, repeats)


def _sorted(
    instructions: Sequence[Instruction],
    benchmarks: Benchmarks,
    least_words: int,
    overlap: float,
    repeats: NearDuplicates,
) -> SelectedRequests:
    seen: dict[str, str] = {}
    found = SelectedRequests([], [], [])
    for instruction in instructions:
        why = _against_rules(instruction.prompt) or _repeated(instruction, seen, repeats)
        why = why or _benchmark(instruction.prompt, benchmarks, overlap)
        target = read_target(instruction.prompt)
        asked = instruction.words or (target.aim if target else None)
        if not why and asked and asked < least_words:
            why = ("short", f"{asked:,} words are asked for, fewer than {least_words:,}")
        if why:
            found.dropped.append(DroppedOutput(instruction.id, instruction.prompt, "select", *why))
        elif asked:
            found.long.append(instruction)
        else:
            found.open.append(instruction)
    return found


def _against_rules(prompt: str) -> tuple[str, str] | None:
    for rule in rules():
        if match := rule.pattern.search(prompt):
            return rule.name, f"{rule.reason}: {match[0][:60]!r}"
    return None


def _repeated(instruction: Instruction, seen: dict[str, str], repeats: NearDuplicates) -> tuple[str, str] | None:
    plain = " ".join(instruction.prompt.casefold().split())
    if plain in seen:
        return "duplicate", f"the same as {seen[plain]}"
    seen[plain] = instruction.id
    earlier = repeats.add(instruction.id, instruction.prompt)
    return ("near duplicate", f"nearly the same as {earlier}") if earlier else None


def _benchmark(prompt: str, benchmarks: Benchmarks, least: float) -> tuple[str, str] | None:
    near = benchmarks.in_request(prompt)
    return ("benchmark", f"holds {near.share:.0%} of {near.prompt[:60]!r}") if near.share >= least else None


class LengthAnswer(Record):
    """What a model says of a request."""

    long: bool | None = None
    """None: no reply could be read."""
    said: str = "no reply"
    """The beginning of the last reply, in that case."""


class LongAnswerSelector(Asker):
    """Asks a model whether a request needs a long answer."""

    def __init__(self, config: ModelConfig, least_words: int, seed: int) -> None:
        """`least_words`: the question's number."""
        super().__init__(config, seed)
        self.least_words = least_words

    async def __call__(self, item: Item) -> Result:
        """A `LengthAnswer`."""
        prompt = str(item["prompt"])
        prompts = prompt_set(HERE / language(prompt))
        text = prompts.render("needs_length", instruction=prompt, words=f"{self.least_words:,}")
        answer = await self.ask(text, answer_schema(ANSWER, {"type": "boolean"}), read_answer)
        return {ANSWER: None, "said": answer.said} if answer.value is None else {ANSWER: answer.value}


def read_answer(reply: str) -> bool:
    """The answer of {"long": true}. Raises Unreadable."""
    return read_yes_or_no(reply, ANSWER)

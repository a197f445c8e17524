"""The requests of a GRPO run: read, put into the prompt, measured, and laid out in the order in which they are asked."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from transformers import PreTrainedTokenizerBase

from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.journal import digest
from longwriter.jsonl import is_missing, whole_number
from longwriter.prompts import prompt_set
from longwriter.rewards.base import Mode, reward_class, traits_of
from longwriter.text import language
from longwriter.train.data.tables import read_table
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.train.recipe import Recipe

FIELD = "{request}"
TEMPLATES = Path(__file__).parent / "templates"
_OPENED = re.compile(r"(<think>\s*(</think>\s*)?)?(<answer>\s*)?\Z")


@dataclass(frozen=True)
class Prompt:
    """One request, as it is asked."""

    id: str
    request: str
    prompt: str
    """What the model reads."""
    mode: Mode
    lower: int | None
    upper: int | None
    opened: str
    """Tags that the prompt ends with, and so belong before the completion; "" for none."""


class Template:
    """Puts requests into a prompt."""

    def __init__(self, settings: GrpoSettings, tokenizer: PreTrainedTokenizerBase) -> None:
        """Raises InputError for what cannot be used.

        That is a template without {request}, `chat` where the tokenizer has no chat template, and a prompt that begins a
        part which the mode does not have.
        """
        if settings.chat and tokenizer.chat_template is None:
            raise InputError("grpo.chat: the tokenizer has no chat template; give one with model.chat_template = FILE")
        self.settings, self.tokenizer = settings, tokenizer
        self.own = settings.prompt in ("think", "direct")
        self.text = "" if self.own else read_text(Path(settings.prompt))
        if not self.own and FIELD not in self.text:
            raise InputError(f"{settings.prompt}: the template has no {FIELD}")
        self.opened = self._opened()

    @property
    def mode(self) -> Mode:
        """What the completions should look like."""
        if self.settings.mode is not None:
            return self.settings.mode
        return "direct" if self.settings.prompt == "direct" else "think"

    def _opened(self) -> str:
        """The tags at the prompt's end that a completion goes on from, as DeepSeek-R1's and QwQ's templates have them."""
        found = _OPENED.search(self.render("Write."))
        thinking, thought, answer = (found[n] or "" for n in (1, 2, 3)) if found else ("", "", "")
        opened = thinking + answer
        if self.mode != "think":  # where thinking is off, Qwen3's template gives an empty one
            opened = answer if thought else opened
        fits = {"think": not answer or bool(thought), "direct": opened == answer, "plain": not opened}
        if not fits[self.mode]:
            raise InputError(
                f"grpo: the prompt ends with {opened.strip()}, with which no {self.mode} completion begins; choose another "
                "mode, or a chat template without it (model.chat_template = FILE)"
            )
        return opened

    def render(self, request: str) -> str:
        """What the model continues."""
        text = self.text
        if self.own:  # a base model goes on after the end of the line
            text = prompt_set(TEMPLATES / language(request)).text(self.settings.prompt) + "\n"
        text = text.replace(FIELD, request)
        if not self.settings.chat:
            return text
        turns = [{"role": "user", "content": text}]
        return str(self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))


def encode_prompts(prompts: list[str], tokenizer: PreTrainedTokenizerBase, *, chat: bool) -> list[list[int]]:
    """Ids of each prompt; a chat template brings its own first token."""
    found: list[list[int]] = tokenizer(prompts, add_special_tokens=not chat)["input_ids"]
    return found


def all_prompts(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> tuple[list[Prompt], dict[str, object]]:
    """The requests of all sources, at most `data.max_samples`, and each source's entry of data.json. Raises InputError."""
    opened = {s.label: read_prompts(s.path, recipe, tokenizer) for s in recipe.data.sources}
    prompts = [prompt for found, _ in opened.values() for prompt in found]
    if len({p.id for p in prompts}) < len(prompts):
        raise InputError("data.sources: an id stands in two of them; rollouts could not be told apart")
    if recipe.data.max_samples is not None:
        kept = min(recipe.data.max_samples, len(prompts))
        prompts = [prompts[i] for i in order(len(prompts), kept, recipe.run.seed)]
    return prompts, {label: told for label, (_, told) in opened.items()}


def held_out_prompts(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, trained: Sequence[Prompt]
) -> tuple[list[Prompt], dict[str, object]]:
    """At most `data.held_out_rows` requests of each source's `held_out`, drawn by the seed, and their entries of data.json.

    Raises InputError for what cannot be read, and for a request that is among those `trained` on.
    """
    prompts, told = list[Prompt](), dict[str, object]()
    for source in recipe.data.sources:
        if source.held_out and recipe.data.held_out_rows:
            found, told[f"{source.label} held out"] = read_prompts(source.held_out, recipe, tokenizer)
            kept = min(recipe.data.held_out_rows, len(found))
            prompts += [found[i] for i in order(len(found), kept, recipe.run.seed)]
    known = {p.request for p in trained}
    seen = [p.id for p in prompts if p.request in known]
    if seen:
        raise InputError(
            f"data.sources.held_out: {len(seen)} of {len(prompts)} requests are trained on too, such as id {seen[0]}; "
            "leave them out of one of the two"
        )
    return prompts, told


def read_prompts(
    path: str, recipe: Recipe, tokenizer: PreTrainedTokenizerBase
) -> tuple[list[Prompt], dict[str, object]]:
    """Requests that leave room for `grpo.completion_tokens`, and what became of the others. Raises InputError."""
    table = read_table(path, ("id", "prompt"))
    template = Template(recipe.grpo, tokenizer)
    found = [_prompt(path, number, row, template) for number, row in enumerate(table)]
    if len({p.id for p in found}) < len(found):
        raise InputError(f"{path}: column id: an id stands there twice; rollouts could not be told apart")
    room = recipe.data.max_tokens - recipe.grpo.completion_tokens
    lengths = [len(ids) for ids in encode_prompts([p.prompt for p in found], tokenizer, chat=recipe.grpo.chat)]
    fitting = [p for p, n in zip(found, lengths, strict=True) if n <= room]
    if recipe.data.too_long == "refuse" and len(fitting) < len(found):
        first = next(i for i, n in enumerate(lengths) if n > room)
        raise InputError(
            f"{path}: row {first}: the prompt has {lengths[first]:,} tokens; data.max_tokens = "
            f"{recipe.data.max_tokens:,} less grpo.completion_tokens leaves {room:,}"
        )
    if not fitting:
        raise InputError(
            f"{path}: no prompt fits: the shortest has {min(lengths):,} tokens, data.max_tokens less "
            f"grpo.completion_tokens leaves {room:,}"
        )
    ranged = sum(p.lower is not None for p in fitting)
    needing = [name for name in recipe.grpo.objectives if traits_of(reward_class(name)).needs_range]
    if needing and not ranged:
        raise InputError(
            f"{path}: no row has lower and upper, which grpo.objectives = {needing[0]} needs; "
            "make them with longwriter data ranges"
        )
    told: dict[str, object] = {
        "prompts": len(fitting),
        "too_long": len(found) - len(fitting),
        "with_range": ranged,
        "longest_prompt_tokens": max(n for n in lengths if n <= room),
        "digest": digest("".join(digest(repr(_told(p))) for p in fitting)),
    }
    return fitting, told


def _told(prompt: Prompt) -> dict[str, object]:
    """What data.json's digest is of; `opened` follows from the prompt."""
    return {key: value for key, value in asdict(prompt).items() if key != "opened"}


def _prompt(path: str, number: int, row: dict[str, object], template: Template) -> Prompt:
    """A row of the data, checked."""
    request = row["prompt"]
    if not isinstance(request, str) or not request.strip():
        raise InputError(f"{path}: row {number}: prompt is no text, or empty")
    given = {key: row[key] for key in ("lower", "upper") if not is_missing(row.get(key))}
    bounds = {key: whole_number(value) for key, value in given.items()}
    lower, upper = bounds.get("lower"), bounds.get("upper")
    if None in bounds.values():
        raise InputError(f"{path}: row {number}: lower and upper are whole numbers of words, or empty")
    if len(bounds) == 1:
        raise InputError(f"{path}: row {number}: lower and upper stand together, or neither")
    if lower is not None and upper is not None and not 0 <= lower <= upper > 0:
        raise InputError(f"{path}: row {number}: lower = {lower} to upper = {upper} is no range of words")
    return Prompt(str(row["id"]), request, template.render(request), template.mode, lower, upper, template.opened)


def order(count: int, wanted: int, seed: int) -> list[int]:
    """`wanted` indices below `count`: the whole again and again, each time in another order, which the seed decides.

    Laid out beforehand, so that where a run goes on does not depend on how often it was stopped.
    """
    rounds = range(-(-wanted // count))
    drawn = [np.random.default_rng([seed, r]).permutation(count) for r in rounds]
    return [int(i) for i in np.concatenate(drawn)[:wanted]]

"""A reward model in this process: a folder with one score for a conversation, as `longwriter train reward` leaves it.

A text stands in the model's chat template as the answer to its request; its score is read at its last token. Texts are
scored in batches of like length. value = sigmoid((score - centre) / scale), both from reward.json beside the weights:
mean and standard deviation of the held-out scores; without that file, sigmoid(score). A text that does not fit the
model's positions is None: nothing is cut. Needs the extra `train`.
"""

import asyncio
import json
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field
from safetensors import SafetensorError

from longwriter.config import build
from longwriter.errors import InputError, RunError, SetupError
from longwriter.models.base import need
from longwriter.models.local.hf import positions
from longwriter.rewards.base import FAILURE, RewardSettings, Verdict, calibrated
from longwriter.rewards.score_head import ScoreHead, give_head, open_classifier, read_head

REPORT = "reward.json"
ADAPTER = "adapter_config.json"
EXTRA = "train"
LOAD_ERRORS = (OSError, ValueError, ImportError, RuntimeError, KeyError, SafetensorError)


class ScoreScale(BaseModel):
    """What reward.json says of the scores; its other fields are for people."""

    centre: float = Field(default=0.0, allow_inf_nan=False)
    scale: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    max_tokens: int | None = None
    """Longest text that the model was trained on."""


class LocalModel:
    """The folder `settings.reward_model`. Weights are read at the first score."""

    def __init__(self, settings: RewardSettings) -> None:
        """Raises InputError for a folder that is no reward model, RunError for a damaged reward.json."""
        assert settings.reward_model is not None
        self._folder = Path(settings.reward_model).expanduser()
        self._batch = settings.device_batch
        check_folder(self._folder)
        self._scale = read_scale(self._folder)
        self._turn = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None

    async def score(self, texts: Sequence[tuple[str, str]]) -> list[Verdict]:
        """One verdict per (request, answer), in a thread. Raises SetupError where the weights cannot be used."""
        return await asyncio.to_thread(self._score, texts)

    async def aclose(self) -> None:
        """Release the weights."""
        self._loaded = None

    def _score(self, texts: Sequence[tuple[str, str]]) -> list[Verdict]:
        with self._turn:
            model, tokenizer = self._loaded = self._loaded or open_scorer(self._folder)
            turns = [
                [{"role": "user", "content": request}, {"role": "assistant", "content": answer}]
                for request, answer in texts
            ]
            ids = encode(turns, tokenizer)
            room = positions(model.config.to_dict())
            fitting = [i for i, tokens in enumerate(ids) if room is None or len(tokens) <= room]
            found = scores(model, [ids[i] for i in fitting], tokenizer.pad_token_id, self._batch)
        scored = dict(zip(fitting, found, strict=True))
        return [self._verdict(scored.get(i), len(tokens), room) for i, tokens in enumerate(ids)]

    def _verdict(self, score: float | None, tokens: int, room: int | None) -> Verdict:
        if score is None:
            return Verdict(None, {"tokens": tokens, FAILURE: f"{tokens:,} tokens; the reward model reads {room:,}"})
        longest = self._scale.max_tokens
        beyond = {"longer_than_trained": True} if longest is not None and tokens > longest else {}
        return calibrated(score, self._scale.centre, self._scale.scale, tokens=tokens, **beyond)


def check_folder(folder: Path) -> None:
    """Raises InputError unless the folder holds a model, or an adapter, with one score for a text."""
    adapter, config = (_read(folder / name) for name in (ADAPTER, "config.json"))
    if adapter is not None:
        if adapter.get("task_type") != "SEQ_CLS":
            raise InputError(f"{folder} holds an adapter, but not of a reward model")
        return
    if config is None:
        raise InputError(f"{folder} is no reward model: no config.json; make one with longwriter train reward")
    kind = " ".join(config.get("architectures") or [])
    if "ForSequenceClassification" not in kind:
        raise InputError(
            f"{folder} is no reward model but {kind or 'of no kind'}; make one with longwriter train reward"
        )
    labels = len(config["id2label"]) if config.get("id2label") else 2  # transformers leaves out two, its default
    if labels != 1:
        raise InputError(f"{folder} has {labels} labels; a reward model has one: give a model with num_labels = 1")


def _read(path: Path) -> dict[str, Any] | None:
    """A JSON object; None where there is no file."""
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path}: damaged: {error}") from error
    return found if isinstance(found, dict) else {}


def read_scale(folder: Path) -> ScoreScale:
    """From reward.json; 0 and 1 where there is none. Raises RunError where it cannot be used."""
    try:
        return build(ScoreScale, _read(folder / REPORT) or {}, str(folder / REPORT))
    except InputError as error:
        raise RunError(f"{error}; a model that scores every text the same is no judge") from error


def open_scorer(folder: Path) -> tuple[Any, Any]:
    """Model, on the GPU if there is one, and tokenizer. Raises SetupError where they cannot be loaded.

    Both have one padding token: the tokenizer's, or its end token where it has none. The model reads its score at the
    last token that is another, so a config that names a different one, or none, scores something else.
    """
    torch, transformers = need("torch", EXTRA), need("transformers", EXTRA)
    transformers.utils.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        model, missing = _open_model(folder)
    except LOAD_ERRORS as error:
        raise SetupError(f"cannot load the reward model in {folder}: {' '.join(str(error).split())[:300]}") from error
    if missing:
        raise SetupError(
            f"{folder} is not whole: no weights for {', '.join(missing)}; train it to its end, or copy it again"
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.chat_template is None or tokenizer.pad_token_id is None:
        raise SetupError(f"the tokenizer in {folder} needs a chat template and a padding token, or an end token")
    for config in (model.config, model.config.get_text_config()):  # of a model for pictures, too, the text's counts
        config.pad_token_id = tokenizer.pad_token_id
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer


def _open_model(folder: Path) -> tuple[Any, list[str]]:
    """The model and the names of weights that the folder does not hold."""
    head = read_head(folder)
    if (folder / ADAPTER).is_file():
        peft = need("peft", EXTRA)
        base = open_classifier(peft.PeftConfig.from_pretrained(folder).base_model_name_or_path, ScoreHead())
        give_head(base, head)
        return peft.PeftModel.from_pretrained(base, folder), []
    model, told = open_classifier(folder, head, dtype="auto", trust_remote_code=False, output_loading_info=True)
    return model, sorted(told["missing_keys"])


def encode(conversations: Sequence[Sequence[dict[str, str]]], tokenizer: Any) -> list[list[int]]:  # noqa: ANN401
    """Token ids of whole conversations in the chat template. Raises SetupError where it refuses one.

    A special token of the tokenizer that is written out in a text gets a space after its first character and is text like
    any other: no answer can end its turn and go on as somebody else. A template whose marks are no special tokens, such
    as [INST], is not protected by that.
    """
    refusal: type[Exception] = need("jinja2", EXTRA).TemplateError
    special = {token.content for token in tokenizer.added_tokens_decoder.values() if token.special}
    names = sorted((special | {*tokenizer.all_special_tokens}) - {""}, key=len, reverse=True)
    marks = re.compile("|".join(map(re.escape, names)) or r"(?!)")
    try:
        found = []
        for turns in conversations:
            plain = [
                turn | {"content": marks.sub(lambda m: f"{m[0][0]} {m[0][1:]}", turn["content"])} for turn in turns
            ]
            found.append(tokenizer.apply_chat_template(plain, return_dict=True)["input_ids"])
        return found
    except refusal as error:
        raise SetupError(f"the reward model's chat template refuses the messages: {error}") from error


def scores(model: Any, ids: Sequence[list[int]], pad: int, batch: int) -> list[float]:  # noqa: ANN401
    """One score per text, in order; `batch` texts of similar length at once, padded on the right."""
    torch = need("torch", EXTRA)
    out: dict[int, float] = {}
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))  # the longest first: what does not fit fails at once
    device = next(model.parameters()).device
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        width = len(ids[chosen[0]])
        rows = torch.full((len(chosen), width), pad, device=device)
        mask = torch.zeros_like(rows)
        for row, i in enumerate(chosen):
            rows[row, : len(ids[i])] = torch.tensor(ids[i], device=device)
            mask[row, : len(ids[i])] = 1
        with torch.no_grad():
            found = model(input_ids=rows, attention_mask=mask, use_cache=False).logits.float().squeeze(-1)
        out |= zip(chosen, found.tolist(), strict=True)
    return [out[i] for i in range(len(ids))]

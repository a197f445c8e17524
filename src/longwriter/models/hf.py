"""Local weights through transformers: `hf:FOLDER` or `hf:ORG/NAME` (downloaded once by transformers itself).

Needs the extra `local`. The tokenizer is read at once, the weights at the first reply; replies are made one at a time,
in a thread, on the GPU if there is one. The model's own chat template is used; code that comes with weights is never
run. Left out: JSON schemas, batching, several GPUs (vLLM behind `--base-url` does these).
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError

from longwriter.errors import EmptyReply, InputError, PromptTooLong, SetupError
from longwriter.models.base import Listener, ModelConfig, need
from longwriter.models.thinking import ThinkFilter, split
from longwriter.types import Message, Reply, Request, Usage

LOAD_ERRORS = (OSError, ValueError, ImportError, RuntimeError, KeyError, SafetensorError)
"""What transformers raises for missing, foreign and damaged weights."""
OVERLAP_TOKENS = 16
"""Prompt tokens decoded with a continuation, so that its first blank is not taken for the start of a text."""


def positions(shape: Mapping[str, Any]) -> int | None:
    """Tokens that a model may see at once, by its config; None where that does not say.

    Stretched ones included: with a factor, a config gives either the stretched number or the one before.
    """
    room: int | None = shape.get("max_position_embeddings")
    rope = shape.get("rope_parameters") or {}
    before = rope.get("original_max_position_embeddings") or room
    return None if room is None or before is None else max(room, int(before * (rope.get("factor") or 1)))


class HuggingFace:
    """One set of weights in this process."""

    prefill = True

    def __init__(self, config: ModelConfig, rest: str) -> None:  # noqa: ARG002 - every backend is made with both
        """`rest`: folder or model ID. Raises SetupError where transformers cannot read it."""
        if not rest.strip():
            raise InputError("hf: needs a folder or a model ID, such as hf:./weights or hf:ORG/NAME")
        self.name = f"hf:{rest}"
        self._where = str(Path(rest).expanduser())
        self._transformers = need("transformers", "local")
        self._torch = need("torch", "local")
        self._transformers.utils.logging.disable_progress_bar()  # it would write into ours
        self._tokenizer: Any = self._load("AutoTokenizer")
        if not self._tokenizer.chat_template:
            raise SetupError(f"{self.name} has no chat template: it completes text but does not follow instructions")
        shape = self._load("AutoConfig").get_text_config().to_dict()
        self._window = positions(shape)
        self._model: Any = None
        self._turn = asyncio.Lock()

    async def reply(self, request: Request, listener: Listener | None = None) -> Reply:
        """Answer. Raises SetupError if the weights cannot be loaded or the prompt does not fit, or EmptyReply."""
        loop, stop, shown = asyncio.get_running_loop(), threading.Event(), ThinkFilter()

        def show(piece: str) -> None:
            visible = shown.feed(piece)
            if visible and listener is not None:
                listener.hear(visible)

        def tell(piece: str) -> None:
            loop.call_soon_threadsafe(show, piece)

        async with self._turn:
            work = loop.run_in_executor(None, self._generate, request, stop, tell if listener else None)
            try:
                reply = await asyncio.shield(work)
            except asyncio.CancelledError:
                stop.set()
                await asyncio.wait([work])
                raise
        rest = shown.close()
        if rest and listener is not None:
            listener.hear(rest)
        if not reply.text.strip():
            raise EmptyReply(f"{self.name} answered without text" + " outside its thinking" * bool(reply.thinking))
        return reply

    async def window(self) -> int | None:
        """Positions that the model was made for."""
        return self._window

    def count_tokens(self, text: str) -> int | None:
        """Exact, without the chat template's own tokens."""
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    async def aclose(self) -> None:
        """Let go of the weights."""
        self._model = None

    def _load(self, loader: str, **options: object) -> Any:  # noqa: ANN401 - transformers is not typed
        try:
            return getattr(self._transformers, loader).from_pretrained(self._where, trust_remote_code=False, **options)
        except LOAD_ERRORS as error:
            first = " ".join(str(error).split())[:300]
            raise SetupError(f"cannot load {self.name}: is it a folder of weights or a model ID? {first}") from error

    def _weights(self) -> Any:  # noqa: ANN401
        if self._model is None:
            cuda = self._torch.cuda.is_available()
            self._model = self._load("AutoModelForCausalLM", dtype="auto").to("cuda" if cuda else "cpu").eval()
        return self._model

    def _generate(self, request: Request, stop: threading.Event, tell: Callable[[str], None] | None) -> Reply:
        """Runs in a thread; `reply` checks for emptiness."""
        torch, model = self._torch, self._weights()
        continues = request.messages[-1].role == "assistant"
        prompt = self._prompt(request.messages, continues).to(model.device)
        length = int(prompt["input_ids"].shape[1])
        room = request.max_tokens
        if self._window is not None:
            room = min(room or self._window, self._window - length)
            if room <= 0:
                raise PromptTooLong(f"a prompt of {length} tokens does not fit the {self._window} of {self.name}")
        if request.seed is not None:
            torch.manual_seed(request.seed)

        def stopped(ids: Any, _scores: object, **_: object) -> Any:  # noqa: ANN401
            return torch.full((ids.shape[0],), stop.is_set(), dtype=torch.bool, device=ids.device)

        options = _sampling(request) | {"max_new_tokens": room, "stopping_criteria": [stopped]}
        if tell is not None:
            options["streamer"] = self._streamer(tell)
        with torch.inference_mode():
            ids = model.generate(**prompt, **options)[0].tolist()
        new, ends = ids[length:], model.generation_config.eos_token_id
        ended = bool(new) and new[-1] in (ends if isinstance(ends, list) else [ends])
        finish: Literal["stop", "length"] = "stop" if ended else "length"
        text, thinking = split(self._decode(ids[max(length - OVERLAP_TOKENS, 0) : length] if continues else [], new))
        usage = Usage(prompt_tokens=length, completion_tokens=len(new))
        return Reply(text=text, finish=finish, usage=usage, thinking=thinking)

    def _prompt(self, messages: tuple[Message, ...], continues: bool) -> Any:  # noqa: ANN401
        refusal: type[Exception] = need("jinja2", "local").TemplateError
        form = {"add_generation_prompt": not continues, "continue_final_message": continues}
        for turns in (messages, _folded(messages)):  # some templates refuse a system message
            try:
                return self._tokenizer.apply_chat_template(
                    [m.model_dump() for m in turns], return_tensors="pt", return_dict=True, **form
                )
            except refusal as error:
                said = error
        raise SetupError(f"the chat template of {self.name} refuses the messages: {said}")

    def _decode(self, before: list[int], new: list[int]) -> str:
        def plain(ids: list[int]) -> str:
            return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))

        return plain(before + new)[len(plain(before)) :]

    def _streamer(self, tell: Callable[[str], None]) -> Any:  # noqa: ANN401
        class Teller(self._transformers.TextStreamer):  # type: ignore[misc, name-defined]
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:  # noqa: ARG002
                tell(text)

        return Teller(self._tokenizer, skip_prompt=True, skip_special_tokens=True)


def _sampling(request: Request) -> dict[str, object]:
    """Options for `generate`; what the request leaves open is the model's own."""
    if request.temperature == 0:
        return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    wanted = {"temperature": request.temperature, "top_p": request.top_p}
    given: dict[str, object] = {name: value for name, value in wanted.items() if value is not None}
    return given | {"do_sample": True} if given else {}


def _folded(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The system message put at the head of the user's."""
    if len(messages) < 2 or messages[0].role != "system":
        return messages
    first = messages[1].model_copy(update={"content": f"{messages[0].content}\n\n{messages[1].content}"})
    return (first, *messages[2:])

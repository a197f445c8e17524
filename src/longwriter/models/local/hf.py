"""Local weights through transformers: `hf:FOLDER`, `hf:FOLDER/FILE.gguf` or `hf:ORG/NAME` (downloaded by transformers).

Needs the extra `local`. The tokenizer is read at once, the weights at the first reply; replies are made one at a time,
in a thread, on the GPU if there is one. The model's own chat template is used. What can be opened: `hf_weights`; how
tokens are chosen, JSON schemas included: `hf_sampling`. Left out: batching, several GPUs (vLLM behind `--base-url`).
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal

from longwriter.checks.phrases import Phrases
from longwriter.errors import EmptyReply, InputError, PromptTooLong, SetupError
from longwriter.models.base import Listener, Listens, ModelConfig, Pause, listening, need, tell_pause
from longwriter.models.local.ban.ban import Ban, begun
from longwriter.models.local.ban.way_back import WayBack
from longwriter.models.local.hf_sampling import FILTERS, Draw, Grammar, penalty_of, sampling_of
from longwriter.models.local.hf_weights import Failures, Weights
from longwriter.models.local.turn_marks import mark_at_start
from longwriter.models.thinking import ThinkFilter
from longwriter.types import Message, Reply, Request, Usage

UNASKED_TOKENS = 8192
"""Most tokens of a reply to a request that names no limit: some 6,000 English words. A model in a loop never ends by itself,
and windows of 131,072 positions take hours."""
OVERLAP_TOKENS = 16
"""Tokens decoded again with those that follow, so that a first blank is not taken for the start of a text."""
UNFINISHED_TOKENS = 8
"""Most tokens held back because a character seems unfinished; none has more than 4 bytes, a token has at least one."""
MARKER = "longwriter-0-marker"
POSITION_NAMES = ("max_position_embeddings", "n_positions", "max_seq_len")


def positions(shape: Mapping[str, Any]) -> int | None:
    """Tokens that a model may see at once, by its config; None where that does not say.

    Stretched ones included: with a factor, a config gives either the stretched number or the one before.
    """
    room: int | None = next((shape[name] for name in POSITION_NAMES if shape.get(name)), None)
    rope = shape.get("rope_parameters") or {}
    before = rope.get("original_max_position_embeddings") or room
    return None if room is None or before is None else max(room, int(before * (rope.get("factor") or 1)))


class HuggingFace:
    """One set of weights in this process."""

    prefill = True
    seeded = True
    bans = True

    def __init__(self, config: ModelConfig, rest: str) -> None:  # noqa: ARG002 - every backend is made with both
        """`rest`: what `hf:` names. Raises SetupError where transformers cannot read it."""
        if not rest.strip():
            raise InputError("hf: needs a folder or a model ID, such as hf:./weights or hf:ORG/NAME")
        self.name = f"hf:{rest}"
        self._weights = Weights(rest)
        self._torch = need("torch", "local")
        self._tokenizer: Any = self._weights.tokenizer()
        if not self._tokenizer.chat_template:
            raise SetupError(f"{self.name} has no chat template: it completes text but does not follow instructions")
        self._window = positions(self._weights.shape())
        self._model: Any = None
        self._own: dict[str, Any] = {}  # how the weights' generation_config samples
        self._ends: list[int] = []
        self._grammars: Any = None  # the tokenizer in llguidance's form
        self._refusal = ""  # why the chat template last took no messages
        self._turn = asyncio.Lock()
        self._phrases = lru_cache(maxsize=4)(Phrases)

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        """Answer. Raises SetupError, PromptTooLong, Unavailable for a GPU that failed, or EmptyReply.

        Cancelling takes effect at the next token; weights that are being loaded are loaded first.
        """
        loop, stop, heard = asyncio.get_running_loop(), threading.Event(), _Heard(listening(listener))
        ban = None
        if request.ban and request.json_schema is None:
            ban = Ban(self._phrases(request.ban), begun(request))
        pieces: asyncio.Queue[str | None] = asyncio.Queue()

        def tell(piece: str | None) -> None:
            loop.call_soon_threadsafe(pieces.put_nowait, piece)

        if self._turn.locked():
            tell_pause(heard.listener, Pause("slot"))
        async with self._turn:
            work = loop.run_in_executor(None, self._generate, request, stop, tell, ban)
            try:
                while not heard.enough and (piece := await pieces.get()) is not None:
                    heard.take(piece)
            finally:  # the listener had enough or failed, this task is cancelled, or all is said
                stop.set()
                await asyncio.wait([work])
            usage, ended = work.result()
        finish: Literal["stop", "length", "cut"] = "cut" if heard.enough else "stop" if ended else "length"
        heard.close()
        if not heard.text.strip():
            raise EmptyReply(f"{self.name} answered without text" + " outside its thinking" * bool(heard.thinking))
        reply = Reply(text=heard.text, finish=finish, usage=usage, thinking=heard.thinking)
        told = {"avoided": ban.avoided, "let_through": ban.let_through} if ban else {}
        return reply.model_copy(update=told)

    async def window(self) -> int | None:
        """Positions that the model was made for."""
        return self._window

    def count_tokens(self, text: str) -> int | None:
        """Exact, without the chat template's own tokens."""
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    async def aclose(self) -> None:
        """Let go of the weights."""
        self._model = None

    def _loaded(self) -> Any:  # noqa: ANN401 - transformers is not typed
        """The model, its generation_config made ours: `generate` would follow what it says beside what we ask."""
        if self._model is None:
            model = self._weights.model()
            config = model.generation_config
            self._own = {name: getattr(config, name) for name in ("do_sample", *FILTERS)}
            self._ends = self._ends_of(config.eos_token_id)
            for name in (*FILTERS, "max_length", "min_length", "min_new_tokens", "max_time", "stop_strings"):
                setattr(config, name, None)
            config.do_sample, config.num_beams = False, 1
            config.use_cache = True  # trainers write false into the configs of what they save
            config.eos_token_id = self._ends or None
            config.pad_token_id = self._ends[0] if self._ends else 0  # one reply at a time: never used
            self._model = model
        return self._model

    def _ends_of(self, named: int | list[int] | None) -> list[int]:
        """Tokens that end a reply: what generation_config names, the tokenizer's end, and the mark after a turn.

        That mark is taken from the chat template, but only where generation_config has no list of its own: gpt-oss ends
        each of its channels with a mark that must not end the reply.
        """
        ends = set(named if isinstance(named, list) else [named])
        ends.add(self._tokenizer.eos_token_id)
        if not isinstance(named, list):
            turn = (("user", "."), ("assistant", MARKER), ("user", "."))
            shown = self._shown([{"role": role, "content": content} for role, content in turn])
            ends.add(mark_at_start((shown or "").rpartition(MARKER)[2], self._tokenizer))
        return sorted(end for end in ends if end is not None)

    def _generate(
        self, request: Request, stop: threading.Event, tell: Callable[[str | None], None], ban: Ban | None
    ) -> tuple[Usage, bool]:
        """Runs in a thread. Tells the reply piece by piece, then None; (what was used, whether it ended by itself)."""
        try:
            with Failures(self.name, f"{self.name} cannot generate"):
                return self._said(request, stop, tell, ban)
        finally:
            tell(None)

    def _said(
        self, request: Request, stop: threading.Event, tell: Callable[[str], None], ban: Ban | None
    ) -> tuple[Usage, bool]:
        torch, model = self._torch, self._loaded()
        prompt = self._prompt(request.messages).to(model.device)
        length = int(prompt.shape[1])
        room = UNASKED_TOKENS if request.max_tokens is None else request.max_tokens
        if self._window is not None:
            room = min(room, self._window - length)
            if self._window <= length:
                raise PromptTooLong(f"a prompt of {length} tokens does not fit the {self._window} of {self.name}")
        continues = request.messages[-1].role == "assistant"
        grammar = self._grammar(request, model) if request.json_schema is not None else []
        penalty = penalty_of(request)
        back = WayBack(ban, length, self._tokenizer, model) if ban else None
        draw = Draw(sampling_of(request, self._own), request.seed, model.device)
        processors = [*penalty, *grammar, *([back] if back else []), draw]
        more = {"repetition_penalty": 1.0} if penalty else {}
        ids, drawn, going = prompt, 0, True

        def stopped(ids: Any, _scores: object, **_: object) -> Any:  # noqa: ANN401
            halt = stop.is_set() or (back is not None and back.found)
            return torch.full((ids.shape[0],), halt, dtype=torch.bool, device=ids.device)

        with torch.inference_mode():
            while going:
                before = int(ids.shape[1])
                take = back.hears(tell) if back else lambda piece, _: tell(piece) if piece else None
                ids = model.generate(
                    inputs=ids,
                    attention_mask=torch.ones_like(ids),
                    max_new_tokens=length + room - before,
                    logits_processor=processors,
                    stopping_criteria=[stopped],
                    streamer=_Streamer(self._tokenizer, take, continues or before > length),
                    **more,
                    **({"past_key_values": back.memory()} if back else {}),
                )
                drawn += int(ids.shape[1]) - before
                ended = ids.shape[1] > length and int(ids[0, -1]) in self._ends
                going = back is not None and not stop.is_set() and back.goes_on(ids, ended=ended)
                if going and back is not None:
                    ids = back.ids
        if back is not None and ban is not None and not stop.is_set():
            tell(ban.rest())
        return Usage(prompt_tokens=length, completion_tokens=drawn), ended

    def _grammar(self, request: Request, model: Any) -> list[Grammar]:  # noqa: ANN401
        """[] for a tokenizer without the form that llguidance reads: then the reply is JSON only if the model likes."""
        if not self._tokenizer.is_fast or request.json_schema is None:
            return []
        if self._grammars is None:
            need("llguidance", "local")
            size = max(len(self._tokenizer), model.config.get_text_config().vocab_size)
            ends = self._ends or None
            self._grammars = need("llguidance.hf", "local").from_tokenizer(
                self._tokenizer, n_vocab=size, eos_token=ends
            )
        last = request.messages[-1]
        return [Grammar(self._grammars, request.json_schema, last.content if last.role == "assistant" else "")]

    def _prompt(self, messages: tuple[Message, ...]) -> Any:  # noqa: ANN401
        """Token ids, (1, length). Raises SetupError where the chat template takes the messages in no form."""
        forms = [self._shown([m.model_dump() for m in turns]) for turns in (messages, _folded(messages))]
        texts = [text for text in forms if text is not None]
        if not texts:
            raise SetupError(f"the chat template of {self.name} refuses the messages: {self._refusal}")
        system = messages[0].content.strip() if messages[0].role == "system" else ""
        # Some templates refuse a system message, others leave it out without a word.
        text = next((text for text in texts if system in text), texts[0])
        return self._tokenizer(text, add_special_tokens=False, return_tensors="pt")["input_ids"]

    def _shown(self, turns: list[dict[str, str]]) -> str | None:
        """The messages as the template writes them; None where it refuses, and `_refusal` says why."""
        begun = turns[-1]["content"] if turns[-1]["role"] == "assistant" else None
        form = {"add_generation_prompt": begun is None, "continue_final_message": begun is not None}
        try:
            text = str(self._tokenizer.apply_chat_template(turns, tokenize=False, **form))
        except (need("jinja2", "local").TemplateError, ValueError, TypeError) as error:
            self._refusal = " ".join(str(error).split())[:300]
            return None
        if begun is not None and not text.endswith(begun):
            text += begun[len(begun.rstrip()) :]  # many templates strip messages
        return text


class _Heard:
    """What is visible of a reply so far, and whether its listener had enough."""

    def __init__(self, listener: Listener | None) -> None:
        self.listener, self._filter = listener, ThinkFilter()
        self.enough = False
        if listener is not None:
            listener.begin()

    @property
    def text(self) -> str:
        return self._filter.text

    @property
    def thinking(self) -> str:
        return self._filter.thinking

    def take(self, piece: str) -> None:
        self._hear(self._filter.feed(piece))

    def close(self) -> None:
        rest = self._filter.close()
        if not self.enough:
            self._hear(rest)

    def _hear(self, visible: str) -> None:
        if visible and self.listener is not None:
            self.enough = self.listener.hear(visible)


class _Streamer:
    """Turns tokens into text as `generate` makes them; a character is told when it is whole."""

    def __init__(self, tokenizer: Any, tell: Callable[[str, int], None], continues: bool) -> None:  # noqa: ANN401
        """`tell` takes each piece and the number of its tokens. `continues`: the text goes on where the prompt ends."""
        self._tokenizer, self._tell, self._continues = tokenizer, tell, continues
        self._before: list[int] | None = None
        self._new: list[int] = []

    def put(self, ids: Any) -> None:  # noqa: ANN401 - first the prompt, (1, length), then each token, (1,)
        """Called by `generate`."""
        if self._before is None:
            self._before = ids[0, -OVERLAP_TOKENS:].tolist() if self._continues else []
            return
        self._new += ids.tolist()
        piece = self._piece()
        if not piece.endswith("\ufffd") or len(self._new) >= UNFINISHED_TOKENS:
            self._pass(piece)

    def end(self) -> None:
        """Called by `generate`; an unfinished character is dropped, as a continuation would begin in its middle."""
        self._pass(self._piece().rstrip("\ufffd"))

    def _pass(self, piece: str) -> None:
        tokens = len(self._new)
        self._before, self._new = [*(self._before or []), *self._new][-OVERLAP_TOKENS:], []
        if tokens:
            self._tell(piece, tokens)

    def _piece(self) -> str:
        before = self._before or []
        return self._plain(before + self._new)[len(self._plain(before)) :]

    def _plain(self, ids: list[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def _folded(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The system message put at the head of the user's."""
    if len(messages) < 2 or messages[0].role != "system":
        return messages
    first = messages[1].model_copy(update={"content": f"{messages[0].content}\n\n{messages[1].content}"})
    return (first, *messages[2:])

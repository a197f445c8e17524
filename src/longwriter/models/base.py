"""How to ask a model for text.

1. A backend is one file with one class that follows `Model`. 2. `BACKENDS` names them; a backend is imported when it is
asked for, not before. 3. Retrying, think-tag stripping and error naming happen inside the backend: what comes out is a
`Reply` or a `ModelError`, nothing else. 4. Nothing here counts money or touches a run folder.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Literal, Protocol, runtime_checkable

from pydantic import Field, JsonValue, field_validator

from longwriter.config import imported
from longwriter.errors import InputError, SetupError
from longwriter.models.headers import Headers
from longwriter.types import Address, Record, Reply, Request, Utf8


@runtime_checkable
class Listener(Protocol):
    """Hears visible text (no thinking) as it streams."""

    def begin(self) -> None:
        """A try begins: whatever was heard before is void."""
        ...

    def hear(self, piece: str) -> bool:
        """The next piece. True: enough; the reply ends here, with `finish` "cut"."""
        ...


@dataclass(frozen=True)
class Pause:
    """Why a call goes on without a word of text."""

    why: Literal["slot", "prompt", "thinking", "retry"]
    """`slot`: others are before it; `prompt`: that is being read; `retry`: after a failure, or because a server asked for
    fewer requests per minute, it is waiting to ask again."""
    share: float | None = None
    """Share of the prompt that is read, 0 to 1."""
    seconds: float = 0.0
    """How long it waits before a retry."""
    number: int = 0
    """Number of the retry, from 1."""
    most: int = 0
    """About how many retries there will be before it gives up."""
    said: str = ""
    """What the server said."""


@runtime_checkable
class Patient(Listener, Protocol):
    """A listener that also hears what it waits for."""

    def wait(self, pause: Pause) -> None:
        """No text for now; what is heard next ends it."""
        ...


def tell_pause(listener: Listener | None, pause: Pause) -> None:
    """Tell a listener, if it is one that wants to know."""
    if isinstance(listener, Patient):
        listener.wait(pause)


Listens = Listener | Callable[[str], object]
"""A listener, or a function of each piece, for display alone: an attempt that begins again gives it its text once more."""


class _Told:
    """A function as a listener."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell

    def begin(self) -> None:
        """Nothing to forget."""

    def hear(self, piece: str) -> bool:
        """Whether the function says True."""
        return self._tell(piece) is True


def listening(listener: Listens | None) -> Listener | None:
    """What was given, as a listener."""
    return listener if listener is None or isinstance(listener, Listener) else _Told(listener)


class Model(Protocol):
    """A source of text."""

    name: str
    """As shown to people and looked up in the price table."""
    prefill: bool
    """True: the last message of a request may be the beginning of the reply."""

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        """Answer. Raises SetupError, Unavailable or EmptyReply."""
        ...

    async def window(self) -> int | None:
        """Context window in tokens, prompt and reply together; None where the server does not tell."""
        ...

    def count_tokens(self, text: str) -> int | None:
        """Tokens of a text in the model's own vocabulary; None where only the server knows."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...


@runtime_checkable
class Seeded(Protocol):
    """What an engine of ours says of itself."""

    seeded: bool
    """The same request with the same seed has the same reply."""


def is_seeded(model: Model) -> bool:
    """Whether the same request with the same seed has the same reply; servers are taken not to promise it."""
    return isinstance(model, Seeded) and model.seeded


@runtime_checkable
class Banning(Protocol):
    """What an engine says whose tokens are chosen here."""

    bans: bool
    """It heeds `Request.ban`."""


def can_ban(model: Model) -> bool:
    """Whether phrases can be kept out of a model's replies while it writes them."""
    return isinstance(model, Banning) and model.bans


class ModelConfig(Record):
    """Which model, and how to reach it."""

    model: Utf8 = "gguf:smollm2"
    """`gguf:NAME-or-PATH`, with `+ADAPTER.gguf` where one is laid on it, `hf:PATH-or-ID`, `fake:...`, `PROVIDER/NAME`, or the
    name of a model at `base_url`."""
    base_url: Address | None = None
    """An OpenAI-compatible endpoint, such as http://localhost:8000/v1; None: the provider's, else OPENAI_BASE_URL."""
    key_env: str | None = None
    """Environment variable that holds the key, which itself never stands in a file of ours; None: the provider's."""
    timeout_s: float = Field(default=600, gt=0)
    """Longest silence of the server, not the longest reply."""
    card: str | None = None
    """Name of an entry in `cards.toml`; None: by the model's name."""
    retry_s: float = Field(default=300, ge=0)
    """Seconds that one call may spend on retries in all, waiting included."""
    headers: Headers = Field(default={}, repr=False)
    """Sent with every request: text, or `env:VARIABLE`."""
    extra_body: dict[str, JsonValue] = Field(default={})
    """Laid on the body of every request, table by table; a null leaves a field out."""

    @field_validator("extra_body")
    @classmethod
    def is_json(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """No number that JSON has not, and nothing that every request says for itself."""
        try:
            json.dumps(value, allow_nan=False)
        except ValueError:
            raise ValueError("holds a number that JSON has not") from None
        for name in ("messages", "model"):
            if name in value:
                raise ValueError(f"{name!r} is what each request is about; it cannot be set")
        return value


REACH = ("base_url", "key_env", "timeout_s", "retry_s", "headers")
"""Settings that say how to reach a model: they may change between two commands on one run."""


BACKENDS = {  # scheme -> class; the scheme is what stands before the colon in ModelConfig.model
    "openai": "longwriter.models.servers.openai_compat:OpenAICompatible",
    "hf": "longwriter.models.local.hf:HuggingFace",
    "gguf": "longwriter.models.local.gguf:Gguf",
    "fake": "longwriter.models.fake:FakeModel",
}


def at_a_server(config: ModelConfig) -> bool:
    """Whether the model answers over HTTP, not in this process."""
    scheme = config.model.partition(":")[0]
    return scheme == "openai" or scheme not in BACKENDS


def open_model(config: ModelConfig) -> Model:
    """The model that a config names. Raises SetupError for what can be known before the first call."""
    scheme, _, rest = config.model.partition(":")
    if scheme not in BACKENDS:  # "llama3:8b" is a model's name, not a scheme
        scheme, rest = "openai", config.model
    if not config.model.strip():
        raise InputError("the model's name is empty; use --model NAME, or leave it out for the default")
    if scheme != "openai" and (config.headers or config.extra_body):
        raise InputError(f"{config.model} runs here; --header and --extra-body are for servers")
    model: Model = imported(scheme, BACKENDS, "backend")(config, rest)
    return model


async def close_all(models: Iterable[Model]) -> None:
    """Close the connections of all models; one that has several roles is closed once."""
    for model in {id(m): m for m in models}.values():
        await model.aclose()


def need(package: str, extra: str) -> ModuleType:
    """Import an optional package, or say how to install it."""
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        raise SetupError(f"{package} is not installed: pip install 'longwriter[{extra}]'") from error

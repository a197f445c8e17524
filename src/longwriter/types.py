"""The records that cross rooms. Frozen, plain data: they can be saved and read back without the code that made them."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from longwriter.characters import whole, whole_characters

Role = Literal["system", "user", "assistant"]


def _without_secrets(address: str) -> str:
    """Refuse what keys are put into: settings are saved and shown."""
    if re.search(r"//[^/]*@|\?", address):
        raise ValueError(
            "an address is saved with the run, so it may hold no user, password or query; "
            "a key goes into an environment variable (key_env)"
        )
    return address


Whole = Annotated[str, AfterValidator(whole)]
"""Text from outside, made so that any file can hold it."""


def _one_line(text: object) -> object:
    return " ".join(whole(" ".join(text.split())).split()) if isinstance(text, str) else text


def _named(title: object) -> object:
    return (_one_line(title) or "-") if title else title


Line = Annotated[str, BeforeValidator(_one_line)]
"""One line with single spaces, as a plan's file holds it: what is read back there is what was written."""


def _utf8(text: str) -> str:
    if text != whole_characters(text):
        raise ValueError(f"{text!r:.80} is not UTF-8, and no file can hold it; rename it")
    return text


Utf8 = Annotated[str, AfterValidator(_utf8)]
"""A name of a file or a model that can be kept as it is."""
Address = Annotated[str, AfterValidator(_without_secrets)]
"""The address of a server, without secrets."""


class Record(BaseModel):
    """Frozen data; unknown fields are refused, and numbers that JSON cannot hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Message(Record):
    """One chat message."""

    role: Role
    content: str


class Request(Record):
    """What is asked of a model.

    A last message of role `assistant` is the beginning of the reply, to be continued from its last character; only
    models whose `prefill` is True accept it.
    """

    messages: tuple[Message, ...]
    max_tokens: int | None = None
    """Most tokens of the reply, thinking included; None: the server's own limit."""
    temperature: float | None = None
    """None: the model's own default."""
    top_p: float | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    """Divides the chance of tokens that are among the last `repeat_last_n`; 1 is none."""
    repeat_last_n: int | None = None
    dry: float | None = None
    """Strength of DRY, which holds against runs of tokens that came before; 0 is none."""
    favour: dict[str, float] = {}
    """Words, and how much their logits are raised, for engines that take words; others leave it out."""
    seed: int | None = None
    """Sampling seed, honoured by engines of ours and by servers that offer it."""
    json_schema: dict[str, object] | None = None
    """The reply should be JSON of this schema. A backend that cannot promise it ignores it: the caller parses anyway."""
    cache_key: str = ""
    """The same for all requests whose beginnings are alike, for servers that send them to one machine by it."""
    ban: tuple[str, ...] = ()
    """Phrases that the reply may not hold, for engines of ours (`models.base.can_ban`); not heeded with a schema."""
    settled: tuple[int, ...] = ()
    """Ends, in the last message of the user, of what later requests will begin with too; for servers that want the places
    named up to which they keep a prompt."""


class Usage(Record):
    """Tokens as the server counted them; None where it said nothing."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    """Thinking included."""
    cached_tokens: int | None = None
    """Prompt tokens read from the prefix cache."""
    cache_write_tokens: int | None = None
    """Prompt tokens written to it, where that is billed."""


class Reply(Record):
    """What a model answered. `text` holds no thinking and is never empty: an empty answer is an `EmptyReply`."""

    text: Whole
    """Leading and trailing whitespace is kept: a continuation needs it."""
    finish: Literal["stop", "length", "filter", "cut"]
    """Why it ended: `stop`, by itself; `length`, at the token limit; `filter`, by the provider's filter, in the middle of
    the text; `cut`, because whoever listened had enough or it went on far beyond the limit. All but `stop` may end anywhere."""
    usage: Usage = Usage()
    thinking: Whole = ""
    """What stood in think tags or in the server's reasoning field."""
    avoided: int = 0
    """Places at which a phrase of the request's ban was taken back."""
    let_through: int = 0
    """Phrases of it that stand all the same, because each try came back to them."""


class Section(Record):
    """One line of a plan."""

    title: Annotated[str, BeforeValidator(_named), Field(min_length=1)]
    """A title of whitespace becomes a dash."""
    point: Line = ""
    """What the section is about."""
    words: int = Field(gt=0)
    """Budget in words as `text.count_words` counts them."""
    chapter: Line = ""
    """Title of the chapter it belongs to; "" in a plan without chapters."""


class Plan(Record):
    """A document's outline. Sections of one chapter stand together."""

    title: Line = ""
    sections: tuple[Section, ...] = Field(min_length=1)

    @property
    def words(self) -> int:
        """Sum of the budgets."""
        return sum(s.words for s in self.sections)

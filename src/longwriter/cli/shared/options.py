"""Options that several commands share, and how they become settings, in the order that config.py describes."""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from longwriter.cli.completion import RunName
from longwriter.config import ConfigT, Tree, build
from longwriter.errors import InputError, SettingError

if TYPE_CHECKING:
    from longwriter.writer.settings import WriteSettings

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


class WordCount(click.ParamType[int]):
    """A length in words."""

    name = "NUMBER"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read digits. Raises click's own error for anything else; the range is that of the settings."""
        digits = str(value).strip().replace(",", "").replace("_", "")
        if not (digits.removeprefix("-").isdecimal() and len(digits) < 20):
            self.fail(f"{value!r} is not a whole number of words; give digits alone, such as 2000", param, ctx)
        return int(digits)


WORDS = WordCount()

HOME = click.option(
    "--runs",
    "home",
    type=click.Path(path_type=Path),
    default=Path("runs"),
    envvar="LONGWRITER_RUNS",
    show_default=True,
    help="Folder that holds the run folders.",
)
RUN = click.argument("run", type=RunName())
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
PRICES = click.option(
    "--prices", type=click.Path(path_type=Path), help="TOML file of prices that go before the shipped ones."
)


class Finite(click.FloatRange):
    """A float that can be saved and compared: no inf, no nan."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - as the library
        """Read a number. Raises InputError for inf and nan."""
        try:
            finite = math.isfinite(float(value))
        except ValueError:  # click says so
            finite = True
        if not finite:
            raise InputError(f"{_flag(param)}: {value} is not a finite number")
        return float(super().convert(value, param, ctx))


class AnyFinite(Finite):
    """Without bounds, of which click's help would say "x<=None"."""

    name = "float"

    def _describe_range(self) -> str:
        return ""


FINITE = AnyFinite()


def _flag(param: click.Parameter | None) -> str:
    return param.opts[0] if param else ""


def _headers(_: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, str] | None:
    """Headers by name; None where there are none. Errors do not quote the text, which may be a secret."""
    parts = [text.partition(":") for text in given]
    if any(not colon for _, colon, _ in parts):
        raise InputError(f"{_flag(param)}: a header looks like NAME:VALUE or NAME:env:VARIABLE")
    return {name.strip(): value.strip() for name, _, value in parts} or None


def _json_object(_: click.Context, param: click.Parameter, text: str | None) -> dict[str, object] | None:
    def refuse(name: str) -> None:
        raise ValueError(f"JSON has no {name}")

    if text is None:
        return None
    try:
        value = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        said = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise InputError(f"{_flag(param)}: not JSON: {said}") from None
    if not isinstance(value, dict):
        raise InputError(f'{_flag(param)}: not a JSON object; it looks like {{"top_k": 20}}')
    return value


def header_option(flag: str, name: str) -> Decorator:
    """Headers of a role's model."""
    told = "Header of every request; NAME:env:VARIABLE keeps a secret out of sight. Repeat it."
    return click.option(flag, name, multiple=True, callback=_headers, metavar="NAME:VALUE", help=told)


def extra_body_option(flag: str, name: str) -> Decorator:
    """Fields of a role's requests."""
    told = "Object laid on the body of every request; null leaves a field out."
    return click.option(flag, name, callback=_json_object, metavar="JSON", help=told)


SERVER: list[Decorator] = [
    click.option("--base-url", help="OpenAI-compatible endpoint, such as http://localhost:8000/v1."),
    click.option("--key-env", help="Environment variable with the key.  [default: the provider's, OPENAI_API_KEY]"),
    header_option("--header", "headers"),
    extra_body_option("--extra-body", "extra_body"),
    click.option("--timeout", "timeout_s", type=FINITE, help="Longest silence of the server, in seconds."),
    click.option("--retry", "retry_s", type=FINITE, help="Seconds that one call may spend on retries."),
]
REACH: list[Decorator] = [
    *SERVER,
    click.option("--window", type=int, help="The model's context window in tokens, where the server does not tell."),
    click.option("--max-cost", type=FINITE, help="Stop before the text has cost more than this, in US dollars."),
    click.option(
        "--max-tokens", type=int, help="Stop before the text has used more tokens than this, prompts included."
    ),
]
SOURCES: list[Decorator] = [
    click.option(
        "--sources",
        multiple=True,
        callback=lambda _, __, given: given or None,
        metavar="PATH|URL",
        help="What the text cites: a file, a folder, an address, or a file that lists addresses. Repeat it.",
    ),
    click.option(
        "--private-sources", is_flag=True, default=None, help="Fetch addresses of this machine and its network, too."
    ),
]
TEXT: list[Decorator] = [
    click.option("--words", type=WORDS, help="Length; else read from the instruction, else the model's own plan."),
    click.option(
        "--model",
        help="gguf:NAME-or-PATH, hf:PATH-or-ID, PROVIDER/NAME, or a name at --base-url.  [default: gguf:smollm2]",
    ),
    click.option("--planner", help="Another model for the plan: PROVIDER/NAME, or at the same endpoint."),
    click.option(
        "--context",
        type=click.Choice(["auto", "full", "window"]),
        help="What a section sees of earlier text.  [default: auto]",
    ),
    click.option("--parallel", is_flag=True, default=None, help="Chapters side by side: faster, less coherent."),
    click.option("--language", type=click.Choice(["en", "zh", "zh-Hant"]), help="Language of the prompts."),
    click.option("--section-words", type=int, help="Usual words of a section.  [default: 500]"),
    click.option(
        "--facts",
        type=click.Choice(["off", "rules", "model"]),
        help="Who finds the facts that sections are told.  [default: rules]",
    ),
    click.option("--headings", type=click.Choice(["auto", "model", "plan"]), help="Who writes section headings."),
    click.option(
        "--ban",
        metavar="FILE|slop",
        help="Phrases the text may not hold, one a line; slop: stock phrases (gguf:, hf:).",
    ),
    click.option(
        "--slop",
        metavar="FILE|off",
        help="Stock phrases to hold down, of longwriter slop learn.  [default: the shipped list]",
    ),
    click.option(
        "--style", type=click.Path(path_type=Path), help="Voice to write in, as `longwriter style learn` made it."
    ),
    click.option("--temperature", type=FINITE),
    click.option("--top-p", type=FINITE),
    click.option("--seed", type=int, help="For models here, and servers that take one.  [default: 42]"),
    click.option("--max-section-tokens", type=int, help="Limit of one reply, thinking included."),
    click.option(
        "--config", type=click.Path(path_type=Path), help="TOML file with these settings, [writer] and [planner]."
    ),
]


def with_options(*options: Decorator) -> Decorator:
    """Put options on a command, shown in this order."""

    def apply(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


@contextmanager
def naming_flags() -> Iterator[None]:
    """While it lasts, an error in a setting that an option of this command gave names the option."""
    try:
        yield
    except SettingError as error:
        context = click.get_current_context(silent=True)
        name = error.key.rpartition(".")[2]
        for param in context.command.params if context else []:
            if param.name == name and context is not None and context.params.get(name) is not None:
                shown = f"{param.opts[0]}: " if isinstance(param, click.Option) else ""
                raise InputError(f"{shown}{error.reason}") from error
        raise


def from_flags(cls: type[ConfigT], tree: Tree, source: str = "settings") -> ConfigT:
    """Build settings of what this command's options say. Raises InputError that names the option, where it was given."""
    with naming_flags():
        return build(cls, tree, source)


def settings(instruction: str, flags: dict[str, object]) -> "WriteSettings":
    """Settings from files, environment and flags. Raises InputError naming the file and the bad key."""
    from longwriter.api.settings import write_settings  # models and numpy take 0.3 s, which --help need not wait for

    with naming_flags():
        return write_settings(instruction, flags)

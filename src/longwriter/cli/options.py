"""Options that several commands share, and how they become settings, in the order that config.py describes."""

from collections.abc import Callable
from pathlib import Path

import click

from longwriter.cli.completion import RunName
from longwriter.config import PROJECT_FILE, ConfigT, Tree, build, environment, merge, read_toml, user_file
from longwriter.errors import InputError, SettingError
from longwriter.models.library import is_path
from longwriter.writer.settings import WriteSettings

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


class Words(click.ParamType[int]):
    """A length in words."""

    name = "NUMBER"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Raises click's own error for what is no whole number in digits; its range is that of the settings."""
        digits = str(value).strip().replace(",", "").replace("_", "")
        if not (digits.removeprefix("-").isdecimal() and len(digits) < 20):
            self.fail(f"{value!r} is no whole number of words; give digits alone, such as 2000", param, ctx)
        return int(digits)


WORDS = Words()

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

REACH = [
    click.option("--base-url", help="OpenAI-compatible endpoint, such as http://localhost:8000/v1."),
    click.option("--key-env", help="Environment variable with the key.  [default: OPENAI_API_KEY]"),
    click.option("--window", type=int, help="The model's context window in tokens, where the server does not tell."),
    click.option("--max-cost", type=float, help="Stop before the text has cost more than this, in US dollars."),
    click.option(
        "--max-tokens", type=int, help="Stop before the text has used more tokens than this, prompts included."
    ),
    click.option("--timeout", "timeout_s", type=float, help="Longest silence of the server, in seconds."),
    click.option("--retry", "retry_s", type=float, help="Seconds that one call may spend on retries."),
]
TEXT = [
    click.option("--words", type=WORDS, help="Length; else read from the instruction, else the model's own plan."),
    click.option("--model", help="gguf:NAME-or-PATH, hf:PATH-or-ID, or a name at --base-url.  [default: gguf:smollm2]"),
    click.option("--planner", help="Another model for the plan, at the same endpoint."),
    click.option(
        "--context",
        type=click.Choice(["auto", "full", "window"]),
        help="What a section sees of earlier text.  [default: auto]",
    ),
    click.option("--parallel", is_flag=True, default=None, help="Chapters side by side: faster, less coherent."),
    click.option("--language", type=click.Choice(["en", "zh", "zh-Hant"]), help="Language of the prompts."),
    click.option("--section-words", type=int, help="Usual words of a section.  [default: 500]"),
    click.option("--headings", type=click.Choice(["auto", "model", "plan"]), help="Who writes section headings."),
    click.option("--temperature", type=float),
    click.option("--top-p", type=float),
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


def from_flags(cls: type[ConfigT], tree: Tree, source: str = "settings") -> ConfigT:
    """`build` of what this command's options say. Raises InputError that names the option, where it was given."""
    try:
        return build(cls, tree, source)
    except SettingError as error:
        context = click.get_current_context(silent=True)
        name = error.key.rpartition(".")[2]
        for param in context.command.params if context else []:
            if param.name == name and context is not None and context.params.get(name) is not None:
                shown = f"{param.opts[0]}: " if isinstance(param, click.Option) else ""
                raise InputError(f"{shown}{error.reason}") from error
        raise


def reach(flags: dict[str, object]) -> Tree:
    """Flags of `REACH` as a settings tree."""
    to_model = {k: flags.get(k) for k in ("base_url", "key_env", "timeout_s", "retry_s")}
    return {"writer": to_model} | {k: flags.get(k) for k in ("window", "max_cost", "max_tokens")}


def settings(instruction: str, flags: dict[str, object]) -> WriteSettings:
    """Settings from files, environment and flags. Raises InputError naming the file and the bad key."""
    tree = file_settings(flags.get("config"))
    text_keys = (
        "words",
        "context",
        "parallel",
        "language",
        "section_words",
        "headings",
        "temperature",
        "top_p",
        "seed",
    )
    over = {k: flags.get(k) for k in (*text_keys, "max_section_tokens")} | {"instruction": instruction}
    tree = _laid(merge(tree, over), merge(reach(flags), {"writer": {"model": flags.get("model")}}))
    writer = _table(tree.get("writer"))
    if writer.get("base_url") and not writer.get("model"):
        raise InputError("--base-url needs --model NAME: the name of a model that this server offers")
    if flags.get("planner") or tree.get("planner"):
        tree["planner"] = merge(writer, merge(_table(tree.get("planner")), {"model": flags.get("planner")}))
    for role in ("writer", "planner"):
        if role in tree:
            tree[role] = findable(_table(tree[role]))
    return from_flags(WriteSettings, tree)


def file_settings(named: object = None) -> Tree:
    """What is set before any flag: the user's file, the folder's, the environment, the file `named` by --config."""
    tree: Tree = {}
    for path in (user_file(), PROJECT_FILE):
        if path.is_file():
            tree = _laid(tree, _checked(path))
    build(WriteSettings, merge({"instruction": "any"}, environment()), "LONGWRITER_MODEL, LONGWRITER_BASE_URL")
    tree = _laid(tree, environment())
    return _laid(tree, _checked(named)) if isinstance(named, Path) else tree


def _checked(path: Path) -> Tree:
    """A settings file, alone, so that what is wrong in it is told with its name."""
    tree = read_toml(path)
    build(WriteSettings, {"instruction": "any"} | tree, str(path))
    return tree


def _laid(base: Tree, over: Tree) -> Tree:
    """`merge`, but an address and a model that runs here do not go together: what came later stands alone."""
    below, above = dict(_table(base.get("writer"))), _table(over.get("writer"))
    if above.get("base_url") and not above.get("model") and _runs_here(below):
        below.pop("model")
    if _runs_here(above) and not above.get("base_url"):
        below.pop("base_url", None)
    return merge(base | {"writer": below} if below or "writer" in base else base, over)


def _runs_here(model: Tree) -> bool:
    return str(model.get("model") or "").startswith(("gguf:", "hf:", "fake"))


def findable(model: Tree) -> Tree:
    """A file of weights by its whole path: the run may be resumed from another folder."""
    scheme, _, rest = str(model.get("model") or "").partition(":")
    if scheme == "gguf" and is_path(rest):
        return model | {"model": f"gguf:{Path(rest).expanduser().absolute()}"}
    return model


def _table(value: object) -> Tree:
    return value if isinstance(value, dict) else {}

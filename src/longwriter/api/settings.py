"""From what a person named, in a call or on a command line, to settings: files and environment below it, as in `config`."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict

from longwriter.checks.slop.banned import phrases_named
from longwriter.checks.slop.stock import StockList
from longwriter.checks.style.profile import StyleProfile
from longwriter.config import PROJECT_FILE, Tree, build, environment, merge, read_toml, user_file
from longwriter.errors import InputError
from longwriter.models.base import Model, ModelConfig
from longwriter.models.local.adapted import absolute
from longwriter.models.servers.providers import named
from longwriter.runs.folders import saved_settings
from longwriter.types import Plan
from longwriter.writer.events import OnEvent
from longwriter.writer.settings import WriteSettings
from longwriter.writer.sources.addresses import is_address
from longwriter.writer.sources.gather import named_places


class ServedOptions(TypedDict, total=False):
    """How to reach a model; the meaning is that of the flags, here and below."""

    base_url: str | None
    key_env: str | None
    headers: dict[str, str] | None
    extra_body: dict[str, object] | None
    timeout_s: float | None
    retry_s: float | None


class LimitOptions(TypedDict, total=False):
    """When to stop."""

    window: int | None
    max_cost: float | None
    max_tokens: int | None


class ShapeOptions(TypedDict, total=False):
    """What the text should be, beside its length."""

    context: Literal["auto", "full", "window"] | None
    parallel: bool | None
    language: Literal["en", "zh", "zh-Hant"] | None
    section_words: int | None
    facts: Literal["off", "rules", "model"] | None
    headings: Literal["auto", "model", "plan"] | None
    temperature: float | None
    top_p: float | None
    seed: int | None
    max_section_tokens: int | None


class SourceOptions(TypedDict, total=False):
    """What the text cites. None of it may come from a client of a server: they name files of this machine."""

    sources: str | Path | Sequence[str | Path] | None
    """Files, folders, addresses, and files that list addresses."""
    private_sources: bool | None


SERVED, LIMITS = tuple(ServedOptions.__annotations__), tuple(LimitOptions.__annotations__)
TEXT = ("words", "ban", "slop", "style", *ShapeOptions.__annotations__, *SourceOptions.__annotations__)


class ReachOptions(ServedOptions, LimitOptions, total=False):
    """How to reach the model, and when to stop."""

    prices: str | Path | None
    """TOML file of prices."""
    force: bool
    """Replace a file at `out` that the run did not write."""


class ResumeOptions(ReachOptions, total=False):
    """All options of a run that is gone on with."""

    model: Model | None
    """The model in place of the one that the run names, already open."""
    out: str | Path | None
    on_event: OnEvent | None


class TextOptions(ReachOptions, ShapeOptions, SourceOptions, total=False):
    """What a text should be, and where its run is kept."""

    settings: WriteSettings | None
    """All of them at once, in place of single ones, files and environment."""
    planner: "AnyModel | None"
    ban: str | Path | Sequence[str] | None
    """Phrases that the text may not hold, for gguf: and hf:; a file with one a line, a list that `slop learn` made, or "slop",
    the shipped one."""
    slop: str | Path | StockList | None
    """Stock phrases to hold down: a list, or its file (`longwriter slop learn`), or "off"; None: the shipped list."""
    style: str | Path | StyleProfile | None
    """The voice to write in: a profile, or its file (`longwriter style learn`)."""
    config: str | Path | None
    """TOML file of settings."""
    run: str | None
    """Name of the run folder; None: from the request."""
    runs: str | Path | None
    """Folder that holds the run folders; None: LONGWRITER_RUNS, else `runs`."""


AnyModel = str | ModelConfig | Model
"""A model's name as the command line takes it, its settings, or a model that is open."""


class WriteOptions(TextOptions, total=False):
    """All options of `longwriter.write`."""

    words: int | None
    model: AnyModel | None
    out: str | Path | None
    """File for the text besides the run folder."""
    plan: Plan | str | Path | None
    """An outline, or the file that holds one."""
    on_event: OnEvent | None
    """Hears what happens: see `longwriter.events`."""


def known_options(options: Mapping[str, Any], kind: type) -> Mapping[str, Any]:
    """The options, if all of them are of a TypedDict. Raises TypeError for a name that is none."""
    for name in options:
        if name not in kind.__annotations__:
            raise TypeError(f"unexpected keyword argument {name!r}")
    return options


def runs_folder(given: str | Path | None = None) -> Path:
    """The folder that holds the run folders."""
    return Path(given or os.environ.get("LONGWRITER_RUNS") or "runs")


def as_path(given: object) -> Path | None:
    """A path given as one or as text; None for nothing."""
    return Path(str(given)) if given else None


def write_settings(instruction: str, options: Mapping[str, Any]) -> WriteSettings:
    """Settings from files, environment and `options`, named as in `TextOptions`; None is as good as left out.

    Raises InputError naming the file, and SettingError naming the bad key.
    """
    text = {key: options.get(key) for key in TEXT} | {"instruction": instruction}
    writer, planner, over = options.get("model"), options.get("planner"), reach(options)
    if not isinstance(writer, ModelConfig):
        over = merge(over, {"writer": {"model": writer}})
    tree = _laid(merge(file_settings(as_path(options.get("config"))), text), over)
    if isinstance(writer, ModelConfig):
        tree["writer"] = writer.model_dump()
    tree = _with_ban(tree)
    main = _table(tree.get("writer"))
    if main.get("base_url") and not main.get("model"):
        raise InputError("--base-url needs --model NAME: the name of a model that this server offers")
    if isinstance(planner, ModelConfig):
        tree["planner"] = planner.model_dump()
    elif planner or tree.get("planner"):
        tree["planner"] = role_over(main, merge(_table(tree.get("planner")), {"model": planner}))
    for role in ("writer", "planner"):
        if role in tree:
            tree[role] = findable(_table(tree[role]))
    if tree.get("sources"):
        tree["sources"] = _sources(tree["sources"])
    return build(WriteSettings, tree, "settings")


def resumed_settings(folder: Path, options: Mapping[str, Any]) -> WriteSettings:
    """The settings of a run, with what may be changed when it is resumed, named as in `ReachOptions`."""
    saved, over = saved_settings(folder), reach(options)
    writer, planner = saved["writer"], saved["planner"]
    assert isinstance(writer, dict)
    if isinstance(planner, dict) and planner["base_url"] == writer["base_url"]:
        over["planner"] = over["writer"]  # the server that has moved is that of both
    return build(WriteSettings, merge(saved, over), str(folder))


def reach(options: Mapping[str, Any]) -> Tree:
    """`ReachOptions` as a tree of settings."""
    return {"writer": {k: options.get(k) for k in SERVED}} | {k: options.get(k) for k in LIMITS}


def file_settings(named_file: Path | None = None) -> Tree:
    """What is set before any option: the user's file, the folder's, the environment, the file named by --config."""
    tree: Tree = {}
    for path in (user_file(), PROJECT_FILE):
        if path.is_file():
            tree = _laid(tree, _checked(path))
    build(WriteSettings, merge({"instruction": "any"}, environment()), "LONGWRITER_MODEL, LONGWRITER_BASE_URL")
    tree = _laid(tree, environment())
    return tree if named_file is None else _laid(tree, _checked(named_file))


def _checked(path: Path) -> Tree:
    """A settings file, alone, so that an error in it is reported with its name."""
    tree = _with_ban(read_toml(path))
    build(WriteSettings, {"instruction": "any"} | tree, str(path))
    return tree


def _with_ban(tree: Tree) -> Tree:
    """Settings with the phrases themselves, so that a run goes on with those it began with, whatever becomes of the file."""
    named = tree.get("ban")
    return tree | {"ban": list(phrases_named(str(named)))} if isinstance(named, str | Path) else tree


def _laid(base: Tree, over: Tree) -> Tree:
    """`merge`, but a model and the address of another do not go together: what came later stands alone."""
    below, above = _table(base.get("writer")), _table(over.get("writer"))
    writer = _over(below, above)
    return merge(base, over) | ({"writer": writer} if writer or "writer" in base or "writer" in over else {})


def _over(below: Tree, above: Tree) -> Tree:
    """One model's settings laid on others; the key and the headers of one provider never go to another."""
    below, model, there = dict(below), str(above.get("model") or ""), str(below.get("model") or "")
    named_there = not there.startswith("azure/") and named(there) is not None and not below.get("base_url")
    if above.get("base_url") and not model and (_runs_here(below) or named_there):
        below.pop("model")
    if model and not above.get("base_url") and (_runs_here(above) or _moved(there, model, below)):
        for key in ("base_url", "key_env", "headers", "extra_body"):
            below.pop(key, None)
    return merge(below, above)


def role_over(main: Tree, own: Tree) -> Tree:
    """Another role's model, at the main one's server where nothing else is said; headers stay with their address."""
    if own.get("base_url") and own["base_url"] != main.get("base_url"):
        main = {key: value for key, value in main.items() if key not in ("headers", "extra_body")}
    return _over(main, own)


def _moved(there: str, model: str, below: Tree) -> bool:
    """Whether a model is somewhere else than the one `there`, whose settings are `below`, as far as names tell."""
    provider, before = named(model), named(there)
    if provider == before:
        return False
    known = provider or before
    if known is not None and known.prefix == "azure":
        return provider is not None or not below.get("base_url")
    return not below.get("base_url") or (provider is not None and not provider.maker)


def _runs_here(model: Tree) -> bool:
    return str(model.get("model") or "").startswith(("gguf:", "hf:", "fake"))


def findable(model: Tree) -> Tree:
    """Files of weights by their whole paths: the run may be resumed from another folder."""
    scheme, _, rest = str(model.get("model") or "").partition(":")
    return model | {"model": f"gguf:{absolute(rest)}"} if scheme == "gguf" and rest else model


def _sources(given: object) -> list[str]:
    """Sources by their whole paths. Raises InputError for what is not there."""
    named = [given] if isinstance(given, str | Path) else given
    if not isinstance(named, Sequence):
        raise InputError("sources: give files, folders or addresses")
    whole = [str(name) if is_address(str(name)) else str(Path(name).expanduser().absolute()) for name in named]
    named_places(whole)
    return whole


def _table(value: object) -> Tree:
    return value if isinstance(value, dict) else {}

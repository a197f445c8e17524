"""longwriter init: settle on a model once, after it has answered."""

import asyncio
import json
import re
import sys
from datetime import date

import click

from longwriter.api.settings import findable
from longwriter.cli.pull import bring
from longwriter.cli.shared.options import extra_body_option, from_flags, header_option, with_options
from longwriter.config import PROJECT_FILE, user_file
from longwriter.errors import EmptyReply, InputError, LongWriterError
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.headers import FROM_ENV
from longwriter.models.local.library import known, pulled
from longwriter.models.offers import providers, servers
from longwriter.runs.folders import write_file
from longwriter.types import Message, Request

EXAMPLES = """
\b
Examples:
  longwriter init  # choose among what there is
  longwriter init --model ollama/qwen3:8b
  longwriter init --user --model deepseek/deepseek-chat  # DEEPSEEK_API_KEY
  longwriter init --model NAME --base-url https://llm.example.org/v1 \\
      --key-env MY_KEY
"""
TEST = Request(messages=(Message(role="user", content="Say hello."),), max_tokens=64)


@click.command(epilog=EXAMPLES)
@click.option("--model", help="gguf:NAME-or-PATH, hf:PATH-or-ID, PROVIDER/NAME, or a model's name at --base-url.")
@click.option("--base-url", help="OpenAI-compatible endpoint, such as http://localhost:8000/v1.")
@click.option("--key-env", help="Environment variable with the key; the key itself is never written.")
@with_options(header_option("--header", "headers"), extra_body_option("--extra-body", "extra_body"))
@click.option("--user", is_flag=True, help="For all folders: ~/.config/longwriter/config.toml.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def init(model: str | None, user: bool, force: bool, **flags: object) -> None:
    """Write longwriter.toml with the model to use from now on, after one test call to it."""
    path = user_file() if user else PROJECT_FILE
    if path.exists() and not force:
        raise InputError(f"{path} exists; edit it, or add --force to replace it")
    given = {key: value for key, value in flags.items() if value is not None}
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", str(given.get("key_env", "NAME"))):
        raise InputError("--key-env takes the name of an environment variable, such as OPENAI_API_KEY, not the key")
    if model is None and given:
        raise InputError(
            "--base-url, --key-env, --header and --extra-body need --model NAME: the name of a model that this server offers"
        )
    if model is not None:
        chosen = from_flags(ModelConfig, findable({"model": model} | given))
        settings_file(chosen)  # what no file can hold is refused before the call
        test(chosen)
    else:
        chosen = _asked() if sys.stdin.isatty() else _first()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, settings_file(chosen))
    click.echo(f"{path}: {chosen.model}; next: longwriter write 'Write a 3000-word story about a lighthouse'", err=True)


def test(config: ModelConfig) -> None:
    """One call. Raises what the model raises; a reply of thinking alone is an answer too."""
    bring(config)

    async def call() -> None:
        model = open_model(config)
        try:
            await model.reply(TEST)
        except EmptyReply:
            pass
        finally:
            await model.aclose()

    click.echo(f"asking {config.model} ...", err=True)
    asyncio.run(call())
    click.echo(f"{config.model} answers", err=True)


def settings_file(config: ModelConfig) -> str:
    """The TOML text: what differs from the defaults, and the model."""
    values = {"model": config.model} | config.model_dump(exclude_defaults=True)
    if not all(value.startswith(FROM_ENV) for value in config.headers.values()):
        raise InputError(
            "a header's value is written to no file; name a variable that holds it: --header NAME:env:VARIABLE"
        )
    lines = "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
    return (
        f"# Made by longwriter init, {date.today():%Y-%m-%d}. Flags and LONGWRITER_MODEL go before it.\n"  # noqa: DTZ011
        f"[writer]\n{lines}"
    )


def _toml(value: object) -> str:
    """A value of JSON in TOML, tables within the line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)} = {_toml(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if value is None:
        raise InputError("--extra-body: TOML has no null; leave it out here, and give it with each command")
    return json.dumps(value, ensure_ascii=False)


def found() -> list[ModelConfig]:
    """What can be used without asking anything else: models of servers here, then files."""
    offered = [ModelConfig(model=f"{s.prefix}/{name}") for s in servers() for name in s.models]
    return offered + [ModelConfig(model=f"gguf:{name}") for name in dict.fromkeys([*pulled(), *known()])]


def _first() -> ModelConfig:
    """The first that answers."""
    for config in found():
        try:
            test(config)
        except LongWriterError as error:
            click.echo(f"{config.model}: {error}", err=True)
        else:
            return config
    raise InputError(
        "no model answers here; give one: longwriter init --model NAME --base-url URL [--key-env VARIABLE]"
    )


def _asked() -> ModelConfig:
    """What the person at the terminal chooses, once it answers."""
    offered, hosted = found(), providers()
    for number, config in enumerate(offered, 1):
        click.echo(f"{number}. {config.model}" + (f" at {config.base_url}" if config.base_url else ""), err=True)
    for number, provider in enumerate(hosted, len(offered) + 1):
        click.echo(f"{number}. a model of {provider.name} (key in {provider.key_env})", err=True)
    while True:
        number = click.prompt("Which", type=click.IntRange(1, len(offered) + len(hosted)), default=1, err=True)
        if number <= len(offered):
            config = offered[number - 1]
        else:
            provider = hosted[number - len(offered) - 1]
            name = click.prompt(f"Name of the model at {provider.name}", err=True).strip()
            config = ModelConfig(model=f"{provider.prefix}/{name}")
        try:
            test(config)
        except LongWriterError as error:
            click.echo(str(error), err=True)
        else:
            return config

"""longwriter models: what can write here."""

import click

from longwriter.api.offers import default_model
from longwriter.cli.shared.options import JSON
from longwriter.cli.shared.printed import print_json
from longwriter.models.local.library import known, pulled
from longwriter.models.offers import KeyedProvider, LocalFile, LocalServer, files, providers, servers
from longwriter.models.servers.providers import PROVIDERS, read_table

MB = 1_000_000
SHOWN = 12
"""Model names of a server on a line."""


@click.command(epilog="\b\nExamples:\n  longwriter models\n  longwriter models --json")
@JSON
def models(as_json: bool) -> None:
    """List models: files that were pulled, servers of this machine that answer, providers whose key is set."""
    here, local, hosted, default = files(), servers(), providers(), default_model()
    if as_json:
        told = {
            "default": default,
            "files": [f.model_dump() for f in here],
            "servers": [s.model_dump() for s in local],
            "providers": [p.model_dump() for p in hosted],
            "to_pull": [name for name in known() if name not in pulled()],
        }
        print_json(told)
        return
    at = f" at {default['base_url']}" if default["base_url"] else ""
    click.echo(f"default: {default['model']}{at}")
    _show_files(here)
    _show_servers(local)
    _show_providers(hosted)


def _show_files(here: list[LocalFile]) -> None:
    click.echo("\nOn this machine (--model gguf:NAME)")
    for file in here:
        state = file.fault or f"{file.size / MB:,.0f} MB, {file.licence or 'licence not named'}, {file.path}"
        click.echo(f"  gguf:{file.name}: {state}")
    for name, model in known().items():
        if name not in pulled():
            click.echo(f"  not here yet: {name} ({model.about}; {model.fetched / MB:.0f} MB): longwriter pull {name}")


def _show_servers(local: list[LocalServer]) -> None:
    click.echo("\nServers on this machine (--model PREFIX/NAME)")
    for server in local:
        more = f", and {len(server.models) - SHOWN} more" if len(server.models) > SHOWN else ""
        names = ", ".join(server.models[:SHOWN]) + more or "no model is loaded"
        click.echo(f"  {server.prefix}/ is {server.name} at {server.base_url}: {names}")
    if not local:
        click.echo("  none answers (Ollama, LM Studio, llama.cpp and vLLM at their usual ports)")


def _show_providers(hosted: list[KeyedProvider]) -> None:
    click.echo("\nProviders with a key in the environment (--model PREFIX/NAME)")
    for provider in hosted:
        click.echo(f"  {provider.prefix}/ is {provider.name}, with the key in {provider.key_env}")
    if not hosted:
        click.echo("  none: no variable such as OPENAI_API_KEY is set")
    others = [p for p in read_table(PROVIDERS)["provider"] if p.prefix not in {h.prefix for h in hosted}]
    click.echo("  known, without a key here:")
    for p in others:
        click.echo(f"    {p.prefix + '/':14}{p.key_env[0]}")

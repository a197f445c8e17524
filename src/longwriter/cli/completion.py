"""longwriter completion: a shell that completes commands, options and the names of runs."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from longwriter.cli.main import NAME, VARIABLE
from longwriter.runs.folders import LAST, all_runs

EXAMPLES = """
\b
Examples:
  eval "$(longwriter completion bash)"         # in ~/.bashrc
  eval "$(longwriter completion zsh)"          # in ~/.zshrc
  longwriter completion fish > ~/.config/fish/completions/longwriter.fish
"""


class RunName(click.ParamType[str]):
    """A run, as `runs.find` takes it."""

    name = "run"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """The name as it was given."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Names of the folder of runs that the line names."""
        home = ctx.params.get("home")
        names = [LAST, *(folder.name for folder in all_runs(home))] if isinstance(home, Path) else []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(epilog=EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which a shell completes longwriter's commands and runs."""
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, NAME, VARIABLE).source())

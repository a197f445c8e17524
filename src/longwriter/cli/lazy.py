"""A group of commands, each imported when it is used; help needs none of them, and a missing extra is one line."""

from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from longwriter.cli.signals import ENDING, NOTHING_KEPT
from longwriter.errors import SetupError

EXTRAS = {  # package, as it is imported -> extra of pyproject.toml that brings it
    **dict.fromkeys(("datasketch", "huggingface_hub", "matplotlib", "pyarrow", "tokenizers"), "data"),
    **dict.fromkeys(("torch", "transformers", "trl", "accelerate", "peft", "datasets", "safetensors"), "train"),
    "ray": "ray",
    **dict.fromkeys(("starlette", "uvicorn"), "serve"),
    "mcp": "mcp",
    **dict.fromkeys(("docx", "mammoth"), "docx"),
    **dict.fromkeys(("typst", "fontTools"), "pdf"),
    "resvg_py": "report",
    "deepspeed": "deepspeed",
}


class Listed(NamedTuple):
    """A command as its group knows it without importing it."""

    place: str
    """Module and attribute."""
    summary: str
    """The first sentence of its help, whole."""
    kept: str = NOTHING_KEPT
    """What a Ctrl-C leaves, and how to go on."""
    needs: tuple[str, ...] = ()
    """Packages of an extra without which it cannot be imported."""


class MissingCommand(click.Command):
    """Stands for a command that cannot be imported: any use of it raises what to install."""

    def __init__(self, name: str, reason: str) -> None:
        """`reason`: what to install."""
        anything = {"ignore_unknown_options": True, "allow_extra_args": True}
        super().__init__(name, callback=self._fail, add_help_option=False, context_settings=anything)
        self.reason = reason

    def _fail(self) -> None:
        raise SetupError(self.reason)


class LazyGroup(click.Group):
    """A group whose commands stand in a table: name -> `Listed`."""

    def __init__(self, *args: object, table: dict[str, Listed], **kwargs: object) -> None:
        """Take the table, and whatever `click.Group` takes."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # click's own arguments, passed on
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import one. Without its extra it is a command that says which."""
        if name not in self.table:
            return None
        module, attribute = self.table[name].place.split(":")
        try:
            command: click.Command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            return MissingCommand(name, to_install(error))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is run; from now on a Ctrl-C says what that one keeps."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None:
            kept = self.kept(name)
            ENDING.said = lambda: kept
        return name, command, rest

    def kept(self, name: str) -> str:
        """What a Ctrl-C leaves of one command."""
        return self.table[name].kept

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse a command line. Raises SetupError where there is nothing to choose from: every command lacks its extra."""
        missing = [] if args else list(map(_missing, self.table.values()))
        if missing and all(missing):
            raise SetupError(f"{missing[0]} is not installed: {_install(missing[0])}")
        return super().parse_args(ctx, args)

    def summary(self, name: str) -> str:
        """What one command does, or what it needs first."""
        missing = _missing(self.table[name])
        return f"needs {_install(missing)}" if missing else self.table[name].summary

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands with whole sentences."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.summary(name)) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        found = [CompletionItem(name, help=self.summary(name)) for name in names]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command. Raises SetupError for a package of an extra that is not there, wherever it is first wanted."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            raise SetupError(to_install(error)) from error


def _missing(listed: Listed) -> str:
    """The first package that a command lacks, "" for none."""
    return next((package for package in listed.needs if find_spec(package) is None), "")


def _install(package: str) -> str:
    return f"pip install 'longwriter[{EXTRAS[package]}]'"


def to_install(error: ModuleNotFoundError) -> str:
    """What to install. Raises the error itself for a package that no extra brings: that is a bug, or the user's own code."""
    package = (error.name or "").partition(".")[0]
    if package not in EXTRAS:
        raise error
    return f"{package} is not installed: {_install(package)}"

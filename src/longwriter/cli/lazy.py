"""A group of commands, each imported when it is needed; what an extra lacks is said in one line."""

from importlib import import_module

import click

from longwriter.errors import SetupError

EXTRAS = {  # package, as it is imported -> extra of pyproject.toml that brings it
    **dict.fromkeys(
        ("bs4", "datasketch", "huggingface_hub", "markdown_it", "matplotlib", "pyarrow", "tokenizers"), "data"
    ),
    **dict.fromkeys(("torch", "transformers", "trl", "accelerate", "peft", "datasets", "safetensors"), "train"),
    "ray": "ray",
    "resvg_py": "report",
    "deepspeed": "deepspeed",
}


LONGEST = 300
"""Characters of a summary, in a list of commands; a first sentence is shorter."""


class Missing(click.Command):
    """Stands for a command that cannot be imported: listed with the reason, which any use of it raises."""

    def __init__(self, name: str, said: str) -> None:
        """`said`: what to install."""
        anything = {"ignore_unknown_options": True, "allow_extra_args": True}
        short = f"needs {said.partition(': ')[2]}"
        super().__init__(name, callback=self._fail, short_help=short, add_help_option=False, context_settings=anything)
        self.said = said

    def _fail(self) -> None:
        raise SetupError(self.said)


class Lazy(click.Group):
    """`table`: name -> module and attribute of each command."""

    def __init__(self, *args: object, table: dict[str, str], **kwargs: object) -> None:
        """As click's, with the table."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # click's own arguments, passed on
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import one. Without its extra it is a command that says which."""
        if name not in self.table:
            return None
        module, attribute = self.table[name].split(":")
        try:
            command: click.Command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            return Missing(name, said_of(error))
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click's. Raises SetupError where there is nothing to choose from, since no command has its extra."""
        if not args:
            found = [self.get_command(ctx, name) for name in self.list_commands(ctx)]
            missing = [command.said for command in found if isinstance(command, Missing)]
            if missing and len(missing) == len(found):
                raise SetupError(missing[0])
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click's, with whole sentences."""
        found = [(name, command) for name in self.list_commands(ctx) if (command := self.get_command(ctx, name))]
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(LONGEST)) for name, command in found])

    def invoke(self, ctx: click.Context) -> object:
        """As click's. Raises SetupError for a package of an extra that is not there, wherever it is first wanted."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            raise SetupError(said_of(error)) from error


def said_of(error: ModuleNotFoundError) -> str:
    """What to install. Raises the error itself for a package that no extra brings: that is a bug, or the user's own code."""
    package = (error.name or "").partition(".")[0]
    if package not in EXTRAS:
        raise error
    return f"{package} is not installed: pip install 'longwriter[{EXTRAS[package]}]'"

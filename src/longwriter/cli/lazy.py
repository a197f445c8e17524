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
            return _without(name, said_of(error))
        return command

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


def _without(name: str, said: str) -> click.Command:
    """Stands for a command that cannot be imported: listed with the reason, which any use of it raises."""

    def fail() -> None:
        raise SetupError(said)

    anything = {"ignore_unknown_options": True, "allow_extra_args": True}
    short = said.partition(": ")[2]
    return click.Command(
        name, callback=fail, short_help=f"needs {short}", add_help_option=False, context_settings=anything
    )

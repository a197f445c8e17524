"""A group of commands, each imported when it is needed."""

from importlib import import_module

import click


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
        """Import one."""
        if name not in self.table:
            return None
        module, attribute = self.table[name].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

"""What commands print for scripts."""

import json

import click


def json_line(value: object) -> str:
    """A value as JSON in one line, with its characters as they are."""
    return json.dumps(value, ensure_ascii=False)


def print_json(value: object) -> None:
    """Print a value as a line of JSON on standard output."""
    click.echo(json_line(value))

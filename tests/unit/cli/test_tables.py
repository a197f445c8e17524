"""What groups know of their commands without importing them: summaries, what a Ctrl-C leaves, the page made of all."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from longwriter.cli.lazy import LazyGroup
from longwriter.cli.main import cli
from longwriter.cli.reference import page
from longwriter.cli.signals import ENDING

ROOT = Path(__file__).parents[3]
HEAVY = {
    "pydantic",
    "rich",
    "numpy",
    "openai",
    "filelock",
    "asyncio",
    "longwriter.cli.write.write",
    "longwriter.config",
}


def listed(group: LazyGroup, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], LazyGroup, click.Command]]:
    """Every command of a table, with the group that lists it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), group, command
        if isinstance(command, LazyGroup):
            yield from listed(command, (*path, name))


def test_a_summary_is_the_first_sentence_of_the_commands_own_help() -> None:
    found = list(listed(cli))
    assert len(found) > 35
    for path, group, command in found:
        assert group.summary(path[-1]) == command.get_short_help_str(300), path


@pytest.mark.parametrize("arguments", [("--help",), ("data", "--help"), ("train", "--help")])
def test_help_imports_no_command(arguments: tuple[str, ...]) -> None:
    code = f"import sys; from longwriter.cli.main import cli; sys.argv[1:] = {arguments!r}\n"
    code += "try: cli()\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "longwriter.cli.main" in done.stderr.split()
    assert not HEAVY & set(done.stderr.split())


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("train sft", "checkpoints so far are kept"),
        ("train estimate", "nothing was changed"),
        ("bench writer-mini", "the run's journal"),
        ("bench compare", "nothing was changed"),
        ("data pairs", "results so far are kept"),
        ("data filter", "begins again"),
        ("write", "finished sections are kept"),
        ("plan", "parts of the plan"),
        ("pull", "a named model begins again"),
        ("init", "no settings were written"),
        ("show", "nothing was changed"),
    ],
)
def test_a_ctrl_c_says_what_the_command_keeps(command: str, said: str) -> None:
    CliRunner().invoke(cli, [*command.split(), "--help"])
    assert said in ENDING.said()
    assert ENDING.said().startswith("stopped; ")


def test_the_page_of_all_commands_is_that_of_the_commands() -> None:
    assert (ROOT / "docs" / "cli.md").read_text("utf-8") == page(), "python -m longwriter.cli.reference > docs/cli.md"

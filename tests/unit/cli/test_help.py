"""Help as a narrow terminal shows it, completion as a real bash does it, and a command line that is wrong."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from tests.helpers.command import longwriter, one_line

from longwriter.cli.main import cli, main
from longwriter.cli.shared.grouped import GROUPS


def commands(
    command: click.Command, path: tuple[str, ...] = ("longwriter",)
) -> Iterator[tuple[str, str, click.Command]]:
    """Every command's path, its help on 80 columns, and itself."""
    context = click.Context(command, info_name=" ".join(path), terminal_width=80)
    yield context.command_path, command.get_help(context), command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, (*path, name))


def test_every_help_fits_80_columns_and_no_summary_is_cut() -> None:
    seen = 0
    for path, shown, _ in commands(cli):
        seen += 1
        assert "None]" not in shown, path  # click's bounds of a number that has none
        assert "..." not in shown.partition("\nCommands:\n")[2].partition("\n\n")[0], path
        for line in shown.split("\n"):
            assert cell_len(line) <= 80, (path, line)
    assert seen > 40


def test_options_stand_in_groups_each_once() -> None:
    helps = {path: (shown, command) for path, shown, command in commands(cli)}
    shown, write = helps["longwriter write"]
    heads = [line[:-1] for line in shown.split("\n") if line.endswith(":") and not line.startswith(" ")]
    assert heads == ["Options", "Text", "Model", "Context", "Cost and limits", "Files"]
    for option in (p for p in write.params if isinstance(p, click.Option)):
        assert shown.count(f"\n  {option.opts[0]} ") == 1, option.opts
        assert any(option.name in names for names in GROUPS.values()), option.name
    assert shown.index("--words") < shown.index("\nModel:") < shown.index("--base-url") < shown.index("\nFiles:")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("write", "a b", "--wrods", "3"), "No such option '--wrods'"),
        (("wrte",), "No such command 'wrte'"),
        (("show",), "Missing argument 'RUN'; see longwriter show --help"),
        (("write", "a b", "--concurrency", "0"), "--concurrency: 0 is not allowed; give 1 to 1,024"),
        (("write", "a b", "--concurrency", "x"), "--concurrency: 'x' is not a whole number"),
        (("estimate", "a b", "--speed", "0"), "--speed: 0.0 is not allowed; give at least 0.1"),
        (("write", "a b", "--top-p", "x"), "--top-p: 'x' is not a number"),
        (("write", "a b", "--window", "5"), "--window: 5 is not allowed; give at least 256"),
        (("write", "a b", "--words", "5"), "--words: 5 is not allowed; give 20 to 1,000,000"),
        (("write", "a b", "--words", "-3"), "--words: -3 is not allowed; give 20 to 1,000,000"),
        (("write", "a b", "--words", "1e3"), "--words: '1e3' is not a whole number of words"),
        (("plan", "a b", "--words", str(10**12)), "--words: 1000000000000 is not allowed; give 20 to 1,000,000"),
        (("plan", "a b", "--context", "all"), "--context: 'all' is not one of 'auto', 'full', 'window'"),
        (
            ("data", "filter", "x", "--out", "y", "--near", "7"),
            "--near: 7.0 is not allowed; give more than 0 and at most 1",
        ),
    ],
)
def test_a_wrong_command_line_is_one_line(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("longwriter.cli.main.end_when_told", lambda: None)
    monkeypatch.setattr(sys, "argv", ["longwriter", *arguments])
    with pytest.raises(SystemExit, match="2"):
        main()
    shown = capsys.readouterr()
    assert shown.err.startswith(f"longwriter: {said}")
    assert (shown.err.count("\n"), shown.out) == (1, "")


def test_a_secret_in_an_address_of_the_environment_is_not_shown(tmp_path: Path) -> None:
    wrong = longwriter("write", "a", cwd=tmp_path, LONGWRITER_BASE_URL="http://me:secret@host/v1")
    one_line(wrong, "LONGWRITER_BASE_URL: writer.base_url: an address is saved")
    assert "secret" not in wrong.stderr


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_a_real_bash_completes_commands_and_runs(tmp_path: Path) -> None:
    for name in ("tea-1", "tea-2", "rome-3"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "settings.json").write_text("{}")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "longwriter").write_text(f'#!/bin/sh\nexec {sys.executable} -m longwriter "$@"\n')
    (tmp_path / "bin" / "longwriter").chmod(0o755)
    script = """
eval "$(longwriter completion bash)"
complete -p longwriter
tried() {
   COMP_WORDS=(longwriter "$@"); COMP_CWORD=$#
  COMPREPLY=(); _longwriter_completion longwriter; echo "$*: ${COMPREPLY[*]}"
}
tried re; tried resume t; tried show l; tried runs rm r; tried write --hea
"""
    env = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    first, *tried = done.stdout.splitlines()
    assert first.endswith("-F _longwriter_completion longwriter"), done.stderr
    found = {asked: set(offered.split()) for asked, _, offered in (line.partition(": ") for line in tried)}
    assert found == {
        "re": {"resume", "redo", "replay", "revise"},
        "resume t": {"tea-1", "tea-2"},
        "show l": {"last"},
        "runs rm r": {"rome-3"},
        "write --hea": {"--header", "--headings"},
    }


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_other_shells_have_a_script(shell: str) -> None:
    done = CliRunner().invoke(cli, ["completion", shell])
    assert "_LONGWRITER_COMPLETE" in done.output


def test_help_of_write_waits_for_nothing_that_writes() -> None:
    code = (
        "import sys; from longwriter.cli.main import main\n"
        "sys.argv = ['longwriter', 'write', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted({'numpy', 'rich', 'httpx2', 'longwriter.text', 'longwriter.writer'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""

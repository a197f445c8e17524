"""The command in a process that has its imports behind it: one that can be killed over and over in little time."""

import multiprocessing
import os
import sys
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "pytest",
        "tests.helpers.forked",
        "longwriter.cli.write.write",
        "longwriter.cli.write.batch",
        "longwriter.cli.write.write_run",
        "longwriter.models.servers.openai_compat",
    ]
)


def _main(arguments: list[str], cwd: Path, said: Path) -> None:
    from longwriter.cli.main import main  # noqa: PLC0415 - in the child, as the command does

    os.chdir(cwd)
    with said.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["longwriter", *arguments]
    main()


def forked(*arguments: object, cwd: Path, said: Path) -> multiprocessing.process.BaseProcess:
    """A process that runs `longwriter ARGUMENTS`, begun; what it prints is added to the file `said`.

    It is a fork of a process that imported the package: 0.05 s instead of 1. `join`, `kill`, `exitcode` as usual; its
    environment is that of the first such process.
    """
    process = _CONTEXT.Process(target=_main, args=([str(a) for a in arguments], cwd, said))
    process.start()
    return process

"""Signals end a command within seconds, with what it has, whatever its backend does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.helpers.command import begun
from tests.helpers.server import Server

STUCK = """
import asyncio, sys, threading, time
from longwriter.cli import main, signals
from longwriter.cli.write import write
from longwriter.api import job as work
signals.GRACE_S = 0.5

async def never(*_, **__):
    print("begun", flush=True)
    await asyncio.to_thread(time.sleep, 60)  # an engine that hears nothing

work.write = never
sys.argv = ["longwriter", "write", "Write 3000 words on tea", "--model", "fake:", "--run", "r"]
main.main()
"""


@pytest.mark.slow
def test_an_engine_that_does_not_let_go_ends_with_the_process(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGTERM)
    begun_at = time.monotonic()
    _, said = process.communicate(timeout=20)
    assert process.returncode == 143
    assert time.monotonic() - begun_at < 5
    assert "stopped before anything was kept in runs/r" in said


@pytest.mark.slow
def test_a_model_that_answers_at_once_hears_the_signal(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"instruction": "Write 900000 words on tea", "id": "t"}\n')
    process = begun(tmp_path, "write", "--batch", "b.jsonl", "--model", "fake:")
    while not list(tmp_path.glob("runs/*/draft.md")) and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 143, said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (("plan", "Write 3000 words on tea", "--model", "m"), "the parts of the plan that came are kept"),
        (("bench", "writer-mini", "--system", "m", "--out", "o"), "texts and verdicts so far are in the run's journal"),
    ],
)
def test_a_server_that_says_nothing_holds_nobody_up(tmp_path: Path, arguments: tuple[str, ...], kept: str) -> None:
    with Server(faults=["hang"] * 9) as server:
        process = begun(tmp_path, *arguments, "--base-url", server.url)
        while not server.requests and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 143, said
    assert said.splitlines()[-1].startswith(f"longwriter: stopped; {kept}")
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_command_under_nohup_goes_on(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "longwriter", "write", "Write 600 words on tea", "--model", "m", "--run", "r"]
    with Server(ttft_s=0.1) as server:
        process = subprocess.Popen(
            [*command, "--base-url", server.url],
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "LONGWRITER_"))},
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        )
        while not server.completed and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGHUP)
        assert process.wait(timeout=30) == 0

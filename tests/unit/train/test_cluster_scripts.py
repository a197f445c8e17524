"""What the scripts for Slurm start, and where: Slurm's own commands are stand-ins that write down how they were called."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.helpers.places import ROOT

SCRIPTS = sorted(p for kind in ("*.sh", "*.sbatch") for p in (ROOT / "recipes").rglob(kind))
CALLED = """#!/usr/bin/env python3
import json, os, pathlib, signal, sys, time
name = pathlib.Path(sys.argv[0]).name
given = {key: os.environ.get(key) for key in ("HEAD", "ROLLOUTS", "REWARD", "OMP_NUM_THREADS")}
with open(os.environ["CALLED"], "a") as file:
    file.write(json.dumps([name, sys.argv[1:], given]) + "\\n")
if name == "scontrol" and sys.argv[1] == "show":
    print("\\n".join(f"gpu{i}" for i in range(int(os.environ["SLURM_JOB_NUM_NODES"]))))
if "hostname" in sys.argv:
    print("10.0.0.5 192.168.0.5")
if os.environ.get("DIES", "none") in sys.argv:
    time.sleep(1 if name == "srun" and "env" in sys.argv else 0)  # the training has begun
    sys.exit(7)
if name == "curl" and "DIES" in os.environ and "8001" in sys.argv[-1] and os.environ["DIES"] != "env":
    sys.exit(22)
if {"serve", "--block"} & set(sys.argv) or any("vllm serve" in word for word in sys.argv):
    time.sleep(60)
if "WAITS" in os.environ and {"torchrun", "recipes/zero/32b/trl.sh"} & set(sys.argv):
    stop = pathlib.Path(os.environ["WAITS"])
    if stop.name == "stop":
        os.kill(os.getppid(), signal.SIGUSR1)  # as Slurm does near the end of the time
    while not stop.exists():
        time.sleep(0.05)
    sys.exit(1)
"""
Call = tuple[str, list[str], dict[str, str | None]]


def called(folder: Path, script: str, *arguments: str, machines: int, **more: str) -> tuple[int, list[Call]]:
    """A script's exit code, and the commands that it called, in any order. `more`: of the environment."""
    (folder / "bin").mkdir()
    for name in ("scontrol", "srun", "curl", "python"):
        (folder / "bin" / name).write_text(CALLED)
        (folder / "bin" / name).chmod(0o755)
    slurm = {"SLURM_JOB_NODELIST": "gpu[0-8]", "SLURM_JOB_NUM_NODES": str(machines), "SLURM_GPUS_ON_NODE": "8"}
    slurm |= {"SLURM_CPUS_ON_NODE": "96"} | more
    own = {"CALLED": str(folder / "called"), "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    own |= {"SLURM_SUBMIT_DIR": str(folder), "SLURM_JOB_ID": "17"}
    (folder / "recipes").symlink_to(ROOT / "recipes")
    command = ["bash", str(ROOT / "recipes" / script), *arguments]
    done = subprocess.run(
        command,
        env={k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"} | slurm | own,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    lines = (folder / "called").read_text().splitlines() if (folder / "called").exists() else []
    return done.returncode, [tuple(json.loads(line)) for line in lines]


def started(calls: list[Call]) -> dict[str, tuple[list[str], dict[str, str | None]]]:
    """By the machines: what srun was to start there, and with which addresses."""
    found = {}
    for name, arguments, environment in calls:
        if name == "srun":
            machines = arguments[arguments.index("--nodelist") + 1]
            assert arguments[arguments.index("--nodes") + 1] == str(machines.count(",") + 1)
            if "hostname" in arguments:
                continue
            found[machines] = (arguments[arguments.index("--kill-on-bad-exit=1") + 1 :], environment)
    return found


def test_slurm_starts_a_launcher_on_each_machine(tmp_path: Path) -> None:
    arguments = ("sft", "recipes/longwriter/sft-9b.toml", "build/sft", "--set", "run.seed=3")
    code, calls = called(tmp_path, "cluster/slurm.sbatch", *arguments, machines=2)
    assert code == 0
    assert [name for name, *_ in calls] == ["scontrol", "srun"]
    assert calls[1][1] == [
        *("--cpu-bind=none", "--kill-on-bad-exit=1", "torchrun", "--nnodes", "2", "--nproc-per-node", "8"),
        *("--rdzv-backend", "c10d", "--rdzv-endpoint", "gpu0:20017", "--rdzv-id", "17", "-m", "longwriter", "train"),
        *("sft", "recipes/longwriter/sft-9b.toml", "--out", "build/sft", "--set", "run.seed=3"),
    ]
    assert calls[1][2]["OMP_NUM_THREADS"] == "12"


@pytest.mark.parametrize(
    ("script", "arguments", "out"),
    [
        ("cluster/slurm.sbatch", ("sft", "x.toml", "build/sft"), "build/sft"),
        ("zero/32b/slurm.sbatch", ("trl",), "build/zero-32b/trl"),
    ],
)
def test_near_the_end_of_its_time_a_job_saves_and_goes_back_into_the_queue(
    script: str, arguments: tuple[str, ...], out: str, tmp_path: Path
) -> None:
    code, calls = called(tmp_path, script, *arguments, machines=9, WAITS=str(tmp_path / out / "stop"))
    assert code == 1
    assert [a for name, a, _ in calls if name == "scontrol"][-1] == ["requeue", "17"]


def test_a_job_that_fails_is_not_begun_again(tmp_path: Path) -> None:
    code, calls = called(tmp_path, "cluster/slurm.sbatch", "sft", "x.toml", "build/sft", machines=1, DIES="torchrun")
    assert code == 7
    assert [name for name, *_ in calls] == ["scontrol", "srun"]


@pytest.mark.parametrize("died", ["build/zero-32b/reward", "env"])
def test_a_server_that_ends_ends_the_job(died: str, tmp_path: Path) -> None:
    """While the training waits for it, or while it runs: here its part never ends."""
    code, calls = called(tmp_path, "zero/32b/slurm.sbatch", "trl", machines=9, DIES=died, WAITS=str(tmp_path / "never"))
    assert code == 1
    assert ["requeue", "17"] not in [a for _, a, _ in calls]
    assert (died == "env") == any("recipes/zero/32b/trl.sh" in a for _, a, _ in calls), (
        "the reward's server is waited for"
    )


def test_slurm_gives_each_machine_of_the_32b_its_part_by_trl(tmp_path: Path) -> None:
    code, calls = called(tmp_path, "zero/32b/slurm.sbatch", "trl", "--set", "run.seed=3", machines=9)
    assert code == 0
    found = started(calls)
    assert list(sorted(found)) == ["gpu0,gpu1,gpu2,gpu3", "gpu4,gpu5,gpu6,gpu7", "gpu8"]
    train, addresses = found["gpu0,gpu1,gpu2,gpu3"]
    assert train == ["bash", "recipes/zero/32b/trl.sh", "--set", "run.seed=3"]
    del addresses["OMP_NUM_THREADS"]
    assert addresses == {"HEAD": "gpu0", "ROLLOUTS": "http://gpu4:8000", "REWARD": "http://gpu8:8001/classify"}
    assert found["gpu8"][0][:4] == ["vllm", "serve", "build/zero-32b/reward", "--runner"]
    serve = found["gpu4,gpu5,gpu6,gpu7"][0]
    assert (serve[:3], serve[-1]) == (["env", "VLLM_SERVER_DEV_MODE=1", "bash"], "10.0.0.5")
    waited = [arguments[-1] for name, arguments, _ in calls if name == "curl"]
    assert waited == ["http://gpu4:8000/health", "http://gpu8:8001/health"]


def test_each_machine_that_writes_takes_its_own_rank(tmp_path: Path) -> None:
    _, calls = called(tmp_path, "zero/32b/slurm.sbatch", "trl", machines=9)
    serve = started(calls)["gpu4,gpu5,gpu6,gpu7"][0]
    (tmp_path / "bin" / "vllm").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "bin" / "vllm").chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for rank in "02":
        given = os.environ | {"SLURM_PROCID": rank, "PATH": path}
        said = subprocess.run(serve, env=given, capture_output=True, text=True, check=True).stdout.splitlines()
        assert said[said.index("--data-parallel-start-rank") + 1] == rank
        assert said[said.index("--data-parallel-address") + 1] == "10.0.0.5"
        assert json.loads(said[said.index("--weight-transfer-config") + 1]) == {"backend": "nccl"}
        assert ("--headless" in said) == (rank != "0")


def test_slurm_gives_each_machine_of_the_32b_its_part_by_verl(tmp_path: Path) -> None:
    code, calls = called(tmp_path, "zero/32b/slurm.sbatch", "verl", "trainer.save_freq=5", machines=9)
    assert code == 0
    assert [a[-1] for name, a, _ in calls if name == "curl"] == ["http://gpu8:8001/health"]
    asked = [a for name, a, _ in calls if name == "python"]
    assert asked[-1][:2] == ["-m", "verl.trainer.main_ppo"]  # the stand-in for Ray's machines ends at once
    assert asked[-1][-1] == "trainer.save_freq=5"
    assert "http://gpu8:8001/classify" in (tmp_path / "build/zero-32b/verl/grpo.toml").read_text()
    found = started(calls)
    assert found["gpu0"][0] == ["ray", "start", "--head", "--port", "6379", "--block"]
    assert found["gpu1,gpu2,gpu3,gpu4,gpu5,gpu6,gpu7"][0] == ["ray", "start", "--address", "gpu0:6379", "--block"]
    assert "gpu8" in found


def test_another_engine_is_refused(tmp_path: Path) -> None:
    assert called(tmp_path, "zero/32b/slurm.sbatch", "megatron", machines=9)[0] == 2


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: str(p.relative_to(ROOT / "recipes")))
def test_scripts_are_clean(script: Path) -> None:
    """By shellcheck where it is installed, else for syntax alone."""
    checker = shutil.which("shellcheck")
    command = [checker, str(script)] if checker else ["bash", "-n", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

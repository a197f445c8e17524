"""Any recipe on a Ray cluster: Ray chooses the machines, torchrun starts one process a GPU on each, as it does without Ray.

    python recipes/cluster/on_ray.py --machines 1 --gpus 8 sft recipes/longwriter/sft-9b.toml build/sft-9b --set run.seed=3

Before: `ray start --head` on one machine, `ray start --address HEAD:6379` on the others, with the same environment and with
this repository, the data and the run's folder in the same place, on a disk that they share. Variables of this command that
begin as `KEPT` go along. The same command goes on from the last whole checkpoint; `touch RUN/stop` ends it after a step.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import ray
from ray.util import get_node_ip_address
from ray.util.placement_group import placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

PORT = int(os.environ.get("PORT", "29400"))
KEPT = ("CUDA_HOME", "HF_", "MLFLOW_", "NCCL_", "OMP_", "TENSORBOARD_", "TRACKIO_", "WANDB_")
"""Beginnings of the variables that a machine gets from this command: Ray's workers have those of `ray start`."""


def address() -> str:
    """Where the machine of this task is reached."""
    return str(get_node_ip_address())


def kept() -> dict[str, str]:
    """What of this command's environment goes along."""
    return {name: value for name, value in os.environ.items() if name.startswith(KEPT)}


def launch(command: list[str], folder: str, given: dict[str, str], processes: int) -> int:
    """The exit code of a command. `given`: variables.

    torchrun would give each process one thread, and DeepSpeed's Adam on the CPU takes as many as it is given.
    """
    threads = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // processes))}
    return subprocess.run(command, cwd=folder, env=os.environ | threads | given, check=False).returncode


def torchrun(machine: int, machines: int, processes: int, head: str, train: list[str]) -> list[str]:
    """What a machine runs, by its number; the first is met at `head`; `train`: arguments of `longwriter train`.

    Numbers are given, since torchrun finds the first machine by its host name otherwise, which need not lead to its address.
    """
    meet = ["--node-rank", str(machine), "--master-addr", head, "--master-port", str(PORT)]
    sizes = ["--nnodes", str(machines), "--nproc-per-node", str(processes)]
    return [sys.executable, "-m", "torch.distributed.run", *sizes, *meet, "-m", "longwriter", "train", *train]


def main() -> int:
    """The worst exit code of the machines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=1)
    parser.add_argument("--gpus", type=int, default=8, help="of each machine; 0: train on the CPU")
    parser.add_argument("--processes", type=int, help="on each machine; as many as GPUs where this is not given")
    parser.add_argument("method", choices=["pretrain", "cpt", "sft", "dpo", "reward", "grpo"])
    parser.add_argument("recipe")
    parser.add_argument("out")
    given, more = parser.parse_known_args()
    ray.init(address="auto")
    needs = {"GPU": given.gpus} if given.gpus else {"CPU": 1}
    group = placement_group([needs] * given.machines, strategy="STRICT_SPREAD")
    ray.get(group.ready())  # waits for machines that are still to come
    on = [
        {
            "num_gpus": given.gpus,
            "num_cpus": needs.get("CPU", 0),
            "scheduling_strategy": PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=i),
        }
        for i in range(given.machines)
    ]
    task = ray.remote(max_retries=0)
    head = ray.get(task(address).options(**on[0]).remote())
    train = [given.method, given.recipe, "--out", given.out, *more]
    processes, folder = given.processes or given.gpus or 1, str(Path.cwd())
    commands = [torchrun(i, given.machines, processes, head, train) for i in range(given.machines)]
    place = (folder, kept(), processes)
    jobs = [task(launch).options(**p).remote(command, *place) for p, command in zip(on, commands, strict=True)]
    codes: list[int] = ray.get(jobs)
    return max(abs(code) for code in codes)  # below 0: ended by a signal


if __name__ == "__main__":
    sys.exit(main())

"""Every command for Slurm, Ray or torchrun that a recipe or a page names fits its recipe, and its batch the GPUs."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.helpers.places import ROOT

from longwriter.train.method_recipes import Method, for_method
from longwriter.train.recipe import read_recipe

METHODS: dict[str, Method] = {"cpt": "pretrain", "sft": "sft", "dpo": "dpo", "reward": "reward", "grpo": "grpo"}
RECIPES = sorted(p for folder in ("longwriter", "zero/32b") for p in (ROOT / "recipes" / folder).glob("*.toml"))
PAGES = [*RECIPES, *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "recipes/cluster").iterdir())]
SLURM = re.compile(r"sbatch --nodes (\d+) --gpus-per-node (\d+) [^\n]*recipes/cluster/slurm\.sbatch (\w+) (\S+) (\S+)")
RAY = re.compile(r"on_ray\.py --machines (\d+) --gpus (\d+) (\w+) (\S+) (\S+)")
TORCHRUN = re.compile(
    r"torchrun(?: --nnodes (\d+))? --nproc-per-node (\d+)[^\n]*(?:\\\n#[^\n]*)?"
    r"-m longwriter train (\w+) (\S+\.toml) --out (\S+)"
)


class Command(NamedTuple):
    """One of them."""

    page: str
    machines: int
    gpus: int
    method: str
    recipe: str
    out: str


def commands(pattern: re.Pattern[str]) -> list[Command]:
    found = []
    for page in PAGES:
        for machines, gpus, *rest in pattern.findall(page.read_text("utf-8")):
            found.append(Command(page.name, int(machines or 1), int(gpus), *rest))
    return found


ALL = [c for pattern in (SLURM, RAY, TORCHRUN) for c in commands(pattern) if c.recipe.startswith("recipes/")]


@pytest.mark.parametrize("command", ALL, ids=lambda c: f"{c.page}-{c.method}-{c.machines}x{c.gpus}")
def test_a_command_fits_its_recipe(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    recipe = for_method(read_recipe(Path(command.recipe), {}), METHODS[command.method])
    assert recipe.run.batch % (recipe.run.device_batch * command.machines * command.gpus) == 0
    assert command.out.startswith("build/")


@pytest.mark.parametrize("pattern", [SLURM, RAY], ids=["slurm", "ray"])
def test_each_recipe_has_its_own(pattern: re.Pattern[str]) -> None:
    """But reinforcement at 32B, which needs servers: its scripts are its own."""
    own = {c.recipe for c in commands(pattern) if Path(c.recipe).name == c.page}
    assert own == {str(p.relative_to(ROOT)) for p in RECIPES if p.name != "grpo.toml"}

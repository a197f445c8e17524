"""longwriter train pretrain | cpt | sft | dpo | reward | grpo: run a recipe."""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import click

from longwriter.cli.shared.pulse import clock
from longwriter.errors import SetupError
from longwriter.train.recipe import Recipe, dotted, read_recipe

METHODS = {  # command -> module and function
    "pretrain": "longwriter.train.methods.pretrain:pretrain",
    "cpt": "longwriter.train.methods.pretrain:pretrain",
    "sft": "longwriter.train.methods.sft:sft",
    "dpo": "longwriter.train.methods.dpo:dpo",
    "reward": "longwriter.train.methods.reward:reward",
    "grpo": "longwriter.train.grpo.grpo:grpo",
}
Tell = Callable[[dict[str, float] | str], None]


def say(entry: dict[str, float] | str) -> None:
    """One line on standard error a report, or a sentence."""
    if isinstance(entry, str):
        click.echo(entry, err=True)
        return
    names = [k for k in entry if k not in ("step", "steps", "tokens", "seconds", "left", "epoch", "grad_norm")]
    values = "  ".join(f"{k.removeprefix('eval_')} {entry[k]:.4g}" for k in names)
    click.echo(f"step {entry['step']:,}/{entry['steps']:,}  {values}   {clock(entry['left'])} left", err=True)


def quiet(_: dict[str, float] | str) -> None:
    """Says nothing."""


def method(name: str) -> Callable[[Recipe, Path, Tell], None]:
    """The function that trains. Raises SetupError where the [train] extra is missing."""
    place, _, function = METHODS[name].partition(":")
    try:
        module = import_module(place)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("longwriter"):
            raise
        package = (error.name or "").partition(".")[0]
        raise SetupError(f"{package} is not installed: pip install 'longwriter[train]'") from error
    run: Callable[[Recipe, Path, Tell], None] = getattr(module, function)
    return run


def command(name: str, about: str, example: str) -> click.Command:
    """One training command; they differ in name and in what they call."""

    @click.command(name, help=about, epilog=f"\b\nExamples:\n{example}")
    @click.argument("recipe", type=click.Path(path_type=Path))
    @click.option("--out", type=click.Path(path_type=Path), help="Folder of the run.  [default: build/RECIPE]")
    @click.option(
        "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Change one setting, such as run.seed=3."
    )
    def run(recipe: Path, out: Path | None, assignments: tuple[str, ...]) -> None:
        settings = read_recipe(recipe, dotted(assignments))
        main = os.environ.get("RANK", "0") == "0"
        folder = out or Path("build") / recipe.stem
        method(name)(settings, folder, say if main else quiet)
        if main:
            click.echo(f"model: {folder}   curves: {folder / 'curves.png'}", err=True)

    return run


GO_ON = """
The same command again goes on from the last checkpoint.
On many devices: torchrun --nproc-per-node 8 -m longwriter train ...
"""
pretrain = command(
    "pretrain",
    "Train a model on token shards, from nothing or from weights.",
    "  longwriter train pretrain recipe.toml --out build/base" + GO_ON,
)
cpt = command(
    "cpt",
    "Go on pretraining: the same as pretrain, for a recipe with model.init.",
    "  longwriter train cpt books.toml --out build/books" + GO_ON,
)
sft = command(
    "sft",
    "Fine-tune on conversations, packed.",
    "  longwriter train sft recipe.toml --out build/sft --set run.seed=1" + GO_ON,
)
dpo = command(
    "dpo",
    "Optimise preferences on the pairs of longwriter data pairs.",
    "  longwriter train dpo recipe.toml --out build/dpo" + GO_ON,
)
reward = command(
    "reward",
    "Train a Bradley-Terry reward model on the pairs of longwriter data pairs.",
    "  longwriter train reward recipe.toml --out build/reward" + GO_ON,
)
grpo = command(
    "grpo",
    "Reinforce length, writing and form by group-relative policy optimisation.",
    "  longwriter train grpo recipe.toml --out build/zero\n  longwriter rollouts build/zero" + GO_ON,
)

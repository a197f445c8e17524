"""longwriter train pretrain | cpt | sft | dpo | reward | grpo: run a recipe."""

import os
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

import click

from longwriter.cli.shared.pulse import clock
from longwriter.errors import SetupError
from longwriter.train.method_recipes import Method, for_method
from longwriter.train.recipe import Recipe, dotted, read_recipe
from longwriter.train.run.log import ReportProgress, TrainingProgress
from longwriter.train.run.publish import pushed

METHODS: dict[Method, str] = {  # method -> module and function
    "pretrain": "longwriter.train.methods.pretrain:pretrain",
    "sft": "longwriter.train.methods.sft:sft",
    "dpo": "longwriter.train.methods.dpo:dpo",
    "reward": "longwriter.train.methods.reward:reward",
    "grpo": "longwriter.train.grpo.grpo:grpo",
}
HIDDEN = ("epoch", "grad_norm")
"""Values that are kept in the log alone."""


def show(report: TrainingProgress | str) -> None:
    """Write one line on standard error for each report, or a sentence."""
    if isinstance(report, str):
        click.echo(report, err=True)
        return
    shown = {k: v for k, v in report.entry.values.items() if k not in HIDDEN}
    held_out = bool(shown) and all(name.startswith("eval_") for name in shown)  # else "train_loss" of a source "train"
    begin = "eval_" if held_out else ""
    values = "  ".join(f"{name.removeprefix(begin)} {value + 0.0:.4g}" for name, value in shown.items())
    step = f"step {report.entry.step:,}/{report.steps:,}" + ("  held out:" if held_out else "")
    click.echo(f"{step}  {values}   {clock(report.seconds_left)} left", err=True)


def ignore(_: TrainingProgress | str) -> None:
    """Show nothing: what processes beside the main one do."""


def trainer_of(method: Method) -> Callable[[Recipe, Path, ReportProgress], None]:
    """The function that trains. Raises SetupError where the [train] extra is missing."""
    place, _, function = METHODS[method].partition(":")
    try:
        module = import_module(place)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("longwriter"):
            raise
        package = (error.name or "").partition(".")[0]
        raise SetupError(f"{package} is not installed: pip install 'longwriter[train]'") from error
    run: Callable[[Recipe, Path, ReportProgress], None] = getattr(module, function)
    return run


def command(name: str, method: Method, about: str, example: str) -> click.Command:
    """One training command; they differ in name and method."""

    @click.command(name, help=about, epilog=f"\b\nExamples:\n{example}")
    @click.argument("recipe", type=click.Path(path_type=Path))
    @click.option("--out", type=click.Path(path_type=Path), help="Folder of the run.  [default: build/RECIPE]")
    @click.option(
        "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Change one setting, such as run.seed=3."
    )
    def run(recipe: Path, out: Path | None, assignments: tuple[str, ...]) -> None:
        settings = for_method(read_recipe(recipe, dotted(assignments)), method, str(recipe))
        main = os.environ.get("RANK", "0") == "0"
        folder = out or Path("build") / recipe.stem
        train = trainer_of(method)
        with pushed(settings, folder, show) if main else nullcontext():
            train(settings, folder, show if main else ignore)
        if main:
            click.echo(f"model: {folder}   curves: {folder / 'curves.png'}", err=True)

    return run


GO_ON = """
The same command resumes from the last checkpoint. A file RUN/stop saves one
after the step under way and ends the training.
On many devices: torchrun --nproc-per-node 8 -m longwriter train ...
"""
pretrain = command(
    "pretrain",
    "pretrain",
    "Train a model on token shards, from random or existing weights.",
    "  longwriter train pretrain recipe.toml --out build/base" + GO_ON,
)
cpt = command(
    "cpt",
    "pretrain",
    "Go on pretraining: the same as pretrain, for a recipe with model.init.",
    "  longwriter train cpt books.toml --out build/books" + GO_ON,
)
sft = command(
    "sft",
    "sft",
    "Fine-tune on conversations, packed.",
    "  longwriter train sft recipe.toml --out build/sft --set run.seed=1" + GO_ON,
)
dpo = command(
    "dpo",
    "dpo",
    "Optimise preferences on the pairs of longwriter data pairs.",
    "  longwriter train dpo recipe.toml --out build/dpo" + GO_ON,
)
reward = command(
    "reward",
    "reward",
    "Train a Bradley-Terry reward model on the pairs of longwriter data pairs.",
    "  longwriter train reward recipe.toml --out build/reward" + GO_ON,
)
grpo = command(
    "grpo",
    "grpo",
    "Reinforce length, writing and form by group-relative policy optimisation.",
    "  longwriter train grpo recipe.toml --out build/zero\n  longwriter rollouts build/zero" + GO_ON,
)

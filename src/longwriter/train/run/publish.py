"""A finished run on the hub: `run.push`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longwriter.train.recipe import Recipe
from longwriter.train.run.log import ReportProgress

PICKLED = ".bin"  # training_args.bin: nothing needs it, and who opens it runs its code


@contextmanager
def pushed(recipe: Recipe, out: Path, report_progress: ReportProgress) -> Iterator[None]:
    """Around a training: a repository that takes the model is there before the first step, and has it after the last.

    The model goes with its tokenizer, card, recipe and log; checkpoints, rollouts and TensorBoard's files stay.
    Raises InputError for a name that the hub does not allow, Unavailable where it refuses or does not answer.
    """
    name = recipe.run.push
    if name is None:
        yield
        return
    from longwriter.hub import reserve, upload  # noqa: PLC0415 - its HTTP client takes a while; few push

    reserve(name, "model")
    yield
    files = sorted(path.name for path in out.iterdir() if path.is_file() and path.suffix != PICKLED)
    report_progress(f"pushed to {upload(out, name, files, 'model')}")

"""Where a step's worker runs, by name."""

from longwriter.errors import InputError
from longwriter.models.base import need
from longwriter.steps.local import LocalEngine
from longwriter.steps.step import Engine

ENGINES = ("local", "ray")


def open_engine(name: str, concurrency: int) -> Engine:
    """`local`; `ray`, a Ray of this machine's own; or `ray:ADDRESS`, a running cluster that shares the folders.

    Raises InputError for another name, SetupError where Ray is not installed.
    """
    scheme, _, address = name.partition(":")
    if name == "local":
        return LocalEngine(concurrency)
    if scheme != "ray":
        raise InputError(f"--engine {name}: no such engine; there are {' and '.join(ENGINES)}")
    need("ray", "ray")
    from longwriter.steps.ray import RayEngine  # noqa: PLC0415 - Ray is imported when it is asked for

    return RayEngine(concurrency, address or "local")

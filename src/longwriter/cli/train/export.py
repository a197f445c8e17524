"""longwriter train export: a run's result as files that others open."""

from importlib import import_module
from pathlib import Path

import click

from longwriter.errors import SetupError

EXAMPLES = """
\b
Examples:
  longwriter train export build/sft --merge       # bfloat16: build/sft/export
  longwriter train export build/sft --gguf q8_0   # llama.cpp and Ollama
  longwriter train export build/sft --adapter     # gguf:smollm2+FILE.gguf
  longwriter train export build/zero/checkpoint-40 --merge --out build/at-40
"""


@click.command(epilog=EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--merge", is_flag=True, help="Weights with adapters merged in, as safetensors with the tokenizer.")
@click.option(
    "--gguf",
    type=click.Choice(["q8_0", "q4_1", "f16", "bf16", "f32"]),
    help="One GGUF file with merged weights, and a Modelfile for Ollama.",
)
@click.option("--adapter", is_flag=True, help="The LoRA adapter alone, as a GGUF file that is laid on its base.")
@click.option(
    "--dtype",
    type=click.Choice(["bf16", "f16", "f32"]),
    help="Type of merged weights and of the adapter's values.  [default: bf16; an adapter f16]",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the files.  [default: RUN/export]")
def export(run: Path, merge: bool, gguf: str | None, adapter: bool, dtype: str | None, out: Path | None) -> None:
    """Make files that others open of a run's result: merged weights, GGUF, an adapter as GGUF.

    RUN is a run's folder, a checkpoint or a GGUF file.

    A GGUF file as RUN becomes a folder of weights to train from (--merge --dtype f32).
    """
    try:
        exporting = import_module("longwriter.train.export.export")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("longwriter"):
            raise
        raise SetupError(f"{error.name} is not installed: pip install 'longwriter[train]'") from error
    wanted = exporting.ExportRequest(merge=merge, gguf=gguf, adapter=adapter, dtype=dtype)
    folder = out or (run if run.is_dir() else run.parent) / "export"
    for made in exporting.export(run, folder, wanted):
        click.echo(f"{made.path}   {made.use}", err=True)

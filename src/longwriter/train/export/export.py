"""longwriter train export: a run's result as files that others open.

OUT/model.safetensors ...   merged weights with tokenizer: `hf:`, vLLM, transformers
OUT/NAME-q8_0.gguf          the same for llama.cpp: `gguf:`, LM Studio
OUT/NAME-adapter.gguf       the adapter alone: `gguf:BASE+OUT/NAME-adapter.gguf`
OUT/Modelfile               the GGUF file for Ollama: `ollama create NAME -f OUT/Modelfile`
"""

import shutil
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError

from longwriter.errors import InputError, RunError, first_line
from longwriter.models.local.hf_weights import ADAPTER
from longwriter.runs.folders import write_file
from longwriter.train.export.adapter import write_adapter
from longwriter.train.export.gguf_files import Dtype, Quantity
from longwriter.train.export.model_file import write_model
from longwriter.train.export.weights import MergedModel, ends_of, merged

LONGEST = 32_768
"""Most tokens that the Modelfile asks Ollama to hold: it would hold 4,096, and memory for 131,072 is rarely there."""


class ExportRequest(NamedTuple):
    """What is to be made of a run."""

    merge: bool = False
    gguf: Quantity | None = None
    adapter: bool = False
    dtype: Dtype | None = None
    """Of merged weights and of an adapter's values; None: bf16, an adapter f16."""


class Exported(NamedTuple):
    """A file or folder that was written, and how it is opened."""

    path: Path
    use: str


def export(source: Path, out: Path, wanted: ExportRequest) -> list[Exported]:
    """Make what is wanted of the run in `source`.

    Raises InputError for what cannot be made of it, SetupError for weights that cannot be read, RunError for a full disk.
    """
    if not (wanted.merge or wanted.gguf or wanted.adapter):
        raise InputError("nothing is asked for: add --merge, --gguf q8_0 or --adapter")
    if source.resolve() == out.resolve():
        raise InputError(f"--out {out} is the run itself, which stays as it is; give another folder")
    if wanted.adapter and not (source / ADAPTER).is_file():
        raise InputError(f"{source} holds no adapter: every weight was trained; leave --adapter out")
    name, made = source.resolve().name.removesuffix(".gguf"), list[Exported]()
    if wanted.adapter:
        file = out / f"{name}-adapter.gguf"
        write_adapter(source, file, wanted.dtype or "f16")
        made.append(Exported(file, f"--model gguf:BASE+{file}"))
    if wanted.gguf:
        model = merged(source)
        file = out / f"{name}-{wanted.gguf}.gguf"
        write_model(model, file, wanted.gguf)
        write_file(out / "Modelfile", _modelfile(model, file))
        made.append(Exported(file, f"--model gguf:{file}, or: ollama create {name} -f {out / 'Modelfile'}"))
    if wanted.merge:
        _save(merged(source, wanted.dtype or "bf16"), source, out)
        made.append(Exported(out, f"--model hf:{out}"))
    return made


def _save(model: MergedModel, source: Path, out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        model.model.save_pretrained(out)
        model.tokenizer.save_pretrained(out)
        if source.is_dir() and (source / "README.md").is_file():
            shutil.copyfile(source / "README.md", out / "README.md")
    except (OSError, SafetensorError) as error:
        raise RunError(f"cannot write to {out}: {first_line(error)}; make room, or choose another --out") from error


def _modelfile(model: MergedModel, file: Path) -> str:
    """How Ollama is told of the file; it takes the chat template from it."""
    room = min(LONGEST, model.model.config.get_text_config().max_position_embeddings)
    stops = "".join(f'PARAMETER stop "{model.tokenizer.decode([end])}"\n' for end in ends_of(model))
    return f"FROM ./{file.name}\nPARAMETER num_ctx {room}\n{stops}"

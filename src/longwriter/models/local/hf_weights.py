"""Finds and opens what `hf:` names: a folder of weights, a LoRA adapter, one GGUF file, or a model ID of the hub.

- A folder with `adapter_config.json`: the base model that it names, and the adapter by peft. A base path counts from
  the adapter's folder if it exists there, else from where the command runs; else it is a model ID. The tokenizer is the
  adapter's if its folder has one.
- `FOLDER/FILE.gguf`: its weights, dequantised by transformers.

Code that comes with weights is never run. Left out: adapters by model ID (download them), adapters on adapters.
"""

import json
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from longwriter.errors import LongWriterError, SetupError, Unavailable
from longwriter.models.base import need
from longwriter.models.local.gguf_file import read_header

MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
"""How torch says it, of a GPU and of the machine."""
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "tokenizer_config.json")
ADAPTER = "adapter_config.json"


class Weights:
    """Where one model lies. Opening raises SetupError or Unavailable."""

    def __init__(self, name: str, role: str = "") -> None:
        """`name`: what stands after `hf:`. `role`: said after it. Raises SetupError for what is seen to be unusable."""
        self.name = f"hf:{name}{role}"
        self._transformers = need("transformers", "local")
        self._torch = need("torch", "local")
        self._transformers.utils.logging.disable_progress_bar()  # it would write into ours
        self._transformers.utils.logging.set_verbosity_error()  # so would warnings; what matters in them is raised here
        path = Path(name).expanduser()
        self._where, self._options = str(path), dict[str, object]()
        self._base: Weights | None = None
        self._file: Path | None = None
        if path.suffix == ".gguf":
            need("gguf", "local")
            if path.parent.is_dir() and not path.is_file():
                raise SetupError(f"{self.name}: there is no file {path}")
            self._where, self._options = str(path.parent), {"gguf_file": path.name}
            self._file = path if path.is_file() else None
        elif (path / ADAPTER).is_file():
            need("peft", "local")
            self._base = Weights(self._base_of(path), f" (the base that {path / ADAPTER} names)")

    def tokenizer(self) -> Any:  # noqa: ANN401 - transformers is not typed
        """The adapter's, if it has one, else the base's."""
        if self._base is not None and not any((Path(self._where) / file).is_file() for file in TOKENIZER_FILES):
            return self._base.tokenizer()
        tokenizer = self._load("AutoTokenizer")
        if self._file is None:
            return tokenizer
        header = read_header(self._file)
        end = header.values.get("tokenizer.ggml.eos_token_id")
        if isinstance(end, int) and end != tokenizer.eos_token_id:  # transformers 5.17 takes <|im_start|> for SmolLM2's
            tokenizer.eos_token = tokenizer.convert_ids_to_tokens(end)
        if header.text("tokenizer.ggml.pre") == "smollm":
            # transformers 5.23 forgets that each digit stands alone: "\n\n1." would be other tokens than in training.
            cut = need("tokenizers", "local").pre_tokenizers
            steps = [cut.Digits(individual_digits=True), cut.ByteLevel(add_prefix_space=False)]
            tokenizer.backend_tokenizer.pre_tokenizer = cut.Sequence(steps)
        return tokenizer

    def shape(self) -> dict[str, Any]:
        """The config of the text model, as a dictionary."""
        if self._base is not None:
            return self._base.shape()
        config: dict[str, Any] = self._load("AutoConfig").get_text_config().to_dict()
        return config

    def model(self, dtype: object = None, device: str | None = None) -> Any:  # noqa: ANN401
        """Ready to generate, on the GPU if there is one.

        `dtype`: of the weights; None for that of their file, or 16 bits of a GGUF file where the processor is quick at it.
        """
        device = device or ("cuda" if self._torch.cuda.is_available() else "cpu")
        if self._base is None:
            with suppress(AttributeError):  # its bar has no switch, and would write into ours
                self._transformers.modeling_gguf_pytorch_utils.tqdm = lambda tensors, **_: tensors
            if (
                dtype is None and self._options
            ):  # "auto" makes 32 bits of four; 16 are faster (19 for 14 tokens/s), but not in software
                quick = any(on for name, on in self._torch.cpu.get_capabilities().items() if "bf16" in name)
                dtype = self._torch.bfloat16 if quick or device == "cuda" else self._torch.float32
            model, info = self._load("AutoModelForCausalLM", dtype=dtype or "auto", output_loading_info=True)
            if info["missing_keys"]:  # transformers would make them up: the text would be noise
                raise SetupError(
                    f"{self.name} lacks {len(info['missing_keys'])} of its weights, such as "
                    f"{min(info['missing_keys'])}: not a model that writes, or not all of its files"
                )
        else:
            model = self._adapted(self._base, dtype, device)
        with Failures(self.name, f"{self.name} cannot be put on {device}"):
            return model.to(device).eval()

    def _adapted(self, base: "Weights", dtype: object, device: str) -> Any:  # noqa: ANN401
        peft, weights = need("peft", "local"), base.model(dtype, device)
        with Failures(self.name, f"the adapter {self.name} does not fit its base {base.name}"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # peft uses old names of transformers
                # peft makes missing weights up, and the base alone would write.
                warnings.filterwarnings("error", message="Found missing adapter keys")
                model = peft.PeftModel.from_pretrained(weights, self._where)
            merges = model.peft_config["default"].peft_type == peft.PeftType.LORA  # other kinds may not be able to
            return model.merge_and_unload() if merges else model

    def _base_of(self, folder: Path) -> str:
        """The base model that an adapter names."""
        with Failures(self.name, f"{folder / ADAPTER} cannot be read"):
            config = json.loads((folder / ADAPTER).read_text("utf-8"))
            base, task = config["base_model_name_or_path"], config.get("task_type")
        if not isinstance(base, str) or not base.strip():
            raise SetupError(f"{folder / ADAPTER} names no base model: set base_model_name_or_path")
        if task not in (None, "CAUSAL_LM"):
            raise SetupError(f"{self.name} is an adapter for {task}, not for writing")
        beside = folder / Path(base).expanduser()
        base = str(beside) if beside.exists() else base
        if (Path(base) / ADAPTER).is_file():  # itself, too
            raise SetupError(
                f"{folder / ADAPTER} names as its base {base}, which is an adapter itself: merge the two first"
            )
        return base

    def _load(self, loader: str, **options: object) -> Any:  # noqa: ANN401
        with Failures(self.name, f"cannot load {self.name}: is it a folder of weights, a GGUF file or a model ID?"):
            return getattr(self._transformers, loader).from_pretrained(
                self._where, trust_remote_code=False, **self._options, **options
            )


class Failures:
    """Makes a typed error of whatever goes wrong inside.

    A context manager, as no list of exceptions would do: tokenizers raises `Exception` itself, readers of files
    `struct.error`, torch a RuntimeError for everything.
    """

    def __init__(self, name: str, what: str) -> None:
        """`name`: of the model. `what`: could not be done, or is to be checked."""
        self._name, self._what = name, what

    def __enter__(self) -> None:
        """Nothing to open."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raises SetupError, or Unavailable where the GPU itself failed; errors of ours pass."""
        if not isinstance(error, Exception) or isinstance(error, LongWriterError):
            return
        text = " ".join(str(error).split())[:300]
        said = f"{type(error).__name__}: {text}" if text else type(error).__name__
        if isinstance(error, MemoryError) or any(sign in text.lower() for sign in MEMORY):
            raise SetupError(
                f"{self._name} needs more memory than there is: shorter prompts and replies, or a smaller model ({said})"
            ) from error
        if "CUDA" in text:
            raise Unavailable(f"the GPU failed under {self._name}: run the same command again ({said})") from error
        raise SetupError(f"{self._what} ({said})") from error

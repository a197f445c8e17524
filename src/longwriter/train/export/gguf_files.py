"""Writes a GGUF file tensor by tensor: never more than one of them is held in memory.

Types of values as llama.cpp names them. Vectors (norms, biases) stay float32, as llama.cpp wants them.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Kept
from numpy.typing import NDArray

from longwriter.errors import RunError

Dtype = Literal["f32", "f16", "bf16"]
Quantity = Literal["f32", "f16", "bf16", "q8_0", "q4_1"]
"""How a value is kept; q8_0 takes 8.5 bits, q4_1 5."""
FILE_TYPES = {
    "f32": gguf.LlamaFileType.ALL_F32,
    "f16": gguf.LlamaFileType.MOSTLY_F16,
    "bf16": gguf.LlamaFileType.MOSTLY_BF16,
    "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    "q4_1": gguf.LlamaFileType.MOSTLY_Q4_1,
}
TABLES = ("token_embd.weight", "output.weight")
"""Words in and out: no less than q8_0, as llama.cpp's own files have them."""


class Tensor(NamedTuple):
    """One tensor to be written."""

    name: str
    shape: tuple[int, ...]
    read: Callable[[], NDArray[np.float32]]
    """Its values, of that shape."""


def kept_as(tensor: Tensor, wanted: Quantity) -> Kept:
    """The type that a tensor gets in a file of `wanted`."""
    if len(tensor.shape) == 1:
        return Kept.F32
    kind = Kept["Q8_0" if wanted == "q4_1" and tensor.name in TABLES else wanted.upper()]
    block, _ = gguf.GGML_QUANT_SIZES[kind]
    return Kept.F16 if tensor.shape[-1] % block else kind  # rows that are no whole blocks


def write_gguf(writer: gguf.GGUFWriter, tensors: Sequence[Tensor], out: Path, wanted: Quantity) -> None:
    """Write what `writer` knows and the tensors, and put the file in its place in one step. Raises RunError."""
    kinds = [kept_as(tensor, wanted) for tensor in tensors]
    for tensor, kind in zip(tensors, kinds, strict=True):
        size = int(np.prod(gguf.quant_shape_to_byte_shape(tensor.shape, kind)))
        writer.add_tensor_info(tensor.name, tensor.shape, np.dtype(np.float32), size, raw_dtype=kind)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
            file = Path(folder) / out.name
            writer.write_header_to_file(file)
            writer.write_kv_data_to_file()
            writer.write_ti_data_to_file()
            for tensor, kind in zip(tensors, kinds, strict=True):
                writer.write_tensor_data(gguf.quants.quantize(tensor.read(), kind))
            writer.close()
            file.replace(out)
    except OSError as error:
        raise RunError(f"cannot write {out}: {error.strerror or error}; make room, or choose another place") from error

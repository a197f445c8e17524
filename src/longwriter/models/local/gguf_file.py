"""What a GGUF file says about the model in it, read without its weights.

The layout (versions 2 and 3; github.com/ggml-org/ggml/blob/master/docs/gguf.md): magic, version, counts; keys with
typed values; tensors with type, shape and offset; padding; data. Arrays of strings (a vocabulary) are passed over: the
engine reads them itself. Big-endian files are refused.
"""

import mmap
import struct
from pathlib import Path
from typing import NamedTuple

from longwriter.errors import SetupError

MAGIC = b"GGUF"
NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?QqdL", strict=False))
"""Type of a value -> its code in `struct`; 8 is a string, 9 an array."""
STRING, ARRAY = 8, 9
BLOCKS = {  # type of a tensor -> values and bytes of a block; what is missing here is not checked
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74),
    18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2),
    26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
MOST_KEYS = 100_000
"""A header with more is damage, not a model."""


class Header(NamedTuple):
    """Keys and values of a file, and its bytes."""

    values: dict[str, object]
    size: int

    def text(self, key: str) -> str:
        """A value as text; "" where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def of_kind(self, key: str) -> int | None:
        """A number of the architecture, such as `context_length`; the largest where it differs from layer to layer."""
        value = self.values.get(f"{self.text('general.architecture')}.{key}")
        if isinstance(value, tuple):
            return max((v for v in value if isinstance(v, int)), default=None)
        return value if isinstance(value, int) else None

    def cache_bytes(self) -> int:
        """Bytes that a token's keys and values take at 16 bits; no less than what any kind of attention needs."""
        layers, heads = self.of_kind("block_count") or 0, self.of_kind("attention.head_count") or 1
        head = (self.of_kind("embedding_length") or 0) // heads
        wide = (self.of_kind("attention.key_length") or head) + (self.of_kind("attention.value_length") or head)
        return 2 * layers * (self.of_kind("attention.head_count_kv") or heads) * wide


def read_header(path: Path) -> Header:
    """The header of a GGUF file. Raises SetupError for what is missing, no GGUF, or shorter than it should be."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise SetupError(f"{path} is not a GGUF file: it does not begin with the letters GGUF")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                values, end = _Reader(data).header()
    except (struct.error, UnicodeDecodeError, OverflowError, IndexError):
        raise SetupError(f"{path} is damaged or was not fetched whole: fetch it again") from None
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror or error}") from error
    if end > size:
        raise SetupError(f"{path} was not fetched whole: it has {size:,} bytes of {end:,}; fetch it again")
    return Header(values, size)


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at = data, 4

    def header(self) -> tuple[dict[str, object], int]:
        """Keys with values, and how many bytes the file must have."""
        version = self._number("I")
        if version not in (2, 3):
            raise SetupError(f"a GGUF file of version {version}: only 2 and 3 are read; convert the model again")
        tensors, keys = self._number("Q"), self._number("Q")
        if max(tensors, keys) > MOST_KEYS:
            raise IndexError
        values = {self._string(): self._value(self._number("I")) for _ in range(keys)}
        end = max((self._tensor() for _ in range(tensors)), default=0)
        grain = values.get("general.alignment")
        grain = grain if isinstance(grain, int) and grain > 0 else 32
        return values, -(-self.at // grain) * grain + end

    def _number(self, code: str) -> int:
        (value,) = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize("<" + code)
        return value  # type: ignore[no-any-return]  # or a float or bool where the code says so

    def _string(self) -> str:
        length = self._number("Q")
        raw = self.data[self.at : self.at + length]
        if len(raw) < length:
            raise IndexError
        self.at += length
        return raw.decode("utf-8")

    def _value(self, kind: int) -> object:
        if kind == STRING:
            return self._string()
        if kind != ARRAY:
            return self._number(_code(kind))
        inner, count = self._number("I"), self._number("Q")
        if inner == STRING:
            for _ in range(count):
                self.at += 8 + struct.unpack_from("<Q", self.data, self.at)[0]
            return count
        if inner == ARRAY:
            return tuple(self._value(ARRAY) for _ in range(count))
        code = f"<{count}{_code(inner)}"
        values = struct.unpack_from(code, self.data, self.at)
        self.at += struct.calcsize(code)
        return values

    def _tensor(self) -> int:
        """Where its data ends, from the start of all data."""
        self._string()
        count = 1
        for _ in range(self._number("I")):
            count *= self._number("Q")
        kind, offset = self._number("I"), self._number("Q")
        values, size = BLOCKS.get(kind, (1, 0))
        return offset + count // values * size


def _code(kind: int) -> str:
    if kind not in NUMBERS:
        raise IndexError
    return NUMBERS[kind]

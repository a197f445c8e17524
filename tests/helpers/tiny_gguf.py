"""A GGUF file small enough to be read in a test: a head as llama.cpp writes it, and tensors of zeros."""

import struct
from pathlib import Path

TEMPLATE = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
VALUES = {
    "general.architecture": "llama",
    "general.license": "mit",
    "llama.block_count": 3,
    "llama.context_length": 2048,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.ggml.tokens": ["a", "bc", "é"],
    "tokenizer.chat_template": TEMPLATE,
}


def string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(given: object) -> bytes:
    """Type and value: strings, numbers as 32 bits, lists of strings or numbers."""
    if isinstance(given, str):
        return struct.pack("<I", 8) + string(given)
    if isinstance(given, int):
        return struct.pack("<II", 4, given)
    assert isinstance(given, list)
    inner = [value(v) for v in given]
    return struct.pack("<I", 9) + inner[0][:4] + struct.pack("<Q", len(given)) + b"".join(v[4:] for v in inner)


def gguf(values: dict[str, object] = VALUES, version: int = 3) -> bytes:
    """One tensor of 64 values in blocks of 32 (type 8: 34 bytes each): 68 bytes of data, after padding to 32."""
    head = b"GGUF" + struct.pack("<IQQ", version, 1, len(values))
    head += b"".join(string(k) + value(v) for k, v in values.items())
    head += string("w") + struct.pack("<IQIQ", 1, 64, 8, 0)
    return head + bytes(-len(head) % 32) + bytes(68)


def write_gguf(path: Path, **changed: object) -> Path:
    """A file; a value of None leaves its key out. Keys with __ for the dot."""
    over = {k.replace("__", "."): v for k, v in changed.items()}
    path.write_bytes(gguf({k: v for k, v in (VALUES | over).items() if v is not None}))
    return path

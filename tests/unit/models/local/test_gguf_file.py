"""Heads of GGUF files: values, and every kind of damage named."""

from pathlib import Path

import pytest
from tests.helpers.tiny_gguf import gguf, write_gguf

from longwriter.errors import SetupError
from longwriter.models.local.gguf_file import read_header


def test_values_are_read_and_vocabularies_passed_over(tmp_path: Path) -> None:
    header = read_header(write_gguf(tmp_path / "m.gguf"))
    assert header.text("general.license") == "mit"
    assert header.of_kind("context_length") == 2048
    assert header.values["tokenizer.ggml.tokens"] == 3
    assert header.text("no.such.key") == ""
    assert header.of_kind("rope.freq_base") is None


def test_a_token_costs_keys_and_values_of_every_layer_at_two_bytes(tmp_path: Path) -> None:
    # 3 layers x 2 heads x (16 + 16) values x 2 bytes
    assert read_header(write_gguf(tmp_path / "m.gguf")).cache_bytes() == 384
    by_layer = write_gguf(tmp_path / "n.gguf", llama__attention__head_count_kv=[1, 2, 1])
    assert read_header(by_layer).of_kind("attention.head_count_kv") == 2
    wide = write_gguf(tmp_path / "w.gguf", llama__attention__key_length=32, llama__attention__value_length=8)
    assert read_header(wide).cache_bytes() == 3 * 2 * 40 * 2


@pytest.mark.parametrize("kept", [4, 20, 30, 100, 200, -69, -68, -1])
def test_a_file_that_is_cut_anywhere_is_refused(tmp_path: Path, kept: int) -> None:
    (tmp_path / "m.gguf").write_bytes(gguf()[:kept])
    with pytest.raises(SetupError, match="not fetched whole"):
        read_header(tmp_path / "m.gguf")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a GGUF file"),
        (b"version https://git-lfs.github.com/spec/v1\n", "not a GGUF file"),
        (gguf(version=1), "version 1"),
        (b"GGUF" + b"\xff" * 400, "version"),
        (gguf()[:8] + b"\xff" * 8 + gguf()[16:], "damaged"),
        (gguf().replace(b"general.license", b"\xff" * 15), "damaged"),
    ],
)
def test_what_is_no_model_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "m.gguf").write_bytes(content)
    with pytest.raises(SetupError, match=said):
        read_header(tmp_path / "m.gguf")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="No such file"):
        read_header(tmp_path / "no.gguf")
    with pytest.raises(SetupError, match="directory"):
        read_header(tmp_path)

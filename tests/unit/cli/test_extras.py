"""What needs an extra says so in one line; what needs none runs without."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.helpers.places import ROOT

from longwriter.cli.lazy import EXTRAS

RECIPE, GRPO = (ROOT / "recipes" / "zero" / "gpu" / f"{method}.toml" for method in ("sft", "grpo"))


def without(package: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`longwriter` in a Python that cannot import the package."""
    code = f"import sys; sys.modules[{package!r}] = None; from longwriter.cli.main import main; main()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("package", "arguments", "extra"),
    [
        ("pyarrow", ("data",), "data"),
        ("pyarrow", ("data", "books", "b.txt", "--out", "o"), "data"),
        ("pyarrow", ("data", "agentwrite", "b.txt", "--model", "fake:", "--out", "o"), "data"),
        ("pyarrow", ("data", "backtranslate", "--help"), "data"),
        ("matplotlib", ("data", "pairs", "b.txt", "--model", "fake:", "--out", "o"), "data"),
        ("datasketch", ("data", "ranges", "b.txt", "--model", "fake:", "--out", "o"), "data"),
        ("huggingface_hub", ("data", "agentwrite", "hub:a/b", "--model", "fake:", "--out", "o"), "data"),  # wanted late
        ("huggingface_hub", ("bench", "longbench-write", "--data", "hub:a/b", "--system", "fake:"), "data"),
        ("ray", ("data", "pairs", "b.txt", "--model", "fake:", "--out", "o", "--engine", "ray"), "ray"),
        ("torch", ("train", "sft", RECIPE, "--out", "o"), "train"),
        ("torch", ("train", "grpo", GRPO, "--out", "o"), "train"),
        ("huggingface_hub", ("pull", "hub:a/b/c.gguf"), "hub"),
    ],
)
def test_a_package_that_is_not_there_is_one_line(package, arguments, extra, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("one book\n")
    done = without(package, *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"longwriter: {package} is not installed: pip install 'longwriter[{extra}]'\n"


def test_commands_are_listed_without_their_extra(tmp_path: Path) -> None:
    done = without("pyarrow", "data", "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("needs pip install 'longwriter[data]'") == 8


@pytest.mark.slow
@pytest.mark.parametrize("package", ["pyarrow", "matplotlib", "torch", "huggingface_hub", "datasketch", "transformers"])
def test_a_benchmark_needs_no_extra(package: str, tmp_path: Path) -> None:
    done = without(package, "bench", "writer-mini", "--system", "fake:", "--items", 1, "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert without(package, "bench", "report", "run", cwd=tmp_path).returncode == 0


def test_a_module_that_no_extra_brings_is_a_bug_and_shown_as_one(tmp_path: Path) -> None:
    assert "filelock" not in EXTRAS
    done = without("filelock", "data", "pairs", "b.txt", "--model", "m", "--out", "o", cwd=tmp_path)
    assert "Traceback" in done.stderr

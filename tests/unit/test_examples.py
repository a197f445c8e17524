"""Examples run as they stand, and the map of the code is the code's."""

import subprocess
import sys
from pathlib import Path

from tests.helpers.places import ROOT


def test_in_python(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "examples" / "in_python.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "S_l 9" in done.stdout or "S_l 100" in done.stdout


def test_the_tree_of_the_architecture_is_the_code() -> None:
    code = "import sys; sys.path.insert(0, '.ci'); import tree; sys.stdout.buffer.write(tree.page().encode())"
    page = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    assert (ROOT / "ARCHITECTURE.md").read_text("utf-8") == page, "run .venv/bin/python .ci/tree.py"
    assert "read_target" in page


def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    code = (ROOT / "README.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    assert "gguf:smollm2" in code
    command = [sys.executable, "-c", code.replace("gguf:smollm2", "fake")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "words in runs/write-a-5000-word-report-on-" in done.stdout
    assert (tmp_path / "harbours.md").exists()

"""Examples run as they stand."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_in_python(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "examples" / "in_python.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "S_l 9" in done.stdout or "S_l 100" in done.stdout


def test_the_readmes_tree_names_every_module() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for path in (ROOT / "src" / "longwriter").rglob("*.py"):
        if path.name.startswith("__") or path.parent.name == "cli":
            continue
        in_folder = path.parent.parent.name in ("data", "train", "bench")  # named by its folder
        assert (f"{path.parent.name}/" if in_folder else path.name) in readme, path

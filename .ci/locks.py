"""Makes locks/: exact versions of all that is installed, with hashes of every file that PyPI has of them.

    make locks

`train.txt` is everything (the extras page, gguf, local, deepspeed and ray) but PyTorch; `dev.txt` and `write.txt` are its parts
for `make check` and `make write`. Versions that stand in the files are kept where pyproject.toml still allows them; delete a
requirement's line to renew it.

PyTorch has several builds under one version. PyPI's stands in `torch.txt`, with the gigabytes of CUDA libraries that it wants
on Linux; the one for the CPU, from PyTorch's own index, stands in `torch-cpu.txt` and wants nothing more.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "locks"
EXTRAS = {
    "train": ("page", "gguf", "local", "deepspeed", "ray"),
    "page": ("page", "gguf"),
    "dev": ("dev",),
    "serve": ("gguf", "mcp"),
    "write": ("gguf",),
}
UV = (
    "uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "
    "--group build"
)
TORCH = re.compile(r"(torch==|(nvidia|cuda|triton)\b)")
CPU_BUILD = "sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b"  # 2.13.0+cpu, 3.11, Linux x86_64
HEAD = "# Made by `make locks`. Installed with --require-hashes --no-deps.\n"


def compiled(name: str) -> list[str]:
    """Returns the requirements of one lock, each with its hashes; a narrower lock has the versions of `train.txt`."""
    command = [str(Path(sys.executable).parent / "uv"), *UV.split()[1:], "--output-file", str(LOCKS / f"{name}.txt")]
    for extra in EXTRAS[name]:
        command += ["--extra", extra]
    if name != "train":
        command += ["--constraint", str(LOCKS / "train.txt")]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return re.split(r"\n(?=\S)", (LOCKS / f"{name}.txt").read_text("utf-8").strip())


def main() -> None:
    """Writes every file of the folder."""
    LOCKS.mkdir(exist_ok=True)
    for name in EXTRAS:
        requirements = compiled(name)
        _write(name, [each for each in requirements if not TORCH.match(each)])
        torch = [each for each in requirements if TORCH.match(each)]
        if torch:
            version = next(each.split(" ", 1)[0] for each in torch if each.startswith("torch=="))
            _write("torch", torch)
            _write("torch-cpu", [f"{version} \\\n    --hash={CPU_BUILD}"])


def _write(name: str, requirements: list[str]) -> None:
    (LOCKS / f"{name}.txt").write_text(HEAD + "\n".join(requirements) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""Makes locks/: exact versions of all that is installed, with hashes of every file that a Python index has of them.

    make locks

`train.txt` is everything (the extras dev, gguf, local, deepspeed and ray), `dev.txt` and `write.txt` are its parts for `make check` and
`make write`. Versions in the files there are kept where pyproject.toml still allows them; delete a file's line to renew it.

PyTorch has two builds under one version. The one for the CPU, from its own index, wants no more packages; the one that PyPI has
for Linux wants gigabytes of CUDA libraries, which stand in `cuda.txt` alone and are installed only below that build.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "locks"
EXTRAS = {"train": ("dev", "gguf", "local", "deepspeed", "ray"), "dev": ("dev",), "write": ("gguf",)}
UV = (
    "uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "
    "--group build"
)
CUDA = re.compile(r"(nvidia|cuda|triton)\b")
CPU_BUILDS = {"sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b": "torch 2.13.0+cpu, 3.11, Linux x86_64"}


def compiled(name: str) -> list[str]:
    """The requirements of one lock, each with its hashes, sorted; a narrower lock takes the versions of `train.txt`."""
    command = [str(Path(sys.executable).parent / "uv"), *UV.split()[1:], "--output-file", str(LOCKS / f"{name}.txt")]
    for extra in EXTRAS[name]:
        command += ["--extra", extra]
    if name != "train":
        command += ["--constraint", str(LOCKS / "train.txt")]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return re.split(r"\n(?=\S)", (LOCKS / f"{name}.txt").read_text("utf-8").strip())


def main() -> None:
    """Writes the four files."""
    LOCKS.mkdir(exist_ok=True)
    for name in EXTRAS:
        kept, cuda = [], []
        for requirement in compiled(name):
            if requirement.startswith("torch=="):
                requirement += "".join(f" \\\n    --hash={build}" for build in CPU_BUILDS if build not in requirement)
            (cuda if CUDA.match(requirement) else kept).append(requirement)
        _write(name, kept)
        if cuda:
            _write("cuda", cuda)


def _write(name: str, requirements: list[str]) -> None:
    head = "# Made by `make locks`. Installed by the Makefile with --require-hashes --no-deps.\n"
    (LOCKS / f"{name}.txt").write_text(head + "\n".join(requirements) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""`longwriter data books` on generated corpora of two sizes: megabytes a second of CPU and peak memory.

    python measurements/books.py [megabytes, default 30] [times larger, default 4]

Prints JSON: for each size the text in MB, MB a second of CPU (all processes), what part of that CPU unpacking and
parsing the same file takes, and the peak memory in MB of the command and of its reader; then the growth of both peaks
from the small corpus to the large one, 1 = none.
"""

import json
import lzma
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = 2500
"""Of a chapter."""


def generate(path: Path, megabytes: float) -> float:
    """Write chapters of made-up words; gives the megabytes of text."""
    rng = random.Random(1)
    vocabulary = ["".join(rng.choices("bcdfghlmnprstvaeiouaeiou", k=rng.randint(2, 9))) for _ in range(30_000)]
    written = n = 0
    with lzma.open(path, "wt", preset=1) as file:
        while written < megabytes * 1e6:
            sentences = (" ".join(rng.choices(vocabulary, k=12)).capitalize() + "." for _ in range(WORDS // 12))
            text = "\n\n".join(" ".join(part) for part in zip(*[sentences] * 4, strict=False))
            file.write(json.dumps({"text": text, "book": f"book-{n // 30}", "chapter": f"Chapter {n % 30}"}) + "\n")
            written += len(text)
            n += 1
    return written / 1e6


def parse(path: Path) -> float:
    """CPU seconds to unpack and parse."""
    begin = time.process_time()
    with lzma.open(path, "rt") as lines:
        for line in lines:
            json.loads(line)
    return time.process_time() - begin


def run(path: Path, out: Path) -> tuple[float, dict[str, float]]:
    """CPU seconds, and peak memory in MB of the command and of its reader."""
    code = (
        "import resource as r, sys; from longwriter.cli.main import cli; cli(sys.argv[1:], standalone_mode=False); "
        "used = [r.getrusage(who) for who in (r.RUSAGE_SELF, r.RUSAGE_CHILDREN)]; "
        "print(sum(u.ru_utime + u.ru_stime for u in used), *(u.ru_maxrss / 1024 for u in used))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "data", "books", str(path), "--out", str(out), "--licence", "CC0-1.0"],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, command, reader = map(float, done.stdout.split()[-3:])
    return seconds, {"command": round(command), "reader": round(reader)}


def main() -> None:
    """Measure and print."""
    small = float(sys.argv[1]) if len(sys.argv) > 1 else 30
    times = float(sys.argv[2]) if len(sys.argv) > 2 else 4
    out: list[dict[str, object]] = []
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for size in (small, small * times):
            path = Path(folder) / f"{size:g}.jsonl.xz"
            megabytes = generate(path, size)
            alone = parse(path)
            seconds, peak = run(path, Path(folder) / f"out-{size:g}")
            peaks.append(peak)
            out.append(
                {"mb": round(megabytes), "mb_s": round(megabytes / seconds, 1), "parsing": round(alone / seconds, 2)}
                | peak
            )
    growth = {who: round(peaks[1][who] / peaks[0][who], 2) for who in peaks[0]}
    print(json.dumps({"sizes": out, "growth": growth}, indent=1))


if __name__ == "__main__":
    main()

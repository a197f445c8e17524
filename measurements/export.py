"""Times and sizes of every form that a text goes out in, beside pandoc's where it is installed: a measuring stick, no rival.

Run: python measurements/export.py [TEXT.md] [--words 100000] [--json]. Without TEXT: the 10,000 words of examples/, its
headings numbered through, as often as the words ask. Each form is made in a process of its own, as the command does,
three times; the median is told, with the process's start (Python and imports) in it, and the largest memory. Pandoc
makes docx and epub of the same file. Bars: 100,000 words: md, html, epub, docx under 2 s each, PDF under 10 s.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from longwriter.text import count_words

EXAMPLE = Path(__file__).parent.parent / "examples" / "smollm2-10000" / "text.md"
FORMS = ("md", "txt", "html", "epub", "docx", "pdf")
PANDOC = ("html", "epub", "docx")
MADE = """
import sys
from pathlib import Path
from longwriter import export_file
export_file(sys.argv[1], sys.argv[2], force=True)
"""


def long_text(words: int) -> str:
    """The example, its chapters numbered through, until it has so many words."""
    text = EXAMPLE.read_text("utf-8")
    title, _, body = text.partition("\n")
    times = max(1, round(words / count_words(text)))
    parts = [body.replace("\n## ", f"\n## Book {n + 1}: ") for n in range(times)]
    return title + "\n" + "\n".join(parts)


def timed(command: list[str]) -> tuple[float, float]:
    """Median seconds of three runs, and the largest memory of any child so far in MB."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("text", nargs="?", type=Path)
    parser.add_argument("--words", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "text.md"
        source.write_text(asked.text.read_text("utf-8") if asked.text else long_text(asked.words), "utf-8")
        for form in FORMS:
            out = Path(folder) / f"out.{form}"
            if form == "md":
                out = Path(folder) / "copy.md"
            seconds, memory = timed([sys.executable, "-c", MADE, str(source), str(out)])
            row = {
                "form": form,
                "seconds": round(seconds, 2),
                "kB": round(out.stat().st_size / 1000),
                "MB": round(memory),
            }
            if form in PANDOC and shutil.which("pandoc"):
                other = Path(folder) / f"pandoc.{form}"
                command = ["pandoc", "--standalone", "--toc", str(source), "-o", str(other)]
                row |= {"pandoc_seconds": round(timed(command)[0], 2), "pandoc_kB": round(other.stat().st_size / 1000)}
            rows.append(row)
        words = count_words(source.read_text("utf-8"))
    if asked.json:
        print(json.dumps({"words": words, "forms": rows}))
        return
    print(f"{words:,} words\n\n| form | s | kB | pandoc s | pandoc kB |\n|---|---|---|---|---|")
    for row in rows:
        cells = [row.get(k, "-") for k in ("form", "seconds", "kB", "pandoc_seconds", "pandoc_kB")]
        print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()

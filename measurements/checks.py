"""How long the checks of a text take, how their time and memory grow, and what they find in texts by people.

    python measurements/checks.py CORPUS.jsonl.xz [MOST_BOOKS]

CORPUS: chapters, one a line, with `book`, `chapter`, `text`, `fiction`, in the order of the books. Memory is that of a
process of its own which holds one text (Linux); time is that of the processor, the least of three.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from itertools import groupby
from pathlib import Path

from longwriter.checks.check import CHECKS, check
from longwriter.jsonl import read_lines
from longwriter.text import count_words, head_words

LENGTHS = (12_500, 25_000, 50_000, 100_000)
SENTENCE = "She went up to the lamp and looked out to sea. "


def main() -> None:
    """Print the tables."""
    path, most = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60
    books = novels(path, most)
    print(f"{len(books)} novels, {sum(map(count_words, books)):,} words")
    speed(books)
    alarms(books)


def novels(path: Path, most: int) -> list[str]:
    """The first novels of a corpus as Markdown, a chapter under its heading."""
    rows = (line.row for line in read_lines(path))
    found = []
    for _, chapters in groupby((row for row in rows if row.get("fiction")), key=lambda row: row["book"]):
        found.append("\n\n".join(f"# {row['chapter']}\n\n{row['text']}" for row in chapters))
        if len(found) == most:
            break
    return found


def speed(books: list[str]) -> None:
    """Seconds of each check, and megabytes of all, by length."""
    long = "\n\n".join(books)
    texts = {words: head_words(long, words) for words in LENGTHS}
    check(SENTENCE * 100)  # tables and lists are read once
    print("\nseconds", *(f"{count_words(text):,}" for text in texts.values()), sep=" | ")
    for name in CHECKS:
        print(name, *(f"{seconds(text, (name,)):.3f}" for text in texts.values()), sep=" | ")
    print("all", *(f"{seconds(text, ()):.3f}" for text in texts.values()), sep=" | ")
    print("MB beyond a short text", *(f"{memory(text):.0f}" for text in texts.values()), sep=" | ")


def seconds(text: str, only: tuple[str, ...]) -> float:
    """Least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        check(text, only=only)
        found.append(time.process_time() - start)
    return min(found)


def memory(text: str) -> float:
    """Megabytes that a process needs for a text, less what it needs for a short one."""
    code = f"import json, sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import checks; checks.held()"
    needed = [
        subprocess.run([sys.executable, "-c", code], input=json.dumps(one), capture_output=True, text=True, check=True)
        for one in (SENTENCE * 20, text)
    ]
    short, long = (float(done.stdout) for done in needed)
    return long - short


def held() -> None:
    """Check the text that comes as JSON, and print the megabytes held at most."""
    check(json.load(sys.stdin))
    status = Path("/proc/self/status").read_text("utf-8")  # getrusage tells of the process that began this one
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def alarms(books: list[str]) -> None:
    """Findings for 10,000 words of novels by people, by kind and rule."""
    found: Counter[str] = Counter()
    for text in books:
        found.update(f"{finding.kind}: {finding.check}" for finding in check(text).findings)
    words = sum(map(count_words, books))
    print("\nfindings for 10,000 words of novels by people")
    for name, count in sorted(found.items()):
        print(name, count, f"{1e4 * count / words:.3f}", sep=" | ")


if __name__ == "__main__":
    main()

"""How often paragraphs of novels are taken for talk about the writing: false alarms of `writer.reply.about_writing`.

    python measurements/about_writing.py BOOKS.jsonl[.xz] [--show]     chapters of fiction, as contradictions.py reads them
    python measurements/about_writing.py --chinese TEXT.txt ...

A paragraph counts once, whatever is found in it; a story that does talk about its writing counts, too.
"""

import argparse
import json
import lzma
from collections.abc import Iterator
from pathlib import Path

from longwriter.text import count_words
from longwriter.writer.reply.about_writing import about_writing


def chapters(path: Path) -> Iterator[str]:
    """The texts of chapters of fiction."""
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        for line in lines:
            row = json.loads(line)
            if row["fiction"] and row["kind"] == "chapter":
                yield row["text"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--chinese", action="store_true", help="plain texts in place of books")
    parser.add_argument("--show", action="store_true", help="print each paragraph that is taken for talk")
    given = parser.parse_args()
    words = alarms = 0
    for path in given.files:
        for text in [path.read_text("utf-8")] if given.chinese else chapters(path):
            words += count_words(text)
            for paragraph in filter(about_writing, text.split("\n" if given.chinese else "\n\n")):
                alarms += 1
                if given.show:
                    print(" ".join(paragraph.split())[:300])
    print(f"{words:,} words: {alarms} paragraphs, {1e5 * alarms / words:.2f} per 100,000 words")


if __name__ == "__main__":
    main()

"""Books made for the tests, and what a build of them leaves."""

import json
import lzma
import random
from pathlib import Path

from longwriter.data.books.build import BooksEngine
from longwriter.readers.clean import columns
from tests.helpers import epubs

ENGLISH = [
    "The harbour lay quiet under the first snow of the year, and nobody went out to look at the boats.",
    "“We wait,” said the keeper; it was half past seven, and he did not mind the wind that rose from the well-known side.",
    "In the morning they found three letters, a lamp and a broken oar, which nobody in the village wished to have.",
]


CHINESE = [
    "长江从青藏高原流下来，一路穿过高山和峡谷，两岸的人民靠它生活，也常常受洪水之苦。",
    "三峡工程在一九九四年正式开工，许多城镇因此搬迁到了高处，老街沉入水底，只在照片里留着。",
]


def wrapped(paragraph: str, width: int) -> str:
    """Cut at blanks, or between any two characters of a text without blanks."""
    parts = paragraph.split(" ") if " " in paragraph else list(paragraph)
    lines = [""]
    for part in parts:
        joined = f"{lines[-1]} {part}" if " " in paragraph and lines[-1] else lines[-1] + part
        if lines[-1] and columns(joined) > width:
            lines.append(part)
        else:
            lines[-1] = joined
    return "\n".join(lines)


ONE, TWO = ("\n\n".join(wrapped(p, 66) for p in part) for part in (ENGLISH, ENGLISH[::-1]))
HEADER = """\ufeffThe Project Gutenberg EBook of The Harbour, by Ann Teller

This eBook is for the use of anyone anywhere in the United States.

Title: The Harbour
       A Story of the North

Author: Ann Teller

Author: Carl Writer

Release Date: June 27, 2008 [EBook #11]

Language: English

*** START OF THIS PROJECT GUTENBERG EBOOK THE HARBOUR ***




Produced by Some Body and the Online Distributed
Proofreading Team

[Illustration]

THE HARBOUR

by Ann Teller

Contents

 CHAPTER I.     Snow
 CHAPTER II.    Thaw
 CHAPTER III.   Flood
 CHAPTER IV.    Drought




"""


FOOTER = """



THE END




End of Project Gutenberg's The Harbour, by Ann Teller

*** END OF THIS PROJECT GUTENBERG EBOOK THE HARBOUR ***

Section 1.  General Terms of Use and Redistributing Project Gutenberg-tm
"""


MARKDOWN = """---
title: "The Harbour"
author: [Ann Teller, 'Carl Writer']
license: CC-BY-4.0
language: en
subjects:
  - Sea stories
description: Of boats
---

# The Harbour

Some words before.

## Snow

It was *very* **cold** and `quiet` [there](http://x.y "t"),[^1]
on the next line. ![a boat](b.png) A \\*star\\*, 3 < 4 &amp; <b>bold</b>.

> Quoted.

- one
- two

```python
x = 1
```

---

| a | b |
|---|---|
| 1 | 2 |

### Inside

Rain.

[^1]: A note.

## Thaw

More.
"""


HERE = BooksEngine(concurrency=0)


def line(n: int, words: int = 120, **columns: object) -> str:
    text = " ".join(
        random.Random(n).choices(["harbour", "snow", "the", "boat", "keeper", "of", "sea", "wind", "lamp"], k=words)
    )
    return json.dumps({"book": f"book-{n % 5}", "title": "A Book", "chapter": f"Part {n}", "text": text} | columns)


def prose(n: int) -> str:
    return f"{json.loads(line(n))['text'].capitalize()}."


def library(folder: Path) -> Path:
    """One book of each kind, and files that are none."""
    folder.mkdir()
    (folder / "sub").mkdir()
    epubs.harbour(folder / "sub" / "harbour.epub")
    (folder / "harbour.md").write_text(MARKDOWN.replace("Rain.", prose(100)).replace("More.", prose(101)))
    (folder / "pg11.txt").write_text(
        f"{HEADER}CHAPTER I.\nSnow\n\n{ONE}\n\n\n\n\nCHAPTER II.\nThaw\n\n{prose(102)}{FOOTER}"
    )
    rows = [line(n, licence="CC0-1.0", author=["Ann"], language="en-US") for n in range(30)]
    rows += [
        rows[3],
        rows[4].replace('", "licence"', ' oar", "licence"'),
        line(40, 10, licence="CC0-1.0"),
        line(41),
        line(42, language="fr"),
    ]
    rows += [line(43, rights="© 2001, all rights reserved"), line(44, licence="CC0-1.0", language="fr")]
    with lzma.open(folder / "corpus.jsonl.xz", "wt") as file:
        file.write("\n".join(rows) + "\n\n")
    (folder / "README.md").write_text("# About these files")
    (folder / ".hidden.txt").write_text("hidden")
    (folder / "cover.jpg").write_bytes(b"\xff")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """What a build leaves for others; its own records hold the order in which sources were finished."""
    own = ("journal.jsonl", "settings.json", ".lock")
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name not in own}

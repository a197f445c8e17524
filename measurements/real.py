r"""What real models write, by the program's own rules: a table, a row a text.

    python measurements/real.py [--words 3000] [--words 10000] [--model gguf:smollm2] [--base-url URL] [--out FOLDER] \
        [PROMPT ...]
    python measurements/real.py --measure RUN [RUN ...]

Each text is a run in FOLDER; a run that is there goes on, or is only measured. Columns: words, how far off, S_l, repeated
8-grams, share of repeated text (`rewards/repetition`), content words of the request that stand in the text, of the plan
that stand in it and in their own sections (headings left out), seconds that the model took, calls, cached prompt tokens.
"""

import argparse
import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from longwriter.checks.repetition.repetition import repetition
from longwriter.journal import Journal
from longwriter.models.base import ModelConfig
from longwriter.runs.folders import JOURNAL
from longwriter.writer.section.cover import covered
from longwriter.writer.session import write
from longwriter.writer.settings import WriteSettings
from longwriter.writer.stored import stored

PROMPTS = (
    "Write a story about a lighthouse keeper who finds a letter in a bottle",
    "Write a practical guide to keeping bees in a small garden",
    "Write a report on how harbours changed trade in Europe",
)
HEADING = re.compile(r"^#{1,6} .*$", re.M)
COLUMNS = (
    "prompt",
    "words",
    "off",
    "S_l",
    "8-grams",
    "share",
    "request",
    "plan",
    "own",
    "alike",
    "s",
    "calls",
    "cached",
)


def measure(folder: Path) -> dict[str, object]:
    """One row: what a run wrote."""
    session = stored(folder)
    assert session is not None
    result, manuscript, document = session.result(), session.manuscript, session.document
    report, body = result.report, HEADING.sub("", result.text)
    sections = manuscript.plan.sections
    lines = [f"{s.title} {s.point}" for s in sections]
    texts = {p.index: HEADING.sub("", p.text) for p in document.parts()}
    own = [covered(line, texts.get(i, "")) for i, line in enumerate(lines)]
    titles = [(s.chapter, s.title.casefold()) for s in sections]
    calls: list[Any] = [
        e.data["reply"] for e in Journal(folder / JOURNAL, read_only=True) if e.kind in ("call", "wasted")
    ]
    usages = [reply["usage"] for reply in calls]
    read = sum(u["prompt_tokens"] or 0 for u in usages)
    return {
        "prompt": session.settings.instruction[:44],
        "words": report.written,
        "off": round(100 * (report.written / report.target.aim - 1), 1),
        "S_l": report.length_score,
        "8-grams": round(100 * report.repeated_8grams, 2),
        "share": round(repetition(body).share, 3),
        "request": round(covered(session.settings.instruction, body), 2),
        "plan": round(covered(" ".join(lines), body), 2),
        "own": round(sum(own) / len(own), 2),
        "alike": len(titles) - len(set(titles)),
        "s": round(report.seconds),
        "calls": report.calls,
        "cached": round(sum(u["cached_tokens"] or 0 for u in usages) / max(1, read), 2),
    }


def show(rows: Sequence[dict[str, object]]) -> None:
    """The table as Markdown."""
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for row in rows:
        print("| " + " | ".join(str(row[c]) for c in COLUMNS) + " |", flush=True)


def main() -> None:
    """Write and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prompts", nargs="*", default=PROMPTS)
    parser.add_argument("--words", type=int, action="append")
    parser.add_argument("--model", default="gguf:smollm2")
    parser.add_argument("--base-url")
    parser.add_argument("--card")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", type=Path, default=Path("build/real"))
    parser.add_argument("--measure", type=Path, nargs="+")
    given = parser.parse_args()
    if given.measure:
        show([measure(folder) for folder in given.measure])
        return
    config = ModelConfig(model=given.model, base_url=given.base_url, card=given.card)
    rows = []
    for words in given.words or [3000]:
        for number, prompt in enumerate(given.prompts, 1):
            settings = WriteSettings(instruction=prompt, words=words, writer=config, seed=given.seed)
            folder = given.out / f"{words}-{number}-{given.seed}"
            asyncio.run(write(settings, folder))
            rows.append(measure(folder))
            print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    show(rows)


if __name__ == "__main__":
    main()

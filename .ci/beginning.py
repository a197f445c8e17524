"""Shows the beginning of a text that was written: what `longwriter write --json` told, on standard input."""

import json
import sys
from pathlib import Path

from longwriter.text import last_sentence_end

CHARACTERS = 1500

told = json.load(sys.stdin)
text = Path(told["text"]).read_text("utf-8")
head = text[:CHARACTERS]
if len(text) > CHARACTERS:
    head = head[: last_sentence_end(head) or CHARACTERS]
lines = head.rstrip().split("\n")
while len(lines) > 1 and (not lines[-1].strip() or lines[-1].startswith("#")):  # a heading of what is not shown
    lines.pop()
said = "; ".join(finding["text"] for finding in told["verdict"] if finding["text"])
print("\n" + "\n".join(lines) + f"\n\n... {told['written']:,} words in all: {told['text']}\n{said}")

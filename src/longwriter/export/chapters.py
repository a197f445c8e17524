"""A text as a folder of Markdown files, one for each division: one after another, they are the text."""

import re
from collections.abc import Sequence

from longwriter.export.document import Inlines, bare
from longwriter.export.markdown import parts_of

MOST_LETTERS = 40
"""Of a title in a file's name."""
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def chapters(text: str, found: Sequence[tuple[Inlines, int]] | None = None) -> dict[str, bytes]:
    """The files by name, such as `01-the-fog.md`, in the order of the text. `found`: see `parts_of`."""
    lines = _LINES.findall(text)
    found = parts_of(text) if found is None else found
    starts = [0, *(line for _, line in found[1:]), len(lines)]
    width = max(2, len(str(len(found))))
    out: dict[str, bytes] = {}
    for number, ((title, _), begin, end) in enumerate(zip(found, starts, starts[1:], strict=False), 1):
        slug = re.sub(r"[^\w]+", "-", bare(title).lower()).strip("-_")[:MOST_LETTERS].rstrip("-_")
        out[f"{number:0{width}}{f'-{slug}' if slug else ''}.md"] = "".join(lines[begin:end]).encode("utf-8", "replace")
    return out

"""Texts as they come from files -> paragraphs separated by a blank line, without layout.

`tidy` is for every text; `unwrap` undoes the fixed-width lines of plain text, and `unmark` its typewriter markup. Words
are never changed; what goes is listed with each function.
"""

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from longwriter.text import CJK_CHARACTER

SCENE_BREAK = "* * *"

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u2060\ufeff\ufff9-\ufffc\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ODD_BLANKS = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BLANKS = re.compile("  +")
_EDGES = re.compile(" ?\n ?")
_RULER = re.compile(r"^(?:[*·•⁂†#~_=–—-] ?)+$", re.MULTILINE)
_SCENES = re.compile(r"(?:\* \* \*\n+)+\* \* \*")
_EMPTY_LINES = re.compile(r"\n{3,}")
_LETTERS = re.compile(r"[^\W\d_]+")
WIDE = re.compile(f"[{CJK_CHARACTER.pattern[1:-1]}\u3001-\u303f\uff01-\uff60]")
"""CJK characters and their punctuation: no blank stands between two of them."""


def tidy(text: str) -> str:
    """A text in NFC with paragraphs separated by one blank line; single line breaks (verse) stay.

    Goes: invisible characters, indentation, doubled spaces. A line of asterisks, dashes or other ornaments alone is a
    scene break, written `* * *`; none at the beginning or the end.
    """
    if not text.replace("\n", " ").isprintable():  # a few texts; the patterns are slower than this question
        text = _ODD_BLANKS.sub(" ", _BREAKS.sub("\n", _INVISIBLE.sub("", text)))
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    if " \n" in text or "\n " in text:
        text = _EDGES.sub("\n", text)
    text = text.strip()
    text = _EMPTY_LINES.sub("\n\n", _RULER.sub(f"\n{SCENE_BREAK}\n", text)).strip()
    if SCENE_BREAK in text:
        text = _SCENES.sub(SCENE_BREAK, text).removeprefix(SCENE_BREAK).removesuffix(SCENE_BREAK).strip()
    return text


def columns(text: str) -> int:
    """Width on a terminal; a wide character takes two columns."""
    return len(text) if text.isascii() else len(text) + len(WIDE.findall(text))


def unwrap(text: str) -> str:
    """Undo lines cut at a fixed width; words hyphenated at a line's end are joined.

    A break is a wrap where the next line's first word would not have fitted: so verse, addresses and tables keep their
    lines. Without blank lines, a paragraph begins at each indented line; and if most lines are indented, or too long to
    have been cut (over 100 columns), each is a paragraph.
    """
    lines = _BREAKS.sub("\n", text).expandtabs(4).split("\n")
    lines = [line.rstrip() for line in lines]
    inner = [columns(line) for line, after in pairwise(lines) if line and after]
    if not inner:
        return text
    full = sum(map(bool, lines))
    apart = full - len(inner) - 1 > 0.05 * full
    indented = sum(line[:1] in (" ", "\u3000") for line in lines if line)
    longest = statistics.quantiles(inner, n=10, method="inclusive")[8] if len(inner) > 1 else inner[0]
    if longest > 100 or (not apart and 2 * indented > full):
        return "\n".join(lines) if apart else "\n\n".join(line for line in lines if line)
    if not apart:
        lines = [part for line in lines for part in (("", line) if line[:1] in (" ", "\u3000") else (line,))]
    usual, words = statistics.median(inner), Counter(_LETTERS.findall(text.lower()))
    return "\n".join(_join(block, usual, words) for block in _blocks(lines))


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    """Runs of lines; an empty line is a block of its own, so that joining them gives the same empty lines."""
    out: list[list[str]] = []
    for line in lines:
        if not line or not out or not out[-1][0]:
            out.append([line])
        else:
            out[-1].append(line)
    return out


def _join(block: list[str], usual: float, words: Counter[str]) -> str:
    """One paragraph, in one line if it was wrapped. `usual`: columns of most lines."""
    pairs = list(pairwise(block))
    full = [columns(a) + 1 + columns(b.split(maxsplit=1)[0]) >= usual for a, b in pairs]
    openings = [line.lstrip(" \"'“‘(_*-—")[:1] for line in block]
    verse = len(block) >= 4 and all(o.isupper() for o in openings)
    if verse or 2 * sum(full) < len(full):
        return "\n".join(block)
    out = block[0]
    for _, line in pairs:
        out = _joined(out, line.strip(), words)
    return out


def _joined(before: str, line: str, words: Counter[str]) -> str:
    """Two pieces of one paragraph: a blank between them, or none after a dash and between wide characters."""
    if before.endswith(("--", "—")) or (WIDE.match(before[-1:]) and WIDE.match(line)):
        return before + line
    left, right = re.search(r"([^\W\d_]+)-$", before), _LETTERS.match(line)
    if left is None or right is None:
        return f"{before} {line}"
    return (before[:-1] if words[(left[1] + right[0]).lower()] else before) + line


_BRACKETS = re.compile(
    r"\[(?:illustrations?|footnotes?|transcriber|sidenote|music|image|pg|page|decoration|blank page)\b"
    r"(?:[^\[\]]++|\[[^\[\]]*+\])*+\]|\{(?:pg |page )?\d{1,4}\}|\[(?:pg\.? ?)?\d{2,3}\]",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(?<=\S)\[(?:\d{1,3}|[A-Z]|\*+|†)\]")
_ITALIC = re.compile(r"(?<!\w)_(?=[^\W_]|[\"'“‘(¿¡—-])|(?<=[^\W_])_(?!\w)|(?<=[.,;:!?)\"'”’—-])_(?!\w)")
_BOLD = re.compile(r"(?<!\S)=(?=\w)([^=\n]{1,200})(?<=\S)=(?![\w=])")
_PAGE = re.compile(r"(?:[-–—\[(|] ?)?(?:page |pg\.? ?|p\. ?)?(\d{1,4})(?: ?[-–—\])|])?", re.IGNORECASE)


def unmark(text: str) -> str:
    """Plain text without typewriter markup: _italics_, =bold=, [Illustration: ...], [Footnote ...], [Pg 12], note[1].

    Underscores inside words and runs of them stay.
    """
    text = _REFERENCE.sub("", _BRACKETS.sub("", text))
    return _BOLD.sub(r"\1", _ITALIC.sub("", text))


_MARKDOWN = [  # what tells that it may be there; pattern; what stays
    ("#", re.compile(r"^#{1,6} +(\S.*?)(?: +#+)?$", re.MULTILINE), r"\1"),
    ("](", re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)"), ""),
    ("](", re.compile(r"\[((?:[^\[\]\n]++|\[[^\[\]\n]*+\])*+)\]\([^)\n]*\)"), r"\1"),
    ("*", re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\1(?![\w*])"), r"\2"),
    ("**", re.compile(r"\*{2,}(?=\S)|(?<=\S)\*{2,}"), ""),
    ("_", re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]{1,300}?)(?<=[^\s_])_(?!\w)"), r"\1"),
    ("`", re.compile(r"(`+)([^`\n]+)\1"), r"\2"),
]


def without_markdown(text: str) -> str:
    """Prose with some Markdown in it, as articles have, without the marks of headings, links, emphasis and code.

    Lists keep theirs, and single stars and underscores that are no pair stay.
    """
    for sign, pattern, stays in _MARKDOWN:
        if sign in text:
            text = pattern.sub(stays, text)
    return text


def without_page_numbers(text: str) -> str:
    """Drop page numbers that stand alone between blank lines, and close the paragraph that one of them cut.

    Numbers in brackets, between dashes or after "page" always go; bare ones only if they stand closer than 4,000
    characters to each other, as pages do and numbered chapters do not.
    """
    blocks = text.split("\n\n")
    numbers = {i: m for i, b in enumerate(blocks) if (m := _PAGE.fullmatch(b.strip()))}
    bare = [i for i, m in numbers.items() if m[0] == m[1]]
    gaps = [sum(len(b) for b in blocks[i:j]) for i, j in pairwise(bare)]
    keep = set(bare) if not gaps or statistics.median(gaps) >= 4000 else set()
    out: list[str] = []
    cut = False
    for i, block in enumerate(blocks):
        if i in numbers and i not in keep:
            cut = bool(out)
            continue
        goes_on = cut and out[-1][-1:].isalpha() and block.lstrip()[:1].islower()
        if goes_on:
            out[-1] += " " + block.lstrip()
        else:
            out.append(block)
        cut = False
    return "\n\n".join(out)

"""Texts as they come from files -> paragraphs separated by a blank line, without layout.

`tidy` is for every text; `unwrap` undoes the fixed-width lines of plain text, and `unmark` its typewriter markup. Words
are never changed; what goes is listed with each function.
"""

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Container, Sequence
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
_ENDED = re.compile("[.!?…。！？:：；][\"'”’」』）)]*$|[”」』]$")
"""The end of a paragraph, where most lines have it."""
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


def unwrap(text: str, alone: Container[int] = ()) -> str:
    """Undo lines cut at a fixed width; words hyphenated at a line's end are joined.

    A break is a wrap where the next line's first word would not have fitted: so verse, addresses and tables keep their
    lines. Without blank lines, a paragraph begins at each indented line; and if most lines are indented, too long to
    have been cut (over 100 columns), or end as sentences do, each is a paragraph. `alone`: numbers of lines, from 0, that
    are paragraphs by themselves, such as headings over their text.
    """
    lines = [line.rstrip() for line in one_break(text).expandtabs(4).split("\n")]
    inner = [columns(line) for line, after in pairwise(lines) if line and after]
    if not inner:
        return text
    full = sum(map(bool, lines))
    apart = full - len(inner) - 1 > 0.05 * full
    indented = sum(line[:1] in (" ", "\u3000") for line in lines if line)
    ended = sum(_ENDED.search(line[-4:]) is not None for line in lines if line)
    longest = statistics.quantiles(inner, n=10, method="inclusive")[8] if len(inner) > 1 else inner[0]
    each = longest > 100 or (not apart and (2 * indented > full or 4 * ended > 3 * full))
    if each and not apart:
        return "\n\n".join(line for line in lines if line)
    spaced: list[str] = []
    for i, line in enumerate(lines):
        if i in alone:
            spaced += ["", line, ""]
        else:
            spaced += ["", line] if not apart and line[:1] in (" ", "\u3000") else [line]
    if each:
        return "\n".join(spaced)
    usual, words = statistics.median(inner), Counter(_LETTERS.findall(text.lower()))
    return "\n".join(_join(block, usual, words) for block in _runs(spaced))


def one_break(text: str) -> str:
    """The text with line feeds for all its line breaks."""
    return _BREAKS.sub("\n", text)


def _runs(lines: Sequence[str]) -> list[list[str]]:
    """Runs of lines; an empty line is a run of its own, so that joining them gives the same empty lines."""
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
    out = block[:1]
    for _, line in pairs:
        _add(out, line.strip(), words)
    return "".join(out)


def _add(out: list[str], line: str, words: Counter[str]) -> None:
    """The next line of a paragraph: after a blank, or none after a dash and between wide characters."""
    before = out[-1]
    if not (before.endswith(("--", "—")) or (WIDE.match(before[-1:]) and WIDE.match(line))):
        right = _LETTERS.match(line) if before.endswith("-") else None
        left = len(before) - 1
        while right and left and _LETTERS.fullmatch(before[left - 1]):
            left -= 1
        if right is None or left == len(before) - 1:
            out.append(" ")
        elif words[(before[left:-1] + right[0]).lower()]:
            out[-1] = before[:-1]
    out.append(line)


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


_TARGET = r"[^()\n]{0,500}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?"
"""Where a link leads, its title included; bounded, as every bracket might begin one."""
_MARKDOWN = [  # what tells that it may be there; pattern; what stays
    ("#", re.compile(r"^#{1,6} +(\S.*?)(?: +#+)?$", re.MULTILINE), r"\1"),
    ("](", re.compile(rf"!\[[^\]\n]{{0,300}}\]\({_TARGET}\)"), ""),
    ("](", re.compile(rf"\[((?:[^\[\]\n]++|\[[^\[\]\n]*+\])*+)\]\({_TARGET}\)"), r"\1"),
    ("*", re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\1(?![\w*])"), r"\2"),
    ("**", re.compile(r"\*{2,}(?=\S)|(?<=\S)\*{2,}"), ""),
    ("_", re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]{1,300}?)(?<=[^\s_])_(?!\w)"), r"\1"),
    ("`", re.compile(r"(?<!`)(`{1,8})([^`\n]+)\1"), r"\2"),
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
    last = ""
    for i, block in enumerate(blocks):
        if i in numbers and i not in keep:
            cut = bool(out)
            continue
        if cut and last[-1:].isalpha() and block.lstrip()[:1].islower():
            out += [" ", block.lstrip()]
        else:
            out += ["\n\n", block] if out else [block]
        cut, last = False, block
    return "".join(out)

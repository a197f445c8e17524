"""Drafts that are made of pieces by chance, and what a page and its Markdown show of themselves."""

import html
import random

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from longwriter.intake.source import SourceText

LINES = [
    "# H\n", "## Chapter 2\n", "\n", "\n\n", "\r\n", "\r", "CHAPTER 1\n", "CHAPTER II. The Sea\n", "第一章 海\n", "第二章\n",
    "text here. ", "More words follow, and more.\n", "\ufeff", "\x00", "\x0c", "\x0b", "\x85", "\u2028", "مرحبا بالعالم\n",
    "שלום\n", "```\n", "~~~\n", "> # q\n", "Setext\n===\n", "---\n", "---\ntitle: X\n---\n", "- a\n", "1. The Sea\n", "2\n",
    "    code\n", "Contents\n", "Notes\n", "Preface\n", "Appendix A\n", "[^1]: note\n", "a[^1] ", "PART ONE\n", "제1장\n",
    "*** END OF THE PROJECT GUTENBERG EBOOK X ***\n", "「はい」と言った。\n", "Глава 1\n", "<div>\n", "|a|b|\n|-|-|\n",
    "\ud800", " ", "\t", "\u3000", "word " * 300, "字" * 200 + "\n", "TITLE\n", "* * *\n", "I\n", "II\n", "III\n",
]  # fmt: skip
"""What texts by chance are made of: headings of every kind, line ends, controls, scripts."""

SIGNS = [
    *"ab1.*_`~[]()<>!&#-+=|:\\^ \"'é中文（）。", " ", " ", "\n", "1984.", "# ", "> ", "- ", "===", "---", "<b>", "&lt;", "http://x",
    "| a |", "[^1]", "[x]: y", "م", "word", "Another word",
]  # fmt: skip
"""What pages by chance show: all that Markdown could take for a mark."""

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def md(text: str, title: str = "") -> SourceText:
    """Markdown as read from a file."""
    return SourceText(text, "md", "draft.md", "utf-8", title)


def txt(text: str) -> SourceText:
    """Plain text as read from a file."""
    return SourceText(text, "txt", "draft.txt", "utf-8")


def random_text(seed: int) -> str:
    """Up to 40 of `LINES`."""
    chance = random.Random(seed)
    return "".join(chance.choice(LINES) for _ in range(chance.randint(0, 40)))


def random_page(seed: int) -> str:
    """A body of HTML with blocks in blocks."""
    return _blocks(random.Random(seed), 0)


def _shown(chance: random.Random) -> str:
    return html.escape("".join(chance.choice(SIGNS) for _ in range(chance.randint(0, 7))))


def _inline(chance: random.Random, depth: int = 0) -> str:
    out = []
    for _ in range(chance.randint(1, 3)):
        kind = chance.random()
        if kind < 0.55 or depth > 3:
            out.append(_shown(chance))
        elif kind < 0.62:
            out.append("<br>")
        else:
            name = chance.choice(["b", "i", "em", "s", "code", "span", "a", "sup", "u"])
            href = ' href="http://e.x/a_b(c)"' if name == "a" else ""
            out.append(f"<{name}{href}>{_inline(chance, depth + 1)}</{name}>")
    return "".join(out)


def _block(chance: random.Random, depth: int) -> str:
    names = ["p", "p", "p", "div", "blockquote", "ul", "ol", "h1", "h2", "h3", "pre", "table", "hr", "section"]
    name = chance.choice(names) if depth < 7 else "p"
    if name == "hr":
        return "<hr>"
    if name == "pre":
        return f"<pre>{_shown(chance)}\n {_shown(chance)}</pre>"
    if name in ("ul", "ol"):
        inner = _blocks(chance, depth + 1) if chance.random() < 0.4 else ""
        items = "".join(f"<li>{_inline(chance)}{inner}</li>" for _ in range(chance.randint(0, 3)))
        return f'<{name} start="{chance.randint(0, 12)}">{items}</{name}>'
    if name == "table":
        spans = ["", " colspan=2", " rowspan=2"]
        cells = [
            [f"<td{chance.choice(spans)}>{_inline(chance)}</td>" for _ in range(3)] for _ in range(chance.randint(0, 3))
        ]
        rows = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
        return f"<table>{rows}</table>"
    if name in ("div", "blockquote", "section"):
        return f"<{name}>{_blocks(chance, depth + 1)}</{name}>"
    return f"<{name}>{_inline(chance)}</{name}>"


def _blocks(chance: random.Random, depth: int) -> str:
    return "".join(
        _block(chance, depth) if chance.random() < 0.9 else _inline(chance) for _ in range(chance.randint(0, 4))
    )


def letters_of_page(page: str) -> str:
    """What a page shows, without white space and rows of stars."""
    return "".join(BeautifulSoup(page, "html.parser").get_text().split())


def letters_of_markdown(text: str) -> str:
    """What Markdown shows, by its parser."""
    return letters_of_page(_PARSER.render(text))

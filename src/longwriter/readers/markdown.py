"""Markdown -> chapters: a heading of the first level begins one; of the second where the first is the book's title."""

import re
from collections import Counter
from collections.abc import Sequence

from markdown_it import MarkdownIt

from longwriter.readers.chapters import LANGUAGES, Book, Chapter, is_fiction, name_of
from longwriter.readers.clean import tidy
from longwriter.readers.html import Block, blocks, parse
from longwriter.readers.headings import dropped

_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"([A-Za-z_][\w-]*):[ \t]*(.*)")
_NOTES = re.compile(r"^\[\^[^\]\n]+\]:.*(?:\n(?:[ \t]+.*|[ \t]*(?=\n[ \t])))*|\[\^[^\]\n]+\]", re.MULTILINE)
_RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def read_markdown(text: str, file: str) -> tuple[Book, list[Chapter]]:
    """The book as its front matter tells (title, author, licence, language, subjects, description), and its chapters.

    `file`: a name for a book without a title. Code, quotations and lists come as their text; footnotes go.
    """
    text = text.replace("\r\n", "\n")
    found = _FRONT.match(text)
    fields = _fields(found[1]) if found else {}
    body = _NOTES.sub("", text[found.end() :] if found else text)
    page = blocks(parse(f"<body>{_RENDERER.render(body)}</body>"))
    levels = Counter(b.level for b in page if b.level)
    top = 2 if levels[1] == 1 and levels[2] and page[0].level == 1 else min(levels, default=1)
    heading = page[0].text if page and page[0].level == 1 and top == 2 else ""
    title = _one(fields, "title") or heading or file
    author, subjects = fields.get("author") or fields.get("authors") or [], fields.get("subjects") or []
    language = _one(fields, "language") or _one(fields, "lang")
    book = Book(
        name=name_of(title, author, file),
        title=title,
        author=tuple(author),
        licence=_one(fields, "licence") or _one(fields, "license"),
        rights=_one(fields, "rights"),
        language=LANGUAGES.get(language.lower(), language) or None,
        fiction=is_fiction(subjects),
        subjects=tuple(subjects),
        description=_one(fields, "description"),
    )
    return book, _chapters(page[bool(heading) :], top, title)


def _one(fields: dict[str, list[str]], key: str) -> str:
    return ", ".join(fields.get(key, []))


def _fields(front: str) -> dict[str, list[str]]:
    """`key: value`, `key: [a, b]`, and a key with a list below it; other YAML is left alone."""
    out: dict[str, list[str]] = {}
    key = ""
    for line in front.split("\n"):
        if match := _ENTRY.fullmatch(line.rstrip()):
            key, value = match[1].lower(), match[2].strip()
            listed = re.fullmatch(r"\[(.*)\]", value)
            values = listed[1].split(",") if listed else [value]
            out[key] = [v.strip(" \"'") for v in values if v.strip(" \"'")]
        elif key and line.strip().startswith("- "):
            out[key].append(line.strip()[2:].strip(" \"'"))
    return out


def _chapters(page: Sequence[Block], top: int, title: str) -> list[Chapter]:
    """Text before the first chapter is front matter of its own."""
    out: list[tuple[str, list[str]]] = [("", [])]
    for block in page:
        if block.level == top:
            out.append((block.text.replace("\n", " "), []))
        else:
            out[-1][1].append(block.text)
    made = []
    for heading, parts in out:
        if text := tidy("\n\n".join(parts)):
            kind = "chapter" if heading else "front" if len(out) > 1 else "text"
            made.append(Chapter(text, heading or title, kind=kind, drop=dropped(heading)))
    return made

"""Markdown -> chapters: a heading of the first level begins one; of the second where the first is the book's title.

What dialects add to CommonMark is read too: front matter in YAML, TOML or as pandoc has it, attributes of headings and
spans, fenced divisions, links between notes.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt

from longwriter.front_matter import fields_of
from longwriter.readers.chapters import LANGUAGES, Book, Chapter, is_fiction, name_of
from longwriter.readers.clean import one_break, tidy
from longwriter.readers.headings import dropped
from longwriter.readers.html import Block, blocks, parse

_FRONT = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?\n)(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_PANDOC = re.compile(r"\A% *(.+(?:\n[ \t]+.+)*)\n(?:% *(.*(?:\n[ \t]+.+)*)\n)?(?:%.*\n)?")
_ENTRY = re.compile(r"[A-Za-z_][\w-]*:")
_YAML = re.compile(r"(?:[A-Za-z_][\w-]*:(?:\s.*)?|\s+.*|- .*|#.*|\s*)")
"""A line that front matter in YAML may have; a scene break with prose after it is none."""
_NOTES = re.compile(r"^\[\^[^\]\n]{1,99}\]:.*(?:\n(?:[ \t]+.*|[ \t]*(?=\n[ \t])))*|\[\^[^\]\n]{1,99}\]", re.MULTILINE)
_ATTRIBUTES = r"\{(?:[#.:][^{}\n]{0,300}|-|[\w-]{1,40}=[^{}\n]{0,300})\}"
_DIALECTS = [  # pattern and what stays
    (re.compile(rf"^(#{{1,6}} (?:.*?\S)??)[ \t]*+{_ATTRIBUTES}[ \t]*$", re.MULTILINE), r"\1"),
    (re.compile(rf"^(\S(?:.*?\S)??)[ \t]*+{_ATTRIBUTES}[ \t]*(?=\n(?:=+|-+)[ \t]*$)", re.MULTILINE), r"\1"),
    (re.compile(rf"^[ \t]*(?:{_ATTRIBUTES}|:::+.{{0,200}}|\{{%.{{0,300}}%\}})[ \t]*$", re.MULTILINE), ""),
    (re.compile(rf"\[([^\[\]\n]{{1,300}})\]{_ATTRIBUTES}"), r"\1"),
    (re.compile(rf"(?<=[\])`*_]){_ATTRIBUTES}"), ""),
    (re.compile(r"!\[\[[^\[\]\n]{1,300}\]\]"), ""),
    (re.compile(r"\[\[(?:[^\[\]|\n]{1,200}\|)?([^\[\]|\n]{1,200})\]\]"), r"\1"),
]
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r" {0,3}(\d{1,9})([.)])(?=[ \t])")
_UNDERLINE = re.compile(r" {0,3}(?:-{2,}|={2,})[ \t]*")
_SENTENCE = re.compile("[.…,;:。，；：][\"'”’」』)]*[ \t]*$")
MOST_TITLE = 160
"""Characters of a heading that is told by a line under it."""
_RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
AT_ONCE = 4000
"""Tokens whose blocks become one tree: memory does not grow with the book."""


def read_markdown(text: str, file: str) -> tuple[Book, list[Chapter]]:
    """The book as its front matter tells (title, author, licence, language, subjects, description), and its chapters.

    `file`: a name for a book without a title. Code, quotations and lists come as their text; footnotes go.
    """
    fields, body = _front(one_break(text.removeprefix("\ufeff")))
    page = list(_page(_NOTES.sub("", _plain_dialect(body))))
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


def _page(body: str) -> Iterator[Block]:
    """The blocks of a text, made of some at a time."""
    tokens = _RENDERER.parse(body)
    begin = 0
    for i, token in enumerate(tokens):
        whole = token.level == 0 and token.nesting <= 0
        if whole and (i - begin >= AT_ONCE or i == len(tokens) - 1):
            shown = _RENDERER.renderer.render(tokens[begin : i + 1], _RENDERER.options, {})
            yield from blocks(parse(f"<body>{shown}</body>"))
            begin = i + 1


def _plain_dialect(body: str) -> str:
    """CommonMark that says what the dialects say, and takes no prose for marks."""
    for pattern, stays in _DIALECTS:
        body = pattern.sub(stays, body)
    lines = _without_comments(body).split("\n")
    spaced = any(re.match(r"#{1,6} \S", line) for line in lines)
    out: list[str] = []
    fence, last = "", 0
    for i, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        if fence or mark:
            out.append(line)
            continue
        if item := _ITEM.match(line):
            number = int(item[1])
            if number > 1 and number not in (last, last + 1):  # "1984. It was cold" is no list
                line = f"{line[: item.end(1)]}\\{line[item.end(1) :]}"
            else:
                last = number
        elif line.startswith("#"):
            last = 0
            line = line if spaced else re.sub(r"^(#{1,6})(?=[^\W\d_])", r"\1 ", line)
        if i and _UNDERLINE.fullmatch(line) and _is_prose(lines, i - 1):
            out.append("")
        out.append(line)
    return "\n".join(out)


def _is_prose(lines: Sequence[str], i: int) -> bool:
    """Whether the line over a row of dashes is the end of a paragraph, not a heading."""
    return bool(lines[i].strip()) and (
        (i > 0 and bool(lines[i - 1].strip()) and not lines[i - 1].startswith("#"))
        or len(lines[i]) > MOST_TITLE
        or _SENTENCE.search(lines[i][-8:]) is not None
    )


def _without_comments(body: str) -> str:
    """Without HTML's comments; one that is never closed is text."""
    parts, end = [], 0
    while (begin := body.find("<!--", end)) >= 0 and (close := body.find("-->", begin + 4)) >= 0:
        parts.append(body[end:begin])
        end = close + 3
    return "".join((*parts, body[end:].replace("<!--", "&lt;!--")))


def _front(text: str) -> tuple[dict[str, list[str]], str]:
    """What the front matter says, and the text after it."""
    if found := _FRONT.match(text):
        if found[1] == "+++" or (all(map(_YAML.fullmatch, found[2].split("\n"))) and _ENTRY.search(found[2])):
            return fields_of(found[1], found[2]), text[found.end() :]
    elif block := _PANDOC.match(text):
        fields = {"title": [" ".join(block[1].split())]}
        names = [" ".join(name.split()) for name in re.split(r";|\n", block[2] or "") if name.strip()]
        return fields | ({"author": names} if names else {}), text[block.end() :]
    return {}, text


def _one(fields: dict[str, list[str]], key: str) -> str:
    return ", ".join(fields.get(key, []))


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

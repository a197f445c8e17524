"""Markdown -> a publication: CommonMark with tables, strikethrough and footnotes, as models and people write it.

Nothing that a person can read is dropped: HTML, marks without their notes and pictures that are not here are shown as
words. What is meant and not shown goes: comments, unused link definitions. Lines made to be slow or to nest too deep are
read as plain text. A label of a note that is defined again (each section of a long text begins at [^1]) belongs to the
next definition after it.
"""

import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from longwriter.characters import whole
from longwriter.export.document import (
    Align,
    Block,
    Blocks,
    CodeBlock,
    CodeSpan,
    DivisionKind,
    Emphasis,
    Heading,
    Image,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Listing,
    Metadata,
    Note,
    NoteMark,
    Paragraph,
    Publication,
    Quote,
    SceneBreak,
    Strong,
    Struck,
    Table,
    Text,
    bare,
    marks_of,
)
from longwriter.export.reading.divisions import divided
from longwriter.export.reading.pictures import Gallery, below
from longwriter.export.reading.said import said_before
from longwriter.export.reading.tokens import shallow, shown, tokens_of
from longwriter.front_matter import front_matter
from longwriter.language import direction, tongue
from longwriter.length.scripts import is_traditional

TELLING = 20_000
"""Characters that tell a text's language."""
YEAR = 100
"""From this number on, items that do not count up are sentences that begin with years."""
_STRESS: dict[str, type[Emphasis] | type[Strong] | type[Struck]] = {"em": Emphasis, "strong": Strong, "s": Struck}
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60]")


def publication(
    text: str,
    metadata: Metadata | None = None,
    folder: Path | None = None,
    named: str = "",
    opened: Mapping[int, DivisionKind] = {},
) -> Publication:
    """A text as a publication. `metadata` goes before what the text says; `named`: its title where nothing says one.

    A title in front matter is that of a text whose first heading is none, so that no words of it go.

    `folder`: where its pictures are looked for, and nowhere else; None: it has none. `opened`: what the headings in lines of
    it open, by the lines' numbers, from 0; {}: their levels tell it.
    """
    kinds = _below(opened, text)
    front, before = front_matter(text)
    said = _whole(said_before(metadata or Metadata(), front))
    text = whole(text[before:])
    tokens, gallery = tokens_of(text), Gallery(below(folder))
    reader = _Reader(tokens, gallery)
    title, divisions, paged = divided(reader.blocks, said.title, reader.opened(kinds))
    if unshown := Counter(mark.number for mark in marks_of((title,))):  # titles are shown without marks
        gallery = Gallery(below(folder))
        reader = _Reader(tokens, gallery, unshown)
        title, divisions, paged = divided(reader.blocks, said.title, reader.opened(kinds))
    language = said.language or _language(text)
    given = metadata.title if metadata else ""
    own = whole(given) or " ".join(bare(title).split()) or said.title
    found = replace(
        said,
        title=own or whole(named),
        language=language,
        identifier=said.identifier or f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, text)}",
    )
    return Publication(
        found, direction(text), divisions, reader.notes, gallery.pictures, paged, bool(own), tuple(gallery.warnings)
    )  # fmt: skip


def _whole(said: Metadata) -> Metadata:
    """What a person says, without characters that no file can hold."""
    clean = dict[str, Any]()
    for field in fields(said):
        words = getattr(said, field.name)
        clean[field.name] = whole(words) if isinstance(words, str) else tuple(map(whole, words))
    return Metadata(**clean)


def parts_of(text: str, opened: Mapping[int, DivisionKind] = {}) -> list[tuple[Inlines, int]]:
    """The title of each division and the line, from 0, at which it begins; the first also has what stands before it.

    `opened`: as for `publication`.
    """
    front, before = front_matter(text)
    reader = _Reader(tokens_of(whole(text[before:])), Gallery(below(None)))
    _, divisions, _ = divided(reader.blocks, said_before(Metadata(), front).title, reader.opened(_below(opened, text)))
    return [(d.title, _lines(text[:before]) + reader.lines.get(d.id, 0)) for d in divisions]


def _below(opened: Mapping[int, DivisionKind], text: str) -> dict[int, DivisionKind]:
    """The same by the lines below the front matter."""
    above = _lines(text[: front_matter(text)[1]]) if opened else 0
    return {line - above: kind for line, kind in opened.items()}


def _lines(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


def _language(text: str) -> str:
    found = tongue(text[:TELLING])
    if found == "zh":
        return "zh-Hant" if is_traditional(text[:TELLING]) else "zh-Hans"
    return found or "und"


class _Reader:
    """A text's blocks and notes, out of markdown-it's tokens."""

    def __init__(self, tokens: list[Token], gallery: Gallery, unshown: Mapping[int, int] = {}) -> None:
        """`unshown`: marks of each note, at the beginning of the text, that nobody will see and nothing leads back to."""
        self._gallery = gallery
        self._headings = 0
        self.lines: dict[str, int] = {}
        """Where each heading stands, by its id."""
        self._marks = Counter({number: -marks for number, marks in unshown.items()})
        end = next((i for i, t in enumerate(tokens) if t.type == "footnote_block_open"), len(tokens))
        self._anchors = dict(self._slugs(tokens[:end]))
        self._tokens, self._at = tokens, 0
        self.blocks: list[Block] = list(self._read(end))
        self._at = end + 1
        self.notes: tuple[Note, ...] = tuple(self._read_notes())

    def opened(self, kinds: Mapping[int, DivisionKind]) -> dict[str, DivisionKind]:
        """What headings open, by their ids. `kinds`: by their lines."""
        return {name: kinds[line] for name, line in self.lines.items() if line in kinds}

    def _slugs(self, tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
        """What links call each heading, as GitHub makes it of its words -> its id."""
        seen: Counter[str] = Counter()
        headings = [i for i, t in enumerate(tokens) if t.type == "heading_open"]
        for number, i in enumerate(headings, 1):
            slug = re.sub(r"[^\w\- ]", "", tokens[i + 1].content.lower()).strip().replace(" ", "-")
            yield (f"#{slug}-{seen[slug]}" if seen[slug] else f"#{slug}"), f"h{number}"
            if tokens[i].meta["id"]:
                yield f"#{tokens[i].meta['id'].lower()}", f"h{number}"
            seen[slug] += 1

    def _read_notes(self) -> Iterator[Note]:
        number = 0
        while self._at < len(self._tokens) and self._tokens[self._at].type == "footnote_open":
            number += 1
            self._at += 1
            blocks = self._until("footnote_close")
            yield Note(number, blocks or (Paragraph(()),), self._marks[number])

    def _until(self, closing: str) -> Blocks:
        """Blocks up to a token that closes them, which is passed."""
        out = list[Block]()
        while self._tokens[self._at].type != closing:
            out += self._block()
        self._at += 1
        return tuple(out)

    def _read(self, end: int) -> Iterator[Block]:
        while self._at < end:
            yield from self._block()

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _block(self) -> list[Block]:
        token = self._next()
        match token.type:
            case "heading_open":
                self._headings += 1
                number, content = self._headings, self._inline(self._next())
                self.lines[f"h{number}"] = token.map[0] if token.map else 0
                self._at += 1
                return [Heading(int(token.tag[1]), f"h{number}", content)]
            case "paragraph_open":
                content = self._inline(self._next())
                while self._next().type != "paragraph_close":  # anchors of a note
                    pass
                return [Paragraph(content)] if content else []
            case "blockquote_open":
                return [Quote(self._until("blockquote_close"))]
            case "bullet_list_open" | "ordered_list_open":
                return self._listing(token)
            case "table_open":
                return [self._table()]
            case "fence" | "code_block":
                return [CodeBlock(shown(token.content).removesuffix("\n"), shown(token.info).strip().partition(" ")[0])]
            case "hr":
                return [SceneBreak()]
        return []

    def _listing(self, opening: Token) -> list[Block]:
        items, numbers, tight = list[Blocks](), list[str](), True
        while (item := self._next()).type == "list_item_open":
            begin = self._at
            numbers.append(item.info)
            items.append(self._until("list_item_close"))
            own = [
                t for t in self._tokens[begin : self._at] if t.type == "paragraph_open" and t.level == opening.level + 2
            ]
            tight &= all(t.hidden for t in own)
        start = int(opening.attrs.get("start", 1)) if opening.type == "ordered_list_open" else None
        counted = [str(number) for number in range(start or 0, (start or 0) + len(items))]
        if start is not None and start >= YEAR and (len(items) == 1 or numbers != counted):
            return [
                block for n, held in zip(numbers, items, strict=True) for block in _said(f"{n}{opening.markup} ", held)
            ]
        return [Listing(tuple(items), start, tight)]

    def _table(self) -> Table:
        rows, align = list[tuple[Inlines, ...]](), list[Align]()
        row = list[Inlines]()
        while (token := self._next()).type != "table_close":
            match token.type:
                case "th_open" | "td_open":
                    if not rows:
                        side = str(token.attrs.get("style", "")).removeprefix("text-align:")
                        align.append(side if side in ("left", "right", "center") else "")  # type: ignore[arg-type]
                    row.append(self._inline(self._next()))
                case "tr_close":
                    rows.append(tuple(row))
                    row = []
        return Table(tuple(align), rows[0], tuple(rows[1:]))

    def _inline(self, token: Token) -> Inlines:
        return _joined(self._inlines(shallow(token.children or []), ""))

    def _inlines(self, tokens: Iterator[Token], closing: str) -> Iterator[Inline]:
        for token in tokens:
            if token.type == closing:
                return
            match token.type:
                case "text" | "text_special":
                    yield from _broken(shown(token.content))
                case "code_inline":
                    yield CodeSpan(shown(token.content))
                case "softbreak":
                    yield Text("\n")  # `_joined` makes a blank of it, or nothing
                case "hardbreak":
                    yield LineBreak()
                case "em_open" | "strong_open" | "s_open":
                    name = token.type.removesuffix("_open")
                    yield _STRESS[name](_joined(self._inlines(tokens, f"{name}_close")))
                case "link_open":
                    yield from self._link(
                        str(token.attrs.get("href", "")), _joined(self._inlines(tokens, "link_close"))
                    )
                case "image":
                    yield from self._image(token)
                case "footnote_ref":
                    number = int(token.meta["id"]) + 1
                    yield NoteMark(number, self._marks[number])
                    self._marks[number] += 1

    def _link(self, address: str, content: Inlines) -> Iterator[Inline]:
        inside = self._anchors.get(_unquoted(address))
        if not inside and not _leads(address):
            yield from content
            return
        yield Link(f"#{inside}" if inside else address, _linked(content) or (Text(address),))
        yield from marks_of((content,))

    def _image(self, token: Token) -> Iterator[Inline]:
        alt = " ".join(shown(_words(token.children or ())).split())
        source = str(token.attrs.get("src", ""))
        picture = self._gallery.take(source)
        if picture:
            yield Image(picture, alt)
        elif _leads(source):
            yield Link(source, (Text(alt or source),))
        elif alt:
            yield Text(alt)


def _leads(address: str) -> bool:
    """Whether an address is one of the web or of mail, as readers of files demand it."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
        told = host.encode().decode("idna") if "xn--" in host else host
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    good = _HOST.fullmatch(host) and told and told.isprintable() and parts.netloc.count("@") < 2
    return bool(parts.scheme in ("http", "https") and good)


def _linked(content: Inlines) -> Inlines:
    """What a link may hold of its words: no other link, as pictures elsewhere and marks are; marks follow it."""
    out = list[Inline]()
    for inline in content:
        match inline:
            case Link():
                out += inline.content
            case Emphasis() | Strong() | Struck():
                out.append(replace(inline, content=_linked(inline.content)))
            case _:
                out += [inline] * (not isinstance(inline, NoteMark))
    return _joined(out)


def _words(tokens: Sequence[Token]) -> str:
    """The letters of a line, those of pictures and code included."""
    return "".join(
        _words(t.children or ()) if t.type == "image" else " " * (t.type == "softbreak") + t.content for t in tokens
    )


def _unquoted(address: str) -> str:
    return unquote(address).lower() if address.startswith("#") else ""


def _said(mark: str, blocks: Blocks) -> Blocks:
    """What follows a number that is no item's, with it."""
    if blocks and isinstance(blocks[0], Paragraph):
        return (Paragraph(_joined((Text(mark), *blocks[0].content))), *blocks[1:])
    return (Paragraph((Text(mark),)), *blocks)


def _broken(text: str) -> Iterator[Inline]:
    """Text whose `<br>` are line breaks, as models write them in tables; comments go."""
    if "<" not in text:
        yield Text(text)
        return
    for n, piece in enumerate(_BREAK.split(_uncommented(text))):
        if n:
            yield LineBreak()
        if piece:
            yield Text(piece)


def _uncommented(text: str) -> str:
    out, at = list[str](), 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        out.append(text[at:start])
        at = end + 3
    return "".join([*out, text[at:]])


def _joined(content: "Sequence[Inline] | Iterator[Inline]") -> Inlines:
    """Neighbouring letters as one; the end of a line within a paragraph as a blank, or nothing between wide characters."""
    found = list(content)
    out: list[Inline] = []
    for at, inline in enumerate(found):
        if isinstance(inline, Text) and inline.text == "\n":
            before, after = bare(out[-1:])[-1:], bare(found[at + 1 : at + 2])[:1]
            inline = Text("" if _WIDE.match(before) and _WIDE.match(after) else " ")
        last = out[-1] if out else None
        if isinstance(inline, Text) and isinstance(last, Text):
            out[-1] = Text(last.text + inline.text)
        elif not isinstance(inline, Text) or inline.text:
            out.append(inline)
    return tuple(out)

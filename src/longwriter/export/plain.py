"""A publication as plain text: headings with blank lines around them, notes after the division that refers to them."""

from longwriter.export.document import (
    Block,
    Blocks,
    CodeBlock,
    Emphasis,
    Heading,
    Inlines,
    Link,
    Listing,
    NoteMark,
    Paragraph,
    Publication,
    Quote,
    SceneBreak,
    Strong,
    Struck,
    Table,
    bare,
)
from longwriter.export.settings import ExportSettings

SCENE_BREAK = "* * *"


def plain(publication: Publication, settings: ExportSettings) -> bytes:  # noqa: ARG001 - as every format
    """UTF-8: the text without marks, but those of lists and notes, in paragraphs of one line each."""
    out = [publication.metadata.title] if publication.titled else []
    for division in publication.divisions:
        if division.title:
            out += ["", _line(division.title)]
        out += _blocks(division.blocks)
        for note in publication.notes_of(division):
            first, *rest = _blocks(note.blocks) or [""]
            out += [f"[{note.number}] {first}", *rest]
    return ("\n\n".join(out).strip("\n") + "\n").encode()


def _line(content: Inlines) -> str:
    """The letters of a line, with the numbers of notes where they are referred to."""
    out = list[str]()
    for inline in content:
        match inline:
            case NoteMark():
                out.append(f"[{inline.number}]")
            case Emphasis() | Strong() | Struck() | Link():
                out.append(_line(inline.content))
            case _:
                out.append(bare((inline,)))
    return "".join(out)


def _blocks(blocks: Blocks, indent: str = "") -> list[str]:
    out = list[str]()
    for block in blocks:
        out += _block(block, indent)
    return out


def _block(block: Block, indent: str) -> list[str]:
    match block:
        case Heading() | Paragraph():
            return [indent + _line(block.content).replace("\n", f"\n{indent}")]
        case Quote():
            return _blocks(block.blocks, indent + "    ")
        case Listing():
            return _listing(block, indent)
        case Table():
            return [
                "\n".join(
                    indent + "\t".join(_line(cell).replace("\n", " ") for cell in row)
                    for row in (block.head, *block.rows)
                )
            ]
        case CodeBlock():
            return ["\n".join(f"{indent}    {line}" for line in block.text.split("\n"))]
        case SceneBreak():
            return [indent + SCENE_BREAK]


def _listing(block: Listing, indent: str) -> list[str]:
    items = list[str]()
    for number, item in enumerate(block.items, block.start or 0):
        mark = "- " if block.start is None else f"{number}. "
        inner = "\n\n".join(_blocks(item, indent + " " * len(mark)))
        items.append(indent + mark + inner[len(indent) + len(mark) :])
    return ["\n".join(items)] if block.tight else items

"""What a person's section has that nothing written in its place will have: headings in it, notes, pictures, tables."""

import re

from longwriter.intake.markdown_headings import NOTE, markdown_headings
from longwriter.text import counted
from longwriter.writer.document import Document

_NOTE_TEXT = re.compile(rf"^ {{0,3}}({NOTE.pattern}):", re.MULTILINE)
_PICTURE = re.compile(r"!\[[^\]\n]{0,2000}\][(\[]")
_TABLE = re.compile(r"^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*){1,200}$", re.MULTILINE)


def lost_by_redo(document: Document, index: int) -> str:
    """What goes with a section's text, in one sentence; "" for one that a model wrote, or that has nothing of the kind."""
    final = document.manuscript.final(index)
    text = document.texts.get(index, "")
    if final is None or not final.held.record.hand or (document.frames.plain and document.frames.of(index)):
        return ""
    labels = set(_NOTE_TEXT.findall(text))
    kinds = {
        "heading": len(markdown_headings(text)), "note": len(labels), "picture": len(_PICTURE.findall(text)),
        "table": len(_TABLE.findall(text)),
    }  # fmt: skip
    has = [counted(n, kind) for kind, n in kinds.items() if n]
    if not has:
        return ""
    elsewhere = {label for i, other in document.texts.items() if i != index for label in NOTE.findall(other)}
    torn = len(labels & elsewhere)
    left = (
        f"; {counted(torn, 'note')} of it {'is' if torn == 1 else 'are'} referred to in other sections" if torn else ""
    )
    said = " and ".join(filter(None, [", ".join(has[:-1]), has[-1]]))
    return f"section {index + 1} has {said}, which a new text will not have{left}; the text as it is stays among its versions"

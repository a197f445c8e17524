"""The package document: what a book says of itself, its files and their order (https://www.w3.org/TR/epub-33/, 5)."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import NamedTuple

from longwriter.export.document import Image, Publication, each_inline, inlines_of

UNDATED = "2000-01-01"
"""When a book without a date was last changed, which EPUB wants to know: the same text is the same file."""
_TAG = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*"
    r"(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE,
)
"""RFC 5646, section 2.1, without what is grandfathered or reserved."""
_SUMMARY = {
    "en": "Headings, contents, reading order and notes are marked up, and the text can be shown in any size, font and colour.",
    "zh": "标题、目录、阅读顺序和注释均有结构标记，文字可以任意调整字号、字体和颜色。",
}
_FEATURES = ["structuralNavigation", "tableOfContents", "readingOrder", "displayTransformability"]
_DESCRIBED = {
    "en": ("Every picture is described.", "Some pictures are not described."),
    "zh": ("所有图片均有文字说明。", "部分图片没有文字说明。"),
}


class Item(NamedTuple):
    """A file of the book."""

    path: str
    media: str
    id: str
    properties: str = ""
    reading: bool = False
    """It is read in its turn."""


def well_formed(language: str) -> str:
    """A language as the package has it: `und` for what is no tag of BCP 47."""
    return language if _TAG.fullmatch(language) else "und"


def package(publication: Publication, title: str, language: str, items: Sequence[Item]) -> bytes:
    """The document."""
    turn = ' page-progression-direction="rtl"' if publication.direction == "rtl" else ""
    manifest = "".join(
        f'<item id="{i.id}" href="{i.path}" media-type="{i.media}"{_told("properties", i.properties)}/>\n'
        for i in items
    )
    spine = "".join(f'<itemref idref="{i.id}"/>\n' for i in items if i.reading)
    metadata = "\n".join([*_metadata(publication, title, language, items), *_accessibility(publication, language)])
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="identifier" '
        f'xml:lang="{language}" dir="{publication.direction}">\n'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n{metadata}\n</metadata>\n'
        f'<manifest>\n{manifest}</manifest>\n<spine toc="ncx"{turn}>\n{spine}</spine>\n</package>\n'
    ).encode()


def _told(name: str, value: str) -> str:
    return f' {name}="{value}"' if value else ""


def _metadata(publication: Publication, title: str, language: str, items: Sequence[Item]) -> Iterator[str]:
    metadata = publication.metadata

    def element(name: str, value: str, id_: str = "") -> str:
        return f"<dc:{name}{_told('id', id_)}>{escape(' '.join(value.split()), quote=False)}</dc:{name}>"

    dated = _date(metadata.date)
    yield element("identifier", metadata.identifier, "identifier")
    yield element("title", title)
    for number, name in enumerate((name for name in metadata.author if name.strip()), 1):
        yield element("creator", name, f"author-{number}")
        yield f'<meta refines="#author-{number}" property="role" scheme="marc:relators">aut</meta>'
    yield element("language", language)
    told = [("date", dated), ("description", metadata.description), *(("subject", s) for s in metadata.subjects)]
    yield from (element(name, value) for name, value in [*told, ("rights", metadata.rights)] if value.strip())
    yield f'<meta property="dcterms:modified">{dated or UNDATED}T00:00:00Z</meta>'
    yield from (f'<meta name="cover" content="{i.id}"/>' for i in items if i.properties == "cover-image")  # EPUB 2


def _date(written: str) -> str:
    """YYYY-MM-DD; "" for what is no day."""
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        return ""


def _accessibility(publication: Publication, language: str) -> Iterator[str]:
    """What people who read with other senses are told (https://www.w3.org/TR/epub-a11y-11/; the words are schema.org's)."""
    spoken = "zh" if language.partition("-")[0] == "zh" else "en"
    pictures, described = publication.pictures, all(image.alt.strip() for image in _images(publication))
    summary = [_SUMMARY[spoken], _DESCRIBED[spoken][not described]] if pictures else [_SUMMARY[spoken]]
    features = [*_FEATURES, "alternativeText"] if pictures and described else _FEATURES
    moving = any(picture.media == "image/gif" for picture in pictures)
    told = [
        *(("accessMode", mode) for mode in ("textual", "visual")[: 1 + bool(pictures)]),
        ("accessModeSufficient", "textual" if described else "textual,visual"),
        *(("accessibilityFeature", feature) for feature in features),
        ("accessibilityHazard", "unknown" if moving else "none"),
    ]
    yield from (f'<meta property="schema:{name}">{value}</meta>' for name, value in told)
    text = ("" if spoken == "zh" else " ").join(summary)
    yield f'<meta property="schema:accessibilitySummary" xml:lang="{spoken}" dir="ltr">{text}</meta>'


def _images(publication: Publication) -> Iterator[Image]:
    whole = (publication.divisions, publication.notes)
    for line in (line for those in whole for one in those for line in inlines_of(one.blocks)):
        yield from (inline for inline in each_inline((line,)) if isinstance(inline, Image))
    titles = [division.title for division in publication.divisions]
    yield from (inline for inline in each_inline(titles) if isinstance(inline, Image))

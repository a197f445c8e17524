"""A publication as an EPUB."""

from longwriter.export.document import Publication
from longwriter.export.epub.archive import archive
from longwriter.export.epub.cover import cover_png, cover_svg
from longwriter.export.epub.navigation import lines, nav, ncx
from longwriter.export.epub.package import Item, package, well_formed
from longwriter.export.epub.pages import CONTENTS, COVER, PICTURES, STYLE, STYLE_NAME, TITLE, Pages
from longwriter.export.epub.pieces import TextFiles
from longwriter.export.labels import labels
from longwriter.export.settings import ExportSettings

ROOT = "EPUB"
XHTML = "application/xhtml+xml"


def epub(publication: Publication, settings: ExportSettings) -> bytes:
    """The file: equal bytes for equal publications and settings, on one installation.

    `settings.contents`: the contents are a page of the book; readers have them in any case.
    """
    language = well_formed(publication.metadata.language)
    title = " ".join(publication.metadata.title.split()) or labels(language).untitled
    pieces = TextFiles(publication, title, TITLE)
    pages = Pages(pieces, language, title)
    made: list[tuple[Item, bytes]] = [
        *_cover(pages, settings),
        (Item(TITLE, XHTML, "title", reading=True), pages.title_page()),
    ]
    contents = lines(publication, pieces)
    words = pages.words
    landmarks = [("cover", words.cover, COVER)] * settings.cover + [("titlepage", words.title_page, TITLE)]
    landmarks += [("toc", words.contents, CONTENTS)] * settings.contents
    landmarks += [("bodymatter", words.beginning, pieces.all[0].name)]
    made.append((Item(CONTENTS, XHTML, "nav", "nav", reading=settings.contents), nav(pages, contents, landmarks)))
    made += [
        (Item(piece.name, XHTML, piece.name.removesuffix(".xhtml"), reading=True), pages.text(piece))
        for piece in pieces.all
    ]
    made += [(Item(f"{PICTURES}/{p.name}", p.media, p.name.replace(".", "-")), p.data) for p in publication.pictures]
    made.append(
        (Item("toc.ncx", "application/x-dtbncx+xml", "ncx"), ncx(pages, contents, publication.metadata.identifier))
    )
    made.append((Item(STYLE_NAME, "text/css", "style"), STYLE.read_bytes()))
    described = package(publication, title, language, [item for item, _ in made])
    name = f"{ROOT}/package.opf"
    return archive(name, {name: described, **{f"{ROOT}/{item.path}": data for item, data in made}})


def _cover(pages: Pages, settings: ExportSettings) -> list[tuple[Item, bytes]]:
    """The picture and its page: PNG, which every shelf shows, where it can be made; SVG is set in the reader's own fonts."""
    if not settings.cover:
        return []
    drawn = cover_svg(pages.pieces.publication.metadata, pages.title)
    picture = cover_png(drawn)
    item = Item("cover.png", "image/png", "cover-image", "cover-image")
    if picture is None:
        item, picture = Item("cover.svg", "image/svg+xml", "cover-image", "cover-image"), drawn.encode()
    return [(item, picture), (Item(COVER, XHTML, "cover", reading=True), pages.cover(item.path))]

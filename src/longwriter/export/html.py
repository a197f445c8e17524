"""A publication as one HTML page: no script, no request, no font of its own; it opens offline and prints well."""

from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from longwriter.export.document import Division, Heading, Note, Picture, Publication, TocEntry
from longwriter.export.labels import AUTHORS, labels
from longwriter.export.markup import Markup
from longwriter.export.settings import ExportSettings
from longwriter.report.look import shared_style


def html(publication: Publication, settings: ExportSettings) -> bytes:
    """The page, in UTF-8."""
    pictures = {picture.name: picture for picture in publication.pictures}
    markup = Markup(
        publication.metadata.language, lowest=3, picture=pictures.__getitem__, place=lambda name: f"#{name}", source=_inside
    )  # fmt: skip
    meta = publication.metadata
    words = labels(meta.language)
    entries = publication.contents() if settings.contents else ()
    return (
        _template()
        .substitute(
            language=meta.language,
            direction=publication.direction,
            title=escape(meta.title) or "-",
            about="".join(_about(publication)),
            heading=f"<h1>{escape(meta.title)}</h1>" * publication.titled,
            author=f'<p class="soft">{escape(AUTHORS.join(meta.author))}</p>' if meta.author else "",
            contents=f'<nav aria-label="{words.contents}">{_listed(entries)}</nav>' if len(entries) > 1 else "",
            paged=" class=paged" if publication.paged else "",
            text="".join(_division(d, markup, publication.notes_of(d), words.notes) for d in publication.divisions),
        )
        .encode()
    )


@cache
def _template() -> Template:
    page = Path(__file__).with_name("page.html").read_text("utf-8")
    return Template(page.replace("/*shared*/", shared_style()))


def _about(publication: Publication) -> Iterable[str]:
    meta = publication.metadata
    told = [*(("author", name) for name in meta.author), ("description", meta.description), ("dcterms.date", meta.date)]
    told += [("keywords", ", ".join(meta.subjects)), ("dcterms.rights", meta.rights)]
    return (f'<meta name="{name}" content="{escape(value)}">\n' for name, value in told if value)


def _listed(entries: Iterable[TocEntry]) -> str:
    items = "".join(
        f'<li><a href="#{entry.id}">{escape(entry.title)}</a>{_listed(entry.children) if entry.children else ""}</li>'
        for entry in entries
    )
    return f"<ol>{items}</ol>"


def _division(division: Division, markup: Markup, notes: list[Note], word: str) -> str:
    title = markup.heading(Heading(1, division.id, division.title), 2) if division.title else ""
    aside = "".join(f'<li id="note-{note.number}" role="doc-footnote">{markup.note(note)}</li>\n' for note in notes)
    aside = f'<section class="notes" aria-label="{word}"><ol>\n{aside}</ol></section>\n' if notes else ""
    return f'<section class="{division.kind}">\n{title}{markup.blocks(division.blocks)}{aside}</section>\n'


def _inside(picture: Picture) -> str:
    from base64 import b64encode  # noqa: PLC0415 - few texts have pictures

    return f"data:{picture.media};base64,{b64encode(picture.data).decode()}"

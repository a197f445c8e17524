"""A publication -> PDF: tagged as PDF/UA-1 asks, or tagged, where it cannot be."""

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from longwriter.errors import InputError, SetupError, first_line
from longwriter.export.document import Publication, bare
from longwriter.export.labels import labels
from longwriter.export.pdf.customs import custom_of, direction_of, primary, region
from longwriter.export.pdf.fonts import Fonts, Stack, forms_of, refuse
from longwriter.export.pdf.letters import Letterform
from longwriter.export.pdf.literals import literal
from longwriter.export.pdf.source import PAPERS, SCALES, Paper, TypstSource, shortened
from longwriter.export.settings import ExportSettings

ACCESSIBLE: Literal["ua-1"] = "ua-1"
BOOK = "book.typ"
ALWAYS = "0123456789.•: "
"""Numbers of pages, notes and lists."""


def pdf(publication: Publication, settings: ExportSettings) -> bytes:
    """A PDF file; equal for equal publications, fonts and releases of typst.

    Raises SetupError without typst or fontTools, InputError for letters that no font has, fonts that are not there and
    pictures that cannot be read.
    """
    try:
        import fontTools  # noqa: F401, PLC0415 - an extra
        import typst  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SetupError(f"{error.name} is not installed: pip install 'longwriter[pdf]'") from error
    with TemporaryDirectory(prefix="longwriter-") as name:
        folder = Path(name)
        fonts = Fonts(settings.fonts, folder)
        main = folder / "main.typ"
        main.write_text(_main(publication, settings, fonts), "utf-8")
        (folder / BOOK).write_bytes(files("longwriter.export.pdf").joinpath(BOOK).read_bytes())
        for picture in publication.pictures:
            (folder / picture.name).write_bytes(picture.data)
        for standards in (ACCESSIBLE, None):
            try:
                return typst.compile(main, root=folder, font_paths=fonts.scanned, pdf_standards=standards)
            except typst.TypstError as error:
                said = first_line(error)
                if "image" in said:
                    raise InputError(f"{_unreadable(publication, folder)} cannot be shown: {said}") from error
                if "could not be displayed" in said or not standards:
                    raise InputError(f"this text cannot be set as PDF: {said}") from error
    raise AssertionError


def _unreadable(publication: Publication, folder: Path) -> str:
    """The pictures that typst does not take."""
    import typst  # noqa: PLC0415 - an extra

    alone = folder / "alone.typ"
    named = list[str]()
    for picture in publication.pictures:
        alone.write_text(f"#image({literal(picture.name)}, width: 1cm)", "utf-8")
        try:
            typst.compile(alone, root=folder)
        except typst.TypstError:
            named.append(picture.source or picture.name)
    return f"the picture{'s' * (len(named) > 1)} {', '.join(named)}"


def _main(publication: Publication, settings: ExportSettings, fonts: Fonts) -> str:
    paper = PAPERS[settings.paper]
    source = TypstSource(publication, paper)
    opening = list(_opening(publication, source, contents=settings.contents))
    body = list(source.body())
    hows = list(_hows(publication, source, fonts))
    setting = _setting(publication, paper, source)
    lines = [
        f'#import "{BOOK}": *',
        f"#let hows = ({', '.join(hows)},)",
        "#let words(language, ..c) = letters-of(hows.at(language), together(c))",
        "#let foreign(language, body) = in-language(hows.at(language), body)",
        f"#let turned = {_table({f'note-{number}': literal(code) for number, code in source.turned.items()})}",
        "#show footnote.entry: it => { let code = turned.at(str(it.note.label), default: none)",
        "  if code == none { it } else { foreign(code, it) } }",
        f"#show: book.with(({setting}))",
        f"#show: spoken.with(hows.at({literal(publication.metadata.language)}))",
        *opening,
        *body,
    ]
    return "\n".join(lines)


def _opening(publication: Publication, source: TypstSource, *, contents: bool) -> Iterator[str]:
    """The title, on a page of its own before chapters that are on theirs, and the contents."""
    said = publication.metadata
    shown = said.title if publication.titled else ""
    authors = source.line(("、" if primary(said.language) in ("zh", "ja") else ", ").join(said.author))
    if publication.paged and (shown or said.author):
        below = "".join(f"{source.line(line)}, " for line in (said.date[:4], said.rights) if line)
        yield f"#title-page({source.line(shown, 2.2, Letterform(bold=True))}, {authors}, ({below}))"
    elif shown:
        yield f"#title-lines({source.line(shown, 2.2, Letterform(bold=True))}, {authors})"
    entries = source.toc()
    if contents and len(entries) > 1:
        title = source.line(labels(said.language).contents, 1.5, Letterform(bold=True))
        titles = _table({entry.id: source.line(entry.title) for entry in entries})
        size = SCALES[0 if publication.paged else 1] * source.place.size
        yield f"#contents({title}, {size:.2f}pt, {titles}, {'true' if publication.paged else 'false'})"


def _setting(publication: Publication, paper: Paper, source: TypstSource) -> str:
    """What holds for the whole file."""
    said = publication.metadata
    title = (
        said.title
        or next((bare(d.title) for d in publication.divisions if d.title), "")
        or labels(said.language).untitled
    )
    day = _day(said.date)
    values = {
        "title": literal(title),
        "author": _array(said.author),
        "keywords": _array(said.subjects),
        "description": literal(said.description) if said.description else "none",
        "date": f"datetime(year: {day.year}, month: {day.month}, day: {day.day})" if day else "none",
        "paper": literal(paper.name),
        "margin": f"(x: {paper.side}pt, y: {paper.top}pt)",
        "size": f"{paper.size}pt",
        "head": source.line(shortened(said.title if publication.titled else "")),
    }
    return ", ".join(f"{key}: {value}" for key, value in values.items())


def _day(said: str) -> date | None:
    """A date (YYYY-MM-DD), None for none. Raises InputError for a day that there is not."""
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as error:
        raise InputError(f"{said} is no date: YYYY-MM-DD is one") from error


def _table(pairs: Mapping[str, str]) -> str:
    """A dictionary of typst."""
    return f"({', '.join(f'{literal(key)}: {value}' for key, value in pairs.items()) or ':'})"


def _array(strings: tuple[str, ...]) -> str:
    return f"({''.join(f'{literal(string)}, ' for string in strings)})"


def _hows(publication: Publication, source: TypstSource, fonts: Fonts) -> Iterator[str]:
    """How each language of the text is set. Raises InputError for letters that are in no font."""
    main = publication.metadata.language
    for language in (main, *source.letters.languages()):
        for mono in (False, True):
            source.letters.add(ALWAYS, language, Letterform(mono=mono))
    missing = set[str]()
    forms = forms_of(source.letters.han(), main)
    for language in source.letters.languages():
        needs = source.letters.of(language)
        stacks = [
            fonts.stack(
                language, {style: wanted for style, wanted in needs.items() if style.mono == mono}, forms, mono=mono
            )
            for mono in (False, True)
        ]
        missing.update(*(wanted for stack in stacks for wanted in stack.missing.values()))
        custom = custom_of(language)
        direction = publication.direction if language == main else direction_of(language)
        values = {
            "lang": literal(primary(language)),
            "region": literal(region(language)) if region(language) else "none",
            "dir": direction,
            "font": _families(stacks[0]),
            "mono": _families(stacks[1]),
            "hyphenate": "true" if custom.hyphens else "false",
            "leading": custom.leading,
            "indent": custom.indent,
            "all": "true" if custom.all else "false",
        }
        yield f"{literal(language)}: ({', '.join(f'{key}: {value}' for key, value in values.items())})"
    refuse(missing, forms, fonts.families)


def _families(stack: Stack) -> str:
    names = [
        f'(name: {literal(n)}, covers: "latin-in-cjk")' if n in stack.latin_only else literal(n) for n in stack.families
    ]
    return f"({''.join(f'{name}, ' for name in names)})"

"""A publication as PDF: what stands where, what a reader's program finds, what is refused."""

import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from tests.helpers.nasty_markdown import Nasty
from tests.helpers.pdf_check import letters, lines_of, needs_poppler, poppler, printed

from longwriter.errors import InputError
from longwriter.export.document import Metadata, Publication
from longwriter.export.markdown import publication
from longwriter.export.pdf.make import pdf
from longwriter.export.settings import ExportSettings

STEPS, WAITING = "The keeper counted the steps. " * 160, "She waited. " * 300
ORDER = {1: "first", 2: "second", 3: "third"}
BOOK = "# The Lamp\n\n"
BOOK += "".join(
    f"## Chapter {n}: The *{w}* stair[^{n}]\n\n{STEPS}\n\n### Down\n\n{WAITING}\n\n" for n, w in ORDER.items()
)
BOOK += "[^1]: One note.\n[^2]: Two notes.\n[^3]: Three notes.\n"
SAID = Metadata(
    author=("Ada Example", "Bo Other"),
    date="2026-11-27",
    subjects=("light", "sea"),
    description="A tale.",
    rights="CC0",
)


def made(text: str, paper: str = "a4", folder: Path | None = None, **said: object) -> bytes:
    return pdf(publication(text, Metadata(**said), folder), ExportSettings(paper=paper))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def book() -> Publication:
    return publication(BOOK, SAID)


@pytest.fixture(scope="module")
def book_made(book: Publication) -> bytes:
    return pdf(book, ExportSettings(paper="a5"))


@needs_poppler
def test_a_book_has_a_title_page_contents_heads_and_numbers(
    book: Publication, book_made: bytes, tmp_path: Path
) -> None:
    assert book.paged
    pages = poppler("pdftotext", book_made, tmp_path, "-layout").split("\f")
    lines = [[" ".join(line.split()) for line in page.splitlines() if line.strip()] for page in pages]

    assert lines[0] == ["The Lamp", "Ada Example, Bo Other", "2026", "CC0"]
    chapter = re.compile(r"Chapter \d: .* stair ?\d")
    starts = [n for n, page in enumerate(lines, 1) if n > 2 and page and chapter.fullmatch(page[0])]
    assert len(starts) == 3
    entries = [re.sub(r"[ .]+(\d+)$", r" \1", line) for line in lines[1]]
    assert entries[0] == "Contents"
    wanted = [f"Chapter {n}: The {ORDER[n]} stair {page}" for n, page in enumerate(starts, 1)]
    assert [entries[n] for n in (1, 3, 5)] == wanted
    assert entries[-1] == "2"  # the page's own number
    after = lines[starts[0]]  # the page after a chapter's first
    assert after[0] == ("The Lamp" if (starts[0] + 1) % 2 == 0 else "Chapter 1: The first stair")
    assert after[-1] == str(starts[0] + 1)


@needs_poppler
@pytest.mark.parametrize(("author", "first"), [((), "Contents"), (("Ada",), "Ada")])
def test_a_book_without_a_title_has_no_empty_page(author: tuple[str, ...], first: str, tmp_path: Path) -> None:
    data = made(BOOK.removeprefix("# The Lamp\n\n"), author=author)
    assert poppler("pdftotext", data, tmp_path).split("\n")[0] == first


@needs_poppler
def test_what_a_viewer_shows_of_a_book(book_made: bytes, tmp_path: Path) -> None:
    said = dict(line.split(":", 1) for line in poppler("pdfinfo", book_made, tmp_path).splitlines())
    assert (said["Title"].strip(), said["Author"].strip()) == ("The Lamp", "Ada Example, Bo Other")
    assert said["Keywords"].strip() == "light, sea"
    assert said["Tagged"].strip() == "yes"
    assert said["CreationDate"].strip().startswith("Fri Nov 27 00:00:00 2026")
    assert said["Page size"].strip().startswith("419.5")
    outline = subprocess.run(
        ["pdftohtml", "-xml", "-i", "-stdout", tmp_path / "checked.pdf"], capture_output=True, check=True
    ).stdout.decode()
    chapters = [f"Chapter {n}: The {word} stair" for n, word in ORDER.items()]
    listed = ["Contents", *(title for chapter in chapters for title in (chapter, "Down"))]
    assert re.findall(r'<item page="\d+">([^<]*)', outline) == listed


@needs_poppler
def test_it_is_what_pdf_ua_1_asks_for(book_made: bytes, tmp_path: Path) -> None:
    assert b"<pdfuaid:part>1</pdfuaid:part>" in book_made
    assert b"/DisplayDocTitle true" in book_made
    assert b"/Marked true" in book_made
    assert b"/Lang(en)" in book_made.replace(b" ", b"")
    tags = poppler("pdfinfo", book_made, tmp_path, "-struct-text")
    assert re.findall(r"^ *(H\d) ", tags, re.MULTILINE) == ["H1", "H1", "H2", "H1", "H2", "H1", "H2"]
    assert tags.count("Note <") == 3
    assert "TOC" in tags
    assert "TOCI" in tags


@pytest.mark.slow
def test_equal_texts_make_equal_files(book: Publication, book_made: bytes) -> None:
    assert pdf(book, ExportSettings(paper="a5")) == book_made
    code = (
        "import sys, hashlib; from longwriter.export.markdown import publication; from longwriter.export.pdf.make import pdf\n"
        "from longwriter.export.settings import ExportSettings\n"
        "print(hashlib.sha256(pdf(publication('# A\\n\\nText 文.'), ExportSettings())).hexdigest())"
    )
    hashes = {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(hashes) == 1


@needs_poppler
@pytest.mark.parametrize(("paper", "size"), [("a4", "595"), ("a5", "419"), ("letter", "612")])
def test_a_short_text_has_its_title_above_it_on_any_paper(paper: str, size: str, tmp_path: Path) -> None:
    data = made("# Report\n\nShort.\n", paper)
    assert poppler("pdfinfo", data, tmp_path).split("Page size:")[1].split()[0].split(".")[0] == size
    assert poppler("pdftotext", data, tmp_path).split() == ["Report", "Short.", "1"]


@needs_poppler
def test_notes_are_at_the_foot_again_marks_repeat_and_lost_notes_are_kept(tmp_path: Path) -> None:
    text = "One[^a] two[^a] three[^b].\n\n[^a]: First *note*.[^c]\n[^b]: Second.\n[^c]: Inner.\n"
    text += "[^d]: Of nothing.\n[^e]: Itself.[^e]\n"
    shown = letters(poppler("pdftotext", made(text), tmp_path, "-raw"))
    assert shown.startswith("One1two1three2.4.Itself.45.Ofnothing.1Firstnote.33Inner.2Second.")


@needs_poppler
def test_a_long_table_repeats_its_head(tmp_path: Path) -> None:
    rows = "\n".join(f"| row {n} | {'word ' * 12} |" for n in range(80))
    shown = poppler("pdftotext", made(f"| Name | What |\n|---|---|\n{rows}\n"), tmp_path)
    pages = shown.split("\f")[:-1]
    assert len(pages) > 1
    assert all("Name" in page and "What" in page for page in pages)


@needs_poppler
def test_lists_have_their_numbers_and_code_its_lines(tmp_path: Path) -> None:
    text = "7. seven\n8. eight\n   - inner\n\n```\ndef f(x):\n    return '# $x @y'\n```\n\nA `#let x = [1]` here.\n"
    shown = poppler("pdftotext", made(text), tmp_path, "-layout")
    assert re.search(r"7\.\s+seven\n\s*8\.\s+eight\n\s*•\s+inner", shown)
    assert re.search(r"def f\(x\):\n\s{4,}return '# \$x @y'", shown)
    assert "#let x = [1]" in shown


@needs_poppler
def test_a_head_with_notes_and_links_stands_once(tmp_path: Path) -> None:
    rows = "\n".join(f"| {'word ' * 9} | b |" for n in range(80))
    data = made(f"| Name[^1] | [What](https://example.org) |\n|---|---|\n{rows}\n\n[^1]: The note.\n")
    assert b"pdfuaid" in data  # heads that repeat may hold no links
    assert poppler("pdftotext", data, tmp_path).count("The note.") == 1


@needs_poppler
def test_a_wide_table_is_set_row_by_row(tmp_path: Path) -> None:
    heads = " | ".join(f"head{n}" for n in range(20))
    cells = " | ".join(f"cell{n}" for n in range(20))
    shown = poppler("pdftotext", made(f"| {heads} |\n|{'---|' * 20}\n| {cells} |\n"), tmp_path)
    assert [line for line in shown.splitlines() if line][:2] == ["head0: cell0", "head1: cell1"]
    assert "head19: cell19" in shown


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * width) * height))
        + chunk(b"IEND", b"")
    )


@needs_poppler
def test_pictures_are_shown_and_described(tmp_path: Path) -> None:
    (tmp_path / "big.png").write_bytes(png(3000, 1500))
    (tmp_path / "small.png").write_bytes(png(20, 20))
    data = made("![A grey sea](big.png)\n\nInline ![dot](small.png) here. ![](small.png)\n", folder=tmp_path)
    assert b"pdfuaid" in data
    images = poppler("pdfimages", data, tmp_path, "-list").splitlines()[2:]
    assert sorted({tuple(line.split()[3:5]) for line in images}) == [("20", "20"), ("3000", "1500")]
    assert "Figure" in poppler("pdfinfo", data, tmp_path, "-struct")
    assert b"A grey sea" in data


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(png(300, 300)[:60])
    with pytest.raises(InputError, match=r"cut\.png"):
        made("![A sea](cut.png)\n", folder=tmp_path)


def test_a_day_that_there_is_not_is_refused() -> None:
    with pytest.raises(InputError, match="2026-02-31"):
        made("Text.", date="2026-02-31")


@needs_poppler
def test_nothing_that_a_text_says_is_code(tmp_path: Path) -> None:
    signs = '#panic() $x$ @ref *no* _no_ \\ ` [ ] < > // /* */ #{ } " \\" \\u{41} ~ -- --- ... = + - '
    signs += '#import "x.typ": * <label> '
    e = re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~\"])", r"\\\1", signs)
    text = f"# {e}\n\n## {e}\n\n{e}[^1]\n\n> {e}\n\n- {e}\n\n| {e} |\n|---|\n| {e} |\n\n    {signs}\n\n[^1]: {e}\n"
    read = publication(
        text, Metadata(author=(signs,), subjects=(signs,), description=signs, rights=signs, date="2026-01-01")
    )
    shown = letters(poppler("pdftotext", pdf(read, ExportSettings()), tmp_path, "-raw"))
    assert shown.count(letters(signs)) >= 8


LONG = "x" * 400
RUNS = [
    LONG, f"# {LONG}", f"> - {LONG}", f"`{LONG}`", f"```\n{LONG}\n```", f"| {LONG} | b |\n|-|-|\n| {LONG} | d |", "W" * 300,
    "。" * 300,
    "\\[" * 300, "word\u00a0" * 90, "*x***y**" * 90, "x[^1]" * 200 + "\n\n[^1]: Note.", "`a`" * 200, "-" * 400 + "x",
]  # fmt: skip


@needs_poppler
@pytest.mark.parametrize("text", RUNS, ids=range(len(RUNS)))
def test_no_word_is_too_long_for_the_page(text: str, tmp_path: Path) -> None:
    read = publication(text)
    shown = letters(printed(pdf(read, ExportSettings(paper="a5")), tmp_path))
    for line in lines_of(read):
        for letter in set(letters(line)):
            assert shown.count(letter) >= line.count(letter), letter


@pytest.mark.slow
@needs_poppler
@pytest.mark.parametrize("seed", range(40))
def test_nasty_texts_lose_no_word(seed: int, tmp_path: Path) -> None:
    text = re.sub("[\U0001f000-\U0010ffff\ue000-\uf8ff\u202e]", "", Nasty(seed).text())
    read = publication(text)
    data = pdf(read, ExportSettings(paper="a5"))
    assert b"pdfuaid" in data
    shown = letters(poppler("pdftotext", data, tmp_path, "-raw"))
    assert [word for word in re.findall(r"w\d+x", "\n".join(lines_of(read))) if word not in shown] == []


@pytest.mark.slow
def test_a_thousand_notes() -> None:
    text = "".join(f"Word[^{n}] again[^{n}] " + ("\n\n" if n % 7 == 0 else "") for n in range(1000)) + "\n\n"
    text += "\n".join(f"[^{n}]: Note {n}, see[^{(n + 1) % 1000}]" for n in range(1000))
    assert b"pdfuaid" in made(text)

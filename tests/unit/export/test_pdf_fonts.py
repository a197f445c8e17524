"""Which fonts are taken, and that no letter is left out in silence."""

import io
import mmap
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import typst
from fontTools.ttLib import TTFont
from tests.helpers.made_fonts import made_collection, made_font
from tests.helpers.pdf_check import needs_poppler, poppler

from longwriter.errors import InputError
from longwriter.export.document import Metadata
from longwriter.export.markdown import publication
from longwriter.export.pdf.coverage import characters, embedded
from longwriter.export.pdf.fonts import Fonts
from longwriter.export.pdf.letters import Letterform, clusters
from longwriter.export.pdf.make import pdf
from longwriter.export.settings import ExportSettings

LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?-()•—“”‘’ "
NOBODYS = "\ue123\U000f1234"  # for private use: no font that is installed has them


@pytest.fixture
def no_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which none is installed."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "fonts.conf").write_text(
        f'<?xml version="1.0"?><fontconfig><dir>{tmp_path / "empty"}</dir></fontconfig>'
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))


def made(text: str, *fonts: Path, language: str = "en") -> bytes:
    return pdf(publication(text, Metadata(language=language)), ExportSettings(fonts=tuple(map(str, fonts))))


def used(data: bytes, folder: Path) -> set[str]:
    return {line.split()[0].partition("+")[2] for line in poppler("pdffonts", data, folder).splitlines()[2:]}


@pytest.mark.usefixtures("no_fonts")
def test_letters_in_no_font_are_named_and_a_font_that_has_them_helps(tmp_path: Path) -> None:
    text = f"A {NOBODYS[0]} and {NOBODYS[1]} **{NOBODYS[0]}**."
    with pytest.raises(
        InputError, match=r"^2 characters are in no font: \ue123 \(U\+E123\), .* \(U\+F1234\); .*--font$"
    ):
        made(text)
    one = made_font(tmp_path / "one.ttf", "One Sign", NOBODYS[0])
    with pytest.raises(InputError, match=r"^1 character is in no font: .* \(U\+F1234\);"):
        made(text, one)
    made(text, one, made_font(tmp_path / "two.ttf", "Two Signs", NOBODYS[1]))


LINE = f"a {NOBODYS[0]}"


@pytest.mark.parametrize(
    "place", [f"# {LINE}", f"a[^1]\n\n[^1]: {LINE}", f"`{LINE}`", f"| {LINE} |\n|-|\n| b |", f"    {LINE}"]
)
@pytest.mark.usefixtures("no_fonts")
def test_no_place_of_a_text_is_forgotten(place: str) -> None:
    with pytest.raises(InputError, match="E123"):
        made(place)


@pytest.mark.parametrize("said", [Metadata(title=NOBODYS[0]), Metadata(author=(NOBODYS[0],))])
@pytest.mark.usefixtures("no_fonts")
def test_no_letter_of_a_title_is_forgotten(said: Metadata) -> None:
    with pytest.raises(InputError, match="E123"):
        pdf(publication("# A\n\n## B\n\nText.", said), ExportSettings())


@needs_poppler
@pytest.mark.usefixtures("no_fonts")
def test_a_font_of_the_user_goes_first_where_it_has_the_letters(tmp_path: Path) -> None:
    mine = made_font(tmp_path / "mine.ttf", "Mine Serif", LATIN)
    data = made("# Title\n\nText with é.", mine)
    assert used(data, tmp_path) == {"MineSerif-Regular", "LibertinusSerif-Regular-Identity-H"}
    signs = made_font(tmp_path / "signs.ttf", "Signs", "\ue123" + "0123456789")  # as emoji fonts, which have digits
    assert used(made("Text 123 \ue123", signs), tmp_path) == {"Signs-Regular", "LibertinusSerif-Regular-Identity-H"}


@needs_poppler
@pytest.mark.usefixtures("no_fonts")
def test_folders_and_collections_are_read(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    parts = [made_font(tmp_path / f"{n}.ttf", f"Part {n}", sign) for n, sign in enumerate(NOBODYS)]
    made_collection(tmp_path / "fonts" / "both.ttc", parts)
    data = made(f"Text {NOBODYS}", tmp_path / "fonts")
    assert {"Part0-Regular", "Part1-Regular"} <= used(data, tmp_path)


@pytest.mark.usefixtures("no_fonts")
def test_what_is_no_font_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.ttf").write_bytes(b"no font")
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match=r"no\.ttf holds no font"):
        made("Text", tmp_path / "no.ttf")
    with pytest.raises(InputError, match=r"none holds no font"):
        made("Text", tmp_path / "none")
    with pytest.raises(InputError, match=r"away\.ttf cannot be read"):
        made("Text", tmp_path / "away.ttf")


@pytest.mark.usefixtures("no_fonts")
def test_a_font_of_boxes_is_no_font(tmp_path: Path) -> None:
    boxes = made_font(tmp_path / "boxes.ttf", "LastResort", NOBODYS)
    with pytest.raises(InputError, match="E123"):
        made(f"Text {NOBODYS[0]}", boxes)


ADVICE = {
    "zh": ("雾起", "Noto Serif CJK SC .*fonts-noto-cjk"),
    "ar": ("نص", "Noto Naskh Arabic .*fonts-noto-core"),
    "th": ("บท", "Noto Serif Thai .*fonts-noto-core"),
    "en": ("A 🚀", "Noto Color Emoji .*fonts-noto-color-emoji"),
}


@pytest.mark.usefixtures("no_fonts")
@pytest.mark.parametrize("language", ADVICE)
def test_a_machine_without_fonts_hears_what_to_install(language: str) -> None:
    text, named = ADVICE[language]
    made("Only Latin, ελληνικά, русский, שלום.")
    with pytest.raises(InputError, match=named):
        made(text, language=language)


def test_characters_of_a_file_are_those_that_fonttools_finds(tmp_path: Path) -> None:
    path = made_font(tmp_path / "a.ttf", "A", LATIN + NOBODYS)
    assert set(characters(path, 0, 0).tolist()) == {ord(c) for c in LATIN + NOBODYS}
    assert len(characters(tmp_path / "away.ttf", 0, 0)) == 0


@pytest.mark.slow
def test_characters_of_installed_fonts_are_those_that_fonttools_finds(tmp_path: Path) -> None:
    fonts = sorted({(font.path, font.index) for font in typst.Fonts(include_embedded_fonts=False).fonts()})
    if not fonts:
        pytest.skip("no font is installed")
    for path, number in fonts[:: max(1, len(fonts) // 40)]:
        with TTFont(path, fontNumber=number, lazy=True) as font:
            assert set(characters(Path(path), number, 0).tolist()) == set(font.getBestCmap() or ()), path


def inside_typst() -> Iterator[TTFont]:
    with Path(typst._typst.__file__).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        for signature in (b"OTTO", b"\0\1\0\0\0"):
            at = -1
            while (at := held.find(signature, at + 1)) >= 0:
                tables = struct.unpack(">H", held[at + 4 : at + 6])[0]
                tags = [held[at + 12 + 16 * n : at + 16 + 16 * n] for n in range(tables)] if 5 < tables < 40 else []
                if b"cmap" in tags and tags == sorted(tags):
                    end = max(
                        sum(struct.unpack(">II", held[at + 20 + 16 * n : at + 28 + 16 * n])) for n in range(tables)
                    )
                    yield TTFont(io.BytesIO(held[at : at + end]), lazy=True)


@pytest.mark.slow
def test_the_list_of_embedded_fonts_is_that_of_the_wheel() -> None:
    names = {"NewComputerModern": "New Computer Modern", "NewComputerModern Math": "New Computer Modern Math"}
    checked = set()
    for font in inside_typst():
        family = font["name"].getBestFamilyName()
        weight, italic = font["OS/2"].usWeightClass, bool(font["post"].italicAngle)
        listed = embedded(names.get(family, family), weight, italic=italic)
        if len(listed):
            assert set(listed.tolist()) <= set(font.getBestCmap()), family
            checked.add((family, weight, italic))
    assert len(checked) == 14


def test_a_letter_and_its_marks_are_wanted_from_one_font(tmp_path: Path) -> None:
    assert clusters("e\u0301 x\u0323\u0307\u200d\ufe0f") == {"e\u0301", "x\u0323\u0307", "e", "x"}
    fonts = Fonts(
        (str(made_font(tmp_path / "a.ttf", "Acute", "eé")), str(made_font(tmp_path / "x.ttf", "Bare", "x"))), tmp_path
    )
    assert fonts.covered("Acute", Letterform(), {"e\u0301", "x\u0323"}) == {"e\u0301"}  # composed
    assert fonts.covered("Bare", Letterform(), {"x\u0323", "x"}) == {"x"}

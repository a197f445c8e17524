from pathlib import Path

import pytest

from longwriter.errors import InputError
from longwriter.intake.pieces import split
from longwriter.intake.source import read_source

RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\r\n"
CHINESE = "话说天下大势，分久必合，合久必分。周末七国分争，并入于秦。及秦灭之后，楚、汉分争，又并入于汉。\n"
TAIWAN = "話說天下大勢，分久必合，合久必分。周末七國分爭，並入於秦。及秦滅之後，楚、漢分爭，又並入於漢。\n"
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n"
KOREAN = "하늘은 맑고 바람은 서늘하였다. 나는 그날 아침 일찍 일어나 마을 뒤의 산길을 혼자 걸었다.\n"
FRENCH = "Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient.\n"
SPANISH = "No ha mucho tiempo que vivía un hidalgo de los de lanza en astillero, rocín flaco y galgo corredor; año.\n"
GREEK = "Στην αρχή ήταν ο λόγος και ο λόγος ήταν προς τον Θεό και ο λόγος ήταν Θεός.\n"
POLISH = "Litwo! Ojczyzno moja! ty jesteś jak zdrowie; ile cię trzeba cenić, ten tylko się dowie.\n"
HEBREW = "בראשית ברא אלהים את השמים ואת הארץ והארץ היתה תהו ובהו וחשך על פני תהום.\n"
ENGLISH = "“It was the best of times,” she said — ‘it was the worst of times’; it was the age of wisdom…\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r"), (CHINESE, "gb18030"), (TAIWAN, "big5"), (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"), (JAPANESE, "iso2022_jp"), (KOREAN, "cp949"), (FRENCH, "cp1252"), (SPANISH, "cp1252"),
        (GREEK, "cp1253"), (POLISH, "cp1250"), (HEBREW, "cp1255"), (ENGLISH, "cp1252"), (FRENCH, "utf-16-le"),
        (RUSSIAN, "utf-8"),
    ],
)  # fmt: skip
def test_encodings_are_found_and_the_bytes_come_back(text: str, encoding: str, tmp_path: Path) -> None:
    for times in (1, 4):
        file = tmp_path / "draft.txt"
        file.write_bytes((text * times).encode(encoding))
        source = read_source(file)
        assert (source.text, source.encoding) == (text * times, encoding)
        assert source.text.encode(source.encoding) == file.read_bytes()
        assert bool(source.warnings) is not encoding.startswith("utf")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_byte_order_mark_stays_in_the_text(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_bytes("\ufeff# One\r\n\r\n中文\r\n".encode(encoding))
    source = read_source(tmp_path / "draft.md")
    assert (source.text, source.encoding, source.title) == ("\ufeff# One\r\n\r\n中文\r\n", encoding, "One")
    assert [(p.title, source.text[p.body :]) for p in split(source)] == [("One", "中文\r\n")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no text in it"),
        ("\ufeff \r\n".encode(), "no text in it"),
        (bytes(range(256)) * 40, "encoding is not known|is no text"),
        (b"abc\x01\x02\x03" * 99, "is no text"),
        ("Déjà vu et été. ".encode() * 50 + b"\n\xff", "is UTF-8, but damaged in line 2"),
        (b"\xff\xfea\x00\x00\xd8", "is UTF-16-LE, but damaged"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_bytes(data)
    with pytest.raises(InputError, match=said):
        read_source(tmp_path / "draft.txt")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("draft.doc", "cannot read .doc; open it in Word or LibreOffice and save it as .docx; .docx, .md, .txt, .epub"),
        ("draft.odt", "cannot read .odt; save it as .docx in LibreOffice"),
        ("draft.pdf", "cannot read .pdf; a PDF does not tell"),
        ("draft.xyz", r"cannot read .xyz; .docx, .md, .txt, .epub and .html can be read"),
        ("draft", "cannot read a file without an ending"),
        ("none.txt", "cannot read .*none.txt: No such file"),
        ("none.docx", "cannot read .*none.docx: No such file"),
        ("none.epub", "cannot read .*none.epub: No such file"),
    ],
)
def test_other_files_are_refused_with_a_way_out(name: str, said: str, tmp_path: Path) -> None:
    if not name.startswith("none"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InputError, match=said):
        read_source(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "title", "author"),
    [
        ('---\ntitle: "The Sea"\nauthor: [A. One, B. Two]\n---\n\n# One\n\nRain.\n', "The Sea", ("A. One", "B. Two")),
        ('+++\ntitle = "The Sea"\n+++\n\nRain.\n', "The Sea", ()),
        ("# The Sea\n\n## One\n\nRain.\n", "The Sea", ()),
        ("# One\n\nRain.\n\n# Two\n\nSnow.\n", "", ()),
        ("---\n\nRain: it fell.\n\n---\n\nSnow.\n", "", ()),
    ],
)
def test_title_and_author_are_those_that_markdown_tells(
    text: str, title: str, author: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "draft.md").write_text(text, "utf-8", newline="")
    source = read_source(tmp_path / "draft.md")
    assert (source.text, source.title, source.author, source.origin) == (text, title, author, "draft.md")


def test_a_book_of_project_gutenberg_names_itself_and_its_small_print_is_an_appendix(tmp_path: Path) -> None:
    text = (
        "The Project Gutenberg eBook of The Sea\n\nTitle: The Sea\n\nAuthor: A. One\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK THE SEA ***\n\n\nCHAPTER I.\n\nRain.\n\n\nCHAPTER II.\n\nSnow.\n\n\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK THE SEA ***\n\nTerms.\n"
    )
    (tmp_path / "draft.txt").write_text(text, "utf-8")
    source = read_source(tmp_path / "draft.txt")
    assert (source.title, source.author) == ("The Sea", ("A. One",))
    assert [p.kind for p in split(source)] == ["front", "chapter", "chapter", "appendix"]


def test_a_page_of_html_is_read_by_the_encoding_that_it_names(tmp_path: Path) -> None:
    page = '<html><head><meta charset="windows-1251"><title>Море</title><meta name="Author" content="А. Один"></head>'
    (tmp_path / "draft.html").write_bytes(f"{page}<body><h1>Дождь</h1><p>{RUSSIAN}</p></body>".encode("cp1251"))
    source = read_source(tmp_path / "draft.html")
    assert (source.title, source.author, source.encoding) == ("Море", ("А. Один",), "windows-1251")
    assert source.text == f"# Дождь\n\n{RUSSIAN.strip()}\n"

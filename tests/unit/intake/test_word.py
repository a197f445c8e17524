import zipfile
from collections.abc import Mapping
from pathlib import Path

import docx
import mammoth
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE

from longwriter.errors import InputError
from longwriter.export.docx import docx as word_file
from longwriter.export.markdown import publication
from longwriter.export.settings import ExportSettings
from longwriter.intake.pieces import split
from longwriter.intake.source import read_source

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PARAGRAPH = "<w:p><w:r><w:t>Rain.</w:t></w:r></w:p>"


def saved(document: Document, path: Path) -> Path:
    document.save(str(path))
    return path


def edited(path: Path, parts: Mapping[str, str]) -> Path:
    """The file with other parts."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (held | {name: text.encode() for name, text in parts.items()}).items():
            archive.writestr(name, content)
    return path


def with_body(tmp_path: Path, body: str) -> Path:
    return edited(
        saved(docx.Document(), tmp_path / "draft.docx"),
        {"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"},
    )


def test_a_draft_of_word(tmp_path: Path) -> None:
    draft = docx.Document()
    draft.core_properties.title, draft.core_properties.author = "draft_7_final", "Ann Teller"
    draft.add_paragraph("The Quiet Harbour", style="Title")
    draft.add_paragraph("A novel", style="Subtitle")
    for number in (1, 2):
        draft.add_heading(f"Chapter {number}: Rain", 1)
        paragraph = draft.add_paragraph("It was ")
        paragraph.add_run("very").italic = True
        paragraph.add_run(" wet, 1984. ").add_break()
        paragraph.add_run("No*thing").bold = True
        draft.add_paragraph("Said so", style="Quote")
        draft.add_paragraph("* * *")
    draft.add_heading("Morning", 2)
    for text, style in (("a", "List Bullet"), ("b", "List Bullet"), ("c", "List Number")):
        draft.add_paragraph(text, style=style)
    table = draft.add_table(2, 2)
    table.cell(0, 0).text, table.cell(1, 1).text = "a|b", "中文"
    source = read_source(saved(draft, tmp_path / "draft.docx"))
    assert source.text == (
        "# The Quiet Harbour\n\nA novel\n\n"
        "## Chapter 1: Rain\n\nIt was *very* wet, 1984.\\\n**No\\*thing**\n\n> Said so\n\n* * *\n\n"
        "## Chapter 2: Rain\n\nIt was *very* wet, 1984.\\\n**No\\*thing**\n\n> Said so\n\n* * *\n\n"
        "### Morning\n\n- a\n- b\n\n1. c\n\n| a\\|b |  |\n| --- | --- |\n|  | 中文 |\n"
    )
    assert (source.title, source.author, source.warnings) == ("The Quiet Harbour", ("Ann Teller",), ())
    assert [(p.kind, p.title) for p in split(source)] == [
        ("front", "The Quiet Harbour"), ("chapter", "Chapter 1: Rain"), ("chapter", "Chapter 2: Rain"),
    ]  # fmt: skip


def test_headings_are_known_by_outline_levels_and_by_what_styles_are_based_on(tmp_path: Path) -> None:
    draft = docx.Document()
    for name, base in (("Kapitel 'A'", "Heading 1"), ("Scene", "Kapitel 'A'"), ("Loud", "Normal")):
        draft.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = draft.styles[base]
    for text, style in (("One", "Kapitel 'A'"), ("Two", "Scene"), ("Three", "Loud")):
        draft.add_paragraph(text, style=style)
    file = saved(draft, tmp_path / "draft.docx")
    assert read_source(file).text == "# One\n\n# Two\n\nThree\n"
    with zipfile.ZipFile(file) as archive:
        styles = archive.read("word/styles.xml").decode()
    loud = styles.replace('<w:name w:val="Loud"/>', '<w:name w:val="Loud"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr>')
    assert read_source(edited(file, {"word/styles.xml": loud})).text == "# One\n\n# Two\n\n### Three\n"


def test_what_a_word_file_cannot_give_is_told(tmp_path: Path) -> None:
    math = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>x</m:t></m:r></m:oMath>'
    inserted = "<w:ins><w:r><w:t>New </w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
    body = f"<w:p>{inserted}{math}</w:p><w:altChunk/>"
    file = edited(with_body(tmp_path, body), {"word/vbaProject.bin": "x"})
    source = read_source(file)
    assert source.text == "New\n"
    assert source.warnings == (
        "1 equation left out",
        "tracked changes are read as if they were accepted",
        "1 inserted file is not read; paste its text into the document",
        "macros left out",
    )


def test_text_that_mammoth_passes_over_is_read(tmp_path: Path) -> None:
    def run(text: str) -> str:
        return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"

    box = f"<w:txbxContent><w:p>{run('In a box.')}</w:p></w:txbxContent>"
    drawn = f"<w:drawing><a:graphic xmlns:a='urn:a'>{box}</a:graphic></w:drawing>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"

    def either(fallback: str) -> str:
        choice = f"<mc:Choice>{drawn}</mc:Choice>{fallback}"
        return f"<w:r><mc:AlternateContent xmlns:mc='{mc}'>{choice}</mc:AlternateContent></w:r>"

    body = (
        f"<w:p>{run('Figure ')}<w:fldSimple w:instr='SEQ Figure'>{run('1')}</w:fldSimple>{run(': rain')}</w:p>"
        f"<w:p><w:r><w:ruby><w:rubyPr/><w:rt>{run('かん')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase></w:ruby></w:r>{run('字')}</w:p>"
        f"<w:p><w:bdo w:val='rtl'><w:dir w:val='rtl'>{run('שלום')}</w:dir></w:bdo></w:p>"
        "<w:p><w:r><w:t>a</w:t><w:cr/><w:t>b</w:t></w:r></w:p>"
        f"<w:p>{run('Much rain.')}{either('<mc:Fallback><w:pict/></mc:Fallback>')}</w:p>"
        f"<w:p>{run('More rain.')}{either('')}</w:p>"
        f"<w:p>{run('Most rain.')}{either(f'<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>')}</w:p>"
    )
    boxes = "".join(f"\n{how} rain.\n\nIn a box.\n" for how in ("Much", "More", "Most"))
    assert read_source(with_body(tmp_path, body)).text == f"Figure 1: rain\n\n漢（かん）字\n\nשלום\n\na\\\nb\n{boxes}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<w:tbl><w:tr><w:tc>" * 100 + PARAGRAPH + "</w:tc></w:tr></w:tbl>" * 100, "more than 200 deep"),
        ("<w:p/>" * 2_000_001, "more than 2,000,000 elements"),
        ("<w:p><w:t>" + "x" * (65 << 20) + "</w:t></w:p>", "unpacks to more than 64 MB"),
        ("<w:p>", "damaged Word file: mismatched tag"),
        ("", "no text in it"),
    ],
    ids=["deep", "many", "large", "cut", "empty"],
)
@pytest.mark.slow
def test_files_that_are_no_draft_are_refused(body: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        read_source(with_body(tmp_path, body))


def test_a_style_map_in_the_document_leaves_nothing_out(tmp_path: Path) -> None:
    file = with_body(tmp_path, PARAGRAPH)
    with file.open("r+b") as opened:
        mammoth.embed_style_map(opened, "p => !")
    assert read_source(file).text == "Rain.\n"


def test_entities_are_refused(tmp_path: Path) -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    bomb = f"{entities}<w:document {W}><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
    file = edited(saved(docx.Document(), tmp_path / "draft.docx"), {"word/document.xml": bomb})
    with pytest.raises(InputError, match="declares a document type"):
        read_source(file)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no zip", "damaged Word file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is in Word's old format; open it in Word or LibreOffice"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password; take it off in Word",
        ),
    ],
)
def test_other_files_named_docx_are_refused(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "draft.docx").write_bytes(data)
    with pytest.raises(InputError, match=said):
        read_source(tmp_path / "draft.docx")


def test_a_zip_that_is_no_word_file_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "draft.docx", "w") as archive:
        archive.writestr("content.xml", "<a/>")
    with pytest.raises(InputError, match="is no Word file"):
        read_source(tmp_path / "draft.docx")


def test_a_title_page_in_styles_of_its_own_is_left_out_and_a_date_in_the_text_is_not(tmp_path: Path) -> None:
    document = docx.Document()
    for name in ("Author", "Date"):
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("The Sea", style="Title")
    document.add_paragraph("Ada Woods", style="Author")
    document.add_paragraph("2026-11-27", style="Date")
    document.add_paragraph("It rained.")
    document.add_paragraph("1 May", style="Date")
    document.save(str(tmp_path / "sea.docx"))
    source = read_source(tmp_path / "sea.docx")
    assert source.text == "# The Sea\n\nIt rained.\n\n1 May\n"
    assert any("Ada Woods, 2026-11-27" in warning for warning in source.warnings)


def test_a_second_mark_of_a_note_is_one_of_it(tmp_path: Path) -> None:
    written = publication("Rain.[^1] Snow.[^1]\n\n[^1]: Wet.\n")
    (tmp_path / "draft.docx").write_bytes(word_file(written, ExportSettings()))
    assert read_source(tmp_path / "draft.docx").text == "Rain.[^1] Snow.[^1]\n\n[^1]: Wet.\n"

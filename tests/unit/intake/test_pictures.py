"""Pictures of a draft come into its run, under names that lead nowhere else, and every export shows them."""

import base64
import zipfile
from pathlib import Path

import docx
import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.epubs import METADATA, package, page, write
from tests.helpers.pictures import png

from longwriter.api.runs import Run
from longwriter.export.reading import pictures as bounds
from longwriter.intake.pictures import placed
from longwriter.intake.source import read_source

PROSE = "It rained on the harbour and on the boats, and nobody went out to look at them that day.\n\n" * 4
MARKDOWN = (
    f"![The cover](cover.png)\n\n# The Harbour\n\n## One\n\n{PROSE}![Red *sea*](img/red.png)\n\n"
    f"Within ![](<img/in/my blue.png>) a line.\n\n## Two\n\n{PROSE}![again][ref]\n\n[ref]: ./img/../cover.png\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "img" / "in").mkdir(parents=True)
    for name, colour in (("cover.png", 1), ("img/red.png", 2), ("img/in/my blue.png", 3)):
        (tmp_path / name).write_bytes(png(colour))
    return tmp_path


def shown(run: Run, out: Path) -> dict[str, int]:
    """How many pictures each form of a run's text holds, or has beside it."""
    out.mkdir()
    for name in ("a.epub", "a.docx", "a.html", "a.md", "chapters"):
        run.export(out / name)
    with zipfile.ZipFile(out / "a.epub") as book, zipfile.ZipFile(out / "a.docx") as word:
        held = {"epub": sum("picture-" in name for name in book.namelist()),
                "docx": sum(name.startswith("word/media/") for name in word.namelist())}  # fmt: skip
    page_of = (out / "a.html").read_text("utf-8")
    beside = [file for file in out.rglob("*.png") if "chapters" not in file.parts]
    return held | {"html": page_of.count('src="data:image/png'), "md": len(beside),
                   "chapters": len(list((out / "chapters").rglob("*.png")))}  # fmt: skip


def test_those_of_markdown_lie_where_it_names_them(folder: Path) -> None:
    (folder / "draft.md").write_text(MARKDOWN, "utf-8")
    run = Run.import_draft(folder / "draft.md", model="fake", runs=folder / "runs", run="r", outline=False)
    assert run.text == MARKDOWN
    for name in ("cover.png", "img/red.png", "img/in/my blue.png"):
        assert (run.folder / name).read_bytes() == (folder / name).read_bytes()
        assert (run.folder / name).stat().st_mode & 0o77 == 0
    assert shown(run, folder / "out") == {"epub": 4, "docx": 4, "html": 4, "md": 3, "chapters": 3}
    assert (folder / "out" / "a.md").read_text("utf-8") == MARKDOWN
    assert (folder / "out" / "img" / "red.png").read_bytes() == (folder / "img" / "red.png").read_bytes()
    joined = b"".join(file.read_bytes() for file in sorted((folder / "out/chapters").glob("*.md"))).decode()
    assert joined == MARKDOWN
    run.edit(2, "Another text.")  # the folder is still known as the run's own
    assert "Another text." in "".join(f.read_text("utf-8") for f in (folder / "out/chapters").glob("*.md"))


def test_no_name_leads_out_of_a_folder_or_to_a_file_that_is_no_picture(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    (folder / "outside.png").write_bytes(png(9))
    (home / "link.png").symlink_to(folder / "outside.png")
    (home / "key.txt").write_text("secret", "utf-8")
    (home / "fake.png").write_text("secret", "utf-8")
    for name in ("plan.md", ".lock.png", "settings.json", "odd", "sources"):
        (home / name).mkdir() if name == "sources" else (home / name).write_bytes(png(4))
    (home / "sources" / "x.png").write_bytes(png(4))
    names = ["../outside.png", str(folder / "outside.png"), "link.png", "key.txt", "fake.png", "plan.md", "settings.json",
             "odd", ".lock.png", "sources/x.png", "gone.png", "https://a.example/x.png", "%2e%2e/outside.png"]  # fmt: skip
    (home / "draft.md").write_text("# A\n\n" + " ".join(f"![x]({name})" for name in names), "utf-8")
    source = read_source(home / "draft.md", pictures=True)
    assert source.pictures == {}
    assert len(source.warnings) == 6
    assert source.warnings[-1] == "and 8 more are left out"
    run = Run.import_draft(home / "draft.md", model="fake", runs=folder / "runs", outline=False)
    assert not list(run.folder.rglob("*.png"))
    assert b"secret" not in b"".join(file.read_bytes() for file in run.folder.iterdir() if file.is_file())


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a.png", "a.png"), ("./b/../c/a%20b.JPEG", "c/a b.JPEG"), ("novel.assets/a.gif", "novel.assets/a.gif"),
        ("../a.png", ""), ("a/../../b.png", ""), ("/a.png", ""), ("a.svg", ""), ("plan.md/a.png", ""), (".x/a.png", ""),
        ("settings.json/a.png", ""), ("sources/a.png", ""), (".png", ""),
    ],
)  # fmt: skip
def test_places_that_a_picture_may_have(source: str, place: str) -> None:
    assert placed(source) == place


def test_pictures_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "draft.md").write_text(MARKDOWN, "utf-8")
    size = len(png(1))
    for name, most, kept in (("MOST_PICTURES", 2, 2), ("MOST_BYTES", size - 1, 0), ("ALL_BYTES", 2 * size, 2)):
        with monkeypatch.context() as patch:
            patch.setattr(bounds, name, most)
            assert len(read_source(folder / "draft.md", pictures=True).pictures) == kept, name


def test_those_of_word(folder: Path) -> None:
    draft = docx.Document()
    draft.add_paragraph("The Harbour", style="Title")
    for n in (1, 2):
        draft.add_heading(f"Chapter {n}", 1)
        draft.add_paragraph(PROSE.strip())
        line = draft.add_paragraph("Before ")
        line.add_run().add_picture(str(folder / "img/red.png"))
        line.add_run(" after.")
        draft.add_picture(str(folder / "cover.png"))
    draft.add_table(1, 2).cell(0, 0).paragraphs[0].add_run().add_picture(str(folder / "img/in/my blue.png"))
    draft.save(str(folder / "draft.docx"))
    source = read_source(folder / "draft.docx", pictures=True)
    red, cover, blue = (next(n for n, d in source.pictures.items() if d == (folder / name).read_bytes())
                        for name in ("img/red.png", "cover.png", "img/in/my blue.png"))  # fmt: skip
    assert source.text.count(f"Before ![]({red}) after.\n\n![]({cover})\n") == 2
    assert f"| ![]({blue}) |  |" in source.text
    assert source.warnings == ()
    run = Run.import_draft(folder / "draft.docx", model="fake", runs=folder / "runs", outline=False)
    assert shown(run, folder / "out") == {"epub": 3, "docx": 3, "html": 5, "md": 3, "chapters": 3}
    without = read_source(folder / "draft.docx")
    assert "pictures/" not in without.text
    assert without.warnings == ("5 pictures left out; descriptions of pictures are kept as text",)


def test_a_picture_of_word_that_lies_elsewhere_or_is_none_is_left_out(folder: Path) -> None:
    draft = docx.Document()
    draft.add_paragraph(PROSE)
    draft.add_picture(str(folder / "cover.png"))
    draft.add_picture(str(folder / "img/red.png"))
    draft.save(str(folder / "draft.docx"))
    with zipfile.ZipFile(folder / "draft.docx") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    (folder / "outside.txt").write_text("secret", "utf-8")
    relations = held["word/_rels/document.xml.rels"].decode()
    for n, target in ((1, "../../../outside.txt"), (2, "../word/settings.xml")):
        relations = relations.replace(f'"media/image{n}.png"', f'"{target}"')
    held["word/_rels/document.xml.rels"] = relations.encode()
    with zipfile.ZipFile(folder / "draft.docx", "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    source = read_source(folder / "draft.docx", pictures=True)
    assert source.pictures == {}
    assert source.warnings == ("2 pictures left out; descriptions of pictures are kept as text",)


def test_those_of_an_epub(folder: Path) -> None:
    nav = '<nav epub:type="toc"><ol><li><a href="a.xhtml">One</a></li><li><a href="b.xhtml">Two</a></li></ol></nav>'
    drawing = '<svg><image width="5" xlink:href="../images/Red.PNG"/></svg>'
    files = {
        "nav.xhtml": page(nav),
        "a.xhtml": page(f'<h1>One</h1><p>{PROSE}</p><p><img src="../images/red.png" alt="Red"/><img src="../no.png"/></p>'),
        "b.xhtml": page(f'<h1>Two</h1><p>{PROSE}</p><div>{drawing}</div><p><img src="../../../../x.png" alt="out"/></p>'),
    }  # fmt: skip
    pages = {name: 'properties="nav"' if name == "nav.xhtml" else "" for name in files}
    path = write(folder / "draft.epub", package(pages, METADATA), files)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("EPUB/images/red.png", png(2))
    source = read_source(path, pictures=True)
    (name,) = source.pictures
    assert f"![Red]({name})" in source.text
    assert f"\n![]({name})\n" in source.text
    assert source.pictures[name] == png(2)
    assert "2 pictures left out; descriptions of pictures are kept as text" in source.warnings


def test_those_of_a_page(folder: Path) -> None:
    held = base64.b64encode(png(7)).decode()
    (folder / "draft.html").write_text(
        f"<h1>A</h1><p>{PROSE}</p><figure><img src='img/red.png' alt='Red [sea] *x*'></figure>"
        f"<p><img src='data:image/png;base64,{held}' alt='held'></p><h2><img src='cover.png' alt='The end'></h2><p>{PROSE}</p>"
        "<p><img alt='T' src='img/red.png'>he end <img src='../x.png' alt='out'><img data-picture='../y.png' alt='trick'></p>",
        "utf-8",
    )
    source = read_source(folder / "draft.html", pictures=True)
    names = {data: name for name, data in source.pictures.items()}
    assert set(names) == {png(7), png(1), png(2)}
    assert f"![Red \\[sea\\] \\*x\\*]({names[png(2)]})" in source.text
    assert f"## The end\n\n![]({names[png(1)]})\n" in source.text
    assert "The end outtrick" in source.text
    assert "y.png" not in source.text


def test_another_picture_in_the_place_of_one_is_left_as_it_is(folder: Path) -> None:
    (folder / "draft.md").write_text(MARKDOWN, "utf-8")
    out = folder / "out"
    (out / "img").mkdir(parents=True)
    (out / "cover.png").write_bytes(b"mine")
    done = longwriter_here("import", "draft.md", "--run", "r", "--model", "fake", cwd=folder)
    assert done.returncode == 0, done.stderr
    done = longwriter_here("export", "r", "out/a.md", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "out/cover.png is another picture than that of the text" in " ".join(done.stderr.split())
    assert (out / "cover.png").read_bytes() == b"mine"
    assert (out / "img" / "red.png").is_file()


def test_a_picture_that_a_person_put_into_a_folder_of_chapters_is_never_removed(folder: Path) -> None:
    (folder / "draft.md").write_text(MARKDOWN, "utf-8")
    assert longwriter_here("export", "draft.md", "chapters/", cwd=folder).returncode == 0
    assert longwriter_here("export", "draft.md", "chapters/", "--force", cwd=folder).returncode == 0
    (folder / "chapters" / "img" / "mine.png").write_bytes(png(8))
    refused = longwriter_here("export", "draft.md", "chapters/", "--force", cwd=folder)
    assert refused.returncode == 2
    assert "is a folder of other things" in refused.stderr
    longwriter_here("import", "draft.md", "--run", "r", "--model", "fake", cwd=folder)
    assert longwriter_here("export", "r", "chapters/", "--force", cwd=folder).returncode == 2
    assert (folder / "chapters" / "img" / "mine.png").is_file()

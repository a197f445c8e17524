"""`longwriter export` and --out: every form from the command line, kept up to date, and refused before anything is asked."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from tests.helpers.command import longwriter_here, one_line

from longwriter.api.runs import Run
from longwriter.runs import exports

WRITE = ("write", "A story about fog on the sea", "--words", "900", "--model", "fake:1.0", "--run", "r")
TEXT = "# The Fog\n\n## One\n\nIt came in[^1].\n\n## Two\n\nIt went.\n\n[^1]: At night.\n"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    assert longwriter_here(*WRITE, cwd=tmp_path).returncode in (0, 4)
    return tmp_path


def texts(epub: Path) -> str:
    with zipfile.ZipFile(epub) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(("xhtml", "opf")))


def test_a_run_goes_into_files_that_follow_it(written: Path) -> None:
    done = longwriter_here("export", "r", "b.epub", "b.html", "chapters/", "b.md", "--author", "Ada Woods", cwd=written)
    assert done.returncode == 0
    assert "chapters/: " in done.stderr
    run = Run(written / "runs" / "r")
    assert b"".join(p.read_bytes() for p in sorted((written / "chapters").iterdir())).decode() == run.text
    assert (written / "b.md").read_text("utf-8") == run.text
    assert "Ada Woods" in texts(written / "b.epub")
    (written / "new.md").write_text("The gulls were silent.", "utf-8")
    changed = longwriter_here("edit", "r", "--section", "2", "--text", "new.md", cwd=written)
    assert changed.returncode == 0
    for file in ("b.html", "b.md"):
        assert "The gulls were silent." in (written / file).read_text("utf-8")
    assert "The gulls were silent." in texts(written / "b.epub")
    assert "Ada Woods" in texts(written / "b.epub")  # the run keeps what was said of its book
    joined = b"".join(p.read_bytes() for p in sorted((written / "chapters").iterdir())).decode()
    assert joined == Run(written / "runs" / "r").text


def test_a_new_folder_of_any_name(written: Path) -> None:
    done = longwriter_here("export", "r", "parts/", "b.txt", cwd=written)
    assert done.returncode == 0
    joined = b"".join(p.read_bytes() for p in sorted((written / "parts").iterdir())).decode()
    assert joined == Run(written / "runs" / "r").text
    (written / "new.md").write_text("The gulls were silent.", "utf-8")
    assert longwriter_here("edit", "r", "--section", "2", "--text", "new.md", cwd=written).returncode == 0
    assert "The gulls" in "".join(p.read_text("utf-8") for p in (written / "parts").iterdir())  # it follows the run


def test_out_takes_every_form_and_refuses_what_is_none_before_it_writes(tmp_path: Path) -> None:
    for name in ("book.odt", "book", "book.doc"):
        refused = longwriter_here(*WRITE, "--out", name, cwd=tmp_path)
        assert refused.returncode == 2
        one_line(refused, "there are .md, .html, .epub")
        assert not (tmp_path / "runs" / "r").exists()
    done = longwriter_here(*WRITE, "--out", "book.epub", cwd=tmp_path)
    assert done.returncode in (0, 4)
    first = (tmp_path / "book.epub").read_bytes()
    assert zipfile.is_zipfile(tmp_path / "book.epub")
    longwriter_here("redo", "r", "--section", "2", cwd=tmp_path)
    assert (tmp_path / "book.epub").read_bytes() != first


def test_references_that_there_are_not_stop_no_other_file(written: Path) -> None:
    done = longwriter_here("export", "r", "a.bib", "b.epub", "c.json", "c.html", "--json", cwd=written)
    assert done.returncode == 0, done.stderr
    assert "a.bib is not made: the text has no sources" in done.stderr
    assert [file["file"] for file in json.loads(done.stdout)["files"]] == ["b.epub", "c.html"]
    assert not {"a.bib", "c.json"} & {file.name for file in written.iterdir()}
    assert zipfile.is_zipfile(written / "b.epub")
    assert "bib" not in (written / "runs/r/exports.json").read_text("utf-8")
    one_line(
        longwriter_here("export", "r", "a.bib", "c.json", cwd=written), "a.bib is not made: the text has no sources"
    )
    (written / "fog.md").write_text(TEXT, "utf-8")
    done = longwriter_here("export", "fog.md", "fog.bib", "fog.txt", cwd=written)
    assert done.returncode == 0, done.stderr
    assert (written / "fog.txt").is_file()


def test_a_run_whose_text_cites_nothing_goes_into_its_other_files(tmp_path: Path) -> None:
    (tmp_path / "known.txt").write_text("Fog formed over the cold sea in 1873. It drifted to the harbour.", "utf-8")
    done = longwriter_here(*WRITE, "--sources", "known.txt", "--out", "a.bib", cwd=tmp_path)
    assert done.returncode in (0, 4), done.stderr
    assert "a.bib is not made: the text cites none of its sources" in " ".join(done.stderr.split())
    exports_of = tmp_path / "runs/r/exports.json"
    noted = json.loads(exports_of.read_text("utf-8"))
    exports_of.write_text(json.dumps(noted | {str(tmp_path / "b.epub"): [""]}), "utf-8")  # the last one that is wanted
    assert longwriter_here("redo", "r", "--section", "2", cwd=tmp_path).returncode in (0, 4)
    assert zipfile.is_zipfile(tmp_path / "b.epub")


def test_a_form_that_cannot_hold_the_text_stops_no_other(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    (tmp_path / "signs.md").write_text("# Signs\n\nA letter of no font: \U0001f9ff.\n", "utf-8")
    refused = longwriter_here("export", "signs.md", "signs.pdf", "signs.epub", cwd=tmp_path)
    assert refused.returncode == 2
    one_line(refused, "in no font", "U+1F9FF")
    assert zipfile.is_zipfile(tmp_path / "signs.epub")
    assert not (tmp_path / "signs.pdf").exists()


def test_what_is_somebody_elses_stays(written: Path) -> None:
    (written / "mine.epub").write_bytes(b"mine")
    (written / "other").mkdir()
    (written / "other" / "x").mkdir()
    for file in ("mine.epub", "other", "b.xyz", "gone/b.epub"):
        refused = longwriter_here("export", "r", file, cwd=written)
        assert refused.returncode == 2
    assert (written / "mine.epub").read_bytes() == b"mine"
    assert longwriter_here("export", "r", "mine.epub", "--force", cwd=written).returncode == 0
    assert zipfile.is_zipfile(written / "mine.epub")


def test_a_file_goes_into_files(tmp_path: Path) -> None:
    (tmp_path / "fog.md").write_text(TEXT, "utf-8")
    done = longwriter_here("export", "fog.md", "fog.html", "fog.txt", "--title", "Other", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert [f["form"] for f in json.loads(done.stdout)["files"]] == ["HTML", "plain text"]
    assert "<h1>Other</h1>" in (tmp_path / "fog.html").read_text("utf-8")
    assert "[1] At night." in (tmp_path / "fog.txt").read_text("utf-8")
    again = longwriter_here("export", "fog.md", "fog.html", cwd=tmp_path)
    assert again.returncode == 2
    one_line(again, "exists")
    assert longwriter_here("export", "fog.md", "fog.html", "--force", cwd=tmp_path).returncode == 0
    same = longwriter_here("export", "fog.md", "fog.md", "--force", cwd=tmp_path)
    assert same.returncode == 2
    assert (tmp_path / "fog.md").read_text("utf-8") == TEXT
    assert longwriter_here("export", "gone.md", "x.html", cwd=tmp_path).returncode == 2


def test_a_folder_of_other_things_is_never_replaced(written: Path) -> None:
    (written / "docs" / "inner").mkdir(parents=True)
    (written / "notes").mkdir()
    (written / "01-all").mkdir()
    kept = [written / "docs" / "inner" / "thesis.doc", written / "notes" / "diary.md", written / "01-all" / "01-fog.md"]
    for file in kept:
        file.write_text(TEXT, "utf-8")
    (written / "fog.md").write_text(TEXT, "utf-8")
    for source, out in [
        ("fog.md", "docs/"), ("r", "docs/"), ("fog.md", "notes/"), ("r", "notes/"), ("notes/diary.md", "notes/"),
        ("01-all/01-fog.md", "01-all/"), ("fog.md", "./"), ("r", "runs/r/"), ("r", "runs/"),
    ]:  # fmt: skip
        refused = longwriter_here("export", source, out, "--force", cwd=written)
        assert refused.returncode == 2, (source, out)
        one_line(refused, "folder")
    assert all(file.read_text("utf-8") == TEXT for file in kept)
    assert Run(written / "runs" / "r").text


def test_a_folder_of_chapters_that_a_person_put_things_into_is_left_alone_and_stops_nothing(written: Path) -> None:
    assert longwriter_here("export", "r", "chapters/", cwd=written).returncode == 0
    (written / "chapters" / "pictures").mkdir()
    done = longwriter_here("redo", "r", "--section", "2", cwd=written)
    assert done.returncode in (0, 4)
    assert "chapters was changed by somebody else" in done.stderr
    assert (written / "chapters" / "pictures").is_dir()


def test_names_and_words_that_are_no_utf8(written: Path) -> None:
    odd = os.fsdecode(b"z\xff")
    shutil.copytree(written / "runs" / "r", written / "runs" / odd)
    (written / f"{odd}.md").write_text("No heading.", "utf-8")
    files = ("b.epub", "b.docx", "b.html", "b.txt")
    for source in (f"runs/{odd}", f"{odd}.md"):
        done = longwriter_here("export", source, *files, "--author", "A\udcff", "--force", cwd=written)
        assert done.returncode == 0, done.stderr
        assert "A\ufffd" in texts(written / "b.epub")


def test_more_chapters_than_a_folder_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_FILES", 2)
    (tmp_path / "fog.md").write_text("".join(f"# {n}\n\nFog.\n\n" for n in range(3)), "utf-8")
    for source in ("fog.md", "r"):
        refused = longwriter_here("export", source, "chapters/", cwd=tmp_path)
        assert refused.returncode == 2
        one_line(refused, "3 chapters; a folder takes 2 at most")
        assert not (tmp_path / "chapters").exists()
        longwriter_here("import", "fog.md", "--run", "r", cwd=tmp_path)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--language", "en_", "language"),
        ("--date", "2026-13-01", "date"),
        ("--date", "May", "date"),
        ("--date", "2024-02-31", "date"),
    ],
)
def test_what_is_said_of_a_book_is_checked(written: Path, option: str, value: str, said: str) -> None:
    refused = longwriter_here("export", "r", "b.html", option, value, cwd=written)
    assert refused.returncode == 2
    one_line(refused, said)
    assert not (written / "b.html").exists()


def test_a_file_of_an_older_release_whose_name_stands_for_no_form_is_left_as_it_is(written: Path) -> None:
    exports = written / "runs" / "r" / "exports.json"
    exports.write_text(json.dumps({str(written / "old"): [""]}), "utf-8")
    done = longwriter_here("redo", "r", "--section", "2", cwd=written)
    assert done.returncode in (0, 4), done.stderr
    assert not (written / "old").exists()
    assert "stands for no form" in done.stderr

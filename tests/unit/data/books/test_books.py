"""Books to chapters, whole: what is kept and why, the same bytes whatever happens on the way, flat memory."""

import json
import lzma
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.helpers import epubs
from tests.helpers.books import FOOTER, HEADER, HERE, ONE, files, library, line
from tests.helpers.data_runs import silent
from tests.helpers.places import SHARED

from longwriter.data.books.build import BooksSettings, build
from longwriter.data.books.documents import ShardSettings
from longwriter.data.books.rows import SCHEMA, language_of, licence_of
from longwriter.data.dataset import read_rows
from longwriter.errors import InputError, RunError
from longwriter.readers.chapters import Book, is_fiction, is_numeral, name_of
from longwriter.text import count_words


def test_a_library(tmp_path: Path) -> None:
    settings = BooksSettings(language="en", min_words=20)
    report = build([library(tmp_path / "in")], tmp_path / "out", settings, HERE, silent)
    table = pq.read_table(tmp_path / "out" / "train.parquet")
    assert table.schema.equals(SCHEMA)
    rows = table.to_pylist()
    assert [r["source"] for r in rows if "corpus" not in r["source"]] == [
        "harbour.md",
        "harbour.md",
        "pg11.txt",
        "pg11.txt",
        "sub/harbour.epub",
        "sub/harbour.epub",
    ]
    drops = [json.loads(text) for text in (tmp_path / "out" / "drops.jsonl").read_text().splitlines()]
    assert {(d["id"], d["reason"], d.get("of")) for d in drops if "corpus" in d["id"]} == {
        ("corpus.jsonl.xz#31", "repeats", "corpus.jsonl.xz#4"),
        ("corpus.jsonl.xz#32", "nearly repeats", "corpus.jsonl.xz#5"),
        ("corpus.jsonl.xz#33", "short", None),
        ("corpus.jsonl.xz#34", "licence unknown", None),
        ("corpus.jsonl.xz#35", "licence unknown", None),
        ("corpus.jsonl.xz#36", "rights reserved", None),
        ("corpus.jsonl.xz#37", "other language", None),
    }
    assert len({r["id"] for r in rows}) == len(rows) == report["chapters"] == 36 - 6 + 6
    assert report["words"] == sum(r["words"] for r in rows)
    assert all(r["words"] == count_words(r["text"]) and r["licence"] and r["language"].startswith("en") for r in rows)
    assert {r["licence"] for r in rows} == {
        "CC0-1.0",
        "CC-BY-4.0",
        "Public domain in the USA (Project Gutenberg)",
        epubs.RIGHTS,
    }
    of_file = {s["source"]: s for s in report["sources"]}
    assert of_file["corpus.jsonl.xz"]["chapters"] == 30
    assert of_file["sub/harbour.epub"]["left_out"] == {"cover": 1, "licence page": 1, "title page": 1}
    assert sum(found["texts"] for found in report["left_out"].values()) == len(drops)
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == report
    assert "36 chapters" in (tmp_path / "out" / "README.md").read_text()
    assert (tmp_path / "out" / "chapters.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        ".lock",
        "README.md",
        "chapters.png",
        "drops.jsonl",
        "journal.jsonl",
        "report.json",
        "settings.json",
        "train.parquet",
    ]


def test_a_licence_from_the_user_is_for_books_that_say_none(tmp_path: Path) -> None:
    settings = BooksSettings(licence="mine", min_words=20, near=0)
    build([library(tmp_path / "in")], tmp_path / "out", settings, HERE, silent)
    rows = list(read_rows(str(tmp_path / "out")))
    assert {r["id"] for r in rows if r["licence"] == "mine"} == {"corpus.jsonl.xz#34", "corpus.jsonl.xz#35"}
    assert "corpus.jsonl.xz#36" not in {r["id"] for r in rows}
    assert "corpus.jsonl.xz#32" in {r["id"] for r in rows}


@pytest.mark.parametrize(
    ("licence", "rights", "otherwise", "found"),
    [
        ("", "", None, (None, "licence unknown")),
        ("", "", "CC0", ("CC0", "")),
        ("MIT", "", "CC0", ("MIT", "")),
        ("", "Public domain in the USA.", None, ("Public domain in the USA.", "")),
        (
            "",
            "Copyright © 2020 Ann. Licensed under CC BY 4.0",
            None,
            ("Copyright © 2020 Ann. Licensed under CC BY 4.0", ""),
        ),
        ("", "Copyright © 2020 Ann", "CC0", (None, "rights reserved")),
        ("", "All rights reserved.", None, (None, "rights reserved")),
        ("All rights reserved", "", "CC0", (None, "rights reserved")),
        ("", "This book is not in the public domain.", "CC0", (None, "rights reserved")),
        ("", "Printed in Oslo", None, (None, "licence unknown")),
        ("", "Printed in Oslo", "CC0", ("CC0", "")),
    ],
)
def test_licences(licence: str, rights: str, otherwise: str | None, found: tuple) -> None:
    assert licence_of(Book("b", licence=licence, rights=rights), otherwise) == found


@pytest.mark.parametrize(
    ("stated", "text", "wanted", "found"),
    [
        ("en-GB", "", "en", ("en-GB", True)),
        ("en", "", "en-GB", ("en", False)),
        ("eng", "", "en", ("en", True)),
        ("English", "", None, ("en", True)),
        ("fr", "", "en", ("fr", False)),
        (None, "some words", "en", ("en", True)),
        (None, "some words", None, (None, True)),
        (None, "长江黄河", "en", ("zh", False)),
        (None, "长江黄河", "zh", ("zh", True)),
        (None, "some words", "zh", ("zh", False)),
    ],
)
def test_languages(stated: str | None, text: str, wanted: str | None, found: tuple) -> None:
    assert language_of(stated, text, wanted) == found


def test_names_fiction_and_numerals() -> None:
    assert name_of("The Moon & Sixpence", ["W. Somerset Maugham"], "f") == "w-somerset-maugham_the-moon-sixpence"
    assert name_of("L'Été", ["Émile"], "f") == "emile_lete"
    assert name_of("茶史", [], "f") == "茶史"
    assert name_of("", [], "my file") == "my-file"
    assert is_fiction(["Sea stories", "Boats"]) is True
    assert is_fiction(["Nonfiction", "Stories"]) is False
    assert is_fiction(["Science fiction -- History and criticism"]) is None
    assert is_fiction(["Boats"]) is None
    assert [t for t in ("IV.", "12", "", "I: Snow", "Mild") if is_numeral(t)] == ["IV.", "12", ""]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"text": "a"}\n{"text": \n', r"c\.jsonl:2: not JSON"),
        ('{"text": "a"}\n{"text": ' + "[" * 200_000, r"c\.jsonl:2: not usable JSON"),
        ('{"text": "a"}\n\n{"title": "a"}\n', r"c\.jsonl:3: text: it is missing"),
        ('{"text": 5}\n', r"c\.jsonl:1: text: 5 is not text"),
        ('{"text": "a", "order": "x"}\n', r"c\.jsonl:1: order: "),
        ('["a"]\n', r"c\.jsonl:1: expected an object"),
        ("", r"c\.jsonl: no chapters in it"),
        ("\n\n", r"c\.jsonl: no chapters in it"),
        ("\udcff\n", r"c\.jsonl:1: not UTF-8"),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "c.jsonl").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=said):
        build([tmp_path / "c.jsonl"], tmp_path / "out", BooksSettings(licence="x"), HERE, silent)
    assert not (tmp_path / "out" / "train.parquet").exists()


def test_a_cut_xz_file_is_named_with_its_line(tmp_path: Path) -> None:
    whole = lzma.compress("".join(line(n) + "\n" for n in range(300)).encode())
    (tmp_path / "c.jsonl.xz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"c\.jsonl\.xz:\d+: damaged or cut file"):
        build([tmp_path / "c.jsonl.xz"], tmp_path / "out", BooksSettings(licence="x"), HERE, silent)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("none", "no such file or folder"),
        ("empty", "no books in it"),
        ("a.pdf", "no books in it"),
        ("twice", "are both called a.md"),
    ],
)
def test_unusable_paths_are_named(tmp_path: Path, path: str, said: str) -> None:
    for folder in ("empty", "one", "two"):
        (tmp_path / folder).mkdir()
    for file in ("a.pdf", "one/a.md", "two/a.md"):
        (tmp_path / file).write_text("x")
    given = [tmp_path / "one", tmp_path / "two"] if path == "twice" else [tmp_path / path]
    with pytest.raises(InputError, match=said):
        build(given, tmp_path / "out", BooksSettings(), HERE, silent)


def test_old_gutenberg_files_say_how_they_are_encoded(tmp_path: Path) -> None:
    text = HEADER.removeprefix("\ufeff").replace(
        "Language: English", "Language: French\n\nCharacter set encoding: ISO-8859-1"
    )
    (tmp_path / "8.txt").write_bytes(
        (text + f"L’été. {ONE}" + FOOTER).replace("“", '"').replace("”", '"').encode("cp1252")
    )
    build([tmp_path / "8.txt"], tmp_path / "out", BooksSettings(), HERE, silent)
    row = next(read_rows(str(tmp_path / "out")))
    assert str(row["text"]).startswith("L’été.")
    assert row["language"] == "fr"
    (tmp_path / "9.txt").write_bytes("L’été".encode("cp1252"))
    with pytest.raises(InputError, match=r"no chapter stays: 1 cannot be read \(9\.txt:1: not UTF-8 text"):
        build([tmp_path / "9.txt"], tmp_path / "out2", BooksSettings(), HERE, silent)


def test_nothing_that_stays_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text(line(1) + "\n" + line(2, 5) + "\n")
    with pytest.raises(InputError, match=r"no chapter stays: 2 licence unknown; see .*drops\.jsonl"):
        build([tmp_path / "c.jsonl"], tmp_path / "out", BooksSettings(), HERE, silent)


def test_books_that_cannot_be_read_block_no_library(tmp_path: Path) -> None:
    folder = library(tmp_path / "in")
    good = (folder / "sub" / "harbour.epub").read_bytes()
    build([folder], tmp_path / "clean", BooksSettings(language="en"), HERE, silent)
    (folder / "bad.epub").write_bytes(good[:900])
    (folder / "none.epub").write_text("no zip")
    (folder / "old.txt").write_bytes("L’été".encode("cp1252"))
    report = build([folder], tmp_path / "out", BooksSettings(language="en"), HERE, silent)
    drops = [json.loads(text) for text in (tmp_path / "out" / "drops.jsonl").read_text().splitlines()]
    said = {d["id"]: d["reason"] for d in drops if d["reason"].startswith("cannot be read")}
    assert sorted(said) == ["bad.epub#1", "none.epub#1", "old.txt#1"]
    assert said["none.epub#1"] == "cannot be read: none.epub: malformed EPUB: File is not a zip file"
    assert report["left_out"]["cannot be read"] == {"texts": 3, "words": 0}
    read, clean = (list(read_rows(str(tmp_path / name))) for name in ("out", "clean"))
    assert read == clean


def test_a_file_of_aozora_bunko_is_in_shift_jis(tmp_path: Path) -> None:
    text = "港の灯\n海野灯\n\n" + "　海《うみ》は静かだった。\n" * 30 + "\n底本：「全集」\n青空文庫作成ファイル：\n"
    (tmp_path / "1.txt").write_bytes(text.replace("\n", "\r\n").encode("shift_jis"))
    build([tmp_path / "1.txt"], tmp_path / "out", BooksSettings(), HERE, silent)
    row = next(read_rows(str(tmp_path / "out")))
    assert (row["book_title"], row["author"], row["language"]) == ("港の灯", ["海野灯"], "ja")
    assert row["text"] == "\n\n".join(["海は静かだった。"] * 30)


def test_selected_books(tmp_path: Path) -> None:
    settings = BooksSettings(language="en", min_words=20, only=("book-2", "book-3", "ann-"))
    report = build([library(tmp_path / "in")], tmp_path / "out", settings, HERE, silent)
    assert {r["book"] for r in read_rows(str(tmp_path / "out"))} == {
        "book-2",
        "book-3",
        "ann-teller_the-quiet-harbour",
        "ann-teller-carl-writer_the-harbour",
        "ann-teller-carl-writer_the-harbour-a-story-of-the-north",
    }
    assert report["left_out"]["not selected"]["texts"] == 18 + 4


def test_settings_and_files_that_changed_are_refused_and_shards_may_be_added(tmp_path: Path) -> None:
    folder, out = library(tmp_path / "in"), tmp_path / "out"
    settings = BooksSettings(language="en", min_words=20)
    build([folder], out, settings, HERE, silent)
    before = files(out)
    with pytest.raises(RunError, match="other settings: min_words"):
        build([folder], out, settings.model_copy(update={"min_words": 21}), HERE, silent)
    shards = settings.model_copy(update={"shards": ShardSettings(train_tokenizer=300, held_out_every=4)})
    report = build([folder], out, shards, HERE, silent)
    assert report["tokens"]["splits"]["train"]["documents"] + report["tokens"]["splits"]["held"]["documents"] == 36
    assert {name: files(out)[name] for name in before} == before
    for change in ({"train_tokenizer": 301}, {"held_out_every": 5}):
        with pytest.raises(RunError, match=f"other settings: shards.{next(iter(change))}"):
            build(
                [folder],
                out,
                settings.model_copy(update={"shards": shards.shards.model_copy(update=change)}),
                HERE,
                silent,
            )
    (folder / "new.txt").write_text(ONE)
    with pytest.raises(RunError, match="was built from other files"):
        build([folder], out, shards, HERE, silent)


def test_another_tokenizer_in_the_same_place_is_refused(tmp_path: Path) -> None:
    folder = library(tmp_path / "in")
    build([folder], tmp_path / "a", BooksSettings(shards=ShardSettings(train_tokenizer=300)), HERE, silent)
    given = tmp_path / "tokenizer.json"
    given.write_bytes((tmp_path / "a" / "tokenizer.json").read_bytes())
    settings = BooksSettings(shards=ShardSettings(tokenizer=str(given)))
    made = build([folder], tmp_path / "b", settings, HERE, silent)
    assert made["tokens"] == json.loads((tmp_path / "a" / "tokens.json").read_text())
    given.write_text(given.read_text() + " ")
    with pytest.raises(RunError, match="other settings: tokenizer_sha256"):
        build([folder], tmp_path / "b", settings, HERE, silent)


CORPUS = SHARED / "corpus"


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not on this machine")
def test_a_real_corpus(tmp_path: Path) -> None:
    settings = BooksSettings(licence="CC0-1.0", only=("GSA+digitalgov.gov",))
    report = build([CORPUS / "us_government.jsonl.xz"], tmp_path / "out", settings, HERE, silent)
    assert report["left_out"]["not selected"]["texts"] == 483
    assert report["chapters"] > 1700
    texts = [str(row["text"]) for row in read_rows(str(tmp_path / "out"))]
    assert not [t for t in texts if "](http" in t or "\n## " in t or "  " in t or "\n\n\n" in t or t != t.strip()]

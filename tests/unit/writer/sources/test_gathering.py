"""Files and folders become chunks that hold all words; what cannot be read is named before anything is asked."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.errors import InputError, RunError
from longwriter.text import count_words, words_of
from longwriter.writer.sources import gather
from longwriter.writer.sources.chunks import LONGEST, ReadSource, chunks_of
from longwriter.writer.sources.gather import GatheredSources, gathered, named_places
from longwriter.writer.sources.stored import CHUNKS, FOLDER, keep_sources, kept_sources


def gather_all(*sources: Path) -> GatheredSources:
    return asyncio.run(gathered([str(source) for source in sources]))


def read(text: str) -> ReadSource:
    return ReadSource(text, "", (), "a.md", "2026-01-02")


PARAGRAPHS = st.lists(
    st.sampled_from(["# Head", "word " * 90, "Short one. Two.", "茶" * 700, "x" * 9000, "", "* * *"]), max_size=12
)


@given(PARAGRAPHS)
def test_chunks_hold_all_words_in_order(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    chunks = chunks_of(read(text), 3, 7)
    assert [c.id for c in chunks] == [f"s{n}" for n in range(7, 7 + len(chunks))]
    assert "".join(w for c in chunks for w in words_of(c.text)) == "".join(words_of(text))
    assert all(count_words(c.text) <= 2 * LONGEST and len(c.text) <= 24 * LONGEST for c in chunks)


def test_a_chunk_knows_its_place() -> None:
    text = f"# Mills\n\n{'one ' * 100}\n\n## Floods\n\n{'two ' * 100}\n\n{'three ' * 100}\n"
    chunks = chunks_of(read(text), 1, 1)
    assert [(c.title, c.place, count_words(c.text)) for c in chunks] == [
        ("Mills", "Mills", 101), ("Mills", "Floods", 201),
    ]  # fmt: skip
    assert (chunks[0].address, chunks[0].accessed) == ("a.md", "2026-01-02")


def test_front_matter_is_no_text_of_a_source() -> None:
    assert chunks_of(read("---\ntitle: A\n---\n\nWords here."), 1, 1)[0].text == "Words here."


def test_a_folder_is_read_and_what_is_no_source_in_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.md").write_text("# Mills\n\nThe mill.")
    (tmp_path / "in" / "b.txt").write_text("The wheel.")
    (tmp_path / "copy.txt").write_text("The  wheel.\n")
    (tmp_path / "empty.md").write_text(" \n")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "report.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "page.html").write_text("<title>Page</title><p>A page.</p>")
    (tmp_path / ".hidden.md").write_text("hidden")
    (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04nothing")
    found = gather_all(tmp_path)
    assert [(c.id, c.source, c.title) for c in found.chunks] == [
        ("s1", 1, "Mills"), ("s2", 2, "copy.txt"), ("s3", 3, "Page"),
    ]  # fmt: skip
    left = "\n".join(found.left_out)
    for name in ("empty.md", "binary.txt", "report.pdf", "broken.docx", "b.txt: is the same text as"):
        assert name in left
    assert ".hidden" not in left


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.md", b"", "no text"),
        ("a.txt", bytes(range(256)) * 20, "a.txt"),
        ("a.pdf", b"%PDF", "is no PDF"),
        ("a", b"x", "ending"),
    ],
)
def test_a_file_that_is_named_alone_must_be_readable(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        gather_all(tmp_path / name)


def test_what_is_not_there_or_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no such file"):
        named_places([str(tmp_path / "none.md")])
    with pytest.raises(InputError, match="no source in it"):
        named_places([str(tmp_path)])
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(InputError, match=r"no source could be read: .*a\.pdf"):
        gather_all(tmp_path)
    monkeypatch.setattr(gather, "MOST_FILES", 2)
    for n in range(3):
        (tmp_path / f"{n}.md").write_text(f"text {n}")
    with pytest.raises(InputError, match="files as sources; 2 at most"):
        named_places([str(tmp_path)])
    monkeypatch.setattr(gather, "MOST_ADDRESSES", 1)
    with pytest.raises(InputError, match="addresses as sources; 1 at most"):
        named_places(["http://a.example", "http://b.example"])
    monkeypatch.setattr(gather, "MOST_CHARACTERS", 5)
    with pytest.raises(InputError, match="name fewer"):
        gather_all(tmp_path / "1.md")


def test_what_is_kept_is_read_back_and_damage_is_named(tmp_path: Path) -> None:
    chunks = tuple(chunks_of(read("# Tea 茶\n\nWords\u2028here."), 1, 1))
    assert kept_sources(tmp_path) == ()
    keep_sources(tmp_path, GatheredSources(chunks, ("a: b",)))
    assert kept_sources(tmp_path) == chunks
    assert (tmp_path / FOLDER / CHUNKS).stat().st_mode & 0o077 == 0
    (tmp_path / FOLDER / CHUNKS).write_text('{"id": "s0"}\n')
    with pytest.raises(RunError, match=r"chunks\.jsonl: cannot be read"):
        kept_sources(tmp_path)

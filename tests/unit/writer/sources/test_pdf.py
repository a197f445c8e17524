"""PDF as a source: lines become paragraphs with their pages, and no file takes more than its share."""

import asyncio
import importlib.util
import os
import time
from io import BytesIO
from pathlib import Path

import pytest
from tests.helpers.making import varied
from tests.helpers.pdf_bytes import HEAD, bomb, pdf, ring
from tests.helpers.web_pages import WebPage, WebPages

from longwriter.errors import InputError
from longwriter.export.formats import Original, made
from longwriter.export.settings import ExportSettings
from longwriter.writer.sources import pdf as reading
from longwriter.writer.sources.chunks import ReadSource, chunks_of
from longwriter.writer.sources.gather import gathered
from longwriter.writer.sources.pdf import joined, read_pdf, without_running

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pypdf") is None, reason="pypdf is not installed: longwriter[pdf]"
)

HEAD_LINE = "The Journal of Mills"
ONE = [
    HEAD_LINE,
    "On rye mills of the valley",
    "The mill was built in 1884 by Ada Brown, who had seen such buil-",
    "dings in the hills. It was a water-powered place with a",
    "great wheel of oak and of iron in it, and a water-powered saw.",
    "It ground rye.",
    "Bread was another matter, and the bakers of the valley went on",
    "for years without a mill of their own, until the great",
    "1",
]
TWO = [
    HEAD_LINE,
    "flood of 1902 took the wheel away, in one night of May, as was",
    "feared by all. So it ended then.",
    "2",
]
THREE = [
    HEAD_LINE,
    "Nobody mended the wheel of the mill in the years behind the flood,",
    "and the valley bought flour.",
    "3",
]


def saved(tmp_path: Path, data: bytes, name: str = "a.pdf") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_lines_become_paragraphs_with_their_pages(tmp_path: Path) -> None:
    data = pdf([ONE, TWO, THREE], title="Rye Mills", author="Ada Brown; Tom  Gray")
    found = asyncio.run(read_pdf(saved(tmp_path, data)))
    assert (found.title, found.author) == ("Rye Mills", ("Ada Brown", "Tom Gray"))
    assert found.text.split("\n\n") == [
        "On rye mills of the valley",
        "The mill was built in 1884 by Ada Brown, who had seen such buildings in the hills. It was a water-powered place with "
        "a great wheel of oak and of iron in it, and a water-powered saw. It ground rye.",
        "Bread was another matter, and the bakers of the valley went on for years without a mill of their own, until the great "
        "flood of 1902 took the wheel away, in one night of May, as was feared by all. So it ended then.",
        "Nobody mended the wheel of the mill in the years behind the flood, and the valley bought flour.",
    ]
    assert [found.text[at:].split()[0] for at in found.pages] == ["On", "flood", "Nobody"]


def test_a_hyphen_stays_where_the_text_has_it_elsewhere() -> None:
    pages = [
        [
            "A water-",
            "powered mill, not a pre\u00ad",
            "sent. The water-powered one, the wind-",
            "Mill and the steam-",
        ]
    ]
    assert (
        joined(pages)[0] == "A water-powered mill, not a present. The water-powered one, the wind- Mill and the steam-"
    )


@pytest.mark.parametrize(
    ("pages", "left"),
    [
        ([["Head", "One", "1"], ["Head", "Two", "2"], ["Head", "Three", "3"]], [["One"], ["Two"], ["Three"]]),
        ([[f"{n} Head" if n % 2 else f"Mills {n}", "abcdef"[n], "g"] for n in range(6)], [[c] for c in "abcdef"]),
        ([["One", "civil"], ["Two", "xiv"]], [["One", "civil"], ["Two"]]),
        ([["In 1884", "A", "Page 1 of 2"], ["Other", "B", "– 2 –"]], [["In 1884", "A"], ["Other", "B"]]),
        ([["One", "Two"]], [["One", "Two"]]),
        ([["Contents", "Mills . . . . . . . . . 7", "Text"]], [["Contents", "Text"]]),
        ([[], ["Text"]], [[], ["Text"]]),
    ],
)
def test_what_recurs_at_the_edges_of_pages_is_no_text(pages: list[list[str]], left: list[list[str]]) -> None:
    assert without_running(pages) == left


def test_a_chunk_knows_the_page_that_it_begins_on() -> None:
    lines = [
        [f"Page {'abcdef'[n]} has a sentence with number {i} of its own in it." for i in range(12)] for n in range(6)
    ]
    text, pages = joined(lines)
    chunks = chunks_of(ReadSource(text, "T", (), "a.pdf", "2026-01-01", pages), 1, 1)
    assert len(chunks) > 3
    for chunk in chunks:
        assert chunk.place == f"p. {'abcdef'.index(chunk.text.split()[1]) + 1}"


def test_what_our_own_exporter_prints_is_read_back(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    varying = varied("Millers tell of a counterrevolutionary characterization of", 160)
    sentences = [f"{sentence}." for sentence in varying.strip().rstrip(".").split(". ")]
    text = "# Mills\n\n" + "\n\n".join(" ".join(sentences[i : i + 8]) for i in range(0, 160, 8))
    content, _ = made(Original(text), "pdf", ExportSettings())
    assert isinstance(content, bytes)
    found = asyncio.run(read_pdf(saved(tmp_path, content)))
    assert [s for s in sentences if s not in found.text] == []
    assert len(found.pages) > 3
    assert len(found.text.split("\n\n")) > 15


def locked(password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 - an extra

    writer, out = PdfWriter(clone_from=PdfReader(BytesIO(pdf([ONE])))), BytesIO()
    writer.encrypt(password, "owner", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Mills", "is no PDF"),
        (HEAD, "is damaged"),
        (HEAD + os.urandom(4000), "is damaged"),
        (pdf([[]] * 4), "only pictures"),
        (pdf([["#$%&/()=?*+~-_:;{}[]<>^!" * 3] * 9 + ["one two three four"]]), "fonts do not say"),
        ("locked", "is encrypted"),
        ("ring", "is damaged|only pictures"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, data: bytes | str, said: str) -> None:
    data = {"locked": locked("secret"), "ring": ring()}[data] if isinstance(data, str) else data
    path = saved(tmp_path, data)
    with pytest.raises(InputError, match=rf"{path.name}: .*({said})"):
        asyncio.run(gathered([str(path)]))
    saved(tmp_path, pdf([ONE]), "b.pdf")
    found = asyncio.run(gathered([str(tmp_path)]))  # in a folder it is left out by name
    assert [str(path) in line for line in found.left_out] == [True]
    assert {c.address for c in found.chunks} == {"b.pdf"}


def test_a_file_without_a_password_to_ask_for_is_read(tmp_path: Path) -> None:
    assert "Ada Brown" in asyncio.run(read_pdf(saved(tmp_path, locked("")))).text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MOST_BYTES", 100, "is larger"),
        ("MOST_PAGES", 2, "has 3 pages; 2 at most"),
        ("MOST_CHARACTERS", 50, "more than 50 characters"),
        ("MOST_S", 0.01, "takes longer"),
    ],
)
def test_what_is_too_much_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: float, said: str
) -> None:
    monkeypatch.setattr(reading, name, value)
    with pytest.raises(InputError, match=said):
        asyncio.run(read_pdf(saved(tmp_path, pdf([ONE, TWO, THREE]))))


@pytest.mark.slow
def test_a_file_that_unpacks_to_200_megabytes_ends_in_an_error(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=r"a\.pdf: "):
        asyncio.run(read_pdf(saved(tmp_path, bomb())))
    assert time.monotonic() - began < reading.MOST_S + 5


async def test_stopping_ends_the_process(tmp_path: Path) -> None:
    path = saved(tmp_path, pdf([ONE] * 400))
    task = asyncio.create_task(read_pdf(path))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    lines = [p.read_text(errors="ignore") for p in Path("/proc").glob("[0-9]*/cmdline") if p.exists()]
    assert not any(str(path) in line for line in lines)


def test_a_paper_at_an_address_is_read(tmp_path: Path) -> None:
    with WebPages(
        {"/paper": WebPage(pdf([ONE, TWO, THREE]), "application/pdf"), "/bad": WebPage(HEAD, "application/pdf")}
    ) as web:
        found = asyncio.run(gathered([f"{web.url}/paper"], private=True))
        with pytest.raises(InputError, match="/bad: is damaged"):
            asyncio.run(gathered([f"{web.url}/bad"], private=True))
    assert [(c.address, c.title, c.place) for c in found.chunks] == [
        (f"{web.url}/paper", "On rye mills of the valley", "p. 1")
    ]

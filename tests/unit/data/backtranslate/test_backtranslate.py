"""Back-translation by rules: requests that are true of their texts, rows that datasets and the writer agree with."""

import json
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.helpers.data_runs import MADE

from longwriter.cli.main import cli
from longwriter.data.backtranslate.build import BacktranslateSettings, make_triples
from longwriter.data.backtranslate.chat import outline
from longwriter.data.backtranslate.keywords import Counts, Keywords
from longwriter.data.backtranslate.records import ChapterText, chapters
from longwriter.data.backtranslate.request_templates import About, joined, kind_of, kinds, lines, request
from longwriter.data.books.documents import ShardSettings
from longwriter.data.books.documents import is_held_out as shards_hold_out
from longwriter.data.splits import is_held_out
from longwriter.errors import RunError
from longwriter.length.target import read_target
from longwriter.steps.local import LocalEngine
from longwriter.text import count_words

LOCAL = LocalEngine(4)
NOUNS = """harbour kettle violin glacier orchard lantern saddle compass bakery tunnel ladder meadow mirror candle anchor
blanket barrel cabin dragon engine feather guitar hammer island jacket knight lemon magnet needle oyster pepper quarry
ribbon sailor temple umbrella valley wagon zebra bottle curtain donkey elbow forest garden helmet insect jungle kitchen
lizard market nephew office parrot rabbit shovel ticket uncle village window""".split()  # noqa: SIM905


DESCRIPTION = """Two of us who had been at sea as boys a long time ago go to look for what we lost on it, and we find that
it was not at all as we had said."""


def chapter(number: int) -> dict[str, object]:
    """About 900 words in 12 paragraphs, each on a noun or two of its own."""
    rng, paragraphs = random.Random(number), []
    for _ in range(12):
        a, b = rng.sample(NOUNS, 2)
        sentences = [f"He saw the {a}, and the {b} of the {a} was old."]
        sentences += [
            f"It was {rng.randint(2, 9)} years since they went there to ask {'again ' * rng.randint(0, 6)}."
            for _ in range(5)
        ]
        paragraphs.append(" ".join(sentences))
    return {
        "id": f"book-{number % 3}#{number}", "book": f"book-{number % 3}", "title": f"The Story of {number}",
        "text": "\n\n".join(paragraphs), "fiction": number % 2 == 0, "kind": "story" if number % 2 == 0 else "guide",
        "subjects": ["Mystery"], "description": DESCRIPTION, "licence": "CC0", "source": "test",
    }  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "chapters.jsonl"
    path.write_text("".join(json.dumps(chapter(n)) + "\n" for n in range(24)), "utf-8")
    return path


@pytest.fixture(scope="module")
def made(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "out"
    settings = BacktranslateSettings(source=str(source), words=(100, 300), held_out_books=("book-2",))
    make_triples(settings, folder, LOCAL, lambda _: None, MADE)
    return folder


def rows(folder: Path) -> list[dict]:
    return pq.read_table(folder / "train.parquet").to_pylist()


def prompt(row: dict) -> str:
    return row["messages"][0]["content"]


def reply(row: dict) -> str:
    return row["messages"][1]["content"]


def test_bounds_in_requests_hold() -> None:
    rng, seen = random.Random(1), set()
    for _ in range(3000):
        words = rng.randint(30, 450)
        asked = request(About(fiction=True), ["harbour"], words, rng)
        if "no more than" in asked.text:
            assert asked.required >= words
        elif "at least" in asked.text:
            assert asked.required <= words
        else:
            assert abs(asked.required - words) <= 5
        seen.add(asked.text.replace(str(asked.required), "N"))
    assert len(seen) > 100


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_writer_reads_the_length_that_a_request_names(language) -> None:
    rng, topics = random.Random(2), ["灯塔", "风暴"] if language == "zh" else ["harbour", "Marlow"]
    about = About(language=language, title="Night Watch" if language == "en" else "守夜", description="Two sisters. ")
    for _ in range(2000):
        words = rng.randint(200, 9000)
        asked = request(about, topics, words, rng)
        target = read_target(asked.text)
        if target is None:  # a bare label "Words: 120"
            assert "Words: " in asked.text
        else:
            assert asked.required in (target.low, target.high, target.aim)


def test_both_languages_have_the_same_kinds_and_every_line_renders() -> None:
    assert kinds("en").keys() == kinds("zh").keys()
    for language in ("en", "zh"):
        assert all("$length" in line or "$words" in line for line in lines(language, "backtranslate_tasks"))
        assert all("$" in line for line in lines(language, "backtranslate_lengths"))
    assert kind_of(About(subjects=("Nowhere", "Mystery"), fiction=True)) == "detective story"
    assert kind_of(About(language="zh", kind="guide")) == "指南"
    assert joined(["a", "b", "c"], "en") == "a, b and c"
    assert joined(["茶", "铁路"], "zh") == "茶和铁路"


def test_keywords_stand_in_their_text_and_the_lines_of_a_plan_share_none(made: Path) -> None:
    found = rows(made)
    assert len(found) == 16
    for row in found:
        assert row["keywords"]
        assert len(row["plan"]) > 1
        lines_of = [f"{line['title'].replace(' and ', ', ')}, {line['point']}".lower() for line in row["plan"]]
        named = [word for line in lines_of for word in line.split(", ") if word]
        assert len({word[:5] for word in named}) == len(named)
        assert all(word.lower() in reply(row).lower() for word in (*named, *row["keywords"]))


def test_what_is_held_out_is_in_no_training_row(made: Path, source: Path) -> None:
    train, held = rows(made), rows(made / "held")
    assert {r["book"] for r in train} == {"book-0", "book-1"}
    assert {r["book"] for r in held} == {"book-2"}
    shards = ShardSettings(train_tokenizer=300, held_out_every=3, held_out_books=("book-2",))
    for found in chapters(str(source)):
        row = {"book": found.book, "sha256": found.sha256}
        assert is_held_out(found.book, found.sha256, ("book-2",), 3) == shards_hold_out(row, shards)


@pytest.mark.slow
def test_the_same_settings_make_the_same_bytes(made: Path, source: Path, tmp_path: Path) -> None:
    settings = BacktranslateSettings(source=str(source), words=(100, 300), held_out_books=("book-2",))
    make_triples(settings, tmp_path / "again", LOCAL, lambda _: None, MADE)
    for name in ("train.parquet", "held/train.parquet", "report.json"):
        assert (tmp_path / "again" / name).read_bytes() == (made / name).read_bytes()
    args = ["data", "backtranslate", str(source), "--words", "100,300", "--held-out-book", "book-2"]
    command = [sys.executable, "-m", "longwriter", *args, "--out", str(tmp_path / "other")]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "77"}, capture_output=True)
    assert (tmp_path / "other" / "train.parquet").read_bytes() == (made / "train.parquet").read_bytes()
    other = settings.model_copy(update={"seed": 8})
    with pytest.raises(RunError, match="seed"):
        make_triples(other, tmp_path / "again", LOCAL, lambda _: None, MADE)


def test_chat_rows_hold_the_whole_text_and_its_plan(source: Path, tmp_path: Path) -> None:
    make_triples(BacktranslateSettings(source=str(source)), tmp_path / "chat", LOCAL, lambda _: None, MADE)
    found = rows(tmp_path / "chat")
    assert [reply(r) for r in found] == [chapter(n)["text"] for n in range(24)]
    for row in found:
        assert row["licence"] == "CC0"
        assert abs(sum(s["words"] for s in row["plan"]) - row["words"]) <= 5 * len(row["plan"])
        assert row["length_score"] is None or row["length_score"] > 96


def test_a_section_without_words_of_its_own_is_counted_with_its_neighbour() -> None:
    bare = "It was very good and then they went away again to see what else there might be. " * 30  # 17 words each
    text = "\n\n".join([bare, "They saw the harbour. " * 60 + "The harbour was old.", bare, bare])
    counts = Counts()
    for noun in ("harbour", *NOUNS[:8]):
        counts.add(f"They saw the {noun}. The {noun} was old. " + "It was very good. " * 60)
    about = ChapterText("a", text, About(), "", "", "", "")
    for seed in range(9):
        (line,) = outline(about, Keywords(counts), (200, 600), random.Random(seed))
        assert line.title == "Harbour"
        assert abs(line.words - count_words(text)) < 200


def test_chinese_texts_get_chinese_requests(tmp_path: Path) -> None:
    with (tmp_path / "zh.jsonl").open("w") as file:
        for a, b in pairwise(("灯塔", "茶叶", "铁路", "钢琴", "果园", "渔船")):
            paragraph = f"老人说起{a}，又说{a}很旧。他们一起走了很远的路，后来天黑了。海风吹过{b}，{b}上落满了雪。"
            file.write(json.dumps({"text": "\n\n".join([paragraph * 6] * 4), "fiction": True}) + "\n")
    make_triples(
        BacktranslateSettings(source=str(tmp_path / "zh.jsonl")), tmp_path / "out", LOCAL, lambda _: None, MADE
    )
    for row, (a, b) in zip(
        rows(tmp_path / "out"), pairwise(("灯塔", "茶叶", "铁路", "钢琴", "果园", "渔船")), strict=True
    ):
        assert row["language"] == "zh"
        assert a in prompt(row) or b in prompt(row)
        assert not [w for w in prompt(row).split() if w.isascii() and w.isalpha()]


def test_datasets_reads_what_is_written(made: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="needs the [train] extra")
    read = datasets.load_dataset(str(made), split="train", cache_dir=str(tmp_path))
    assert read[0]["messages"][0]["role"] == "user"
    assert len(read) == len(rows(made))


@pytest.mark.parametrize(
    ("line", "flags", "told"),
    [
        ('{"title": "x"}', [], "no column 'text'"),
        ('{"text": " "}', [], "empty text"),
        ('{"id": "a", "text": "One. Two."}\n{"id": "a", "text": "One."}', [], "'a' stands twice"),
        ('{"text": "One. Two."}', [], "no text of it made a row"),
        ('{"text": "One. Two."}', ["--words", "60"], "two numbers such as 60,380"),
        ('{"text": "One. Two."}', ["--texts", "600,60"], "no range"),
        ('{"text": ', [], "not JSON"),
    ],
)
def test_bad_input_is_named(line, flags, told, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(line)
    with pytest.raises(Exception, match=told):
        cli(
            ["data", "backtranslate", str(tmp_path / "x.jsonl"), "--out", str(tmp_path / "o"), *flags],
            standalone_mode=False,
        )
    assert not (tmp_path / "o" / "train.parquet").exists()

import json
import random
from pathlib import Path

from docx import Document
from tests.helpers.command import longwriter_here

PLAIN = "The men went down to the boats and looked at the water until the rain came over the hill. "


def story(seed: int, planted: str = "") -> str:
    rng = random.Random(seed)
    words = ["boat", "rain", "hill", "water", "stone", "bread", "night", "road", "field", "house", "dog", "fire"]
    sentences = [
        f"The {rng.choice(words)} was by the {rng.choice(words)} and a {rng.choice(words)} came." for _ in range(120)
    ]
    return " ".join(f"{s} {planted}" if planted and n % 12 == 0 else s for n, s in enumerate(sentences))


def test_a_list_is_learned_from_files_and_scores_a_text(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    for n in range(4):
        (tmp_path / "outputs" / f"{n}.md").write_text(story(n, "She felt a quiet ember stir."))
    rows = [json.dumps({"text": story(50 + n)}) for n in range(40)]
    (tmp_path / "human.jsonl").write_text("\n".join(rows))
    found = longwriter_here("slop", "learn", "outputs", "--human", "human.jsonl", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "quiet ember" in found.stdout
    assert "slop.toml" in found.stdout
    assert "times in 4 texts" in (tmp_path / "slop.toml").read_text()
    (tmp_path / "new.md").write_text(story(9, "She felt a quiet ember stir."))
    scored = longwriter_here("slop", "score", "new.md", "--list", "slop.toml", "--json", cwd=tmp_path)
    tree = json.loads(scored.stdout)
    assert tree["percentile"] == 100
    assert {hit["phrase"] for hit in tree["hits"]} <= {"She felt a quiet ember", "felt a quiet ember stir"}
    assert [one["check"] for one in tree["findings"]] == ["phrase", "rate"]


def test_a_person_is_told_rate_place_and_lines(tmp_path: Path) -> None:
    (tmp_path / "story.md").write_text(f"{PLAIN * 20}\n\nShe took a deep breath.\n")
    found = longwriter_here("slop", "score", "story.md", cwd=tmp_path)
    assert found.stdout.startswith("1 stock phrases in 385 words: 2.60 per 1,000; ")
    assert "of chapters of fiction by people have fewer" in found.stdout or "non-fiction" in found.stdout
    assert ["took", "a", "deep", "breath", "1", "3"] in [line.split() for line in found.stdout.splitlines()]


def test_a_word_file_and_the_last_run_are_texts_too(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph(f"{PLAIN * 10} She took a deep breath.")
    document.save(str(tmp_path / "story.docx"))
    (tmp_path / "runs" / "tea").mkdir(parents=True)
    (tmp_path / "runs" / "tea" / "settings.json").write_text("{}")
    none = longwriter_here("slop", "score", "last", cwd=tmp_path)
    assert "tea has no text yet; go on with: longwriter resume runs/tea" in " ".join(none.stderr.split())
    (tmp_path / "runs" / "tea" / "draft.md").write_text(PLAIN * 10)
    for source, said in (("story.docx", "1 stock phrases in 195 words"), ("last", "0 stock phrases in 190 words")):
        found = longwriter_here("slop", "score", source, cwd=tmp_path)
        assert found.stdout.startswith(said), found.stderr


def test_copies_of_one_text_are_one_text(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    for n in range(4):
        (tmp_path / "outputs" / f"{n}.md").write_text(story(1, "She felt a quiet ember stir."))
    (tmp_path / "human.md").write_text(story(2))
    found = longwriter_here("slop", "learn", "outputs", "--human", "human.md", cwd=tmp_path)
    assert found.returncode == 2
    assert "1 text of the model" in found.stderr


def test_a_list_that_a_person_may_have_edited_is_kept(tmp_path: Path) -> None:
    (tmp_path / "slop.toml").write_text("mine")
    (tmp_path / "a.md").write_text(PLAIN)
    found = longwriter_here("slop", "learn", "a.md", "--human", "a.md", cwd=tmp_path)
    assert found.returncode == 2
    assert "slop.toml is there already; give another --out, or --force to replace it" in found.stderr
    assert (tmp_path / "slop.toml").read_text() == "mine"


def test_what_cannot_be_said_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "zh.md").write_text("他走到河边，看了很久的水。" * 40, "utf-8")
    (tmp_path / "empty.md").write_text("\n")
    for name, said in (
        ("zh.md", "no list of stock phrases for Chinese; make one with longwriter slop learn"),
        ("empty.md", "holds no words"),
        ("none.md", "no such file, folder or run"),
    ):
        found = longwriter_here("slop", "score", name, cwd=tmp_path)
        assert found.returncode == 2
        assert said in found.stderr
    found = longwriter_here("slop", "learn", "zh.md", "--human", "zh.md", cwd=tmp_path)
    assert found.returncode == 2
    assert "1 text of the model" in found.stderr
    assert not (tmp_path / "slop.toml").exists()

"""longwriter style: learnt from files of several forms, compared with a file."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.helpers.writers import written_by

from longwriter.api.book.styles import learn_style, score_style
from longwriter.cli.style.group import style
from longwriter.errors import InputError

BRIEF = written_by("brief", 300)


def said(*arguments: object) -> str:
    result = CliRunner().invoke(style, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_learnt_and_scored(tmp_path: Path) -> None:
    half = len(BRIEF) // 2
    (tmp_path / "a.md").write_text("# One\n\n" + BRIEF[:half], "utf-8")
    (tmp_path / "b.html").write_text("".join(f"<p>{p}</p>" for p in BRIEF[half:].split("\n\n")), "utf-8")
    out = tmp_path / "style.toml"
    shown = said("learn", tmp_path / "a.md", tmp_path / "b.html", "--out", out)
    assert "sentence_words" in shown
    (tmp_path / "same.txt").write_text(written_by("brief", 120, seed=5), "utf-8")
    (tmp_path / "other.md").write_text(written_by("lengthy", 30, seed=5), "utf-8")
    found = [json.loads(said("score", tmp_path / name, "--style", out, "--json")) for name in ("same.txt", "other.md")]
    assert found[0]["value"] < found[1]["value"]
    assert [set(row) for row in found[1]["along"]] == [
        {"start", "words", "value", "percentile_own", "percentile_others"} for _ in found[1]["along"]
    ]
    assert found[1]["furthest"][0].keys() == {"name", "value", "low", "high", "off"}
    assert "furthest off" in said("score", tmp_path / "other.md", "--style", out)


def test_a_style_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BRIEF, "utf-8")
    out = tmp_path / "style.toml"
    out.write_text("mine", "utf-8")
    with pytest.raises(InputError, match="--force"):
        said("learn", tmp_path / "a.txt", "--out", out)
    said("learn", tmp_path / "a.txt", "--out", out, "--force")
    assert out.read_text("utf-8") != "mine"


def test_what_is_doubtful_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(written_by("brief zh", 250), "utf-8")
    (tmp_path / "b.txt").write_text(BRIEF, "utf-8")
    profile = learn_style(tmp_path / "a.txt")
    doubts = score_style(tmp_path / "b.txt", profile).doubts
    assert doubts[0] == "the text is not in the style's language (Chinese): its distance means little"
    with pytest.raises(InputError, match="no such file or run"):
        score_style(tmp_path / "none.txt", profile, tmp_path)
    with pytest.raises(InputError, match="name at least one file"):
        learn_style()

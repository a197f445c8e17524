"""longwriter check: files and runs, its table, its JSON, its page, its exit codes."""

import json
import re
from pathlib import Path

import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.writers import written_by

import longwriter
from longwriter.api.runs import Run
from longwriter.checks.finding import TextFinding
from longwriter.checks.style.learn import learn

SENTENCE = "The keeper of the old lighthouse counted every single step on his way up to the lamp that evening."
DRAFT = f"# The lamp\n\nAda climbed.\n\n{SENTENCE}\n\n# The boat\n\nHer brother slept.\n\n{SENTENCE}\n"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.md"
    path.write_text(DRAFT, "utf-8")
    return path


def test_findings_are_shown_with_their_paragraphs_and_end_in_code_4(draft: Path) -> None:
    done = longwriter_here("check", draft)
    assert done.returncode == 4
    assert "paragraph 3  passage  19 words say again, word for word" in done.stdout
    assert "paragraph 6" in done.stdout
    assert done.stderr == "longwriter: draft.md: 1 finding\n"


def test_a_sound_text_ends_in_code_0(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Ada climbed the stairs. Her brother mended a net.", "utf-8")
    done = longwriter_here("check", tmp_path / "good.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("nothing found")


def test_json_has_findings_with_quotes_at_their_places(draft: Path) -> None:
    done = longwriter_here("check", draft, "--json", "--only", "repetition")
    report = json.loads(done.stdout)
    assert report.keys() == {"findings", "figures", "dismissed"}
    [finding] = map(TextFinding.model_validate, report["findings"])
    assert [DRAFT[p.start : p.end] for p in finding.places] == list(finding.quotes)
    assert report["findings"][0].keys() == {"kind", "check", "places", "quotes", "message", "source"}


def test_a_file_has_no_sections_and_is_no_run(tmp_path: Path) -> None:
    eyes = "# One\n\nAda Brown had blue eyes.\n\n# Two\n\nAda Brown had brown eyes.\n"
    (tmp_path / "eyes.md").write_text(eyes)
    found = json.loads(longwriter_here("check", "eyes.md", "--json", cwd=tmp_path).stdout)["findings"]
    assert [finding["check"] for finding in found] == ["colour"]
    assert [place["section"] for place in found[0]["places"]] == [None, None]
    for command in ("ledger", "revise", "show"):
        told = longwriter_here(command, "eyes.md", cwd=tmp_path)
        assert told.returncode == 2
        assert "eyes.md is a file, not a run; make a run of it with: longwriter import eyes.md" in told.stderr


def test_the_page_is_one_file(draft: Path, tmp_path: Path) -> None:
    page = tmp_path / "findings.html"
    assert longwriter_here("check", draft, "--html", page).returncode == 4
    assert SENTENCE.split(" that")[0] in page.read_text("utf-8")
    done = longwriter_here("check", draft, "--html", tmp_path / "findings.pdf")
    assert (done.returncode, "name it NAME.html" in done.stderr) == (2, True)


def test_word_and_epub_are_read_too(draft: Path, tmp_path: Path) -> None:
    for name in ("book.docx", "book.epub", "book.html"):
        longwriter.export_file(draft, tmp_path / name)
        found = json.loads(longwriter_here("check", tmp_path / name, "--json").stdout)
        assert [finding["check"] for finding in found["findings"]] == ["passage"], name


def test_a_run_tells_sections(tmp_path: Path) -> None:
    written = longwriter.write("Write a 1500-word story about a lighthouse", model="fake", runs=tmp_path / "runs")
    run = Run(written.folder)
    run.edit(1, f"{SENTENCE} Ada heard it.")
    run.edit(2, f"She slept. {SENTENCE}")
    report = Run(written.folder).check("repetition")
    [finding] = [f for f in report.findings if "word for word" in f.message]
    assert [place.section for place in finding.places] == [1, 2]
    shown = longwriter_here("check", written.folder, "--only", "repetition")
    assert "section 2, paragraph" in shown.stdout
    by_name = longwriter_here("check", "last", "--runs", tmp_path / "runs", "--json")
    assert by_name.returncode == 4


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("no.md", None, "cannot read"),
        ("no-such-run", None, "no run 'no-such-run'"),
        ("empty.md", b" \n", "there is no text in it"),
        ("a.pdf", b"%PDF", "cannot read .pdf"),
        ("bad.docx", b"PK nothing", "bad.docx"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = longwriter_here("check", tmp_path / name if "." in name else name, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_check_is_refused(draft: Path) -> None:
    done = longwriter_here("check", draft, "--only", "spelling")
    assert done.returncode == 2
    assert "spelling" in done.stderr


def test_a_run_in_a_voice_tells_how_near_it_keeps(tmp_path: Path) -> None:
    profile = learn([written_by("brief", 300)])
    written = longwriter.write(
        "Write a 600-word story about a mill", model="fake", runs=tmp_path / "runs", style=profile
    )
    figures = json.loads(longwriter_here("check", written.folder, "--json").stdout)["figures"]
    assert 90 <= figures["style_percentile"] <= 100  # the fake model's words are like nobody's
    shown = longwriter_here("check", written.folder, "--only", "style").stdout
    assert "style_percentile" in shown
    assert Run(written.folder).check("style").figures["style_percentile"] == figures["style_percentile"]


def test_a_file_is_checked_against_sources(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "mill.md").write_text(
        "The river mill was built in 1884 by Ada Brown on the bank of the Wend."
    )
    text = tmp_path / "report.md"
    text.write_text(
        "As they say, “the river mill was built in 1874 by Ada Brown” there. “The river mill was built in 1884”."
    )
    done = longwriter_here("check", text, "--sources", tmp_path / "papers", "--only", "citations")
    assert done.returncode == 4
    assert "a quotation that no source has; s1, mill.md, has" in " ".join(done.stdout.split())
    assert "quotes_in_sources" in done.stdout
    assert longwriter_here("check", text, "--only", "citations").returncode == 0
    gone = longwriter_here("check", text, "--sources", tmp_path / "none")
    assert (gone.returncode, "there is no such file" in gone.stderr) == (2, True)
    help_ = " ".join(longwriter_here("check", "--help").stdout.split())
    assert "each quotation of five words and more" in help_
    longwriter.write("A note of 60 words.", model="fake", run=tmp_path / "run")
    refused = longwriter_here("check", tmp_path / "run", "--sources", tmp_path / "papers")
    assert (refused.returncode, "--sources is for a file" in refused.stderr) == (2, True)


def test_messages_are_english_for_scripts_and_chinese_where_that_is_asked_for(draft: Path, tmp_path: Path) -> None:
    english, chinese = "19 words say again, word for word, what stood earlier", "有19词逐字重复了前文"
    for arguments, said in (((), english), (("--messages", "zh"), chinese)):
        assert (
            json.loads(longwriter_here("check", draft, "--json", *arguments).stdout)["findings"][0]["message"] == said
        )
        assert said in " ".join(
            longwriter_here("check", draft, "--html", tmp_path / "a.html", *arguments).stdout.split()
        )
        assert said in (tmp_path / "a.html").read_text("utf-8")


def test_no_line_of_chinese_is_cut(tmp_path: Path) -> None:
    (tmp_path / "zh.md").write_text(
        "灯塔里的守夜人已经两个晚上没有睡觉了，楼梯似乎比他年轻的时候更长，他慢慢地走上去，听见风在窗外", "utf-8"
    )
    shown = longwriter_here("check", tmp_path / "zh.md", "--only", "form").stdout
    assert "听见风在窗外" in re.sub(r"\s", "", shown)

"""The command as a person or a script meets it: its output, its exit code; what is stopped is a real process."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.helpers.command import longwriter_here, one_line
from tests.helpers.server import Server


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say what to write"),
        (("",), "say what to write"),
        (("  ...  ",), "the instruction says nothing"),
        (("x y", "--words", "0"), "--words: 0 is not allowed; give 20 to 1,000,000"),
        (("x y", "--words", "10000000"), "--words: 10000000 is not allowed; give 20 to 1,000,000"),
        (("x y", "--words", "2k"), "--words: '2k' is not a whole number of words; give digits alone, such as 2000"),
        (("x y", "--plan", "no.md"), "cannot read no.md"),
        (("x y", "--config", "no.toml"), "cannot read no.toml"),
        (("--batch", "no.jsonl"), "cannot read no.jsonl"),
        (("x y", "--model", "hf:/no/such/model"), ""),
        (("x y", "--base-url", "http://127.0.0.1:9/v1"), "--base-url needs --model"),
        (("x y", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--retry", "0"), "cannot reach"),
        (("x y", "--model", "m", "--base-url", "nonsense"), ""),
        (("x y", "--out", "no/such/folder/a.md"), "does not exist"),
        (("x y", "--out", "."), "is a folder"),
        (("x y", "--model", "nobody", "--base-url", "https://api.example.org/v1", "--max-cost", "1"), ""),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, arguments: tuple, said: str) -> None:
    one_line(longwriter_here("write", *arguments, cwd=tmp_path), said)


def test_malformed_files_are_named_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"instruction": "Write about tea", "words": 300}\n{"instruction": \n')
    one_line(longwriter_here("write", "--batch", "b.jsonl", cwd=tmp_path), "b.jsonl:2: not JSON")
    (tmp_path / "c.jsonl").write_text('{"instruction": "Write about tea", "words": -5}\n')
    one_line(longwriter_here("write", "--batch", "c.jsonl", cwd=tmp_path), "c.jsonl:1: words")
    (tmp_path / "d.jsonl").write_text('{"instruction": "a b", "id": "x"}\n\n{"instruction": "c d", "id": "x"}\n')
    one_line(longwriter_here("write", "--batch", "d.jsonl", cwd=tmp_path), "d.jsonl:3", "twice")
    (tmp_path / "e.toml").write_text('context = "everything"\n')
    one_line(longwriter_here("write", "a b", "--config", "e.toml", cwd=tmp_path), "e.toml: context")
    (tmp_path / "f.md").write_bytes(b"# T\n\n1. **A** (300 words): x\n\xff\n")
    one_line(longwriter_here("write", "--plan", "f.md", cwd=tmp_path), "f.md:4: not UTF-8")
    (tmp_path / "g.md").write_text("nothing like an outline\n")
    one_line(longwriter_here("write", "--plan", "g.md", cwd=tmp_path), "g.md")
    assert not (tmp_path / "runs").exists()


def test_a_text_from_a_server_with_all_commands(tmp_path: Path) -> None:
    with Server(ratio=0.7) as server:
        at = ("--model", "m", "--base-url", server.url)
        made = longwriter_here(
            "write", "Write a 3000-word history of tea", *at, "--out", "tea.md", "--json", cwd=tmp_path
        )
        assert made.returncode == 0, made.stderr
        report = json.loads(made.stdout)
        assert report["finished"]
        assert abs(report["written"] / 3000 - 1) <= 0.05
        text = (tmp_path / "tea.md").read_text()
        name = Path(report["run"]).name
        asked = len(server.requests)
        again = longwriter_here("write", "Write a 3000-word history of tea", *at, "--out", "tea.md", cwd=tmp_path)
        assert again.returncode == 0, again.stderr
        assert len(server.requests) == asked
        assert (tmp_path / "tea.md").read_text() == text
        assert longwriter_here("replay", name, cwd=tmp_path).stdout == text
        assert longwriter_here("show", name, "--text", cwd=tmp_path).stdout == text
        assert json.loads(longwriter_here("runs", "--json", cwd=tmp_path).stdout)[0]["state"] == "finished"
        shown = longwriter_here("show", name, cwd=tmp_path).stdout
        assert " of 3,000 words (" in shown
        assert "reads through: no loops" in shown
        assert "S_l" not in shown
        assert "S_l" not in made.stderr
        assert [f["kind"] for f in report["verdict"] if not f["ok"]] == ["asked"]
        assert "planned" in shown
        redone = longwriter_here("redo", name, "--section", "2", cwd=tmp_path)
        assert redone.returncode == 0, redone.stderr
        one_line(longwriter_here("redo", name, cwd=tmp_path), "say what to redo")
        one_line(longwriter_here("redo", name, "--section", "99", cwd=tmp_path), "no section 99")
        one_line(longwriter_here("show", "nothing", cwd=tmp_path), "no run 'nothing'")
        changed = longwriter_here(
            "write", "Write a 3000-word history of tea", *at, "--out", "tea.md", "--context", "window", cwd=tmp_path
        )
        one_line(changed, "other settings: context")


def test_plan_edit_write(tmp_path: Path) -> None:
    with Server() as server:
        at = ("--model", "m", "--base-url", server.url)
        plan = longwriter_here("plan", "A field guide to clouds", "--words", "2000", *at, cwd=tmp_path)
        assert plan.returncode == 0, plan.stderr
        (tmp_path / "plan.md").write_text(plan.stdout)
        made = longwriter_here("write", "--plan", "plan.md", *at, "--out", "-", cwd=tmp_path)
        assert made.returncode == 0, made.stderr
        assert 1900 < len(made.stdout.split()) < 2100
        assert "A field guide to clouds" in server.requests[-1]["messages"][-1]["content"]


def test_someone_elses_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("years of work")
    done = longwriter_here("write", "a b", "--model", "fake:", "--words", "300", "--out", "mine.md", cwd=tmp_path)
    one_line(done, "not what this run wrote")
    assert (tmp_path / "mine.md").read_text() == "years of work"


def test_a_wrong_key_an_unknown_model_and_a_missing_key(tmp_path: Path) -> None:
    with Server(key="right", models=("m",)) as server:
        at = ("--base-url", server.url, "--words", "300")
        wrong = longwriter_here("write", "a b", "--model", "m", *at, cwd=tmp_path, OPENAI_API_KEY="sk-secret-wrong")
        one_line(wrong, "OPENAI_API_KEY")
        assert "sk-secret-wrong" not in wrong.stderr + wrong.stdout
        unknown = longwriter_here("write", "c d", "--model", "nope", *at, cwd=tmp_path, OPENAI_API_KEY="right")
        one_line(unknown, "nope")
        assert not any("sk-secret-wrong" in p.read_text() for p in (tmp_path / "runs").rglob("*") if p.is_file())
    one_line(longwriter_here("write", "a b", "--model", "gpt-4o", cwd=tmp_path), "OPENAI_API_KEY")


def test_batch_writes_all_and_reports_what_failed(tmp_path: Path) -> None:
    lines = [{"instruction": f"Write about tea number {i}", "words": 400, "id": f"t{i}"} for i in range(5)]
    (tmp_path / "b.jsonl").write_text("\n".join(json.dumps(x) for x in lines))
    arguments = ("write", "--batch", "b.jsonl", "--model", "fake:", "--out", "texts", "--concurrency", "3")
    done = longwriter_here(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "texts").iterdir()) == [f"t{i}.md" for i in range(5)]
    (tmp_path / "runs" / "t3" / "journal.jsonl").write_text("{}\n{}\n")
    broken = longwriter_here(*arguments, cwd=tmp_path)
    one_line(broken, "1 of 5 texts failed")
    assert "t3: failed" in broken.stderr


@pytest.mark.slow
def test_estimate_and_dry_run_spend_nothing(tmp_path: Path) -> None:
    done = longwriter_here(
        "estimate",
        "Write a 20000-word history of tea",
        "--model",
        "gpt-4o",
        "--context",
        "full",
        "--window",
        "100000",
        "--json",
        cwd=tmp_path,
    )
    full = json.loads(done.stdout)
    assert full["sections"] == 40
    assert full["cost"] > 0
    window = longwriter_here(
        "write",
        "Write a 20000-word history of tea",
        "--model",
        "gpt-4o",
        "--context",
        "window",
        "--dry-run",
        "--json",
        cwd=tmp_path,
    )
    assert json.loads(window.stdout)["prompt_tokens"] < 0.5 * full["prompt_tokens"]
    assert full["cost_batch"] == full["cost"] / 2
    assert full["cached_tokens"] > 0.9 * full["prompt_tokens"]
    assert full["cost"] - full["cost_cached"] == pytest.approx(full["cached_tokens"] * 1.25e-6)
    unpriced = longwriter_here(
        "estimate", "Write a 20000-word history of tea", "--model", "nobody", "--json", cwd=tmp_path
    )
    told = json.loads(unpriced.stdout)
    assert (told["cost"], told["cost_cached"], told["cost_batch"]) == (None, None, None)
    assert not (tmp_path / "runs").exists()


def test_a_read_only_folder(tmp_path: Path) -> None:
    done = longwriter_here(
        "write", "a b", "--model", "fake:", "--words", "300", "--runs", "/proc/nowhere", cwd=tmp_path
    )
    one_line(done, "/proc/nowhere", "--runs")


def test_help_has_examples(tmp_path: Path) -> None:
    for command in ("write", "plan", "estimate", "resume", "redo", "runs", "show", "replay"):
        shown = longwriter_here(command, "--help", cwd=tmp_path)
        assert shown.returncode == 0
        assert f"longwriter {command}" in shown.stdout.split("Example")[1]


def test_batch_dry_run_spends_nothing_and_outputs_are_checked_first(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"instruction": "Write 400 words on tea", "id": "a"}\n')
    batch = ("write", "--batch", "b.jsonl", "--model", "fake:")
    dry = longwriter_here(*batch, "--dry-run", cwd=tmp_path)
    assert dry.returncode == 0
    assert "calls" in dry.stdout
    assert not (tmp_path / "runs").exists()
    one_line(longwriter_here(*batch, "--run", "x", cwd=tmp_path), "--batch does not go with --run")
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "a.md").write_text("precious")
    one_line(longwriter_here(*batch, "--out", "t", cwd=tmp_path), "not what this run wrote")
    assert (tmp_path / "t" / "a.md").read_text() == "precious"
    (tmp_path / "f").touch()
    one_line(longwriter_here(*batch, "--out", "f", cwd=tmp_path), "cannot make the folder f")
    (tmp_path / "c.jsonl").write_text('{"instruction": "Write 400 words on tea", "id": ".."}\n')
    one_line(longwriter_here("write", "--batch", "c.jsonl", "--model", "fake:", cwd=tmp_path), "c.jsonl:1: id")


def test_a_ceiling_ends_with_code_3_and_the_text_so_far(tmp_path: Path) -> None:
    command = ("write", "Write 5000 words on tea", "--model", "fake:", "--max-tokens", "9000")
    stopped = longwriter_here(*command, "--out", "-", cwd=tmp_path)
    assert stopped.returncode == 3
    assert "9,000" in stopped.stderr
    assert 500 < len(stopped.stdout.split()) < 4000
    assert not (tmp_path / "-").exists()
    name = next((tmp_path / "runs").iterdir()).name
    more = longwriter_here("resume", name, "--max-tokens", "10000", "--out", "t.md", cwd=tmp_path)
    assert more.returncode == 3
    again = longwriter_here("resume", name, "--json", cwd=tmp_path)  # the raised ceiling is remembered
    assert again.returncode == 3
    assert "10,000" in again.stderr
    assert json.loads(again.stdout)["finished"] is False
    assert (tmp_path / "t.md").read_text() == longwriter_here("show", name, "--text", cwd=tmp_path).stdout
    one_line(longwriter_here(*command, "--out", "-", "--json", cwd=tmp_path), "both want standard output")


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_is_graceful(tmp_path: Path, how: signal.Signals) -> None:
    with Server(ttft_s=0.15) as server:
        command = [sys.executable, "-m", "longwriter", "write", "Write 9000 words on tea", "--model", "m"]
        process = subprocess.Popen(
            [*command, "--base-url", server.url],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        while len(server.completed) < 3:
            time.sleep(0.02)
        process.send_signal(how)
        _, said = process.communicate(timeout=20)
        assert process.returncode == 128 + how
        assert "stopped: " in said
        assert f"9,000 words are in runs{os.sep}write-9000-words-on-tea" in said
        assert "go on with: longwriter resume runs" in said
        assert "Traceback" not in said


@pytest.mark.slow
def test_a_full_disk_stops_with_a_word_and_goes_on_after(tmp_path: Path) -> None:
    write = [
        sys.executable,
        "-m",
        "longwriter",
        "write",
        "Write 5000 words on tea",
        "--model",
        "fake:",
        "--out",
        "a.md",
    ]
    limited = f"import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); import runpy; sys.argv = {write[2:]!r}; runpy.run_module('longwriter', run_name='__main__')"  # noqa: E501
    full = subprocess.run([sys.executable, "-c", limited], cwd=tmp_path, capture_output=True, text=True, check=False)
    one_line(full, "make room", "same command")
    assert not (tmp_path / "a.md").exists()
    assert subprocess.run(write, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "b").mkdir()
    assert subprocess.run(write, cwd=tmp_path / "b", capture_output=True, check=False).returncode == 0
    assert (tmp_path / "a.md").read_bytes() == (tmp_path / "b" / "a.md").read_bytes()


def test_brackets_in_titles_are_shown_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_text(
        "# T\n\n> On tea\n\n1. **Act \\[/b] one** (200 words): x\n2. **A [draft] title** (200 words): y\n"
    )
    made = longwriter_here("write", "--plan", "p.md", "--model", "fake:", "--run", "r", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    shown = longwriter_here("show", "r", cwd=tmp_path)
    assert "A [draft] title" in shown.stdout
    assert "[/b] one" in shown.stdout


def test_an_estimate_without_a_length_says_what_it_assumes(tmp_path: Path) -> None:
    done = longwriter_here("estimate", "Write a novel about a ferry", "--model", "gpt-4o", cwd=tmp_path)
    assert "about 3,000 words are assumed" in done.stderr
    assert done.stdout.startswith("3,0")


def test_a_model_per_role_from_a_toml_file(tmp_path: Path) -> None:
    with Server() as writer, Server() as planner:
        (tmp_path / "c.toml").write_text(
            f'words = 1500\ncontext = "window"\n[writer]\nmodel = "w"\nbase_url = "{writer.url}"\n'
            f'[planner]\nmodel = "p"\nbase_url = "{planner.url}"\n'
        )
        done = longwriter_here("write", "Write on tea", "--config", "c.toml", "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["target"]["aim"] == 1500
        assert {r["model"] for r in planner.requests} == {"p"}
        assert {r["model"] for r in writer.requests} == {"w"}
        assert "JSON" in planner.requests[0]["messages"][-1]["content"]


def test_flags_go_before_the_file_and_a_moved_server_is_followed(tmp_path: Path) -> None:
    with Server() as first:
        at = ("--model", "m", "--planner", "p", "--base-url", first.url, "--run", "r")
        (tmp_path / "c.toml").write_text("words = 1500\nmax_tokens = 3000\n")
        stopped = longwriter_here("write", "Write on tea", "--config", "c.toml", "--words", "2000", *at, cwd=tmp_path)
        assert stopped.returncode == 3, stopped.stderr
        assert "2,000" in stopped.stderr
    with Server() as second:
        done = longwriter_here("resume", "r", "--base-url", second.url, "--max-tokens", "99000", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert {r["model"] for r in second.requests} == {"m", "p"}  # the planner takes notes; it has moved too

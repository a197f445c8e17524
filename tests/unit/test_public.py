"""The public face: what `import longwriter` offers, that it is light, and that calls do what commands do."""

import asyncio
import inspect
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import longwriter
from longwriter.errors import LongWriterError
from longwriter.models.base import ModelConfig
from longwriter.models.fake import FakeModel
from longwriter.text import count_words

TEA = "Write a 600-word history of tea"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, no settings of the user."""
    for name in os.environ:
        if name.startswith(("OPENAI_", "LONGWRITER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`longwriter` as a process."""
    whole = [sys.executable, "-m", "longwriter", *arguments]
    return subprocess.run(whole, capture_output=True, text=True, timeout=120, check=False)


def test_import_is_light_and_every_public_name_is_there() -> None:
    code = "import sys, longwriter; print(*sys.modules); print(*(getattr(longwriter, n) for n in longwriter.__all__))"
    loaded, _ = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split(
        "\n", 1
    )
    names = loaded.split()
    assert not {"openai", "pydantic", "numpy", "click", "rich", "asyncio", "longwriter.errors"} & set(names)
    assert [name for name in names if name.startswith("longwriter")] == ["longwriter"]
    assert sorted(longwriter.__all__) == longwriter.__all__ == dir(longwriter)
    with pytest.raises(AttributeError, match="no attribute 'wirte'"):
        longwriter.wirte  # noqa: B018


def test_every_error_is_public() -> None:
    kinds = {name for name, _ in inspect.getmembers(longwriter.errors, inspect.isclass)}
    assert kinds <= set(longwriter.__all__)


@pytest.mark.slow
def test_a_call_and_the_command_make_one_run() -> None:
    made = longwriter.write(TEA, model="fake", out="tea.md")
    assert Path("tea.md").read_text("utf-8") == made.text
    assert 570 <= count_words(made.text) <= 630
    assert made.flaws == [f for f in made.verdict if not f.ok and f.kind != "asked"]
    again = command("write", TEA, "--model", "fake", "--out", "tea.md", "--json")
    report = json.loads(again.stdout)
    assert (report["run"], report["calls"], report["text"]) == (str(made.folder), made.report.calls, "tea.md")
    assert len(list(Path("runs").iterdir())) == 1
    planned = longwriter.plan(TEA, model="fake")
    assert command("plan", TEA, "--model", "fake").returncode == 0
    assert len(list(Path("runs").iterdir())) == 2
    assert planned.words == 600
    forecast = json.loads(command("estimate", TEA, "--model", "fake", "--json").stdout)
    assert longwriter.estimate(TEA, model="fake").model_dump() == forecast


def test_defaults_are_those_of_the_command(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("longwriter.toml").write_text('seed = 7\n[writer]\nmodel = "fake:0.9"\n')
    run = longwriter.Run.open(longwriter.write(TEA).folder)
    saved = json.loads((run.folder / "settings.json").read_text())
    assert (saved["seed"], saved["writer"]["model"], saved["instruction"]) == (7, "fake:0.9", TEA)
    monkeypatch.setenv("LONGWRITER_RUNS", str(alone / "others"))
    assert longwriter.write(TEA, seed=8).folder.parent == alone / "others"
    with pytest.raises(longwriter.SettingError, match="words"):
        longwriter.write(TEA, words=3)
    with pytest.raises(longwriter.InputError, match="say what to write"):
        longwriter.write()
    with pytest.raises(longwriter.InputError, match="is a folder"):
        longwriter.write(TEA, out=".")
    with pytest.raises(TypeError, match="wrods"):
        longwriter.write(TEA, wrods=600)


def test_settings_and_models_as_objects() -> None:
    model = FakeModel(ModelConfig(model="fake"), "")
    made = longwriter.write(TEA, model=model, run="own")
    assert len(model.requests) == made.report.calls
    settings = longwriter.WriteSettings(instruction=TEA, writer=longwriter.ModelConfig(model="fake"))
    assert longwriter.write(settings=settings, run="whole").text == made.text
    assert longwriter.write(TEA, model=longwriter.ModelConfig(model="fake:"), run="config").report.finished
    with pytest.raises(longwriter.InputError, match="given whole: set model, seed there"):
        longwriter.write(settings=settings, model="fake", seed=3)


def test_a_plan_as_object_and_as_file() -> None:
    plan = longwriter.Plan(title="Tea", sections=(longwriter.Section(title="Leaves", words=100),) * 1)
    made = longwriter.write("On tea", plan=plan, model="fake")
    assert made.text.startswith("# Tea\n\n## Leaves\n\n")
    Path("p.md").write_text("# Tea\n\n> On tea\n\n1. **Leaves** (100 words)\n")
    assert longwriter.write(plan="p.md", model="fake").text == made.text
    assert longwriter.write(plan=Path("p.md"), model="fake").report.calls == made.report.calls
    assert longwriter.Run.open().follows_a_file


@pytest.mark.parametrize("parallel", [False, True])
def test_pieces_add_up_to_the_text_and_come_in_order(parallel: bool) -> None:
    options = {"model": "fake", "parallel": parallel, "section_words": 100}
    pieces = list(longwriter.stream(TEA, run="s", **options))
    assert len(pieces) >= 6
    written = longwriter.write(TEA, run="w", **options).text
    assert "".join(pieces) == written
    assert "".join(longwriter.stream(TEA, run="w", **options)) == written  # nothing is left to be written

    async def later() -> list[str]:
        return [piece async for piece in longwriter.astream(TEA, run="a", **options)]

    assert asyncio.run(later()) == pieces


def test_events_are_typed_and_hold_the_words_as_they_come() -> None:
    events = list(longwriter.stream(TEA, model="fake", events=True))
    kinds = [type(event).__name__ for event in events]
    assert kinds.count("Planned") == 1
    assert kinds.index("Planned") < kinds.index("SectionStarted") < kinds.index("Streamed") < kinds.index("SectionDone")
    heard: list[longwriter.events.Event] = []
    longwriter.write(TEA, model="fake", run="b", on_event=heard.append)
    assert [e for e in heard if isinstance(e, longwriter.events.SectionDone)] == [
        e for e in events if isinstance(e, longwriter.events.SectionDone)
    ]


def test_whoever_leaves_the_loop_stops_the_work_and_the_same_call_goes_on() -> None:
    book = "Write a 300000-word history of tea"
    for number, _ in enumerate(longwriter.stream(book, model="fake", run="r")):
        if number == 2:
            break
    run = longwriter.Run.open("r")
    assert run.state == "unfinished"
    assert 0 < run.report.written < 100_000

    async def some() -> None:
        stream = longwriter.astream(book, model="fake", run="r")
        async for _ in stream:
            break
        await stream.aclose()

    asyncio.run(some())
    assert longwriter.Run.open("r").state == "unfinished"  # and its lock is free


def test_where_a_loop_runs_as_in_a_notebook() -> None:
    async def cell() -> tuple[str, list[str], float, str]:
        text = longwriter.write(TEA, model="fake", run="n").text
        pieces = list(longwriter.stream(TEA, model="fake", run="n"))
        words = longwriter.score(text, words=600)["length"].value
        return text, pieces, words, (await longwriter.awrite(TEA, model="fake", run="m")).text

    text, pieces, length, awaited = asyncio.run(cell())
    assert "".join(pieces) == text == awaited
    assert length == 1

    async def wrong() -> None:
        with pytest.raises(longwriter.RunError, match="other settings: seed"):
            longwriter.write(TEA, model="fake", run="n", seed=3)

    asyncio.run(wrong())


def test_a_ceiling_gives_the_text_so_far_and_is_raised() -> None:
    pieces: list[str] = []
    stream = longwriter.stream(TEA, model="fake", section_words=100, max_tokens=1500, out="t.md", run="r")
    with pytest.raises(longwriter.CeilingReached):
        pieces.extend(stream)
    so_far = longwriter.Run.open("r").text
    assert pieces
    assert so_far.startswith("".join(pieces))
    assert Path("t.md").read_text() == so_far
    with pytest.raises(longwriter.CeilingReached):
        longwriter.Run.open("r").resume(max_tokens=1500)
    assert longwriter.Run.open("r").resume(max_tokens=100_000).report.finished
    assert Path("t.md").read_text() == longwriter.Run.open("r").text  # resumed texts go where they were wanted


def test_a_run_is_read_redone_and_exported(alone: Path) -> None:
    made = longwriter.write(TEA, model="fake", section_words=100, run="r")
    run = longwriter.Run.open("r")
    assert (run.name, run.state, run.instruction, run.text) == ("r", "finished", TEA, made.text)
    assert len(run.sections) == len(run.plan.sections) > 3
    assert run.export("copy.md") == Path("copy.md")
    redone = run.redo(2)
    assert redone.text != made.text
    assert run.text == redone.text == Path("copy.md").read_text()
    assert [s.number for s in run.sections if s.stale] == list(range(3, len(run.sections) + 1))
    assert not any(s.stale for s in run.redo(stale=True).report.sections)
    (alone / "mine.md").write_text("years of work")
    with pytest.raises(longwriter.InputError, match="not what this run wrote"):
        run.export("mine.md")
    run.export("mine.md", force=True)
    with pytest.raises(longwriter.InputError, match="there is no section 99"):
        run.redo(99)
    with pytest.raises(longwriter.InputError, match="say what to redo"):
        run.redo()
    longwriter.plan(TEA, model="fake", run="p")
    assert [(r.name, r.state) for r in longwriter.Run.list()] == [("p", "plan"), ("r", "finished")]
    with pytest.raises(longwriter.InputError, match="no run 'x'"):
        longwriter.Run.open("x")


def test_score_says_what_the_command_says() -> None:
    text = "Tea is old. It came by ship, and by caravan.\n" * 20
    Path("t.md").write_text(text)
    said = json.loads(command("score", "t.md", "--words", "150", "--json").stdout)
    found = longwriter.score(text, words=150)
    assert {name: verdict.value for name, verdict in found.items()} == said["rewards"]
    assert longwriter.score(text, words=(10, 20), rewards=["length"]).keys() == {"length"}
    assert longwriter.score(text, request="Write 150 words", rewards=["length"])["length"] == found["length"]
    for wrong in (
        {"rewards": []},
        {"rewards": ["nice"]},
        {"words": (9, 2)},
        {"longest": 1.0},
        {"rewards": ["writing"]},
    ):
        with pytest.raises(LongWriterError):
            longwriter.score(text, **wrong)


STOPPED = """
import asyncio, sys, longwriter
def told(event):
    if isinstance(event, longwriter.events.SectionDone): print("done", flush=True)
def work(): longwriter.write("Write a 900000-word history of tea", model="fake", run="r", on_event=told)
async def cell(): work()
try: asyncio.run(cell()) if sys.argv[1] == "notebook" else work()
except KeyboardInterrupt: print("stopped", longwriter.Run.open("r").state)
"""


@pytest.mark.slow
@pytest.mark.parametrize("place", ["script", "notebook"])
def test_ctrl_c_stops_a_call_with_its_files_closed(place: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", STOPPED, place], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "done\n"
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert said.splitlines()[-1] == "stopped unfinished", said
    assert time.monotonic() - begun < 20

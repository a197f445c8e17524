"""What an assistant can do with runs, and what it is told."""

import asyncio
import time
from pathlib import Path

import pytest
from mcp import MCPError
from mcp.types import ResourceTemplateReference
from tests.helpers.assistant import assistant
from tests.helpers.server import Server

from longwriter.api.runs import Run
from longwriter.serve.mcp import server as served
from longwriter.serve.mcp.passages import MOST_WORDS
from longwriter.text import count_words

READING = {"estimate", "runs", "status", "read", "check"}
WRITING = {"plan", "write", "edit_outline", "redo", "stop", "export"}
STORY = "Write a 2000-word story about a lighthouse"


@pytest.mark.slow
async def test_a_text_is_written_read_checked_and_exported(tmp_path: Path) -> None:
    async with assistant(tmp_path / "runs") as one:
        begun = await one.call("write", request=STORY)
        run = begun["run"]
        status = await one.until_over(run)
        whole = Run(tmp_path / "runs" / run)
        assert (status["state"], status["done"], status["sections"]) == ("finished", 4, 4)
        assert status["written"] == whole.report.written
        assert {finding["kind"]: finding["ok"] for finding in status["verdict"]}["length"]
        told = await one.call("read", run=run)
        assert [line["planned"] for line in told["contents"]] == [500] * 4
        assert told["text"] == ""
        read = await one.call("read", run=run, section=1, to_section=4)
        assert f"# {read['title']}\n\n{read['text']}\n" == whole.text
        assert read["rest"] is None
        checked = await one.call("check", run=run)
        assert checked["length_score"] == whole.report.length_score
        assert [line["written"] for line in checked["sections"]] == [s.written for s in whole.report.sections]
        put = await one.call("export", run=run, file="tea")
        assert Path(put["file"]) == tmp_path / "runs" / run / "tea.md"
        assert Path(put["file"]).read_text("utf-8") == whole.text
        reference = ResourceTemplateReference(uri="longwriter://runs/{run}/draft")
        completed = await one.client.complete(reference, {"name": "run", "value": run[:9]})
        assert completed.completion.values == [run]
        listed = await one.call("runs", search="LIGHT")
        assert [line["run"] for line in listed["runs"]] == [run]
        assert (await one.call("runs", search="tea"))["runs"] == []


async def test_a_passage_is_never_longer_than_one_can_take_and_the_pieces_are_the_text(tmp_path: Path) -> None:
    async with assistant(tmp_path / "runs") as one:
        run = (await one.call("write", request="Write a 9000-word story about a lighthouse"))["run"]
        sections = (await one.until_over(run))["sections"]
        pieces, place = [], {"section": 1, "paragraph": 1}
        while place:
            read = await one.call("read", run=run, **place, to_section=sections)
            assert read["words"] == count_words(read["text"]) <= MOST_WORDS
            pieces.append(read["text"])
            place = read["rest"]
        assert len(pieces) > 3
        whole = Run(tmp_path / "runs" / run).text
        assert f"# {read['title']}\n\n" + "\n\n".join(pieces) + "\n" == whole
        two = await one.call("read", run=run, section=2, paragraph=2, to_paragraph=3)
        assert two["text"] == "\n\n".join((await one.text(f"{run}/section/2")).split("\n\n")[1:3])
        for wrong, said in (
            ({"section": sections + 1}, f"there is no section {sections + 1}: the plan has {sections}"),
            ({"section": 2, "to_section": 1}, "the passage ends before it begins"),
            ({"section": 2, "paragraph": 3, "to_paragraph": 2}, "the passage ends before it begins"),
            ({"section": 2, "paragraph": 1000}, "paragraphs"),
        ):
            assert said in await one.refused("read", run=run, **wrong)


async def test_an_outline_is_edited_before_it_is_written_and_its_unchanged_lines_keep_their_texts(
    tmp_path: Path,
) -> None:
    async with assistant(tmp_path / "runs") as one:
        planned = await one.call("plan", request="Write a 1500-word guide to tea")
        run, lines = planned["run"], planned["outline"].splitlines()
        assert (planned["state"], planned["words"]) == ("approval", 1500)
        assert (await one.call("status", run=run, wait_s=5))["state"] == "approval"
        places = [i for i, line in enumerate(lines) if "words)" in line]
        shorter = "\n".join(line for i, line in enumerate(lines) if i != places[0])
        seen = await one.call("edit_outline", run=run, outline=shorter, preview=True)
        assert (seen["saved"], seen["moved"], seen["words"]) == (False, [1, 2], 1000)
        assert await one.text(f"{run}/plan") == planned["outline"]
        assert (await one.call("edit_outline", run=run, outline=shorter))["saved"]
        await one.call("write", run=run)
        status = await one.until_over(run)
        assert (status["sections"], status["asked"]) == (2, 1000)
        first = await one.text(f"{run}/section/1")
        other = (await one.text(f"{run}/plan")).replace("2. **", "2. **New: ")
        assert (await one.call("edit_outline", run=run, outline=other, preview=True))["dropped"] == [2]
        assert (await one.call("edit_outline", run=run, outline=other))["new"] == [2]
        await one.call("write", run=run)
        assert (await one.until_over(run))["state"] == "finished"
        assert await one.text(f"{run}/section/1") == first


@pytest.mark.slow
async def test_sections_are_written_again_and_the_stale_ones_after_them(tmp_path: Path) -> None:
    async with assistant(tmp_path / "runs") as one:
        run = (await one.call("write", request=STORY))["run"]
        await one.until_over(run)
        before = [await one.text(f"{run}/section/{n}") for n in (1, 2, 3, 4)]
        assert "written again: 2" in (await one.call("redo", run=run, sections=[2], instruction="more dialogue"))["say"]
        await one.until_over(run)
        after = [await one.text(f"{run}/section/{n}") for n in (1, 2, 3, 4)]
        assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True, True]
        assert (await one.call("check", run=run))["stale"] == [3, 4]
        assert "written again: 3, 4" in (await one.call("redo", run=run, stale=True))["say"]
        await one.until_over(run)
        assert (await one.call("check", run=run))["stale"] == []
        assert await one.refused("redo", run=run, stale=True) == "no section is stale"
        assert "there is no section 9" in await one.refused("redo", run=run, sections=[9])


@pytest.mark.slow
async def test_status_waits_for_news_tells_how_far_it_is_and_never_waits_longer(tmp_path: Path) -> None:
    with Server(per_token_s=0.01, chunk_tokens=4) as model:
        async with assistant(tmp_path / "runs", {"model": "any", "base_url": model.url}) as one:
            began = time.monotonic()
            run = (await one.call("write", request="Write a 1000-word story about a lighthouse"))["run"]
            assert time.monotonic() - began < 1
            status = await one.call("status", run=run, wait_s=10)
            while not status["sections"]:
                status = await one.call("status", run=run, since=status["position"])
            began = time.monotonic()
            waited = await one.call("status", run=run, since=status["position"], wait_s=3)
            assert 2.9 < time.monotonic() - began < 5
            assert (waited["state"], waited["section"]["number"]) == ("writing", 1)
            seconds, total, said = one.told[-1]
            assert 2 <= seconds < 3
            assert total == 3
            assert said is not None
            assert 20 < int(said.removeprefix("writing: ").split(" ")[0]) < 350
            news = await one.call("status", run=run, since=status["position"])
            assert news["done"] == 1
            began = time.monotonic()
            assert (await one.call("status", run=run, since=status["position"]))["position"] >= news["position"]
            assert time.monotonic() - began < 1  # what happened since then is told at once
            began = time.monotonic()
            waiting = asyncio.create_task(one.call("status", run=run))
            await asyncio.sleep(0.2)
            await one.call("stop", run=run)
            assert (await waiting)["state"] == "paused"
            assert time.monotonic() - began < 2  # another state is news
            began = time.monotonic()
            assert (await one.call("status", run=run))["state"] == "paused"
            assert time.monotonic() - began < 1  # nothing will happen by itself
            await one.call("write", run=run)
            assert (await one.until_over(run))["state"] == "finished"


@pytest.mark.slow
async def test_no_call_takes_longer_than_clients_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert served.LONGEST_S < 30
    monkeypatch.setattr(served, "LONGEST_S", 0.5)
    with Server(per_token_s=0.05) as model:
        async with assistant(tmp_path / "runs", {"model": "any", "base_url": model.url}) as one:
            run = (await one.call("write", request="Write a 1000-word story about a lighthouse"))["run"]
            await asyncio.sleep(0.3)
            began = time.monotonic()
            assert "no answer within" in await one.refused("status", run=run, since=100)
            assert time.monotonic() - began < 2


async def test_every_tool_says_what_it_does_takes_and_gives(tmp_path: Path) -> None:
    async with assistant(tmp_path / "runs") as one:
        tools = {tool.name: tool for tool in (await one.client.list_tools()).tools}
        assert set(tools) == READING | WRITING
        for name, tool in tools.items():
            assert tool.description
            assert tool.output_schema is not None
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint == (name in READING)
            for argument, schema in tool.input_schema["properties"].items():
                assert "description" in schema or argument in ("most",), (name, argument)
        for name in ("edit_outline", "redo"):
            annotations = tools[name].annotations
            assert annotations is not None
            assert annotations.destructive_hint
        templates = (await one.client.list_resource_templates()).resource_templates
        assert {t.uri_template.removeprefix("longwriter://runs/{run}/") for t in templates} == {
            "plan", "draft", "report", "section/{number}",
        }  # fmt: skip
        prompt = await one.client.get_prompt("write_long", {"subject": "tea", "words": "8000"})
        assert "8000 words on tea" in prompt.messages[0].content.text  # type: ignore[union-attr]
        assert "the run r1" in (await one.client.get_prompt("revise", {"run": "r1"})).messages[0].content.text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("write", {}, "give either a request or the run to go on with"),
        ("write", {"request": "A story", "run": "x"}, "give either a request or the run to go on with"),
        ("write", {"request": "A story", "words": 0}, "write: words: 0 is not allowed; give at least 1"),
        ("write", {"request": "A story", "wrods": 500}, "write: there is no argument 'wrods'"),
        ("write", {"request": "A story", "outline": "nothing"}, "outline:1: no section found"),
        ("status", {"run": "../etc"}, "no run '../etc' here"),
        ("status", {"run": "nix"}, "no run 'nix' here"),
        ("status", {}, "status: run: it is missing"),
        ("status", {"run": "nix", "wait_s": 60}, "status: wait_s: 60 is not allowed; give at most 25"),
        ("read", {"run": "nix"}, "no run 'nix' here"),
        ("nothing", {}, "there is no tool 'nothing'"),
    ],
)
async def test_a_refusal_is_one_line_that_says_what_to_do(
    tmp_path: Path, tool: str, arguments: dict[str, object], said: str
) -> None:
    async with assistant(tmp_path / "runs") as one:
        told = await one.refused(tool, **arguments)
        assert said in told
        assert "\n" not in told


async def test_a_run_without_a_plan_yet_and_resources_that_are_not_there(tmp_path: Path) -> None:
    with Server(ttft_s=5) as model:
        async with assistant(tmp_path / "runs", {"model": "any", "base_url": model.url}) as one:
            run = (await one.call("write", request=STORY))["run"]
            assert "has no plan yet" in await one.refused("read", run=run)
            assert (await one.call("status", run=run, wait_s=0))["asked"] is None
            missing = "[Uu]nknown|no run|not found"
            for address, why in (
                (f"{run}/draft", "no plan yet"),
                ("nix/report", "no run 'nix'"),
                ("x%2fy/plan", missing),
            ):
                with pytest.raises(MCPError, match=why):
                    await one.text(address)


@pytest.mark.parametrize("model", ["gguf:/etc/passwd", "hf:owner/name", "package.module:Model"])
async def test_an_assistant_names_no_model_that_the_server_does_not_offer(tmp_path: Path, model: str) -> None:
    async with assistant(tmp_path / "runs") as one:
        for tool in ("estimate", "plan", "write"):
            assert "does not offer" in await one.refused(tool, request=STORY, model=model)
        assert (await one.call("runs"))["runs"] == []


async def test_texts_are_put_into_one_folder_alone_and_replace_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.md").write_text("mine", "utf-8")
    async with assistant(tmp_path / "runs", files=out) as one:
        run = (await one.call("write", request="Write a 300-word story about tea"))["run"]
        await one.until_over(run)
        for name in ("../up", "/etc/x", ".hidden", "a/b", "a\\b"):
            assert "cannot be an id" in await one.refused("export", run=run, file=name)
        assert "not what this run wrote" in await one.refused("export", run=run, file="mine.md")
        assert (out / "mine.md").read_text("utf-8") == "mine"
        page = await one.call("export", run=run, file="tea", form="html")
        assert Path(page["file"]) == out / "tea.html"
        assert Path(page["file"]).read_text("utf-8").startswith("<!doctype html>")
        (out / "tea.html").write_text("mine now", "utf-8")
        assert "not what this run wrote" in await one.refused("export", run=run, file="tea", form="html")
        book = await one.call("export", run=run, form="epub")
        assert Path(book["file"]).read_bytes()[:4] == b"PK\x03\x04"
        assert {p.name for p in out.iterdir()} == {"mine.md", "tea.html", f"{run}.epub"}


async def test_a_read_only_server_has_no_tool_that_writes_and_leaves_runs_alone(tmp_path: Path) -> None:
    async with assistant(tmp_path / "runs") as one:
        run = (await one.call("plan", request=STORY))["run"]
    before = (tmp_path / "runs" / run / "journal.jsonl").read_bytes()
    async with assistant(tmp_path / "runs", read_only=True) as one:
        assert {tool.name for tool in (await one.client.list_tools()).tools} == READING
        assert "there is no tool 'write'" in await one.refused("write", request=STORY)
        assert (await one.call("read", run=run))["contents"]
        assert [r.uri for r in (await one.client.list_resources()).resources] == [f"longwriter://runs/{run}/draft"]
    assert (tmp_path / "runs" / run / "journal.jsonl").read_bytes() == before


async def test_two_texts_at_once_are_not_given_the_same_money(tmp_path: Path) -> None:
    async with assistant(tmp_path / "runs", max_cost=1.0) as one:
        calls = [one.client.call_tool("plan", {"request": f"A 500-word story {n}", "max_cost": 0.6}) for n in (1, 2)]
        assert sorted(result.is_error for result in await asyncio.gather(*calls)) == [False, True]


@pytest.mark.slow
async def test_a_session_spends_no_more_than_it_may(tmp_path: Path) -> None:
    async with assistant(tmp_path / "runs", max_cost=1.0) as one:
        first = (await one.call("plan", request=STORY, max_cost=0.6))["run"]
        said = await one.refused("write", request=STORY, max_cost=0.5)
        assert "$0.40 of this session's $1.00 are left" in said
        second = (await one.call("plan", request="A 500-word story"))["run"]
        assert (await one.call("status", run=second, wait_s=0))["max_cost"] == pytest.approx(0.4)
        assert "$0.00 of this session's" in await one.refused("plan", request="Another 500-word story")
        await one.call("write", run=second)
        await one.until_over(second)  # it cost nothing, so its part is free again
        assert (await one.call("plan", request="Another 500-word story", max_cost=0.4))["run"]
        assert "$0.40 of this session's" not in await one.refused("redo", run=second, sections=[1])
    async with assistant(tmp_path / "runs", max_cost=1.0) as one:
        assert "was not begun in this session" in await one.refused("write", run=first)
    async with assistant(
        tmp_path / "runs", {"model": "unknown", "base_url": "http://example.invalid/v1"}, max_cost=1
    ) as one:
        assert "no price is known" in await one.refused("write", request=STORY)

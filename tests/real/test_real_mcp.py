"""An assistant has the small model write, over standard input and output."""

from pathlib import Path

import pytest
from mcp import Client
from tests.helpers.assistant import Assistant, command

from longwriter.api.runs import Run
from longwriter.writer.outcome.verdict import REMARKS

pytestmark = pytest.mark.real


async def test_an_assistant_plans_writes_and_redoes_with_the_small_model(tmp_path: Path) -> None:
    async with Client(command(tmp_path / "runs")) as client:
        one = Assistant(client)
        planned = await one.call("plan", request="Write a 300-word story about a lighthouse keeper")
        status = await one.until_over(planned["run"])
        assert status["state"] == "approval"
        run = status["run"]
        outline = await one.text(f"{run}/plan")
        assert (await one.call("edit_outline", run=run, outline=outline, preview=True))["words"] == 300
        await one.call("write", run=run)
        status = await one.until_over(run)
        assert status["state"] == "finished"
        assert any("writing: " in str(said) for _, _, said in one.told)
        checked = await one.call("check", run=run)
        assert 270 <= checked["written"] <= 330
        assert {f["kind"] for f in checked["verdict"] if not f["ok"]} <= REMARKS
        before = await one.text(f"{run}/section/1")
        await one.call("redo", run=run, sections=[1], instruction="Let it rain.")
        assert (await one.until_over(run))["state"] == "finished"
        assert await one.text(f"{run}/section/1") != before
        assert await one.text(f"{run}/draft") == Run(tmp_path / "runs" / run).text

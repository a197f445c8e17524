"""A model that keeps what it is told, and else makes it up, contradicts itself where nothing tells it."""

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.helpers.server import Script, Server, digest, write

from longwriter import write as write_text
from longwriter.api.runs import Run
from longwriter.errors import LongWriterError
from longwriter.types import Plan, Section

NAMES = ("Mary Gray", "Tom Gray")
PLAN = Plan(
    title="Light",
    sections=tuple(Section(title=f"Part {n}", point=f"{NAMES[n % 2]} waits", words=60) for n in range(12)),
)


def speak(body: dict[str, Any], script: Script) -> str:
    """Somebody's eyes, as the prompt has them, else of a colour by chance."""
    heard = "\n".join(str(message["content"]) for message in body["messages"])
    name = re.search(r"It covers: (\w+ Gray)", heard)
    if not name:
        return write(body, script)
    told = re.search(rf"- {name[1]}:[^\n]*?eyes (\w+)", heard)
    colour = told[1] if told else Random(digest(body)).choice(("blue", "brown", "green"))
    return f"{name[1]} had {colour} eyes. {name[1]} sat down, and {name[1]} said nothing. {write(body, script)}"


def contradictions(home: Path, **more: object) -> list[str]:
    with Server(speak=speak) as server:
        write_text("Write about a lighthouse", plan=PLAN, model="local", base_url=server.url, runs=home, run="r",
                   context="window", **more)  # fmt: skip
    return [finding.check for finding in Run.open("r", home).report.contradictions]


@pytest.mark.slow
def test_facts_that_are_told_are_kept(tmp_path: Path) -> None:
    assert contradictions(tmp_path / "off", facts="off").count("colour") >= 2
    assert contradictions(tmp_path / "rules") == []  # the default


@pytest.mark.slow
def test_chapters_side_by_side_keep_what_a_person_says(tmp_path: Path) -> None:
    chapters = [s.model_copy(update={"chapter": f"Chapter {n // 4}"}) for n, s in enumerate(PLAN.sections)]
    plan = PLAN.model_copy(update={"sections": tuple(chapters)})
    with pytest.raises(LongWriterError):  # the server is not there yet; the plan is
        write_text("Write about a lighthouse", plan=plan, model="local", base_url="http://127.0.0.1:9/v1", runs=tmp_path,
                   run="p", parallel=True, retry_s=0.1)  # fmt: skip
    run = Run.open("p", tmp_path)
    run.set_facts([{"subject": name, "relation": "eyes", "value": "violet"} for name in NAMES])
    with Server(speak=speak) as server:
        run.resume(base_url=server.url)
    assert run.text.count("violet eyes") == len(PLAN.sections)
    assert run.report.contradictions == ()

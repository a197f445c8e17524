"""Plans of a model that makes few good ones: usable, or refused by name; never a placeholder that is taken."""

import re

import pytest
from tests.helpers.desk import Desk
from tests.helpers.llama_server import LlamaServer

from longwriter.journal import Journal
from longwriter.length.target import exact
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.cards import Card
from longwriter.text import count_words
from longwriter.types import Plan
from longwriter.writer.calls import Calls, Role
from longwriter.writer.outcome.spent import Ceilings
from longwriter.writer.plan.outline import from_markdown
from longwriter.writer.plan.planner import Planner
from longwriter.writer.prompts import prompt_set
from longwriter.writer.settings import WriteSettings

pytestmark = pytest.mark.real

GUIDE = "Write a guide to growing tomatoes on a balcony."
PLACEHOLDER = re.compile(
    r"\W*(?:(?:the )?(?:section|part|chapter|title|point|heading)\W*(?:\d+|one|two|of the (?:text|section))?|string|text"
    r"|\.\.\.|.*\bis the (?:first|second|third|next|last) section\b.*|<.*>|\[.*\])\W*",
    re.IGNORECASE,
)


def check_plan(plan: Plan, words: int) -> None:
    titles = [section.title.casefold().strip() for section in plan.sections]
    assert len(set(titles)) == len(titles)
    for section in plan.sections:
        assert not PLACEHOLDER.fullmatch(section.title) or count_words(section.point) >= 3, section
        assert not section.point or not PLACEHOLDER.fullmatch(section.point), section
    assert plan.words == words


def test_an_outline_under_a_schema_is_usable_or_refused_by_name(server: LlamaServer, desk: Desk) -> None:
    model = ("--model", "smollm2", "--base-url", server.url, "--config", "default.toml")
    done = desk.run("plan", GUIDE, "--words", 800, "--section-words", 200, *model)
    if done.returncode == 0:
        check_plan(from_markdown(done.stdout, "printed")[0], 800)
        return
    assert (done.returncode, done.stdout) == (2, "")
    said = done.stderr.strip().splitlines()[-1]
    assert re.search(r"no usable outline in 3 tries: \S.{10,}; its replies are in the run's journal", said), said
    assert not list(desk.folder.glob("runs/*/plan.md"))
    assert sum(entry.kind == "call" for entry in desk.journal()) == 3


async def test_a_plan_made_line_by_line_is_usable(server: LlamaServer) -> None:
    model = open_model(ModelConfig(model="smollm2", base_url=server.url))
    calls = Calls(Journal(None), {"planner": Role(model, None), "writer": Role(model, None)}, Ceilings())
    settings = WriteSettings(instruction=GUIDE, section_words=150)
    plan = await Planner(calls, prompt_set("en"), settings, Card(plan="lines")).plan(exact(600, "option"))
    await model.aclose()
    assert len(plan.sections) == 4
    check_plan(plan, 600)
    assert all(section.point for section in plan.sections)
    assert calls.spent.calls >= 4

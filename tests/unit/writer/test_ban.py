"""A ban from what a person names to what the model is asked, and what the report says of it."""

import json
from pathlib import Path

import pytest

import longwriter
from longwriter.checks.slop.banned import phrases_named
from longwriter.cli.shared.tables import totals
from longwriter.errors import InputError, RunError, SetupError
from longwriter.models.base import Listens, ModelConfig
from longwriter.models.fake import FakeModel
from longwriter.types import Reply, Request

TEA = "Write about the rich tapestry of tea"


class Held(FakeModel):
    """Says that it was kept from two phrases in each reply that has a ban, and let one through."""

    bans = True

    async def reply(self, request: Request, listener: Listens | None = None) -> Reply:
        reply = await super().reply(request, listener)
        return reply.model_copy(update={"avoided": 2, "let_through": 1}) if request.ban else reply


@pytest.fixture
def phrases(tmp_path: Path) -> Path:
    file = tmp_path / "ban.txt"
    file.write_text("a testament  to\n\nRich Tapestry\n意味着\n", "utf-8")
    return file


def test_sections_are_asked_with_the_phrases_that_the_request_does_not_say(tmp_path: Path, phrases: Path) -> None:
    model = Held(ModelConfig(model="fake:"), "")
    done = longwriter.write(TEA, words=600, model=model, ban=phrases, runs=tmp_path / "runs")
    asked = [r.ban for r in model.requests]
    assert set(asked) == {(), ("a testament to", "意味着")}
    assert all(not r.ban for r in model.requests if r.json_schema)
    count = sum(map(bool, asked))
    assert (done.report.avoided, done.report.let_through) == (2 * count, count)
    assert f"ban: avoided at {2 * count} places, {count} let through" in totals(done.report)
    assert json.loads((done.folder / "settings.json").read_text())["ban"] == [
        "a testament to",
        "Rich Tapestry",
        "意味着",
    ]


def test_a_run_keeps_its_phrases_and_refuses_others(tmp_path: Path, phrases: Path) -> None:
    model = Held(ModelConfig(model="fake:"), "")
    one = longwriter.write(TEA, words=300, model=model, ban=phrases, runs=tmp_path / "runs")
    asked = len(model.requests)
    assert longwriter.write(TEA, words=300, model=model, ban=str(phrases), runs=tmp_path / "runs").text == one.text
    assert len(model.requests) == asked
    phrases.write_text("another\n")
    with pytest.raises((InputError, RunError), match="ban"):
        longwriter.write(TEA, words=300, model=model, ban=phrases, runs=tmp_path / "runs")


def test_a_model_elsewhere_is_refused_before_it_is_asked(tmp_path: Path, phrases: Path) -> None:
    model = FakeModel(ModelConfig(model="fake:"), "")
    with pytest.raises(SetupError, match=r"--ban is for .* gguf: and hf:; fake is none"):
        longwriter.write(TEA, words=300, model=model, ban=phrases, runs=tmp_path / "runs")
    assert not model.requests
    assert not (tmp_path / "runs").exists()


def test_a_settings_file_may_name_them_too(tmp_path: Path, phrases: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f'ban = "{phrases}"\n')
    model = Held(ModelConfig(model="fake:"), "")
    longwriter.write(TEA, words=300, model=model, config=config, runs=tmp_path / "runs")
    assert ("a testament to", "意味着") in {r.ban for r in model.requests}


def test_lists_by_name(tmp_path: Path) -> None:
    assert len(phrases_named("slop")) > 500
    learned = tmp_path / "mine.toml"
    learned.write_text('[phrases]\n"hung heavy in the air" = 0.1\nheavy = 4.0\n')
    assert phrases_named(str(learned)) == ("hung heavy in the air",)
    (tmp_path / "empty.txt").write_text("\n \n")
    with pytest.raises(InputError, match="names no phrase"):
        phrases_named(str(tmp_path / "empty.txt"))
    with pytest.raises(InputError, match="cannot read"):
        phrases_named(str(tmp_path / "none.txt"))

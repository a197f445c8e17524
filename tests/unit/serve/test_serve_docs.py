"""What docs/serve.md, docs/scaling.md and the container files say is what there is."""

import json
import re
import shlex

import click
import pytest
import yaml
from tests.helpers.places import ROOT

from longwriter.cli.main import cli

DOCS = ("docs/serve.md", "docs/scaling.md", "docs/serve-api.md", "README.md")
FENCED = re.compile(r"```(\w+)\n(.*?)```", re.S)
BLOCKS = [
    (name, *block)
    for name in DOCS
    if (ROOT / name).exists()
    for block in FENCED.findall((ROOT / name).read_text("utf-8"))
]


def options(command: str) -> set[str]:
    """The options of a command of ours."""
    found = cli.get_command(click.Context(cli), command)
    assert found is not None, command
    return {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}


def given(text: str) -> list[list[str]]:
    """Commands of longwriter in a text, as words."""
    lines = [
        line.partition("longwriter ")[2] for line in text.replace("\\\n", " ").splitlines() if "longwriter " in line
    ]
    return [shlex.split(line, comments=True) for line in lines if re.match(r"(serve|mcp|write|resume)\b", line)]


def test_options_in_the_documents_are_those_of_the_commands() -> None:
    seen = [words for _, language, text in BLOCKS if language in ("sh", "ini") for words in given(text)]
    docker = [
        json.loads(line[4:])
        for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines()
        if line.startswith("CMD [")
    ]
    for command, *rest in [*seen, *(words[1:] for words in docker)]:
        unknown = {word.partition("=")[0] for word in rest if word.startswith("--") and word != "--"} - options(command)
        assert not unknown, (command, unknown)
    assert len(seen) > 10


@pytest.mark.parametrize(("name", "language", "text"), [b for b in BLOCKS if b[1] in ("json", "yaml")])
def test_settings_in_the_documents_can_be_read(name: str, language: str, text: str) -> None:
    assert yaml.safe_load(text) if language == "yaml" else json.loads(text), name


def test_the_container_is_reached_with_a_token_alone_and_by_this_machine() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["longwriter"]
    assert service["environment"]["LONGWRITER_TOKEN"].startswith("${LONGWRITER_TOKEN:?")
    assert service["ports"] == ["127.0.0.1:8765:8765"]
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert "USER longwriter" in dockerfile
    assert '"--token-env", "LONGWRITER_TOKEN"' in dockerfile
    copied = {path for line in dockerfile.splitlines() if line.startswith("COPY ") for path in line.split()[1:-1]}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert {path for path in copied if not path.startswith(("-", "/"))} == kept
    assert all((ROOT / path).exists() for path in kept)

"""How commands reach a model: providers by name, headers and fields of one's own, numbers that can be saved."""

import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.server import Server

from longwriter.api.settings import role_over
from longwriter.cli.lazy import LazyGroup, Listed
from longwriter.cli.main import COMMANDS
from longwriter.cli.shared.options import Finite, settings
from longwriter.errors import InputError

SECRET = "tok-7f3a91-secret"
OTHERS = ("OPENAI_", "LONGWRITER_", "XDG_", "ANTHROPIC_", "OLLAMA_", "AZURE_")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working folder, no settings of the user."""
    for name in [n for n in os.environ if n.startswith(OTHERS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.chdir(tmp_path)


WRITE = ("write", "Write an essay on tea", "--words", "200", "--retry", "1")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--model", "olama/qwen3:8b"), "is it ollama/?"),
        (("--model", "anthropic/claude-x"), "no key: set ANTHROPIC_API_KEY"),
        (("--model", "gemini/g"), "no key: set GEMINI_API_KEY or GOOGLE_API_KEY"),
        (("--model", "azure/d"), "AZURE_OPENAI_ENDPOINT"),
        (("--model", "m", "--base-url", "http://localhost:9/v1", "--extra-body", "{"), "not JSON"),
        (("--model", "m", "--base-url", "http://localhost:9/v1", "--extra-body", "[1]"), "not a JSON object"),
        (("--model", "m", "--base-url", "http://localhost:9/v1", "--extra-body", '{"a": NaN}'), "JSON has no NaN"),
        (("--model", "m", "--base-url", "http://localhost:9/v1", "--extra-body", "[" * 20_000), "not JSON"),
        (("--model", "m", "--base-url", "http://localhost:9/v1", "--extra-body", '{"model": "x"}'), "cannot be set"),
        (("--model", "m", "--base-url", "http://localhost:9/v1", "--header", SECRET), "NAME:VALUE"),
        (("--model", "m", "--base-url", "http://localhost:9/v1", "--header", f"a b:{SECRET}"), "NAME:VALUE"),
        (
            ("--model", "m", "--base-url", "http://localhost:9/v1", "--header", "A:env:NOT_SET"),
            "NOT_SET, which is not set",
        ),
        (("--model", "fake", "--header", f"A:{SECRET}"), "are for servers"),
        (("--model", "fake", "--retry", "inf"), "not a finite number"),
        (("--model", "fake", "--timeout", "nan"), "not a finite number"),
    ],
)
def test_what_cannot_be_reached_is_one_line_and_exit_2(more: tuple[str, ...], said: str) -> None:
    done = longwriter_here(*WRITE, *more)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr + done.stdout
    assert done.stderr.count("\n") == 1


def test_headers_and_fields_reach_the_server_and_no_file() -> None:
    with Server() as server:
        given = (*WRITE, "--model", "m", "--base-url", server.url, "--run", "r")
        body = ("--extra-body", '{"top_k": 20, "seed": null}')
        done = longwriter_here(
            *given, *body, "--header", f"X-Key:{SECRET}", "--header", "X-Env:env:MINE", MINE=f"e{SECRET}"
        )
        assert done.returncode in (0, 4), done.stderr
        asked = len(server.requests)
        assert all(sent["top_k"] == 20 and "seed" not in sent for sent in server.requests)
        assert {(h["x-key"], h["x-env"]) for h in server.headers} == {(SECRET, f"e{SECRET}")}
        assert longwriter_here(*given, *body, "--header", "X-Other:y").returncode in (0, 4)  # headers may change
        assert len(server.requests) == asked
        other = longwriter_here(*given, "--extra-body", '{"top_k": 20}')
        assert other.returncode == 2
        assert "other settings: writer.extra_body;" in other.stderr
        again = longwriter_here("redo", "r", "--section", "1")
        assert "header X-Other was given as a value, which is not kept" in again.stderr
        assert longwriter_here("redo", "r", "--section", "1", "--header", "X-Other:z").returncode in (0, 4)
        assert server.headers[-1]["x-other"] == "z"
    for file in Path("runs/r").rglob("*"):
        if file.is_file():
            assert SECRET.encode() not in file.read_bytes(), file


def test_a_file_names_headers_and_fields() -> None:
    Path("longwriter.toml").write_text(
        '[writer]\nmodel = "m"\nbase_url = "http://f/v1"\nkey_env = "K"\n'
        '[writer.headers]\nX-Team = "env:TEAM"\n[writer.extra_body]\ntop_k = 20\n'
        '[planner]\nmodel = "p"\nbase_url = "http://other/v1"\n'
    )
    chosen = settings("a b", {"extra_body": {"a": None}})
    assert (chosen.writer.headers, chosen.writer.extra_body) == ({"X-Team": "env:TEAM"}, {"a": None})
    assert chosen.planner is not None
    assert (chosen.planner.headers, chosen.planner.extra_body) == ({}, {})  # another address
    for more in (
        "retry_s = inf",
        "timeout_s = nan",
        "retry_s = -inf",
        "extra_body = { a = inf }",
        "headers = { A = 1 }",
    ):
        Path("longwriter.toml").write_text(f'[writer]\nmodel = "m"\n{more}\n')
        with pytest.raises(InputError, match=rf"longwriter\.toml: writer\.{more.split()[0]}"):
            settings("a b", {})
    Path("longwriter.toml").write_text("max_cost = inf\n")
    with pytest.raises(InputError, match=r"max_cost: .*finite"):
        settings("a b", {})


ALL = ("base_url", "key_env", "headers", "extra_body")
AT = {"model": "m", "base_url": "http://f/v1", "key_env": "K", "headers": {"A": "b"}, "extra_body": {"c": 1}}
BY_NAME = {key: value for key, value in AT.items() if key != "base_url"} | {"model": "gemini/g"}


@pytest.mark.parametrize(
    ("below", "above", "kept"),
    [
        (AT, {"model": "n"}, ALL),
        (AT, {"model": "ollama/n"}, ()),
        (AT, {"model": "gguf:x"}, ()),
        (AT, {"model": "openai/gpt-oss-20b"}, ALL),  # a name that this server may have
        (AT, {"model": "azure/d"}, ()),
        (BY_NAME, {"model": "gemini/h"}, ALL[1:]),
        (BY_NAME, {"model": "openai/gpt-4o"}, ()),
        (BY_NAME, {"model": "gpt-4o"}, ()),
        (BY_NAME, {"temperature": 1}, ALL[1:]),
        (AT | {"model": "azure/d"}, {"model": "azure/e"}, ALL),
        (AT | {"model": "azure/d"}, {"model": "ollama/e"}, ()),
        (AT, {"key_env": "L"}, ALL),
        ({"key_env": "K"}, {"model": "n"}, ("key_env",)),
    ],
)
def test_keys_and_headers_stay_with_their_address(
    below: dict[str, object], above: dict[str, object], kept: tuple[str, ...]
) -> None:
    assert {key for key in ALL if key in role_over(below, above)} == {*kept}


def test_an_address_over_a_provider_needs_a_name() -> None:
    Path("longwriter.toml").write_text('[writer]\nmodel = "ollama/qwen3"\n')
    with pytest.raises(InputError, match="needs --model"):
        settings("a b", {"base_url": "http://x/v1"})
    Path("longwriter.toml").write_text('[writer]\nmodel = "azure/d"\n')
    assert settings("a b", {"base_url": "http://x/v1"}).writer.model == "azure/d"


def commands(table: dict[str, Listed]) -> Iterator[click.Command]:
    for listed in table.values():
        module, name = listed.place.split(":")
        try:
            command = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            pytest.skip(f"without {error.name}")
        yield command
        if isinstance(command, LazyGroup):
            yield from commands(command.table)


def test_no_option_of_any_command_takes_what_cannot_be_saved() -> None:
    found = 0
    for command in commands(COMMANDS):
        for option in command.params:
            if isinstance(option.type, click.types.FloatParamType | click.types.FloatRange):
                assert isinstance(option.type, Finite), (command.name, option.name)
                for value in ("inf", "-inf", "nan", "Infinity", "1e999"):
                    with pytest.raises(InputError):
                        option.type.convert(value, option, None)
                found += 1
    assert found > 20


@pytest.mark.parametrize(
    "command", ["write", "plan", "resume", "redo", "estimate", "bench", "data agentwrite", "data pairs"]
)
def test_every_command_that_takes_a_model_takes_headers_and_fields(command: str) -> None:
    shown = longwriter_here(*command.split(), *(["writer-mini"] if command == "bench" else []), "--help").stdout
    assert "--header NAME:VALUE" in shown
    assert "--extra-body JSON" in shown


def test_init_writes_headers_by_variable_and_fields() -> None:
    with Server() as server:
        given = (
            "init",
            "--model",
            "m",
            "--base-url",
            server.url,
            "--extra-body",
            '{"a": {"b c": [1, true]}, "d": "e"}',
        )
        refused = longwriter_here(*given, "--header", f"A:{SECRET}")
        assert (refused.returncode, len(server.requests)) == (2, 0)
        assert "--header NAME:env:VARIABLE" in refused.stderr
        assert longwriter_here(*given, "--header", "A:env:MINE", MINE=SECRET).returncode == 0
        assert server.headers[0]["a"] == SECRET
    chosen = settings("a b", {}).writer
    assert (chosen.headers, chosen.extra_body) == ({"A": "env:MINE"}, {"a": {"b c": [1, True]}, "d": "e"})
    assert "need --model NAME" in longwriter_here("init", "--force", "--base-url", "http://x/v1").stderr


def test_models_lists_providers_by_their_prefix() -> None:
    shown = longwriter_here("models", ANTHROPIC_API_KEY=SECRET)
    assert "anthropic/ is Anthropic, with the key in ANTHROPIC_API_KEY" in shown.stdout
    assert ["openai/", "OPENAI_API_KEY"] in [line.split() for line in shown.stdout.splitlines()]
    assert SECRET not in shown.stdout
    told = json.loads(longwriter_here("models", "--json", ANTHROPIC_API_KEY=SECRET).stdout)
    assert "anthropic" in [p["prefix"] for p in told["providers"]]

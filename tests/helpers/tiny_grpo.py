"""A GRPO recipe small enough for a test, with rewards of `tests.helpers.planted`."""

import json
import os
from pathlib import Path

import pytest

from longwriter.train.grpo.grpo import grpo
from longwriter.train.recipe import read_recipe
from longwriter.train.rollouts.store import Rollout, read_steps
from longwriter.train.run.log import ReportProgress
from tests.helpers.tiny import recipe, tokenizer, write_lines

PLANTED = "tests.helpers.planted:"


@pytest.fixture(name="folder")
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tokenizer(tmp_path)
    prompts(tmp_path, [{"id": str(i), "prompt": f"Write {i} words.", "lower": 3, "upper": 8} for i in range(1, 12)])
    (tmp_path / "template.txt").write_text("<|user|>{request}<|write|>")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["tests", os.environ.get("PYTHONPATH", "")]))
    return tmp_path


def prompts(folder: Path, rows: list[dict[str, object]]) -> None:
    write_lines(folder / "prompts.jsonl", rows)


def recipe_of(folder: Path, **tables: dict[str, object]) -> Path:
    base: dict[str, dict[str, object]] = {
        "data": {"max_tokens": 48, "sources": [{"kind": "prompts", "path": str(folder / "prompts.jsonl")}]},
        "optim": {"lr": 0.02},
        "run": {"batch": 16, "device_batch": 8, "steps": 3, "save_every": 100},
        "grpo": {
            "objectives": [PLANTED + "Planted"],
            "group": 4,
            "completion_tokens": 12,
            "prompt": str(folder / "template.txt"),
            "mode": "plain",
            "overlong": "keep",
            "temperature": 1.0,
        },
    }
    return recipe(folder / "r.toml", **{k: base.get(k, {}) | tables.get(k, {}) for k in base | tables})


def run(folder: Path, tell: ReportProgress = lambda _: None, **tables: dict[str, object]) -> list[list[Rollout]]:
    """Train in this process; the rollouts of each step."""
    grpo(read_recipe(recipe_of(folder, **tables)), folder / "out", tell)
    return [found for _, found in read_steps(folder / "out")]


def log(folder: Path, name: str = "out") -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / name / "log.jsonl").read_text().splitlines()]

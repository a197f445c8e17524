"""The recipe that trains nano, on sizes of a toy: it learns, a killed run goes on exactly, and its export is the model.

Needs torch: pytest -m recipe. Runs the training as a process of its own, since one process trains once.
"""

import json
import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the recipe needs torch")

from longwriter.models.nano.backend import WEIGHTS  # noqa: E402 - torch decides first whether there is anything to do

pytestmark = pytest.mark.recipe

RECIPE = Path(__file__).parents[2] / "recipes" / "nano"
CONFIG = {
    "seed": 5,
    "data": {"vocab": 64},
    # Held-out passages are read twice, 400 tokens: no context can be shorter.
    "model": {"hidden": 32, "layers": 2, "heads": 2, "ffn": 48, "context": 400, "rope_theta": 1000.0},
    "train": {
        "batch_tokens": 1600,
        "tokens": 1600 * 50,
        "muon_lr": 0.02,
        "adam_lr": 0.01,
        "weight_decay": 0.05,
        "warmup_steps": 3,
        "decay": 0.5,
        "copy_tokens": 1600 * 4,
        "copy_share": 0.05,
        "sft_share": [0.2, 0.5],
        "sft_from": 0.5,
    },
}
CHECK_EVERY = 5
TRAIN = """
import json, pathlib, sys
work, config = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
sys.path.insert(0, sys.argv[3])
import train
train.CHECK_EVERY = int(sys.argv[4])
train.run(0, 1, work, config, sys.argv[5])
"""


def prepare(work: Path) -> Path:
    """Text in which a token is most often followed by its successor, and rows of the same."""
    work.mkdir()
    rng, width = np.random.default_rng(0), CONFIG["model"]["context"] + 1
    for split, count in (("train", 20_000), ("held", 10_000)):
        steps = np.where(rng.random(count) < 0.9, 1, rng.integers(1, 60, count))
        text = (4 + np.cumsum(steps) % 60).astype(np.uint16)
        np.save(work / f"{split}.text.npy", text)
        np.save(work / f"{split}.rows.npy", text[: count // width * width].reshape(-1, width)[:24])
        np.save(work / f"{split}.mask.npy", np.ones((24, width), np.uint8))
    (work / "data.json").write_text(json.dumps({"train": {"sha256": "a"}, "held": {"sha256": "b"}}))
    (work / "tokenizer.json").write_bytes((WEIGHTS / "tokenizer.json").read_bytes())
    return work


def command(work: Path, name: str) -> dict:
    """Arguments for `subprocess`. Without its compiler, torch trains a toy in seconds."""
    arguments = [str(work), json.dumps(CONFIG), str(RECIPE), str(CHECK_EVERY), str(work / f"meeting-{name}")]
    environment = os.environ | {"TORCHDYNAMO_DISABLE": "1", "OMP_NUM_THREADS": "1"}
    return {"args": [sys.executable, "-c", TRAIN, *arguments], "env": environment}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    work = prepare(tmp_path_factory.mktemp("recipe") / "whole")
    subprocess.run(**command(work, "first"), timeout=120, check=True)
    return work


def log(work: Path) -> list[dict]:
    return [json.loads(line) for line in (work / "log.jsonl").read_text().splitlines()]


def test_losses_fall(trained):
    rows = log(trained)
    assert [r["step"] for r in rows] == list(range(0, 51, CHECK_EVERY))
    first, last = rows[0], rows[-1]
    assert first["held_books"] == pytest.approx(np.log(64), abs=0.3)  # knows nothing
    assert last["held_books"] < 1.7  # the text itself has about 0.75 nats a token
    assert last["held_instructions"] < first["held_instructions"] - 2


def test_a_killed_run_goes_on_to_the_same_weights(trained, tmp_path):
    work = prepare(tmp_path / "killed")
    process = subprocess.Popen(**command(work, "first"))
    while process.poll() is None and not ((work / "log.jsonl").exists() and len(log(work)) > 3):
        time.sleep(0.01)
    process.kill()
    process.wait()
    reached = torch.load(work / "checkpoint.pt", weights_only=True)["step"]
    assert 0 < reached < 50
    subprocess.run(**command(work, "second"), timeout=120, check=True)
    whole, resumed = (torch.load(w / "checkpoint.pt", weights_only=True)["model"] for w in (trained, work))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_the_engine_computes_what_was_trained(trained, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(RECIPE))
    worst = import_module("export").export(trained, tmp_path / "out", CONFIG)
    assert worst < 0.02
    facts = json.loads((tmp_path / "out" / "config.json").read_text())
    assert facts["shape"] == {"vocab": 64, **CONFIG["model"]}
    assert (facts["training"]["step"], facts["training"]["tokens"]) == (50, 80_000)
    assert facts["training"]["losses"]["held_books"] == pytest.approx(log(trained)[-1]["held_books"], abs=1e-4)

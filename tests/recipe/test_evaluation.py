"""The loss of an evaluation is that of its tokens, however rows are put into batches and spread over processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import LONG, QWEN, conversations, environment, recipe, tokenizer, write_lines  # noqa: E402

pytestmark = [pytest.mark.recipe, pytest.mark.slow]

EVALUATE = """
import json, sys
from pathlib import Path
import torch
from torch.utils.data import Subset
from transformers import TrainingArguments
from longwriter.train.data.rows import collate, flatten, pack_rows
from longwriter.train.data.tokenised import tokenised
from longwriter.train.recipe import read_recipe
from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.run.setup import arguments, open_model
from longwriter.train.run.trainer import WeightedTrainer, log_probs
recipe = read_recipe(Path(sys.argv[1]))
tokenizer = open_tokenizer(recipe.model)
data = {"held": tokenised(recipe.data.sources[0].path, tokenizer, cache=recipe.data.cache)}
found = {}
for by_sequence in (False, True):
    rows, _ = pack_rows(data, 128, "drop", packing=False, by_sequence=by_sequence, seed=0)
    rows = Subset(rows, range(7))
    model = open_model(recipe, tokenizer)
    lost = weight = 0.0
    with torch.no_grad():
        for i in range(7):
            batch = collate([rows[i]])
            weights = batch.pop("weights")[:, 1:]
            lost -= (log_probs(model, batch, lean=False) * weights).sum().item()
            weight += weights.sum().item()
    found[f"by hand {by_sequence}"] = lost / weight
    for device_batch in (1, 2, 4):
        args = TrainingArguments(**arguments(recipe, Path(sys.argv[2]), 1, evaluate=True)
            | {"per_device_eval_batch_size": device_batch, "report_to": []})
        for name, put in (("padded", collate), ("flat", flatten)):
            trainer = WeightedTrainer(model, args, data_collator=put, eval_dataset={"held": rows},
                optim=recipe.optim, lean=recipe.run.lean_logits)
            found[f"{name} {device_batch} {by_sequence}"] = trainer.evaluate()["eval_held_loss"]
if args.process_index == 0:
    print("SEEN", json.dumps(found))
"""


@pytest.mark.parametrize(("processes", "lean"), [pytest.param(1, False, marks=LONG), (2, True)])
def test_an_evaluation_is_the_mean_over_its_tokens(tmp_path: Path, processes: int, lean: bool) -> None:
    """Seven rows of other lengths: no batch of 2 or 4 is filled, and of two processes one has less to do."""
    tokenizer(tmp_path)
    write_lines(tmp_path / "train.jsonl", conversations(12))
    run = {"batch": 2, "device_batch": 1, "steps": 1, "lean_logits": lean}
    file = recipe(tmp_path / "r.toml", model={"new": QWEN}, run=run)
    (tmp_path / "evaluate.py").write_text(EVALUATE)
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command = [sys.executable, *launch, str(tmp_path / "evaluate.py"), str(file), str(tmp_path / "out")]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    seen = [json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("SEEN")]
    assert seen, done.stderr[-3000:]
    for by_sequence in (False, True):
        expected = seen[0].pop(f"by hand {by_sequence}")
        losses = {name: loss for name, loss in seen[0].items() if name.endswith(str(by_sequence))}
        assert len(losses) == 6
        assert losses == pytest.approx(dict.fromkeys(losses, expected), abs=2e-6)

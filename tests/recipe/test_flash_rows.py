"""Packed rows as FlashAttention takes them: one row, with the bounds of its samples.

Its kernels need a GPU. Two functions of torch stand in for them, so that what transformers asks of them is seen; the last
test takes the kernels where they are.
"""

import itertools
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

import torch.nn.functional as F  # noqa: E402
import transformers.modeling_flash_attention_utils as flash  # noqa: E402
from tests.helpers.tiny import QWEN  # noqa: E402
from transformers import AutoConfig, AutoModelForCausalLM, TrainingArguments  # noqa: E402
from transformers.utils import is_flash_attn_2_available  # noqa: E402

from longwriter.train.data.chat import TokenisedSample  # noqa: E402
from longwriter.train.data.rows import PackedRows, collate, flatten, pack_rows, row  # noqa: E402
from longwriter.train.data.tokenised import TokenisedData  # noqa: E402
from longwriter.train.recipe import OptimSettings  # noqa: E402
from longwriter.train.run.trainer import WeightedTrainer  # noqa: E402

pytestmark = pytest.mark.recipe


@pytest.fixture(scope="module")
def packed() -> PackedRows:
    """Packs of up to 128 random tokens, of samples of 10 to 61."""
    rng = np.random.default_rng(0)
    samples = [
        TokenisedSample(rng.integers(4, 320, n).astype(np.int32), np.arange(n) > n // 3)
        for n in (20, 30, 40, 25, 15, 50, 10, 61)
    ]
    rows, _ = pack_rows({"all": TokenisedData.of(samples)}, 128, "refuse", packing=True, by_sequence=False, seed=0)
    assert len(rows) == 2
    assert len(rows[0]["input_ids"]) != len(rows[1]["input_ids"])
    return rows


@pytest.fixture
def model() -> torch.nn.Module:
    torch.manual_seed(0)
    config = AutoConfig.for_model(**QWEN | {"vocab_size": 320, "use_cache": False})
    return AutoModelForCausalLM.from_config(config, attn_implementation="sdpa").eval()


def test_bounds_by_hand() -> None:
    def made(*sizes: int) -> dict[str, torch.Tensor]:
        one = row(np.arange(sum(sizes), dtype=np.int32), np.ones(sum(sizes), bool))
        return one | {"position_ids": torch.cat([torch.arange(n) for n in sizes])}

    batch = flatten([made(2, 3), made(4)])
    assert batch["input_ids"].tolist() == [[0, 1, 2, 3, 4, 0, 1, 2, 3]]
    assert batch["position_ids"].tolist() == [[0, 1, 0, 1, 2, 0, 1, 2, 3]]
    assert batch["cu_seq_lens_q"].tolist() == batch["cu_seq_lens_k"].tolist() == [0, 2, 5, 9]
    assert batch["cu_seq_lens_q"].dtype == torch.int32
    assert batch["max_length_q"] == batch["max_length_k"] == 4
    windows = [row(np.arange(4, dtype=np.int32), np.ones(4, bool))] * 2
    assert flatten(windows)["input_ids"].shape == (2, 4), "texts that fill their rows are stacked"


def weighted(trainer: WeightedTrainer, batch: dict[str, object]) -> tuple[float, list[torch.Tensor]]:
    """The loss of a batch, and its gradients."""
    trainer.model.zero_grad()
    loss = trainer.compute_loss(trainer.model, batch, num_items_in_batch=torch.tensor(100.0))
    loss.backward()
    return loss.item(), [p.grad.clone() for p in trainer.model.parameters()]


def test_flat_rows_have_the_loss_and_the_gradients_of_padded_ones(
    packed: PackedRows, model: torch.nn.Module, tmp_path: Path
) -> None:
    args = TrainingArguments(output_dir=str(tmp_path), use_cpu=True, report_to=[])
    trainer = WeightedTrainer(model, args, optim=OptimSettings(), lean=False)
    rows = [packed[0], packed[1]]
    a, ga = weighted(trainer, collate(rows))
    b, gb = weighted(trainer, flatten(rows))
    assert a == pytest.approx(b, abs=1e-6)
    assert max((x - y).abs().max().item() for x, y in zip(ga, gb, strict=True)) < 1e-6


def test_flash_attention_is_given_each_sample_by_itself(
    packed: PackedRows, model: torch.nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def whole(q, k, v, causal=True, **_):  # (rows, tokens, heads, size), as flash_attn_func
        asked.append("whole")
        groups = q.shape[2] // k.shape[2]
        q, k, v = (x.transpose(1, 2) for x in (q, k, v))
        k, v = (x.repeat_interleave(groups, 1) for x in (k, v))
        return F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2)

    def by_bounds(q, k, v, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, **_):  # as flash_attn_varlen_func
        bounds = cu_seqlens_q.tolist()
        parts = [whole(*(x[None, a:b] for x in (q, k, v)))[0] for a, b in itertools.pairwise(bounds)]
        asked[:] = [("by bounds", tuple(bounds), max_seqlen_q)]
        return torch.cat(parts)

    def options(**given):
        return {name: value for name, value in given.items() if name.startswith("max_seqlen")}

    functions = (whole, by_bounds, None, None, None), (options, options)
    monkeypatch.setattr(flash, "lazy_import_flash_attention", lambda *_, **__: functions)

    def logits(batch: dict[str, object]) -> torch.Tensor:
        with torch.no_grad():
            return model(**{k: v for k, v in batch.items() if k not in ("labels", "weights")}).logits[0]

    rows = [packed[0], packed[1]]
    expected = torch.cat([logits(collate([one])) for one in rows])
    model.config._attn_implementation = "flash_attention_2"
    found = logits(flatten(rows))
    sizes = [int(n) for one in packed.packs for n in packed.pieces.lengths[one]]
    assert asked == [("by bounds", tuple(np.cumsum([0, *sizes]).tolist()), max(sizes))]
    assert torch.allclose(found, expected, atol=1e-5)
    padded = logits(collate(rows))
    assert asked[-1] == "whole", "what transformers makes of two rows: the trap"
    size = len(rows[0]["input_ids"])
    assert (padded[:size] - expected[:size]).abs().max() > 0.01


@pytest.mark.skipif(
    not (torch.cuda.is_available() and is_flash_attn_2_available()), reason="needs a GPU and flash-attn"
)
def test_its_own_kernels_keep_samples_apart(packed: PackedRows, model: torch.nn.Module) -> None:
    model = model.to("cuda", torch.bfloat16)

    def logits(batch: dict[str, object]) -> torch.Tensor:
        given = {k: v.cuda() if torch.is_tensor(v) else v for k, v in batch.items() if k not in ("labels", "weights")}
        with torch.no_grad():
            return model(**given).logits.float()[0]

    rows = [packed[0], packed[1]]
    expected = torch.cat([logits(collate([one])) for one in rows])
    model.set_attn_implementation("flash_attention_2")
    assert (logits(flatten(rows)) - expected).abs().max() < 0.05  # bfloat16

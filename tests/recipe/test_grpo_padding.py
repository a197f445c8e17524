"""Rollouts of like length read together: the same steps, with less padding."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import LLAMA  # noqa: E402
from tests.helpers.tiny_grpo import log, made, prompts, run  # noqa: E402, F401
from transformers import AutoConfig, AutoModelForCausalLM  # noqa: E402

from longwriter.train.grpo import trainer  # noqa: E402
from longwriter.train.grpo.padding import by_length, count_positions, trimmed  # noqa: E402

pytestmark = pytest.mark.recipe


def batch(
    prompts: list[int], completions: list[int], prompt: int = 4, completion: int = 6
) -> dict[str, "torch.Tensor"]:
    """Rows of so many tokens, prompts padded before, completions after."""
    before = torch.tensor([[0] * (prompt - n) + [1] * n for n in prompts])
    after = torch.tensor([[1] * n + [0] * (completion - n) for n in completions])
    return {
        "prompt_ids": before * 7, "prompt_mask": before, "completion_ids": after * 9, "completion_mask": after,
        "old_per_token_logps": after * -0.5, "importance_sampling_ratio": torch.ones(len(prompts), 1),
        "advantages": torch.tensor(completions) / 10, "num_items_in_batch": torch.tensor(31),
    }  # fmt: skip


def test_the_shortest_come_first_and_every_row_keeps_what_is_its_own() -> None:
    out = by_length([batch([1, 2], [6, 1]), batch([3, 4], [2, 5])])
    assert [b["completion_mask"].sum(1).tolist() for b in out] == [[1, 2], [5, 6]]
    assert [b["prompt_mask"].sum(1).tolist() for b in out] == [[2, 3], [4, 1]]
    assert [b["advantages"].tolist() for b in out] == [pytest.approx([0.1, 0.2]), pytest.approx([0.5, 0.6])]
    assert [b["num_items_in_batch"].item() for b in out] == [31, 31]


def test_columns_of_padding_alone_go() -> None:
    out = trimmed(batch([1, 2], [3, 1]))
    assert out["prompt_ids"].tolist() == [[0, 7], [7, 7]]
    assert out["completion_ids"].tolist() == [[9, 9, 9], [9, 0, 0]]
    assert out["old_per_token_logps"].shape == (2, 3)
    assert out["importance_sampling_ratio"].shape == (2, 1)
    nothing = batch([0, 0], [0, 0])
    assert trimmed(nothing)["completion_ids"].shape == (2, 1)  # all are masked: a token stays
    assert trimmed(nothing)["prompt_ids"].shape == (2, 1)


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_padding_before_a_row_changes_nothing_of_it(kind: str) -> None:
    """GPT-2 learns its positions, and would count them from the first column."""
    torch.manual_seed(0)
    sizes = {"n_embd": 32, "n_layer": 2, "n_head": 2} if kind == "gpt2" else LLAMA | {"model_type": None}
    sizes = {name: value for name, value in sizes.items() if value is not None}
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **sizes | {"vocab_size": 100})).eval()
    for weights in model.parameters():
        torch.nn.init.normal_(weights, std=0.3)
    count_positions(model)
    row = torch.randint(4, 100, (1, 10))
    padded, mask = torch.nn.functional.pad(row, (5, 0)), torch.nn.functional.pad(torch.ones_like(row), (5, 0))
    with torch.no_grad():
        alone = model(input_ids=row, attention_mask=torch.ones_like(row)).logits
        beside = model(input_ids=padded, attention_mask=mask).logits[:, 5:]
        written = model.generate(padded, attention_mask=mask, max_new_tokens=4, do_sample=False)[:, 5:]
        whole = model(input_ids=written, attention_mask=torch.ones_like(written)).logits
    assert torch.allclose(alone, beside, atol=1e-4)
    assert written[0, 10:].tolist() == whole[0, 9:-1].argmax(-1).tolist()


@pytest.mark.parametrize(
    ("loss", "overlong"), [("grpo", "keep"), ("dapo", "mask"), ("dr_grpo", "mask"), ("bnpo", "keep")]
)
def test_a_step_is_the_same_without_the_padding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, loss: str, overlong: str
) -> None:
    read: list[int] = []
    original = trainer.GRPOTrainer._get_per_token_logps_and_entropies

    def counted(
        self: trainer.GroupTrainer, model: object, ids: "torch.Tensor", *args: object, **kwargs: object
    ) -> object:
        read.append(ids.numel())
        return original(self, model, ids, *args, **kwargs)

    monkeypatch.setattr(trainer.GRPOTrainer, "_get_per_token_logps_and_entropies", counted)

    def steps(name: str) -> tuple[list[list[float]], int]:
        read.clear()
        run(
            folder,
            data={"max_tokens": 190},
            run={"batch": 16, "device_batch": 4, "steps": 4},
            grpo={"loss": loss, "iterations": 2, "completion_tokens": 150, "overlong": overlong},
        )
        (folder / "out").rename(folder / name)
        return [[entry[key] for entry in log(folder, name)] for key in ("loss", "grad_norm", "entropy")], sum(read)

    (cut_losses, cut_norms, cut_entropies), few = steps("cut")
    monkeypatch.setattr(trainer, "trimmed", lambda batch: batch)
    monkeypatch.setattr(trainer, "by_length", lambda batches: batches)
    (whole_losses, whole_norms, whole_entropies), many = steps("whole")
    assert cut_losses == pytest.approx(whole_losses, abs=1e-5)
    assert cut_norms == pytest.approx(whole_norms, rel=1e-3)
    assert cut_entropies == pytest.approx(whole_entropies, rel=1e-4)
    assert len(set(whole_norms)) == 4
    assert few <= many if loss == "bnpo" else few < many, (few, many)


GPT2 = {"model_type": "gpt2", "n_embd": 32, "n_layer": 1, "n_head": 2}


def test_rollouts_are_compared_at_the_positions_at_which_they_were_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positions that are learnt, counted from the first column; on the second step of the same rollouts ratios are not 1."""
    rows = [{"id": str(i), "prompt": "very " * 2 * i, "lower": 3, "upper": 8} for i in range(1, 5)]
    prompts(folder, rows)

    def norms(name: str) -> list[float]:
        grpo: dict[str, object] = {"iterations": 2, "completion_tokens": 12}
        run(
            folder,
            model={"new": GPT2},
            data={"max_tokens": 64},
            run={"batch": 16, "device_batch": 4, "steps": 2},
            grpo=grpo,
        )
        (folder / "out").rename(folder / name)
        return [entry["grad_norm"] for entry in log(folder, name)]

    cut = norms("cut")
    monkeypatch.setattr(trainer, "trimmed", lambda batch: batch)
    assert cut == pytest.approx(norms("whole"), rel=1e-3)

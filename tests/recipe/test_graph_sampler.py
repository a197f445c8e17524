"""The sampler of recipes/zero/gpu beside transformers' own generate. Its graphs run where there is a GPU alone."""

import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("peft", reason="training needs the [train] extra: make test-recipe")

from peft import LoraConfig, get_peft_model  # noqa: E402
from transformers import LlamaConfig, LlamaForCausalLM  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes/zero/gpu"))
from sampler import Sampler  # noqa: E402

pytestmark = pytest.mark.recipe
END = 2


def model() -> LlamaForCausalLM:
    torch.manual_seed(1)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, tie_word_embeddings=True, initializer_range=0.3, eos_token_id=END, pad_token_id=END,
        )
    ).eval()  # fmt: skip


def prompts() -> list[list[int]]:
    return [[5, 9, 31], [7, 8, 9, 10, 11, 12, 13, 60], [40]]


def greedy(of: torch.nn.Module, prompt: list[int], most: int) -> list[int]:
    ids = torch.tensor([prompt])
    found = of.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=most, do_sample=False)
    return found[0, len(prompt) :].tolist()


def test_it_writes_what_transformers_writes_with_an_adapter_and_after_the_adapter_has_learnt() -> None:
    tuned = get_peft_model(model(), LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    sampler = Sampler(tuned, 3, 64, END)
    before = sampler(prompts(), 20, 1e-6)
    assert before == [greedy(tuned, p, 20) for p in prompts()]
    for name, weights in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.5)
    assert sampler(prompts(), 20, 1e-6) == before  # its weights are its own until they are refreshed
    sampler.refresh(tuned)
    after = sampler(prompts(), 20, 1e-6)
    assert after == [greedy(tuned, p, 20) for p in prompts()]
    assert after != before


def test_more_prompts_than_rows_are_answered_in_turn_and_each_alone() -> None:
    sampler = Sampler(model(), 2, 64, END)
    alone = [sampler([p], 12, 1e-6)[0] for p in prompts()]
    assert sampler(prompts(), 12, 1e-6) == alone


def test_it_draws_as_often_as_the_model_says() -> None:
    of = model()
    sampler = Sampler(of, 256, 8, END)
    torch.manual_seed(0)
    drawn = torch.tensor([row[0] for _ in range(40) for row in sampler([[5, 9, 31]] * 256, 1, 1.3)])
    with torch.no_grad():
        told = (of(input_ids=torch.tensor([[5, 9, 31]])).logits[0, -1] / 1.3).softmax(-1)
    seen = torch.bincount(drawn, minlength=96) / len(drawn)
    assert (seen - told).abs().max() < 0.02  # four deviations of 10,240 draws


def test_a_completion_ends_at_its_end_token_or_at_the_limit() -> None:
    sampler = Sampler(model(), 64, 40, END)
    torch.manual_seed(3)
    rows = sampler([[5]] * 64, 30, 1.5)
    ended = [row for row in rows if END in row]
    assert ended
    assert all(row.index(END) == len(row) - 1 for row in ended)
    assert all(len(row) == 30 for row in rows if END not in row)


def test_a_penalty_takes_what_was_said_already_out_of_the_draw() -> None:
    sampler = Sampler(model(), 8, 40, END)
    torch.manual_seed(0)
    free = sampler([[5, 9]] * 8, 30, 0.5)
    torch.manual_seed(0)
    held = sampler([[5, 9]] * 8, 30, 0.5, penalty=3.0)
    assert sum(len(set(row)) / len(row) for row in held) > sum(len(set(row)) / len(row) for row in free)
    torch.manual_seed(0)
    assert sampler([[5, 9]] * 8, 30, 0.5) == free  # nothing of it stays behind


def test_unlikely_tokens_are_left_out_by_min_p() -> None:
    sampler = Sampler(model(), 64, 8, END)
    torch.manual_seed(0)
    wide, narrow = ({row[0] for row in sampler([[5, 9]] * 64, 1, 2.0, p)} for p in (0.0, 0.6))
    assert len(narrow) < len(wide)

"""nano under transformers' generate: with its cache it writes what it writes without."""

import pytest

pytest.importorskip("torch")

import torch
from transformers import GenerationConfig

from longwriter.train.nano.model import NanoConfig, NanoForCausalLM

pytestmark = pytest.mark.recipe


@pytest.fixture(scope="module")
def model() -> NanoForCausalLM:
    """Three layers of random weights, whose keys are mixed by a third to two thirds."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4}
    config = NanoConfig(vocab_size=50, num_key_value_heads=4, head_dim=8, max_position_embeddings=128, **sizes)
    config.pad_token_id, config.eos_token_id, config.tie_word_embeddings = 0, None, True
    model = NanoForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.copy_(torch.randn_like(weight) * (1.0 if "key_mix" in name else 0.4))
    return model


def written(model: NanoForCausalLM, cached: bool, beams: int) -> list[list[int]]:
    """30 tokens after prompts of which one is padded on the left."""
    ids = torch.randint(1, 50, (3, 12), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[1, :7] = 0
    config = GenerationConfig(max_new_tokens=30, num_beams=beams, do_sample=False, use_cache=cached, pad_token_id=0)
    with torch.no_grad():
        return model.generate(input_ids=ids, attention_mask=mask, generation_config=config)[:, 12:].tolist()


@pytest.mark.parametrize("beams", [1, 4])  # a beam search reorders the cache
def test_generate_cached_writes_the_same(model: NanoForCausalLM, beams: int) -> None:
    texts = written(model, True, beams)
    assert texts == written(model, False, beams)
    assert len({tuple(text) for text in texts}) == 3
    assert min(len(set(text)) for text in texts) > 3  # no loop, in which a wrong cache would not show


def test_cache_cropped_goes_on_as_if_never_read(model: NanoForCausalLM) -> None:
    ids = torch.randint(1, 50, (2, 20), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        cache = model(ids, use_cache=True).past_key_values
        cache.crop(-11)
        again = model(ids[:, 9:] % 49 + 1, past_key_values=cache, use_cache=True).logits
        whole = model(torch.cat([ids[:, :9], ids[:, 9:] % 49 + 1], 1)).logits[:, 9:]
    assert torch.allclose(again, whole, atol=1e-4)

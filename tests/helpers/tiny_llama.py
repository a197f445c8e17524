"""A folder of weights as `hf:` opens it: a random Llama whose tokens are bytes, so every text has as many tokens as bytes."""

from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

TEMPLATE = (
    "{% for m in messages %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
MARKS = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
SHAPE = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}


def tiny_llama(
    folder: Path,
    template: str = TEMPLATE,
    window: int = 128,
    eos: str = "<|end|>",
    kind: Any = None,
    **generation: object,
) -> Path:
    """Needs torch and transformers. `kind`: another class than Llama's. `generation`: of generation_config."""
    import torch
    import transformers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE({c: n for n, c in enumerate(MARKS + letters)}, []))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens(MARKS)
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, eos_token=eos, pad_token="<|end|>")
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=window,
        eos_token_id=0,
        pad_token_id=0,
        use_cache=False,
        **SHAPE,
    )
    weights = (kind or transformers.LlamaForCausalLM)(config)
    for name, value in generation.items():
        setattr(weights.generation_config, name, value)
    weights.save_pretrained(folder)
    return folder

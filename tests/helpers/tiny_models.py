"""Models of random weights, with a tokenizer each, small enough that a test writes with them in a second."""

import json
import random
from pathlib import Path

import torch  # noqa: TID253 - tests of what is trained import this
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast  # noqa: TID253

from tests.helpers.tiny import TEMPLATE, sentence

SIZES = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "eos_token_id": 3,
    "pad_token_id": 0,
}
MARKS = ["<|pad|>", "<|user|>", "<|write|>", "<|end|>"]


def made_tokenizer(
    cuts: list[dict[str, object]] | None = None, *, whole_first: bool = False
) -> PreTrainedTokenizerFast:
    """Byte-level BPE of 400 tokens; `cuts`: steps of tokenizer.json, GPT-2's if None; `whole_first`: with ignore_merges."""
    tree = json.loads(Tokenizer(models.BPE(ignore_merges=whole_first)).to_str())
    steps = cuts or [{"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]
    steps = [{"trim_offsets": True} | step if step["type"] == "ByteLevel" else step for step in steps]
    tree["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": steps}
    made = Tokenizer.from_str(json.dumps(tree))
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=MARKS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    rng = random.Random(1)
    texts = [sentence(rng, 30) for _ in range(30)]
    texts += [f"{n}.\n\n  In 19{n} it's   {n * 111}\n{n}) DON'T" for n in range(10, 60)]
    made.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|end|>", pad_token="<|pad|>")
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def made_model(kind: str, folder: Path, tokenizer: PreTrainedTokenizerFast | None = None, **more: object) -> Path:
    """Random weights of a model type in a folder: norms and biases too, and no byte over 127 is ever the likeliest."""
    tokenizer = tokenizer or made_tokenizer()
    torch.manual_seed(1)
    config = AutoConfig.for_model(kind, **(SIZES | {"vocab_size": len(tokenizer), "tie_word_embeddings": False} | more))
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    plain = torch.tensor([tokenizer.decode([i]).isascii() and i not in (0, 1, 2) for i in range(config.vocab_size)])
    with torch.no_grad():
        for name, weight in model.named_parameters():
            spread = 0.3 if weight.ndim > 1 else 0.1
            weight.copy_(torch.randn_like(weight) * spread + ("norm" in name))
        model.get_output_embeddings().weight[~plain] = 0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def adapted(base: Path, folder: Path, **more: object) -> Path:
    """A LoRA adapter of random weights on a model, as `train` leaves one."""
    from peft import LoraConfig, get_peft_model  # noqa: PLC0415 - few tests have it

    torch.manual_seed(2)
    options = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM"} | more
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), LoraConfig(**options))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.requires_grad:
                noise = torch.randn_like(weight)
                weight.copy_(noise * 0.1 if "lora" in name else weight * (1 + noise * 0.3))
    model.save_pretrained(folder)
    return folder

"""A random Llama with a model's tokenizer, small enough to rehearse run.py on a CPU.

Run: python recipes/zero/gpu/tiny.py --base build/gpu/smollm2 --out build/gpu/smollm2-tiny
Its folder's name holds "smollm2", by which longwriter knows how such a model is asked.
"""

import argparse
from pathlib import Path

from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, default=Path("build/gpu/smollm2"))
    parser.add_argument("--out", type=Path, default=Path("build/gpu/smollm2-tiny"))
    args = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(args.base)
    config = LlamaConfig(  # no pad_token_id: its row would be 0, and the end token is padding here
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=8192, tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(args.out)
    tokenizer.save_pretrained(args.out)


if __name__ == "__main__":
    main()

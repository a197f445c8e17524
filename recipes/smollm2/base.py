"""SmolLM2-135M-Instruct as a folder that transformers opens, from the GGUF file that `longwriter write` fetches.

Run: python recipes/smollm2/base.py [--gguf FILE] [--out build/smollm2/base]
Weights are the 4-bit ones (Q4_1), dequantised to bfloat16: what is trained on them fits what is run.
"""

import argparse
from pathlib import Path

import torch
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence
from transformers import AutoModelForCausalLM, AutoTokenizer

FETCHED = Path.home() / ".cache/longwriter/models/smollm2.gguf"


def main() -> None:
    """Write the folder, unless it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", type=Path, default=FETCHED)
    parser.add_argument("--out", type=Path, default=Path("build/smollm2/base"))
    args = parser.parse_args()
    if (args.out / "config.json").exists():
        return
    where = {"gguf_file": args.gguf.name}
    read = AutoModelForCausalLM.from_pretrained(args.gguf.parent, dtype=torch.bfloat16, **where)
    tokenizer = AutoTokenizer.from_pretrained(args.gguf.parent, **where)
    # the GGUF reader forgets that SmolLM2's numbers are read digit by digit: "\n\n1." would be other tokens than llama.cpp's
    tokenizer.backend_tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])
    # what was read counts as quantised, which transformers does not save
    config = type(read.config)(**{k: v for k, v in read.config.to_dict().items() if k != "quantization_config"})
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.load_state_dict(read.state_dict())
    model.save_pretrained(args.out)
    tokenizer.save_pretrained(args.out)
    print(f"{args.out}: {model.num_parameters():,} parameters, eos {tokenizer.eos_token!r}")


if __name__ == "__main__":
    main()
